//! Rebuilds of SQLite tables, run by a real SQLite: what is there before is there afterwards.

use rusqlite::Connection;
use rusqlite::types::Value;
use trueup_schema::Operation;
use trueup_sql::{
    Expects, Rebuild, RebuildCheck, RebuildInput, RebuildMethod, RebuildStep, Stored, StoredColumn, rebuild,
};

mod keeps;
mod kinds;
mod operations;
mod random;
mod refuses;

/// A database in memory.
struct Scratch(Connection);

impl Scratch {
    fn new(sql: &str) -> Self {
        let connection = Connection::open_in_memory().unwrap_or_else(|error| panic!("{error}"));
        let scratch = Self(connection);
        scratch.execute(sql);
        scratch
    }

    fn execute(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Returns the rows of a query, values as SQL literals.
    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    fn try_rows(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let read = || {
            let mut statement = self.0.prepare(sql)?;
            let count = statement.column_count();
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(
                    (0..count)
                        .map(|at| row.get(at).map(|value| literal(&value)))
                        .collect::<Result<_, _>>()?,
                );
            }
            Ok(found)
        };
        read().map_err(|error: rusqlite::Error| error.to_string())
    }

    /// Returns the first column of a query.
    fn texts(&self, sql: &str) -> Vec<String> {
        self.rows(sql).into_iter().map(|row| row[0].clone()).collect()
    }

    /// Returns the stored text of an object.
    fn text(&self, name: &str) -> String {
        let sql = "SELECT sql FROM sqlite_schema WHERE name = ?1";
        self.0.query_row(sql, [name], |row| row.get(0)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn stored(&self, condition: &str) -> Vec<Stored> {
        let sql = format!(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND {condition} ORDER BY rowid"
        );
        let mut statement = self.0.prepare(&sql).unwrap_or_else(|error| panic!("{error}"));
        let read = |row: &rusqlite::Row<'_>| Ok(Stored { name: row.get(0)?, sql: row.get(1)? });
        let rows = statement.query_map([], read).unwrap_or_else(|error| panic!("{error}"));
        rows.map(|row| row.unwrap_or_else(|error| panic!("{error}"))).collect()
    }

    /// Reads everything that a rebuild of a table wants to know.
    fn input(&self, table: &str, operations: Vec<Operation>) -> RebuildInput {
        let columns =
            self.0.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)").and_then(|mut statement| {
                let read =
                    |row: &rusqlite::Row<'_>| Ok(StoredColumn { name: row.get(0)?, hidden: row.get(1)? });
                statement.query_map([table], read)?.collect::<Result<Vec<_>, _>>()
            });
        let columns = columns.unwrap_or_else(|error| panic!("{error}"));
        let names = self.stored("1").into_iter().map(|stored| stored.name).collect();
        RebuildInput {
            indexes: self.stored(&format!("type = 'index' AND tbl_name = '{table}'")),
            triggers: self.stored(&format!("type = 'trigger' AND tbl_name = '{table}'")),
            views: self.stored("type = 'view'"),
            other_triggers: self.stored(&format!("type = 'trigger' AND tbl_name <> '{table}'")),
            names,
            operations,
            foreign_keys_enforced: self.texts("PRAGMA foreign_keys") == ["1"],
            ..RebuildInput::new(table.into(), self.text(table), columns)
        }
    }

    /// Runs a rebuild as its documentation says.
    fn run(&self, rebuild: &Rebuild) -> Result<(), String> {
        let checks = rebuild.steps.iter().filter_map(|step| match step {
            RebuildStep::Check(check) => Some(check),
            RebuildStep::Run(_) => None,
        });
        let before: Vec<_> = checks.map(|check| (check, self.answer(check))).collect();
        rebuild.before.iter().for_each(|sql| self.execute(sql));
        self.execute("BEGIN IMMEDIATE");
        let outcome = rebuild.steps.iter().try_for_each(|step| match step {
            RebuildStep::Run(sql) => self.0.execute_batch(sql).map_err(|error| format!("{error}\n{sql}")),
            RebuildStep::Check(check) => {
                let known = before.iter().find(|(known, _)| *known == check);
                self.check(check, known.map(|(_, answer)| answer))
            }
        });
        self.execute(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" });
        rebuild.after.iter().for_each(|sql| self.execute(sql));
        outcome
    }

    fn answer(&self, check: &RebuildCheck) -> Result<Vec<Vec<String>>, String> {
        match check.expects {
            Expects::Compiles => {
                self.0.prepare(&check.sql).map(|_| Vec::new()).map_err(|error| error.to_string())
            }
            Expects::NoRow | Expects::NothingNew => self.try_rows(&check.sql),
        }
    }

    fn check(
        &self,
        check: &RebuildCheck,
        before: Option<&Result<Vec<Vec<String>>, String>>,
    ) -> Result<(), String> {
        let answer = self.answer(check).map_err(|error| format!("{}: {error}", check.message));
        match (check.expects, before) {
            (Expects::NoRow, _) if answer.clone()?.is_empty() => Ok(()),
            (Expects::NothingNew, Some(Ok(before))) if more(&answer.clone()?, before).is_empty() => Ok(()),
            (Expects::Compiles, Some(Ok(_))) => answer.map(drop),
            (Expects::NothingNew | Expects::Compiles, Some(Err(_))) => Ok(()),
            _ => Err(check.message.clone()),
        }
    }

    /// Plans a change, runs it, and looks whether the file is in order.
    fn change(&self, table: &str, operations: Vec<Operation>) -> Rebuild {
        self.change_with(&self.input(table, operations))
    }

    fn change_with(&self, input: &RebuildInput) -> Rebuild {
        let rebuild = rebuild(input).unwrap_or_else(|refusal| panic!("{refusal}"));
        self.run(&rebuild).unwrap_or_else(|error| panic!("{error}\n{rebuild:#?}"));
        self.is_sound();
        rebuild
    }

    /// Asserts that nothing is damaged or left over.
    fn is_sound(&self) {
        assert_eq!(self.texts("PRAGMA integrity_check"), ["'ok'"]);
        self.is_tidy();
    }

    /// Asserts that no row refers to nothing and nothing is left over.
    fn is_tidy(&self) {
        assert_eq!(self.rows("PRAGMA foreign_key_check"), Vec::<Vec<String>>::new());
        let left =
            "SELECT name FROM sqlite_schema WHERE name LIKE '%alembic_tmp%' OR sql LIKE '%alembic_tmp%'";
        assert_eq!(self.texts(left), [""; 0]);
        assert_eq!(self.texts("PRAGMA legacy_alter_table"), ["0"]);
    }

    /// Returns the text of every object but one.
    fn others(&self, table: &str) -> Vec<Vec<String>> {
        let columns = "type, name, tbl_name, coalesce(sql, '')";
        // SQLite numbers the indexes of constraints.
        let own = "NOT LIKE 'sqlite_autoindex_%'";
        self.rows(&format!(
            "SELECT {columns} FROM sqlite_schema WHERE name <> '{table}' AND name {own} ORDER BY type, name"
        ))
    }
}

/// Returns the rows that there are more of than before.
fn more(after: &[Vec<String>], before: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut left = before.to_vec();
    let mut more = after.to_vec();
    more.retain(|row| match left.iter().position(|known| known == row) {
        Some(at) => {
            left.remove(at);
            false
        }
        None => true,
    });
    more
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => format!("'{text}'"),
        Value::Blob(bytes) => format!("x{bytes:02x?}"),
    }
}
