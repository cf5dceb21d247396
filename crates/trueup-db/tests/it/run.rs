//! Changing databases: a real server, real files, and other sessions that get in the way.

mod backup;
mod cancelling;
mod indexes;
mod journal;
mod locks;
mod retry;
mod sqlite;
mod statements;
mod transactionless;
mod transactions;
mod versions;

use std::time::{Duration, Instant};

use trueup_db::{DatabaseUrl, RunError, RunSettings, Runner, StatementError};
use trueup_testkit::postgres::{Postgres, ScratchDatabase};
use trueup_testkit::project::Project;

use crate::url;

/// A database to be changed, on either kind of server.
enum Target {
    Postgresql(ScratchDatabase),
    Sqlite(Project),
}

impl Target {
    fn both() -> [Self; 2] {
        [Self::postgres(), Self::sqlite()]
    }

    fn postgres() -> Self {
        Self::Postgresql(Postgres::shared().scratch_database())
    }

    fn sqlite() -> Self {
        Self::Sqlite(Project::new())
    }

    fn url(&self) -> DatabaseUrl {
        match self {
            Self::Postgresql(database) => url(database.url()),
            Self::Sqlite(folder) => url(&format!("sqlite:///{}", folder.path().join("app.db").display())),
        }
    }

    fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    fn open(&self) -> Runner {
        self.open_with(RunSettings::default())
    }

    fn open_with(&self, settings: RunSettings) -> Runner {
        open(&self.url(), settings)
    }
}

fn open(address: &DatabaseUrl, settings: RunSettings) -> Runner {
    Runner::open(address, settings).unwrap_or_else(|error| panic!("{error}"))
}

/// Short limits, so that nothing waits longer than a test may.
fn impatient() -> RunSettings {
    RunSettings {
        lock_timeout: Some(Duration::from_millis(300)),
        wait: Duration::ZERO,
        progress_interval: Duration::from_millis(50),
        ..RunSettings::default()
    }
}

fn run(runner: &mut Runner, sql: &str) -> u64 {
    runner.execute(sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}")).rows_affected
}

fn begin(runner: &mut Runner) {
    runner.begin(&mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
}

fn commit(runner: &mut Runner) {
    runner.commit().unwrap_or_else(|error| panic!("{error}"));
}

/// The first cell of each row as a text.
fn column(runner: &mut Runner, sql: &str) -> Vec<String> {
    let rows = runner.query(sql).unwrap_or_else(|error| panic!("{error}\nin: {sql}"));
    rows.iter().map(|row| row.cells[0].as_text().unwrap_or("?").to_owned()).collect()
}

/// How many rows a table has.
fn count(runner: &mut Runner, table: &str) -> usize {
    runner.query(&format!("SELECT 1 FROM {table}")).unwrap_or_else(|error| panic!("{error}")).len()
}

/// What the database said about a statement that it must refuse.
fn refused(runner: &mut Runner, sql: &str) -> StatementError {
    match runner.execute(sql) {
        Err(RunError::Statement(error)) => *error,
        Err(other) => panic!("{sql}: {other}"),
        Ok(_) => panic!("{sql} was done"),
    }
}

/// Ends the backend of a session, as an administrator or a restart would.
fn terminate(runner: &mut Runner, pid: i32) {
    run(runner, &format!("SELECT pg_terminate_backend({pid})"));
    until("the backend is gone", || count(runner, &format!("pg_stat_activity WHERE pid = {pid}")) == 0);
}

/// Waits until something is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came to pass that {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
