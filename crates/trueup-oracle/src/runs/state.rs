//! What is compared of a database: the version table, the schema as the database itself tells it, and all rows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::corpus::dump::{self, Objects};
use crate::differential::plain;

/// A database at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Revisions in the version table, sorted.
    pub(super) rows: Vec<String>,
    /// How the version table is made; empty where it is not there.
    pub(super) version_table: String,
    /// Everything else by kind and name.
    pub(super) objects: Objects,
    /// The rows of each table, sorted.
    pub(super) contents: BTreeMap<String, Vec<String>>,
    /// The tables of indexes and triggers, where somebody asks for them; not compared.
    pub(super) owners: BTreeMap<String, String>,
}

impl State {
    /// Puts together what was read; what trueup keeps for itself is left out.
    pub(super) fn new(
        mut rows: Vec<String>,
        version_table: String,
        objects: Objects,
        mut contents: BTreeMap<String, Vec<String>>,
    ) -> Self {
        rows.sort();
        let mut objects = plain(objects);
        objects.retain(|key, _| !key.contains("trueup_journal"));
        for lines in contents.values_mut() {
            for line in lines.iter_mut() {
                *line = without_chance(line);
            }
            lines.sort();
        }
        Self { rows, version_table, objects, contents, owners: BTreeMap::new() }
    }

    /// Returns what of another database differs from this one.
    pub(super) fn differences(&self, other: &Self) -> Differences {
        let mut found = Differences::default();
        if self.rows != other.rows {
            found.version.push(format!(
                "version rows\n    - {}\n    + {}",
                self.rows.join(" "),
                other.rows.join(" ")
            ));
        }
        if self.version_table != other.version_table {
            let lines = format!("- {}\n    + {}", self.version_table, other.version_table);
            found.version.push(format!("version table\n    {lines}"));
        }
        found.schema = dump::differences(&self.objects, &other.objects);
        let tables: BTreeSet<&String> = self.contents.keys().chain(other.contents.keys()).collect();
        let empty = Vec::new();
        for table in tables {
            let (own, others) =
                (self.contents.get(table).unwrap_or(&empty), other.contents.get(table).unwrap_or(&empty));
            if own != others {
                found.rows.push(format!(
                    "rows of {table}\n{}{}",
                    only(own, others, '-'),
                    only(others, own, '+')
                ));
            }
        }
        found
    }
}

/// What differs, in words.
#[derive(Clone, Debug, Default)]
pub(super) struct Differences {
    pub(super) version: Vec<String>,
    pub(super) schema: Vec<String>,
    pub(super) rows: Vec<String>,
}

impl Differences {
    pub(super) fn is_empty(&self) -> bool {
        self.version.is_empty() && self.schema.is_empty() && self.rows.is_empty()
    }

    pub(super) fn text(&self) -> String {
        [&self.version[..], &self.schema, &self.rows].concat().join("\n")
    }
}

fn only(these: &[String], those: &[String], sign: char) -> String {
    let mut left = those.to_vec();
    let mut out = String::new();
    for line in these {
        match left.iter().position(|other| other == line) {
            Some(at) => drop(left.remove(at)),
            None => out.push_str(&format!("    {sign} {line}\n")),
        }
    }
    out
}

/// Returns a row without what is another each time: moments of this year, and random ids.
fn without_chance(line: &str) -> String {
    let year = current_year();
    let mut out = String::new();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        if let Some(length) = moment(rest, &year) {
            out.push_str("NOW");
            rest = &rest[length..];
        } else if let Some(length) = random_id(rest) {
            out.push_str("RANDOM");
            rest = &rest[length..];
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

fn current_year() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    (1970 + seconds / 31_556_952).to_string()
}

/// `2026-11-21 12:00:00.123456+00`
fn moment(text: &str, year: &str) -> Option<usize> {
    if !text.starts_with(year) || !fits(text, "dddd-dd-dd?dd:dd:dd") {
        return None;
    }
    let tail =
        text.as_bytes()[19..].iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'+'));
    Some(19 + tail.count())
}

/// A UUID of the fourth kind, with or without dashes.
fn random_id(text: &str) -> Option<usize> {
    let spelled = "hhhhhhhh-hhhh-4hhh-hhhh-hhhhhhhhhhhh";
    if fits(text, spelled) {
        return Some(spelled.len());
    }
    let bare = spelled.replace('-', "");
    fits(text, &bare).then_some(bare.len())
}

fn fits(text: &str, pattern: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= pattern.len()
        && pattern.bytes().zip(bytes).all(|(wanted, byte)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'h' => byte.is_ascii_hexdigit(),
            b'?' => true,
            _ => wanted == *byte,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_another_each_time_is_not_compared() {
        let year = current_year();
        let line = format!(
            "(1,\"{year}-11-21 12:00:00.123456+00\",2001-02-03,0b0e7a62-7d5c-4a3e-9d21-0123456789ab)"
        );
        assert_eq!(without_chance(&line), "(1,\"NOW\",2001-02-03,RANDOM)");
    }

    #[test]
    fn differences_name_what_differs() {
        let state = |rows: &[&str], values: &[&str]| {
            let contents =
                BTreeMap::from([("t".to_owned(), values.iter().map(|&value| value.to_owned()).collect())]);
            State::new(
                rows.iter().map(|&row| row.to_owned()).collect(),
                String::new(),
                Objects::new(),
                contents,
            )
        };
        let one = state(&["a"], &["1", "2", "2"]);
        assert!(one.differences(&state(&["a"], &["2", "1", "2"])).is_empty());
        let found = one.differences(&state(&["b"], &["1", "2", "3"]));
        assert_eq!(found.text(), "version rows\n    - a\n    + b\nrows of t\n    - 2\n    + 3\n");
    }
}
