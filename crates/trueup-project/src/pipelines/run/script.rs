//! One step of a revision on an open database.

use trueup_alembic::replay::{Action, ScriptStep};
use trueup_db::{Cell, Executed, RunError, Runner};
use trueup_schema::ops::CreateIndex;
use trueup_schema::revision::VersionChange;
use trueup_schema::{Dialect, ObjectName, Operation, Origin};
use trueup_sql::{ReadContext, laid_out, read};

use super::rebuild;

/// Characters that are remembered of a statement, to be told when it cannot be taken back.
const SHOWN_CHARACTERS: usize = 160;

/// Why a revision could not be run to its end.
pub(super) enum Stop {
    /// The database refused, or the connection is gone.
    Refused {
        error: Box<RunError>,
        /// The statement that was sent.
        sql: Option<String>,
        origin: Origin,
    },
    /// It turned out that the text does not say what to do: the reason.
    Unproven { reason: String, origin: Origin },
    /// A table of SQLite cannot be changed as the revision wants it: the reason.
    NotRebuilt { reason: String, origin: Origin },
    /// Somebody else has moved the database: where to.
    Moved { reason: String },
}

/// Runs scripts; knows where in the transactions of a revision it stands.
pub(super) struct ScriptRunner<'a> {
    pub(super) runner: &'a mut Runner,
    /// How many statements were sent.
    pub(super) statements: usize,
    /// What is worth telling.
    pub(super) notes: Vec<String>,
    /// How many rows the last statement changed.
    pub(super) changed: u64,
    /// Statements of the revision that no rollback takes back any more.
    pub(super) kept: Vec<String>,
    /// Statements of the revision in the open transaction.
    open: Vec<String>,
    savepoints: usize,
    /// Inside of `autocommit_block()`.
    autocommit: bool,
}

impl<'a> ScriptRunner<'a> {
    pub(super) fn new(runner: &'a mut Runner) -> Self {
        let (notes, kept, open) = (Vec::new(), Vec::new(), Vec::new());
        Self { runner, statements: 0, notes, changed: 0, kept, open, savepoints: 0, autocommit: false }
    }

    /// Runs the script of a revision and records it.
    pub(super) fn run(&mut self, script: &[ScriptStep], changes: &[VersionChange]) -> Result<(), Stop> {
        self.check_premises(script)?;
        script.iter().try_for_each(|step| self.step(step))?;
        changes.iter().try_for_each(|change| self.record(change))
    }

    /// Looks up what a script takes for granted; to be called before its first step.
    pub(super) fn check_premises(&mut self, script: &[ScriptStep]) -> Result<(), Stop> {
        for (at, step) in script.iter().enumerate() {
            let Action::Empty(table) = &step.action else { continue };
            let table = &self.name_before(table, &script[..at]);
            if self.has_rows(table, &step.origin)? {
                let reason = format!("what it does hangs on the rows of `{table}`");
                return Err(Stop::Unproven { reason, origin: step.origin.clone() });
            }
        }
        Ok(())
    }

    /// Returns the name that a table has before steps which may rename it.
    fn name_before(&self, table: &ObjectName, steps: &[ScriptStep]) -> ObjectName {
        let mut name = table.clone();
        for step in steps.iter().rev() {
            let renamed = match &step.action {
                Action::Operation(Operation::RenameTable(op)) => Some(op.clone()),
                Action::Sql(sql) => match read_operation(self.runner.dialect(), sql) {
                    Some(Operation::RenameTable(op)) => Some(op),
                    _ => None,
                },
                _ => None,
            };
            if let Some(op) = renamed.filter(|op| op.new_name == name) {
                name = op.table;
            }
        }
        name
    }

    fn has_rows(&mut self, table: &ObjectName, origin: &Origin) -> Result<bool, Stop> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", table.to_sql());
        let rows = self.runner.query(&sql).map_err(|error| refused(error, &sql, origin))?;
        let first = rows.first().and_then(|row| row.cells.first());
        Ok(!matches!(first, Some(Cell::Bool(false) | Cell::Int(0))))
    }

    /// Runs a step.
    pub(super) fn step(&mut self, step: &ScriptStep) -> Result<(), Stop> {
        let origin = &step.origin;
        match &step.action {
            Action::Operation(operation) => self.operation(operation, origin),
            Action::Sql(sql) if !self.runner.in_transaction() => {
                match concurrent_index(self.runner.dialect(), sql) {
                    Some(index) => self.build_index(sql, &index, origin),
                    None => self.send(sql, origin),
                }
            }
            Action::Sql(sql) | Action::Rows(sql) => self.send(sql, origin),
            Action::Rebuild(batch) => rebuild::run(self, batch, origin),
            Action::Autocommit(begins) => {
                self.autocommit = *begins;
                if *begins { self.commit(origin) } else { self.begin(origin) }
            }
            Action::Commit if self.autocommit => Ok(()),
            Action::Commit => self.commit(origin).and_then(|()| self.begin(origin)),
            Action::Begin if self.runner.in_transaction() => Ok(()),
            Action::Begin => self.begin(origin),
            Action::Savepoint => {
                self.savepoints += 1;
                self.send(&format!("SAVEPOINT trueup_{}", self.savepoints), origin)
            }
            Action::Release => self.end_savepoint("RELEASE SAVEPOINT", origin),
            Action::RollbackTo => {
                self.send(&format!("ROLLBACK TO SAVEPOINT trueup_{}", self.savepoints), origin)?;
                self.end_savepoint("RELEASE SAVEPOINT", origin)
            }
            Action::Empty(_) | Action::Swallowed(_) => Ok(()),
            Action::Live(reason) => Err(Stop::Unproven { reason: reason.clone(), origin: origin.clone() }),
        }
    }

    fn end_savepoint(&mut self, words: &str, origin: &Origin) -> Result<(), Stop> {
        let number = self.savepoints;
        self.savepoints = number.saturating_sub(1);
        self.send(&format!("{words} trueup_{number}"), origin)
    }

    /// Records the revision in the version table.
    pub(super) fn record(&mut self, change: &VersionChange) -> Result<(), Stop> {
        let done = match change {
            VersionChange::Insert(id) => self.runner.insert_version(id),
            VersionChange::Delete(id) => self.runner.delete_version(id),
            VersionChange::Update { from, to } => self.runner.update_version(from, to),
        };
        done.map_err(|error| Stop::Refused { error: Box::new(error), sql: None, origin: Origin::none() })
    }

    fn operation(&mut self, operation: &Operation, origin: &Origin) -> Result<(), Stop> {
        if let Operation::CreateIndex(CreateIndex { concurrently: true, table, index, .. }) = operation
            && !self.runner.in_transaction()
        {
            let name = table.sibling(index.name.as_str());
            for sql in operation.to_sql(self.runner.dialect()) {
                self.build_index(&sql, &name, origin)?;
            }
            return Ok(());
        }
        let dialect = self.runner.dialect();
        operation.to_sent_sql(dialect).iter().try_for_each(|sql| self.send(&laid_out(dialect, sql), origin))
    }

    /// Builds an index outside of transactions.
    fn build_index(&mut self, sql: &str, index: &ObjectName, origin: &Origin) -> Result<(), Stop> {
        self.statements += 1;
        let built = self.runner.create_index_concurrently(sql, index);
        let built = built.map_err(|error| refused(error, sql, origin))?;
        if built.dropped_leftover {
            self.notes.push(format!("dropped the invalid index `{index}` that an earlier run has left"));
        }
        self.note_sent(sql);
        Ok(())
    }

    /// Remembers a statement that is done, and whether it can be taken back.
    fn note_sent(&mut self, sql: &str) {
        let list = if self.runner.in_transaction() { &mut self.open } else { &mut self.kept };
        let beginning: String = sql.chars().take(SHOWN_CHARACTERS).collect();
        let more = if beginning.len() < sql.len() { " …" } else { "" };
        list.push(beginning.split_whitespace().collect::<Vec<_>>().join(" ") + more);
    }

    /// Sends a statement.
    pub(super) fn send(&mut self, sql: &str, origin: &Origin) -> Result<(), Stop> {
        self.statements += 1;
        let Executed { notices, rows_affected } =
            self.runner.execute(sql).map_err(|error| refused(error, sql, origin))?;
        self.changed = rows_affected;
        for notice in notices {
            self.notes.push(format!("{}: {}", notice.severity.to_lowercase(), notice.message));
        }
        self.note_sent(sql);
        Ok(())
    }

    fn begin(&mut self, origin: &Origin) -> Result<(), Stop> {
        let begun = self.runner.begin(&mut |_| {});
        begun.map_err(|error| Stop::Refused {
            error: Box::new(error),
            sql: Some("BEGIN".to_owned()),
            origin: origin.clone(),
        })
    }

    fn commit(&mut self, origin: &Origin) -> Result<(), Stop> {
        if !self.runner.in_transaction() {
            return Ok(());
        }
        let ended = self.runner.commit();
        let refused = |error| Stop::Refused {
            error: Box::new(error),
            sql: Some("COMMIT".to_owned()),
            origin: origin.clone(),
        };
        ended.map_err(refused)?;
        self.kept.append(&mut self.open);
        Ok(())
    }
}

/// Returns the name of the index that a text builds concurrently, where that is all it does.
fn concurrent_index(dialect: Dialect, sql: &str) -> Option<ObjectName> {
    match read_operation(dialect, sql)? {
        Operation::CreateIndex(op) if op.concurrently && !op.index.name.is_empty() => {
            Some(op.table.sibling(op.index.name.as_str()))
        }
        _ => None,
    }
}

/// Returns the operation of a text that is one statement with one effect.
pub(super) fn read_operation(dialect: Dialect, sql: &str) -> Option<Operation> {
    let result = read(dialect, sql, &ReadContext { check_data: false, ..ReadContext::default() });
    let [statement] = result.statements.as_slice() else { return None };
    let [operation] = statement.operations.as_slice() else { return None };
    Some(operation.clone())
}

/// Returns that a statement was refused.
pub(super) fn refused(error: RunError, sql: &str, origin: &Origin) -> Stop {
    Stop::Refused { error: Box::new(error), sql: Some(sql.to_owned()), origin: origin.clone() }
}
