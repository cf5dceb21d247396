//! The journal's table: its statements, once for both databases, and who runs them.

use std::time::Instant;

use postgres::types::{ToSql, Type};
use rusqlite::types::Value as SqliteValue;
use trueup_schema::{Dialect, ObjectName};

use super::{Direction, End, Ending, JournalEntry, JournalStep, OpenStep, Outcome};
use crate::run::{RunError, Runner, Session, StatementError};

/// A parameter or a value that comes back.
#[derive(Clone, Debug)]
enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Texts(Vec<Option<String>>),
    Numbers(Vec<Option<i64>>),
}

/// Rows of one statement: on SQLite it may have some 30,000 parameters at most, and a row has 13.
const ROWS: usize = 1_000;

/// Who runs a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The session beside the run, or SQLite's only connection.
    Side,
    /// The session that has the transaction.
    Main,
}

/// What differs between the databases: types of columns, the clock, reading and writing a time.
struct Words {
    key: &'static str,
    time: &'static str,
    now: &'static str,
    read_time: fn(&str) -> String,
    /// The time so many milliseconds ago.
    ago: fn(&str) -> String,
    given_time: fn(&str) -> String,
}

const POSTGRESQL: Words = Words {
    key: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    time: "timestamptz",
    now: "clock_timestamp()",
    read_time: |column| format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"),
    ago: |milliseconds| format!("clock_timestamp() - {milliseconds} * interval '1 millisecond'"),
    given_time: |text| format!("CAST({text} AS timestamptz)"),
};

const SQLITE: Words = Words {
    key: "INTEGER PRIMARY KEY AUTOINCREMENT",
    time: "TEXT",
    now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    read_time: str::to_owned,
    ago: |milliseconds| {
        format!("strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (-{milliseconds} / 1000.0) || ' seconds')")
    },
    given_time: str::to_owned,
};

const COLUMNS: &str = "run_id, step, revision, direction, kind, outcome, started_at, finished_at, duration_ms, checksum, \
                       trueup_version, who, message";

impl Runner {
    /// Creates the table where it is missing; one that is there needs no right to create any.
    pub(super) fn create_journal(&mut self) -> Result<(), RunError> {
        let Some(table) = self.journal_table()? else { return Ok(()) };
        if self.journal_exists(&table)? {
            return Ok(());
        }
        let Words { key, time, .. } = self.words();
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (id {key}, run_id text NOT NULL, step bigint NOT NULL, revision text NOT NULL, \
             direction text NOT NULL, kind text NOT NULL, outcome text NOT NULL, started_at {time} NOT NULL, \
             finished_at {time}, duration_ms bigint, checksum text, trueup_version text NOT NULL, who text NOT NULL, \
             message text)",
            table.to_sql()
        );
        self.run(By::Side, &sql, &[], 0).map(|_| ()).map_err(RunError::from)
    }

    /// Writes the rows that revisions begin with, together, and returns the revisions with the times that were noted.
    pub(super) fn write_begin(&mut self, by: By, steps: Vec<JournalStep>) -> Result<Vec<OpenStep>, RunError> {
        let Some(table) = self.journal_table()? else { return Ok(Vec::new()) };
        let words = self.words();
        let first = self.journal.last_step + 1;
        let numbered: Vec<(i64, JournalStep)> = (first..).zip(steps).collect();
        let mut times = Vec::new();
        for part in numbered.chunks(ROWS) {
            let rows = part.iter().map(|(step, what)| {
                let mut row = self.about(*step, what, Outcome::Started);
                row.extend(self.circumstances(what));
                row
            });
            let (values, source, place) = self.source(rows.collect());
            let sql = format!(
                "INSERT INTO {} ({COLUMNS}) SELECT {}, {}, NULL, NULL, {}, NULL {source} RETURNING {}",
                table.to_sql(),
                places(place, 0..6),
                words.now,
                places(place, 6..9),
                (words.read_time)("started_at"),
            );
            let noted = self.run(by, &sql, &values, 1)?;
            times.extend(noted.into_iter().map(|row| row.into_iter().next().and_then(Value::into_text)));
        }
        self.journal.last_step += numbered.len() as i64;
        let begun = Instant::now();
        let open = numbered.into_iter().zip(times).map(|((step, what), started_at)| OpenStep {
            step,
            what,
            started_at: started_at.unwrap_or_default(),
            begun,
            end: End::Running,
        });
        Ok(open.collect())
    }

    /// Writes the row that a revision ends with, and commits it.
    pub(super) fn write_end(&mut self, step: &OpenStep, ending: &Ending) -> Result<(), RunError> {
        self.write_ends(By::Side, &[(step, ending)])
    }

    /// Writes the rows of revisions that are done in the open transaction, which a failure to do so does not harm.
    pub(super) fn write_ends_in_transaction(&mut self, steps: &[OpenStep]) -> Result<(), RunError> {
        let reached = steps.iter().filter_map(|step| match &step.end {
            End::Reached(ending) => Some((step, ending)),
            _ => None,
        });
        let reached: Vec<_> = reached.collect();
        self.harmlessly(|runner| runner.write_ends(By::Main, &reached))
    }

    /// Writes the first row of the revision that comes after the open transaction.
    pub(super) fn write_next_in_transaction(
        &mut self,
        what: JournalStep,
    ) -> Result<Option<OpenStep>, RunError> {
        self.harmlessly(|runner| Ok(runner.write_begin(By::Main, vec![what])?.pop()))
    }

    /// Does something at the end of the open transaction that survives its failure; the savepoint ends with it.
    fn harmlessly<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, RunError>) -> Result<T, RunError> {
        self.savepoint("SAVEPOINT trueup_journal")?;
        let written = work(self);
        if written.is_err() {
            self.savepoint("ROLLBACK TO SAVEPOINT trueup_journal")?;
        }
        written
    }

    fn write_ends(&mut self, by: By, ends: &[(&OpenStep, &Ending)]) -> Result<(), RunError> {
        let Some(table) = self.journal_table()? else { return Ok(()) };
        let words = self.words();
        for part in ends.chunks(ROWS) {
            let rows = part.iter().map(|(step, ending)| {
                let mut row = self.about(step.step, &step.what, ending.outcome);
                let since = i64::try_from(ending.at.elapsed().as_millis()).unwrap_or_default();
                row.extend([Value::Text(Some(step.started_at.clone())), Value::Number(Some(since))]);
                row.push(Value::Number(Some(ending.duration_ms)));
                row.extend(self.circumstances(&step.what));
                row.push(Value::Text(ending.message.clone()));
                row
            });
            let (values, source, place) = self.source(rows.collect());
            let sql = format!(
                "INSERT INTO {} ({COLUMNS}) SELECT {}, {}, {}, {} {source}",
                table.to_sql(),
                places(place, 0..6),
                (words.given_time)(&place(6)),
                (words.ago)(&place(7)),
                places(place, 8..13),
            );
            self.run(by, &sql, &values, 0)?;
        }
        Ok(())
    }

    /// Reads the first row of each revision together with its last.
    pub(super) fn read_journal(&mut self, table: &ObjectName) -> Result<Vec<JournalEntry>, RunError> {
        if !self.journal_exists(table)? {
            return Ok(Vec::new());
        }
        let words = self.words();
        let sql = format!(
            "SELECT s.run_id, s.step, s.revision, s.direction, s.kind, coalesce(e.outcome, s.outcome), {}, {}, \
             e.duration_ms, s.checksum, s.trueup_version, s.who, e.message FROM {table} AS s \
             LEFT JOIN (SELECT run_id, step, min(id) AS id FROM {table} WHERE outcome <> 'started' GROUP BY run_id, step) \
             AS f ON f.run_id = s.run_id AND f.step = s.step LEFT JOIN {table} AS e ON e.id = f.id \
             WHERE s.outcome = 'started' ORDER BY s.id",
            (words.read_time)("s.started_at"),
            (words.read_time)("e.finished_at"),
            table = table.to_sql(),
        );
        let rows = self.run(By::Side, &sql, &[], 13)?;
        Ok(rows.into_iter().filter_map(JournalEntry::from_row).collect())
    }

    fn journal_exists(&mut self, table: &ObjectName) -> Result<bool, RunError> {
        let (sql, name) = match self.dialect() {
            Dialect::Postgresql => ("SELECT to_regclass(?1)::text", table.to_sql()),
            Dialect::Sqlite => {
                ("SELECT max(name) FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE", table.name.clone())
            }
        };
        let rows = self.run(By::Side, sql, &[Value::Text(Some(name))], 1)?;
        Ok(rows.into_iter().flatten().any(|name| name.into_text().is_some()))
    }

    /// Returns the parameters of rows that are alike, the `FROM` that reads them, and what its columns are called.
    ///
    /// PostgreSQL is given an array per column: for a thousand rows it would read thirteen thousand parameters, which takes
    /// longer than to write the rows.
    fn source(&self, rows: Vec<Vec<Value>>) -> (Vec<Value>, String, fn(usize) -> String) {
        let width = rows.first().map_or(0, Vec::len);
        if self.dialect().is_sqlite() {
            let row = |at: usize| {
                let places = (0..width).map(|position| format!("?{}", at * width + position + 1));
                format!("({})", places.collect::<Vec<_>>().join(", "))
            };
            let values = (0..rows.len()).map(row).collect::<Vec<_>>().join(", ");
            // The columns of `VALUES` have these names.
            let place = |position: usize| format!("column{}", position + 1);
            return (rows.into_iter().flatten().collect(), format!("FROM (VALUES {values})"), place);
        }
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); width];
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
        let (places, names): (Vec<_>, Vec<_>) =
            (1..=width).map(|number| (format!("${number}"), format!("c{number}"))).unzip();
        let source = format!(
            "FROM unnest({}) WITH ORDINALITY AS given ({}, n) ORDER BY n",
            places.join(", "),
            names.join(", ")
        );
        let place = |position: usize| format!("c{}", position + 1);
        (columns.into_iter().map(Value::column).collect(), source, place)
    }

    /// What both rows of a revision begin with.
    fn about(&self, step: i64, what: &JournalStep, outcome: Outcome) -> Vec<Value> {
        let text = |text: &dyn ToString| Value::Text(Some(text.to_string()));
        vec![
            text(&self.journal.run_id),
            Value::Number(Some(step)),
            text(&what.revision),
            text(&what.direction),
            text(&what.kind),
            text(&outcome),
        ]
    }

    /// What both rows of a revision end with.
    fn circumstances(&self, what: &JournalStep) -> [Value; 3] {
        let who = self.journal.settings.as_ref().map(|settings| settings.who.clone());
        let version = env!("CARGO_PKG_VERSION").to_owned();
        [
            Value::Text(what.checksum.clone()),
            Value::Text(Some(version)),
            Value::Text(Some(who.unwrap_or_default())),
        ]
    }

    fn words(&self) -> &'static Words {
        match self.dialect() {
            Dialect::Postgresql => &POSTGRESQL,
            Dialect::Sqlite => &SQLITE,
        }
    }

    /// On PostgreSQL a statement that fails makes the whole transaction useless; a savepoint keeps it.
    fn savepoint(&mut self, sql: &str) -> Result<(), Box<StatementError>> {
        match &mut self.session {
            Session::Postgresql(session) => session.ask("", |client| client.batch_execute(sql)),
            Session::Sqlite(_) => Ok(()),
        }
    }

    fn run(
        &mut self,
        by: By,
        sql: &str,
        values: &[Value],
        columns: usize,
    ) -> Result<Vec<Vec<Value>>, Box<StatementError>> {
        match &mut self.session {
            Session::Postgresql(session) => {
                let sql = sql.replace('?', "$");
                let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
                    values.iter().map(Value::for_postgres).collect();
                let answer = match (by, &mut self.lent.side) {
                    (By::Side, Some(side)) => side.ask(|client| client.query_typed(&sql, &parameters)),
                    _ => session.ask("", |client| client.query_typed(&sql, &parameters)),
                }?;
                Ok(answer
                    .iter()
                    .map(|row| (0..columns).map(|at| Value::from_postgres(row, at)).collect())
                    .collect())
            }
            Session::Sqlite(session) => {
                let read = || {
                    let mut statement = session.connection.prepare(sql)?;
                    let parameters = rusqlite::params_from_iter(values.iter().map(Value::for_sqlite));
                    let rows = statement.query_map(parameters, |row| {
                        (0..columns).map(|at| Value::from_sqlite(row, at)).collect()
                    })?;
                    rows.collect::<Result<_, _>>()
                };
                read().map_err(|error: rusqlite::Error| StatementError::sqlite(&error, ""))
            }
        }
    }
}

/// Lists the columns of a [source](Runner::source).
fn places(place: fn(usize) -> String, positions: std::ops::Range<usize>) -> String {
    positions.map(place).collect::<Vec<_>>().join(", ")
}

impl Value {
    /// Makes one parameter of values of the same type.
    fn column(values: Vec<Self>) -> Self {
        match values.first() {
            Some(Self::Number(_)) => Self::Numbers(values.into_iter().map(Self::into_number).collect()),
            _ => Self::Texts(values.into_iter().map(Self::into_text).collect()),
        }
    }

    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => text,
            _ => None,
        }
    }

    fn into_number(self) -> Option<i64> {
        match self {
            Self::Number(number) => number,
            _ => None,
        }
    }

    fn for_postgres(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Text(text) => (text, Type::TEXT),
            Self::Number(number) => (number, Type::INT8),
            Self::Texts(texts) => (texts, Type::TEXT_ARRAY),
            Self::Numbers(numbers) => (numbers, Type::INT8_ARRAY),
        }
    }

    fn from_postgres(row: &postgres::Row, at: usize) -> Self {
        if row.columns()[at].type_() == &Type::INT8 {
            Self::Number(row.get(at))
        } else {
            Self::Text(row.get(at))
        }
    }

    fn for_sqlite(&self) -> SqliteValue {
        match self {
            Self::Text(text) => text.clone().map_or(SqliteValue::Null, SqliteValue::Text),
            Self::Number(number) => number.map_or(SqliteValue::Null, SqliteValue::Integer),
            // SQLite has no arrays, and is given none.
            Self::Texts(_) | Self::Numbers(_) => SqliteValue::Null,
        }
    }

    fn from_sqlite(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Self> {
        Ok(match row.get::<_, SqliteValue>(at)? {
            SqliteValue::Integer(number) => Self::Number(Some(number)),
            SqliteValue::Text(text) => Self::Text(Some(text)),
            SqliteValue::Null | SqliteValue::Real(_) | SqliteValue::Blob(_) => Self::Text(None),
        })
    }
}

impl JournalEntry {
    /// Reads the columns of [`COLUMNS`] in their order.
    fn from_row(row: Vec<Value>) -> Option<Self> {
        let mut row = row.into_iter();
        let run_id = row.next()?.into_text()?;
        let step = row.next()?.into_number()?;
        let revision = row.next()?.into_text()?;
        let direction = Direction::read(&row.next()?.into_text()?);
        let kind = row.next()?.into_text()?;
        let outcome = Outcome::read(&row.next()?.into_text()?);
        let started_at = row.next()?.into_text()?;
        let finished_at = row.next()?.into_text();
        let duration_ms = row.next()?.into_number();
        let checksum = row.next()?.into_text();
        let what = JournalStep { revision, direction, kind, checksum };
        let trueup_version = row.next()?.into_text()?;
        let who = row.next()?.into_text()?;
        let message = row.next()?.into_text();
        Some(Self {
            run_id,
            step,
            what,
            started_at,
            finished_at,
            duration_ms,
            outcome,
            trueup_version,
            who,
            message,
        })
    }
}
