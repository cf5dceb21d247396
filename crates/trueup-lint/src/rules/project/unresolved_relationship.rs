//! `unresolved-relationship`: a relationship to a class, or through a table, that does not exist.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::{Living, nearest};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unresolved-relationship",
    group: Group::Project,
    severity: Severity::Error,
    summary: "A relationship refers to a class or a secondary table that does not exist",
    enabled: true,
    docs: include_str!("unresolved_relationship.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let living = Living::new(facts);
    for relationship in
        facts.relationships.iter().filter(|relationship| living.has(relationship.location.as_ref()))
    {
        let name = format!("{}.{}", relationship.class, relationship.name);
        let object = ObjectRef::new(ObjectKind::Relationship, name.as_str());
        match &relationship.target {
            Some(target) if !relationship.target_found => {
                let elsewhere = facts.classes.iter().find(|class| class.name == *target);
                let message = match elsewhere {
                    Some(class) if class.table.is_some() => format!(
                        "`{name}` refers to `{target}`, which belongs to another base class (`{}`)",
                        class.module
                    ),
                    Some(_) => format!("`{name}` refers to `{target}`, which is not mapped"),
                    None => format!("`{name}` refers to the class `{target}`, which does not exist"),
                };
                let near = nearest(target, facts.classes.iter().map(|class| class.name.as_str()));
                let help = match (elsewhere, near) {
                    (None, Some(near)) => format!("did you mean `{near}`?"),
                    (None, None) => format!("add the class `{target}`, or remove the relationship"),
                    (Some(_), _) => "let both classes derive from one declarative base".to_owned(),
                };
                let finding =
                    RULE.finding(message).at(relationship.location.clone()).about(object).help(help);
                report.push_once_unless(finding, target.as_str(), vec![Cause::Class(target.clone())]);
            }
            _ => {}
        }
        if let (Some(secondary), false) = (&relationship.secondary, relationship.secondary_found) {
            let finding = RULE
                .finding(format!("`{name}` goes through `{secondary}`, which is no table"))
                .at(relationship.location.clone())
                .about(ObjectRef::new(ObjectKind::Relationship, name.as_str()))
                .help("define the association table, or correct its name");
            report
                .push_unless(finding, vec![Cause::Table(secondary.clone()), Cause::Class(secondary.clone())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::{ImportResolution, ProjectFacts};

    use super::RULE;
    use crate::engine::check_project;
    use crate::testing::{
        class_facts, findings, import, module, project_context, project_findings, relationship,
    };

    fn facts() -> ProjectFacts {
        let (mut first, mut second) = (
            relationship("Note", "expedition", "Expedition"),
            relationship("Photo", "expedition", "Expedition"),
        );
        first.target_found = false;
        second.target_found = false;
        ProjectFacts {
            relationships: vec![first, second],
            classes: vec![class_facts("Note", "app.models"), class_facts("Photo", "app.models")],
            ..ProjectFacts::default()
        }
    }

    #[test]
    fn a_missing_class_is_told_once() {
        let found = project_findings(&RULE, &facts());
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "`Note.expedition` refers to the class `Expedition`, which does not exist"
        );
        assert_eq!(found[0].related.len(), 0, "the builder gives no places");
    }

    #[test]
    fn a_missing_import_explains_it() {
        let mut facts = facts();
        let mut init = module("app");
        init.imports = vec![import("app.expedition", "Expedition", ImportResolution::MissingModule)];
        facts.modules = vec![init];
        let mut report = crate::Report::new();
        check_project(&project_context(&facts), &mut report);
        let rules: Vec<&str> = findings(report).iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["unresolved-import"]);
    }

    #[test]
    fn a_secondary_that_is_no_table() {
        let mut through = relationship("Post", "tags", "Tag");
        through.secondary = Some("post_tags".to_owned());
        through.secondary_found = false;
        let facts = ProjectFacts { relationships: vec![through], ..ProjectFacts::default() };
        assert_eq!(
            project_findings(&RULE, &facts)[0].message,
            "`Post.tags` goes through `post_tags`, which is no table"
        );
    }

    #[test]
    fn found_targets_are_fine() {
        let facts =
            ProjectFacts { relationships: vec![relationship("A", "b", "B")], ..ProjectFacts::default() };
        assert!(project_findings(&RULE, &facts).is_empty());
    }
}
