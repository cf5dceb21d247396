//! Constraints of every kind: checking one against its table, naming it, attaching it, finding it again.

use super::{ApplyError, Constraint, ConstraintKind, columns, identifiers, lookup};
use crate::{
    Check, Dialect, ForeignKey, Index, IndexKey, IndexPart, ObjectKind, ObjectName, ReferentialAction,
    Schema, Table, naming,
};

impl Constraint {
    /// Returns the name, if it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::PrimaryKey(constraint) => constraint.name.as_deref(),
            Self::ForeignKey(constraint) => constraint.name.as_deref(),
            Self::Unique(constraint) => constraint.name.as_deref(),
            Self::Check(constraint) => constraint.name.as_deref(),
            Self::Exclude(constraint) => constraint.name.as_deref(),
        }
    }

    /// Sets the name.
    pub fn set_name(&mut self, name: Option<String>) {
        match self {
            Self::PrimaryKey(constraint) => constraint.name = name,
            Self::ForeignKey(constraint) => constraint.name = name,
            Self::Unique(constraint) => constraint.name = name,
            Self::Check(constraint) => constraint.name = name,
            Self::Exclude(constraint) => constraint.name = name,
        }
    }

    /// Returns the kind.
    pub fn kind(&self) -> ConstraintKind {
        match self {
            Self::PrimaryKey(_) => ConstraintKind::PrimaryKey,
            Self::ForeignKey(_) => ConstraintKind::ForeignKey,
            Self::Unique(_) => ConstraintKind::Unique,
            Self::Check(_) => ConstraintKind::Check,
            Self::Exclude(_) => ConstraintKind::Exclude,
        }
    }

    /// Returns the columns of a key; none for CHECK and EXCLUDE.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::PrimaryKey(constraint) => &constraint.columns,
            Self::ForeignKey(constraint) => &constraint.columns,
            Self::Unique(constraint) => &constraint.columns,
            Self::Check(_) | Self::Exclude(_) => &[],
        }
    }
}

impl ConstraintKind {
    /// Returns the kind as an object kind.
    pub fn object_kind(self) -> ObjectKind {
        match self {
            Self::PrimaryKey => ObjectKind::PrimaryKey,
            Self::ForeignKey => ObjectKind::ForeignKey,
            Self::Unique => ObjectKind::Unique,
            Self::Check => ObjectKind::Check,
            Self::Exclude => ObjectKind::Exclude,
        }
    }
}

impl Table {
    /// Tells whether a constraint that owns an index has that name.
    pub(crate) fn has_key_constraint(&self, name: &str) -> bool {
        let is = |candidate: &Option<String>| candidate.as_deref() == Some(name);
        self.primary_key.iter().any(|key| is(&key.name))
            || self.uniques.iter().any(|unique| is(&unique.name))
            || self.excludes.iter().any(|exclude| is(&exclude.name))
    }

    /// Returns all constraints: primary key, uniques, excludes, checks, foreign keys.
    pub fn constraints(&self) -> Vec<Constraint> {
        let mut all = Vec::new();
        all.extend(self.primary_key.iter().cloned().map(Constraint::PrimaryKey));
        all.extend(self.uniques.iter().cloned().map(Constraint::Unique));
        all.extend(self.excludes.iter().cloned().map(Constraint::Exclude));
        all.extend(self.checks.iter().cloned().map(Constraint::Check));
        all.extend(self.foreign_keys.iter().cloned().map(Constraint::ForeignKey));
        all
    }
}

/// Refuses a constraint that the server would refuse for its content; the name is [`check_name`]'s business.
pub(super) fn validate(schema: &Schema, table: &Table, constraint: &Constraint) -> Result<(), ApplyError> {
    for column in constraint.columns() {
        lookup::column(table, column)?;
    }
    if let Some(twice) = duplicate(constraint.columns())
        && constraint.kind() != ConstraintKind::ForeignKey
    {
        let words = constraint.kind().object_kind().words();
        return Err(ApplyError::invalid(format!(
            "column `{twice}` appears twice in a {words} of `{}`",
            table.name
        )));
    }
    if matches!(constraint, Constraint::PrimaryKey(_) | Constraint::Unique(_)) {
        can_be_compared(schema.dialect, table, constraint.columns().iter().map(String::as_str))?;
    }
    match constraint {
        Constraint::PrimaryKey(_) if table.primary_key.is_some() => {
            let message = format!("table `{}` has a primary key already", table.name);
            Err(ApplyError::invalid(message))
        }
        Constraint::PrimaryKey(key) => included(table, &key.include),
        Constraint::Unique(unique) => included(table, &unique.include),
        Constraint::ForeignKey(key) if !schema.dialect.is_sqlite() => {
            validate_foreign_key(schema, table, key)
        }
        Constraint::Check(check) => check_columns_exist(schema, table, check),
        Constraint::Exclude(exclude) => {
            let parts = exclude.elements.iter().map(|element| &element.part);
            parts_exist(table, parts)
        }
        Constraint::ForeignKey(_) => Ok(()),
    }
}

/// Refuses an ordinary index over columns that PostgreSQL cannot put into order.
pub(super) fn has_order(dialect: Dialect, table: &Table, index: &Index) -> Result<(), ApplyError> {
    let plain = index.parts.iter().filter(|part| part.operator_class.is_none() && index.method == "btree");
    let columns = plain.filter_map(|part| match &part.key {
        IndexKey::Column(name) => Some(name.as_str()),
        IndexKey::Expression(_) => None,
    });
    can_be_compared(dialect, table, columns)
}

/// Refuses an index or a key over values that PostgreSQL cannot compare.
pub(super) fn can_be_compared<'a>(
    dialect: Dialect,
    table: &Table,
    columns: impl Iterator<Item = &'a str>,
) -> Result<(), ApplyError> {
    for column in columns.filter_map(|name| table.column(name)) {
        let found = &column.column_type;
        let is_builtin = found.kind == crate::TypeKind::Builtin && !found.array;
        if !dialect.is_sqlite() && is_builtin && matches!(found.name.as_str(), "json" | "xml" | "point") {
            return Err(ApplyError::invalid(format!(
                "column `{}` of `{}` is of type {found}, which has no order for an index or a key",
                column.name, table.name
            )));
        }
    }
    Ok(())
}

/// Refuses a CHECK over a column that the table certainly does not have.
fn check_columns_exist(schema: &Schema, table: &Table, check: &Check) -> Result<(), ApplyError> {
    const SYSTEM: &[&str] = &["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax", "oid", "rowid", "_rowid_"];
    // In double quotes a column that is not there is a text to SQLite.
    if schema.dialect.is_sqlite() && check.expr.text().contains('"') {
        return Ok(());
    }
    for name in check.expr.known_columns().unwrap_or_default() {
        let is = |other: &str| match schema.dialect {
            Dialect::Postgresql => name == other,
            Dialect::Sqlite => name.eq_ignore_ascii_case(other),
        };
        let known = table.columns.iter().any(|column| is(&column.name));
        if !known && !is(&table.name.name) && !SYSTEM.iter().any(|system| is(system)) {
            return Err(ApplyError::missing_on(ObjectKind::Column, name, &table.name));
        }
    }
    Ok(())
}

fn included(table: &Table, columns: &[String]) -> Result<(), ApplyError> {
    columns.iter().try_for_each(|column| lookup::column(table, column).map(drop))
}

/// Refuses index parts over columns that the table does not have.
pub(super) fn parts_exist<'a>(
    table: &Table,
    mut parts: impl Iterator<Item = &'a IndexPart>,
) -> Result<(), ApplyError> {
    parts.try_for_each(|part| match &part.key {
        IndexKey::Column(column) => lookup::column(table, column).map(drop),
        IndexKey::Expression(_) => Ok(()),
    })
}

fn duplicate(columns: &[String]) -> Option<&String> {
    columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column)).map(|(_, column)| column)
}

/// Refuses a foreign key to nothing, or to columns that are no key (PostgreSQL; SQLite looks when rows change).
fn validate_foreign_key(schema: &Schema, table: &Table, key: &ForeignKey) -> Result<(), ApplyError> {
    let referenced = if key.referenced_table == table.name {
        table
    } else {
        lookup::table(schema, &key.referenced_table)?
    };
    let columns = lookup::referenced_columns(key, referenced);
    if columns.is_empty() {
        let message = format!("there is no primary key for referenced table `{}`", referenced.name);
        return Err(ApplyError::invalid(message));
    }
    if columns.len() != key.columns.len() {
        let message = format!(
            "foreign key of `{}` has {} referencing and {} referenced columns",
            table.name,
            key.columns.len(),
            columns.len()
        );
        return Err(ApplyError::invalid(message));
    }
    for column in &columns {
        lookup::column(referenced, column)?;
    }
    for (own, other) in key.columns.iter().zip(&columns) {
        let (Some(own), Some(other)) = (table.column(own), referenced.column(other)) else { continue };
        if columns::never_equal(&own.column_type, &other.column_type) {
            let message = format!(
                "foreign key of `{}` compares `{}` of type {} with `{}` of type {}",
                table.name, own.name, own.column_type, other.name, other.column_type
            );
            return Err(ApplyError::invalid(message));
        }
    }
    for action in [&key.on_delete, &key.on_update] {
        if let ReferentialAction::SetNull(columns) | ReferentialAction::SetDefault(columns) = action {
            columns.iter().try_for_each(|column| lookup::column(table, column).map(drop))?;
        }
    }
    if !lookup::is_key(referenced, &columns) {
        let message = format!(
            "there is no unique constraint matching ({}) of referenced table `{}`",
            columns.join(", "),
            referenced.name
        );
        return Err(ApplyError::invalid(message));
    }
    Ok(())
}

/// Refuses a name that is taken: by a constraint of the table, or by a relation where the constraint has an index.
pub(super) fn check_name(schema: &Schema, table: &Table, constraint: &Constraint) -> Result<(), ApplyError> {
    let Some(name) = constraint.name() else { return Ok(()) };
    if schema.dialect.is_sqlite() {
        return Ok(());
    }
    if let Some(existing) = table.constraints().iter().find(|existing| existing.name() == Some(name)) {
        let kind = existing.kind().object_kind();
        return Err(ApplyError::exists_on(kind, name, &table.name));
    }
    if has_index(constraint) {
        lookup::free_relation(schema, &table.name.sibling(name))?;
    }
    Ok(())
}

fn has_index(constraint: &Constraint) -> bool {
    matches!(constraint.kind(), ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude)
}

/// Fills in what the server fills in: the name, cut or chosen, and the columns of a referenced primary key.
pub(super) fn complete(schema: &Schema, table: &Table, constraint: &mut Constraint) {
    if !schema.dialect.names_constraints() {
        return;
    }
    if let Constraint::ForeignKey(key) = constraint
        && key.referenced_columns.is_empty()
    {
        let referenced = if key.referenced_table == table.name {
            Some(table)
        } else {
            schema.table(&key.referenced_table)
        };
        if let Some(referenced) = referenced {
            key.referenced_columns = lookup::referenced_columns(key, referenced);
        }
    }
    if constraint.name().is_none() {
        let name = default_name(schema, table, constraint);
        constraint.set_name(Some(name));
    }
}

/// Returns the name PostgreSQL chooses for an unnamed constraint.
fn default_name(schema: &Schema, table: &Table, constraint: &Constraint) -> String {
    let relations = has_index(constraint);
    let taken = |name: &str| {
        let qualified = table.name.sibling(name);
        table.has_constraint(name)
            || schema.has_constraint_named(&qualified)
            || (relations
                && (name == table.name.name
                    || table.index(name).is_some()
                    || schema.relation(&qualified).is_some()))
    };
    let named = table.name.name.as_str();
    let parts = match constraint {
        Constraint::PrimaryKey(_) => naming::primary_key(named),
        Constraint::ForeignKey(key) => naming::foreign_key(named, &key.columns),
        Constraint::Unique(unique) => {
            let columns: Vec<&String> = unique.columns.iter().chain(&unique.include).collect();
            naming::unique(named, &columns)
        }
        Constraint::Check(check) => naming::check_name_for(named, &check_columns(schema, table, check)),
        Constraint::Exclude(exclude) => {
            let elements: Vec<String> =
                exclude.elements.iter().map(|element| index_column_name(&element.part)).collect();
            naming::exclude(named, &elements)
        }
    };
    parts.choose(&taken)
}

fn check_columns<'a>(schema: &Schema, table: &'a Table, check: &Check) -> Vec<&'a str> {
    let columns = table.columns.iter().map(|column| column.name.as_str());
    identifiers::mentioned_columns(schema.dialect, &check.expr, columns)
}

/// Returns the word that an index part contributes to a default name.
pub(super) fn part_name(part: &IndexPart) -> &str {
    match &part.key {
        IndexKey::Column(column) => column,
        IndexKey::Expression(_) => "expr",
    }
}

/// Returns what an index without a name is named after.
pub(super) fn index_column_names(index: &Index) -> Vec<String> {
    index.parts.iter().map(index_column_name).chain(index.include.iter().cloned()).collect()
}

fn index_column_name(part: &IndexPart) -> String {
    match &part.key {
        IndexKey::Column(column) => column.clone(),
        IndexKey::Expression(expr) => expr.index_column_name(),
    }
}

/// Adds a constraint to its table; a primary key makes its columns NOT NULL where the dialect says so.
pub(super) fn attach(table: &mut Table, constraint: Constraint, key_means_not_null: bool) {
    match constraint {
        Constraint::PrimaryKey(key) => {
            for column in table.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
                if key_means_not_null {
                    column.nullable = false;
                }
            }
            table.primary_key = Some(key);
        }
        Constraint::ForeignKey(key) => table.foreign_keys.push(key),
        Constraint::Unique(unique) => table.uniques.push(unique),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclude(exclude) => table.excludes.push(exclude),
    }
}

/// Removes a constraint by its name; returns it.
pub(super) fn detach(table: &mut Table, name: &str) -> Option<Constraint> {
    let is = |candidate: &Option<String>| candidate.as_deref() == Some(name);
    if table.primary_key.as_ref().is_some_and(|key| is(&key.name)) {
        return table.primary_key.take().map(Constraint::PrimaryKey);
    }
    if let Some(at) = table.foreign_keys.iter().position(|key| is(&key.name)) {
        return Some(Constraint::ForeignKey(table.foreign_keys.remove(at)));
    }
    if let Some(at) = table.uniques.iter().position(|unique| is(&unique.name)) {
        return Some(Constraint::Unique(table.uniques.remove(at)));
    }
    if let Some(at) = table.checks.iter().position(|check| is(&check.name)) {
        return Some(Constraint::Check(table.checks.remove(at)));
    }
    let at = table.excludes.iter().position(|exclude| is(&exclude.name))?;
    Some(Constraint::Exclude(table.excludes.remove(at)))
}

/// Removes a constraint by its name; where SQLite has several of that name, kind and columns tell which.
pub(super) fn detach_named(
    table: &mut Table,
    name: &str,
    kind: Option<ConstraintKind>,
    columns: &[String],
) -> Option<Constraint> {
    let all = table.constraints();
    let named: Vec<&Constraint> = all.iter().filter(|constraint| constraint.name() == Some(name)).collect();
    if named.len() < 2 {
        return detach(table, name);
    }
    let meant = named.iter().find(|constraint| {
        let same_columns = match constraint {
            Constraint::Check(check) => columns.len() == 1 && check.expr.canonical() == columns[0],
            other => other.columns() == columns,
        };
        Some(constraint.kind()) == kind && same_columns
    });
    let meant = (*meant.unwrap_or(&named[0])).clone();
    // Only the first of equals goes.
    match &meant {
        Constraint::PrimaryKey(_) => table.primary_key = None,
        Constraint::ForeignKey(key) => remove_first(&mut table.foreign_keys, key),
        Constraint::Unique(unique) => remove_first(&mut table.uniques, unique),
        Constraint::Check(check) => remove_first(&mut table.checks, check),
        Constraint::Exclude(exclude) => remove_first(&mut table.excludes, exclude),
    }
    Some(meant)
}

fn remove_first<T: PartialEq>(all: &mut Vec<T>, meant: &T) {
    if let Some(at) = all.iter().position(|candidate| candidate == meant) {
        all.remove(at);
    }
}

/// Removes a constraint by kind and columns, an unnamed one first; returns it.
pub(super) fn detach_unnamed(
    table: &mut Table,
    kind: ConstraintKind,
    columns: &[String],
) -> Option<Constraint> {
    match kind {
        ConstraintKind::PrimaryKey => table.primary_key.take().map(Constraint::PrimaryKey),
        ConstraintKind::ForeignKey => {
            let found =
                table.foreign_keys.iter().position(|key| key.name.is_none() && key.columns == columns);
            let at = found.or_else(|| table.foreign_keys.iter().position(|key| key.columns == columns))?;
            Some(Constraint::ForeignKey(table.foreign_keys.remove(at)))
        }
        ConstraintKind::Unique => {
            let found =
                table.uniques.iter().position(|unique| unique.name.is_none() && unique.columns == columns);
            let at = found.or_else(|| table.uniques.iter().position(|unique| unique.columns == columns))?;
            Some(Constraint::Unique(table.uniques.remove(at)))
        }
        // The condition stands in for columns, since a CHECK has none of its own.
        ConstraintKind::Check => {
            let says = |check: &Check| columns.len() == 1 && check.expr.canonical() == columns[0];
            let at = table.checks.iter().position(|check| check.name.is_none() && says(check))?;
            Some(Constraint::Check(table.checks.remove(at)))
        }
        ConstraintKind::Exclude => None,
    }
}

/// Sets the comment of a constraint; `false` when the table has no such constraint.
pub(super) fn set_comment(table: &mut Table, name: &str, comment: Option<String>) -> bool {
    let is = |candidate: &Option<String>| candidate.as_deref() == Some(name);
    let place = if let Some(key) = table.primary_key.iter_mut().find(|found| is(&found.name)) {
        &mut key.comment
    } else if let Some(key) = table.foreign_keys.iter_mut().find(|found| is(&found.name)) {
        &mut key.comment
    } else if let Some(unique) = table.uniques.iter_mut().find(|found| is(&found.name)) {
        &mut unique.comment
    } else if let Some(check) = table.checks.iter_mut().find(|found| is(&found.name)) {
        &mut check.comment
    } else {
        return table.excludes.iter().any(|found| is(&found.name));
    };
    *place = comment;
    true
}

/// Returns the error for a constraint that is not there.
pub(super) fn missing(kind: Option<ConstraintKind>, name: &str, table: &ObjectName) -> ApplyError {
    match kind {
        Some(kind) => ApplyError::missing_on(kind.object_kind(), name, table),
        None => ApplyError::invalid(format!("constraint `{name}` does not exist on `{table}`")),
    }
}

/// Gives a constraint another name at its place, if the table has it.
pub(super) fn rename(table: &mut Table, old: &str, new: &str) {
    let set = |name: &mut Option<String>| {
        if name.as_deref() == Some(old) {
            *name = Some(new.to_owned());
        }
    };
    table.primary_key.iter_mut().for_each(|constraint| set(&mut constraint.name));
    table.foreign_keys.iter_mut().for_each(|constraint| set(&mut constraint.name));
    table.uniques.iter_mut().for_each(|constraint| set(&mut constraint.name));
    table.checks.iter_mut().for_each(|constraint| set(&mut constraint.name));
    table.excludes.iter_mut().for_each(|constraint| set(&mut constraint.name));
}
