//! PostgreSQL addresses: URL first, then the PG* variables, then libpq's defaults.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::parts::{Parts, decode};
use super::{Host, PostgresAddress, Secret, TlsMode};
use crate::UrlError;

const DEFAULT_PORT: u16 = 5432;
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Folders in which distributions put the server's socket; tried in this order when no host is named.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

impl PostgresAddress {
    pub(super) fn from_parts(
        parts: &Parts,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, UrlError> {
        let environment = |name: &str| environment(name).filter(|value| !value.is_empty());
        let parameter = |name: &str| parts.parameter(name).filter(|value| !value.is_empty());
        let either =
            |name: &str, variable: &str| parameter(name).map(str::to_owned).or_else(|| environment(variable));
        if let Some(service) = either("service", "PGSERVICE") {
            return Err(UrlError::Service(service));
        }
        let user = parts.user.clone().or_else(|| either("user", "PGUSER"));
        let user = user.or_else(|| environment("USER")).or_else(|| environment("LOGNAME"));
        let user = user.ok_or(UrlError::NoUser)?;
        let database = parts.database.as_deref().filter(|name| !name.is_empty());
        let database = match database {
            Some(name) => decode(name, "database name", false)?,
            None => either("dbname", "PGDATABASE").unwrap_or_else(|| user.clone()),
        };
        let password = parts.password.clone().or_else(|| either("password", "PGPASSWORD"));
        let password_file = either("passfile", "PGPASSFILE").map(PathBuf::from);
        let password_file =
            password_file.or_else(|| environment("HOME").map(|home| PathBuf::from(home).join(".pgpass")));
        Ok(Self {
            hosts: hosts(parts, &environment)?,
            user,
            password: password.map(Secret),
            database,
            tls: tls_mode(parts, &environment)?,
            options: either("options", "PGOPTIONS"),
            connect_timeout: connect_timeout(either("connect_timeout", "PGCONNECT_TIMEOUT"))?,
            password_file,
        })
    }
}

fn hosts(parts: &Parts, environment: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(Host, u16)>, UrlError> {
    let default_ports = parts.parameter("port").map(str::to_owned).or_else(|| environment("PGPORT"));
    let default_ports = default_ports.filter(|ports| !ports.is_empty());
    let ports: Vec<u16> =
        default_ports.iter().flat_map(|text| text.split(',')).map(port).collect::<Result<_, _>>()?;
    // SQLAlchemy: `?host=` wins over the authority and may be repeated or name several hosts.
    let named: Vec<&str> =
        parts.parameters.iter().filter(|(name, _)| name == "host").map(|(_, value)| value.as_str()).collect();
    let mut text = if named.is_empty() { parts.hosts.clone() } else { named.join(",") };
    if text.is_empty() {
        text = environment("PGHOSTADDR").or_else(|| environment("PGHOST")).unwrap_or_default();
    }
    let default_port = |index: usize| {
        ports
            .get(index)
            .or_else(|| ports.first().filter(|_| ports.len() == 1))
            .copied()
            .unwrap_or(DEFAULT_PORT)
    };
    if text.is_empty() {
        let sockets = SOCKET_FOLDERS.iter().map(|folder| Host::Socket(PathBuf::from(folder)));
        let hosts = sockets.chain([Host::Tcp("localhost".to_owned())]);
        return Ok(hosts.map(|host| (host, default_port(0))).collect());
    }
    text.split(',').enumerate().map(|(index, entry)| host(entry, default_port(index))).collect()
}

/// Reads `name`, `name:port`, `[::1]:port`, or `/folder/of/a/socket`.
fn host(text: &str, default_port: u16) -> Result<(Host, u16), UrlError> {
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        let port = rest.strip_prefix(':').map_or(Ok(default_port), port)?;
        return Ok((Host::Tcp(address.to_owned()), port));
    }
    // More than one colon is an IPv6 address without brackets, as `?host=::1` allows.
    let (name, port) = match text.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') && !digits.is_empty() => (name, port(digits)?),
        Some((name, "")) => (name, default_port),
        _ => (text, default_port),
    };
    let host = match name {
        "" => Host::Tcp("localhost".to_owned()),
        folder if folder.starts_with('/') => Host::Socket(PathBuf::from(folder)),
        name => Host::Tcp(name.to_owned()),
    };
    Ok((host, port))
}

fn port(text: &str) -> Result<u16, UrlError> {
    text.trim().parse().ok().filter(|port| *port > 0).ok_or_else(|| UrlError::Port(text.to_owned()))
}

fn tls_mode(parts: &Parts, environment: &dyn Fn(&str) -> Option<String>) -> Result<TlsMode, UrlError> {
    // asyncpg calls the parameter `ssl`, pg8000 has `ssl_context`, everybody else `sslmode`.
    let given = parts.parameter("sslmode").or_else(|| parts.parameter("ssl")).map(str::to_owned);
    let Some(mode) = given.or_else(|| environment("PGSSLMODE")) else { return Ok(TlsMode::Optional) };
    match mode.to_ascii_lowercase().as_str() {
        "" | "disable" | "allow" | "prefer" | "false" | "0" => Ok(TlsMode::Optional),
        "require" | "true" | "1" => Ok(TlsMode::Demanded("require")),
        "verify-ca" => Ok(TlsMode::Demanded("verify-ca")),
        "verify-full" => Ok(TlsMode::Demanded("verify-full")),
        _ => Err(UrlError::Parameter { name: "sslmode".to_owned(), value: mode }),
    }
}

/// libpq's rule: zero and negative mean no limit; we keep ours then, because a tool must not hang.
fn connect_timeout(text: Option<String>) -> Result<Duration, UrlError> {
    let Some(text) = text else { return Ok(DEFAULT_CONNECT_TIMEOUT) };
    match text.trim().parse::<i64>() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds as u64)),
        Ok(_) => Ok(DEFAULT_CONNECT_TIMEOUT),
        Err(_) => Err(UrlError::Parameter { name: "connect_timeout".to_owned(), value: text }),
    }
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map_or("", |_| ":***");
        write!(formatter, "postgresql://{}{password}@{}/{}", self.user, self.host_list(), self.database)
    }
}

impl PostgresAddress {
    /// Returns host, port and database for messages, such as `localhost:5432/app`.
    pub fn target(&self) -> String {
        format!("`{}/{}` as `{}`", self.host_list(), self.database, self.user)
    }

    fn host_list(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(|(host, port)| format!("{host}:{port}")).collect();
        hosts.join(",")
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(name) if name.contains(':') => write!(formatter, "[{name}]"),
            Self::Tcp(name) => formatter.write_str(name),
            Self::Socket(folder) => write!(formatter, "{}", folder.display()),
        }
    }
}
