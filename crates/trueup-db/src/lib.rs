//! Everything that talks to a database: addresses, connections, inspection.
//!
//! A [`DatabaseUrl`] is what a user or a configuration file wrote; [`Database::connect`] opens it for reading;
//! [`Database::inspect`] turns the catalog into a [`Schema`](trueup_schema::Schema) in one read-only snapshot, together
//! with the revisions that Alembic's version table records. Nothing here changes a database or creates a file.
//!
//! ```no_run
//! use trueup_db::{Database, DatabaseUrl, InspectOptions};
//!
//! let url = DatabaseUrl::parse("postgresql+psycopg2://app@localhost/app", ".".as_ref(), &|name| std::env::var(name).ok())?;
//! let inspection = Database::connect(&url)?.inspect(&InspectOptions::default(), &|_| Err("PostgreSQL needs no reader".into()))?;
//! println!("{} tables", inspection.schema.tables.len());
//! # Ok::<(), trueup_db::DbError>(())
//! ```
//!
//! The environment is never read here: callers hand in a closure, so the tests need no global state.

mod connect;
mod error;
pub mod inspect;
mod passfile;
mod url;
mod version_table;

pub use connect::Database;
pub use error::{DbError, UrlError};
pub use inspect::{InspectOptions, Inspection, Namespaces, ReadStatement};
pub use url::{DatabaseUrl, Host, PostgresAddress, Secret, SqliteAddress, TlsMode};
