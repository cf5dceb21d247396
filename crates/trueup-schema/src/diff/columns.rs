//! Columns of tables that stay.

use super::{Differ, Unknown};
use crate::ops::{
    AddColumn, AlterColumn, AlterSequence, Constraint, CreateSequence, DropColumn, DropSequence,
    RenameSequence, columns, identifiers, lookup,
};
use crate::{
    Column, Generated, ObjectKind, ObjectName, ObjectRef, Origin, Sequence, SequenceOptions, SqlExpr, Table,
    TypeKind,
};

impl Differ<'_> {
    pub(super) fn change_columns(&mut self) {
        for name in self.parents_first() {
            let (Some(existing), Some(wanted)) =
                (self.working.tables.get(&name).cloned(), self.target.tables.get(&name))
            else {
                continue;
            };
            if std::sync::Arc::ptr_eq(&existing, wanted) {
                continue;
            }
            self.drop_columns(&existing, wanted);
            self.add_and_alter_columns(&name, wanted);
        }
    }

    /// Returns the tables that stay, parents before the partitions that follow them by themselves.
    fn parents_first(&self) -> Vec<ObjectName> {
        let is_child = |name: &&ObjectName| {
            self.working
                .table(name)
                .is_some_and(|table| table.partition_of.is_some() || !table.inherits.is_empty())
        };
        let depth = |name: &ObjectName| {
            let mut depth = 0;
            let mut current = name.clone();
            while let Some(table) = self.working.table(&current) {
                let parent = table.partition_of.as_ref().map(|(parent, _)| parent).or(table.inherits.first());
                match parent {
                    Some(parent) if depth < 64 => current.clone_from(parent),
                    _ => break,
                }
                depth += 1;
            }
            depth
        };
        let mut children: Vec<ObjectName> = self.working.tables.keys().filter(is_child).cloned().collect();
        children.sort_by_key(depth);
        let mut all: Vec<ObjectName> =
            self.working.tables.keys().filter(|name| !is_child(name)).cloned().collect();
        all.append(&mut children);
        all
    }

    fn drop_columns(&mut self, existing: &Table, wanted: &Table) {
        let dialect = self.target.dialect;
        let changing = existing.columns.iter().filter(|column| goes_or_changes(self, column, wanted));
        let changing: Vec<&Column> = changing.collect();
        // A computed column holds those that it reads, so it goes first and comes back.
        let reads_changing = |column: &Column| match &column.generated {
            Some(Generated::Computed(computed)) if !dialect.is_sqlite() => {
                changing.iter().any(|read| identifiers::mentions_column(dialect, &computed.expr, &read.name))
            }
            _ => false,
        };
        let goes = |column: &&Column| {
            wanted.column(&column.name).is_none_or(|new| must_recreate(self, column, new))
                || reads_changing(column)
        };
        let mut going: Vec<&Column> = existing.columns.iter().filter(goes).collect();
        going.sort_by_key(|column| !matches!(column.generated, Some(Generated::Computed(_))));
        for column in going {
            self.free_keys(&existing.name, |table| {
                table.columns.retain(|other| other.name != column.name);
            });
            let (table, column) = (existing.name.clone(), column.name.clone());
            self.emit(DropColumn { table, column, if_exists: false, cascade: dialect.is_sqlite() });
        }
    }

    /// Drops the foreign keys that need a key which a change would take away; they are added again at the end.
    pub(super) fn free_keys(&mut self, name: &ObjectName, change: impl FnOnce(&mut Table)) {
        if self.target.dialect.is_sqlite() {
            return;
        }
        let Some(table) = self.working.table(name) else { return };
        let mut remaining = table.clone();
        change(&mut remaining);
        // Whatever mentions a column that is gone is gone too.
        let has = |column: &String| remaining.columns.iter().any(|existing| existing.name == *column);
        let has_all = |columns: &[String]| columns.iter().all(has);
        if remaining.primary_key.as_ref().is_some_and(|key| !has_all(&key.columns)) {
            remaining.primary_key = None;
        }
        let uniques = std::mem::take(&mut remaining.uniques);
        let indexes = std::mem::take(&mut remaining.indexes);
        let uniques: Vec<_> = uniques.into_iter().filter(|unique| has_all(&unique.columns)).collect();
        let plain = |index: &crate::Index| {
            index.parts.iter().all(|part| match &part.key {
                crate::IndexKey::Column(column) => has(column),
                crate::IndexKey::Expression(_) => true,
            })
        };
        let indexes: Vec<_> = indexes.into_iter().filter(plain).collect();
        remaining.uniques = uniques;
        remaining.indexes = indexes;
        for (owner, key) in lookup::users_of_key(&self.working, table, &remaining) {
            self.drop_constraint(&owner, &Constraint::ForeignKey(key));
        }
    }

    fn add_and_alter_columns(&mut self, name: &ObjectName, wanted: &Table) {
        for column in &wanted.columns {
            let existing = self.working.table(name).and_then(|table| table.column(&column.name)).cloned();
            match existing {
                None => {
                    let mut column = column.clone();
                    if self.in_key(wanted, &column.name) {
                        column.nullable = false;
                    }
                    // Its default is checked as a value of the domain.
                    let of = lookup::type_name(self.target, &column.column_type);
                    if let Some(domain) = self.target.domains.get(&of) {
                        self.create_functions_of_domain(domain);
                    }
                    self.emit(AddColumn { table: name.clone(), column, if_not_exists: false });
                }
                Some(existing) => self.alter_column(name, wanted, &existing, column),
            }
        }
    }

    fn in_key(&self, table: &Table, column: &String) -> bool {
        !self.target.dialect.is_sqlite()
            && table.primary_key.as_ref().is_some_and(|key| key.columns.contains(column))
    }

    fn alter_column(&mut self, name: &ObjectName, table: &Table, existing: &Column, wanted: &Column) {
        let mut alter = AlterColumn::new(name.clone(), wanted.name.as_str());
        let unknown =
            [&existing.column_type, &wanted.column_type].into_iter().find_map(|found| match &found.kind {
                TypeKind::Unknown(reason) => Some(reason.clone()),
                _ => None,
            });
        if let Some(reason) = unknown {
            let object = ObjectRef::of_table(ObjectKind::Column, wanted.name.as_str(), name.to_string());
            self.unknowns.push(Unknown { object, property: "type", reason });
        } else if existing.column_type != wanted.column_type {
            alter.column_type = Some(wanted.column_type.clone());
            if columns::check_cast(&self.working, name, existing, &wanted.column_type).is_err() {
                // A generated column takes no USING, so it becomes a plain one first.
                if matches!(existing.generated, Some(Generated::Computed(_))) {
                    let mut plain = AlterColumn::new(name.clone(), wanted.name.as_str());
                    plain.generated = Some(None);
                    self.emit(plain);
                }
                alter.using = Some(self.conversion(existing, wanted));
                // The default has no cast either: it goes before and comes back after.
                if existing.default.is_some() {
                    alter.default = Some(wanted.default.clone());
                }
            }
        }
        if existing.collation != wanted.collation
            || (alter.column_type.is_some() && wanted.collation.is_some())
        {
            alter.collation = Some(wanted.collation.clone());
            // PostgreSQL has no other place for a collation than behind the type.
            if !self.target.dialect.is_sqlite() && !wanted.column_type.is_unknown() {
                alter.column_type = Some(wanted.column_type.clone());
            }
        }
        let nullable = wanted.nullable && !self.in_key(table, &wanted.name);
        if existing.nullable != nullable {
            alter.nullable = Some(nullable);
        }
        // A default keeps the casts to the type that the column had.
        let cast = alter.column_type.is_some()
            && matches!((&existing.default, &wanted.default), (Some(old), Some(new)) if old.text() != new.text());
        if existing.default != wanted.default || cast {
            alter.default = Some(wanted.default.clone());
        }
        if self.comments() && existing.comment != wanted.comment {
            alter.comment = Some(wanted.comment.clone());
        }
        let now = self.working.table(name).and_then(|table| table.column(&wanted.name));
        let generated_now = now.and_then(|column| column.generated.clone());
        if !same_generated(generated_now.as_ref(), wanted.generated.as_ref())
            && !self.change_sequence(name, existing, wanted, &mut alter)
        {
            alter.generated = Some(wanted.generated.clone());
        }
        if alter != AlterColumn::new(name.clone(), wanted.name.as_str()) {
            self.emit(alter);
        }
    }

    /// Leads a column to or from a serial over its sequence; `false` when that is not what changes.
    fn change_sequence(
        &mut self,
        table: &ObjectName,
        from: &Column,
        to: &Column,
        alter: &mut AlterColumn,
    ) -> bool {
        if self.target.dialect.is_sqlite() {
            return false;
        }
        if let (Some(Generated::Serial { sequence: old }), Some(Generated::Serial { sequence: new })) =
            (&from.generated, &to.generated)
        {
            return self.try_emit(RenameSequence {
                name: old.clone(),
                new_name: new.clone(),
                if_exists: false,
            });
        }
        if let Some(Generated::Serial { sequence: old }) = &from.generated {
            let mut plain = AlterColumn::new(table.clone(), to.name.as_str());
            plain.default = Some(None);
            self.emit(plain);
            match self.target.sequences.get(old) {
                None => self.emit(DropSequence { name: old.clone(), if_exists: false, cascade: false }),
                // A sequence that the column still owned would make it serial again; owners are settled later.
                Some(sequence) => {
                    let sequence = Sequence { owned_by: None, ..sequence.clone() };
                    self.emit(AlterSequence { sequence });
                }
            }
            alter.default = to.default.clone().map(Some);
            return to.generated.is_none();
        }
        let Some(Generated::Serial { sequence: name }) = &to.generated else { return false };
        let serial = matches!(to.column_type.name.as_str(), "smallint" | "integer" | "bigint");
        if to.nullable || !serial {
            return false;
        }
        if from.generated.is_some() {
            let mut plain = AlterColumn::new(table.clone(), to.name.as_str());
            plain.generated = Some(None);
            self.emit(plain);
        }
        if !self.working.sequences.contains_key(name) {
            let data_type = (to.column_type.name != "bigint").then(|| to.column_type.name.clone());
            self.emit(CreateSequence {
                sequence: plain_sequence(name, data_type, None),
                if_not_exists: false,
            });
        }
        alter.default = Some(Some(columns::next_value(self.target.dialect, name)));
        self.emit(std::mem::replace(alter, AlterColumn::new(table.clone(), to.name.as_str())));
        // With a sequence that it owned already the column is serial again by now.
        if self.working.sequences.contains_key(name) {
            let data_type = (to.column_type.name != "bigint").then(|| to.column_type.name.clone());
            let owner = Some((table.clone(), to.name.clone()));
            self.emit(AlterSequence { sequence: plain_sequence(name, data_type, owner) });
        }
        true
    }

    /// Returns the USING expression for a change that has no cast of its own.
    fn conversion(&self, existing: &Column, wanted: &Column) -> SqlExpr {
        let column = crate::name::quote_identifier(&wanted.name);
        let wanted_type = &wanted.column_type;
        let (from, to) = (existing.column_type.name.as_str(), wanted_type.name.as_str());
        let is_text = matches!(from, "text" | "character varying" | "character");
        // Only between boolean and integer is there a cast; everything else goes by the text of the value.
        let text = match (from, to) {
            ("boolean", _) => format!("{column}::integer::{wanted_type}"),
            ("integer", "boolean") => format!("{column}::{wanted_type}"),
            _ if is_text => format!("{column}::{wanted_type}"),
            _ if existing.column_type.array => format!("{column}::text[]::{wanted_type}"),
            _ => format!("{column}::text::{wanted_type}"),
        };
        SqlExpr::new(self.target.dialect, text)
    }
}

/// Tells whether a column goes, is created anew or gets another type.
pub(super) fn goes_or_changes(differ: &Differ<'_>, column: &Column, wanted: &Table) -> bool {
    wanted.column(&column.name).is_none_or(|new| {
        let known = !new.column_type.is_unknown() && !column.column_type.is_unknown();
        (known && new.column_type != column.column_type)
            || new.collation != column.collation
            || must_recreate(differ, column, new)
    })
}

/// Tells whether PostgreSQL cannot turn one column into the other: nothing becomes computed in place.
fn must_recreate(differ: &Differ<'_>, from: &Column, to: &Column) -> bool {
    if differ.target.dialect.is_sqlite() {
        return false;
    }
    match (&from.generated, &to.generated) {
        (Some(Generated::Computed(old)), Some(Generated::Computed(new))) => {
            // Another expression in place is known to PostgreSQL 17 and later only.
            old != new || from.column_type != to.column_type
        }
        (_, Some(Generated::Computed(_))) => true,
        (Some(Generated::Computed(from)), _) => !from.stored,
        _ => false,
    }
}

fn plain_sequence(
    name: &ObjectName,
    data_type: Option<String>,
    owned_by: Option<(ObjectName, String)>,
) -> Sequence {
    let options = SequenceOptions { data_type, ..SequenceOptions::default() };
    Sequence { name: name.clone(), options, owned_by, comment: None, origin: Origin::none() }
}

/// Tells whether two rules produce the same values, options of sequences in normal form.
pub(super) fn same_generated(left: Option<&Generated>, right: Option<&Generated>) -> bool {
    match (left, right) {
        (Some(Generated::Identity(left)), Some(Generated::Identity(right))) => {
            let normal = |options: &SequenceOptions| SequenceOptions { data_type: None, ..options.normal() };
            left.always == right.always && normal(&left.sequence) == normal(&right.sequence)
        }
        _ => left == right,
    }
}
