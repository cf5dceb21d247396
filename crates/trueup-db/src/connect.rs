//! Opens a database for reading.
//!
//! PostgreSQL sessions carry our name and time limits; SQLite files are opened read-only, so a mistyped path is an
//! error and not a new empty file.

use std::collections::BTreeSet;
use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use rusqlite::{Connection, OpenFlags};
use trueup_schema::{Dialect, ObjectName, Schema};

use crate::error::postgres_cause;
use crate::inspect::{self, InspectOptions, Inspection, ReadStatement};
use crate::run::JOURNAL_TABLE;
use crate::{DatabaseUrl, DbError, Host, PostgresAddress, SqliteAddress, TlsMode, passfile, version_table};

/// How long SQLite waits for a writer to finish.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Tables that one query asks about: PostgreSQL answers at most 1,664 columns, SQLite reads at most 500 subqueries well.
const TABLES_ASKED_AT_ONCE: usize = 100;

/// An object as `sqlite_schema` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// `table`, `index`, `trigger` or `view`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The table or view that it belongs to.
    pub table: String,
    /// Its statement; the indexes of keys have none.
    pub sql: Option<String>,
}

/// An open database.
pub enum Database {
    /// A PostgreSQL session and its target in words.
    Postgresql(Client, String),
    /// An SQLite file and its target in words.
    Sqlite(Connection, String),
}

impl Database {
    /// Opens the database for reading.
    ///
    /// # Errors
    /// When it cannot be reached, demands TLS, or is an SQLite file that does not exist.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, DbError> {
        match url {
            DatabaseUrl::Postgresql(address) => {
                Ok(Self::Postgresql(connect_postgres(address)?, address.target()))
            }
            DatabaseUrl::Sqlite(address) => Ok(Self::Sqlite(open_sqlite(address)?, address.target())),
        }
    }

    /// Returns the kind of database.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Postgresql(..) => Dialect::Postgresql,
            Self::Sqlite(..) => Dialect::Sqlite,
        }
    }

    /// Returns the revisions that a version table records, sorted; `None` when there is no such table.
    ///
    /// # Errors
    /// When a statement fails.
    pub fn applied(&mut self, version_table: &ObjectName) -> Result<Option<Vec<String>>, DbError> {
        let failed = |target: &str, cause: String| DbError::Query {
            doing: format!("the version table `{version_table}`"),
            target: target.to_owned(),
            cause,
        };
        match self {
            Self::Postgresql(client, target) => version_table::postgres(client, version_table)
                .map_err(|error| failed(target, postgres_cause(&error))),
            Self::Sqlite(connection, target) => version_table::sqlite(connection, version_table)
                .map_err(|error| failed(target, error.to_string())),
        }
    }

    /// Reads the whole schema, and the revisions that are recorded, in one read-only snapshot.
    ///
    /// `read_statement` turns a stored `CREATE` statement of SQLite into operations; PostgreSQL never calls it.
    ///
    /// # Errors
    /// When a statement fails; the message says what was being read.
    pub fn inspect(
        &mut self,
        options: &InspectOptions,
        read_statement: ReadStatement<'_>,
    ) -> Result<Inspection, DbError> {
        match self {
            Self::Postgresql(client, target) => inspect_postgres(client, target, options),
            Self::Sqlite(connection, target) => {
                let inspection = inspect::sqlite::inspect(connection, target, options, read_statement)?;
                Ok(without_journal(inspection, options))
            }
        }
    }

    /// Returns the statements that an SQLite database stores of its objects, in their order; `None` for PostgreSQL,
    /// which stores none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn stored(&mut self) -> Result<Option<Vec<StoredObject>>, DbError> {
        let Self::Sqlite(connection, target) = self else { return Ok(None) };
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid";
        let read = || {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(StoredObject {
                    kind: row.get(0)?,
                    name: row.get(1)?,
                    table: row.get(2)?,
                    sql: row.get(3)?,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map(Some).map_err(|error| DbError::Query {
            doing: "the stored statements".to_owned(),
            target: target.clone(),
            cause: error.to_string(),
        })
    }

    /// Returns the tables of a schema that have rows; one that may not be read, or is locked, is taken to have
    /// some.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn tables_with_rows(&mut self, schema: &Schema) -> Result<BTreeSet<ObjectName>, DbError> {
        match self {
            Self::Postgresql(client, target) => {
                // A table that somebody has locked would be waited for without end.
                let set = client.batch_execute("SET lock_timeout = '1s'");
                set.map_err(|error| rows_unknown(target, postgres_cause(&error)))?;
                postgres_tables_with_rows(client, target, schema)
            }
            Self::Sqlite(connection, target) => tables_with_rows(schema, &mut |sql, tables| {
                let answers = connection
                    .query_row(sql, [], |row| (0..tables).map(|at| row.get(at)).collect::<Result<_, _>>());
                answers.map_err(|error| (rows_unknown(target, error.to_string()), false))
            }),
        }
    }
}

/// Reads the schema of a PostgreSQL database, without our own table.
pub(crate) fn inspect_postgres(
    client: &mut Client,
    target: &str,
    options: &InspectOptions,
) -> Result<Inspection, DbError> {
    let inspection = inspect::postgres::inspect(client, target, options)?;
    Ok(without_journal(inspection, options))
}

/// Takes the journal out of a schema: it is ours, and no business of whoever compares schemas.
fn without_journal(mut inspection: Inspection, options: &InspectOptions) -> Inspection {
    let namespace = options.version_table.as_ref().and_then(|table| table.namespace.clone());
    let journal = ObjectName { namespace, name: JOURNAL_TABLE.to_owned() };
    inspection.schema.tables.shift_remove(&journal);
    inspection
}

/// Returns the tables of a schema that have rows, with the limits that the session has.
pub(crate) fn postgres_tables_with_rows(
    client: &mut Client,
    target: &str,
    schema: &Schema,
) -> Result<BTreeSet<ObjectName>, DbError> {
    tables_with_rows(schema, &mut |sql, _| match client.query_typed(sql, &[]) {
        Ok(rows) => Ok(rows.iter().flat_map(|row| (0..row.len()).map(|at| row.get(at))).collect()),
        Err(error) => Err((rows_unknown(target, postgres_cause(&error)), client.is_closed())),
    })
}

/// Answers a query of so many columns; an error comes with whether the connection is lost.
type Ask<'a> = &'a mut dyn FnMut(&str, usize) -> Result<Vec<bool>, (DbError, bool)>;

fn tables_with_rows(schema: &Schema, ask: Ask<'_>) -> Result<BTreeSet<ObjectName>, DbError> {
    let mut have_rows = |tables: &[&ObjectName]| {
        let parts: Vec<String> =
            tables.iter().map(|name| format!("EXISTS (SELECT 1 FROM {})", name.to_sql())).collect();
        ask(&format!("SELECT {}", parts.join(", ")), tables.len())
    };
    let mut found = BTreeSet::new();
    let names: Vec<&ObjectName> = schema.tables.keys().collect();
    for part in names.chunks(TABLES_ASKED_AT_ONCE) {
        match have_rows(part) {
            Ok(answers) => {
                let with_rows = part.iter().zip(answers).filter(|(_, has_rows)| *has_rows);
                found.extend(with_rows.map(|(name, _)| (*name).clone()));
            }
            Err((error, true)) => return Err(error),
            Err(_) => {
                for name in part {
                    if have_rows(&[name]).map_or(true, |answers| answers.contains(&true)) {
                        found.insert((*name).clone());
                    }
                }
            }
        }
    }
    Ok(found)
}

fn rows_unknown(target: &str, cause: String) -> DbError {
    DbError::Query { doing: "which tables have rows".to_owned(), target: target.to_owned(), cause }
}

fn connect_postgres(address: &PostgresAddress) -> Result<Client, DbError> {
    postgres_config(address)?
        .connect(NoTls)
        .map_err(|error| DbError::Connect { target: address.target(), cause: postgres_cause(&error) })
}

/// Returns what the driver must know to open a session, with the password file asked.
pub(crate) fn postgres_config(address: &PostgresAddress) -> Result<Config, DbError> {
    if let TlsMode::Demanded(mode) = address.tls {
        return Err(DbError::Tls { target: address.target(), mode });
    }
    let mut config = Config::new();
    config
        .user(&address.user)
        .dbname(&address.database)
        .application_name("trueup")
        .connect_timeout(address.connect_timeout)
        .ssl_mode(SslMode::Disable);
    for (host, port) in &address.hosts {
        match host {
            Host::Tcp(name) => config.host(name),
            #[cfg(unix)]
            Host::Socket(folder) => config.host_path(folder),
            #[cfg(not(unix))]
            Host::Socket(folder) => config.host(folder.display().to_string()),
        };
        config.port(*port);
    }
    if let Some(options) = &address.options {
        config.options(options);
    }
    let password = address.password.as_ref().map(|secret| secret.0.clone());
    if let Some(password) = password.or_else(|| passfile::password(address)) {
        config.password(password);
    }
    Ok(config)
}

pub(crate) fn open_sqlite(address: &SqliteAddress) -> Result<Connection, DbError> {
    let SqliteAddress::File { path, immutable } = address else { return Err(DbError::InMemory) };
    if !path.is_file() {
        return Err(DbError::MissingFile(path.clone()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = if *immutable {
        let uri = format!("file:{}?immutable=1", escaped(&path.display().to_string()));
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
    } else {
        Connection::open_with_flags(path, flags)
    };
    let failed =
        |error: rusqlite::Error| DbError::Connect { target: address.target(), cause: error.to_string() };
    let connection = opened.map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    Ok(connection)
}

/// Escapes what has a meaning in SQLite's `file:` URIs.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
