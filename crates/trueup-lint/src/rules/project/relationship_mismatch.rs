//! `relationship-mismatch`: two sides of a relationship that do not belong together.

use trueup_schema::facts::{ProjectFacts, RelationshipFacts};
use trueup_schema::{Diagnostic, ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::{Living, class_of, lineage, only_class};
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "relationship-mismatch",
    group: Group::Project,
    severity: Severity::Error,
    summary: "`back_populates` or `backref` names something that is not the other side of the relationship",
    enabled: true,
    docs: include_str!("relationship_mismatch.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let living = Living::new(facts);
    for relationship in
        facts.relationships.iter().filter(|relationship| living.has(relationship.location.as_ref()))
    {
        if !relationship.target_found {
            continue;
        }
        if let Some(finding) = back_populates(facts, &living, relationship) {
            report.push(finding);
        }
        if let Some(finding) = backref(facts, &living, relationship) {
            report.push(finding);
        }
    }
}

fn back_populates(facts: &ProjectFacts, living: &Living<'_>, here: &RelationshipFacts) -> Option<Diagnostic> {
    let (other_name, target_name) = (here.back_populates.as_deref()?, here.target.as_deref()?);
    let own_class = class_of(facts, here)?;
    let target = only_class(facts, living, target_name, own_class.registry)?;
    let (line, complete) = lineage(facts, target);
    let in_line = |other: &RelationshipFacts| {
        line.iter().any(|class| class.name == other.class && class.module == other.module)
    };
    let other = facts.relationships.iter().find(|other| other.name == other_name && in_line(other));
    let name = format!("{}.{}", here.class, here.name);
    let pair = format!("{target_name}.{other_name}");
    let start = |severity, message: String| {
        RULE.finding_as(severity, message)
            .at(here.location.clone())
            .about(ObjectRef::new(ObjectKind::Relationship, name.as_str()))
    };
    let Some(other) = other else {
        let attribute =
            line.iter().flat_map(|class| &class.attributes).find(|attribute| attribute.name == other_name);
        return match attribute {
            Some(attribute) if attribute.kind == "column" => Some(
                start(RULE.severity, format!("`{name}` populates `{pair}`, which is a column"))
                    .related(attribute.location.clone(), "the column is here")
                    .help("name the relationship on the other side"),
            ),
            // It may be made by a function, or inherited from a class that was not read.
            Some(_) => None,
            None if complete => Some(
                start(RULE.severity, format!("`{name}` populates `{pair}`, which does not exist"))
                    .related(target.location.clone(), format!("`{target_name}` is here"))
                    .help(format!(
                        "add `{other_name} = relationship(\"{}\", back_populates=\"{}\")` to `{target_name}`",
                        here.class, here.name
                    )),
            ),
            None => None,
        };
    };
    if std::ptr::eq(here, other) {
        return Some(start(RULE.severity, format!("`{name}` populates itself")).help("name the other side"));
    }
    let there = other.location.clone();
    match other.back_populates.as_deref() {
        // Both sides would be reported; the one that is declared later speaks for the pair.
        Some(back) if back != here.name => Some(
            start(
                RULE.severity,
                format!("`{name}` populates `{pair}`, which populates `{}.{back}`", here.class),
            )
            .related(there, "the other side is here")
            .help(format!("write back_populates=\"{}\" there, or name the right one here", here.name)),
        ),
        None if other.backref.is_none() && !here.viewonly && !other.viewonly => Some(
            start(Severity::Warning, format!("`{name}` populates `{pair}`, which does not populate it back"))
                .related(there, "the other side is here")
                .help(format!("add back_populates=\"{}\" there", here.name)),
        ),
        Some(_) => wrong_target(facts, here, other, &start, &pair),
        None => None,
    }
}

/// The pair names each other, but the other side leads to another class.
fn wrong_target(
    facts: &ProjectFacts,
    here: &RelationshipFacts,
    other: &RelationshipFacts,
    start: &dyn Fn(Severity, String) -> Diagnostic,
    pair: &str,
) -> Option<Diagnostic> {
    let own_class = class_of(facts, here)?;
    let back_to = other.target.as_deref()?;
    let (line, complete) = lineage(facts, own_class);
    let derived = facts.classes.iter().any(|class| {
        class.name == back_to && lineage(facts, class).0.iter().any(|base| std::ptr::eq(*base, own_class))
    });
    if line.iter().any(|class| class.name == back_to) || derived || !complete || !other.target_found {
        return None;
    }
    Some(
        start(
            RULE.severity,
            format!("`{}.{}` populates `{pair}`, which leads to `{back_to}`", here.class, here.name),
        )
        .related(other.location.clone(), "the other side is here")
        .help(format!("let it lead to `{}`, or name the right one", here.class)),
    )
}

/// A backref makes an attribute on the target; it must not be there already.
fn backref(facts: &ProjectFacts, living: &Living<'_>, here: &RelationshipFacts) -> Option<Diagnostic> {
    let (backref, target_name) = (here.backref.as_deref()?, here.target.as_deref()?);
    let target = only_class(facts, living, target_name, class_of(facts, here)?.registry)?;
    let taken = target.attributes.iter().find(|attribute| attribute.name == backref)?;
    let name = format!("{}.{}", here.class, here.name);
    Some(
        RULE.finding(format!("the backref of `{name}` is `{target_name}.{backref}`, which exists already"))
            .at(here.location.clone())
            .about(ObjectRef::new(ObjectKind::Relationship, name.as_str()))
            .related(taken.location.clone(), format!("the {} is here", taken.kind))
            .help("use back_populates on both sides instead of backref"),
    )
}

#[cfg(test)]
mod tests {
    use trueup_schema::Severity;
    use trueup_schema::facts::{ProjectFacts, RelationshipFacts};

    use super::RULE;
    use crate::testing::{attribute, class_facts, project_findings, registry, relationship};

    fn populating(class: &str, name: &str, target: &str, back: Option<&str>) -> RelationshipFacts {
        RelationshipFacts { back_populates: back.map(str::to_owned), ..relationship(class, name, target) }
    }

    fn facts(relationships: Vec<RelationshipFacts>) -> ProjectFacts {
        ProjectFacts {
            relationships,
            classes: ["User", "Post", "Tag"].map(|name| class_facts(name, "app.models")).to_vec(),
            registries: vec![registry("app.db.Base.metadata")],
            ..ProjectFacts::default()
        }
    }

    #[test]
    fn the_other_side_does_not_exist() {
        let found =
            project_findings(&RULE, &facts(vec![populating("User", "posts", "Post", Some("author"))]));
        assert_eq!(found[0].message, "`User.posts` populates `Post.author`, which does not exist");
    }

    #[test]
    fn the_other_side_says_nothing_or_something_else() {
        let pair = vec![
            populating("User", "posts", "Post", Some("author")),
            populating("Post", "author", "User", None),
        ];
        let found = project_findings(&RULE, &facts(pair));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        let pair = vec![
            populating("User", "posts", "Post", Some("author")),
            populating("Post", "author", "User", Some("items")),
        ];
        let found = project_findings(&RULE, &facts(pair));
        assert!(found.iter().any(|finding| finding.message.ends_with("which populates `User.items`")));
    }

    #[test]
    fn the_other_side_leads_elsewhere() {
        let pair = vec![
            populating("User", "posts", "Post", Some("author")),
            populating("Post", "author", "Tag", Some("posts")),
        ];
        let found = project_findings(&RULE, &facts(pair));
        assert!(
            found.iter().any(
                |finding| finding.message == "`User.posts` populates `Post.author`, which leads to `Tag`"
            )
        );
    }

    #[test]
    fn an_unknown_mixin_may_declare_it() {
        let mut facts = facts(vec![populating("User", "posts", "Post", Some("author"))]);
        facts.classes[1].bases.push("Authored".to_owned());
        assert!(project_findings(&RULE, &facts).is_empty());
    }

    #[test]
    fn a_backref_that_exists() {
        let mut with_backref = relationship("User", "posts", "Post");
        with_backref.backref = Some("author".to_owned());
        let mut facts = facts(vec![with_backref]);
        facts.classes[1].attributes = vec![attribute("author", "relationship")];
        let found = project_findings(&RULE, &facts);
        assert_eq!(found[0].message, "the backref of `User.posts` is `Post.author`, which exists already");
    }

    #[test]
    fn a_pair_is_fine() {
        let pair = vec![
            populating("User", "posts", "Post", Some("author")),
            populating("Post", "author", "User", Some("posts")),
        ];
        assert!(project_findings(&RULE, &facts(pair)).is_empty());
    }
}
