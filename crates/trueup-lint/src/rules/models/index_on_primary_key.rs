//! `index-on-primary-key`: an index that repeats the primary key.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ModelsContext;
use crate::indexes::{Kind, carriers};
use crate::words::columns;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "index-on-primary-key",
    group: Group::Models,
    severity: Severity::Warning,
    summary: "An index or unique constraint repeats the primary key, which has an index already",
    enabled: true,
    docs: include_str!("index_on_primary_key.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    for table in context.schema.tables.values() {
        let carriers = carriers(table);
        let Some(primary) = carriers.iter().find(|carrier| carrier.kind == Kind::PrimaryKey) else {
            continue;
        };
        for carrier in carriers.iter().filter(|carrier| carrier.kind != Kind::PrimaryKey) {
            if !carrier.same_parts(primary) || carrier.predicate.is_some() || !carrier.include.is_empty() {
                continue;
            }
            let kind = if carrier.kind == Kind::Constraint { ObjectKind::Unique } else { ObjectKind::Index };
            let key = columns(&primary.part_texts());
            let finding = RULE
                .finding(format!("{} of `{}` repeats the primary key {key}", carrier.words(), table.name))
                .at(carrier.origin.location().or_else(|| table.origin.location()))
                .about(ObjectRef::of_table(kind, carrier.name.unwrap_or_default(), table.name.to_string()))
                .related(primary.origin.location(), "the primary key is here")
                .help(if context.from_models {
                    "remove index=True or unique=True from the primary key, and drop the index in a revision"
                        .to_owned()
                } else {
                    format!(
                        "op.drop_index(\"{}\", \"{}\")",
                        carrier.name.unwrap_or_default(),
                        table.name.name
                    )
                });
            report.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::Index;

    use super::RULE;
    use crate::testing::{models_findings, schema, table};

    #[test]
    fn only_the_same_columns() {
        let mut users = table("users", &["id", "a"]);
        users.indexes = vec![Index::new("ix_users_id", &["id"]), Index::new("ix_users_id_a", &["id", "a"])];
        let found = models_findings(&RULE, &schema(vec![users]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "index `ix_users_id` of `users` repeats the primary key (id)");
    }
}
