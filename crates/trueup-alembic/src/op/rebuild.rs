//! Alembic's "move and copy" on SQLite: the table is read back, built anew with the changes, and renamed.
//!
//! What SQLAlchemy's inspector does not see is lost on the way, and so it is here, because the simulated schema must
//! be what Alembic builds: triggers, expression indexes, unnamed CHECKs, collations, `DESC`, AUTOINCREMENT. Each loss
//! is recorded as an operation that nobody wrote.

use trueup_python::{Place, PyResult, Vm};
use trueup_schema::naming::{Convention, ConventionFacts, ConventionKind};
use trueup_schema::ops::{
    AddColumn, AlterColumn, AlterTable, Constraint, ConstraintKind, CreateIndex, DropColumn, DropConstraint,
    DropIndex, DropTrigger, RenameColumn, TableChange,
};
use trueup_schema::{
    ApplyError, Column, ColumnType, Dialect, ForeignKey, Generated, IndexKey, IndexPart, Inline, ObjectKind,
    ObjectName, Operation, PrimaryKey, Table, Unique,
};

use super::asked::{Asked, identified};
use super::{Planned, Step, context, perform::raise_failure, send_unknown, unproven};
use crate::bind;
use crate::compile::origin;
use crate::replay::{
    Action, ColumnPosition, ConstraintName, Notice, RecordedOperation, record_step, without_steps,
};

/// The arguments of `batch_alter_table` that matter to a rebuild.
pub(super) struct Options {
    pub(super) table: ObjectName,
    pub(super) naming_convention: Option<Convention>,
    pub(super) copy_from: Option<Table>,
    pub(super) extra: Option<Table>,
    pub(super) orders: Vec<Vec<String>>,
}

/// A column and the columns before and after which it is wanted.
pub(super) type Position = (String, Option<String>, Option<String>);

/// A refusal of Alembic: class of the exception and message.
type Refusal = (&'static str, String);

/// Rebuilds a table with the collected changes.
pub(super) fn perform(
    vm: &mut Vm,
    options: &Options,
    steps: Vec<Planned>,
    place: Option<&Place>,
) -> PyResult<()> {
    let context = context(vm);
    let existing = context.state.borrow().schema.table(&options.table).cloned();
    let lenient = context.state.borrow().baseline.is_lenient(&options.table);
    let Some(existing) = existing else {
        if lenient {
            send_unknown(vm, format!("`{}` is built anew, and no revision creates it", options.table), place);
            let planned = steps.into_iter().filter(|planned| matches!(planned.step, Step::Operation(_)));
            for planned in planned {
                without_steps(vm, |vm| super::perform(vm, planned))?;
            }
            return Ok(());
        }
        let error =
            ApplyError::Missing { kind: ObjectKind::Table, name: options.table.to_string(), table: None };
        return super::perform::raise_missing(vm, "sqlalchemy.exc.NoSuchTableError", error, place);
    };
    let dialect = context.dialect;
    let mut rebuild = Rebuild::begin(dialect, options, &existing);
    rebuild.is_partly_known = lenient;
    let mut asked = Asked { names: std::mem::take(&mut rebuild.given_names), ..Asked::default() };
    let mut recorded: Vec<RecordedOperation> = std::mem::take(&mut rebuild.losses)
        .into_iter()
        .map(|operation| RecordedOperation { operation, origin: origin(place), implied: true })
        .collect();
    // Alembic looks the columns of new indexes up when the batch ends.
    let mut unresolved = Vec::new();
    for Planned { step, place } in steps {
        match step {
            Step::Operation(operation) => {
                let as_asked = identified(&operation, &rebuild.table);
                match rebuild.change(&operation) {
                    Ok(()) => {}
                    Err(_) if lenient => {}
                    Err((class, message)) => raise_failure(vm, class, message, place.as_ref())?,
                }
                let waiting = std::mem::take(&mut rebuild.unresolved);
                unresolved.extend(waiting.into_iter().map(|column| (column, place.clone())));
                let origin = origin(place.as_ref());
                let operation = rebuild.with_present_names(operation);
                if std::mem::take(&mut rebuild.discards) {
                    let message = "Alembic leaves this constraint out: until a batch ends, renamed columns go by \
                                   their old names, and the constraint names a column that the table does not have"
                        .to_owned();
                    context.state.borrow_mut().record.notices.push(Notice { message, origin });
                    continue;
                }
                asked.operations.push(as_asked);
                recorded.push(RecordedOperation { operation, origin, implied: false });
            }
            Step::Position { column, before, after } => {
                asked.positions.push(ColumnPosition {
                    column: column.clone(),
                    before: before.clone(),
                    after: after.clone(),
                });
                rebuild.positions.push((column, before, after));
            }
            Step::Raise { class, message }
            | Step::Refuse { class, message, .. }
            | Step::RefuseRebuild { class, message } => {
                raise_failure(vm, class, message, place.as_ref())?;
            }
            Step::IndexOfCopy { table, index } => {
                rebuild.table.indexes.push(index.clone());
                let operation =
                    CreateIndex { table, index, concurrently: false, if_not_exists: false }.into();
                recorded.push(RecordedOperation { operation, origin: origin(place.as_ref()), implied: true });
            }
            Step::NeedsRebuild => {}
        }
    }
    if let Some((column, place)) = unresolved.iter().find(|(column, _)| !rebuild.knows(column)) {
        let message = format!("the batch on `{}` has no column `{column}` under this name", options.table);
        raise_failure(vm, "KeyError", message, place.as_ref())?;
    }
    if let Some(column) = rebuild.copied_computed_column() {
        let message =
            format!("cannot INSERT into generated column \"{column}\" while copying `{}`", options.table);
        raise_failure(vm, "sqlalchemy.exc.OperationalError", message, place)?;
    }
    if let Some(column) = rebuild.checked_and_dropped() {
        let message = format!("no such column: {column} (a CHECK of `{}` uses it)", options.table);
        raise_failure(vm, "sqlalchemy.exc.OperationalError", message, place)?;
    }
    if let Some(column) = rebuild.indexed_and_dropped() {
        let message = format!("no such column: {column} (an index of `{}` uses it)", options.table);
        raise_failure(vm, "sqlalchemy.exc.OperationalError", message, place)?;
    }
    let reader = context.state.borrow().schema.reader_on_sqlite(&options.table).filter(|_| !lenient);
    if let Some(reader) = reader {
        let message = format!(
            "{reader} reads `{0}`, and SQLite does not rename the new table to `{0}` while it does: drop it before \
             the batch and create it again after",
            options.table
        );
        raise_failure(vm, "sqlalchemy.exc.OperationalError", message, place)?;
    }
    let table = rebuild.finish(options);
    let after = (!lenient).then_some(&table);
    record_step(vm, Action::Rebuild(Box::new(asked.into_rebuild(options, after))), place);
    let mut state = context.state.borrow_mut();
    state.schema.insert_table(table);
    state.record.operations.extend(recorded);
    drop(state);
    if options.copy_from.is_some() && options.copy_from.as_ref().is_some_and(|table| table.columns.is_empty())
    {
        unproven(vm, "the table given as `copy_from` has no columns", place);
    }
    Ok(())
}

struct Rebuild {
    dialect: Dialect,
    table: Table,
    losses: Vec<Operation>,
    positions: Vec<Position>,
    /// Old and new name of renamed columns.
    renamed: Vec<(String, String)>,
    dropped: Vec<String>,
    /// Columns that are new and therefore not copied.
    added: Vec<String>,
    /// Names that a convention gives to constraints without one.
    given_names: Vec<ConstraintName>,
    /// Columns of a new index that are not known yet.
    unresolved: Vec<String>,
    /// Columns of the table as it was.
    original: Vec<String>,
    /// The table may have more columns than those.
    is_partly_known: bool,
    /// The last constraint names a column that Alembic does not know by that name: it leaves it out without a word.
    discards: bool,
}

impl Rebuild {
    /// Reads the table as SQLAlchemy's inspector would.
    fn begin(dialect: Dialect, options: &Options, existing: &Table) -> Self {
        let reflected = options.copy_from.is_none();
        let mut table = options.copy_from.clone().unwrap_or_else(|| existing.clone());
        table.name = existing.name.clone();
        let mut rebuild = Self {
            dialect,
            table,
            losses: Vec::new(),
            positions: Vec::new(),
            renamed: Vec::new(),
            dropped: Vec::new(),
            added: Vec::new(),
            given_names: Vec::new(),
            unresolved: Vec::new(),
            original: Vec::new(),
            is_partly_known: false,
            discards: false,
        };
        rebuild.original = rebuild.table.columns.iter().map(|column| column.name.clone()).collect();
        if reflected {
            rebuild.lose(existing, options);
            if let Some(convention) = &options.naming_convention {
                rebuild.name_constraints(convention);
            }
        }
        rebuild
    }

    /// Leaves out what the inspector does not see.
    fn lose(&mut self, existing: &Table, options: &Options) {
        let name = &existing.name;
        for trigger in &existing.triggers {
            let operation =
                DropTrigger { table: Some(name.clone()), name: trigger.name.clone(), if_exists: false };
            self.losses.push(operation.into());
        }
        self.table.triggers.clear();
        for index in &existing.indexes {
            if index.parts.iter().any(|part| matches!(part.key, IndexKey::Expression(_))) {
                self.losses.push(
                    DropIndex {
                        index: name.sibling(index.name.as_str()),
                        table: Some(name.clone()),
                        concurrently: false,
                        if_exists: false,
                        cascade: false,
                    }
                    .into(),
                );
            } else if index.parts.iter().any(|part| part.descending || part.collation.is_some()) {
                let mut plain = index.clone();
                plain_parts(&mut plain.parts);
                let dropped = DropIndex {
                    index: name.sibling(index.name.as_str()),
                    table: Some(name.clone()),
                    concurrently: false,
                    if_exists: false,
                    cascade: false,
                };
                self.losses.push(dropped.into());
                let created = CreateIndex {
                    table: name.clone(),
                    index: plain,
                    concurrently: false,
                    if_not_exists: false,
                };
                self.losses.push(created.into());
            }
        }
        self.table
            .indexes
            .retain(|index| !index.parts.iter().any(|part| matches!(part.key, IndexKey::Expression(_))));
        for index in &mut self.table.indexes {
            plain_parts(&mut index.parts);
        }
        let restated = options.extra.as_ref().is_some_and(|extra| !extra.checks.is_empty());
        for check in existing.checks.iter().filter(|check| check.name.is_none() && !restated) {
            let operation = DropConstraint {
                table: name.clone(),
                name: None,
                kind: Some(trueup_schema::ops::ConstraintKind::Check),
                columns: vec![check.expr.text().to_owned()],
                if_exists: false,
                cascade: false,
            };
            self.losses.push(operation.into());
        }
        self.table.checks.retain(|check| check.name.is_some());
        // Alembic writes what it read back as constraints of the table.
        self.table.checks.iter_mut().for_each(|check| check.inline = Inline(false));
        self.table.foreign_keys.iter_mut().for_each(|key| key.inline = Inline(false));
        self.lose_duplicates();
        for column in &mut self.table.columns {
            if self.dialect.is_sqlite()
                && let Some(reflected) = bind::reflected_on_sqlite(&column.column_type)
            {
                let mut operation = unchanged(name, &column.name);
                operation.column_type = Some(reflected.clone());
                self.losses.push(operation.into());
                column.column_type = reflected;
            }
            if column.collation.take().is_some() {
                let mut operation = unchanged(name, &column.name);
                operation.collation = Some(None);
                self.losses.push(operation.into());
            }
        }
        if let Some(key) = &mut self.table.primary_key {
            key.autoincrement = false;
        }
        if existing.without_rowid {
            self.table.without_rowid = false;
            let change = TableChange::WithoutRowid(false);
            self.losses.push(AlterTable { table: name.clone(), change }.into());
        }
    }

    /// Leaves out constraints that say the same as one before them: the inspector recognises each pair of columns once.
    fn lose_duplicates(&mut self) {
        let table = self.table.name.clone();
        let mut lost: Vec<Option<String>> = Vec::new();
        let mut seen: Vec<(Vec<String>, ObjectName, Vec<String>)> = Vec::new();
        self.table.foreign_keys.retain(|key| {
            let signature =
                (key.columns.clone(), key.referenced_table.clone(), key.referenced_columns.clone());
            let first = !seen.contains(&signature);
            if first {
                seen.push(signature);
            } else {
                lost.push(key.name.clone());
            }
            first
        });
        let mut seen: Vec<Vec<String>> = Vec::new();
        self.table.uniques.retain(|unique| {
            let first = !seen.contains(&unique.columns);
            if first {
                seen.push(unique.columns.clone());
            } else {
                lost.push(unique.name.clone());
            }
            first
        });
        for name in lost.into_iter().flatten() {
            let operation = DropConstraint {
                table: table.clone(),
                name: Some(name),
                kind: None,
                columns: Vec::new(),
                if_exists: false,
                cascade: false,
            };
            self.losses.push(operation.into());
        }
    }

    /// Gives unnamed constraints the names of `batch_alter_table(naming_convention=…)`.
    fn name_constraints(&mut self, convention: &Convention) {
        let table = self.table.name.clone();
        let dialect = self.dialect;
        let name = |kind: ConventionKind, columns: &[String], referred: Option<(&ObjectName, &[String])>| {
            let facts = ConventionFacts {
                table: table.name.clone(),
                namespace: table.namespace.clone(),
                columns: columns.to_vec(),
                referred_table: referred.map(|(name, _)| name.name.clone()).unwrap_or_default(),
                referred_columns: referred.map(|(_, columns)| columns.to_vec()).unwrap_or_default(),
                ..ConventionFacts::default()
            };
            convention.apply(dialect, kind, &facts).and_then(Result::ok)
        };
        let mut given = |kind: ConstraintKind, columns: &[String], name: Option<&String>| {
            if let Some(name) = name.cloned() {
                self.given_names.push(ConstraintName { kind, columns: columns.to_vec(), name });
            }
        };
        if let Some(key) = self.table.primary_key.as_mut().filter(|key| key.name.is_none()) {
            key.name = name(ConventionKind::PrimaryKey, &key.columns, None);
            given(ConstraintKind::PrimaryKey, &key.columns, key.name.as_ref());
        }
        for unique in self.table.uniques.iter_mut().filter(|unique| unique.name.is_none()) {
            unique.name = name(ConventionKind::Unique, &unique.columns, None);
            given(ConstraintKind::Unique, &unique.columns, unique.name.as_ref());
        }
        for key in self.table.foreign_keys.iter_mut().filter(|key| key.name.is_none()) {
            let referred = (&key.referenced_table, key.referenced_columns.as_slice());
            key.name = name(ConventionKind::ForeignKey, &key.columns, Some(referred));
            given(ConstraintKind::ForeignKey, &key.columns, key.name.as_ref());
        }
    }

    fn change(&mut self, operation: &Operation) -> Result<(), Refusal> {
        match operation {
            Operation::AddColumn(op) => self.add_column(op),
            Operation::DropColumn(op) => self.drop_column(op),
            Operation::AlterColumn(op) => self.alter_column(op),
            Operation::RenameColumn(op) => self.rename_column(op),
            Operation::AddConstraint(op) => self.add_constraint(&op.constraint),
            Operation::DropConstraint(op) => self.drop_constraint(op),
            Operation::CreateIndex(op) => {
                let mut index = op.index.clone();
                for part in &mut index.parts {
                    let IndexKey::Column(name) = &mut part.key else { continue };
                    if !self.knows(name) {
                        self.unresolved.push(name.clone());
                    }
                    *name = self.current(name).to_owned();
                }
                self.table.indexes.push(index);
                Ok(())
            }
            Operation::DropIndex(op) => {
                let count = self.table.indexes.len();
                self.table.indexes.retain(|index| index.name != op.index.name);
                if count == self.table.indexes.len() && !op.if_exists {
                    return Err(("ValueError", format!("No such index: '{}'", op.index.name)));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Returns the present name of a column that calls name as it was before the rebuild.
    fn current<'a>(&'a self, name: &'a str) -> &'a str {
        self.renamed.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new)
    }

    fn add_column(&mut self, op: &AddColumn) -> Result<(), Refusal> {
        match self.table.column_mut(&op.column.name) {
            Some(existing) => *existing = op.column.clone(),
            None => self.table.columns.push(op.column.clone()),
        }
        self.dropped.retain(|column| *column != op.column.name);
        self.added.push(op.column.name.clone());
        Ok(())
    }

    fn drop_column(&mut self, op: &DropColumn) -> Result<(), Refusal> {
        let name = self.current(&op.column).to_owned();
        if self.table.column(&name).is_none() {
            return Err(("KeyError", format!("'{}'", op.column)));
        }
        self.table.columns.retain(|column| column.name != name);
        if let Some(key) = &mut self.table.primary_key {
            key.columns.retain(|column| *column != name);
        }
        if self.table.primary_key.as_ref().is_some_and(|key| key.columns.is_empty()) {
            self.table.primary_key = None;
        }
        self.dropped.push(name);
        Ok(())
    }

    fn alter_column(&mut self, op: &AlterColumn) -> Result<(), Refusal> {
        let name = self.current(&op.column).to_owned();
        let Some(column) = self.table.column_mut(&name) else {
            return Err(("KeyError", format!("'{}'", op.column)));
        };
        if let Some(column_type) = &op.column_type {
            // What is copied gets a CAST between kinds of types, and a new column has nothing to copy.
            if self.added.contains(&name) && casts(&column.column_type, column_type) {
                let message =
                    format!("'expr' (the type of `{name}` cannot change in the batch that adds the column)");
                return Err(("KeyError", message));
            }
            column.column_type.clone_from(column_type);
        }
        if let Some(nullable) = op.nullable {
            column.nullable = nullable;
        }
        if let Some(default) = &op.default {
            column.default.clone_from(default);
        }
        if let Some(generated) = &op.generated {
            column.generated.clone_from(generated);
        }
        if let Some(collation) = &op.collation {
            column.collation.clone_from(collation);
        }
        Ok(())
    }

    fn rename_column(&mut self, op: &RenameColumn) -> Result<(), Refusal> {
        let name = self.current(&op.column).to_owned();
        let Some(column) = self.table.column_mut(&name) else {
            return Err(("KeyError", format!("'{}'", op.column)));
        };
        column.name.clone_from(&op.new_name);
        let table_name = self.table.name.clone();
        let rename = |columns: &mut Vec<String>| {
            for column in columns.iter_mut().filter(|column| **column == name) {
                column.clone_from(&op.new_name);
            }
        };
        if let Some(key) = &mut self.table.primary_key {
            rename(&mut key.columns);
        }
        self.table.uniques.iter_mut().for_each(|unique| rename(&mut unique.columns));
        for key in &mut self.table.foreign_keys {
            rename(&mut key.columns);
            if key.referenced_table == table_name {
                rename(&mut key.referenced_columns);
            }
        }
        for part in self.table.indexes.iter_mut().flat_map(|index| &mut index.parts) {
            if let IndexKey::Column(column) = &mut part.key
                && *column == name
            {
                column.clone_from(&op.new_name);
            }
        }
        self.renamed.retain(|(old, _)| *old != op.column);
        self.renamed.push((op.column.clone(), op.new_name.clone()));
        Ok(())
    }

    /// Tells whether the batch has a column under a name: renamed columns go by their old name until it ends.
    fn knows(&self, column: &String) -> bool {
        self.is_partly_known || self.original.contains(column) || self.added.contains(column)
    }

    /// Returns an operation as it would be written after the renames before it.
    fn with_present_names(&self, mut operation: Operation) -> Operation {
        let present = |columns: &mut Vec<String>| {
            for column in columns {
                *column = self.current(column).to_owned();
            }
        };
        match &mut operation {
            Operation::AddConstraint(op) => match &mut op.constraint {
                Constraint::PrimaryKey(key) => present(&mut key.columns),
                Constraint::ForeignKey(key) => present(&mut key.columns),
                Constraint::Unique(unique) => present(&mut unique.columns),
                Constraint::Check(_) | Constraint::Exclude(_) => {}
            },
            Operation::CreateIndex(op) => {
                for part in &mut op.index.parts {
                    if let IndexKey::Column(name) = &mut part.key {
                        *name = self.current(name).to_owned();
                    }
                }
            }
            _ => {}
        }
        operation
    }

    /// Returns the present names of a constraint's columns, or nothing when Alembic discards the constraint.
    ///
    /// Source: Alembic `ApplyBatchImpl._transfer_elements_to_new_table`; held against Alembic 1.20 for keys,
    /// foreign keys and unique constraints.
    fn columns_of_new(&mut self, columns: &[String]) -> Option<Vec<String>> {
        if columns.iter().all(|column| self.knows(column)) {
            return Some(columns.iter().map(|column| self.current(column).to_owned()).collect());
        }
        self.discards = true;
        None
    }

    fn add_constraint(&mut self, constraint: &Constraint) -> Result<(), Refusal> {
        let needs_name = || Err(("ValueError", "Constraint must have a name".to_owned()));
        match constraint {
            Constraint::PrimaryKey(key) => {
                if key.name.is_none() {
                    return needs_name();
                }
                if let Some(columns) = self.columns_of_new(&key.columns) {
                    self.table.primary_key = Some(PrimaryKey { columns, ..key.clone() });
                }
            }
            Constraint::ForeignKey(key) => {
                if key.name.is_none() {
                    return needs_name();
                }
                self.table.foreign_keys.retain(|existing| existing.name != key.name);
                if let Some(columns) = self.columns_of_new(&key.columns) {
                    self.table.foreign_keys.push(ForeignKey { columns, ..key.clone() });
                }
            }
            Constraint::Unique(unique) => {
                if unique.name.is_none() {
                    return needs_name();
                }
                self.table.uniques.retain(|existing| existing.name != unique.name);
                if let Some(columns) = self.columns_of_new(&unique.columns) {
                    self.table.uniques.push(Unique { columns, ..unique.clone() });
                }
            }
            Constraint::Check(check) => {
                if check.name.is_some() {
                    self.table.checks.retain(|existing| existing.name != check.name);
                }
                self.table.checks.push(check.clone());
            }
            Constraint::Exclude(_) => {}
        }
        Ok(())
    }

    fn drop_constraint(&mut self, op: &DropConstraint) -> Result<(), Refusal> {
        let Some(name) = &op.name else {
            return Err(("ValueError", "Constraint must have a name".to_owned()));
        };
        let named = |candidate: &Option<String>| candidate.as_ref() == Some(name);
        if !self.table.has_constraint(name) {
            if op.if_exists {
                return Ok(());
            }
            return Err(("ValueError", format!("No such constraint: '{name}'")));
        }
        if self.table.primary_key.as_ref().is_some_and(|key| named(&key.name)) {
            self.table.primary_key = None;
        }
        self.table.uniques.retain(|unique| !named(&unique.name));
        self.table.foreign_keys.retain(|key| !named(&key.name));
        self.table.checks.retain(|check| !named(&check.name));
        Ok(())
    }

    /// Returns a generated column that would be copied like any other, which SQLite refuses.
    fn copied_computed_column(&self) -> Option<String> {
        let mut generated = self.table.columns.iter().filter(|column| {
            matches!(column.generated, Some(Generated::Computed(_))) && !self.added.contains(&column.name)
        });
        generated.next().map(|column| column.name.clone())
    }

    /// Returns a dropped column that a CHECK with a name still uses: Alembic writes it again.
    fn checked_and_dropped(&self) -> Option<String> {
        // In double quotes a column that is not there is a text to SQLite.
        let unquoted = self.table.checks.iter().filter(|check| !check.expr.text().contains('"'));
        let mut used = unquoted.flat_map(|check| check.expr.identifiers());
        used.find(|column| self.is_gone(column))
    }

    /// Tells whether a text that Alembic writes again names a column which the new table does not have any more.
    fn is_gone(&self, column: &str) -> bool {
        let is = |other: &String| other.eq_ignore_ascii_case(column);
        let was = self.dropped.iter().chain(self.renamed.iter().map(|(old, _)| old)).any(is);
        was && !self.table.columns.iter().any(|column| is(&column.name))
    }

    /// Returns a dropped column that an index still uses; creating that index anew fails.
    fn indexed_and_dropped(&self) -> Option<String> {
        let predicates = self.table.indexes.iter().filter_map(|index| index.predicate.as_ref());
        let unquoted = predicates.filter(|predicate| !predicate.text().contains('"'));
        if let Some(column) =
            unquoted.flat_map(trueup_schema::SqlExpr::identifiers).find(|column| self.is_gone(column))
        {
            return Some(column);
        }
        let parts = self.table.indexes.iter().flat_map(|index| &index.parts);
        let mut used = parts.filter_map(|part| match &part.key {
            IndexKey::Column(column) => Some(column),
            IndexKey::Expression(_) => None,
        });
        used.find(|column| self.dropped.contains(column) && self.table.column(column).is_none()).cloned()
    }

    /// Drops what refers to dropped columns and puts the columns into their order.
    fn finish(mut self, options: &Options) -> Table {
        let dropped = std::mem::take(&mut self.dropped);
        let survives = |columns: &[String]| !columns.iter().any(|column| dropped.contains(column));
        self.table.uniques.retain(|unique| survives(&unique.columns));
        self.table.foreign_keys.retain(|key| survives(&key.columns));
        self.table.indexes.retain(|index| {
            !index
                .parts
                .iter()
                .any(|part| matches!(&part.key, IndexKey::Column(column) if dropped.contains(column)))
        });
        if let Some(extra) = &options.extra {
            self.table.uniques.extend(extra.uniques.iter().cloned());
            self.table.checks.extend(extra.checks.iter().cloned());
            self.table.foreign_keys.extend(extra.foreign_keys.iter().cloned());
            if extra.primary_key.is_some() {
                self.table.primary_key.clone_from(&extra.primary_key);
            }
        }
        // Alembic writes constraints with a name first, and the next reading keeps the first of two that are alike.
        self.table.uniques.sort_by_key(|unique| unique.name.is_none());
        for (column, before, after) in std::mem::take(&mut self.positions) {
            place_column(&mut self.table.columns, &column, before.as_deref(), after.as_deref());
        }
        for order in &options.orders {
            self.reorder(order);
        }
        self.table
    }

    /// Puts the named columns into the given order, at the places that they take up now.
    fn reorder(&mut self, order: &[String]) {
        for pair in order.windows(2) {
            let position =
                |columns: &[Column], name: &str| columns.iter().position(|column| column.name == name);
            let columns = &mut self.table.columns;
            if let (Some(first), Some(second)) = (position(columns, &pair[0]), position(columns, &pair[1]))
                && second < first
            {
                let moved = columns.remove(second);
                columns.insert(first, moved);
            }
        }
    }
}

/// Tells whether two types are certainly of different kinds to SQLAlchemy: whole numbers and texts.
fn casts(old: &ColumnType, new: &ColumnType) -> bool {
    let whole = |found: &ColumnType| matches!(found.name.as_str(), "INTEGER" | "SMALLINT" | "BIGINT");
    let text = |found: &ColumnType| matches!(found.name.as_str(), "VARCHAR" | "TEXT");
    (whole(old) && text(new)) || (text(old) && whole(new))
}

fn plain_parts(parts: &mut [IndexPart]) {
    for part in parts {
        part.descending = false;
        part.collation = None;
        part.nulls = None;
    }
}

fn unchanged(table: &ObjectName, column: &str) -> AlterColumn {
    AlterColumn {
        table: table.clone(),
        column: column.to_owned(),
        column_type: None,
        using: None,
        nullable: None,
        default: None,
        generated: None,
        collation: None,
        comment: None,
    }
}

/// Puts a column before or after another one.
pub(super) fn place_column(
    columns: &mut Vec<Column>,
    column: &str,
    before: Option<&str>,
    after: Option<&str>,
) {
    let Some(from) = columns.iter().position(|candidate| candidate.name == column) else { return };
    let moved = columns.remove(from);
    let find = |columns: &[Column], name: Option<&str>| {
        name.and_then(|name| columns.iter().position(|candidate| candidate.name == name))
    };
    let to = find(columns, before).or_else(|| find(columns, after).map(|at| at + 1)).unwrap_or(from);
    columns.insert(to.min(columns.len()), moved);
}
