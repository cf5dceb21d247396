//! The session beside the run: it holds the run's lock, watches the running statement, writes the journal and reads the
//! schema before statements run.
//!
//! It is never in a transaction between two of its questions, so nobody waits for it: `CREATE INDEX CONCURRENTLY` waits
//! for every transaction that is older than itself, and a session that waited for a lock or sat in a transaction would be
//! one of those.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use postgres::types::Type;
use postgres::{Client, NoTls};
use trueup_schema::{ObjectName, Schema};

use crate::connect::{inspect_postgres, postgres_config, postgres_tables_with_rows};
use crate::error::postgres_cause;
use crate::inspect::InspectOptions;
use crate::run::backoff::Backoff;
use crate::run::{CancelHandle, ErrorClass, RunError, RunWait, SessionInfo, StatementError, session_info};
use crate::{DbError, PostgresAddress};

/// Asks where the session is, and gives it its own limits, so that a busy server makes it fail and not hang; a server that
/// ends idle sessions must spare it. No `DO` block, for which every new session would load a language.
const BEGIN: &str = "current_database()::text, set_config('statement_timeout', '10s', false), \
    set_config('lock_timeout', '3s', false), CASE WHEN current_setting('server_version_num')::int >= 140000 THEN \
    set_config('idle_session_timeout', '0', false) END";

/// Looking for rows may take long, and must not wait for who has locked a table.
const LOOKING: &str = "SET statement_timeout = 0; SET lock_timeout = '1s'";
const LOOKED: &str = "SET statement_timeout = '10s'; SET lock_timeout = '3s'";

const FIRST_POLL: Duration = Duration::from_millis(200);
const LAST_POLL: Duration = Duration::from_secs(2);

/// A session of its own.
pub(crate) struct SideSession {
    pub(crate) client: Client,
    target: String,
    database: String,
    /// The namespace of the version table, or the one in which it would be created.
    pub(crate) namespace: Option<String>,
    lock: Option<LockKey>,
    /// Why the session is of no more use.
    lost: Option<String>,
}

/// A key of `pg_advisory_lock`.
#[derive(Clone, Copy)]
struct LockKey(i64);

impl SideSession {
    pub(crate) fn open(address: &PostgresAddress, version_table: &ObjectName) -> Result<Self, RunError> {
        let target = address.target();
        let failed = |error: postgres::Error| {
            RunError::Open(DbError::Connect { target: address.target(), cause: postgres_cause(&error) })
        };
        let mut config = postgres_config(address)?;
        config.application_name("trueup (lock)").keepalives_idle(Duration::from_secs(30));
        let mut client = config.connect(NoTls).map_err(failed)?;
        let sql = format!("SELECT {NAMESPACE}, {BEGIN}");
        let row = client.query_typed_one(&sql, &[(&version_table.to_sql(), Type::TEXT)]).map_err(failed)?;
        let namespace = version_table.namespace.clone().or_else(|| row.get(0));
        Ok(Self { client, target, database: row.get(1), namespace, lock: None, lost: None })
    }

    /// Takes the lock that keeps other runs out, or says who has it.
    pub(crate) fn lock(
        &mut self,
        version_table: &str,
        limit: Duration,
        cancel: &CancelHandle,
        waiting: &mut dyn FnMut(&RunWait),
    ) -> Result<(), RunError> {
        if self.lock.is_some() {
            return self.check_lock();
        }
        let key = self.lock_key(version_table);
        let begun = Instant::now();
        let mut backoff = Backoff::new(FIRST_POLL, LAST_POLL);
        while !self.try_lock(key)? {
            let holders = self.holders(key)?;
            let waited = begun.elapsed();
            if waited >= limit {
                return Err(RunError::Locked { target: self.target.clone(), holders, waited });
            }
            waiting(&RunWait { waited, limit, holders });
            if !cancel.sleep(backoff.delay().min(limit.saturating_sub(waited))) {
                return Err(RunError::Cancelled { after: crate::run::AfterCancel::NothingOpen });
            }
        }
        self.lock = Some(key);
        self.check_lock()
    }

    /// Makes sure that the lock is still ours; nothing to do where none was taken.
    ///
    /// Asked of the server, not remembered: the backend may have been ended, and a pooler that hands out another backend
    /// for every transaction keeps no locks at all.
    pub(crate) fn check_lock(&mut self) -> Result<(), RunError> {
        let Some(key) = self.lock else { return Ok(()) };
        let sql =
            format!("SELECT EXISTS (SELECT FROM pg_locks AS l WHERE {HELD} AND l.pid = pg_backend_pid())");
        let cause = match self
            .ask(|client| client.query_typed_one(&sql, &key.parameters().each_ref().map(typed)))
        {
            Ok(row) if row.get(0) => return Ok(()),
            Ok(_) => "the server has given it up; a pooler between here and the server must keep sessions"
                .to_owned(),
            Err(error) => error.message,
        };
        self.lost.get_or_insert_with(|| cause.clone());
        Err(RunError::LockLost { target: self.target.clone(), cause })
    }

    /// Tells whether another session may take this one's place: it has ended, and nothing hangs on it.
    pub(crate) fn is_spent(&self) -> bool {
        self.lost.is_some() && self.lock.is_none()
    }

    /// Gives the lock back.
    pub(crate) fn unlock(&mut self) -> Result<(), RunError> {
        let Some(key) = self.lock.take() else { return Ok(()) };
        let parameters: [(&(dyn postgres::types::ToSql + Sync), Type); 1] = [(&key.0, Type::INT8)];
        self.ask(|client| client.execute_typed("SELECT pg_advisory_unlock($1)", &parameters))?;
        Ok(())
    }

    /// Returns who holds the locks that a backend waits for.
    pub(crate) fn blockers(&mut self, pid: i32) -> Result<Vec<SessionInfo>, Box<StatementError>> {
        let sql = format!(
            "SELECT b.pid, {} FROM unnest(pg_blocking_pids($1)) AS b (pid) \
             LEFT JOIN pg_stat_activity AS a ON a.pid = b.pid ORDER BY a.xact_start, b.pid",
            session_info::columns("a.xact_start")
        );
        let rows = self.ask(|client| client.query_typed(&sql, &[(&pid, Type::INT4)]))?;
        Ok(rows.iter().map(SessionInfo::from_row).collect())
    }

    /// Asks a question, and remembers when the session did not survive it.
    pub(crate) fn ask<T>(
        &mut self,
        question: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, Box<StatementError>> {
        if let Some(cause) = &self.lost {
            return Err(StatementError::own(ErrorClass::ConnectionLost, cause.clone()));
        }
        question(&mut self.client).map_err(|error| {
            let error = StatementError::postgres(&error, "");
            if error.class == ErrorClass::ConnectionLost {
                self.lost = Some(error.message.clone());
            }
            error
        })
    }

    fn try_lock(&mut self, key: LockKey) -> Result<bool, RunError> {
        let sql = "SELECT pg_try_advisory_lock($1)";
        let row = self.ask(|client| client.query_typed_one(sql, &[(&key.0, Type::INT8)]))?;
        Ok(row.get(0))
    }

    fn holders(&mut self, key: LockKey) -> Result<Vec<SessionInfo>, RunError> {
        let sql = format!(
            "SELECT l.pid, {} FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid \
             WHERE {HELD} AND l.granted",
            session_info::columns("a.backend_start")
        );
        let rows = self.ask(|client| client.query_typed(&sql, &key.parameters().each_ref().map(typed)))?;
        Ok(rows.iter().map(SessionInfo::from_row).collect())
    }

    fn lock_key(&self, version_table: &str) -> LockKey {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        LockKey::of(&["trueup", &self.database, namespace, version_table])
    }

    /// Reads the whole schema, and tells which tables have rows.
    ///
    /// The session is as it was opened, whatever the revisions have set in theirs.
    pub(crate) fn inspect(
        &mut self,
        options: &InspectOptions,
    ) -> Result<(Schema, BTreeSet<ObjectName>), DbError> {
        let failed = |target: &str, error: &postgres::Error| DbError::Query {
            doing: "which tables have rows".to_owned(),
            target: target.to_owned(),
            cause: postgres_cause(error),
        };
        let schema = inspect_postgres(&mut self.client, &self.target, options)?.schema;
        if schema.tables.is_empty() {
            return Ok((schema, BTreeSet::new()));
        }
        self.client.batch_execute(LOOKING).map_err(|error| failed(&self.target, &error))?;
        let found = postgres_tables_with_rows(&mut self.client, &self.target, &schema)?;
        self.client.batch_execute(LOOKED).map_err(|error| failed(&self.target, &error))?;
        Ok((schema, found))
    }
}

/// How `pg_locks` shows a key of 64 bits. Source: PostgreSQL 17 §52.12 "pg_locks".
const HELD: &str = "l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = $1 AND l.objid = $2 AND l.database = \
    (SELECT oid FROM pg_database WHERE datname = current_database())";

impl LockKey {
    /// Derives the key from names; FNV-1a, because every version of trueup must derive the same.
    fn of(names: &[&str]) -> Self {
        let bytes = names.iter().flat_map(|name| name.bytes().chain([0]));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash as i64)
    }

    /// The two halves that `pg_locks` shows.
    fn parameters(self) -> [u32; 2] {
        let key = self.0 as u64;
        [(key >> 32) as u32, key as u32]
    }
}

fn typed(number: &u32) -> (&(dyn postgres::types::ToSql + Sync), Type) {
    (number, Type::OID)
}

/// The namespace that the version table `$1` lies in, or would be created in; for a name without a namespace.
pub(crate) const NAMESPACE: &str = "coalesce((SELECT n.nspname::text FROM pg_class AS c JOIN pg_namespace AS n \
    ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)), current_schema()::text)";

#[cfg(test)]
mod tests {
    use super::LockKey;

    /// Two versions of trueup that derive different keys would not keep each other out.
    #[test]
    fn keys_never_change() {
        assert_eq!(LockKey::of(&["trueup", "app", "public", "alembic_version"]).0, 8_559_319_639_038_305_668);
        assert_ne!(LockKey::of(&["a", "bc"]).0, LockKey::of(&["ab", "c"]).0);
    }
}
