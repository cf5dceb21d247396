//! Enums and domains.

use super::Differ;
use crate::ops::lookup::{type_name, users_of_type};
use crate::ops::{
    AddEnumLabel, AlterColumn, AlterDomain, CreateDomain, CreateEnum, DropType, LabelPosition,
    RenameEnumLabel, RenameType,
};
use crate::{ColumnType, Domain, EnumType, ObjectKind, ObjectName, ObjectRef, SqlExpr};

impl Differ<'_> {
    pub(super) fn create_types(&mut self) {
        let target = self.target;
        for (name, wanted) in &target.enums {
            match self.working.enums.get(name).cloned() {
                None => self.emit(CreateEnum { enum_type: wanted.clone(), if_not_exists: false }),
                Some(existing) => self.change_enum(&existing, wanted),
            }
        }
        for (name, wanted) in &target.domains {
            match self.working.domains.get(name).cloned() {
                None => {
                    self.create_functions_of_domain(wanted);
                    self.emit(CreateDomain { domain: wanted.clone() });
                }
                Some(existing) => {
                    if existing != *wanted {
                        self.create_functions_of_domain(wanted);
                    }
                    self.change_domain(&existing, wanted);
                }
            }
        }
    }

    pub(super) fn create_functions_of_domain(&mut self, domain: &Domain) {
        let exprs: Vec<&SqlExpr> =
            domain.checks.iter().map(|check| &check.expr).chain(&domain.default).collect();
        self.create_functions_of(&exprs);
    }

    fn change_enum(&mut self, existing: &EnumType, wanted: &EnumType) {
        if existing.labels != wanted.labels {
            if let Some((label, new_label)) = renamed_label(&existing.labels, &wanted.labels) {
                self.emit(RenameEnumLabel { name: wanted.name.clone(), label, new_label });
            } else if is_subsequence(&existing.labels, &wanted.labels) {
                self.add_labels(existing, wanted);
            } else {
                self.replace_type(
                    &wanted.name,
                    CreateEnum { enum_type: wanted.clone(), if_not_exists: false },
                );
            }
        }
        let comment = self.working.enums.get(&wanted.name).and_then(|now| now.comment.clone());
        if comment != wanted.comment {
            let object = ObjectRef::new(ObjectKind::Enum, wanted.name.name.as_str());
            self.set_comment(object, wanted.name.namespace.as_deref(), wanted.comment.as_ref());
        }
    }

    fn add_labels(&mut self, existing: &EnumType, wanted: &EnumType) {
        for (at, label) in wanted.labels.iter().enumerate() {
            if existing.labels.contains(label) {
                continue;
            }
            // Everything before is there already; at the end no position is needed.
            let at_end = !wanted.labels[at + 1..].iter().any(|later| existing.labels.contains(later));
            let position = match (at_end, at.checked_sub(1)) {
                (true, _) => None,
                (false, Some(before)) => Some(LabelPosition::After(wanted.labels[before].clone())),
                (false, None) => existing.labels.first().cloned().map(LabelPosition::Before),
            };
            let (name, label) = (wanted.name.clone(), label.clone());
            self.emit(AddEnumLabel { name, label, position, if_not_exists: false });
        }
    }

    fn change_domain(&mut self, existing: &Domain, wanted: &Domain) {
        let named = |check: &crate::Check| {
            check.name.is_none() || wanted.checks.iter().any(|new| new.name == check.name)
        };
        let in_place = existing.base_type == wanted.base_type
            && existing.collation == wanted.collation
            && existing.checks.iter().all(named);
        let mut same = existing.clone();
        same.comment.clone_from(&wanted.comment);
        if same != *wanted {
            if in_place {
                self.emit(AlterDomain { domain: wanted.clone() });
            } else {
                self.replace_type(&wanted.name, CreateDomain { domain: wanted.clone() });
            }
        }
        let comment = self.working.domains.get(&wanted.name).and_then(|now| now.comment.clone());
        if comment != wanted.comment {
            let object = ObjectRef::new(ObjectKind::Domain, wanted.name.name.as_str());
            self.set_comment(object, wanted.name.namespace.as_deref(), wanted.comment.as_ref());
        }
    }

    /// Puts a new type in the place of one that cannot change: beside it first, then the columns, then away with it.
    fn replace_type(&mut self, name: &ObjectName, create: impl Into<crate::Operation>) {
        let mut old = name.sibling(format!("{}_old", name.name));
        while self.working.enums.contains_key(&old) || self.working.relation(&old).is_some() {
            old.name.push('_');
        }
        let users = self.columns_of(name);
        self.emit(RenameType { name: name.clone(), new_name: old.clone() });
        // Owner and privileges stay with the old one.
        self.working.forget_attached(&name.to_string());
        self.emit(create);
        for (table, column, column_type, default) in users {
            // Values of a column that goes need not fit.
            if self.target.table(&table).is_some_and(|wanted| wanted.column(&column).is_none()) {
                self.emit(crate::ops::DropColumn { table, column, if_exists: false, cascade: false });
                continue;
            }
            let text = if column_type.array { "text[]" } else { "text" };
            let quoted = crate::name::quote_identifier(&column);
            let using = SqlExpr::new(self.target.dialect, format!("{quoted}::{text}::{column_type}"));
            let mut alter = AlterColumn::new(table, column);
            alter.column_type = Some(column_type);
            alter.using = Some(using);
            alter.default = default.map(Some);
            self.emit(alter);
        }
        self.emit(DropType { name: old, if_exists: false, cascade: false });
    }

    fn columns_of(&self, name: &ObjectName) -> Vec<(ObjectName, String, ColumnType, Option<SqlExpr>)> {
        let mut found = Vec::new();
        for table in self.working.tables.values() {
            for column in &table.columns {
                if type_name(&self.working, &column.column_type) == *name {
                    let (column_type, default) = (column.column_type.clone(), column.default.clone());
                    found.push((table.name.clone(), column.name.clone(), column_type, default));
                }
            }
        }
        found
    }

    /// Drops types that nothing uses any more before a table or view takes the name.
    pub(super) fn drop_unused_types(&mut self) {
        for name in self.superfluous_types() {
            // An attribute of a composite type may be of the type.
            let bare = format!(".{}", name.name);
            let is_part = self.working.unmodelled.iter().any(|object| {
                let of = |text: &str| {
                    text.trim_end_matches("[]") == name.name || text.trim_end_matches("[]").ends_with(&bare)
                };
                object.recipe.parts.iter().any(|(_, text)| of(text))
            });
            if !is_part && users_of_type(&self.working, &name).is_empty() {
                self.emit(DropType { name, if_exists: false, cascade: false });
            }
        }
    }

    pub(super) fn drop_types(&mut self) {
        // A domain may be over an enum, so those that still have users wait for the second round.
        self.drop_unused_types();
        for name in self.superfluous_types() {
            self.emit(DropType { name, if_exists: false, cascade: false });
        }
    }

    fn superfluous_types(&self) -> Vec<ObjectName> {
        let target = self.target;
        let domains = self.working.domains.keys().filter(|name| !target.domains.contains_key(*name));
        let enums = self.working.enums.keys().filter(|name| !target.enums.contains_key(*name));
        domains.chain(enums).cloned().collect()
    }
}

/// Returns the one label that has another text at the same place, if that is all the difference.
fn renamed_label(from: &[String], to: &[String]) -> Option<(String, String)> {
    if from.len() != to.len() {
        return None;
    }
    let mut different = from.iter().zip(to).filter(|(from, to)| from != to);
    let (old, new) = different.next()?;
    let single = different.next().is_none() && !from.contains(new) && !to.contains(old);
    single.then(|| (old.clone(), new.clone()))
}

fn is_subsequence(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|label| rest.any(|candidate| candidate == label))
}
