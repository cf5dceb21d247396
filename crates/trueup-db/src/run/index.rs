//! `CREATE INDEX CONCURRENTLY`, which leaves an invalid index behind when it fails.
//!
//! Such a rest is maintained by every write and used by no query, and with `IF NOT EXISTS` the next attempt succeeds without
//! building anything. Source: PostgreSQL 17 "CREATE INDEX", "Building Indexes Concurrently".

use postgres::types::Type;
use trueup_schema::ObjectName;

use crate::run::{
    ErrorClass, Executed, Leftover, RunError, Runner, Session, SessionInfo, StatementError, session_info,
};

/// An index that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBuilt {
    /// What the statement did.
    pub executed: Executed,
    /// An invalid index of this name, left by an earlier attempt, was dropped before.
    pub dropped_leftover: bool,
}

impl Runner {
    /// Builds an index without blocking writes, and leaves no invalid index behind.
    ///
    /// `sql` is the `CREATE INDEX CONCURRENTLY`, `index` the name that it gives, with its namespace where that is not in the
    /// search path. It runs without `lock_timeout` and is never tried again by itself.
    ///
    /// # Errors
    /// [`RunError::Index`] says why, and whether something is left.
    pub fn create_index_concurrently(
        &mut self,
        sql: &str,
        index: &ObjectName,
    ) -> Result<IndexBuilt, RunError> {
        if self.transaction.is_some() {
            return Err(RunError::Order(
                "`CREATE INDEX CONCURRENTLY` runs outside of transactions, and one is open",
            ));
        }
        if matches!(self.session, Session::Sqlite(_)) {
            return Err(RunError::Order("SQLite has no `CREATE INDEX CONCURRENTLY`"));
        }
        let dropped_leftover = self.drop_leftover(index)?;
        match self.execute(sql) {
            Ok(executed) => Ok(IndexBuilt { executed, dropped_leftover }),
            Err(cause) => {
                let leftover = self.clean_up(index);
                Err(RunError::Index { index: index.to_string(), cause: Box::new(cause), leftover })
            }
        }
    }

    /// Drops what an earlier attempt left, unless somebody is building it right now.
    fn drop_leftover(&mut self, index: &ObjectName) -> Result<bool, RunError> {
        if !self.is_invalid(index)? {
            return Ok(false);
        }
        let builders = self.builders(index)?;
        if let Some(builder) = builders.first() {
            let message = format!("the index `{index}` is being built by another session");
            let error = StatementError::own(ErrorClass::LockNotAvailable, message);
            let error = StatementError { blocked_by: vec![builder.clone()], ..*error };
            let cause = Box::new(RunError::Statement(Box::new(error)));
            return Err(RunError::Index { index: index.to_string(), cause, leftover: Leftover::Nothing });
        }
        self.execute(&drop_sql(index)).map(|_| true)
    }

    /// Drops what the failed attempt left, with the session's `lock_timeout`: who cancelled a build that waited for a long
    /// transaction must not wait for the same transaction again.
    fn clean_up(&mut self, index: &ObjectName) -> Leftover {
        let invalid = self.is_invalid(index);
        let Session::Postgresql(session) = &mut self.session else { return Leftover::Nothing };
        let sql = drop_sql(index);
        let dropped = match invalid {
            Ok(false) => return Leftover::Nothing,
            Ok(true) => session.ask("", |client| client.batch_execute(&sql)),
            Err(error) => return Leftover::Remains(error.to_string()),
        };
        session.take_notices();
        match dropped {
            Ok(()) => Leftover::Dropped,
            Err(error) => Leftover::Remains(error.to_string()),
        }
    }

    /// Tells whether there is an index of this name that is not valid. The index of a partitioned table is never built
    /// concurrently and is rightly invalid until its partitions have theirs.
    fn is_invalid(&mut self, index: &ObjectName) -> Result<bool, Box<StatementError>> {
        let Session::Postgresql(session) = &mut self.session else { return Ok(false) };
        let sql = "SELECT EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid \
                   WHERE c.oid = to_regclass($1) AND c.relkind = 'i' AND NOT i.indisvalid)";
        let name = index.to_sql();
        let mut ask = || session.ask("", |client| client.query_typed_one(sql, &[(&name, Type::TEXT)]));
        // A request to cancel that arrives late hits this question.
        let row = match ask() {
            Err(error) if error.class == ErrorClass::Cancelled => ask(),
            result => result,
        }?;
        Ok(row.get(0))
    }

    /// Returns the sessions that may be building this index: the server hides from some roles what others build.
    fn builders(&mut self, index: &ObjectName) -> Result<Vec<SessionInfo>, Box<StatementError>> {
        let Session::Postgresql(session) = &mut self.session else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT p.pid, {} FROM pg_stat_progress_create_index AS p LEFT JOIN pg_stat_activity AS a ON a.pid = p.pid \
             WHERE p.datname = current_database() AND (p.index_relid = to_regclass($1) OR p.index_relid IS NULL)",
            session_info::columns("a.query_start")
        );
        let rows = session.ask("", |client| client.query_typed(&sql, &[(&index.to_sql(), Type::TEXT)]))?;
        Ok(rows.iter().map(SessionInfo::from_row).collect())
    }
}

fn drop_sql(index: &ObjectName) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index.to_sql())
}
