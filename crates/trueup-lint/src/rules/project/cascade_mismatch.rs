//! `cascade-mismatch`: the session and the database disagree on what a deletion does.

use trueup_schema::facts::RelationshipFacts;
use trueup_schema::{ForeignKey, ObjectKind, ObjectRef, ReferentialAction, Severity, Table};

use crate::context::ProjectContext;
use crate::project::{Living, class_of, only_class};
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "cascade-mismatch",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "A relationship's cascade and the foreign key's ON DELETE contradict each other",
    enabled: true,
    docs: include_str!("cascade_mismatch.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let Some(models) = context.models else { return };
    let facts = context.facts;
    let living = Living::new(facts);
    let cascades_somewhere = models
        .tables
        .values()
        .flat_map(|table| &table.foreign_keys)
        .any(|key| key.on_delete == ReferentialAction::Cascade);
    for relationship in
        facts.relationships.iter().filter(|relationship| living.has(relationship.location.as_ref()))
    {
        let Some(class) = class_of(facts, relationship) else { continue };
        let target =
            relationship.target.as_deref().and_then(|name| only_class(facts, &living, name, class.registry));
        let (Some(own), Some(other)) = (&class.table, target.and_then(|target| target.table.as_ref())) else {
            continue;
        };
        if relationship.secondary.is_some()
            || relationship.explicit_join
            || relationship.viewonly
            || own == other
        {
            continue;
        }
        let (Some(own), Some(other)) = (models.table(own), models.table(other)) else { continue };
        let Some(key) = child_key(own, other) else { continue };
        let Some((severity, fact, help)) = judge(relationship, other, key, cascades_somewhere) else {
            continue;
        };
        let name = format!("{}.{}", relationship.class, relationship.name);
        let finding = RULE
            .finding_as(severity, format!("`{name}` {fact}"))
            .at(relationship.location.clone().or_else(|| class.location.clone()))
            .about(ObjectRef::new(ObjectKind::Relationship, name.as_str()))
            .evidence("on_delete", action(&key.on_delete))
            .evidence("cascade", relationship.cascade.clone().unwrap_or_default())
            .related(key.origin.location(), "the foreign key is here")
            .help(help);
        report.push(finding);
    }
}

/// Returns the one foreign key by which `other` is the child of `own`.
fn child_key<'a>(own: &Table, other: &'a Table) -> Option<&'a ForeignKey> {
    let mut keys = other.foreign_keys.iter().filter(|key| key.referenced_table == own.name);
    let key = keys.next()?;
    let back = own.foreign_keys.iter().any(|key| key.referenced_table == other.name);
    (keys.next().is_none() && !back).then_some(key)
}

fn judge(
    relationship: &RelationshipFacts,
    child: &Table,
    key: &ForeignKey,
    cascades_somewhere: bool,
) -> Option<(Severity, String, String)> {
    let cascade = relationship.cascade.as_deref().unwrap_or("");
    let words: Vec<&str> = cascade.split(',').map(str::trim).collect();
    let deletes = words.iter().any(|word| ["all", "delete", "delete-orphan"].contains(word));
    let column = format!("{}.{}", child.name, key.columns.join(", "));
    let nullable = key.columns.iter().all(|name| child.column(name).is_some_and(|column| column.nullable));
    let told = action(&key.on_delete);
    let cascade_help = "write ondelete=\"CASCADE\" in the foreign key".to_owned();
    match (&key.on_delete, deletes) {
        (ReferentialAction::NoAction | ReferentialAction::Restrict, _) if relationship.passive_deletes => {
            Some((
                Severity::Error,
                format!(
                    "leaves deleting to the database (passive_deletes), but `{column}` has ON DELETE {told}"
                ),
                cascade_help,
            ))
        }
        (ReferentialAction::SetNull(_), true) => Some((
            Severity::Warning,
            format!("deletes the children, but the database sets `{column}` to NULL"),
            "let both sides do the same".to_owned(),
        )),
        (ReferentialAction::SetNull(_), false) if !nullable => Some((
            Severity::Error,
            format!("has ON DELETE SET NULL on `{column}`, which is NOT NULL"),
            "let the column be nullable, or use ON DELETE CASCADE".to_owned(),
        )),
        (ReferentialAction::Cascade, false) if !relationship.passive_deletes && !nullable => Some((
            Severity::Warning,
            format!("sets `{column}` to NULL before the database can cascade, and the column is NOT NULL"),
            "write passive_deletes=True, or cascade=\"all, delete-orphan\"".to_owned(),
        )),
        (ReferentialAction::NoAction | ReferentialAction::Restrict, true) if cascades_somewhere => Some((
            Severity::Info,
            format!("deletes the children only through the session: `{column}` has ON DELETE {told}"),
            cascade_help,
        )),
        _ => None,
    }
}

fn action(action: &ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "NO ACTION",
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull(_) => "SET NULL",
        ReferentialAction::SetDefault(_) => "SET DEFAULT",
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::{ProjectFacts, RelationshipFacts};
    use trueup_schema::{Diagnostic, ReferentialAction, Severity};

    use super::RULE;
    use crate::testing::{
        class_facts, foreign_key, project_context, relationship, run_project, schema, table,
    };

    fn found(
        on_delete: ReferentialAction,
        cascade: Option<&str>,
        passive: bool,
        nullable: bool,
    ) -> Vec<Diagnostic> {
        let mut posts = table("posts", &["id", "user_id"]);
        posts.columns[1].nullable = nullable;
        posts.foreign_keys.push(foreign_key(&["user_id"], "users", &["id"]));
        posts.foreign_keys[0].on_delete = on_delete;
        let models = schema(vec![table("users", &["id"]), posts]);
        let (mut user, mut post) = (class_facts("User", "app.models"), class_facts("Post", "app.models"));
        (user.table, post.table) = (Some("users".into()), Some("posts".into()));
        let facts = ProjectFacts {
            classes: vec![user, post],
            relationships: vec![RelationshipFacts {
                cascade: cascade.map(str::to_owned),
                passive_deletes: passive,
                ..relationship("User", "posts", "Post")
            }],
            ..ProjectFacts::default()
        };
        let mut context = project_context(&facts);
        context.models = Some(&models);
        run_project(&RULE, &context)
    }

    #[test]
    fn passive_deletes_needs_the_database() {
        let found = found(ReferentialAction::NoAction, Some("all"), true, false);
        assert_eq!(
            found[0].message,
            "`User.posts` leaves deleting to the database (passive_deletes), but `posts.user_id` has ON DELETE NO ACTION"
        );
        assert_eq!(found[0].severity, Severity::Error);
    }

    #[test]
    fn the_session_nulls_before_the_database_cascades() {
        assert_eq!(found(ReferentialAction::Cascade, None, false, false).len(), 1);
        assert!(found(ReferentialAction::Cascade, None, true, false).is_empty());
        assert!(found(ReferentialAction::Cascade, Some("all, delete-orphan"), false, false).is_empty());
    }

    #[test]
    fn delete_against_set_null() {
        assert_eq!(found(ReferentialAction::SetNull(Vec::new()), Some("all"), false, true).len(), 1);
        assert!(found(ReferentialAction::SetNull(Vec::new()), None, false, true).is_empty());
    }
}
