//! Changes the version table exactly as Alembic does: one row per change, and each change must find its row.

use std::fmt;

use postgres::types::{ToSql, Type};
use trueup_schema::name::quote_identifier;

use crate::run::{RunError, Runner, Session, StatementError};
use crate::version_table;

/// A version table whose rows are not what the run expects: somebody else moved the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionError {
    /// The version table.
    pub table: String,
    /// The revision whose row was to be changed.
    pub revision: String,
    /// What is wrong with it.
    pub problem: VersionProblem,
}

/// What is wrong with a row of the version table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionProblem {
    /// It is not there; the table records these instead.
    Missing(Vec<String>),
    /// It is there so many times.
    Repeated(u64),
    /// It was to be added and is there.
    Present,
}

/// One change of the table.
struct Change<'a> {
    sql: String,
    values: Vec<&'a str>,
    /// The revision that the change is about.
    revision: &'a str,
}

impl Runner {
    /// Creates the version table where it is missing, with Alembic's own statement; tells whether it was missing.
    ///
    /// # Errors
    /// When the database refuses it.
    pub fn ensure_version_table(&mut self) -> Result<bool, RunError> {
        self.ensured_version_rows().map(|rows| rows.is_none())
    }

    /// Returns the recorded revisions, sorted; where there was no version table, creates it and returns `None`.
    ///
    /// # Errors
    /// When the table cannot be read, or the database refuses to create it.
    pub fn ensured_version_rows(&mut self) -> Result<Option<Vec<String>>, RunError> {
        let rows = self.version_rows()?;
        if rows.is_none() {
            let sql = self.version_table_ddl();
            self.execute(&sql)?;
        }
        Ok(rows)
    }

    /// Returns the recorded revisions, sorted; `None` when there is no version table.
    ///
    /// Works after a request to cancel, too. Inside of a transaction on SQLite nobody else changes what it returns.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn version_rows(&mut self) -> Result<Option<Vec<String>>, RunError> {
        let table = self.settings.version_table.clone();
        Ok(match &mut self.session {
            Session::Postgresql(session) => {
                session.ask("", |client| version_table::postgres(client, &table))?
            }
            Session::Sqlite(session) => version_table::sqlite(&session.connection, &table)
                .map_err(|error| StatementError::sqlite(&error, ""))?,
        })
    }

    /// Records a revision.
    ///
    /// # Errors
    /// [`RunError::Version`] when it is recorded already.
    pub fn insert_version(&mut self, revision: &str) -> Result<(), RunError> {
        let table = self.version_table_sql();
        let sql = format!("INSERT INTO {table} (version_num) VALUES ($1)");
        self.change_version(&Change { sql, values: vec![revision], revision })
    }

    /// Replaces a recorded revision by another.
    ///
    /// # Errors
    /// [`RunError::Version`] when it is not recorded exactly once.
    pub fn update_version(&mut self, from: &str, to: &str) -> Result<(), RunError> {
        let table = self.version_table_sql();
        let sql = format!("UPDATE {table} SET version_num = $1 WHERE {table}.version_num = $2");
        self.change_version(&Change { sql, values: vec![to, from], revision: from })
    }

    /// Forgets a recorded revision.
    ///
    /// # Errors
    /// [`RunError::Version`] when it is not recorded exactly once.
    pub fn delete_version(&mut self, revision: &str) -> Result<(), RunError> {
        let table = self.version_table_sql();
        let sql = format!("DELETE FROM {table} WHERE {table}.version_num = $1");
        self.change_version(&Change { sql, values: vec![revision], revision })
    }

    fn change_version(&mut self, change: &Change<'_>) -> Result<(), RunError> {
        self.before_statement(&change.sql)?;
        let matched = self.statement(|session| match session {
            Session::Postgresql(session) => {
                let typed = |value| (value as &(dyn ToSql + Sync), Type::TEXT);
                let parameters: Vec<(&(dyn ToSql + Sync), Type)> = change.values.iter().map(typed).collect();
                session.ask("", |client| client.execute_typed(&change.sql, &parameters))
            }
            Session::Sqlite(session) => {
                let parameters = rusqlite::params_from_iter(&change.values);
                let changed = session.connection.execute(&change.sql, parameters);
                changed.map(|rows| rows as u64).map_err(|error| StatementError::sqlite(&error, ""))
            }
        });
        let problem = match matched {
            Ok(1) => return Ok(()),
            Ok(0) => VersionProblem::Missing(self.version_rows()?.unwrap_or_default()),
            Ok(times) => VersionProblem::Repeated(times),
            Err(RunError::Statement(error)) if is_duplicate(&error) => VersionProblem::Present,
            Err(RunError::Statement(error)) => return Err(RunError::Statement(explained(error, change))),
            Err(error) => return Err(error),
        };
        if let Some(transaction) = &mut self.transaction {
            transaction.failed = true;
        }
        let table = self.version_table().to_string();
        Err(VersionError { table, revision: change.revision.to_owned(), problem }.into())
    }

    /// The table's name, with its namespace where one is set.
    fn version_table_sql(&self) -> String {
        let table = self.version_table();
        match &table.namespace {
            Some(namespace) => format!("{}.{}", spelled(namespace), spelled(&table.name)),
            None => spelled(&table.name),
        }
    }

    /// Alembic's statement, to the letter: SQLite keeps the text, and a difference would be seen in `sqlite_schema`.
    fn version_table_ddl(&self) -> String {
        let name = &self.version_table().name;
        let key = if self.settings.version_table_primary_key {
            format!(", \n\tCONSTRAINT {} PRIMARY KEY (version_num)", spelled(&format!("{name}_pkc")))
        } else {
            String::new()
        };
        format!("CREATE TABLE {} (\n\tversion_num VARCHAR(32) NOT NULL{key}\n)", self.version_table_sql())
    }
}

/// Quotes a name where SQLAlchemy would. It leaves reserved words quoted, all of which are without an underscore but for
/// those that begin as below; a word without an underscore is quoted here in any case, which means the same.
fn spelled(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let reserved = ["current_", "session_", "system_"].iter().any(|begin| name.starts_with(begin));
    let bare = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(plain)
        && name.contains('_')
        && !reserved;
    if bare { name.to_owned() } else { quote_identifier(name) }
}

/// `unique_violation`, and SQLite's extended codes of primary keys and unique constraints.
fn is_duplicate(error: &StatementError) -> bool {
    matches!(error.code.as_deref(), Some("23505" | "SQLITE_CONSTRAINT (1555)" | "SQLITE_CONSTRAINT (2067)"))
}

/// Says what to do about a revision that is longer than the column.
fn explained(error: Box<StatementError>, change: &Change<'_>) -> Box<StatementError> {
    if error.code.as_deref() != Some("22001") {
        return error;
    }
    let longest = change.values.iter().max_by_key(|value| value.chars().count()).copied().unwrap_or_default();
    let characters = longest.chars().count();
    let hint =
        format!("`{longest}` has {characters} characters; shorten it or widen the column `version_num`");
    Box::new(StatementError { hint: Some(hint), ..*error })
}

impl fmt::Display for VersionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, revision, problem } = self;
        match problem {
            VersionProblem::Missing(found) if found.is_empty() => {
                write!(formatter, "the row `{revision}` was expected in `{table}`, which is empty")?;
            }
            VersionProblem::Missing(found) => {
                let found = found.join("`, `");
                write!(
                    formatter,
                    "the row `{revision}` was expected in `{table}` and is not there; it records `{found}`"
                )?;
            }
            VersionProblem::Repeated(times) => {
                write!(formatter, "the row `{revision}` is {times} times in `{table}`, not once")?;
            }
            VersionProblem::Present => write!(formatter, "the row `{revision}` is in `{table}` already")?,
        }
        formatter.write_str(": somebody else moved the database")
    }
}

impl std::error::Error for VersionError {}
