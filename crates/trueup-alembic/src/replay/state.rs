//! What a replay knows while it runs: the simulated schema, what may have rows, and what the running revision did.

use std::collections::{BTreeMap, BTreeSet};

use trueup_python::Place;
use trueup_schema::naming::Convention;
use trueup_schema::ops::Constraint;
use trueup_schema::{
    ApplyError, Column, ColumnType, Dialect, ForeignKey, ObjectKind, ObjectName, Operation, Schema, Table,
    Unique,
};
use trueup_sql::Session;

use super::report::{Failure, RecordedOperation};
use super::script::{Action, Script};

/// The state that natives of `op` and of connections share: `vm.state::<Context>()`, field `state`.
pub struct SimState {
    /// The schema as the revisions before have built it.
    pub schema: Schema,
    /// What raw SQL has set on the connection.
    pub session: Session,
    /// Naming convention of the project's `target_metadata`.
    pub convention: Convention,
    /// Which tables may have rows.
    pub(crate) rows: RowKnowledge,
    /// Enum types that SQLAlchemy remembers to have created with a table during this run.
    pub(crate) created_with_table: BTreeSet<ObjectName>,
    /// Objects that nobody creates and that are therefore taken to be there before the first revision.
    pub(crate) baseline: Baseline,
    /// The transaction of the connection.
    pub(crate) transaction: TransactionState,
    /// What the running revision has done so far.
    pub(crate) record: Record,
    /// Whether what real Alembic would send is recorded.
    pub(crate) keeps_scripts: bool,
    /// Tables, types and namespaces that were created at some time during the replay.
    pub(crate) created: BTreeSet<(ObjectKind, ObjectName)>,
}

impl SimState {
    /// Returns the state before the first revision.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            schema: Schema::new(dialect),
            session: Session::default(),
            convention: Convention::default(),
            rows: RowKnowledge::default(),
            created_with_table: BTreeSet::new(),
            baseline: Baseline::default(),
            transaction: TransactionState::default(),
            record: Record::default(),
            keeps_scripts: false,
            created: BTreeSet::new(),
        }
    }

    /// Applies an operation; what is missing from the baseline is invented as far as the operation needs it.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Result<(), ApplyError> {
        self.baseline.prepare(operation, &mut self.schema);
        if let Operation::AlterColumn(op) = operation
            && !self.baseline.is_lenient(&op.table)
        {
            // Alembic changes the type before the default, whatever becomes of that.
            op.check_default_cast(&self.schema)?;
        }
        for _ in 0..64 {
            match operation.apply(&mut self.schema) {
                Ok(()) => {
                    self.note_applied(operation);
                    return Ok(());
                }
                Err(error) => match self.baseline.invent(&error, operation, &mut self.schema) {
                    Invented::Retry => {}
                    Invented::NothingToDo => return Ok(()),
                    Invented::No => return Err(error),
                },
            }
        }
        Ok(())
    }

    /// Goes on after a failed operation as if it had had its way as far as that is possible.
    pub(crate) fn recover(&mut self, operation: &Operation) {
        match operation {
            Operation::AddColumn(op) => {
                if let Some(table) = self.schema.table_mut(&op.table)
                    && table.column(&op.column.name).is_none()
                {
                    table.columns.push(op.column.clone());
                }
            }
            Operation::CreateTable(op) if self.schema.relation(&op.table.name).is_none() => {
                let mut table = op.table.clone();
                table.foreign_keys.clear();
                self.schema.insert_table(table);
                self.note_applied(operation);
            }
            _ => {}
        }
    }

    /// Remembers what was created and which tables are new and therefore empty.
    fn note_applied(&mut self, operation: &Operation) {
        match operation {
            Operation::CreateTable(op) => {
                self.created.insert((ObjectKind::Table, op.table.name.clone()));
                if !op.if_not_exists {
                    self.record.script.note_made(&op.table.name);
                    self.rows.forget(&op.table.name);
                }
            }
            Operation::RenameTable(op) => {
                self.created.insert((ObjectKind::Table, op.new_name.clone()));
                self.record.script.note_renamed(&op.table, &op.new_name);
                self.rows.rename(&op.table, &op.new_name);
            }
            Operation::DropTable(op) => self.rows.forget(&op.table),
            Operation::CreateEnum(op) => {
                self.created.insert((ObjectKind::Enum, op.enum_type.name.clone()));
            }
            Operation::RenameType(op) => {
                self.created.insert((ObjectKind::Enum, op.new_name.clone()));
            }
            Operation::CreateNamespace(op) => {
                self.created.insert((ObjectKind::Namespace, ObjectName::new(op.name.clone())));
            }
            _ => {}
        }
    }

    /// Returns those tables of a text that are taken to have no rows.
    pub(crate) fn empty_tables_in(&self, sql: &str) -> Vec<ObjectName> {
        let used = trueup_sql::used_tables(self.schema.dialect, sql);
        used.into_iter().map(|used| used.name).filter(|name| self.is_empty_table(name)).collect()
    }

    /// Tells whether a table provably has no rows: made in this replay, and nothing was inserted since.
    pub(crate) fn is_empty_table(&self, name: &ObjectName) -> bool {
        self.schema.table(name).is_some()
            && !self.rows.may_have_rows(name)
            && !self.baseline.assumed.contains(&(ObjectKind::Table, name.clone()))
    }
}

/// Which tables may have rows; a table made in the replay has none until something inserts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowKnowledge {
    tables: BTreeSet<ObjectName>,
    everything: bool,
}

impl RowKnowledge {
    pub(crate) fn may_have_rows(&self, table: &ObjectName) -> bool {
        self.everything || self.tables.contains(table)
    }

    pub(crate) fn insert(&mut self, table: ObjectName) {
        self.tables.insert(table);
    }

    /// Something inserted rows, and into which table is not known.
    pub(crate) fn insert_anywhere(&mut self) {
        self.everything = true;
    }

    fn forget(&mut self, table: &ObjectName) {
        self.tables.remove(table);
    }

    fn rename(&mut self, old: &ObjectName, new: &ObjectName) {
        if self.tables.remove(old) {
            self.tables.insert(new.clone());
        }
    }
}

/// What there was before the first revision, as far as the revisions tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    /// What is taken to exist.
    pub(crate) assumed: BTreeSet<(ObjectKind, ObjectName)>,
    /// Tables of which some parts could not be read; they are treated as leniently.
    pub(crate) partial: BTreeSet<ObjectName>,
}

enum Invented {
    Retry,
    NothingToDo,
    No,
}

impl Baseline {
    pub(crate) fn is_lenient(&self, table: &ObjectName) -> bool {
        self.partial.contains(table) || self.assumed.contains(&(ObjectKind::Table, table.clone()))
    }

    /// Gives assumed tables the keys that foreign keys of an operation refer to.
    fn prepare(&self, operation: &Operation, schema: &mut Schema) {
        if self.assumed.is_empty() && self.partial.is_empty() {
            return;
        }
        let keys: Vec<&ForeignKey> = match operation {
            Operation::CreateTable(op) => op.table.foreign_keys.iter().collect(),
            Operation::AddConstraint(op) => match &op.constraint {
                Constraint::ForeignKey(key) => vec![key],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        for key in keys.into_iter().filter(|key| self.is_lenient(&key.referenced_table)) {
            self.table(&key.referenced_table, schema);
            let Some(table) = schema.table_mut(&key.referenced_table) else { continue };
            for column in &key.referenced_columns {
                if table.column(column).is_none() {
                    table.columns.push(assumed_column(column));
                }
            }
            let known =
                table.primary_key.as_ref().is_some_and(|primary| primary.columns == key.referenced_columns)
                    || table.uniques.iter().any(|unique| unique.columns == key.referenced_columns);
            if !known && !key.referenced_columns.is_empty() {
                let name = trueup_schema::naming::unique(&table.name.name, &key.referenced_columns).first();
                let name = schema.dialect.names_constraints().then_some(name);
                let Some(table) = schema.table_mut(&key.referenced_table) else { continue };
                table.uniques.push(Unique::new(name, key.referenced_columns.clone()));
            }
        }
    }

    fn table(&self, name: &ObjectName, schema: &mut Schema) -> bool {
        if schema.table(name).is_some() || !self.assumed.contains(&(ObjectKind::Table, name.clone())) {
            return false;
        }
        if let Some(namespace) = &name.namespace
            && !schema.namespaces.contains(namespace)
        {
            schema.namespaces.push(namespace.clone());
        }
        schema.insert_table(Table::new(name.clone()));
        true
    }

    fn invent(&self, error: &ApplyError, operation: &Operation, schema: &mut Schema) -> Invented {
        let ApplyError::Missing { kind, name, table } = error else {
            // What is known of the table is not all, so no contradiction with it proves anything.
            let creates = matches!(operation, Operation::CreateTable(_));
            let lenient = operation_table(operation).is_some_and(|table| self.is_lenient(table));
            return if lenient && !creates { Invented::NothingToDo } else { Invented::No };
        };
        let object = parse_name(schema.dialect, name);
        match kind {
            ObjectKind::Table if self.table(&object, schema) => Invented::Retry,
            ObjectKind::Namespace if self.assumed.contains(&(*kind, object.clone())) => {
                schema.namespaces.push(name.clone());
                Invented::Retry
            }
            ObjectKind::Enum | ObjectKind::Domain
                if self.assumed.contains(&(ObjectKind::Enum, object.clone())) =>
            {
                Invented::NothingToDo
            }
            _ => {
                let owner = table.as_ref().or_else(|| operation_table(operation));
                match owner.filter(|owner| self.is_lenient(owner)) {
                    Some(owner) if *kind == ObjectKind::Column => match schema.table_mut(owner) {
                        Some(table) if table.column(name).is_none() => {
                            table.columns.push(assumed_column(name));
                            Invented::Retry
                        }
                        _ => Invented::NothingToDo,
                    },
                    Some(_) => Invented::NothingToDo,
                    None => Invented::No,
                }
            }
        }
    }
}

fn assumed_column(name: &str) -> Column {
    Column::new(name, ColumnType::unknown("the revisions do not say how this column was created"))
}

/// Returns the name that an error wrote, `namespace.name` or `name`.
pub(crate) fn parse_name(dialect: Dialect, text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((namespace, name)) => ObjectName::qualified(dialect, Some(namespace), name),
        None => ObjectName::new(text),
    }
}

/// Returns the table that an operation is about.
pub(crate) fn operation_table(operation: &Operation) -> Option<&ObjectName> {
    Some(match operation {
        Operation::AddColumn(op) => &op.table,
        Operation::AddConstraint(op) => &op.table,
        Operation::AlterColumn(op) => &op.table,
        Operation::AlterTable(op) => &op.table,
        Operation::CreateIndex(op) => &op.table,
        Operation::CreateTable(op) => &op.table.name,
        Operation::DropColumn(op) => &op.table,
        Operation::DropConstraint(op) => &op.table,
        Operation::DropIndex(op) => op.table.as_ref()?,
        Operation::DropTable(op) => &op.table,
        Operation::RenameColumn(op) => &op.table,
        Operation::RenameConstraint(op) => &op.table,
        Operation::RenameTable(op) => &op.table,
        Operation::ValidateConstraint(op) => &op.table,
        _ => return None,
    })
}

/// Where the connection stands in its transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct TransactionState {
    /// A statement failed, so that PostgreSQL refuses everything until the transaction or savepoint is rolled back.
    pub(crate) aborted: bool,
    /// Open savepoints: the schema when each was set.
    pub(crate) savepoints: Vec<Schema>,
    /// Inside `autocommit_block()`: every statement is its own transaction.
    pub(crate) autocommit: bool,
}

/// What the running revision has done so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Evaluation ended before `upgrade()` did.
    pub(crate) stopped: bool,
    pub(crate) operations: Vec<RecordedOperation>,
    pub(crate) data_steps: Vec<super::report::DataStep>,
    pub(crate) unproven: Vec<super::report::Unproven>,
    pub(crate) notices: Vec<super::report::Notice>,
    /// Failures that were raised as exceptions: with their ordinal.
    pub(crate) raised: Vec<(usize, Failure)>,
    /// Failures that are let pass because nothing in the revision catches them.
    pub(crate) failures: BTreeMap<usize, Failure>,
    /// Ordinals of the steps that are let pass.
    pub(crate) forgiven: BTreeSet<usize>,
    /// Number of the next step.
    pub(crate) next: usize,
    /// What real Alembic would send.
    pub(crate) script: Script,
    /// How many steps of the script a real database has seen already.
    pub(crate) sent: usize,
}

impl Record {
    pub(crate) fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(crate) fn unproven(&mut self, reason: impl Into<String>, place: Option<&Place>) {
        let found = super::report::Unproven { reason: reason.into(), origin: crate::compile::origin(place) };
        self.script.push(Action::Live(found.reason.clone()), place);
        self.unproven.push(found);
    }
}
