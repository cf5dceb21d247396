//! What is fuzzed: each target hands a text to one reader and checks what must hold whatever the text.
//!
//! A target fails by panicking. Beside "no panic, no hang" it asserts cheap laws, each in a function of its own so that
//! the place of the panic names the law that was broken.

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use trueup_project::config::ini::Ini;
use trueup_project::config::{ConfigRequest, Configuration};
use trueup_python::{Limits, NoHost, Vm};
use trueup_schema::{ColumnType, Dialect, Schema, SqlExpr, diff};
use trueup_sql::ReadContext;

use super::seeds;

/// A reader under attack.
pub struct Target {
    /// Name on the command line and of the folder with regression inputs.
    pub name: &'static str,
    /// Feeds one input.
    pub run: fn(&[u8]),
    /// Returns what mutations start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words that mean something to the reader.
    pub dictionary: &'static [&'static str],
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "python", run: python, seeds: || seeds::of_kind("py"), dictionary: PYTHON },
    Target { name: "postgres", run: postgres, seeds: || seeds::of_kind("sql"), dictionary: SQL },
    Target { name: "sqlite", run: sqlite, seeds: || seeds::of_kind("sql"), dictionary: SQL },
    Target { name: "ini", run: ini, seeds: ini_seeds, dictionary: INI },
    Target { name: "config", run: config, seeds: config_seeds, dictionary: INI },
    Target { name: "header", run: header, seeds: || seeds::of_kind("py"), dictionary: PYTHON },
    Target { name: "expression", run: expression, seeds: || texts(seeds::EXPRESSIONS), dictionary: SQL },
    Target { name: "type", run: column_type, seeds: || texts(seeds::TYPES), dictionary: SQL },
];

/// Returns the target of that name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

fn texts(items: &[&str]) -> Vec<Vec<u8>> {
    items.iter().map(|item| item.as_bytes().to_vec()).collect()
}

fn ini_seeds() -> Vec<Vec<u8>> {
    let mut out = seeds::of_kind("ini");
    out.extend(texts(seeds::INIS));
    out
}

fn config_seeds() -> Vec<Vec<u8>> {
    let mut out = ini_seeds();
    out.extend(seeds::of_kind("toml"));
    out
}

fn python(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let ast = trueup_python::parse(&text);
    for error in &ast.errors {
        assert_inside("a syntax error", &text, error.span.start, error.span.end);
    }
    for comment in &ast.comments {
        assert_inside("a comment", &text, comment.span.start, comment.span.end);
    }
    let _ = trueup_python::parse_expression(&text);
    let mut vm = Vm::new(Rc::new(NoHost));
    // With the limits of real use an endless loop takes seconds; a step must cost the same whatever the limit is.
    vm.set_limits(Limits { steps: 200_000, total_steps: 600_000, ..Limits::default() });
    vm.add_module("main", "main.py", &text, false);
    vm.run_module("main");
    for note in vm.notes() {
        // A note may also point into a stub of the standard library.
        if let Some(place) = note.place.as_ref().filter(|place| &*place.source.path == "main.py") {
            assert_inside("a note", &text, place.span.start, place.span.end);
        }
    }
}

fn postgres(bytes: &[u8]) {
    sql(Dialect::Postgresql, bytes);
}

fn sqlite(bytes: &[u8]) {
    sql(Dialect::Sqlite, bytes);
}

fn sql(dialect: Dialect, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for statement in trueup_sql::split(dialect, &text) {
        assert_inside("a piece", &text, statement.span.start, statement.span.end);
    }
    let mut schema = Schema::new(dialect);
    let context = ReadContext { schema: Some(&schema), path: Some("f.sql".into()), ..ReadContext::default() };
    let result = trueup_sql::read(dialect, &text, &context);
    for error in &result.errors {
        assert_inside("an error", &text, error.span.start, error.span.end);
    }
    for statement in &result.statements {
        assert_inside("a statement", &text, statement.span.start, statement.span.end);
    }
    for operation in result.operations() {
        let _ = operation.to_sql(dialect);
        let before = schema.clone();
        if operation.apply(&mut schema).is_err() {
            assert_unchanged(&before, &schema);
        }
    }
    let _ = trueup_schema::schema::dump(&schema);
    assert_no_difference_to_itself(&schema);
    assert_buildable(&schema);
}

/// Keys are found, and values read, whatever is in the file.
fn ini(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let ini = Ini::parse(&text);
    let sections: Vec<String> = ini.sections().map(str::to_owned).collect();
    for section in sections {
        for key in ini.keys(&section) {
            let _ = ini.get(&section, &key, &[("here", "/project")]);
            let _ = ini.line(&section, &key);
        }
    }
}

/// The text as alembic.ini, as pyproject.toml and as trueup.toml of a project.
fn config(bytes: &[u8]) {
    let folder = scratch();
    let _ = fs::create_dir_all(folder.join("alembic/versions"));
    for name in ["alembic.ini", "pyproject.toml", "trueup.toml"] {
        let file = folder.join(name);
        let _ = fs::write(&file, bytes);
        let request = ConfigRequest { directory: folder.clone(), ..ConfigRequest::default() };
        if let Err(error) = Configuration::load(&request) {
            let _ = error.to_string();
        }
        let _ = fs::remove_file(file);
    }
}

fn header(bytes: &[u8]) {
    let folder = scratch();
    let file = folder.join("revision.py");
    if fs::write(&file, bytes).is_err() {
        return;
    }
    let read = trueup_project::headers::read(&folder, &file);
    for span in
        [read.revision.docstring_span, read.revision.problem.and_then(|(_, span)| span)].into_iter().flatten()
    {
        // What cannot be decoded has no text; its places are bytes of the file.
        if !read.text.is_empty() {
            assert_inside("a place in a header", &read.text, span.start, span.end);
        }
    }
}

fn expression(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
        let column = ColumnType::parse(dialect, "varchar(20)");
        for expression in [
            SqlExpr::new(dialect, text.as_ref()),
            SqlExpr::default_value(dialect, text.as_ref(), &column),
            SqlExpr::definition(dialect, text.as_ref()),
        ] {
            let _ = (expression.identifiers(), expression.mentions("a"), expression.is_null());
            let _ = (expression.index_column_name(), expression.as_column());
            let _ = expression.rename_identifier("a", "b\"c").canonical().len();
            let _ = expression.rename_qualifier("t", "u").canonical().len();
        }
        let once = SqlExpr::new(dialect, text.as_ref());
        assert_expression_is_settled(dialect, &once);
    }
}

fn column_type(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
        let once = ColumnType::parse(dialect, &text);
        assert_type_is_settled(dialect, &once);
    }
    let _ = ColumnType::serial_base(&text);
}

/// A place is in the text and does not cut a letter in two.
fn assert_inside(what: &str, text: &str, start: u32, end: u32) {
    assert!(text.get(start as usize..end as usize).is_some(), "{what} at {start}..{end} of {}", text.len());
}

/// A refused operation changes nothing.
fn assert_unchanged(before: &Schema, after: &Schema) {
    assert!(before == after, "a refused operation changed the schema");
}

/// Nothing differs from itself.
fn assert_no_difference_to_itself(schema: &Schema) {
    let operations = diff(schema, schema);
    assert!(operations.is_empty(), "a schema differs from itself: {}", operations[0].name());
}

/// What was built can be built again.
fn assert_buildable(schema: &Schema) {
    let mut built = Schema::new(schema.dialect);
    for operation in schema.to_operations() {
        if let Err(error) = operation.apply(&mut built) {
            panic!("a schema cannot be built from its own operations: {}: {error}", operation.name());
        }
    }
    assert!(built.equivalent(schema), "a schema built from its own operations is another one");
}

/// The normal form of a normal form is itself.
fn assert_expression_is_settled(dialect: Dialect, once: &SqlExpr) {
    let twice = SqlExpr::new(dialect, once.canonical());
    assert!(
        twice.canonical() == once.canonical(),
        "normal form changes again: {} -> {}",
        shortened(once.canonical()),
        shortened(twice.canonical())
    );
}

/// The canonical name of a canonical name is itself.
fn assert_type_is_settled(dialect: Dialect, once: &ColumnType) {
    if once.is_unknown() {
        return;
    }
    let name = once.to_string();
    let twice = ColumnType::parse(dialect, &name).to_string();
    assert!(twice == name, "canonical type changes again: {} -> {}", shortened(&name), shortened(&twice));
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A folder of this process, reused by every case.
fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("trueup-fuzz-{}", std::process::id()));
    let _ = fs::create_dir_all(&folder);
    folder
}

/// Removes what targets have written.
pub fn clean() {
    let _ = fs::remove_dir_all(scratch());
}

const PYTHON: &[&str] = &[
    "def f():\n",
    "class A:\n",
    "while True:",
    "for x in ",
    "lambda x: ",
    "yield ",
    "yield from ",
    "await ",
    "async ",
    "return ",
    "raise ",
    "try:\n",
    "except* E:\n",
    "finally:\n",
    "with a as b:\n",
    "match x:\n",
    "case _:\n",
    "import os",
    "from . import x",
    "global x",
    "nonlocal x",
    "del x",
    "assert ",
    "x = x",
    ":=",
    "**",
    "*",
    "//",
    "@",
    "->",
    "...",
    "f'{x!r:>{w}}'",
    "f\"{",
    "'''",
    "b'x'",
    "r'\\'",
    "1j",
    "0b1",
    "not in",
    "is not",
    "if 1 else",
    "__init__",
    "__getattr__",
    "__repr__",
    "self",
    "super()",
    "range(10**9)",
    "'a' * 10**6",
    "[0] * 10**6",
    "print(",
    "isinstance(",
    "getattr(",
    "dict(",
    "sorted(",
    "'%s' % ",
    ".format(",
    ".join(",
    "[::-1]",
    "1 << 200",
    "2 ** 999",
    "\n    ",
    "\n\t",
    "\\\n",
    "# type: ",
    "type X = int",
    "[T]",
    "@property",
    "@staticmethod",
    "globals()",
    "eval(",
    "revision = ",
    "down_revision = ",
    "(\"a\", \"b\")",
    "op.add_column(",
    "sa.Column(",
    "None",
    "True",
];

const SQL: &[&str] = &[
    "CREATE TABLE ",
    "ALTER TABLE ",
    "ADD COLUMN ",
    "DROP ",
    "CASCADE",
    "IF NOT EXISTS",
    "IF EXISTS",
    "CONSTRAINT c ",
    "PRIMARY KEY",
    "FOREIGN KEY",
    "REFERENCES t(a)",
    "UNIQUE",
    "CHECK (",
    "EXCLUDE USING gist (",
    "DEFAULT ",
    "NOT NULL",
    "GENERATED ALWAYS AS IDENTITY",
    "GENERATED ALWAYS AS (a) STORED",
    "CREATE INDEX CONCURRENTLY ",
    "INCLUDE (a)",
    "WHERE ",
    "USING btree",
    "WITH (fillfactor=70)",
    "NULLS NOT DISTINCT",
    "DESC NULLS LAST",
    "text_pattern_ops",
    "COLLATE \"C\"",
    "CREATE TYPE e AS ENUM (",
    "ADD VALUE 'x' BEFORE 'y'",
    "CREATE VIEW v AS ",
    "MATERIALIZED",
    "CREATE FUNCTION f() RETURNS trigger",
    "LANGUAGE plpgsql AS $$",
    "$$",
    "$x$",
    "DO $$ BEGIN ",
    "END $$",
    "IF ",
    "THEN ",
    "LOOP",
    "EXCEPTION WHEN OTHERS THEN",
    "EXECUTE format('%I', x)",
    "RAISE",
    "FOR r IN ",
    "CREATE TRIGGER ",
    "EXECUTE FUNCTION f()",
    "PARTITION BY RANGE (a)",
    "PARTITION OF t FOR VALUES FROM (1) TO (2)",
    "INHERITS (t)",
    "LIKE t INCLUDING ALL",
    "CREATE POLICY ",
    "GRANT ALL ON ",
    "COMMENT ON ",
    "CREATE SEQUENCE ",
    "CREATE DOMAIN ",
    "CREATE EXTENSION ",
    "RENAME TO ",
    "SET SCHEMA ",
    "BEGIN;",
    "COMMIT;",
    "ROLLBACK",
    "SAVEPOINT s",
    "SET search_path TO ",
    "INSERT INTO t VALUES (",
    "ON CONFLICT DO NOTHING",
    "SELECT ",
    "FROM ",
    "JOIN ",
    "UNION ",
    "VALUES (1)",
    "::",
    "::text",
    "'a'",
    "E'\\'",
    "U&'\\0041'",
    "\"a\"\"b\"",
    "--",
    "/*",
    "*/",
    ";",
    "(",
    ")",
    ",",
    "ARRAY[",
    "ANY (",
    "IN (",
    "BETWEEN ",
    "CASE WHEN ",
    "ELSE ",
    "END",
    "IS NOT NULL",
    "AND ",
    "OR ",
    "NOT ",
    "WITHOUT ROWID",
    "STRICT",
    "AUTOINCREMENT",
    "PRAGMA foreign_keys=ON",
    ":name",
    "%s",
    "%(x)s",
    "$1",
    "?",
    "[bracketed]",
    "`ticks`",
    "|| ",
    "->>",
    "interval '1 day'",
    "current_timestamp",
    "now()",
    "nextval('s')",
    "varchar(10)",
    "numeric(10,2)",
    "timestamp with time zone",
    "[]",
    "serial",
    "COPY t FROM stdin;",
    "\\.",
];

const INI: &[&str] = &[
    "[alembic]\n",
    "[DEFAULT]\n",
    "[tool.alembic]\n",
    "[tool.trueup]\n",
    "%(here)s",
    "%(a)s",
    "%%",
    "%",
    "=",
    ":",
    "\n ",
    "\n\t",
    ";",
    "#",
    "script_location = ",
    "version_locations = ",
    "prepend_sys_path = ",
    "sqlalchemy.url = ",
    "path_separator = os",
    "version_path_separator = newline",
    "recursive_version_locations = true",
    "\"",
    "[[",
    "]]",
    "{",
    "}",
    "'''",
    "1979-05-27",
    "true",
    "inf",
    "..",
    "//",
    "/",
    "~",
    "\\",
];
