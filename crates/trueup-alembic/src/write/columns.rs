//! Columns: `sa.Column(…)` and what changes one.

use trueup_schema::ops::{AddColumn, AlterColumn, DropColumn};
use trueup_schema::{Column, Generated, Identity, ObjectName, Operation, SequenceOptions, Table};

use super::expressions::{default_text, text, without_parameters};
use super::python::{Call, boolean, string};
use super::{Statement, Unwritable, Writer};

/// Where a column stands.
#[derive(Clone, Copy)]
pub(super) enum Within<'a> {
    /// In a new table.
    NewTable(&'a Table),
    /// In one that is there.
    OldTable,
}

impl Writer<'_> {
    /// Returns `sa.Column(…)`.
    pub(super) fn column(&mut self, column: &Column, within: Within<'_>) -> Result<String, Unwritable> {
        let dialect = self.schema.dialect;
        let is_serial =
            dialect.enforces_types() && matches!(column.generated, Some(Generated::Serial { .. }));
        let autoincrement = match within {
            Within::NewTable(table) => autoincrement(table, column, is_serial),
            Within::OldTable => None,
        };
        let in_key =
            |table: &Table| table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
        let by_key = matches!(within, Within::NewTable(table) if in_key(table));
        let column_type = if is_serial && !by_key {
            self.serial_type(&column.column_type)
        } else {
            self.column_type(&column.column_type, column.collation.as_deref())?
        };
        let mut call = Call::new("sa.Column").arg(string(&column.name)).arg(column_type);
        match &column.generated {
            Some(Generated::Computed(computed)) => {
                let expr = string(&without_parameters(computed.expr.text().trim()));
                let stored = boolean(computed.stored);
                call = call.arg(Call::new("sa.Computed").arg(expr).keyword("persisted", stored).inline());
            }
            Some(Generated::Identity(identity)) if dialect.enforces_types() => {
                call = call.arg(identity_call(identity));
            }
            _ => {}
        }
        if let Some(value) = autoincrement {
            call = call.keyword("autoincrement", boolean(value));
        }
        if let Some(default) = &column.default {
            call = call.keyword("server_default", text(&default_text(dialect, default)));
        }
        call = call.keyword("nullable", boolean(column.nullable));
        if dialect.has_comments() {
            call = call.optional("comment", column.comment.as_deref());
        }
        Ok(call.inline())
    }

    pub(super) fn add_column(&mut self, add: &AddColumn) -> Result<Vec<Statement>, Unwritable> {
        let column = self.column(&add.column, Within::OldTable)?;
        let in_place = self.is_done_in_place(&Operation::AddColumn(add.clone()));
        Ok(vec![super::on_table(&add.table, "add_column", in_place, |call| call.arg(column))])
    }

    /// Writes that a column goes; where the table is built anew, what uses the column goes before.
    pub(super) fn drop_column(&mut self, drop: &DropColumn) -> Vec<Statement> {
        let mut statements = Vec::new();
        if !self.alters_in_place() {
            statements.extend(self.users_of_column(&drop.table, &drop.column));
        }
        let column = string(&drop.column);
        statements.push(super::on_table(&drop.table, "drop_column", self.alters_in_place(), |call| {
            call.arg(column)
        }));
        statements
    }

    /// Writes a change of a column.
    ///
    /// Alembic sends nullability, default and type in this order; a default that the new type does not take, or that
    /// only the new type takes, needs a call of its own.
    pub(super) fn alter_column(&mut self, alter: &AlterColumn) -> Result<Vec<Statement>, Unwritable> {
        let existing = self.schema.table(&alter.table).and_then(|table| table.column(&alter.column)).cloned();
        let Some(existing) = existing else {
            let (table, column) = (&alter.table, &alter.column);
            return Err(Unwritable(format!("there is no column `{column}` in `{table}`")));
        };
        let plain = |change: &dyn Fn(&mut AlterColumn)| {
            let mut part = AlterColumn::new(alter.table.clone(), alter.column.as_str());
            change(&mut part);
            part
        };
        let mut statements = Vec::new();
        if alter.generated.is_some() {
            let part = plain(&|part| part.generated.clone_from(&alter.generated));
            let operation = Operation::AlterColumn(part);
            let undone = alter.nullable == Some(false) && self.schema.dialect.enforces_types();
            if undone {
                let part = plain(&|part| part.nullable = alter.nullable);
                statements.push(self.alter_call(&part, &existing, &existing)?);
            }
            if alter.default == Some(None) && existing.default.is_some() {
                let part = plain(&|part| part.default = Some(None));
                statements.push(self.alter_call(&part, &existing, &existing)?);
            }
            statements.extend(self.sent(&operation)?);
        }
        let retyped = alter.column_type.is_some() || alter.collation.is_some();
        let splits = retyped && alter.default.is_some() && self.alters_in_place();
        if splits && existing.default.is_some() {
            let part = plain(&|part| part.default = Some(None));
            statements.push(self.alter_call(&part, &existing, &existing)?);
        }
        let mut rest = AlterColumn { generated: None, ..alter.clone() };
        let mut now = existing.clone();
        if splits {
            let default = rest.default.take().flatten();
            if rest.nullable.is_some() || rest.column_type.is_some() || rest.collation.is_some() {
                statements.push(self.alter_call(&rest, &existing, &existing)?);
            }
            now.column_type = alter.column_type.clone().unwrap_or(now.column_type);
            rest = plain(&|part| part.default.clone_from(&default.clone().map(Some)));
        }
        if rest != AlterColumn::new(alter.table.clone(), alter.column.as_str()) {
            statements.push(self.alter_call(&rest, &now, &existing)?);
        }
        Ok(statements)
    }

    fn alter_call(
        &mut self,
        alter: &AlterColumn,
        now: &Column,
        before: &Column,
    ) -> Result<Statement, Unwritable> {
        let dialect = self.schema.dialect;
        let collation = alter.collation.clone().unwrap_or_else(|| now.collation.clone());
        let existing_type = self.column_type(&now.column_type, now.collation.as_deref())?;
        let new_type = match &alter.column_type {
            Some(column_type) => Some(self.column_type(column_type, collation.as_deref())?),
            None if alter.collation.is_some() => {
                Some(self.column_type(&now.column_type, collation.as_deref())?)
            }
            None => None,
        };
        let name = string(&alter.column);
        let mut keywords: Vec<(&str, String)> = vec![("existing_type", existing_type)];
        keywords.extend(new_type.map(|new_type| ("type_", new_type)));
        match alter.nullable {
            Some(nullable) => keywords.push(("nullable", boolean(nullable).to_owned())),
            None => keywords.push(("existing_nullable", boolean(before.nullable).to_owned())),
        }
        match &alter.default {
            Some(Some(default)) => {
                keywords.push(("server_default", text(&default_text(dialect, default))));
            }
            Some(None) => keywords.push(("server_default", "None".to_owned())),
            None => {}
        }
        if let Some(comment) = &alter.comment {
            let text = comment.as_deref().map_or_else(|| "None".to_owned(), string);
            keywords.push(("comment", text));
            keywords.extend(before.comment.as_deref().map(|old| ("existing_comment", string(old))));
        }
        if let Some(using) = &alter.using {
            // Alembic puts it into the statement as it is, without looking for parameters.
            keywords.push(("postgresql_using", string(using.text().trim())));
        }
        Ok(super::on_table(&alter.table, "alter_column", self.alters_in_place(), |call| {
            keywords.into_iter().fold(call.arg(name), |call, (name, value)| call.keyword(name, value))
        }))
    }

    /// Writes a rename; SQLite does it in place too, and keeps what a new table would lose.
    pub(super) fn rename_column(
        &mut self,
        table: &ObjectName,
        column: &str,
        new_name: &str,
    ) -> Result<Vec<Statement>, Unwritable> {
        let existing = self.schema.table(table).and_then(|table| table.column(column)).cloned();
        let Some(existing) = existing.filter(|_| self.alters_in_place()) else {
            let (table, column, new_name) = (table.clone(), column.to_owned(), new_name.to_owned());
            return self.sent(&Operation::RenameColumn(trueup_schema::ops::RenameColumn {
                table,
                column,
                new_name,
            }));
        };
        let existing_type = self.column_type(&existing.column_type, existing.collation.as_deref())?;
        let (column, new_name) = (string(column), string(new_name));
        Ok(vec![super::on_table(table, "alter_column", true, |call| {
            call.arg(column).keyword("new_column_name", new_name).keyword("existing_type", existing_type)
        })])
    }
}

/// Returns `autoincrement=` where SQLAlchemy would decide otherwise: it makes the only column of a primary key serial
/// when that is an integer without default and foreign key.
fn autoincrement(table: &Table, column: &Column, is_serial: bool) -> Option<bool> {
    let key = table.primary_key.as_ref().filter(|key| key.columns.contains(&column.name))?;
    let integer =
        matches!(&*column.column_type.name, "integer" | "bigint" | "smallint") && !column.column_type.array;
    let refers = table.foreign_keys.iter().any(|foreign| foreign.columns.contains(&column.name));
    let by_itself = key.columns.len() == 1 && integer && column.default.is_none() && !refers;
    match (is_serial, by_itself) {
        (true, false) => Some(true),
        (false, true) if column.generated.is_none() => Some(false),
        _ => None,
    }
}

fn identity_call(identity: &Identity) -> String {
    let SequenceOptions { data_type: _, start, increment, min_value, max_value, cache, cycle } =
        &identity.sequence;
    let mut call = Call::new("sa.Identity").keyword("always", boolean(identity.always));
    let numbers = [
        ("start", start),
        ("increment", increment),
        ("minvalue", min_value),
        ("maxvalue", max_value),
        ("cache", cache),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            call = call.keyword(name, number.to_string());
        }
    }
    if *cycle {
        call = call.keyword("cycle", boolean(true));
    }
    call.inline()
}
