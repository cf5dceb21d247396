//! What SQLite answers about its file: the stored statements and the pragmas, still flat.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Row};

/// Everything that was read; names of tables are in lower case where they are keys.
pub(super) struct SqliteCatalog {
    pub(super) statements: Vec<Statement>,
    pub(super) tables: HashMap<String, TableFacts>,
    pub(super) columns: HashMap<String, Vec<ColumnFacts>>,
    pub(super) foreign_keys: HashMap<String, Vec<ForeignKeyFacts>>,
    pub(super) indexes: HashMap<String, Vec<IndexFacts>>,
    pub(super) queries: usize,
}

/// One row of `sqlite_schema`.
pub(super) struct Statement {
    /// `table`, `view`, `index` or `trigger`.
    pub(super) kind: String,
    pub(super) name: String,
    /// The table or view it belongs to; itself for a table or view.
    pub(super) table: String,
    pub(super) sql: String,
}

/// One row of `pragma table_list`.
pub(super) struct TableFacts {
    pub(super) kind: String,
    pub(super) without_rowid: bool,
    pub(super) strict: bool,
}

/// One row of `pragma table_xinfo`.
pub(super) struct ColumnFacts {
    pub(super) name: String,
    pub(super) type_text: String,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    /// Position in the primary key from 1; 0 is none.
    pub(super) key_position: i64,
    /// 0 plain, 1 hidden in a virtual table, 2 computed when read, 3 computed and stored.
    pub(super) hidden: i64,
}

/// One foreign key of `pragma foreign_key_list`.
pub(super) struct ForeignKeyFacts {
    pub(super) id: i64,
    pub(super) columns: Vec<String>,
    pub(super) referenced_table: String,
    /// Empty where the statement names no columns.
    pub(super) referenced_columns: Vec<String>,
    pub(super) on_update: String,
    pub(super) on_delete: String,
}

/// One index of `pragma index_list`.
pub(super) struct IndexFacts {
    pub(super) name: String,
    pub(super) unique: bool,
    /// `c` CREATE INDEX, `u` a unique constraint, `pk` the primary key.
    pub(super) origin: String,
    pub(super) partial: bool,
    pub(super) keys: Vec<KeyFacts>,
}

/// One key of `pragma index_xinfo`.
pub(super) struct KeyFacts {
    /// `None` for an expression.
    pub(super) column: Option<String>,
    pub(super) descending: bool,
    pub(super) collation: String,
}

type Failure = (&'static str, rusqlite::Error);

impl SqliteCatalog {
    pub(super) fn fetch(connection: &Connection) -> Result<Self, Failure> {
        let mut queries = 0;
        let mut ask =
            |what: &'static str, sql: &str, read: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<()>| {
                queries += 1;
                each_row(connection, sql, read).map_err(|error| (what, error))
            };
        let mut statements = Vec::new();
        ask("the stored statements", include_str!("queries/statements.sql"), &mut |row| {
            statements.push(Statement {
                kind: row.get(0)?,
                name: row.get(1)?,
                table: row.get(2)?,
                sql: row.get(3)?,
            });
            Ok(())
        })?;
        let mut tables = HashMap::new();
        ask("the tables", include_str!("queries/tables.sql"), &mut |row| {
            let facts = TableFacts { kind: row.get(1)?, without_rowid: row.get(2)?, strict: row.get(3)? };
            tables.insert(key(&row.get::<_, String>(0)?), facts);
            Ok(())
        })?;
        let mut columns: HashMap<String, Vec<ColumnFacts>> = HashMap::new();
        ask("the columns", include_str!("queries/columns.sql"), &mut |row| {
            columns.entry(key(&row.get::<_, String>(0)?)).or_default().push(ColumnFacts {
                name: row.get(1)?,
                type_text: row.get(2)?,
                not_null: row.get(3)?,
                default: row.get(4)?,
                key_position: row.get(5)?,
                hidden: row.get(6)?,
            });
            Ok(())
        })?;
        let mut foreign_keys: HashMap<String, Vec<ForeignKeyFacts>> = HashMap::new();
        ask("the foreign keys", include_str!("queries/foreign_keys.sql"), &mut |row| {
            let keys = foreign_keys.entry(key(&row.get::<_, String>(0)?)).or_default();
            add_foreign_key_column(keys, row)
        })?;
        let mut indexes: HashMap<String, Vec<IndexFacts>> = HashMap::new();
        ask("the indexes", include_str!("queries/indexes.sql"), &mut |row| {
            let list = indexes.entry(key(&row.get::<_, String>(0)?)).or_default();
            add_index_key(list, row)
        })?;
        Ok(Self { statements, tables, columns, foreign_keys, indexes, queries })
    }

    /// Tells whether a table is SQLite's own or a virtual table's store.
    pub(super) fn is_internal(&self, table: &str) -> bool {
        let table = key(table);
        table.starts_with("sqlite_") || self.tables.get(&table).is_some_and(|facts| facts.kind == "shadow")
    }

    /// Returns the columns of a table; empty for a virtual one.
    pub(super) fn columns_of(&self, table: &str) -> &[ColumnFacts] {
        self.columns.get(&key(table)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the foreign keys of a table.
    pub(super) fn foreign_keys_of(&self, table: &str) -> &[ForeignKeyFacts] {
        self.foreign_keys.get(&key(table)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the indexes of a table, those of constraints too.
    pub(super) fn indexes_of(&self, table: &str) -> &[IndexFacts] {
        self.indexes.get(&key(table)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the columns of the primary key in order.
    pub(super) fn primary_key_of(&self, table: &str) -> Vec<&str> {
        let keys = self.columns_of(table).iter().filter(|column| column.key_position > 0);
        let ordered: BTreeMap<i64, &str> =
            keys.map(|column| (column.key_position, column.name.as_str())).collect();
        ordered.into_values().collect()
    }
}

/// SQLite compares names without regard to case.
pub(super) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn each_row(
    connection: &Connection,
    sql: &str,
    read: &mut dyn FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}

fn add_foreign_key_column(keys: &mut Vec<ForeignKeyFacts>, row: &Row<'_>) -> rusqlite::Result<()> {
    let id = row.get(1)?;
    if keys.last().is_none_or(|last| last.id != id) {
        keys.push(ForeignKeyFacts {
            id,
            columns: Vec::new(),
            referenced_table: row.get(2)?,
            referenced_columns: Vec::new(),
            on_update: row.get(5)?,
            on_delete: row.get(6)?,
        });
    }
    if let Some(last) = keys.last_mut() {
        last.columns.push(row.get(3)?);
        last.referenced_columns.extend(row.get::<_, Option<String>>(4)?);
    }
    Ok(())
}

fn add_index_key(indexes: &mut Vec<IndexFacts>, row: &Row<'_>) -> rusqlite::Result<()> {
    let name: String = row.get(1)?;
    if indexes.last().is_none_or(|last| last.name != name) {
        indexes.push(IndexFacts {
            name,
            unique: row.get(2)?,
            origin: row.get(3)?,
            partial: row.get(4)?,
            keys: Vec::new(),
        });
    }
    if let Some(last) = indexes.last_mut() {
        last.keys.push(KeyFacts {
            column: row.get(6)?,
            descending: row.get(7)?,
            collation: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        });
    }
    Ok(())
}
