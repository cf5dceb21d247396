//! libpq's password file, asked when neither the URL nor the environment has a password.
//!
//! Source: PostgreSQL 17 §32.16 "The Password File". As libpq does, a file that others may read is not used.

use std::fs;
use std::path::Path;

use crate::{Host, PostgresAddress};

/// Returns the password of the first entry that fits the address.
pub(crate) fn password(address: &PostgresAddress) -> Option<String> {
    let path = address.password_file.as_deref()?;
    if !is_private(path) {
        return None;
    }
    lookup(&fs::read_to_string(path).ok()?, address)
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    fs::metadata(path)
        .is_ok_and(|file| file.is_file() && (file.permissions().mode() & OTHERS).count_ones() == 0)
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.is_file()
}

fn lookup(text: &str, address: &PostgresAddress) -> Option<String> {
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields = fields(line);
        let [host, port, database, user, password] = fields.as_slice() else { continue };
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        let host_fits = address.hosts.iter().any(|(candidate, candidate_port)| {
            let host_fits = match candidate {
                Host::Tcp(name) => fits(host, name),
                // An entry for `localhost` serves sockets too.
                Host::Socket(folder) => fits(host, "localhost") || fits(host, &folder.display().to_string()),
            };
            host_fits && fits(port, &candidate_port.to_string())
        });
        if host_fits && fits(database, &address.database) && fits(user, &address.user) {
            return Some(password.clone());
        }
    }
    None
}

/// Splits at colons; a backslash takes the next character literally.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let current = fields.len() - 1;
        match character {
            ':' => fields.push(String::new()),
            '\\' => fields[current].extend(characters.next()),
            other => fields[current].push(other),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::lookup;
    use crate::DatabaseUrl;

    #[test]
    fn the_first_entry_that_fits_gives_the_password() {
        let file =
            "# comment\nother:5432:*:*:wrong\n*:*:app:bob:colon\\:back\\\\slash\nlocalhost:*:*:*:last\n";
        for (url, expected) in [
            ("postgresql://bob@db/app", Some("colon:back\\slash")),
            ("postgresql://eve@localhost/app", Some("last")),
            ("postgresql://eve@db/app", None),
            ("postgresql://eve@other/x", Some("wrong")),
            ("postgresql://eve@/x?host=/run/socket", Some("last")),
        ] {
            let DatabaseUrl::Postgresql(address) =
                DatabaseUrl::parse(url, "/".as_ref(), &|_| None).expect("a good address")
            else {
                panic!("{url} is PostgreSQL")
            };
            assert_eq!(lookup(file, &address).as_deref(), expected, "{url}");
        }
    }
}
