//! SQLite files. The reader of stored statements is a stand-in: what matters here is what is done with its answers.

use std::path::PathBuf;

use rusqlite::Connection;
use trueup_db::{Database, InspectOptions, Inspection};
use trueup_schema::ops::{CreateIndex, CreateTable, CreateTrigger, CreateView};
use trueup_schema::{
    Column, ColumnType, Dialect, ForeignKey, Index, ObjectName, Operation, Origin, PrimaryKey,
    ReferentialAction, SqlExpr, Table, Trigger, Unique, View,
};

use crate::{table, unmodelled, url};

/// A file that is removed with the value.
struct File(PathBuf);

impl File {
    fn new(name: &str, sql: &str) -> Self {
        let path = std::env::temp_dir().join(format!("trueup-{}-{name}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let connection = Connection::open(&path).unwrap_or_else(|error| panic!("{error}"));
        connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error}"));
        Self(path)
    }

    fn inspect(&self, read: &dyn Fn(&str) -> Result<Vec<Operation>, String>) -> Inspection {
        let address = url(&format!("sqlite:///{}", self.0.display()));
        let mut database = Database::connect(&address).unwrap_or_else(|error| panic!("{error}"));
        database.inspect(&InspectOptions::default(), read).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

const FAMILY: &str = "
    CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x', UNIQUE (name));
    CREATE VIEW names AS SELECT name FROM parents;
    CREATE TABLE children (parent_id INTEGER REFERENCES parents (id) ON DELETE CASCADE);
    CREATE INDEX ix_parent ON children (parent_id DESC) WHERE parent_id > 0;
    CREATE TRIGGER noisy AFTER DELETE ON children BEGIN SELECT 1; END;
    CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
    INSERT INTO alembic_version VALUES ('abc')";

fn column(name: &str, column_type: &str) -> Column {
    Column::new(name, ColumnType::parse(Dialect::Sqlite, column_type))
}

fn parents() -> Table {
    let integer = ColumnType::parse(Dialect::Sqlite, "TEXT");
    let default = SqlExpr::default_value(Dialect::Sqlite, "'x'", &integer);
    Table {
        columns: vec![
            column("id", "INTEGER"),
            Column { nullable: false, default: Some(default), ..column("name", "TEXT") },
        ],
        primary_key: Some(PrimaryKey::new(None, vec!["id".to_owned()])),
        uniques: vec![Unique::new(None, vec!["name".to_owned()])],
        ..Table::new("parents".into())
    }
}

fn children() -> Table {
    let columns = (vec!["parent_id".to_owned()], vec!["id".to_owned()]);
    let key = ForeignKey::new(None, columns.0, "parents".into(), columns.1);
    Table {
        columns: vec![column("parent_id", "INTEGER")],
        foreign_keys: vec![ForeignKey { on_delete: ReferentialAction::Cascade, ..key }],
        ..Table::new("children".into())
    }
}

fn version() -> Table {
    let number = Column { nullable: false, ..column("version_num", "VARCHAR(32)") };
    Table { columns: vec![number], ..Table::new("alembic_version".into()) }
}

fn create(table: Table) -> Operation {
    CreateTable { table, if_not_exists: false }.into()
}

/// Reads the statements of [`FAMILY`] correctly.
fn read_family(sql: &str) -> Result<Vec<Operation>, String> {
    let definition = |text: &str| SqlExpr::definition(Dialect::Sqlite, text);
    let words: Vec<&str> = sql.split_whitespace().collect();
    let operation = match words[2] {
        "parents" => create(parents()),
        "children" => create(children()),
        "alembic_version" => create(version()),
        "ix_parent" => {
            let mut index = Index::new("ix_parent", &["parent_id"]);
            index.parts[0].descending = true;
            index.predicate = Some(SqlExpr::new(Dialect::Sqlite, "parent_id > 0"));
            CreateIndex { table: "children".into(), index, concurrently: false, if_not_exists: false }.into()
        }
        "names" => {
            let view = View {
                name: "names".into(),
                materialized: false,
                columns: Vec::new(),
                query: definition("SELECT name FROM parents"),
                indexes: Vec::new(),
                triggers: Vec::new(),
                comment: None,
                origin: Origin::none(),
            };
            CreateView { view, or_replace: false, if_not_exists: false }.into()
        }
        "noisy" => {
            let trigger = Trigger {
                name: "noisy".to_owned(),
                definition: definition(sql),
                enabled: true,
                comment: None,
                origin: Origin::none(),
            };
            CreateTrigger { table: "children".into(), trigger, or_replace: false, if_not_exists: false }
                .into()
        }
        other => return Err(format!("`{other}` is unexpected")),
    };
    Ok(vec![operation])
}

#[test]
fn stored_statements_become_the_schema() {
    let file = File::new("family", FAMILY);
    let inspection = file.inspect(&read_family);
    let schema = &inspection.schema;
    assert_eq!(unmodelled(schema), [] as [&str; 0]);
    assert_eq!(inspection.revisions, Some(vec!["abc".to_owned()]));
    assert_eq!(inspection.queries, 5);
    let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["parents", "children", "alembic_version"]);
    let children = table(schema, "children");
    assert_eq!((children.indexes.len(), children.triggers.len()), (1, 1));
    assert!(schema.views.contains_key(&ObjectName::new("names")));
}

#[test]
fn a_statement_that_was_read_wrongly_is_reported() {
    let file = File::new("wrong", FAMILY);
    let read = |sql: &str| {
        let mut operations = read_family(sql)?;
        for operation in &mut operations {
            match operation {
                Operation::CreateTable(op) if op.table.name.name == "parents" => {
                    op.table.columns[0].column_type = ColumnType::parse(Dialect::Sqlite, "TEXT");
                    op.table.columns[1].nullable = true;
                    op.table.columns[1].default = None;
                    op.table.uniques.clear();
                    op.table.primary_key = None;
                    op.table.strict = true;
                }
                Operation::CreateTable(op) if op.table.name.name == "children" => {
                    op.table.foreign_keys[0].on_delete = ReferentialAction::NoAction;
                }
                Operation::CreateTable(op) => op.table.columns.push(column("extra", "TEXT")),
                Operation::CreateIndex(op) => op.index.parts[0].descending = false,
                _ => {}
            }
        }
        Ok(operations)
    };
    assert_eq!(
        unmodelled(&file.inspect(&read).schema),
        [
            "table alembic_version: its columns are version_num, not version_num, extra",
            "table children: foreign key (parent_id) to `parents` differs",
            "table children: index `ix_parent` differs",
            "table parents: STRICT differs",
            "table parents: column `id` has another type",
            "table parents: column `name` has another default",
            "table parents: column `name` has another nullability",
            "table parents: its primary key is (id), not ()",
            "table parents: unique constraint (name) differs",
        ]
    );
}

#[test]
fn what_cannot_be_read_comes_from_the_pragmas() {
    let file = File::new("unread", FAMILY);
    let schema = file.inspect(&|_| Err("too hard".to_owned())).schema;
    assert_eq!(*table(&schema, "parents"), parents());
    assert_eq!(*table(&schema, "alembic_version"), version());
    let children = table(&schema, "children");
    assert_eq!(children.foreign_keys, self::children().foreign_keys);
    assert_eq!(children.triggers.len(), 1);
    assert_eq!(schema.views[0].query.text(), "SELECT name FROM parents");
    let gaps = unmodelled(&schema);
    assert!(
        gaps.contains(&"table parents: its stored statement could not be read (too hard)".to_owned()),
        "{gaps:?}"
    );
    assert!(gaps.contains(&"table children: index `ix_parent` differs".to_owned()), "{gaps:?}");
}

#[test]
fn what_belongs_to_sqlite_or_to_a_virtual_table_is_left_out() {
    let file = File::new(
        "internal",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); CREATE INDEX i ON t (a);
         CREATE VIRTUAL TABLE search USING fts5(body); INSERT INTO t (a) VALUES (1); ANALYZE",
    );
    let schema = file.inspect(&|_| Err("not now".to_owned())).schema;
    let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["t", "search"]);
}

#[test]
fn a_virtual_table_without_its_module_does_not_stop_the_reading() {
    let file = File::new("module", "CREATE TABLE t (a); CREATE VIRTUAL TABLE v USING fts5(body);");
    let connection = Connection::open(&file.0).unwrap_or_else(|error| panic!("{error}"));
    let update = "PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE v USING no_such_module(x)' WHERE name = 'v'";
    connection.execute_batch(update).unwrap_or_else(|error| panic!("{error}"));
    drop(connection);
    let schema = file.inspect(&|_| Err("not now".to_owned())).schema;
    assert!(
        schema.tables.contains_key(&ObjectName::new("t"))
            && schema.tables.contains_key(&ObjectName::new("v"))
    );
}

#[test]
fn a_file_that_is_no_database_is_an_error() {
    let file = File::new("garbage", "");
    assert!(std::fs::write(&file.0, "this is not a database, just a long enough text".repeat(40)).is_ok());
    let address = url(&format!("sqlite:///{}", file.0.display()));
    let said = Database::connect(&address)
        .and_then(|mut database| database.inspect(&InspectOptions::default(), &|_| Err(String::new())))
        .map(|_| ());
    let said = said.expect_err("it is no database").to_string();
    assert!(said.contains("file is not a database"), "{said}");
}

#[test]
fn computed_columns_and_tables_without_rowid_agree() {
    let file = File::new(
        "computed",
        "CREATE TABLE t (a TEXT, b INT GENERATED ALWAYS AS (length(a)) STORED, c INT AS (b + 1), PRIMARY KEY (a)) WITHOUT ROWID",
    );
    let schema = file.inspect(&|_| Err("not now".to_owned())).schema;
    let gaps = unmodelled(&schema);
    assert_eq!(gaps, ["table t: its stored statement could not be read (not now)"]);
    assert!(table(&schema, "t").without_rowid);
}
