//! Reads and changes real databases and compares with what SQL put into them.

mod connecting;
mod postgres;
mod postgres_scale;
mod rebuild;
mod roundtrip;
mod run;
mod sqlite;
mod urls;

use trueup_db::{Database, DatabaseUrl, InspectOptions, Inspection};
use trueup_schema::{ObjectName, Schema, Table};

/// Reads an address; no variable is set.
fn url(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text, "/".as_ref(), &|_| None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Inspects a PostgreSQL database.
fn inspect(text: &str, options: &InspectOptions) -> Inspection {
    let mut database = Database::connect(&url(text)).unwrap_or_else(|error| panic!("{error}"));
    let no_reader = |sql: &str| Err(format!("PostgreSQL has no stored statement `{sql}`"));
    database.inspect(options, &no_reader).unwrap_or_else(|error| panic!("{error}"))
}

fn table<'a>(schema: &'a Schema, name: &str) -> &'a Table {
    let found = schema.table(&ObjectName::new(name));
    found.unwrap_or_else(|| panic!("no table {name}: {:?}", schema.tables.keys().collect::<Vec<_>>()))
}

/// The unmodelled objects as `kind name`.
fn unmodelled(schema: &Schema) -> Vec<String> {
    schema.unmodelled.iter().map(|object| format!("{} {}", object.kind, object.name)).collect()
}
