//! `foreign-key-type-mismatch`: a foreign key whose column has another type than what it references.

use trueup_schema::{ColumnType, ObjectKind, ObjectRef, Schema, Severity, TypeKind};

use crate::context::ProjectContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "foreign-key-type-mismatch",
    group: Group::Project,
    severity: Severity::Error,
    summary: "A foreign key column has another type than the column it references",
    enabled: true,
    docs: include_str!("foreign_key_type_mismatch.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let Some(schema) = context.models.or(context.revisions) else { return };
    for table in schema.tables.values() {
        for key in &table.foreign_keys {
            let Some(target) = schema.table(&key.referenced_table) else { continue };
            let primary = target.primary_key.as_ref().map(|primary| &primary.columns);
            let referenced = match (key.referenced_columns.is_empty(), primary) {
                (false, _) => &key.referenced_columns,
                (true, Some(primary)) => primary,
                (true, None) => continue,
            };
            for (from, to) in key.columns.iter().zip(referenced) {
                let (Some(from), Some(to)) = (table.column(from), target.column(to)) else { continue };
                let Some(mismatch) = compare(schema, &from.column_type, &to.column_type) else { continue };
                let (from_type, to_type) = (&from.column_type, &to.column_type);
                let (severity, effect) = match mismatch {
                    Mismatch::Incomparable if !schema.dialect.enforces_types() => {
                        (Severity::Warning, "the values are compared after a conversion")
                    }
                    Mismatch::Incomparable => (Severity::Error, "the server refuses the foreign key"),
                    Mismatch::Narrower => (Severity::Warning, "it cannot hold every value"),
                };
                let message = format!(
                    "`{}.{}` is {from_type}, but references `{}.{}`, which is {to_type}: {effect}",
                    table.name, from.name, target.name, to.name
                );
                let declared = key.origin.location().or_else(|| from.origin.location());
                let finding = RULE
                    .finding_as(severity, message)
                    .at(declared.or_else(|| table.origin.location()))
                    .about(ObjectRef::of_table(
                        ObjectKind::Column,
                        from.name.as_str(),
                        table.name.to_string(),
                    ))
                    .evidence("type", from_type.to_string())
                    .evidence("referenced_type", to_type.to_string())
                    .related(to.origin.location(), "the referenced column")
                    .help(format!("make `{}.{}` {to_type}", table.name, from.name));
                report.push(finding);
            }
        }
    }
}

enum Mismatch {
    /// No equality operator, or none that an index of the target serves.
    Incomparable,
    /// The same sort of value, in a smaller type.
    Narrower,
}

fn compare(schema: &Schema, from: &ColumnType, to: &ColumnType) -> Option<Mismatch> {
    if from.is_unknown() || to.is_unknown() || from == to {
        return None;
    }
    if !schema.dialect.enforces_types() {
        return (affinity(from) != affinity(to)).then_some(Mismatch::Incomparable);
    }
    if from.kind == TypeKind::UserDefined || to.kind == TypeKind::UserDefined {
        // A domain is compared as its base type, and types of extensions bring their own operators.
        let is_enum = |ty: &ColumnType| schema.enums.keys().any(|name| name.name == ty.name);
        return (is_enum(from) != is_enum(to)
            && (from.kind == TypeKind::Builtin || to.kind == TypeKind::Builtin))
            .then_some(Mismatch::Incomparable);
    }
    if from.array != to.array {
        return Some(Mismatch::Incomparable);
    }
    let (left, right) = (family(&from.name)?, family(&to.name)?);
    if left != right {
        return Some(Mismatch::Incomparable);
    }
    let narrower = match left {
        "number" => integer_rank(&from.name)? < integer_rank(&to.name)?,
        "text" => match (length(from), length(to)) {
            (Some(from), Some(to)) => from < to,
            (Some(_), None) => true,
            (None, _) => false,
        },
        _ => false,
    };
    narrower.then_some(Mismatch::Narrower)
}

/// Types of one family have an equality operator that a B-tree of the other one serves.
///
/// Source: `pg_amop` of PostgreSQL 17, families `integer_ops`, `text_ops`, `datetime_ops`, with implicit casts.
fn family(name: &str) -> Option<&'static str> {
    Some(match name {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "number",
        "character varying" | "text" | "character" | "name" => "text",
        "uuid" => "uuid",
        "boolean" => "boolean",
        "bytea" => "bytes",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "date",
        "inet" | "cidr" => "address",
        "json" | "jsonb" => "json",
        _ => return None,
    })
}

fn integer_rank(name: &str) -> Option<u8> {
    Some(match name {
        "smallint" => 1,
        "integer" => 2,
        "bigint" => 3,
        _ => return None,
    })
}

fn length(text: &ColumnType) -> Option<u64> {
    text.modifiers.first().and_then(|length| length.parse().ok())
}

/// Source: SQLite "Datatypes In SQLite", §3.1 Determination Of Column Affinity.
fn affinity(ty: &ColumnType) -> u8 {
    let name = ty.name.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["INT"]) {
        0
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        1
    } else if name.is_empty() || has(&["BLOB"]) {
        2
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        3
    } else {
        4
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;
    use trueup_schema::{Diagnostic, Severity};

    use super::RULE;
    use crate::testing::{column_type, foreign_key, project_context, run_project, schema, table};

    fn found(from: &str, to: &str) -> Vec<Diagnostic> {
        let mut posts = table("posts", &["id", "user_id"]);
        posts.columns[1].column_type = column_type(from);
        posts.foreign_keys.push(foreign_key(&["user_id"], "users", &["id"]));
        let mut users = table("users", &["id"]);
        users.columns[0].column_type = column_type(to);
        let (models, facts) = (schema(vec![posts, users]), ProjectFacts::default());
        let mut context = project_context(&facts);
        context.models = Some(&models);
        run_project(&RULE, &context)
    }

    #[test]
    fn other_families_are_refused() {
        let found = found("integer", "uuid");
        assert_eq!(
            found[0].message,
            "`posts.user_id` is integer, but references `users.id`, which is uuid: the server refuses the foreign key"
        );
    }

    #[test]
    fn narrower_types_are_a_warning() {
        assert_eq!(found("integer", "bigint")[0].severity, Severity::Warning);
    }

    #[test]
    fn the_same_or_wider_type_is_fine() {
        assert!(found("bigint", "integer").is_empty());
        assert!(found("uuid", "uuid").is_empty());
        assert!(found("text", "text").is_empty());
    }
}
