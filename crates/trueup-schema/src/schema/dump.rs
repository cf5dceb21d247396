//! A schema as text: stable, complete, one fact per line; for people, snapshots and comparisons.

use std::fmt::Write as _;

use super::Schema;
use crate::ops::{Constraint, render};
use crate::{Column, Dialect, Generated, Index, ObjectName, Table, Trigger};

/// Returns the whole schema as text, objects sorted by kind and name, columns in their order.
///
/// ```
/// use trueup_schema::{Column, ColumnType, Dialect, ObjectName, Schema, Table, schema::dump};
///
/// let mut schema = Schema::new(Dialect::Sqlite);
/// let mut table = Table::new(ObjectName::new("t"));
/// table.columns.push(Column::new("a", ColumnType::parse(Dialect::Sqlite, "TEXT")));
/// schema.insert_table(table);
/// assert_eq!(dump(&schema), "table t\n  a TEXT\n");
/// ```
pub fn dump(schema: &Schema) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let mut namespaces = schema.namespaces.clone();
    namespaces.sort();
    for name in namespaces {
        line(format!("namespace {name}"));
    }
    for extension in sorted(schema.extensions.iter()) {
        let namespace = extension.namespace.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
        line(format!("extension {}{namespace}", extension.name));
    }
    for found in sorted(schema.enums.iter()) {
        let labels: Vec<String> = found.labels.iter().map(|label| render::literal(label)).collect();
        line(format!("enum {} ({}){}", found.name, labels.join(", "), comment(found.comment.as_ref())));
    }
    for domain in sorted(schema.domains.iter()) {
        let not_null = if domain.not_null { " not null" } else { "" };
        let default =
            domain.default.as_ref().map(|expr| format!(" default {}", expr.canonical())).unwrap_or_default();
        let collation = domain.collation.as_ref().map(|name| format!(" collate {name}")).unwrap_or_default();
        let comment = comment(domain.comment.as_ref());
        line(format!("domain {} {}{collation}{not_null}{default}{comment}", domain.name, domain.base_type));
        for check in &domain.checks {
            line(format!("  {}", render::check_canonical(check)));
        }
    }
    for sequence in sorted(schema.sequences.iter()) {
        let owner = sequence.owned_by.as_ref().map(|(table, column)| format!(" owned by {table}.{column}"));
        let options = render::sequence_options(&sequence.options.normal()).to_lowercase();
        let comment = comment(sequence.comment.as_ref());
        line(format!("sequence {}{options}{}{comment}", sequence.name, owner.unwrap_or_default()));
    }
    for table in sorted(schema.tables.iter()) {
        dump_table(schema.dialect, table, &mut line);
    }
    for view in sorted(schema.views.iter()) {
        let kind = if view.materialized { "materialized view" } else { "view" };
        line(format!("{kind} {}{} = {}", view.name, comment(view.comment.as_ref()), view.query.canonical()));
        view.indexes.iter().for_each(|found| line(format!("  {}", index(schema.dialect, &view.name, found))));
        view.triggers.iter().for_each(|found| line(format!("  {}", trigger(found))));
    }
    for (key, function) in sorted_pairs(schema.functions.iter()) {
        let comment = comment(function.comment.as_ref());
        line(format!("{} {key}{comment} = {}", function.kind, function.definition.canonical()));
    }
    for object in &schema.unmodelled {
        line(format!("not modelled: {} {}", object.kind, object.name));
    }
    out
}

fn sorted<'a, K: Ord + 'a, V: 'a>(
    entries: impl Iterator<Item = (&'a K, &'a V)>,
) -> impl Iterator<Item = &'a V> {
    sorted_pairs(entries).into_iter().map(|(_, value)| value)
}

fn sorted_pairs<'a, K: Ord + 'a, V: 'a>(
    entries: impl Iterator<Item = (&'a K, &'a V)>,
) -> Vec<(&'a K, &'a V)> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|left, right| left.0.cmp(right.0));
    entries
}

fn comment(text: Option<&String>) -> String {
    text.map(|text| format!(" comment {}", render::literal(text))).unwrap_or_default()
}

fn dump_table(dialect: Dialect, table: &Table, line: &mut impl FnMut(String)) {
    line(format!("table {}{}{}", table.name, properties(table), comment(table.comment.as_ref())));
    table.columns.iter().for_each(|found| line(format!("  {}", column(found))));
    for constraint in table.constraints() {
        let comment = match &constraint {
            Constraint::PrimaryKey(key) => comment(key.comment.as_ref()),
            Constraint::ForeignKey(key) => comment(key.comment.as_ref()),
            Constraint::Unique(unique) => comment(unique.comment.as_ref()),
            Constraint::Check(check) => comment(check.comment.as_ref()),
            Constraint::Exclude(_) => String::new(),
        };
        let text = match &constraint {
            Constraint::Check(check) => render::check_canonical(check),
            other => unquoted(&render::constraint(dialect, other)),
        };
        let auto = matches!(&constraint, Constraint::PrimaryKey(key) if key.autoincrement);
        line(format!("  {text}{}{comment}", if auto { " AUTOINCREMENT" } else { "" }));
    }
    let mut indexes: Vec<&Index> = table.indexes.iter().collect();
    indexes.sort_by(|left, right| left.name.cmp(&right.name));
    for found in indexes {
        line(format!("  {}", index(dialect, &table.name, found)));
    }
    table.triggers.iter().for_each(|found| line(format!("  {}", trigger(found))));
    for policy in &table.policies {
        line(format!("  {}", unquoted(&render::policy(&table.name, policy))));
    }
    for grant in &table.grants {
        let option = if grant.grantable { " with grant option" } else { "" };
        line(format!("  grant {} to {}{option}", grant.privilege, grant.role));
    }
}

fn properties(table: &Table) -> String {
    let mut text = String::new();
    if let Some((parent, bound)) = &table.partition_of {
        let _ = write!(text, " partition of {parent} {bound}");
    }
    for parent in &table.inherits {
        let _ = write!(text, " inherits {parent}");
    }
    if let Some(partitioning) = &table.partitioning {
        let parts: Vec<String> = partitioning
            .parts
            .iter()
            .map(|part| unquoted(&render::part(Dialect::Postgresql, part)))
            .collect();
        let _ = write!(text, " partition by {} ({})", partitioning.strategy, parts.join(", "));
    }
    let flags = [
        (table.unlogged, " unlogged"),
        (table.strict, " strict"),
        (table.without_rowid, " without rowid"),
        (table.row_security, " row security"),
        (table.force_row_security, " forced row security"),
    ];
    flags.iter().filter(|(on, _)| *on).for_each(|(_, word)| text.push_str(word));
    for (name, value) in &table.storage {
        let _ = write!(text, " {name}={value}");
    }
    if let Some(module) = &table.virtual_module {
        let _ = write!(text, " using {module}");
    }
    text
}

fn column(column: &Column) -> String {
    let mut text = format!("{} {}", column.name, column.column_type).trim_end().to_owned();
    if let Some(collation) = &column.collation {
        let _ = write!(text, " collate {collation}");
    }
    if !column.nullable {
        text.push_str(" not null");
    }
    if let Some(default) = &column.default {
        let _ = write!(text, " default {}", default.canonical());
    }
    match &column.generated {
        Some(Generated::Serial { sequence }) => {
            let _ = write!(text, " serial {sequence}");
        }
        Some(Generated::Identity(identity)) => {
            let _ = write!(text, " {}", render::identity(identity).to_lowercase());
        }
        Some(Generated::Computed(computed)) => {
            let stored = if computed.stored { "stored" } else { "virtual" };
            let _ = write!(text, " generated always as ({}) {stored}", computed.expr.canonical());
        }
        None => {}
    }
    text + &comment(column.comment.as_ref())
}

fn index(dialect: Dialect, table: &ObjectName, index: &Index) -> String {
    let mut canonical = index.clone();
    if let Some(predicate) = &index.predicate {
        canonical.predicate = Some(crate::SqlExpr::new(dialect, predicate.canonical()));
    }
    let text = unquoted(&render::index(dialect, table, &canonical, false, false));
    let valid = if index.valid { "" } else { " invalid" };
    format!("{}{valid}{}", text.trim_start_matches("CREATE "), comment(index.comment.as_ref()))
}

fn trigger(trigger: &Trigger) -> String {
    let enabled = if trigger.enabled { "" } else { " disabled" };
    let comment = comment(trigger.comment.as_ref());
    format!("trigger {}{enabled}{comment} = {}", trigger.name, trigger.definition.canonical())
}

/// Takes quotes off plain identifiers, which reads better.
fn unquoted(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(start) = rest.find('"') {
        out.push_str(&rest[..start]);
        let inside = &rest[start + 1..];
        let Some(length) = inside.find('"') else { break };
        let name = &inside[..length];
        let plain = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if plain {
            out.push_str(name);
        } else {
            let _ = write!(out, "\"{name}\"");
        }
        rest = &inside[length + 1..];
    }
    if rest.contains('"') { sql.to_owned() } else { out + rest }
}
