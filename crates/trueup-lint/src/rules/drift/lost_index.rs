//! `lost-index`: a revision that drops an index which is still needed.

use trueup_schema::{Index, ObjectKind, ObjectRef, Schema, Severity, Table};

use super::lost_uniqueness::place_of_drop;
use crate::context::RevisionContext;
use crate::indexes::{carriers, of_index};
use crate::words::columns;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "lost-index",
    group: Group::Drift,
    severity: Severity::Error,
    summary: "A revision drops an index that the models declare or a foreign key needs, and nothing restores it",
    enabled: true,
    docs: include_str!("lost_index.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    for (before, after, last) in context.changed_tables() {
        // Lost uniqueness is the graver side of the same loss and has a rule of its own.
        for index in before.indexes.iter().filter(|index| !index.unique && index.valid) {
            if has_equal(after, index) || has_equal(last, index) || columns_changed(index, last) {
                continue;
            }
            let modelled = context.models.map(|models| models.table(&before.name));
            let declared = modelled.is_some_and(|table| table.is_some_and(|table| has_equal(table, index)));
            let key = needed_by(context.last, last, before, index, context);
            let (severity, why) = match (declared, key) {
                (true, _) => (RULE.severity, "which the models still declare".to_owned()),
                // With models, what they lack is judged there, by `unindexed-foreign-key`.
                (false, Some(key)) if modelled.is_none() => {
                    (Severity::Warning, format!("the only one that serves the foreign key to `{key}`"))
                }
                _ => continue,
            };
            let told = columns(&of_index(index).part_texts());
            let finding = RULE
                .finding_as(
                    severity,
                    format!(
                        "`{}` drops index `{}` on `{}` {told}, {why}",
                        context.graph.id(context.index),
                        index.name,
                        before.name
                    ),
                )
                .at(place_of_drop(context, Some(&index.name)))
                .about(ObjectRef::of_table(ObjectKind::Index, index.name.as_str(), before.name.to_string()))
                .related(index.origin.location(), "it was created here")
                .help("keep it, or create it again in a later revision");
            report.push_cause(finding, vec![Cause::Object(ObjectKind::Index, index.name.clone())]);
        }
    }
}

/// Tells whether a table has an index of the same meaning, whatever its name, or a longer one.
fn has_equal(table: &Table, index: &Index) -> bool {
    let wanted = of_index(index);
    carriers(table).iter().any(|carrier| {
        carrier.valid
            && wanted.parts_begin(carrier)
            && wanted.same_predicate(carrier)
            && wanted.included_in(carrier)
    })
}

/// A dropped or renamed column takes its indexes with it.
fn columns_changed(index: &Index, last: &Table) -> bool {
    of_index(index).columns().is_some_and(|names| names.iter().any(|name| last.column(name).is_none()))
}

/// Returns the table that a foreign key references which the index served and nothing serves at the end.
fn needed_by(
    schema: &Schema,
    last: &Table,
    before: &Table,
    index: &Index,
    context: &RevisionContext<'_>,
) -> Option<String> {
    let serves = |table: &Table, columns: &[String]| {
        carriers(table).iter().any(|carrier| carrier.serves(columns, context.dialect))
    };
    let key = last.foreign_keys.iter().find(|key| {
        of_index(index).serves(&key.columns, schema.dialect)
            && serves(before, &key.columns)
            && !serves(last, &key.columns)
    })?;
    Some(key.referenced_table.to_string())
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Index, Schema, Severity};

    use super::RULE;
    use crate::context::Body;
    use crate::testing::{body, foreign_key, revision_findings, schema, table};

    fn posts(index: Option<&str>) -> Schema {
        let mut posts = table("posts", &["id", "user_id"]);
        posts.foreign_keys = vec![foreign_key(&["user_id"], "users", &["id"])];
        posts.indexes = index.map(|name| Index::new(name, &["user_id"])).into_iter().collect();
        schema(vec![posts])
    }

    fn found(last: &Schema, models: Option<&Schema>) -> Vec<trueup_schema::Diagnostic> {
        let steps = (body(vec![]), Body::default());
        revision_findings(&RULE, steps, (&posts(Some("ix")), &posts(None), last), models)
    }

    #[test]
    fn the_models_still_declare_it_under_any_name() {
        let found = found(&posts(None), Some(&posts(Some("other_name"))));
        assert_eq!(
            found[0].message,
            "`a` drops index `ix` on `posts` (user_id), which the models still declare"
        );
    }

    #[test]
    fn a_foreign_key_needs_it() {
        let found = found(&posts(None), None);
        assert_eq!(found[0].severity, Severity::Warning);
        assert!(found[0].message.ends_with("the only one that serves the foreign key to `users`"));
    }

    #[test]
    fn restored_or_given_up() {
        assert!(found(&posts(Some("again")), None).is_empty());
        assert!(found(&posts(None), Some(&posts(None))).is_empty());
    }
}
