//! `undocumented-index`: an index without a comment that says why it exists.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ModelsContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "undocumented-index",
    group: Group::Models,
    severity: Severity::Info,
    summary: "An index has no comment that says why it exists",
    enabled: false,
    docs: include_str!("undocumented_index.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    if !context.schema.dialect.has_comments() {
        return;
    }
    for table in context.schema.tables.values() {
        for index in table.indexes.iter().filter(|index| index.comment.is_none()) {
            let finding = RULE
                .finding(format!("index `{}` of `{}` has no comment", index.name, table.name))
                .at(index.origin.location().or_else(|| table.origin.location()))
                .about(ObjectRef::of_table(ObjectKind::Index, index.name.as_str(), table.name.to_string()))
                .help(format!("COMMENT ON INDEX \"{}\" IS 'the query that needs it'", index.name));
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
    fn a_comment_is_enough() {
        let mut users = table("users", &["id", "a"]);
        users.indexes = vec![
            Index::new("bare", &["a"]),
            Index { comment: Some("login".to_owned()), ..Index::new("told", &["a"]) },
        ];
        let found = models_findings(&RULE, &schema(vec![users]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "index `bare` of `users` has no comment");
    }
}
