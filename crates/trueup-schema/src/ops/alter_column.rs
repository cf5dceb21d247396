//! `alter_column`: changes properties of a column; `None` leaves one alone.

use super::{ApplyError, Op, columns, follow, lookup, render};
use crate::name::quote_identifier;
use crate::{Column, ColumnType, Dialect, Generated, ObjectName, Schema, SqlExpr, Table};

/// Changes properties of a column; `None` leaves one alone.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// New type.
    pub column_type: Option<ColumnType>,
    /// `USING` expression of a type change.
    pub using: Option<SqlExpr>,
    /// `DROP NOT NULL` or `SET NOT NULL`.
    pub nullable: Option<bool>,
    /// `SET DEFAULT` or `DROP DEFAULT`.
    pub default: Option<Option<SqlExpr>>,
    /// New identity, serial or computed rule, or none.
    pub generated: Option<Option<Generated>>,
    /// New collation.
    pub collation: Option<Option<String>>,
    /// New comment.
    pub comment: Option<Option<String>>,
}

impl Op for AlterColumn {
    const NAME: &'static str = "alter_column";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let table = lookup::table(schema, &self.table)?;
        let column = lookup::column(table, &self.column)?;
        self.check(schema, table, column)?;
        let ends_serial = matches!(column.generated, Some(Generated::Serial { .. }))
            && (self.default.is_some() || matches!(&self.generated, Some(new) if *new != column.generated));
        // Only a column of integers is serial; any other goes on reading the sequence that it owns.
        let reads_on = match (&column.generated, &self.column_type) {
            (Some(Generated::Serial { sequence }), Some(new)) if !ends_serial && !columns::is_integer(new) => {
                Some(columns::next_value(schema.dialect, sequence))
            }
            _ => None,
        };
        if (ends_serial || reads_on.is_some()) && !schema.dialect.is_sqlite() {
            columns::unfold_serial(schema, &self.table, &self.column);
            if let Some(column) = schema.table_mut(&self.table).and_then(|table| table.column_mut(&self.column)) {
                column.default = reads_on.or(column.default.take());
            }
        }
        let mut tables = lookup::descendants(schema, &self.table);
        tables.push(self.table.clone());
        let keeps_comments = schema.dialect.has_comments();
        for name in &tables {
            let itself = *name == self.table;
            if let Some(column) = schema.table_mut(name).and_then(|table| table.column_mut(&self.column)) {
                self.change(column, itself, keeps_comments);
            }
        }
        self.settle_sequences(schema);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() { Vec::new() } else { self.postgresql() }
    }
}

impl AlterColumn {
    /// Returns an operation that changes nothing yet.
    pub fn new(table: ObjectName, column: impl Into<String>) -> Self {
        Self {
            table,
            column: column.into(),
            column_type: None,
            using: None,
            nullable: None,
            default: None,
            generated: None,
            collation: None,
            comment: None,
        }
    }

    /// Refuses a type change that the column's present default does not survive: `USING` is for the rows only.
    ///
    /// Where a default is dropped in the same step it depends on who writes the statements: Alembic changes the type
    /// first.
    ///
    /// # Errors
    /// The default has no cast to the new type.
    pub fn check_default_cast(&self, schema: &Schema) -> Result<(), ApplyError> {
        let column = schema.table(&self.table).and_then(|table| table.column(&self.column));
        match (&self.column_type, column) {
            (Some(to), Some(column)) if !schema.dialect.is_sqlite() => {
                columns::check_default_cast(schema, &self.table, column, to)
            }
            _ => Ok(()),
        }
    }

    fn check(&self, schema: &Schema, table: &Table, column: &Column) -> Result<(), ApplyError> {
        if let Some(column_type) = &self.column_type {
            columns::type_exists(schema, column_type)?;
        }
        if schema.dialect.is_sqlite() {
            return Ok(());
        }
        let refuse = |reason: &str| {
            Err(ApplyError::invalid(format!("column `{}` of `{}` {reason}", self.column, self.table)))
        };
        if let Some(column_type) = &self.column_type
            && self.using.is_none()
        {
            columns::check_cast(schema, &self.table, column, column_type)?;
        }
        match &self.default {
            None => self.check_default_cast(schema)?,
            Some(default) => {
                let column_type = self.column_type.clone().unwrap_or_else(|| column.column_type.clone());
                let default = default.clone();
                columns::check_default(schema, &Column { column_type, default, ..column.clone() })?;
            }
        }
        let generated = self.generated.as_ref().unwrap_or(&column.generated);
        let is_identity = matches!(generated, Some(Generated::Identity(_)));
        if self.nullable == Some(true) {
            if table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&self.column)) {
                return refuse("is in a primary key and cannot be nullable");
            }
            if is_identity {
                return refuse("is an identity column and cannot be nullable");
            }
        }
        if is_identity && self.default.as_ref().is_some_and(Option::is_some) {
            return refuse("is an identity column and cannot have a default");
        }
        if matches!(generated, Some(Generated::Computed(_)))
            && self.default.as_ref().is_some_and(Option::is_some)
        {
            return refuse("is a generated column and cannot have a default");
        }
        if let Some(Some(new)) = &self.generated {
            let was_computed = matches!(column.generated, Some(Generated::Computed(_)));
            match new {
                Generated::Computed(_) if !was_computed => {
                    return refuse("is not a generated column, and cannot become one");
                }
                Generated::Identity(_) if column.nullable && self.nullable != Some(false) => {
                    return refuse("must be NOT NULL before identity can be added");
                }
                Generated::Identity(_) if column.default.is_some() && self.default != Some(None) => {
                    return refuse("has a default, and identity cannot be added");
                }
                _ => {}
            }
        }
        if self.column_type.is_some() {
            let views = lookup::views_of_column(schema, &self.table, &self.column).map(lookup::view_words);
            let policies = follow::policies_of(schema, &self.table, Some(&self.column));
            let policies = follow::policy_words(&policies, &self.table);
            let computed = columns::computed_from(schema, table, &self.column);
            let computed = computed.iter().map(|column| format!("generated column `{column}`"));
            let using: Vec<String> = views.chain(policies).chain(computed).collect();
            if !using.is_empty() {
                return refuse(&format!("cannot change its type: {} uses it", using.join(", ")));
            }
        }
        Ok(())
    }

    fn change(&self, column: &mut Column, itself: bool, keeps_comments: bool) {
        if let Some(column_type) = &self.column_type {
            column.column_type = column_type.clone();
            // A type change without COLLATE resets the collation.
            column.collation = None;
        }
        if let Some(collation) = &self.collation {
            column.collation.clone_from(collation);
        }
        if let Some(nullable) = self.nullable {
            column.nullable = nullable;
        }
        if let Some(default) = &self.default {
            column.default.clone_from(default);
        }
        columns::settle_default(column);
        if let Some(generated) = &self.generated
            && (itself || matches!(generated, None | Some(Generated::Computed(_))))
        {
            column.generated.clone_from(generated);
        }
        if let Some(comment) = &self.comment
            && itself
            && keeps_comments
        {
            column.comment.clone_from(comment);
        }
    }

    /// A column that became serial swallows its sequence; one whose default reads its own sequence is serial again.
    fn settle_sequences(&self, schema: &mut Schema) {
        if let Some(Some(Generated::Serial { sequence })) = &self.generated {
            schema.sequences.shift_remove(sequence);
        }
        if schema.dialect.is_sqlite() {
            return;
        }
        if self.generated == Some(None) && self.default.is_none() {
            return;
        }
        columns::fold_serial(schema, &self.table, &self.column);
    }

    fn postgresql(&self) -> Vec<String> {
        let column = quote_identifier(&self.column);
        let mut changes = Vec::new();
        let mut before = Vec::new();
        let mut after = Vec::new();
        let alter = |what: &str| format!("ALTER COLUMN {column} {what}");
        if self.generated == Some(None) {
            changes.push(alter("DROP IDENTITY IF EXISTS"));
            changes.push(alter("DROP EXPRESSION IF EXISTS"));
            if self.default.is_none() {
                changes.push(alter("DROP DEFAULT"));
            }
        }
        let with_conversion = self.using.is_some() && matches!(self.default, Some(Some(_)));
        if self.default == Some(None) || with_conversion {
            changes.push(alter("DROP DEFAULT"));
        }
        if let Some(column_type) = &self.column_type {
            let collation = self.collation.as_ref().and_then(Option::as_ref);
            let collation = collation.map(|name| format!(" COLLATE {}", render::collation(name)));
            let using = self.using.as_ref().map(|using| format!(" USING {}", using.text()));
            changes.push(alter(&format!(
                "TYPE {}{}{}",
                render::column_type(column_type),
                collation.unwrap_or_default(),
                using.unwrap_or_default()
            )));
        }
        if let Some(nullable) = self.nullable {
            changes.push(alter(if nullable { "DROP NOT NULL" } else { "SET NOT NULL" }));
        }
        if let Some(Some(default)) = &self.default {
            changes.push(alter(&format!("SET DEFAULT {}", default.text())));
        }
        match &self.generated {
            Some(Some(Generated::Identity(identity))) => {
                changes.push(alter("DROP IDENTITY IF EXISTS"));
                changes.push(alter(&format!("ADD {}", render::identity(identity))));
            }
            Some(Some(Generated::Computed(computed))) => {
                changes.push(alter(&format!("SET EXPRESSION AS ({})", computed.expr.text())));
            }
            Some(Some(Generated::Serial { sequence })) => {
                before.push(format!("CREATE SEQUENCE IF NOT EXISTS {}", sequence.to_sql()));
                let default = columns::next_value(Dialect::Postgresql, sequence);
                changes.push(alter(&format!("SET DEFAULT {}", default.text())));
                after.push(format!(
                    "ALTER SEQUENCE {} OWNED BY {}.{column}",
                    sequence.to_sql(),
                    self.table.to_sql()
                ));
            }
            Some(None) | None => {}
        }
        if !changes.is_empty() {
            before.push(format!("ALTER TABLE {} {}", self.table.to_sql(), changes.join(", ")));
        }
        before.extend(after);
        if let Some(comment) = &self.comment {
            let name = format!("{}.{column}", self.table.to_sql());
            before.push(render::comment("COLUMN", &name, comment.as_deref()));
        }
        before
    }
}
