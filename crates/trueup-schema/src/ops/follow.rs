//! Views and policies follow a rename: PostgreSQL stores what they refer to, not how it was called.
//!
//! Where a query cannot be read, the words around a name decide, as far as they can.

use super::references::{self, Uses};
use super::{identifiers, lookup};
use crate::{ObjectName, Schema, SqlExpr, Table};

/// Lets everything but the table itself follow the new name of a column.
pub(super) fn rename_column(schema: &mut Schema, table: &ObjectName, (old, new): (&str, &str)) {
    let dialect = schema.dialect;
    freeze_stars(schema, table);
    change_views(schema, table, &|uses, text| {
        if uses.doubt {
            let query = SqlExpr::definition(dialect, text);
            let sole = identifiers::tables_read(dialect, &query).len() == 1;
            return sole
                .then(|| identifiers::rename_column_in_query(dialect, &query, old, new))?
                .map(|query| query.text().to_owned());
        }
        references::rename_column(dialect, text, uses, table, (old, new))
    });
    change_policies(schema, &|uses, owner, expr| {
        if uses.doubt {
            return (owner.name == *table).then(|| identifiers::rename_column(dialect, expr, old, new))?;
        }
        let text = references::rename_column(dialect, expr.text(), uses, table, (old, new))?;
        Some(SqlExpr::new(dialect, text))
    });
}

/// Lets everything but the table itself follow the new name of a table or view.
pub(super) fn rename_table(schema: &mut Schema, old: &ObjectName, new: &ObjectName) {
    let dialect = schema.dialect;
    change_views(schema, old, &|uses, text| {
        if uses.doubt {
            let query = SqlExpr::definition(dialect, text);
            let renamed = identifiers::rename_table_in_definition(dialect, &query, old, new);
            return renamed.map(|query| query.text().to_owned());
        }
        references::rename_table(dialect, text, uses, old, new)
    });
    change_policies(schema, &|uses, _, expr| {
        if uses.doubt {
            return identifiers::rename_table(dialect, expr, old, new);
        }
        let text = references::rename_table(dialect, expr.text(), uses, old, new)?;
        Some(SqlExpr::new(dialect, text))
    });
}

/// Writes `*` out in the views of a table whose columns are about to change: PostgreSQL did so when they were created.
pub(super) fn freeze_stars(schema: &mut Schema, table: &ObjectName) {
    let dialect = schema.dialect;
    if dialect.is_sqlite() {
        return;
    }
    change_views(schema, table, &|uses, text| references::freeze_stars(dialect, text, uses, table));
}

/// Changes the queries of those views that read a table or view.
fn change_views(schema: &mut Schema, table: &ObjectName, change: &dyn Fn(&Uses, &str) -> Option<String>) {
    let changed: Vec<(ObjectName, String)> = lookup::views_of(schema, table)
        .filter_map(|view| {
            let uses = references::of_query(schema, view.query.text());
            Some((view.name.clone(), change(&uses, view.query.text())?))
        })
        .collect();
    for (name, text) in changed {
        if let Some(view) = schema.views.get_mut(&name) {
            view.query = SqlExpr::definition(schema.dialect, text);
        }
    }
}

/// Changes the expressions of all policies.
fn change_policies(schema: &mut Schema, change: &dyn Fn(&Uses, &Table, &SqlExpr) -> Option<SqlExpr>) {
    let of_expr = |owner: &Table, expr: &Option<SqlExpr>| {
        let expr = expr.as_ref()?;
        change(&references::of_expression(schema, owner, expr.text()), owner, expr)
    };
    let mut changed = Vec::new();
    for owner in schema.tables.values() {
        for (position, policy) in owner.policies.iter().enumerate() {
            let (using, with_check) = (of_expr(owner, &policy.using), of_expr(owner, &policy.with_check));
            if using.is_some() || with_check.is_some() {
                changed.push((owner.name.clone(), position, using, with_check));
            }
        }
    }
    for (owner, position, using, with_check) in changed {
        let Some(table) = schema.table_mut(&owner) else { continue };
        let Some(policy) = table.policies.get_mut(position) else { continue };
        policy.using = using.or_else(|| policy.using.take());
        policy.with_check = with_check.or_else(|| policy.with_check.take());
    }
}

/// Returns the policies that need a table, other than its own, or a column of a table: owner and name.
pub(super) fn policies_of(
    schema: &Schema,
    table: &ObjectName,
    column: Option<&str>,
) -> Vec<(ObjectName, String)> {
    let needs = |owner: &Table, expr: &Option<SqlExpr>| {
        let Some(expr) = expr else { return false };
        let uses = references::of_expression(schema, owner, expr.text());
        match column {
            Some(column) if uses.doubt => {
                owner.name == *table && identifiers::mentions_column(schema.dialect, expr, column)
            }
            Some(column) => uses.uses(table, column),
            None => uses.relations.iter().skip(1).any(|relation| relation.name == *table),
        }
    };
    let mut found = Vec::new();
    for owner in schema.tables.values().filter(|owner| column.is_some() || owner.name != *table) {
        for policy in &owner.policies {
            if needs(owner, &policy.using) || needs(owner, &policy.with_check) {
                found.push((owner.name.clone(), policy.name.clone()));
            }
        }
    }
    found
}

/// Returns policies in words.
pub(super) fn policy_words(policies: &[(ObjectName, String)], table: &ObjectName) -> Vec<String> {
    let words = |(owner, name): &(ObjectName, String)| {
        if owner == table { format!("policy `{name}`") } else { format!("policy `{name}` of `{owner}`") }
    };
    policies.iter().map(words).collect()
}

/// Removes policies, which `CASCADE` takes along.
pub(super) fn drop_policies(schema: &mut Schema, policies: &[(ObjectName, String)]) {
    for (owner, name) in policies {
        if let Some(table) = schema.table_mut(owner) {
            table.policies.retain(|policy| policy.name != *name);
        }
    }
}

/// Tells whether a text may mention a name: whatever is quoted or folded, its letters are there.
pub(super) fn may_mention(text: &str, name: &str) -> bool {
    name.contains('"') || text.to_lowercase().contains(&name.to_lowercase())
}
