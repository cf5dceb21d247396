//! What Alembic loses when it makes a table of SQLite anew, and trueup keeps: nothing else may differ.
//!
//! Measured on alembic 1.20: triggers, indexes on expressions, `DESC` and `COLLATE` of indexes, `COLLATE` of columns,
//! `AUTOINCREMENT`, CHECK constraints without a name, and all but one of UNIQUE constraints on the same columns.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::state::State;
use crate::corpus::sqlite;

/// Returns a reason for each difference of the schema, if each is such a loss.
pub(super) fn explain(theirs: &State, ours: &State, sent: &[String]) -> Option<Vec<&'static str>> {
    let found = theirs.differences(ours);
    if !found.version.is_empty() || !found.rows.is_empty() {
        return None;
    }
    let rebuilt = rebuilt(sent);
    let keys: BTreeSet<&String> = theirs.objects.keys().chain(ours.objects.keys()).collect();
    let different = keys.into_iter().filter(|key| theirs.objects.get(*key) != ours.objects.get(*key));
    let mut reasons = Vec::new();
    for key in different {
        let own = ours.objects.get(key)?;
        let (kind, name) = key.split_once(' ')?;
        let table = if kind == "TABLE" { name } else { ours.owners.get(key)? };
        if !rebuilt.contains(&table.to_lowercase()) || (kind != "TABLE" && is_dropped(sent, kind, name)) {
            return None;
        }
        let lost = match (kind, theirs.objects.get(key)) {
            ("TRIGGER", None) => vec!["a trigger"],
            ("INDEX", None) if own.contains("expression") => vec!["an index on an expression"],
            ("INDEX", Some(left)) => index(left, own)?,
            ("TABLE", Some(left)) => lines(left, own, &|line| is_twice(sent, line))?,
            _ => return None,
        };
        reasons.extend(lost);
    }
    Some(reasons)
}

/// Tells whether Alembic failed to drop an index on an expression that it had lost itself.
pub(super) fn is_missed(error: &str, before: &State, sent: &[String]) -> bool {
    let name =
        error.split_once("no such index: ").and_then(|(_, rest)| rest.lines().next()).unwrap_or_default();
    let key = format!("INDEX {}", name.trim());
    let rebuilt = rebuilt(sent);
    let is_lost = |table: &String| later_names(table, sent).iter().any(|name| rebuilt.contains(name));
    let is_expression = before.objects.get(&key).is_some_and(|text| text.contains("expression"));
    is_expression && before.owners.get(&key).is_some_and(is_lost)
}

/// Tables that were made anew, by the names that they have afterwards.
fn rebuilt(sent: &[String]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for statement in sent {
        let Some(rest) = statement.strip_prefix("ALTER TABLE ") else { continue };
        let Some((from, to)) = rest.split_once(" RENAME TO ") else { continue };
        let plain = |name: &str| name.trim().trim_matches('"').to_lowercase();
        let (from, to) = (plain(from), plain(to));
        if from.starts_with("_alembic_tmp_") || out.remove(&from) {
            out.insert(to);
        }
    }
    out
}

/// The names that a table has one after the other.
fn later_names(table: &str, sent: &[String]) -> Vec<String> {
    let mut names = vec![table.to_lowercase()];
    for statement in sent {
        let renamed = statement.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" RENAME TO "));
        let plain = |name: &str| name.trim().trim_matches('"').to_lowercase();
        if let Some((from, to)) = renamed
            && names.last() == Some(&plain(from))
        {
            names.push(plain(to));
        }
    }
    names
}

fn is_dropped(sent: &[String], kind: &str, name: &str) -> bool {
    sent.iter().any(|statement| {
        let rest = statement.strip_prefix(&format!("DROP {kind} "));
        rest.is_some_and(|rest| rest.trim().trim_matches('"').eq_ignore_ascii_case(name))
    })
}

/// Tells whether some table was made with a UNIQUE constraint whose columns have another one, or are the primary key.
///
/// The text of a table names all of them, SQLite itself tells only one.
fn is_twice(sent: &[String], line: &str) -> bool {
    let columns = match line.strip_prefix("unique ") {
        Some(columns) => columns.replace(',', " , "),
        None => line
            .split_once(" UNIQUE ( ")
            .map(|(_, rest)| rest.trim_end_matches(" )").to_owned())
            .unwrap_or_default(),
    };
    sent.iter().filter(|statement| statement.starts_with("CREATE TABLE")).any(|statement| {
        let Ok(connection) = Connection::open_in_memory() else { return false };
        let made = connection.execute_batch(statement).is_ok();
        let text = sqlite::objects(&connection).unwrap_or_default().into_values().collect::<String>();
        let keys = statement.matches("UNIQUE").count() + statement.matches("PRIMARY KEY").count();
        let different = text.lines().filter(|line| line.starts_with("unique ")).count();
        let is_key = keys > different + usize::from(text.contains(" PK1"));
        let keyed = format!("column {columns} ");
        let is_primary = text.lines().any(|line| line.starts_with(&keyed) && line.ends_with(" PK1"));
        made && text.contains(&format!(" UNIQUE ( {columns} )")) && (is_key || is_primary)
    })
}

/// An index that has lost nothing but directions and collations.
fn index(left: &str, own: &str) -> Option<Vec<&'static str>> {
    // The columns, and the text of an index with a condition.
    let (left_columns, left_rest) = left.split_once('\n').unwrap_or((left, ""));
    let (own_columns, own_rest) = own.split_once('\n').unwrap_or((own, ""));
    let mut reasons = Vec::new();
    let (mut own_columns, mut own_rest) = (own_columns.to_owned(), own_rest.to_owned());
    if own_columns.contains(" DESC ") {
        own_columns = own_columns.replace(" DESC ", " ");
        own_rest = own_rest.replace(" DESC ", " ");
        reasons.push("the direction of an index");
    }
    for collation in ["NOCASE", "RTRIM"] {
        if own_columns.contains(collation) {
            own_columns = own_columns.replace(collation, "BINARY");
            own_rest = own_rest.replace(&format!(" COLLATE {collation}"), "");
            reasons.push("the collation of an index");
        }
    }
    let is_rest = own_columns == left_columns && own_rest == left_rest;
    (is_rest && !reasons.is_empty()).then_some(reasons)
}

/// A table that has lost nothing but checks without a name and what counts words.
fn lines(left: &str, own: &str, is_twice: &dyn Fn(&str) -> bool) -> Option<Vec<&'static str>> {
    let (mut missing, mut extra): (Vec<&str>, Vec<&str>) = (own.lines().collect(), Vec::new());
    for line in left.lines() {
        match missing.iter().position(|other| *other == line) {
            Some(at) => drop(missing.remove(at)),
            None => extra.push(line),
        }
    }
    let count = |line: &str, word: &str| line.strip_prefix(word)?.trim().parse::<usize>().ok();
    if !extra.iter().all(|line| count(line, "COLLATE").is_some()) {
        return None;
    }
    if missing.is_empty() && extra.is_empty() && left != own {
        return Some(vec!["a new column at the end although another one is dropped after it"]);
    }
    let reasons = missing.iter().map(|line| {
        if line.starts_with("CHECK") {
            Some("a CHECK constraint without a name")
        } else if count(line, "AUTOINCREMENT").is_some() {
            Some("AUTOINCREMENT")
        } else if count(line, "COLLATE").is_some() {
            Some("the collation of a column")
        } else if (line.starts_with("unique ") || line.contains(" UNIQUE ( ")) && is_twice(line) {
            Some("a UNIQUE constraint with the columns of another one")
        } else {
            None
        }
    });
    reasons.collect::<Option<Vec<_>>>().filter(|reasons| !reasons.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::sqlite as reading;

    fn state(sql: &str) -> State {
        let connection = Connection::open_in_memory().expect("SQLite opens");
        connection.execute_batch(sql).expect("the statements are valid");
        reading::state(&connection).expect("SQLite describes itself")
    }

    fn explained(theirs: &str, ours: &str, sent: &[&str]) -> Option<Vec<&'static str>> {
        explain(&state(theirs), &state(ours), &sent.iter().map(|&sql| sql.to_owned()).collect::<Vec<_>>())
    }

    const REBUILT: &str = "ALTER TABLE _alembic_tmp_t RENAME TO t";
    const DROPPED: &str = "DROP TABLE t";

    #[test]
    fn losses_of_a_rebuilt_table_are_told() {
        let ours =
            "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT COLLATE NOCASE, CHECK (b > 1));
            CREATE INDEX i ON t (a DESC); CREATE INDEX e ON t (lower(b));
            CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END";
        let theirs = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (a)";
        let mut found = explained(theirs, ours, &[DROPPED, REBUILT]).expect("each is a loss");
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "AUTOINCREMENT",
                "a CHECK constraint without a name",
                "a trigger",
                "an index on an expression",
                "the collation of a column",
                "the direction of an index"
            ]
        );
        assert_eq!(explained(theirs, ours, &["ALTER TABLE _alembic_tmp_other RENAME TO other"]), None);
        assert_eq!(explained(theirs, ours, &[REBUILT, "DROP INDEX e"]), None);
    }

    #[test]
    fn anything_else_is_no_loss() {
        let ours = "CREATE TABLE t (a INTEGER, b TEXT)";
        for theirs in [
            "CREATE TABLE t (a INTEGER, b TEXT NOT NULL)",
            "CREATE TABLE t (a INTEGER)",
            "CREATE TABLE t (a INTEGER, b TEXT); CREATE INDEX i ON t (a)",
            "CREATE TABLE t (a INTEGER, b TEXT, CONSTRAINT c CHECK (a > 1))",
        ] {
            assert_eq!(explained(theirs, ours, &[REBUILT]), None, "{theirs}");
        }
        let plain = "CREATE TABLE t (a INTEGER, b TEXT); CREATE INDEX i ON t (a)";
        assert_eq!(explained(ours, plain, &[REBUILT]), None);
    }

    #[test]
    fn one_of_two_constraints_on_the_same_columns_is_lost() {
        let (ours, theirs) =
            ("CREATE TABLE t (a INTEGER UNIQUE, b TEXT)", "CREATE TABLE t (a INTEGER, b TEXT)");
        let made = "CREATE TABLE t (a INTEGER UNIQUE, b TEXT, CONSTRAINT u UNIQUE (a))";
        assert!(explained(theirs, ours, &[REBUILT, made]).is_some());
        assert_eq!(explained(theirs, ours, &[REBUILT, ours]), None);
        let (ours, theirs) = (
            "CREATE TABLE t (a INTEGER PRIMARY KEY, CONSTRAINT u UNIQUE (a))",
            "CREATE TABLE t (a INTEGER PRIMARY KEY)",
        );
        assert!(explained(theirs, ours, &[REBUILT, ours]).is_some());
        let made = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, CONSTRAINT u UNIQUE (b))";
        let lost = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)";
        assert_eq!(explained(lost, made, &[REBUILT, made]), None);
    }
}
