//! `unbounded-string`: a key made of strings without a length.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ModelsContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unbounded-string",
    group: Group::Models,
    severity: Severity::Info,
    summary: "A primary or foreign key column is a string without a length",
    enabled: true,
    docs: include_str!("unbounded_string.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    // On SQLite a length means nothing.
    if !context.schema.dialect.enforces_types() {
        return;
    }
    for table in context.schema.tables.values() {
        for column in &table.columns {
            let ty = &column.column_type;
            // `text` is written by who means it; `varchar` without a length is `String` with the length forgotten.
            if ty.name != "character varying" || !ty.modifiers.is_empty() || ty.array {
                continue;
            }
            let primary = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
            let foreign = table.foreign_keys.iter().find(|key| key.columns.contains(&column.name));
            let role = match (primary, foreign) {
                (_, Some(key)) => format!("which references `{}`", key.referenced_table),
                (true, None) => "part of the primary key".to_owned(),
                (false, None) => continue,
            };
            let finding = RULE
                .finding(format!("`{}.{}`, {role}, is a string without a length", table.name, column.name))
                .at(column.origin.location().or_else(|| table.origin.location()))
                .about(ObjectRef::of_table(ObjectKind::Column, column.name.as_str(), table.name.to_string()))
                .help("give it a length, the same on both sides of a foreign key, or use Uuid for generated keys");
            report.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{column_type, models_findings, schema, table};

    fn found(ty: &str) -> Vec<String> {
        let mut badges = table("badges", &["id", "label"]);
        badges.columns[0].column_type = column_type(ty);
        badges.columns[1].column_type = column_type(ty);
        models_findings(&RULE, &schema(vec![badges])).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn only_keys() {
        assert_eq!(
            found("character varying"),
            ["`badges.id`, part of the primary key, is a string without a length"]
        );
        assert!(found("text").is_empty());
        assert!(found("integer").is_empty());
    }
}
