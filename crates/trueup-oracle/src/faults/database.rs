//! One database for one run: made from a prepared one, looked at afterwards, thrown away.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use trueup_schema::Dialect;

use super::cluster::{self, Cluster};
use super::state::{self, State};

/// How long a server may take to notice that a client is gone.
const PATIENCE: Duration = Duration::from_secs(15);

/// A database.
#[derive(Clone)]
pub(super) enum Database<'a> {
    /// On a server.
    Postgres { cluster: &'a Cluster, name: String },
    /// A file.
    Sqlite { file: PathBuf },
}

impl<'a> Database<'a> {
    /// Makes an empty database; names are unique within a server and a folder.
    pub(super) fn empty(
        dialect: Dialect,
        cluster: Option<&'a Cluster>,
        folder: &Path,
        name: &str,
    ) -> Result<Self> {
        if dialect.is_sqlite() {
            return Ok(Self::Sqlite { file: folder.join(format!("{name}.db")) });
        }
        let cluster = cluster.context("no server was started")?;
        cluster.psql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(Self::Postgres { cluster, name: name.to_owned() })
    }

    /// Makes a copy; PostgreSQL's goes to a tablespace where one is named, SQLite's into a folder.
    pub(super) fn copy(&self, name: &str, folder: &Path, tablespace: Option<&str>) -> Result<Self> {
        match self {
            Self::Postgres { cluster, name: template } => {
                let place = tablespace.map(|space| format!(" TABLESPACE {space}")).unwrap_or_default();
                cluster.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}{place}"))?;
                Ok(Self::Postgres { cluster, name: name.to_owned() })
            }
            Self::Sqlite { file } => {
                let copy = folder.join(format!("{name}.db"));
                if file.exists() {
                    std::fs::copy(file, &copy)?;
                }
                Ok(Self::Sqlite { file: copy })
            }
        }
    }

    /// Returns its address; PostgreSQL's behind another port where one is named.
    pub(super) fn url(&self, port: Option<u16>) -> String {
        match self {
            Self::Postgres { cluster, name } => cluster::url(port.unwrap_or(cluster.port()), name),
            Self::Sqlite { file } => format!("sqlite:///{}", file.display()),
        }
    }

    /// Runs statements.
    pub(super) fn execute(&self, sql: &str) -> Result<()> {
        match self {
            Self::Postgres { cluster, name } => cluster.psql(name, sql).map(drop),
            Self::Sqlite { file } => {
                let connection = Connection::open(file)?;
                connection.busy_timeout(PATIENCE)?;
                Ok(connection.execute_batch(sql)?)
            }
        }
    }

    /// Reads what is in it.
    pub(super) fn state(&self) -> Result<State> {
        match self {
            Self::Postgres { cluster, name } => state::of_postgres(cluster, name),
            Self::Sqlite { file } => state::of_sqlite(file),
        }
    }

    /// Waits until the server has ended the sessions of clients that are gone; tells how many stay.
    pub(super) fn settle(&self) -> Result<usize> {
        let Self::Postgres { cluster, name } = self else { return Ok(0) };
        let begun = Instant::now();
        loop {
            let sql = format!(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND backend_type = 'client backend'"
            );
            let count: usize = cluster.psql("postgres", &sql)?.trim().parse()?;
            if count == 0 || begun.elapsed() > PATIENCE {
                return Ok(count);
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Ends sessions of the database as an administrator would; `condition` chooses among `pg_stat_activity`.
    pub(super) fn terminate(&self, condition: &str) -> Result<()> {
        let Self::Postgres { cluster, name } = self else { return Ok(()) };
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND {condition}"
        );
        cluster.psql("postgres", &sql).map(drop)
    }

    /// Returns the revisions that the journal has as done more than once.
    pub(super) fn done_twice(&self) -> Result<Vec<String>> {
        let sql = "SELECT revision FROM trueup_journal WHERE outcome = 'done' GROUP BY revision, direction HAVING count(*) > 1";
        match self {
            Self::Postgres { cluster, name } => {
                Ok(cluster.psql(name, sql)?.lines().map(str::to_owned).collect())
            }
            Self::Sqlite { file } => {
                let connection = Connection::open(file)?;
                let mut statement = connection.prepare(sql)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            }
        }
    }

    /// Returns the files beside an SQLite database that should not be there.
    pub(super) fn files_left(&self) -> Vec<String> {
        let Self::Sqlite { file } = self else { return Vec::new() };
        let suffixes = ["-journal", "-wal", "-shm"];
        suffixes
            .into_iter()
            .filter(|suffix| state::beside(file, suffix).exists())
            .map(str::to_owned)
            .collect()
    }

    /// Throws it away.
    pub(super) fn drop(self) {
        match self {
            Self::Postgres { cluster, name } => {
                let _ = cluster.psql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
            Self::Sqlite { file } => {
                for suffix in ["", "-journal", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(state::beside(&file, suffix));
                }
            }
        }
    }
}
