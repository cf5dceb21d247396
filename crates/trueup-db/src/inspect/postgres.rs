//! Reads a PostgreSQL catalog (13 to 18).
//!
//! One flat query per catalog, all in one `REPEATABLE READ READ ONLY` transaction, joined here by oid: the number of
//! round trips does not depend on the number of tables, and no plan depends on statistics that a fresh catalog lacks.
//! The deparsing functions of the server (`pg_get_expr` and its sisters) read the search path and a few settings, so
//! those are fixed for the transaction.

use postgres::error::SqlState;
use postgres::{Client, IsolationLevel, Transaction};
use trueup_schema::name::quote_identifier;

use crate::error::postgres_cause;
use crate::inspect::{InspectOptions, Inspection, Namespaces};
use crate::{DbError, version_table};

mod assemble;
mod catalog;
mod columns;
mod constraints;
mod expressions;
mod indexes;
mod names;
mod objects;
mod privileges;
mod rows;
mod types;
mod unmodelled;

use catalog::Catalog;

/// Time limits, so that a lock held by somebody else is an error and not a hang, and everything that changes how the
/// server prints an expression.
const SETTINGS: &str = "\
SET LOCAL statement_timeout = '120s';
SET LOCAL lock_timeout = '10s';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL TimeZone = 'UTC';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL quote_all_identifiers = off;
SET LOCAL standard_conforming_strings = on;
SET LOCAL jit = off";

/// How often a reading that another session's DDL disturbed is begun.
const ATTEMPTS: u32 = 10;

/// Reads the schema of one database.
///
/// The server's deparsing functions look at the newest catalog and not at the snapshot, so an object that somebody
/// drops meanwhile makes them fail; the reading is then begun again.
pub(crate) fn inspect(
    client: &mut Client,
    target: &str,
    options: &InspectOptions,
) -> Result<Inspection, DbError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let target = target.to_owned();
        match read(client, options) {
            Ok(inspection) => return Ok(inspection),
            Err(Failure::OldServer(version)) => return Err(DbError::OldServer { target, version }),
            Err(Failure::Query(_, error)) if attempt < ATTEMPTS && was_disturbed(&error) => {}
            Err(Failure::Query(doing, error)) => {
                return Err(DbError::Query { doing, target, cause: postgres_cause(&error) });
            }
        }
    }
}

enum Failure {
    OldServer(String),
    /// What was being read, and what the server said.
    Query(String, postgres::Error),
}

/// Tells whether an error is what concurrent DDL causes: "cache lookup failed", "could not open relation", or a deadlock
/// with a session that locks tables in another order, of which the server ends the reading.
fn was_disturbed(error: &postgres::Error) -> bool {
    let disturbances = [
        SqlState::INTERNAL_ERROR,
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_OBJECT,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    error.code().is_some_and(|code| disturbances.contains(code))
}

fn read(client: &mut Client, options: &InspectOptions) -> Result<Inspection, Failure> {
    let failed = |doing: &str| {
        let doing = doing.to_owned();
        move |error| Failure::Query(doing, error)
    };
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(failed("the catalog"))?;
    transaction.batch_execute(SETTINGS).map_err(failed("the settings"))?;
    let server = Server::read(&mut transaction).map_err(failed("the server's version"))?;
    if server.major < 13 {
        return Err(Failure::OldServer(server.version));
    }
    let revisions = match &options.version_table {
        Some(table) => version_table::postgres(&mut transaction, table)
            .map_err(failed(&format!("the version table `{table}`")))?,
        None => None,
    };
    let search_path = format!("SET LOCAL search_path = {}", quote_identifier(&server.default_namespace));
    transaction.batch_execute(&search_path).map_err(failed("the settings"))?;
    let catalog = Catalog::fetch(&mut transaction, &server, &options.namespaces)
        .map_err(|(doing, error)| Failure::Query(doing.to_owned(), error))?;
    transaction.rollback().map_err(failed("the catalog"))?;
    Ok(Inspection {
        schema: assemble::schema(&catalog),
        revisions,
        queries: catalog.queries,
        server_version: server.version,
        default_namespace: server.default_namespace,
    })
}

/// What must be known before the catalog can be asked.
struct Server {
    /// Major version, such as 17.
    major: i32,
    /// Version as the server tells it.
    version: String,
    /// `current_schema()` of the session as it was opened.
    default_namespace: String,
}

impl Server {
    fn read(transaction: &mut Transaction<'_>) -> Result<Self, postgres::Error> {
        let row = transaction.query_typed_one(include_str!("postgres/queries/server.sql"), &[])?;
        Ok(Self {
            major: row.get::<_, i32>("version_number") / 10_000,
            version: row.get("version"),
            default_namespace: row.get("default_namespace"),
        })
    }
}

impl Namespaces {
    /// Tells whether a namespace is to be read.
    fn contains(&self, namespace: &str, default: &str) -> bool {
        let system = namespace.starts_with("pg_") || namespace == "information_schema";
        match self {
            Self::All => !system,
            Self::Default => namespace == default,
            Self::Named(names) => namespace == default || names.iter().any(|name| name == namespace),
        }
    }
}
