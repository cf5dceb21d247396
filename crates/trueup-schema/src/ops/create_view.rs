//! `create_view`: creates or replaces a view.

use super::{ApplyError, Op, lookup, references, render};
use crate::name::quote_identifier;
use crate::{Dialect, Schema, View};

/// Creates or replaces a view.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    /// The view.
    pub view: View,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateView {
    const NAME: &'static str = "create_view";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let name = &self.view.name;
        lookup::namespace(schema, name)?;
        if self.view.materialized {
            lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no materialized views")?;
        }
        let mut view = self.view.clone();
        if !schema.dialect.has_comments() {
            view.comment = None;
        }
        if let Some(existing) = schema.views.get(name) {
            if self.if_not_exists {
                return Ok(());
            }
            if self.or_replace && !existing.materialized && !view.materialized {
                if !schema.dialect.is_sqlite() {
                    keeps_columns(schema, existing, &view)?;
                }
                // Triggers, and the comment unless a new one is given, stay with the view.
                if view.triggers.is_empty() {
                    view.triggers.clone_from(&existing.triggers);
                }
                view.comment = view.comment.or_else(|| existing.comment.clone());
                schema.views.insert(name.clone(), view);
                return Ok(());
            }
        }
        if self.if_not_exists && schema.relation(name).is_some() {
            return Ok(());
        }
        lookup::free_row_type(schema, name)?;
        schema.views.insert(name.clone(), view);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let view = &self.view;
        let name = view.name.to_sql();
        let replace = if self.or_replace && !dialect.is_sqlite() { "OR REPLACE " } else { "" };
        let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        let exists = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        let query = view.query.text().trim().trim_end_matches(';');
        let mut statements = Vec::new();
        if self.or_replace && dialect.is_sqlite() {
            statements.push(format!("DROP VIEW IF EXISTS {name}"));
        }
        let columns: Vec<String> = view.columns.iter().map(|column| quote_identifier(column)).collect();
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        statements.push(format!("CREATE {replace}{kind} {exists}{name}{columns} AS {query}"));
        for index in &view.indexes {
            statements.push(render::index(dialect, &view.name, index, false, false));
        }
        for trigger in &view.triggers {
            statements.extend(render::trigger(dialect, &view.name, trigger));
        }
        if let Some(comment) = &view.comment
            && dialect.has_comments()
        {
            statements.push(render::comment(kind, &name, Some(comment)));
        }
        statements
    }
}

/// Refuses a replacement that drops or renames a column of the view; where the columns of either are not known, nothing
/// is refused (PostgreSQL 17, CREATE VIEW: the new query must generate the same columns, and may add to the end).
fn keeps_columns(schema: &Schema, existing: &View, view: &View) -> Result<(), ApplyError> {
    let columns = |view: &View| {
        let told = (!view.columns.is_empty()).then(|| view.columns.clone());
        told.or_else(|| references::columns_of_query(schema, view.query.text()))
    };
    let (Some(before), Some(after)) = (columns(existing), columns(view)) else { return Ok(()) };
    let refuse = |message: String| Err(ApplyError::invalid(message));
    if after.len() < before.len() {
        return refuse(format!("CREATE OR REPLACE cannot drop columns from view `{}`", view.name));
    }
    match before.iter().zip(&after).find(|(before, after)| before != after) {
        Some((before, after)) => refuse(format!(
            "CREATE OR REPLACE cannot change the name of column `{before}` of view `{}` to `{after}`",
            view.name
        )),
        None => Ok(()),
    }
}
