//! `add_column`: adds a column at the end; its constraints are operations of their own.

use super::{ApplyError, Op, columns, follow, lookup, render};
use crate::{Column, Dialect, ObjectKind, ObjectName, Schema};

/// Adds a column at the end; its constraints are operations of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct AddColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: Column,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for AddColumn {
    const NAME: &'static str = "add_column";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let table = lookup::table(schema, &self.table)?;
        if lookup::has_column(schema.dialect, table, &self.column.name) {
            if self.if_not_exists {
                return Ok(());
            }
            return Err(ApplyError::exists_on(ObjectKind::Column, &self.column.name, &self.table));
        }
        columns::validate(schema, &self.column)?;
        let mut column = self.column.clone();
        columns::complete(schema, table, &mut column);
        follow::freeze_stars(schema, &self.table);
        let inherited = column.inherited(schema.dialect);
        for descendant in lookup::descendants(schema, &self.table) {
            if let Some(table) = schema.table_mut(&descendant)
                && table.column(&column.name).is_none()
            {
                table.columns.push(inherited.clone());
            }
        }
        lookup::table_mut(schema, &self.table)?.columns.push(column);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() && !columns::sqlite_can_add(&self.column) {
            return Vec::new();
        }
        self.statements(dialect)
    }
}

impl AddColumn {
    /// Returns the statements that add the column, whatever rows the table has.
    ///
    /// SQLite takes a column without a default that is NOT NULL, and a default that is no constant, as long as the table
    /// has no rows; found by experiment with SQLite 3.40, held by the test
    /// `a_column_that_sqlite_adds_to_an_empty_table_only_is_added`.
    pub(super) fn statements(&self, dialect: Dialect) -> Vec<String> {
        let Some(definition) = render::column(dialect, &self.column) else { return Vec::new() };
        let exists = if self.if_not_exists && !dialect.is_sqlite() { "IF NOT EXISTS " } else { "" };
        let mut statements =
            vec![format!("ALTER TABLE {} ADD COLUMN {exists}{definition}", self.table.to_sql())];
        statements.extend(render::after_column(dialect, &self.table, &self.column));
        statements
    }
}
