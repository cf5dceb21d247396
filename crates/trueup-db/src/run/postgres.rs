//! The session that changes a PostgreSQL database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postgres::config::TargetSessionAttrs;
use postgres::error::DbError as Told;
use postgres::types::{ToSql, Type};
use postgres::{Client, NoTls, SimpleQueryMessage, SimpleQueryRow};
use trueup_schema::ObjectName;

use crate::connect::postgres_config;
use crate::error::postgres_cause;
use crate::run::side::NAMESPACE;
use crate::run::{Cell, ErrorClass, Executed, Notice, Row, RunSettings, StatementError, settings, words};
use crate::{DbError, PostgresAddress};

/// How long a dead network may go unnoticed.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// An open session.
pub(crate) struct PostgresSession {
    pub(crate) client: Client,
    /// Process id of its backend.
    pub(crate) pid: i32,
    /// What the server has said beside its answers, not yet handed out.
    notices: Arc<Mutex<Vec<Notice>>>,
    /// Why the session is of no more use.
    lost: Option<String>,
    /// The `lock_timeout` that is set, to judge how soon a waiting statement gives up.
    pub(crate) lock_timeout: Duration,
}

impl PostgresSession {
    pub(crate) fn open(address: &PostgresAddress, settings: &RunSettings) -> Result<Self, DbError> {
        let target = address.target();
        let notices: Arc<Mutex<Vec<Notice>>> = Arc::default();
        let sink = Arc::clone(&notices);
        let mut config = postgres_config(address)?;
        config.notice_callback(move |told| push(&sink, &told));
        config.keepalives_idle(KEEPALIVE).tcp_user_timeout(KEEPALIVE);
        if address.hosts.len() > 1 {
            // Of several hosts only the primary can be changed; of one host the server's own words are clearer.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let failed = |error: postgres::Error| DbError::Connect {
            target: target.clone(),
            cause: postgres_cause(&error),
        };
        let mut client = config.connect(NoTls).map_err(failed)?;
        let begun = Begun::of(&mut client, settings).map_err(failed)?;
        if begun.major < 13 {
            return Err(DbError::OldServer { target, version: begun.version });
        }
        Ok(Self { client, pid: begun.pid, notices, lost: None, lock_timeout: begun.lock_timeout })
    }

    /// Runs a text as it is: one statement, or several that the server runs as one transaction.
    pub(crate) fn execute(&mut self, sql: &str) -> Result<Executed, Box<StatementError>> {
        if copies_streams(sql) {
            // The driver would wait for ever: nobody reads or writes the stream.
            let message = "`COPY … FROM STDIN` and `COPY … TO STDOUT` need a stream of data, which there is none of here";
            let error = StatementError::own(ErrorClass::Other, message);
            let hint = Some("write the rows as `INSERT`".to_owned());
            return Err(Box::new(StatementError { hint, ..*error }));
        }
        let messages = self.ask(sql, |client| client.simple_query(sql))?;
        let rows_affected = messages.iter().map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => *rows,
            _ => 0,
        });
        Ok(Executed { rows_affected: rows_affected.sum(), notices: self.take_notices() })
    }

    /// Runs one query and reads its rows.
    ///
    /// Prepared for the types, then asked as a simple query, which answers all types in the server's spelling.
    pub(crate) fn query(&mut self, sql: &str) -> Result<Vec<Row>, Box<StatementError>> {
        let statement = self.ask(sql, |client| client.prepare(sql))?;
        let columns: Arc<[String]> =
            statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let types: Vec<&str> = statement.columns().iter().map(|column| column.type_().name()).collect();
        let messages = self.ask(sql, |client| client.simple_query(sql))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some(Row { columns: Arc::clone(&columns), cells: cells(row, &types) })
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Runs something of our own on the session.
    pub(crate) fn ask<T>(
        &mut self,
        sql: &str,
        question: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, Box<StatementError>> {
        if let Some(cause) = &self.lost {
            return Err(StatementError::own(ErrorClass::ConnectionLost, cause.clone()));
        }
        question(&mut self.client).map_err(|error| {
            let error = StatementError::postgres(&error, sql);
            if error.class == ErrorClass::ConnectionLost {
                self.lost = Some(error.message.clone());
            }
            error
        })
    }

    /// Rolls back; tells whether a transaction was there, and not ended before by a statement of its own.
    ///
    /// A request to cancel that arrives late hits this statement instead of the one it was for, so it is tried twice.
    pub(crate) fn rollback(&mut self) -> Result<bool, Box<StatementError>> {
        let rollback = |client: &mut Client| client.batch_execute("ROLLBACK");
        let result = match self.ask("", rollback) {
            Err(error) if error.class == ErrorClass::Cancelled => self.ask("", rollback),
            result => result,
        };
        result.map(|()| !has_ended(&self.take_notices()))
    }

    /// Runs a statement with another `lock_timeout`; what was set before is set again.
    pub(crate) fn with_lock_timeout<T>(
        &mut self,
        limit: Duration,
        work: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, Box<StatementError>> {
        let row =
            self.ask("", |client| client.query_typed_one("SELECT current_setting('lock_timeout')", &[]))?;
        let before: String = row.get(0);
        self.ask("", |client| set(client, "lock_timeout", &milliseconds(limit)))?;
        let result = work(self);
        // After a request to cancel that arrived late, and not at all on a lost connection.
        if self.ask("", |client| set(client, "lock_timeout", &before)).is_err() {
            let _ = self.ask("", |client| set(client, "lock_timeout", &before));
        }
        Ok(result)
    }

    /// Returns the namespace that a version table lies in, or would be created in.
    pub(crate) fn namespace_of(&mut self, table: &ObjectName) -> Result<Option<String>, Box<StatementError>> {
        let sql = format!("SELECT {NAMESPACE}");
        let row = self.ask("", |client| client.query_typed_one(&sql, &[(&table.to_sql(), Type::TEXT)]))?;
        Ok(row.get(0))
    }

    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns why the session is of no more use.
    pub(crate) fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }
}

/// Tells whether the server said that there was no transaction to end: 25P01.
pub(crate) fn has_ended(notices: &[Notice]) -> bool {
    notices.iter().any(|notice| notice.code == "25P01")
}

fn push(sink: &Mutex<Vec<Notice>>, told: &Told) {
    let notice = Notice {
        severity: told.severity().to_owned(),
        code: told.code().code().to_owned(),
        message: told.message().to_owned(),
        detail: told.detail().map(str::to_owned),
        hint: told.hint().map(str::to_owned),
    };
    sink.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
}

/// What is known of a session that has its limits.
struct Begun {
    pid: i32,
    version: String,
    /// Of the version.
    major: i32,
    /// The limit for locks.
    lock_timeout: Duration,
}

impl Begun {
    /// Sets the limits of a session and asks who it is, all in one question.
    ///
    /// `$1` is the limit for locks that is wanted, `$2` the one where the session has none, `$3` the limit for statements.
    /// The present limit is written as `5s` or `100ms`; the view `pg_settings` has the number, but makes rows of all
    /// settings for it.
    fn of(client: &mut Client, settings: &RunSettings) -> Result<Self, postgres::Error> {
        let sql = "SELECT pg_backend_pid(), current_setting('server_version'), \
                   current_setting('server_version_num')::int / 10000, present, \
                   CASE WHEN $1 IS NOT NULL THEN set_config('lock_timeout', $1, false) \
                   WHEN present = 0 THEN set_config('lock_timeout', $2, false) END, \
                   CASE WHEN $3 IS NOT NULL THEN set_config('statement_timeout', $3, false) END \
                   FROM (SELECT (extract(epoch FROM current_setting('lock_timeout')::interval) * 1000)::bigint \
                   AS present OFFSET 0) AS before";
        let wanted = settings.lock_timeout.map(milliseconds);
        let usual = milliseconds(settings::DEFAULT_LOCK_TIMEOUT);
        let statement = settings.statement_timeout.map(milliseconds);
        let parameters: [(&(dyn ToSql + Sync), Type); 3] =
            [(&wanted, Type::TEXT), (&usual, Type::TEXT), (&statement, Type::TEXT)];
        let row = client.query_typed_one(sql, &parameters)?;
        let lock_timeout = match (settings.lock_timeout, row.get::<_, i64>(3)) {
            (Some(limit), _) => limit,
            (None, present) if present > 0 => Duration::from_millis(present as u64),
            (None, _) => settings::DEFAULT_LOCK_TIMEOUT,
        };
        Ok(Self { pid: row.get(0), version: row.get(1), major: row.get(2), lock_timeout })
    }
}

/// Whole milliseconds; a limit below one is one, because zero means none.
fn milliseconds(limit: Duration) -> String {
    let whole = if limit.is_zero() { 0 } else { limit.as_millis().clamp(1, i32::MAX as u128) };
    format!("{whole}ms")
}

fn set(client: &mut Client, name: &str, value: &str) -> Result<(), postgres::Error> {
    let sql = "SELECT set_config($1, $2, false)";
    client.query_typed(sql, &[(&name, Type::TEXT), (&value, Type::TEXT)]).map(|_| ())
}

fn cells(row: &SimpleQueryRow, types: &[&str]) -> Vec<Cell> {
    types.iter().enumerate().map(|(at, type_name)| Cell::postgres(type_name, row.get(at))).collect()
}

fn copies_streams(sql: &str) -> bool {
    words::statements(sql).iter().any(|words| {
        words.first().is_some_and(|word| word == "COPY")
            && words
                .windows(2)
                .any(|pair| matches!([&*pair[0], &*pair[1]], ["FROM", "STDIN"] | ["TO", "STDOUT"]))
    })
}
