//! Compares a table that was read from its statement with what SQLite answers about it.

use std::collections::BTreeSet;

use trueup_schema::{
    Column, ColumnType, Dialect, ForeignKey, Generated, Index, IndexKey, ObjectName, ReferentialAction,
    SqlExpr, Table,
};

use super::catalog::{ColumnFacts, IndexFacts, SqliteCatalog, key};
use super::fallback::action;

/// Returns every disagreement in words; empty when the statement was understood.
pub(super) fn disagreements(table: &Table, catalog: &SqliteCatalog) -> Vec<String> {
    let name = table.name.name.as_str();
    let Some(facts) = catalog.tables.get(&key(name)) else {
        return vec!["SQLite knows no such table".to_owned()];
    };
    if facts.kind != "table" {
        return Vec::new();
    }
    let mut found = Vec::new();
    if table.strict != facts.strict {
        found.push("STRICT differs".to_owned());
    }
    if table.without_rowid != facts.without_rowid {
        found.push("WITHOUT ROWID differs".to_owned());
    }
    check_columns(table, catalog, &mut found);
    check_primary_key(table, catalog, &mut found);
    check_foreign_keys(table, catalog, &mut found);
    check_uniques(table, catalog, &mut found);
    check_indexes(table, catalog, &mut found);
    found
}

fn check_columns(table: &Table, catalog: &SqliteCatalog, found: &mut Vec<String>) {
    let facts = catalog.columns_of(&table.name.name);
    let read: Vec<String> = table.columns.iter().map(|column| key(&column.name)).collect();
    let real: Vec<String> = facts.iter().map(|column| key(&column.name)).collect();
    if read != real {
        found.push(format!("its columns are {}, not {}", real.join(", "), read.join(", ")));
        return;
    }
    for (column, facts) in table.columns.iter().zip(facts) {
        // The key of a table without rowid is NOT NULL without saying so.
        let implied = table.without_rowid && facts.key_position > 0;
        for difference in column_differences(column, facts, implied) {
            found.push(format!("column `{}` has another {difference}", column.name));
        }
    }
}

fn column_differences(column: &Column, facts: &ColumnFacts, implied_not_null: bool) -> Vec<&'static str> {
    let real_type = ColumnType::parse(Dialect::Sqlite, &facts.type_text);
    // Both texts under the real type, since a reader that mistook the type has mistaken the literal too.
    let meant = |text: &str| SqlExpr::default_value(Dialect::Sqlite, text, &real_type);
    // `DEFAULT NULL` is no default.
    let default = facts.default.as_deref().map(meant).filter(|default| !default.is_null());
    let read_default = column.default.as_ref().map(|default| meant(default.text()));
    let computed = match &column.generated {
        Some(Generated::Computed(computed)) if computed.stored => 3,
        Some(Generated::Computed(_)) => 2,
        _ => 0,
    };
    let differences = [
        ("type", column.column_type != real_type),
        ("nullability", column.nullable == facts.not_null && !implied_not_null),
        ("default", read_default != default),
        ("computed expression", computed != facts.hidden),
    ];
    differences.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

fn check_primary_key(table: &Table, catalog: &SqliteCatalog, found: &mut Vec<String>) {
    let real: Vec<String> = catalog.primary_key_of(&table.name.name).into_iter().map(key).collect();
    let read = table.primary_key.as_ref().map(|key| key.columns.as_slice()).unwrap_or_default();
    let read: Vec<String> = read.iter().map(|column| key(column)).collect();
    if read != real {
        found.push(format!("its primary key is ({}), not ({})", real.join(", "), read.join(", ")));
    }
}

type ForeignKeyValue = (Vec<String>, String, Vec<String>, String, String);

fn check_foreign_keys(table: &Table, catalog: &SqliteCatalog, found: &mut Vec<String>) {
    let lower = |names: &[String]| names.iter().map(|name| key(name)).collect::<Vec<_>>();
    let real = catalog.foreign_keys_of(&table.name.name).iter().map(|facts| {
        let actions = (action(&facts.on_update), action(&facts.on_delete));
        let columns = (lower(&facts.columns), lower(&facts.referenced_columns));
        (columns.0, key(&facts.referenced_table), columns.1, words(&actions.0), words(&actions.1))
    });
    let value = |foreign: &ForeignKey| {
        let columns = (lower(&foreign.columns), lower(&foreign.referenced_columns));
        let actions = (words(&foreign.on_update), words(&foreign.on_delete));
        (columns.0, key(&foreign.referenced_table.name), columns.1, actions.0, actions.1)
    };
    let real: BTreeSet<ForeignKeyValue> = real.collect();
    let read: BTreeSet<ForeignKeyValue> = table.foreign_keys.iter().map(value).collect();
    for (columns, referenced, ..) in real.symmetric_difference(&read) {
        found.push(format!("foreign key ({}) to `{referenced}` differs", columns.join(", ")));
    }
}

fn words(action: &ReferentialAction) -> String {
    let words = match action {
        ReferentialAction::NoAction => "no action",
        ReferentialAction::Restrict => "restrict",
        ReferentialAction::Cascade => "cascade",
        ReferentialAction::SetNull(_) => "set null",
        ReferentialAction::SetDefault(_) => "set default",
    };
    words.to_owned()
}

/// Compares unique constraints as sets: SQLite makes one index for equal ones, and none for the primary key's columns.
fn check_uniques(table: &Table, catalog: &SqliteCatalog, found: &mut Vec<String>) {
    let lower = |columns: &[String]| columns.iter().map(|column| key(column)).collect::<Vec<_>>();
    let primary = table.primary_key.as_ref().map(|key| lower(&key.columns)).unwrap_or_default();
    let read: BTreeSet<Vec<String>> = table.uniques.iter().map(|unique| lower(&unique.columns)).collect();
    let constraints = catalog.indexes_of(&table.name.name).iter().filter(|index| index.origin == "u");
    let real: BTreeSet<Vec<String>> = constraints.map(columns).collect();
    for columns in real.symmetric_difference(&read).filter(|columns| **columns != primary) {
        found.push(format!("unique constraint ({}) differs", columns.join(", ")));
    }
}

fn columns(index: &IndexFacts) -> Vec<String> {
    index.keys.iter().map(|part| key(part.column.as_deref().unwrap_or_default())).collect()
}

fn check_indexes(table: &Table, catalog: &SqliteCatalog, found: &mut Vec<String>) {
    let real = catalog.indexes_of(&table.name.name).iter().filter(|index| index.origin == "c");
    let real: Vec<&IndexFacts> = real.collect();
    for facts in &real {
        let read = table.indexes.iter().find(|index| key(&index.name) == key(&facts.name));
        if !read.is_some_and(|index| same_index(index, facts)) {
            found.push(format!("index `{}` differs", ObjectName::new(facts.name.as_str())));
        }
    }
    for index in &table.indexes {
        if !real.iter().any(|facts| key(&facts.name) == key(&index.name)) {
            found.push(format!("SQLite knows no index `{}`", index.name));
        }
    }
}

fn same_index(index: &Index, facts: &IndexFacts) -> bool {
    let same_keys = index.parts.len() == facts.keys.len()
        && index.parts.iter().zip(&facts.keys).all(|(part, real)| {
            let same_key = match (&part.key, &real.column) {
                (IndexKey::Column(name), Some(column)) => key(name) == key(column),
                (IndexKey::Expression(_), None) => true,
                _ => false,
            };
            let same_collation =
                part.collation.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&real.collation));
            same_key && part.descending == real.descending && same_collation
        });
    same_keys && index.unique == facts.unique && index.predicate.is_some() == facts.partial
}
