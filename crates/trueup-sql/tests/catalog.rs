//! Queries on the catalogs are answered from the schema, or not at all.

use trueup_schema::{Dialect, Schema};
use trueup_sql::catalog::{Value, query};
use trueup_sql::{ReadContext, read};

fn schema(dialect: Dialect, sql: &str) -> Schema {
    let mut schema = Schema::new(dialect);
    let result =
        read(dialect, sql, &ReadContext { schema: Some(&Schema::new(dialect)), ..ReadContext::default() });
    for operation in result.operations() {
        operation.apply(&mut schema).expect("the statement applies");
    }
    schema
}

const SCHEMA: &str = "CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('a', 'b'); CREATE EXTENSION citext;
    CREATE TABLE o (id serial PRIMARY KEY, m mood NOT NULL DEFAULT 'a');
    CREATE TABLE app.t (id int PRIMARY KEY, o int CONSTRAINT fk REFERENCES o (id), name varchar(20));
    CREATE UNIQUE INDEX ix ON app.t (name); CREATE VIEW v AS SELECT id FROM o;";

/// Returns the first value of the first row in words.
fn answer(sql: &str) -> String {
    let Some(rows) = query(&schema(Dialect::Postgresql, SCHEMA), sql) else { return "unread".to_owned() };
    match rows.first().and_then(|row| row.first()) {
        None => "no row".to_owned(),
        Some((_, Value::Bool(value))) => value.to_string(),
        Some((_, Value::Number(value))) => value.to_string(),
        Some((_, Value::Text(value))) => value.clone(),
        Some((_, Value::Null)) => "null".to_owned(),
        Some((_, value)) => format!("{value:?}"),
    }
}

#[test]
fn catalogs_answer_from_the_schema() {
    let cases = [
        ("SELECT 1 FROM pg_type WHERE typname = 'mood'", "1"),
        ("SELECT 1 FROM pg_type WHERE typname = 'nope'", "no row"),
        (
            "SELECT count(*) FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = 'mood'",
            "2",
        ),
        ("SELECT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'citext')", "true"),
        ("SELECT tablename FROM pg_tables WHERE schemaname = 'app'", "t"),
        ("SELECT to_regclass('app.t') IS NULL", "false"),
        ("SELECT to_regclass('app.nope')", "null"),
        ("SELECT conname FROM pg_constraint WHERE conrelid = 'app.t'::regclass AND contype = 'f'", "fk"),
        ("SELECT confrelid::regclass::text FROM pg_constraint WHERE conname = 'fk'", "o"),
        ("SELECT indexname FROM pg_indexes WHERE tablename = 't' AND indexname NOT LIKE '%pkey'", "ix"),
        (
            "SELECT is_nullable FROM information_schema.columns WHERE table_name = 'o' AND column_name = 'm'",
            "NO",
        ),
        ("SELECT data_type FROM information_schema.columns WHERE column_name = 'm'", "USER-DEFINED"),
        ("SELECT character_maximum_length FROM information_schema.columns WHERE column_name = 'name'", "20"),
        ("SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('public', 'app')", "3"),
        (
            "SELECT constraint_name FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY'",
            "fk",
        ),
        (
            "SELECT table_name FROM information_schema.constraint_column_usage WHERE constraint_name = 'fk'",
            "o",
        ),
        ("SELECT relkind FROM pg_class WHERE relname = 'o_id_seq'", "S"),
        ("SELECT 1 FROM pg_attribute WHERE attrelid = 'o'::regclass AND attname = 'm' AND attnotnull", "1"),
        ("SELECT 1 FROM pg_namespace WHERE nspname = 'app'", "1"),
        ("SELECT 'a' || 'b' = ANY (ARRAY['x', 'ab'])", "true"),
        (
            "SELECT 1 FROM pg_class c WHERE c.relname = 't' AND EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)",
            "1",
        ),
        ("SELECT NULL IS NOT NULL OR NOT (1 <> 1)", "true"),
    ];
    for (sql, expected) in cases {
        assert_eq!(answer(sql), expected, "{sql}");
    }
}

#[test]
fn what_the_schema_does_not_tell_stays_unknown() {
    let cases = [
        ("SELECT 1 FROM o", "unread"),
        ("SELECT 1 FROM pg_roles WHERE rolname = 'x'", "unread"),
        ("SELECT 1 FROM pg_class WHERE reltuples > 0", "unread"),
        ("SELECT version()", "Unknown"),
        ("SELECT EXISTS (SELECT 1 FROM o)", "Unknown"),
        ("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix'", "Unknown"),
        ("SELECT 1 UNION SELECT 2", "unread"),
        ("SELECT count(*) FROM o", "unread"),
        ("SELECT count(*) FROM pg_class WHERE reltuples > 0", "unread"),
        ("DELETE FROM pg_class", "unread"),
    ];
    for (sql, expected) in cases {
        assert_eq!(answer(sql), expected, "{sql}");
    }
}

#[test]
fn sqlite_master_is_a_catalog_too() {
    let schema = schema(Dialect::Sqlite, "CREATE TABLE T (a INT); CREATE INDEX i ON T (a);");
    let rows = query(&schema, "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'T'")
        .expect("rows");
    assert_eq!(rows, [[("name".to_owned(), Value::Text("i".to_owned()))]]);
    assert_eq!(query(&schema, "SELECT 1 FROM pg_class"), None);
}
