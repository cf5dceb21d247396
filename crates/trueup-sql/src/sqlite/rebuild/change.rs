//! The table while it changes: its parts, what is kept beside it, and what is made at the end.

use trueup_schema::ops::{AlterTable, CreateIndex, CreateTrigger, DropIndex, DropTrigger, TableChange};
use trueup_schema::{Dialect, IndexKey, ObjectName, Operation};

use super::body::{Body, Frame, Item, with_cursor};
use super::clause::{Clause, Kind};
use super::column::{self, ColumnState};
use super::definition::Definition;
use super::order::{self, Wish};
use super::uses::TriggerHead;
use super::{RebuildInput, Refusal, Stored, constraint, gone};
use crate::cursor::Unread;

/// A constraint of the table.
pub(super) struct ConstraintState {
    pub(super) item: Item,
    /// It was added by the batch, and names columns as they are called at its end.
    pub(super) fresh: bool,
}

/// The table while it changes.
pub(super) struct Change<'a> {
    pub(super) input: &'a RebuildInput,
    pub(super) frame: Frame,
    /// All columns, those that were dropped too; a column is known by its place here.
    pub(super) columns: Vec<ColumnState>,
    pub(super) constraints: Vec<ConstraintState>,
    /// Indexes and triggers that stay.
    pub(super) indexes: Vec<Stored>,
    pub(super) triggers: Vec<Stored>,
    /// Statements that drop indexes and triggers; a copy leaves them out instead.
    pub(super) removed: Vec<String>,
    new_indexes: Vec<CreateIndex>,
    new_triggers: Vec<CreateTrigger>,
    /// Triggers of which only SQLite knows whether they use a dropped column.
    pub(super) doubtful: Vec<(String, TriggerHead)>,
    pub(super) new_name: Option<ObjectName>,
    /// The columns that there are at the end, in their order.
    pub(super) order: Vec<usize>,
    /// Something was changed that `ALTER TABLE` cannot change.
    pub(super) needs_copy: bool,
    /// It was no table WITHOUT ROWID.
    pub(super) had_row_numbers: bool,
    pub(super) notices: Vec<String>,
}

impl<'a> Change<'a> {
    /// Reads the stored text and holds it against what SQLite says of the columns.
    pub(super) fn begin(input: &'a RebuildInput) -> Result<Self, Refusal> {
        let table = &input.table;
        let unreadable = |unread: Unread| {
            Refusal::new(format!("the stored statement of `{table}` is not understood: {}", unread.message))
                .hint("change the table by SQL of your own")
        };
        let body = Body::read(&input.sql).map_err(unreadable)?;
        let mut columns = Vec::new();
        for item in body.columns {
            let definition = Definition::read(&item.text).map_err(unreadable)?;
            columns.push(ColumnState::stored(item, definition.name));
        }
        let mut change = Self {
            input,
            had_row_numbers: !body.frame.has("WITHOUT ROWID"),
            frame: body.frame,
            columns,
            constraints: body
                .constraints
                .into_iter()
                .map(|item| ConstraintState { item, fresh: false })
                .collect(),
            indexes: input.indexes.clone(),
            triggers: input.triggers.clone(),
            removed: Vec::new(),
            new_indexes: Vec::new(),
            new_triggers: Vec::new(),
            doubtful: Vec::new(),
            new_name: None,
            order: Vec::new(),
            needs_copy: false,
            notices: Vec::new(),
        };
        change.compare_with_pragma()?;
        constraint::name_by_convention(&mut change)?;
        constraint::leave_out_restated(&mut change)?;
        Ok(change)
    }

    fn compare_with_pragma(&self) -> Result<(), Refusal> {
        let mut read = Vec::new();
        for column in &self.columns {
            read.push((column.key.to_ascii_lowercase(), self.definition(column)?.is_generated()));
        }
        let stored = self.input.columns.iter();
        let stored: Vec<_> =
            stored.map(|column| (column.name.to_ascii_lowercase(), matches!(column.hidden, 2 | 3))).collect();
        if read == stored {
            return Ok(());
        }
        let message = format!(
            "the stored statement of `{}` does not say what SQLite says of its columns",
            self.input.table
        );
        Err(Refusal::new(message).hint("read the statement and the columns in one transaction"))
    }

    /// Carries out one operation of the batch.
    pub(super) fn apply(&mut self, operation: &Operation) -> Result<(), Refusal> {
        self.is_about_table(operation)?;
        match operation {
            Operation::AddColumn(op) => column::add(self, op),
            Operation::DropColumn(op) => column::drop(self, op),
            Operation::AlterColumn(op) => column::alter(self, op),
            Operation::RenameColumn(op) => column::rename(self, op),
            Operation::AddConstraint(op) => constraint::add(self, &op.constraint),
            Operation::DropConstraint(op) => constraint::drop(self, op),
            Operation::RenameConstraint(op) => constraint::rename(self, op),
            Operation::CreateIndex(op) => self.create_index(op),
            Operation::DropIndex(op) => self.drop_index(op),
            Operation::CreateTrigger(op) => {
                self.new_triggers.push(op.clone());
                Ok(())
            }
            Operation::DropTrigger(op) => self.drop_trigger(op),
            Operation::AlterTable(op) => self.alter_table(op),
            Operation::RenameTable(op) => {
                self.new_name = Some(op.new_name.clone());
                Ok(())
            }
            // SQLite keeps no comments.
            Operation::SetComment(_) => Ok(()),
            other => Err(self.not_for_a_table(other)),
        }
    }

    fn not_for_a_table(&self, operation: &Operation) -> Refusal {
        let name = operation.name();
        Refusal::new(format!("`{name}` is no change of the table `{}`", self.input.table))
            .hint("run it before or after the batch")
    }

    fn is_about_table(&self, operation: &Operation) -> Result<(), Refusal> {
        let table = match operation {
            Operation::AddColumn(op) => &op.table,
            Operation::DropColumn(op) => &op.table,
            Operation::AlterColumn(op) => &op.table,
            Operation::RenameColumn(op) => &op.table,
            Operation::AddConstraint(op) => &op.table,
            Operation::DropConstraint(op) => &op.table,
            Operation::RenameConstraint(op) => &op.table,
            Operation::CreateIndex(op) => &op.table,
            Operation::CreateTrigger(op) => &op.table,
            Operation::AlterTable(op) => &op.table,
            Operation::RenameTable(op) => &op.table,
            _ => return Ok(()),
        };
        let same = |name: &ObjectName| name.name.eq_ignore_ascii_case(&table.name);
        if same(&self.input.table) || self.new_name.as_ref().is_some_and(same) {
            return Ok(());
        }
        let message = format!("`{}` on `{table}` is in a batch on `{}`", operation.name(), self.input.table);
        Err(Refusal::new(message).hint("give every table a batch of its own"))
    }

    fn create_index(&mut self, op: &CreateIndex) -> Result<(), Refusal> {
        let same = |name: &str| name.eq_ignore_ascii_case(&op.index.name);
        let exists = self.indexes.iter().any(|index| same(&index.name))
            || self.new_indexes.iter().any(|index| same(&index.index.name));
        if exists {
            let message = format!("index `{}` exists already on `{}`", op.index.name, self.input.table);
            return if op.if_not_exists { Ok(()) } else { Err(Refusal::new(message)) };
        }
        let mut op = op.clone();
        for part in &mut op.index.parts {
            let IndexKey::Column(name) = &mut part.key else { continue };
            let column = self.find(name).ok_or_else(|| self.no_column(name))?;
            name.clone_from(&self.columns[column].build);
        }
        self.new_indexes.push(op);
        Ok(())
    }

    fn drop_index(&mut self, op: &DropIndex) -> Result<(), Refusal> {
        let name = &op.index.name;
        if let Some(at) = self.new_indexes.iter().position(|new| new.index.name.eq_ignore_ascii_case(name)) {
            self.new_indexes.remove(at);
            return Ok(());
        }
        let Some(at) = self.indexes.iter().position(|index| index.name.eq_ignore_ascii_case(name)) else {
            let refusal = Refusal::new(format!("No such index: '{name}' on `{}`", self.input.table))
                .hint("an index that a constraint owns goes with the constraint");
            return if op.if_exists { Ok(()) } else { Err(refusal) };
        };
        let index = self.indexes.remove(at);
        self.removed.push(format!("DROP INDEX {}", self.input.table.sibling(index.name).to_sql()));
        Ok(())
    }

    fn drop_trigger(&mut self, op: &DropTrigger) -> Result<(), Refusal> {
        let Some(at) = self.triggers.iter().position(|trigger| trigger.name.eq_ignore_ascii_case(&op.name))
        else {
            let refusal = Refusal::new(format!("trigger `{}` is not on `{}`", op.name, self.input.table));
            return if op.if_exists { Ok(()) } else { Err(refusal) };
        };
        let trigger = self.triggers.remove(at);
        self.removed.push(format!("DROP TRIGGER {}", self.input.table.sibling(trigger.name).to_sql()));
        Ok(())
    }

    fn alter_table(&mut self, op: &AlterTable) -> Result<(), Refusal> {
        let (option, on) = match &op.change {
            TableChange::Comment(_) => return Ok(()),
            TableChange::Strict(on) => ("STRICT", *on),
            TableChange::WithoutRowid(on) => ("WITHOUT ROWID", *on),
            _ => return Err(self.not_for_a_table(&Operation::from(op.clone()))),
        };
        self.needs_copy |= self.frame.has(option) != on;
        self.frame.set(option, on);
        Ok(())
    }

    /// Returns the columns that were not dropped, with their places.
    pub(super) fn live(&self) -> impl Iterator<Item = (usize, &ColumnState)> {
        self.columns.iter().enumerate().filter(|(_, column)| !column.dropped)
    }

    /// Returns the column that a batch calls by a name: a new one, one that had the name before, or one that has it now.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let by = |is: &dyn Fn(&ColumnState) -> bool| {
            self.live().filter(|(_, column)| is(column)).map(|(at, _)| at).last()
        };
        by(&|column| !column.stored && column.key.eq_ignore_ascii_case(name))
            .or_else(|| by(&|column| column.key.eq_ignore_ascii_case(name)))
            .or_else(|| by(&|column| column.name.eq_ignore_ascii_case(name)))
    }

    /// Returns the refusal that a column is not there.
    pub(super) fn no_column(&self, name: &str) -> Refusal {
        let names: Vec<String> = self.live().map(|(_, column)| format!("`{}`", column.key)).collect();
        let message = format!("`{}` has no column `{name}`", self.input.table);
        Refusal::new(message).hint(format!("its columns are {}", names.join(", ")))
    }

    /// Reads a column's present text; it was readable before it was changed.
    pub(super) fn definition(&self, column: &ColumnState) -> Result<Definition, Refusal> {
        Definition::read(&column.item.text).map_err(|unread| self.unread(&column.item.text, &unread))
    }

    /// Reads a constraint's present text.
    pub(super) fn clause(&self, constraint: &ConstraintState) -> Result<Clause, Refusal> {
        let text = &constraint.item.text;
        with_cursor(text, |cursor| {
            let clause = Clause::of_table(cursor)?;
            cursor.expect_end()?;
            Ok(clause)
        })
        .map_err(|unread| self.unread(text, &unread))
    }

    pub(super) fn unread(&self, text: &str, unread: &Unread) -> Refusal {
        Refusal::new(format!("`{text}` in `{}` is not understood: {}", self.input.table, unread.message))
    }

    /// Settles what hangs on the batch as a whole.
    pub(super) fn finish(&mut self) -> Result<(), Refusal> {
        constraint::add_extra(self)?;
        gone::settle(self)?;
        column::check_names(self)?;
        column::put_names_of_copy(self)?;
        self.order = self.ordered()?;
        self.check_table()
    }

    fn ordered(&self) -> Result<Vec<usize>, Refusal> {
        let find = |name: &String| self.find(name).ok_or_else(|| self.no_column(name));
        let optional = |name: &Option<String>| name.as_ref().map(find).transpose();
        let mut wishes = Vec::new();
        for position in &self.input.positions {
            let (before, after) = (optional(&position.before)?, optional(&position.after)?);
            wishes.push(Wish { column: find(&position.column)?, before, after });
        }
        let orders =
            self.input.orders.iter().map(|order| order.iter().map(find).collect::<Result<Vec<_>, _>>());
        let orders = orders.collect::<Result<Vec<_>, _>>()?;
        let (stored, added): (Vec<_>, Vec<_>) = self.live().partition(|(_, column)| column.stored);
        let places =
            |columns: Vec<(usize, &ColumnState)>| columns.into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        order::ordered(&places(stored), &places(added), &wishes, &orders).ok_or_else(|| {
            let message =
                format!("the order that is asked for the columns of `{}` goes in a circle", self.input.table);
            Refusal::new(message).hint("a column can stand before or behind another, not both")
        })
    }

    /// Refuses what SQLite would refuse of the new table, in words that name the table.
    fn check_table(&self) -> Result<(), Refusal> {
        let table = &self.input.table;
        if self.order.is_empty() {
            return Err(
                Refusal::new(format!("no column of `{table}` is left")).hint("drop the table instead")
            );
        }
        let key =
            constraint::sites(self)?.into_iter().find(|site| matches!(site.clause.kind, Kind::PrimaryKey(_)));
        if key.is_none() && self.frame.has("WITHOUT ROWID") {
            let message = format!("`{table}` is WITHOUT ROWID and needs a primary key");
            return Err(Refusal::new(message).hint("add another key in the same batch"));
        }
        if let Some(site) = key {
            self.check_autoincrement(&site)?;
        }
        column::check_strict(self)
    }

    fn check_autoincrement(&self, site: &constraint::Site) -> Result<(), Refusal> {
        let Kind::PrimaryKey(key) = &site.clause.kind else { return Ok(()) };
        let columns = site.columns();
        let ([column], true) = (columns.as_slice(), key.autoincrement) else { return Ok(()) };
        let state = self.live().find(|(_, state)| state.build.eq_ignore_ascii_case(column));
        let Some((_, state)) = state else { return Ok(()) };
        if column::is_integer(&state.item.text, &self.definition(state)?) {
            return Ok(());
        }
        let table = &self.input.table;
        let message =
            format!("`{column}` of `{table}` is AUTOINCREMENT, which SQLite allows on INTEGER only");
        Err(Refusal::new(message).hint("keep the type, or replace the primary key in the same batch"))
    }

    /// Tells whether the batch leaves everything as it is.
    pub(super) fn changes_nothing(&self) -> bool {
        !self.needs_copy
            && self.is_in_order()
            && self.removed.is_empty()
            && self.new_indexes.is_empty()
            && self.new_triggers.is_empty()
            && self.new_name.is_none()
            && self
                .columns
                .iter()
                .all(|column| column.stored && !column.dropped && column.build == column.name)
    }

    /// Tells whether the columns stand as `ALTER TABLE` would leave them.
    pub(super) fn is_in_order(&self) -> bool {
        self.live().map(|(at, _)| at).eq(self.order.iter().copied())
    }

    /// Returns the statements for new indexes and triggers, once the columns have their names.
    pub(super) fn created(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for op in &self.new_indexes {
            let mut op = op.clone();
            for part in &mut op.index.parts {
                let IndexKey::Column(name) = &mut part.key else { continue };
                if let Some((_, column)) = self.live().find(|(_, column)| column.build == *name) {
                    name.clone_from(&column.name);
                }
            }
            op.table.clone_from(&self.input.table);
            statements.extend(Operation::from(op).to_sql(Dialect::Sqlite));
        }
        for op in &self.new_triggers {
            statements.extend(Operation::from(op.clone()).to_sql(Dialect::Sqlite));
        }
        statements
    }
}
