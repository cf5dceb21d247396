//! `missing-extension`: something that an extension brings, before any revision creates the extension.

use trueup_schema::ops::Constraint;
use trueup_schema::{Column, Index, ObjectKind, ObjectRef, Operation, Severity, SqlExpr};

use crate::context::OperationContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "missing-extension",
    group: Group::Replay,
    severity: Severity::Warning,
    summary: "A type, function or operator class of an extension is used that no revision creates",
    enabled: true,
    docs: include_str!("missing_extension.md"),
    check: Check::Operation(check),
};

/// Types, by the extension that brings them (PostgreSQL 17 appendix F, PostGIS 3, pgvector 0.8).
const TYPES: &[(&str, &str)] = &[
    ("vector", "vector"),
    ("halfvec", "vector"),
    ("sparsevec", "vector"),
    ("citext", "citext"),
    ("hstore", "hstore"),
    ("ltree", "ltree"),
    ("lquery", "ltree"),
    ("geometry", "postgis"),
    ("geography", "postgis"),
    ("raster", "postgis_raster"),
    ("cube", "cube"),
    ("earth", "earthdistance"),
    ("isbn", "isn"),
    ("isbn13", "isn"),
    ("issn", "isn"),
    ("ean13", "isn"),
];

/// Functions; `gen_random_uuid` is part of the server since PostgreSQL 13.
const FUNCTIONS: &[(&str, &str)] = &[
    ("uuid_generate_v1", "uuid-ossp"),
    ("uuid_generate_v1mc", "uuid-ossp"),
    ("uuid_generate_v4", "uuid-ossp"),
    ("uuid_generate_v5", "uuid-ossp"),
    ("crypt", "pgcrypto"),
    ("gen_salt", "pgcrypto"),
    ("digest", "pgcrypto"),
    ("hmac", "pgcrypto"),
    ("gen_random_bytes", "pgcrypto"),
    ("unaccent", "unaccent"),
    ("similarity", "pg_trgm"),
    ("st_setsrid", "postgis"),
    ("st_makepoint", "postgis"),
    ("ll_to_earth", "earthdistance"),
    ("create_hypertable", "timescaledb"),
];

const OPERATOR_CLASSES: &[(&str, &str)] = &[
    ("gin_trgm_ops", "pg_trgm"),
    ("gist_trgm_ops", "pg_trgm"),
    ("vector_l2_ops", "vector"),
    ("vector_ip_ops", "vector"),
    ("vector_cosine_ops", "vector"),
    ("halfvec_l2_ops", "vector"),
    ("halfvec_cosine_ops", "vector"),
    ("gist_ltree_ops", "ltree"),
    ("gin_hstore_ops", "hstore"),
    ("gist_hstore_ops", "hstore"),
    ("gist_geometry_ops_nd", "postgis"),
    ("gist_geometry_ops_2d", "postgis"),
];

const METHODS: &[(&str, &str)] =
    &[("ivfflat", "vector"), ("hnsw", "vector"), ("bloom", "bloom"), ("rum", "rum")];

fn check(context: &OperationContext<'_>, report: &mut Report) {
    if !context.dialect.has_extensions() || !context.in_upgrade {
        return;
    }
    for (what, extension) in uses(context.operation) {
        let schema = context.before;
        // A type or function of the same name may be the project's own; whoever says CASCADE brings what is needed.
        let own = schema.enums.keys().chain(schema.domains.keys()).any(|name| name.name == what)
            || schema.functions.values().any(|function| function.name.name == what);
        let created = schema.extensions.contains_key(extension)
            || (extension == "postgis" && schema.extensions.keys().any(|name| name.starts_with("postgis")));
        if own || created {
            continue;
        }
        let finding = RULE
            .finding(format!("`{what}` needs the extension `{extension}`, which no revision before creates"))
            .at(context.location())
            .about(ObjectRef::new(ObjectKind::Extension, extension))
            .help(if context.location().is_some_and(|location| location.path.ends_with(".sql")) {
                format!("write `CREATE EXTENSION IF NOT EXISTS \"{extension}\";` in a file before")
            } else {
                format!("op.execute('CREATE EXTENSION IF NOT EXISTS \"{extension}\"') in a revision before")
            });
        report.push_once(finding, extension);
    }
}

fn uses(operation: &Operation) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    match operation {
        Operation::CreateTable(op) => {
            op.table.columns.iter().for_each(|column| of_column(column, &mut found));
            op.table.indexes.iter().for_each(|index| of_index(index, &mut found));
            op.table.checks.iter().for_each(|check| of_expression(&check.expr, &mut found));
        }
        Operation::AddColumn(op) => of_column(&op.column, &mut found),
        Operation::AlterColumn(op) => {
            if let Some(ty) = &op.column_type {
                named(TYPES, &ty.name, &mut found);
            }
            if let Some(Some(default)) = &op.default {
                of_expression(default, &mut found);
            }
        }
        Operation::CreateIndex(op) => of_index(&op.index, &mut found),
        Operation::AddConstraint(op) => {
            if let Constraint::Check(check) = &op.constraint {
                of_expression(&check.expr, &mut found);
            }
        }
        _ => {}
    }
    found
}

fn of_column(column: &Column, found: &mut Vec<(String, &'static str)>) {
    named(TYPES, &column.column_type.name, found);
    if let Some(default) = &column.default {
        of_expression(default, found);
    }
}

fn of_index(index: &Index, found: &mut Vec<(String, &'static str)>) {
    named(METHODS, &index.method, found);
    for part in &index.parts {
        if let Some(class) = &part.operator_class {
            named(OPERATOR_CLASSES, class, found);
        }
    }
}

/// Finds names that are followed by a parenthesis.
fn of_expression(expr: &SqlExpr, found: &mut Vec<(String, &'static str)>) {
    let text = expr.text().to_lowercase();
    for (at, _) in text.match_indices('(') {
        let before = text[..at].trim_end();
        let start = before.rfind(|sign: char| !sign.is_alphanumeric() && sign != '_').map_or(0, |at| at + 1);
        named(FUNCTIONS, before.get(start..).unwrap_or(""), found);
    }
}

fn named(table: &[(&str, &'static str)], name: &str, found: &mut Vec<(String, &'static str)>) {
    let lower = name.to_lowercase();
    if let Some((_, extension)) = table.iter().find(|(known, _)| *known == lower) {
        found.push((lower, extension));
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Dialect, Extension, Operation, Origin, SqlExpr};

    use super::RULE;
    use crate::testing::{column_type, create_table, operation_findings, schema, table};

    fn with_citext() -> Operation {
        let mut users = table("users", &["id", "email"]);
        users.columns[1].column_type = column_type("citext");
        create_table(users)
    }

    #[test]
    fn each_extension_is_told_once() {
        let found = operation_findings(&RULE, &[with_citext(), with_citext()], &schema(vec![]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`citext` needs the extension `citext`, which no revision before creates"
        );
    }

    #[test]
    fn functions_in_defaults() {
        let mut users = table("users", &["id"]);
        users.columns[0].default = Some(SqlExpr::new(Dialect::Postgresql, "uuid_generate_v4()"));
        let found = operation_findings(&RULE, &[create_table(users)], &schema(vec![]));
        assert!(found[0].message.contains("`uuid-ossp`"));
    }

    #[test]
    fn a_created_extension_is_fine() {
        let mut before = schema(vec![]);
        let citext = Extension { name: "citext".to_owned(), namespace: None, origin: Origin::none() };
        before.extensions.insert("citext".to_owned(), citext);
        assert!(operation_findings(&RULE, &[with_citext()], &before).is_empty());
    }
}
