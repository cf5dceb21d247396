//! `schema-change-outside-revisions`: application code that changes the schema itself.

use std::collections::BTreeMap;

use trueup_schema::facts::{ModuleRole, SchemaChangeFacts};
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::shadowed_paths;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "schema-change-outside-revisions",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "Application code or a stray SQL file changes the schema beside the revisions",
    enabled: true,
    docs: include_str!("schema_change_outside_revisions.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let shadowed = shadowed_paths(context.facts);
    let mut files: BTreeMap<&str, Vec<&SchemaChangeFacts>> = BTreeMap::new();
    for change in &context.facts.schema_changes {
        if change.role == ModuleRole::Application && !shadowed.contains(change.location.path.as_ref()) {
            files.entry(&change.location.path).or_default().push(change);
        }
    }
    for (path, changes) in files {
        let first = changes[0];
        let more = match changes.len() - 1 {
            0 => String::new(),
            1 => " and in one more place".to_owned(),
            more => format!(" and in {more} more places"),
        };
        let text: String = first.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = text.chars().take(80).collect();
        let mut finding = RULE
            .finding(format!("`{path}` changes the schema outside of the revisions: `{shown}`{more}"))
            .at(Some(first.location.clone()))
            .about(ObjectRef::new(ObjectKind::Module, path))
            .evidence("places", changes.len())
            .help("put the change into a revision, and let the deployment run `upgrade` before the application starts");
        for change in &changes[1..] {
            let text: String = change.text.split_whitespace().take(8).collect::<Vec<_>>().join(" ");
            finding = finding.related(Some(change.location.clone()), format!("`{text}`"));
        }
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::{ModuleRole, ProjectFacts, SchemaChangeFacts};
    use trueup_schema::{Location, Span};

    use super::RULE;
    use crate::testing::project_findings;

    fn facts(role: ModuleRole) -> ProjectFacts {
        let change = |at| SchemaChangeFacts {
            text: "Base.metadata.create_all(engine)".to_owned(),
            location: Location::at("app/main.py", Span::new(at, at + 1)),
            role,
        };
        ProjectFacts { schema_changes: vec![change(1), change(9)], ..ProjectFacts::default() }
    }

    #[test]
    fn once_per_file() {
        let found = project_findings(&RULE, &facts(ModuleRole::Application));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`app/main.py` changes the schema outside of the revisions: `Base.metadata.create_all(engine)` and in one more place"
        );
    }

    #[test]
    fn tests_may() {
        assert!(project_findings(&RULE, &facts(ModuleRole::Test)).is_empty());
    }
}
