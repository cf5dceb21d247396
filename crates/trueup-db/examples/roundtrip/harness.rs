//! One SQL text, two ways into the schema model: read as text, and read back from a database that ran it.
//!
//! Both must be the same schema, or drift would be reported on a database that nobody touched. Shared by the tests and
//! by the example that does it for a folder of dumps.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use trueup_db::{Database, DatabaseUrl, InspectOptions};
use trueup_schema::diff::{Compare, Difference, DifferenceKind, compare};
use trueup_schema::{Dialect, Operation, Schema, Severity};
use trueup_sql::{Effect, ReadContext, read};
use trueup_testkit::postgres::{Postgres, ScratchDatabase};

/// A database that ran the text.
pub(crate) enum Live {
    /// A scratch database of the tests' server.
    Postgresql(ScratchDatabase),
    /// A file that is removed with the value.
    Sqlite(File),
}

/// A file that is removed with the value.
pub(crate) struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Live {
    /// Runs a text on an empty database.
    pub(crate) fn run(dialect: Dialect, name: &str, sql: &str) -> Self {
        match dialect {
            Dialect::Postgresql => {
                let database = Postgres::shared().scratch_database();
                database.execute(sql);
                Self::Postgresql(database)
            }
            Dialect::Sqlite => {
                let file = format!("trueup-roundtrip-{}-{name}.db", std::process::id());
                let path = std::env::temp_dir().join(file);
                let _ = std::fs::remove_file(&path);
                let connection = Connection::open(&path).unwrap_or_else(|error| panic!("{error}"));
                connection.execute_batch(sql).unwrap_or_else(|error| panic!("{name}: {error}"));
                Self::Sqlite(File(path))
            }
        }
    }

    /// Reads the schema back.
    pub(crate) fn inspect(&self) -> Schema {
        let address = match self {
            Self::Postgresql(database) => database.url().to_owned(),
            Self::Sqlite(File(path)) => format!("sqlite:///{}", path.display()),
        };
        let url = DatabaseUrl::parse(&address, Path::new("/"), &|_| None)
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        let mut database = Database::connect(&url).unwrap_or_else(|error| panic!("{error}"));
        let statement = |sql: &str| {
            let found = read(Dialect::Sqlite, sql, &ReadContext::default());
            match found.errors.first() {
                Some(error) => Err(error.message.clone()),
                None => Ok(found.operations().cloned().collect()),
            }
        };
        let options = InspectOptions { version_table: None, ..InspectOptions::default() };
        database.inspect(&options, &statement).unwrap_or_else(|error| panic!("{error}")).schema
    }

    /// Returns the address of a PostgreSQL database.
    pub(crate) fn postgres_url(&self) -> Option<&str> {
        match self {
            Self::Postgresql(database) => Some(database.url()),
            Self::Sqlite(_) => None,
        }
    }
}

/// Returns what the text builds in memory, and every statement that could not be read or applied.
pub(crate) fn built(dialect: Dialect, sql: &str) -> (Schema, Vec<String>) {
    let mut schema = Schema::new(dialect);
    let problems = continued(&mut schema, sql);
    (schema, problems)
}

/// Carries a text out in memory and returns every statement that could not be read or applied.
pub(crate) fn continued(schema: &mut Schema, sql: &str) -> Vec<String> {
    let (dialect, before) = (schema.dialect, schema.clone());
    let context = ReadContext { schema: Some(&before), check_data: false, ..ReadContext::default() };
    let found = read(dialect, sql, &context);
    let mut problems: Vec<String> = found
        .errors
        .iter()
        .map(|error| format!("{} at `{}`", error.message, &sql[error.span.start as usize..]))
        .collect();
    for statement in &found.statements {
        let text = &sql[statement.span.start as usize..statement.span.end as usize];
        if let Effect::Opaque(reason) = &statement.effect {
            problems.push(format!("opaque: {reason}: {text}"));
        }
        for operation in &statement.operations {
            if let Err(error) = operation.apply(schema) {
                problems.push(format!("{}: {error}: {text}", operation.name()));
            }
        }
    }
    problems
}

/// Returns the differences that a person would be alarmed by, and those that could not be told, in words.
pub(crate) fn differences(expected: &Schema, actual: &Schema) -> (Vec<String>, Vec<String>) {
    let all = compare(expected, actual, &Compare::default());
    let is_unknown = |found: &&Difference| {
        matches!(found.kind, DifferenceKind::Unknown { .. }) || found.severity != Severity::Error
    };
    let words = |found: &Difference| {
        let table = found.object.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
        let what = match &found.kind {
            DifferenceKind::Added => "only in the database".to_owned(),
            DifferenceKind::Removed => "not in the database".to_owned(),
            DifferenceKind::Changed { property, expected, actual } => {
                format!("{property}\n      text     {expected}\n      database {actual}")
            }
            DifferenceKind::Unknown { property, reason } => format!("{property} not known: {reason}"),
        };
        format!("{:?} {table}{}: {what}", found.object.kind, found.object.name)
    };
    let unknown = all.iter().filter(is_unknown).map(words).collect();
    (all.iter().filter(|found| !is_unknown(found)).map(words).collect(), unknown)
}

/// Returns the statements that build a schema, as one text.
pub(crate) fn statements(schema: &Schema) -> String {
    let sql = |operation: &Operation| operation.to_sql(schema.dialect);
    let all: Vec<String> =
        schema.to_operations().iter().flat_map(sql).filter(|sql| !sql.is_empty()).collect();
    all.join(";\n")
}
