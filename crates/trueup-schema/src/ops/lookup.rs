//! Finding what an operation names, with the error a server would give, and who needs it.

use super::{ApplyError, follow, identifiers, references};
use crate::{
    Column, ColumnType, Dialect, ForeignKey, Generated, IndexKey, IndexPart, ObjectKind, ObjectName, Schema,
    Table, View,
};

/// Returns a table, or the error that there is none.
pub(crate) fn table<'a>(schema: &'a Schema, name: &ObjectName) -> Result<&'a Table, ApplyError> {
    schema.table(name).ok_or_else(|| ApplyError::missing(ObjectKind::Table, name))
}

/// Returns a table for changing, or the error that there is none.
pub(crate) fn table_mut<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Table, ApplyError> {
    schema.table_mut(name).ok_or_else(|| ApplyError::missing(ObjectKind::Table, name))
}

/// Returns a column, or the error that there is none.
pub(crate) fn column<'a>(table: &'a Table, name: &str) -> Result<&'a Column, ApplyError> {
    table.column(name).ok_or_else(|| ApplyError::missing_on(ObjectKind::Column, name, &table.name))
}

/// Tells whether a table has a column of a name; SQLite does not tell `A` from `a`.
pub(crate) fn has_column(dialect: Dialect, table: &Table, name: &str) -> bool {
    table
        .columns
        .iter()
        .any(|column| column.name == name || (dialect.is_sqlite() && column.name.eq_ignore_ascii_case(name)))
}

/// Refuses a name that a table, view, sequence or index of the namespace has.
pub(crate) fn free_relation(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    match schema.relation(name) {
        Some(relation) => {
            Err(ApplyError::Exists { kind: relation.kind, name: name.to_string(), table: relation.table })
        }
        None => Ok(()),
    }
}

/// Refuses a name that a type has; a table or view brings a row type of its own name (PostgreSQL).
pub(crate) fn free_type(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    if schema.enums.contains_key(name) {
        return Err(ApplyError::exists(ObjectKind::Enum, name));
    }
    if schema.domains.contains_key(name) {
        return Err(ApplyError::exists(ObjectKind::Domain, name));
    }
    Ok(())
}

/// Refuses a name for a table or view: neither a relation nor a type may have it.
pub(crate) fn free_row_type(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    free_relation(schema, name)?;
    free_type(schema, name)
}

/// Refuses a namespace that does not exist; one that no operation could have created is trusted.
pub(crate) fn namespace(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    match &name.namespace {
        Some(namespace) if !schema.dialect.is_sqlite() && !schema.has_namespace(namespace) => {
            Err(ApplyError::missing(ObjectKind::Namespace, namespace))
        }
        _ => Ok(()),
    }
}

/// Refuses an operation that a dialect does not have.
pub(crate) fn needs_postgresql(
    dialect: Dialect,
    operation: &'static str,
    reason: &str,
) -> Result<(), ApplyError> {
    if dialect.is_sqlite() {
        return Err(ApplyError::Dialect { operation, dialect, reason: reason.to_owned() });
    }
    Ok(())
}

/// Returns the foreign keys of other tables that point to a table.
pub(crate) fn incoming<'a>(
    schema: &'a Schema,
    name: &'a ObjectName,
) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
    let others = schema.tables.values().map(AsRef::as_ref).filter(move |table: &&Table| table.name != *name);
    others.flat_map(move |table| {
        let keys = table.foreign_keys.iter().filter(move |key| key.referenced_table == *name);
        keys.map(move |key| (table, key))
    })
}

/// Returns a foreign key in words.
pub(crate) fn foreign_key_words(table: &Table, key: &ForeignKey) -> String {
    match &key.name {
        Some(name) => format!("foreign key `{name}` of `{}`", table.name),
        None => format!("foreign key ({}) of `{}`", key.columns.join(", "), table.name),
    }
}

/// Returns the foreign keys that would lose the key they refer to, were all keys but `remaining` gone.
///
/// A foreign key that another key over the same columns could carry is left out: which one the server chose is unknown.
pub(crate) fn users_of_key(
    schema: &Schema,
    table: &Table,
    remaining: &Table,
) -> Vec<(ObjectName, ForeignKey)> {
    let mut users = Vec::new();
    for other in schema.tables.values() {
        for key in other.foreign_keys.iter().filter(|key| key.referenced_table == table.name) {
            let columns = referenced_columns(key, table);
            if is_key(table, &columns) && !is_key(remaining, &columns) {
                users.push((other.name.clone(), key.clone()));
            }
        }
    }
    users
}

/// Returns the columns a foreign key refers to, the primary key's where it names none.
pub(crate) fn referenced_columns(key: &ForeignKey, referenced: &Table) -> Vec<String> {
    if key.referenced_columns.is_empty() {
        referenced.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default()
    } else {
        key.referenced_columns.clone()
    }
}

/// Tells whether columns, in any order, are a primary key, a unique constraint or a plain unique index.
pub(crate) fn is_key(table: &Table, columns: &[String]) -> bool {
    let same = |candidate: &[String]| {
        candidate.len() == columns.len() && columns.iter().all(|column| candidate.contains(column))
    };
    table.primary_key.as_ref().is_some_and(|key| same(&key.columns))
        || table.uniques.iter().any(|unique| same(&unique.columns))
        || table.indexes.iter().any(|index| {
            let parts: Option<Vec<String>> = index.parts.iter().map(plain_column).collect();
            index.unique && index.predicate.is_none() && parts.is_some_and(|parts| same(&parts))
        })
}

fn plain_column(part: &IndexPart) -> Option<String> {
    match &part.key {
        IndexKey::Column(column) => Some(column.clone()),
        IndexKey::Expression(_) => None,
    }
}

/// Tells whether index parts use a column.
pub(crate) fn parts_use(dialect: Dialect, parts: &[IndexPart], column: &str) -> bool {
    parts.iter().any(|part| match &part.key {
        IndexKey::Column(name) => name == column,
        IndexKey::Expression(expr) => identifiers::mentions_column(dialect, expr, column),
    })
}

/// Returns the views that certainly read a table or view.
pub(crate) fn views_of<'a>(schema: &'a Schema, name: &'a ObjectName) -> impl Iterator<Item = &'a View> {
    let views = schema.views.values().filter(move |view| view.name != *name);
    views.filter(move |view| {
        if !follow::may_mention(view.query.text(), &name.name) {
            return false;
        }
        let uses = references::of_query(schema, view.query.text());
        if !uses.doubt {
            return uses.reads(name);
        }
        let read = identifiers::tables_read(schema.dialect, &view.query);
        read.iter().any(|(namespace, table)| {
            let namespace = namespace.as_deref();
            ObjectName::qualified(schema.dialect, namespace, table.as_str()) == *name
        })
    })
}

/// Returns the views that certainly use a column. Of a query that is not understood: it is all that it reads from, or
/// it is written with its table.
pub(crate) fn views_of_column<'a>(
    schema: &'a Schema,
    table: &'a ObjectName,
    column: &'a str,
) -> impl Iterator<Item = &'a View> {
    views_of(schema, table).filter(move |view| {
        let uses = references::of_query(schema, view.query.text());
        if !uses.doubt {
            return uses.uses(table, column);
        }
        let read = identifiers::tables_read(schema.dialect, &view.query);
        let tokens = identifiers::tokens(schema.dialect, view.query.text());
        let only = read.len() == 1 && !tokens.iter().any(|token| token.is_keyword(&["with", "lateral"]));
        let qualified = tokens.windows(3).any(|three| {
            three[0].is_word(schema.dialect, &table.name)
                && three[1].is_symbol('.')
                && three[2].is_word(schema.dialect, column)
        });
        let everything = tokens.windows(2).any(|two| two[0].is_keyword(&["select"]) && two[1].is_symbol('*'));
        qualified
            || (only && (everything || identifiers::mentions_column(schema.dialect, &view.query, column)))
    })
}

impl Schema {
    /// Returns, in words, a view or a trigger of another table that certainly reads or changes a table, on SQLite.
    ///
    /// SQLite looks at all of them when any table is renamed, and then one that names a dropped table is an error.
    pub fn reader_on_sqlite(&self, name: &ObjectName) -> Option<String> {
        if let Some(view) = views_of(self, name).next() {
            return Some(view_words(view));
        }
        let others = self.tables.values().filter(|table| table.name != *name);
        let mut triggers = others.flat_map(|table| &table.triggers);
        let changes = |trigger: &&crate::Trigger| {
            identifiers::tables_changed(self.dialect, &trigger.definition).contains(&name.name)
        };
        triggers.find(changes).map(|trigger| format!("trigger `{}`", trigger.name))
    }
}

/// Returns views in words.
pub(crate) fn view_words(view: &View) -> String {
    format!("{} `{}`", if view.materialized { "materialized view" } else { "view" }, view.name)
}

/// Returns views with everything that certainly reads them, each once; the order is that of dropping.
pub(crate) fn with_dependent_views(schema: &Schema, first: Vec<ObjectName>) -> Vec<ObjectName> {
    let mut all = first;
    let mut next = 0;
    while next < all.len() {
        let name = all[next].clone();
        for view in views_of(schema, &name) {
            if !all.contains(&view.name) {
                all.push(view.name.clone());
            }
        }
        next += 1;
    }
    all.reverse();
    all
}

/// Returns the name of a user-defined type as an object.
pub(crate) fn type_name(schema: &Schema, column_type: &ColumnType) -> ObjectName {
    ObjectName::qualified(schema.dialect, column_type.namespace.as_deref(), column_type.name.as_str())
}

/// Tells whether a column's type is the one of a name.
pub(crate) fn is_of_type(schema: &Schema, column_type: &ColumnType, name: &ObjectName) -> bool {
    column_type.name == name.name && type_name(schema, column_type) == *name
}

/// Returns the columns and domains that use a type, in words.
pub(crate) fn users_of_type(schema: &Schema, name: &ObjectName) -> Vec<String> {
    let mut users = Vec::new();
    for table in schema.tables.values() {
        for column in &table.columns {
            if is_of_type(schema, &column.column_type, name) {
                users.push(format!("column `{}` of `{}`", column.name, table.name));
            }
        }
    }
    for domain in schema.domains.values() {
        if type_name(schema, &domain.base_type) == *name {
            users.push(format!("domain `{}`", domain.name));
        }
    }
    users
}

/// Returns the table and column that a serial sequence belongs to.
pub(crate) fn serial_of(schema: &Schema, sequence: &ObjectName) -> Option<(ObjectName, String)> {
    let table = schema.owner_of_relation(sequence)?;
    let column = table.columns.iter().find(
        |column| matches!(&column.generated, Some(Generated::Serial { sequence: owned }) if *owned == *sequence),
    )?;
    Some((table.name.clone(), column.name.clone()))
}

/// Returns the partitions and inheriting tables of a table, at every depth.
pub(crate) fn descendants(schema: &Schema, name: &ObjectName) -> Vec<ObjectName> {
    let mut all: Vec<ObjectName> = Vec::new();
    let mut parents = vec![name.clone()];
    while let Some(parent) = parents.pop() {
        for table in schema.tables.values() {
            let partition = table.partition_of.as_ref().is_some_and(|(of, _)| *of == parent);
            if (partition || table.inherits.contains(&parent)) && !all.contains(&table.name) {
                all.push(table.name.clone());
                parents.push(table.name.clone());
            }
        }
    }
    all
}

/// Removes foreign keys, which `CASCADE` takes along.
pub(crate) fn drop_foreign_keys(schema: &mut Schema, keys: &[(ObjectName, ForeignKey)]) {
    for (table, key) in keys {
        if let Some(table) = schema.table_mut(table) {
            table.foreign_keys.retain(|candidate| candidate != key);
        }
    }
}
