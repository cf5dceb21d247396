//! Forms of statements that belong to another database.
//!
//! A form that begins a statement is judged whatever the grammar says; words inside count only where the statement is
//! not valid, since any of them can be a name elsewhere.

use trueup_schema::{Diagnostic, Dialect, Location, Span};

use super::replay::Statement;

/// A form that the database does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// The words as they are usually written.
    words: &'static str,
    /// The database that has it, if one does.
    owner: Option<&'static str>,
    /// Its bytes in the statement.
    span: Span,
}

type Forms = &'static [(&'static str, Option<&'static str>)];

/// Beginnings that PostgreSQL refuses (17, Part VI, SQL Commands; each was tried on 15).
const NOT_POSTGRESQL: Forms = &[
    ("CREATE TRIGGER IF NOT EXISTS", Some("SQLite")),
    ("CREATE VIEW IF NOT EXISTS", Some("SQLite")),
    ("CREATE VIRTUAL TABLE", Some("SQLite")),
    ("CREATE DATABASE IF NOT EXISTS", Some("MySQL")),
    ("CREATE USER IF NOT EXISTS", Some("MySQL")),
    ("CREATE ROLE IF NOT EXISTS", Some("MySQL")),
    ("CREATE FUNCTION IF NOT EXISTS", Some("MySQL")),
    ("CREATE PROCEDURE IF NOT EXISTS", Some("MySQL")),
    ("CREATE OR REPLACE TABLE", Some("MariaDB")),
    ("CREATE TYPE IF NOT EXISTS", None),
    ("CREATE DOMAIN IF NOT EXISTS", None),
    ("CREATE POLICY IF NOT EXISTS", None),
    ("CREATE OR REPLACE INDEX", None),
    ("CREATE OR REPLACE TYPE", Some("Oracle")),
    ("PRAGMA", Some("SQLite")),
    ("USE", Some("MySQL")),
    ("DELIMITER", Some("MySQL")),
    ("SHOW TABLES", Some("MySQL")),
    ("SHOW DATABASES", Some("MySQL")),
    ("REPLACE INTO", Some("MySQL")),
    ("INSERT IGNORE", Some("MySQL")),
    ("INSERT OR", Some("SQLite")),
    ("RENAME TABLE", Some("MySQL")),
    ("GO", Some("SQL Server")),
];

/// Words of other databases inside of a statement.
const INSIDE_NOT_POSTGRESQL: Forms = &[
    ("AUTO_INCREMENT", Some("MySQL")),
    ("AUTOINCREMENT", Some("SQLite")),
    ("ON DUPLICATE KEY UPDATE", Some("MySQL")),
    ("ENGINE =", Some("MySQL")),
    ("MODIFY COLUMN", Some("MySQL")),
    ("CHANGE COLUMN", Some("MySQL")),
    ("MODIFY", Some("MySQL")),
    ("UNSIGNED", Some("MySQL")),
    ("TINYINT (", Some("MySQL")),
    ("ADD CONSTRAINT IF NOT EXISTS", Some("MariaDB")),
    ("ADD INDEX", Some("MySQL")),
    ("ADD KEY", Some("MySQL")),
    ("ON UPDATE CURRENT_TIMESTAMP", Some("MySQL")),
    ("ENUM (", Some("MySQL")),
    ("IDENTITY (", Some("SQL Server")),
    ("WITHOUT ROWID", Some("SQLite")),
    ("`", Some("MySQL")),
];

/// Beginnings that SQLite 3.50 refuses.
const NOT_SQLITE: Forms = &[
    ("CREATE EXTENSION", Some("PostgreSQL")),
    ("CREATE SCHEMA", Some("PostgreSQL")),
    ("CREATE TYPE", Some("PostgreSQL")),
    ("CREATE DOMAIN", Some("PostgreSQL")),
    ("CREATE SEQUENCE", Some("PostgreSQL")),
    ("CREATE FUNCTION", Some("PostgreSQL")),
    ("CREATE OR REPLACE FUNCTION", Some("PostgreSQL")),
    ("CREATE OR REPLACE VIEW", Some("PostgreSQL")),
    ("CREATE MATERIALIZED VIEW", Some("PostgreSQL")),
    ("CREATE POLICY", Some("PostgreSQL")),
    ("CREATE ROLE", Some("PostgreSQL")),
    ("CREATE DATABASE", Some("PostgreSQL")),
    ("COMMENT ON", Some("PostgreSQL")),
    ("GRANT", Some("PostgreSQL")),
    ("REVOKE", Some("PostgreSQL")),
    ("TRUNCATE", Some("PostgreSQL")),
    ("DO", Some("PostgreSQL")),
    ("USE", Some("MySQL")),
    ("SHOW TABLES", Some("MySQL")),
];

const INSIDE_NOT_SQLITE: Forms = &[
    ("CONCURRENTLY", Some("PostgreSQL")),
    ("ALTER COLUMN", Some("PostgreSQL")),
    ("ADD CONSTRAINT", Some("PostgreSQL")),
    ("ADD COLUMN IF NOT EXISTS", Some("PostgreSQL")),
    ("USING GIN", Some("PostgreSQL")),
    ("USING GIST", Some("PostgreSQL")),
    ("USING BTREE", Some("PostgreSQL")),
    ("::", Some("PostgreSQL")),
    ("AUTO_INCREMENT", Some("MySQL")),
    ("ENGINE =", Some("MySQL")),
    ("MODIFY COLUMN", Some("MySQL")),
    ("ON DUPLICATE KEY UPDATE", Some("MySQL")),
];

/// Returns the first form of another database in a statement.
pub(super) fn form(dialect: Dialect, sql: &str, is_invalid: bool) -> Option<Form> {
    let (beginnings, inside) = match dialect {
        Dialect::Postgresql => (NOT_POSTGRESQL, INSIDE_NOT_POSTGRESQL),
        Dialect::Sqlite => (NOT_SQLITE, INSIDE_NOT_SQLITE),
    };
    let words = trueup_sql::words(dialect, sql);
    let at = |at: usize, form: &'static str, owner| {
        let mut last = words.get(at)?;
        for (ahead, wanted) in form.split(' ').enumerate() {
            last = words
                .get(at + ahead)
                .filter(|word| word.is_code && word.text.eq_ignore_ascii_case(wanted))?;
        }
        Some(Form { words: form, owner, span: Span::new(words[at].span.start, last.span.end) })
    };
    // SQLite refuses all of its list with a syntax error; PostgreSQL's grammar passes over some.
    let begins = || beginnings.iter().find_map(|(form, owner)| at(0, form, *owner));
    let within =
        || (0..words.len()).find_map(|place| inside.iter().find_map(|(form, owner)| at(place, form, *owner)));
    // The grammar takes `SHOW TABLES` for a setting of that name.
    let is_sure = |form: &Form| form.words.contains("IF NOT EXISTS") || form.words.starts_with("SHOW");
    let found = begins().filter(|form| is_invalid || is_sure(form));
    found.or_else(|| if is_invalid { within() } else { None })
}

/// Returns what is reported about a form.
pub(super) fn finding(dialect: Dialect, form: &Form, statement: &Statement<'_>) -> Diagnostic {
    let database = display(dialect);
    let words =
        if form.words == "`" { "quoting names in backticks".to_owned() } else { format!("`{}`", form.words) };
    let message = match form.owner {
        Some(owner) => format!("{words} is for {owner}, but the database is {database}"),
        None => format!("{database} has no {words}"),
    };
    let start = statement.span.start;
    let place =
        Location::at(statement.path.clone(), Span::new(start + form.span.start, start + form.span.end));
    let help = match form.words {
        "CREATE TRIGGER IF NOT EXISTS" => {
            "write DROP TRIGGER IF EXISTS … before CREATE TRIGGER, or CREATE OR REPLACE TRIGGER (PostgreSQL 14)"
        }
        "CREATE VIEW IF NOT EXISTS" => "write CREATE OR REPLACE VIEW",
        words if words.contains("IF NOT EXISTS") => {
            "ask the catalog in a DO block first, or leave IF NOT EXISTS out"
        }
        _ => "the statement fails with a syntax error; write it for this database",
    };
    super::finding("wrong-dialect", message).at(Some(place)).evidence("dialect", dialect.name()).help(help)
}

/// Returns a database's name as its makers write it.
pub(super) fn display(dialect: Dialect) -> &'static str {
    if dialect.is_sqlite() { "SQLite" } else { "PostgreSQL" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(dialect: Dialect, sql: &str, is_invalid: bool) -> Option<&'static str> {
        form(dialect, sql, is_invalid).map(|form| form.words)
    }

    #[test]
    fn forms_and_words_of_other_databases() {
        let postgresql = |sql| words(Dialect::Postgresql, sql, true);
        assert_eq!(postgresql("create trigger  if not exists t"), Some("CREATE TRIGGER IF NOT EXISTS"));
        assert_eq!(postgresql("CREATE TABLE t (id int AUTO_INCREMENT)"), Some("AUTO_INCREMENT"));
        assert_eq!(postgresql("CREATE TABLE `t` (id int)"), Some("`"));
        assert_eq!(postgresql("SELECT 'AUTO_INCREMENT' FROM"), None);
        assert_eq!(words(Dialect::Sqlite, "CREATE EXTENSION x", true), Some("CREATE EXTENSION"));
        assert_eq!(words(Dialect::Sqlite, "CREATE TRIGGER IF NOT EXISTS t", true), None);
    }

    #[test]
    fn valid_statements_may_use_any_word() {
        assert_eq!(words(Dialect::Postgresql, "CREATE TABLE t (unsigned int, modify int)", false), None);
        assert_eq!(
            words(Dialect::Postgresql, "CREATE DATABASE IF NOT EXISTS d", false),
            Some("CREATE DATABASE IF NOT EXISTS")
        );
    }
}
