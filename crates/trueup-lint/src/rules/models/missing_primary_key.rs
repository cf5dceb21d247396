//! `missing-primary-key`: a table whose rows cannot be told apart.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ModelsContext;
use crate::words::columns;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "missing-primary-key",
    group: Group::Models,
    severity: Severity::Warning,
    summary: "A table has no primary key",
    enabled: true,
    docs: include_str!("missing_primary_key.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    for table in context.schema.tables.values() {
        // A partition and an inheriting table may take it from the parent, a virtual table has none of its own.
        let elsewhere =
            table.partition_of.is_some() || !table.inherits.is_empty() || table.virtual_module.is_some();
        let is_incomplete = context.incomplete.iter().any(|known| known.table == table.name);
        if table.primary_key.is_some() || elsewhere || is_incomplete || table.name.name == context.version_table {
            continue;
        }
        let references: Vec<&str> =
            table.foreign_keys.iter().flat_map(|key| &key.columns).map(String::as_str).collect();
        let associates = references.len() >= 2
            && table.columns.iter().all(|column| references.contains(&column.name.as_str()));
        let (message, help) = if associates {
            (
                format!(
                    "association table `{}` has no primary key, so the same pair can be stored twice",
                    table.name
                ),
                format!("make {} the primary key", columns(&references)),
            )
        } else {
            (
                format!("table `{}` has no primary key", table.name),
                "add one; without it rows cannot be told apart, and logical replication refuses updates"
                    .to_owned(),
            )
        };
        let finding = RULE
            .finding(message)
            .at(table.origin.location())
            .about(ObjectRef::new(ObjectKind::Table, table.name.to_string()))
            .help(help);
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::ObjectName;
    use trueup_schema::facts::IncompleteFacts;

    use super::RULE;
    use crate::context::ModelsContext;
    use crate::testing::{foreign_key, models_context, models_findings, run_models, schema, table};

    #[test]
    fn a_key_may_come_from_a_base_that_is_not_known() {
        let mut log = table("log", &["text"]);
        log.primary_key = None;
        let schema = schema(vec![log]);
        let incomplete = [IncompleteFacts {
            table: ObjectName::new("log"),
            class: "Log".to_owned(),
            base: Some("lib.Mixin".to_owned()),
            reason: "module `lib` is not part of the project".to_owned(),
        }];
        let context = ModelsContext { incomplete: &incomplete, ..models_context(&schema) };
        assert!(run_models(&RULE, &context).is_empty());
    }

    #[test]
    fn association_tables_are_named_as_such() {
        let mut pairs = table("pairs", &["a_id", "b_id"]);
        pairs.primary_key = None;
        pairs.foreign_keys = vec![foreign_key(&["a_id"], "a", &["id"]), foreign_key(&["b_id"], "b", &["id"])];
        let mut log = table("log", &["text"]);
        log.primary_key = None;
        let mut version = table("alembic_version", &["version_num"]);
        version.primary_key = None;
        let found = models_findings(&RULE, &schema(vec![pairs, log, version, table("fine", &["id"])]));
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "association table `pairs` has no primary key, so the same pair can be stored twice",
                "table `log` has no primary key"
            ]
        );
    }
}
