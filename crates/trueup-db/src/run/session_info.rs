//! Other sessions of a PostgreSQL server, as far as it tells who they are.

use std::fmt;
use std::time::Duration;

use postgres::Row;

/// A session that holds what somebody waits for.
///
/// The server hides all but the process id of other roles' sessions from roles without `pg_read_all_stats`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SessionInfo {
    /// Process id of its backend, for `pg_terminate_backend`; 0 for a prepared transaction.
    pub pid: i32,
    /// What the client calls itself.
    pub application_name: Option<String>,
    /// Role.
    pub user: Option<String>,
    /// Address of the client; `None` also for a client on a Unix socket.
    pub client_address: Option<String>,
    /// What it is doing: `active`, `idle in transaction`.
    pub state: Option<String>,
    /// Since when it holds it at the longest, in UTC: begin of its transaction, or of the session for a run's lock.
    pub since: Option<String>,
    /// How long that is.
    pub lasting: Option<Duration>,
}

/// The columns that [`SessionInfo::from_row`] reads, of `pg_stat_activity AS a`; `{since}` is a timestamp of it.
pub(crate) fn columns(since: &str) -> String {
    format!(
        "nullif(a.application_name, ''), a.usename::text, host(a.client_addr), a.state, \
         to_char({since} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
         extract(epoch FROM clock_timestamp() - {since})::float8"
    )
}

impl SessionInfo {
    /// Reads `pid` and the columns of [`columns`] behind it.
    pub(crate) fn from_row(row: &Row) -> Self {
        let seconds: Option<f64> = row.get(6);
        Self {
            pid: row.get(0),
            application_name: row.get(1),
            user: row.get(2),
            client_address: row.get(3),
            state: row.get(4),
            since: row.get(5),
            lasting: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        }
    }
}

impl fmt::Display for SessionInfo {
    /// Writes such as ``pid 4711 (`psql` of `bob` from 10.0.0.7, idle in transaction, since 2026-01-31T12:00:00Z)``.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return formatter.write_str("a prepared transaction");
        }
        let mut client: Vec<String> = Vec::new();
        client.extend(self.application_name.as_ref().map(|name| format!("`{name}`")));
        client.extend(self.user.as_ref().map(|user| format!("of `{user}`")));
        client.extend(self.client_address.as_ref().map(|address| format!("from {address}")));
        let mut facts = vec![client.join(" ")];
        facts.extend(self.state.clone());
        facts.extend(self.since.as_ref().map(|since| format!("since {since}")));
        facts.retain(|fact| !fact.is_empty());
        write!(formatter, "pid {}", self.pid)?;
        if facts.is_empty() { Ok(()) } else { write!(formatter, " ({})", facts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::SessionInfo;

    #[test]
    fn what_is_hidden_is_left_out() {
        let hidden = SessionInfo { pid: 7, ..SessionInfo::default() };
        assert_eq!(hidden.to_string(), "pid 7");
        let known = SessionInfo {
            application_name: Some("psql".to_owned()),
            user: Some("bob".to_owned()),
            state: Some("active".to_owned()),
            ..hidden
        };
        assert_eq!(known.to_string(), "pid 7 (`psql` of `bob`, active)");
        assert_eq!(SessionInfo::default().to_string(), "a prepared transaction");
    }
}
