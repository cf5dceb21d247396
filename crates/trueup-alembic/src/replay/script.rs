//! Scripts: what real Alembic would send to the server for a revision, in order.
//!
//! A replay keeps one per revision where [`ReplayOptions::scripts`](super::ReplayOptions::scripts) asks for it. Unlike
//! the operations, which say what becomes of the schema, a script has every statement once and as it is sent: SQL text
//! as the revision wrote it, statements on rows with their values, a rebuild of a SQLite table as one step. What cannot
//! be written down without asking the database is a step of its own, [`Action::Live`], so that nobody executes around
//! it by mistake.
//!
//! What a revision asks of the catalog is answered from the replayed schema and is not in the script, nor are queries
//! that certainly do nothing but read: a script holds for a database that has the schema before the revision.

use std::collections::BTreeSet;

use trueup_python::{NoteKind, Place, Vm};
use trueup_schema::ops::ConstraintKind;
use trueup_schema::{ObjectName, Operation, Origin, Table};

use crate::compile::origin;

/// One step of a script.
#[derive(Clone, Debug)]
pub struct ScriptStep {
    /// What is done.
    pub action: Action,
    /// The call in the revision.
    pub origin: Origin,
}

/// What a step of a script does.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "most steps of most scripts are operations")]
pub enum Action {
    /// Changes the schema by an operation of Alembic's or by `create_all()` and its like; send its
    /// [`to_sql`](Operation::to_sql).
    Operation(Operation),
    /// Sends one statement that the revision gives as text.
    Sql(String),
    /// Sends one statement on rows that was built of SQLAlchemy's elements, or given as text with parameters; its values
    /// are literals.
    Rows(String),
    /// Rebuilds a table: SQLite in batch mode.
    Rebuild(Box<TableRebuild>),
    /// `autocommit_block()` begins, with a commit, or ends.
    Autocommit(bool),
    /// Commits the transaction that the revision runs in; the next statement begins a new one.
    Commit,
    /// Begins a transaction by a statement of its own.
    Begin,
    /// Sets a savepoint; savepoints nest.
    Savepoint,
    /// Releases the last savepoint.
    Release,
    /// Takes back everything since the last savepoint, and forgets the savepoint.
    RollbackTo,
    /// Sends nothing, but holds only if the table has no rows: what follows was read on this premise, because the
    /// replay has seen the table made and nothing inserted. Ask the database, and treat the step as
    /// [`Live`](Self::Live) when it has some.
    Empty(ObjectName),
    /// Sends nothing: here a statement fails, for this reason, and the revision catches the exception.
    Swallowed(String),
    /// Cannot be written down without the database, for this reason: the step hangs on rows, or on something that is
    /// not known.
    Live(String),
}

/// A batch that rebuilds a table of SQLite.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRebuild {
    /// The table.
    pub table: ObjectName,
    /// The operations of the batch in order. As in Alembic, a renamed column goes by its old name to the end of the
    /// batch. Constraints that Alembic leaves out for naming unknown columns are left out. Dropped constraints have
    /// their kind and columns, by which one without a name is found.
    pub operations: Vec<Operation>,
    /// `insert_before` and `insert_after` of new columns.
    pub positions: Vec<ColumnPosition>,
    /// `partial_reordering`: columns that come in these orders.
    pub orders: Vec<Vec<String>>,
    /// `table_args`: constraints that the new table has beside those it had.
    pub table_args: Option<Table>,
    /// `copy_from`: what the table is taken to be instead of reading it.
    pub copy_from: Option<Table>,
    /// Names that the batch's `naming_convention` gives to constraints of the table without one.
    pub names: Vec<ConstraintName>,
    /// The table afterwards, as Alembic would leave it; nothing where not all of it is known.
    pub after: Option<Table>,
}

/// Where a batch wants a column to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPosition {
    /// The column.
    pub column: String,
    /// The column that comes right after it.
    pub before: Option<String>,
    /// The column that comes right before it.
    pub after: Option<String>,
}

/// A name for a constraint that has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintName {
    /// The kind of the constraint.
    pub kind: ConstraintKind,
    /// Its columns.
    pub columns: Vec<String>,
    /// The name.
    pub name: String,
}

/// The script of the running revision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) steps: Vec<ScriptStep>,
    /// Whether scripts are wanted at all.
    pub(crate) is_wanted: bool,
    /// A statement is being simulated that is in the script already, or will be as a whole.
    muted: usize,
    /// Tables that are taken to be empty.
    premises: BTreeSet<ObjectName>,
    /// Tables that the revision itself has made: empty in truth.
    made: BTreeSet<ObjectName>,
    /// Guards on something unknown that the script knows of.
    guards: usize,
}

impl Script {
    /// Returns an empty script.
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self { is_wanted, ..Self::default() }
    }

    /// Adds a step.
    pub(crate) fn push(&mut self, action: Action, place: Option<&Place>) {
        if self.is_wanted {
            self.push_at(action, origin(place));
        }
    }

    /// Adds a step with its origin.
    pub(crate) fn push_at(&mut self, action: Action, origin: Origin) {
        if self.is_wanted && self.muted == 0 {
            self.steps.push(ScriptStep { action, origin });
        }
    }

    /// Notes that a statement fails, or a part of one: when nothing catches that, the revision is run anew.
    pub(crate) fn push_swallowed(&mut self, reason: String, origin: Origin) {
        if self.is_wanted {
            self.steps.push(ScriptStep { action: Action::Swallowed(reason), origin });
        }
    }

    /// Remembers a table that the revision itself has made.
    pub(crate) fn note_made(&mut self, table: &ObjectName) {
        self.made.insert(table.clone());
    }

    /// Remembers that a table may have got rows, although the replay takes it to be empty.
    pub(crate) fn note_filled(&mut self, table: &ObjectName) {
        self.made.remove(table);
        self.premises.remove(table);
    }

    /// Tells whether a table was made by the revision itself.
    pub(crate) fn has_made(&self, table: &ObjectName) -> bool {
        self.made.contains(table)
    }

    /// Follows a table that is renamed.
    pub(crate) fn note_renamed(&mut self, old: &ObjectName, new: &ObjectName) {
        if self.made.remove(old) {
            self.made.insert(new.clone());
        }
    }

    /// Notes that what follows was read on the premise that a table has no rows.
    pub(crate) fn rely_on_empty(&mut self, table: &ObjectName, place: Option<&Place>) {
        if !self.made.contains(table) && self.premises.insert(table.clone()) {
            self.push(Action::Empty(table.clone()), place);
        }
    }
}

/// Adds a step to the script of the running revision, after what the interpreter went past without a word.
pub(crate) fn record_step(vm: &mut Vm, action: Action, place: Option<&Place>) {
    let context = crate::op::context(vm);
    if !context.state.borrow().record.script.is_wanted {
        return;
    }
    let guards = assumed_guards(vm);
    let mut state = context.state.borrow_mut();
    state.record.script.note_guards(guards);
    state.record.script.push(action, place);
}

/// Simulates something whose statements are not added to the script.
pub(crate) fn without_steps<T>(vm: &mut Vm, run: impl FnOnce(&mut Vm) -> T) -> T {
    let context = crate::op::context(vm);
    context.state.borrow_mut().record.script.muted += 1;
    let result = run(vm);
    let mut state = context.state.borrow_mut();
    state.record.script.muted = state.record.script.muted.saturating_sub(1);
    drop(state);
    result
}

impl Script {
    /// Tells the script which guards, `if <unknown>: raise …`, were taken as not raising so far.
    pub(crate) fn note_guards(&mut self, guards: Vec<(String, Option<Place>)>) {
        let seen = self.guards;
        self.guards = guards.len();
        for (message, place) in guards.into_iter().skip(seen) {
            self.push(Action::Live(message), place.as_ref());
        }
    }
}

/// Returns the guards that the interpreter has taken as not raising.
pub(crate) fn assumed_guards(vm: &Vm) -> Vec<(String, Option<Place>)> {
    let guards = vm.notes().iter().filter(|note| note.kind == NoteKind::AssumedGuard);
    guards.map(|note| (note.message.clone(), note.place.clone())).collect()
}
