//! Splits a URL into its parts; knows no dialect.

use crate::UrlError;

/// The parts of `dialect+driver://user:password@hosts/database?parameters`, percent-decoded where SQLAlchemy decodes.
pub(super) struct Parts {
    /// Dialect in lower case, without the driver.
    pub(super) dialect: String,
    /// User.
    pub(super) user: Option<String>,
    /// Password.
    pub(super) password: Option<String>,
    /// Hosts and ports as written, `a:5432,[::1]:5433`; may be empty.
    pub(super) hosts: String,
    /// What follows the slash, not decoded; `None` without a slash.
    pub(super) database: Option<String>,
    /// Parameters in order, decoded.
    pub(super) parameters: Vec<(String, String)>,
}

impl Parts {
    pub(super) fn split(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::NoDialect)?;
        let dialect = scheme.split('+').next().unwrap_or_default().to_ascii_lowercase();
        let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, query)| (rest, query));
        let (authority, database) = split_authority(rest);
        // A password may contain an unencoded `@` (SQLAlchemy takes the last one) and `:` (the first one separates).
        let (credentials, hosts) = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => (Some(credentials), hosts),
            None => (None, authority),
        };
        let (user, password) = match credentials.map(|text| text.split_once(':').unwrap_or((text, ""))) {
            Some((user, "")) => (Some(user), None),
            Some((user, password)) => (Some(user), Some(password)),
            None => (None, None),
        };
        let decoded = |text: Option<&str>, what| text.map(|text| decode(text, what, false)).transpose();
        Ok(Self {
            dialect,
            user: decoded(user, "user")?.filter(|user| !user.is_empty()),
            password: decoded(password, "password")?,
            hosts: decode(hosts, "host", false)?,
            database: database.map(str::to_owned),
            parameters: parameters(query)?,
        })
    }

    /// Returns the last value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Splits before the slash that begins the database; a slash inside an unencoded password comes before the last `@`.
fn split_authority(rest: &str) -> (&str, Option<&str>) {
    let with_password = |at: &usize| !rest.starts_with('/') && rest[..*at].contains(':');
    let from = rest.rfind('@').filter(with_password).map_or(0, |at| at + 1);
    match rest[from..].find('/') {
        Some(slash) => (&rest[..from + slash], Some(&rest[from + slash + 1..])),
        None => (rest, None),
    }
}

fn parameters(query: &str) -> Result<Vec<(String, String)>, UrlError> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name, "parameter", true)?, decode(value, "parameter", true)?))
        })
        .collect()
}

/// Decodes `%2F`, and `+` as a blank where it is a query.
pub(super) fn decode(text: &str, what: &'static str, query: bool) -> Result<String, UrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'%' => {
                let [high, low, tail @ ..] = rest else { return Err(UrlError::Encoding(what)) };
                let digits = (char::from(*high).to_digit(16), char::from(*low).to_digit(16));
                let (Some(high), Some(low)) = digits else { return Err(UrlError::Encoding(what)) };
                bytes.push((high * 16 + low) as u8);
                rest = tail;
            }
            b'+' if query => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map_err(|_| UrlError::Encoding(what))
}
