//! What can go wrong with a database, told with what was being done and to which database; never with a password.

use std::error::Error;
use std::path::PathBuf;

/// Why a database address cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// The text has no `dialect://`.
    #[error("the database URL does not begin with `postgresql://` or `sqlite://`")]
    NoDialect,
    /// A dialect that trueup does not read.
    #[error("databases of the kind `{0}` are not supported; trueup reads PostgreSQL and SQLite")]
    Dialect(String),
    /// The port is not a number between 1 and 65535.
    #[error("`{0}` in the database URL is not a port")]
    Port(String),
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the {0} in the database URL is not percent-encoded correctly")]
    Encoding(&'static str),
    /// A parameter with a value that makes no sense.
    #[error("`{value}` is not a value for `{name}`")]
    Parameter {
        /// Name of the URL parameter or environment variable.
        name: String,
        /// Its value.
        value: String,
    },
    /// Nothing tells the user.
    #[error("the database URL names no user, and neither do PGUSER and USER")]
    NoUser,
    /// A `service=` entry, which would need libpq's service file.
    #[error("connection services (`{0}`) are not supported; write host, user and database into the URL")]
    Service(String),
}

/// Why a database cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address cannot be understood.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// No connection came about.
    #[error("cannot connect to {target}: {cause}")]
    Connect {
        /// The database, without its password.
        target: String,
        /// What the server or the system said.
        cause: String,
    },
    /// The address demands an encrypted connection.
    #[error("cannot connect to {target}: it asks for `sslmode={mode}`, but TLS is not built in yet")]
    Tls {
        /// The database, without its password.
        target: String,
        /// The mode that was asked for.
        mode: &'static str,
    },
    /// There is no SQLite file; it is never created by reading.
    #[error("the SQLite database `{}` does not exist", .0.display())]
    MissingFile(PathBuf),
    /// The folder that a new SQLite file would lie in does not exist.
    #[error("cannot create the SQLite database `{}`: its folder does not exist", .0.display())]
    MissingFolder(PathBuf),
    /// The address says that nobody changes the file.
    #[error("the address of `{}` says `immutable=1`, so it is only read", .0.display())]
    Immutable(PathBuf),
    /// An in-memory database is nothing that another program can reach.
    #[error(
        "an in-memory SQLite database exists only inside the application, so there is nothing to read or change"
    )]
    InMemory,
    /// The server is older than trueup knows.
    #[error("{target} is PostgreSQL {version}; trueup knows 13 and later")]
    OldServer {
        /// The database, without its password.
        target: String,
        /// Its version.
        version: String,
    },
    /// A statement failed.
    #[error("cannot read {doing} of {target}: {cause}")]
    Query {
        /// What was being read, such as "the indexes".
        doing: String,
        /// The database, without its password.
        target: String,
        /// What the server or the system said.
        cause: String,
    },
}

/// Returns what a driver error says to people: the driver's own first line hides the server's sentence.
pub(crate) fn postgres_cause(error: &postgres::Error) -> String {
    let Some(db_error) = error.as_db_error() else {
        return innermost(error);
    };
    let mut text = db_error.message().to_owned();
    for more in [db_error.detail(), db_error.hint()].into_iter().flatten() {
        text.push_str(" (");
        text.push_str(more.trim_end_matches('.'));
        text.push(')');
    }
    text
}

fn innermost(error: &postgres::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}
