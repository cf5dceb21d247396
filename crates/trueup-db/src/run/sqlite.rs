//! The connection that changes an SQLite file.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, OpenFlags};

use crate::run::backoff::Backoff;
use crate::run::{
    AfterCancel, CancelHandle, Cell, ErrorClass, Executed, Row, RunError, RunSettings, RunWait,
    StatementError, settings,
};
use crate::{DbError, SqliteAddress};

const FIRST_POLL: Duration = Duration::from_millis(5);
const LAST_POLL: Duration = Duration::from_millis(250);

/// An open connection.
pub(crate) struct SqliteSession {
    pub(crate) connection: Connection,
    target: String,
    /// How long an ordinary statement waits for others.
    busy_timeout: Duration,
}

impl SqliteSession {
    /// Opens the file, and creates it where its folder exists.
    ///
    /// `PRAGMA foreign_keys` is off, as SQLite's default and Python's `sqlite3` have it; the SQLite that is built in here
    /// has it on.
    pub(crate) fn open(address: &SqliteAddress, settings: &RunSettings) -> Result<Self, DbError> {
        let SqliteAddress::File { path, immutable } = address else { return Err(DbError::InMemory) };
        if *immutable {
            return Err(DbError::Immutable(path.clone()));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(DbError::MissingFolder(path.clone()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed =
            |error: rusqlite::Error| DbError::Connect { target: address.target(), cause: error.to_string() };
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        let busy_timeout = settings.lock_timeout.unwrap_or(settings::DEFAULT_LOCK_TIMEOUT);
        // Zero means for ever here; SQLite knows no such value, a day is one.
        let busy_timeout = if busy_timeout.is_zero() { Duration::from_hours(24) } else { busy_timeout };
        connection.busy_timeout(busy_timeout).map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", false).map_err(failed)?;
        Ok(Self { connection, target: address.target(), busy_timeout })
    }

    /// Runs the statements of a text one after the other.
    pub(crate) fn execute(&mut self, sql: &str) -> Result<Executed, Box<StatementError>> {
        self.run(sql).map_err(|error| StatementError::sqlite(&error, sql))
    }

    fn run(&mut self, sql: &str) -> Result<Executed, rusqlite::Error> {
        let mut rows_affected = 0;
        let mut batch = Batch::new(&self.connection, sql);
        while let Some(mut statement) = batch.next()? {
            let before = self.connection.total_changes();
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            drop(rows);
            // `changes` still tells of an earlier statement when this one changed nothing; the total counts what triggers
            // and foreign keys did, too.
            if self.connection.total_changes() != before {
                rows_affected += self.connection.changes();
            }
        }
        Ok(Executed { rows_affected, notices: Vec::new() })
    }

    /// Runs one query and reads its rows.
    pub(crate) fn query(&mut self, sql: &str) -> Result<Vec<Row>, Box<StatementError>> {
        let read = || {
            let mut statement = self.connection.prepare(sql)?;
            let columns: Arc<[String]> = statement.column_names().into_iter().map(str::to_owned).collect();
            let cells = |row: &rusqlite::Row<'_>| {
                (0..columns.len()).map(|at| row.get_ref(at).map(Cell::sqlite)).collect::<Result<Vec<_>, _>>()
            };
            let mut answer = Vec::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                answer.push(Row { columns: Arc::clone(&columns), cells: cells(row)? });
            }
            Ok(answer)
        };
        read().map_err(|error: rusqlite::Error| StatementError::sqlite(&error, sql))
    }

    /// Begins or ends a transaction, waiting until nobody else has the file.
    ///
    /// Polled here and not left to SQLite's own busy handler, which neither tells anybody that it waits nor can be cancelled.
    pub(crate) fn control(
        &mut self,
        sql: &str,
        limit: Duration,
        cancel: &CancelHandle,
        waiting: &mut dyn FnMut(&RunWait),
    ) -> Result<(), RunError> {
        let failed = |error: rusqlite::Error| RunError::from(StatementError::sqlite(&error, sql));
        self.connection.busy_timeout(Duration::ZERO).map_err(failed)?;
        let result = self.poll(sql, limit, cancel, waiting);
        self.connection.busy_timeout(self.busy_timeout).map_err(failed)?;
        result
    }

    fn poll(
        &mut self,
        sql: &str,
        limit: Duration,
        cancel: &CancelHandle,
        waiting: &mut dyn FnMut(&RunWait),
    ) -> Result<(), RunError> {
        let begun = Instant::now();
        let mut backoff = Backoff::new(FIRST_POLL, LAST_POLL);
        loop {
            let error = match self.connection.execute_batch(sql) {
                Ok(()) => return Ok(()),
                Err(error) => StatementError::sqlite(&error, sql),
            };
            if error.class != ErrorClass::LockNotAvailable {
                return Err(error.into());
            }
            let waited = begun.elapsed();
            if waited >= limit {
                return Err(RunError::Locked { target: self.target.clone(), holders: Vec::new(), waited });
            }
            waiting(&RunWait { waited, limit, holders: Vec::new() });
            if !cancel.sleep(backoff.delay().min(limit.saturating_sub(waited))) {
                return Err(RunError::Cancelled { after: AfterCancel::NothingOpen });
            }
        }
    }

    /// Rolls back; tells whether a transaction was there: some failures end it by themselves.
    pub(crate) fn rollback(&mut self) -> Result<bool, Box<StatementError>> {
        if self.connection.is_autocommit() {
            return Ok(false);
        }
        let rolled_back = self.connection.execute_batch("ROLLBACK");
        rolled_back.map(|()| true).map_err(|error| StatementError::sqlite(&error, ""))
    }
}
