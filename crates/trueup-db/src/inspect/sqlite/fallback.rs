//! What can be said of an object from the pragmas alone, for a stored statement that could not be read.

use trueup_schema::{
    Column, ColumnType, Computed, Dialect, ForeignKey, Generated, Index, IndexPart, ObjectName, Origin,
    PrimaryKey, ReferentialAction, SqlExpr, Table, Trigger, Unique, View,
};

use super::catalog::{ColumnFacts, ForeignKeyFacts, IndexFacts, SqliteCatalog};

const DIALECT: Dialect = Dialect::Sqlite;

/// Returns a table without what only its statement knows; `None` for one that has no columns, such as a virtual one.
pub(super) fn table(catalog: &SqliteCatalog, name: &str) -> Option<Table> {
    let columns = catalog.columns_of(name);
    if columns.is_empty() {
        return None;
    }
    let facts = catalog.tables.get(&super::catalog::key(name));
    let key: Vec<String> = catalog.primary_key_of(name).into_iter().map(str::to_owned).collect();
    let uniques = catalog.indexes_of(name).iter().filter(|index| index.origin == "u");
    Some(Table {
        columns: columns.iter().map(column).collect(),
        primary_key: Some(key).filter(|key| !key.is_empty()).map(|key| PrimaryKey::new(None, key)),
        foreign_keys: catalog.foreign_keys_of(name).iter().rev().map(foreign_key).collect(),
        uniques: uniques.map(|index| Unique::new(None, column_names(index))).collect(),
        strict: facts.is_some_and(|facts| facts.strict),
        without_rowid: facts.is_some_and(|facts| facts.without_rowid),
        ..Table::new(ObjectName::new(name))
    })
}

fn column(facts: &ColumnFacts) -> Column {
    let unread = || SqlExpr::new(DIALECT, "");
    let column_type = ColumnType::parse(DIALECT, &facts.type_text);
    let default = facts.default.as_ref();
    Column {
        nullable: !facts.not_null,
        default: default.map(|text| SqlExpr::default_value(DIALECT, text.as_str(), &column_type)),
        generated: matches!(facts.hidden, 2 | 3)
            .then(|| Generated::Computed(Computed { expr: unread(), stored: facts.hidden == 3 })),
        ..Column::new(facts.name.as_str(), column_type)
    }
}

fn foreign_key(facts: &ForeignKeyFacts) -> ForeignKey {
    ForeignKey {
        on_update: action(&facts.on_update),
        on_delete: action(&facts.on_delete),
        ..ForeignKey::new(
            None,
            facts.columns.clone(),
            ObjectName::new(facts.referenced_table.as_str()),
            facts.referenced_columns.clone(),
        )
    }
}

/// Reads an action as the pragma spells it.
pub(super) fn action(text: &str) -> ReferentialAction {
    match text {
        "RESTRICT" => ReferentialAction::Restrict,
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull(Vec::new()),
        "SET DEFAULT" => ReferentialAction::SetDefault(Vec::new()),
        _ => ReferentialAction::NoAction,
    }
}

/// Returns an index; `None` when it has an expression or a predicate, which only its statement knows.
pub(super) fn index(catalog: &SqliteCatalog, name: &str) -> Option<Index> {
    let facts = catalog.indexes.values().flatten().find(|index| index.name == name)?;
    if facts.partial || facts.keys.iter().any(|key| key.column.is_none()) {
        return None;
    }
    let parts = facts.keys.iter().map(|key| IndexPart {
        descending: key.descending,
        ..IndexPart::column(key.column.clone().unwrap_or_default())
    });
    Some(Index { unique: facts.unique, parts: parts.collect(), ..Index::new(name, &[]) })
}

fn column_names(index: &IndexFacts) -> Vec<String> {
    index.keys.iter().filter_map(|key| key.column.clone()).collect()
}

/// Returns a view whose query is what follows the first AS.
pub(super) fn view(name: ObjectName, sql: &str) -> View {
    let words = sql.to_ascii_lowercase();
    let start = words.find(" as ").map_or(0, |at| at + 4);
    View {
        name,
        materialized: false,
        columns: Vec::new(),
        query: SqlExpr::definition(DIALECT, &sql[start..]),
        indexes: Vec::new(),
        triggers: Vec::new(),
        comment: None,
        origin: Origin::none(),
    }
}

pub(super) fn trigger(name: &str, definition: SqlExpr) -> Trigger {
    Trigger { name: name.to_owned(), definition, enabled: true, comment: None, origin: Origin::none() }
}
