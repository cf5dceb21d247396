//! `lost-uniqueness`: a revision that drops the only thing that kept values unique.

use std::collections::BTreeSet;

use trueup_schema::{Location, ObjectKind, ObjectRef, Operation, Origin, Severity, Table};

use crate::context::RevisionContext;
use crate::indexes::{Carrier, carriers, guarantees_unique};
use crate::words::columns;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "lost-uniqueness",
    group: Group::Drift,
    severity: Severity::Error,
    summary: "A revision drops the only constraint or index that keeps columns unique",
    enabled: true,
    docs: include_str!("lost_uniqueness.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    for (before, after, last) in context.changed_tables() {
        let mut told: Vec<BTreeSet<&str>> = Vec::new();
        for carrier in carriers(before).iter().filter(|carrier| carrier.is_unique() && carrier.valid) {
            let Some(wanted) = carrier.columns() else { continue };
            // A dropped or renamed column takes its uniqueness with it.
            let columns_stay =
                wanted.iter().all(|name| after.column(name).is_some() && last.column(name).is_some());
            let kept = |table: &Table| guarantees_unique(table, &wanted, carrier.predicate);
            if !columns_stay || kept(after) || kept(last) || told.contains(&wanted) {
                continue;
            }
            let declared = context.models.map(|models| models.table(&before.name).is_some_and(&kept));
            let look_alike = plain_look_alike(before, after, carrier);
            // What the models have given up too is meant, unless an index of the same columns stays: then the unique
            // one was taken for its duplicate.
            if declared == Some(false) && look_alike.is_none() {
                continue;
            }
            report_loss(context, before, carrier, (declared, look_alike), report);
            told.push(wanted);
        }
    }
}

fn report_loss(
    context: &RevisionContext<'_>,
    table: &Table,
    carrier: &Carrier<'_>,
    (declared, look_alike): (Option<bool>, Option<String>),
    report: &mut Report,
) {
    let id = context.graph.id(context.index);
    let told = columns(&carrier.part_texts());
    let ending = match (declared, look_alike) {
        (Some(true), _) => ", which the models still declare unique".to_owned(),
        (_, Some(index)) => format!("; {index}, which stays, is not unique"),
        _ => String::new(),
    };
    let severity = if declared == Some(true) { RULE.severity } else { Severity::Warning };
    let name = carrier.name.unwrap_or_default();
    let finding = RULE
        .finding_as(
            severity,
            format!(
                "`{id}` drops {}, the only uniqueness of `{}` {told}{ending}",
                carrier.words(),
                table.name
            ),
        )
        .at(place_of_drop(context, carrier.name))
        .about(ObjectRef::of_table(ObjectKind::Unique, name, table.name.to_string()))
        .related(carrier.origin.location(), "it was created here")
        .help(format!(
            "keep it, or create a unique constraint on `{}` {told} in the same revision",
            table.name
        ));
    let explains = [ObjectKind::Unique, ObjectKind::Index].map(|kind| Cause::Object(kind, name.to_owned()));
    report.push_cause(finding, explains.to_vec());
}

/// Returns the index of the same columns that a revision leaves in place and that is not unique.
fn plain_look_alike(before: &Table, after: &Table, dropped: &Carrier<'_>) -> Option<String> {
    // Whoever keeps some of the rows unique has thought about it.
    if carriers(after).iter().any(|other| other.is_unique() && other.same_parts(dropped)) {
        return None;
    }
    let stays = |index: &Carrier<'_>| after.indexes.iter().any(|other| Some(other.name.as_str()) == index.name);
    let plain = carriers(before).into_iter().filter(|other| !other.is_unique() && stays(other));
    let mut same = plain.filter(|other| other.same_parts(dropped) && other.same_predicate(dropped));
    same.next().map(|index| index.words())
}

/// Returns the step that drops something of a name, or the upgrade as a whole.
pub(in crate::rules) fn place_of_drop(context: &RevisionContext<'_>, name: Option<&str>) -> Option<Location> {
    let upgrade = &context.facts.upgrade;
    let drops = |operation: &Operation| match operation {
        Operation::DropIndex(op) => name == Some(op.index.name.as_str()),
        Operation::DropConstraint(op) => name == op.name.as_deref(),
        _ => false,
    };
    let step = upgrade.steps.iter().find(|step| drops(&step.operation)).map(|step| &step.origin);
    step.and_then(Origin::location)
        .or_else(|| upgrade.origin.location())
        .or_else(|| Some(Location::file(context.revision().path.clone())))
}

#[cfg(test)]
mod tests {
    use trueup_schema::ops::DropIndex;
    use trueup_schema::{Index, Schema};

    use super::RULE;
    use crate::context::Body;
    use crate::testing::{body, revision_findings, schema, table};

    fn users(unique: bool) -> Schema {
        let mut users = table("users", &["id", "email"]);
        if unique {
            users.indexes = vec![Index { unique: true, ..Index::new("ix_email", &["email"]) }];
        }
        schema(vec![users])
    }

    fn drops() -> (Body, Body) {
        let op = DropIndex {
            index: "ix_email".into(),
            table: Some("users".into()),
            concurrently: false,
            if_exists: false,
            cascade: false,
        };
        (body(vec![op.into()]), Body::default())
    }

    #[test]
    fn the_models_still_declare_it() {
        let found = revision_findings(
            &RULE,
            drops(),
            (&users(true), &users(false), &users(false)),
            Some(&users(true)),
        );
        assert_eq!(
            found[0].message,
            "`a` drops unique index `ix_email`, the only uniqueness of `users` (email), which the models still declare unique"
        );
        assert_eq!(found[0].location.as_ref().unwrap().span.unwrap().start, 1000, "at the step");
    }

    #[test]
    fn restored_later_or_given_up_by_the_models_it_is_meant() {
        assert!(
            revision_findings(&RULE, drops(), (&users(true), &users(false), &users(true)), None).is_empty()
        );
        let models = users(false);
        assert!(
            revision_findings(&RULE, drops(), (&users(true), &users(false), &users(false)), Some(&models))
                .is_empty()
        );
    }

    #[test]
    fn an_index_of_the_same_columns_that_stays_is_no_replacement() {
        let twin = |mut schema: Schema| {
            let users = schema.tables.values_mut().next().unwrap();
            std::sync::Arc::make_mut(users).indexes.push(Index::new("idx_email", &["email"]));
            schema
        };
        let (before, after) = (twin(users(true)), twin(users(false)));
        let found = revision_findings(&RULE, drops(), (&before, &after, &after), Some(&after));
        assert_eq!(
            found[0].message,
            "`a` drops unique index `ix_email`, the only uniqueness of `users` (email); index `idx_email`, which stays, is not unique"
        );
    }

    #[test]
    fn a_constraint_in_its_place_carries_it() {
        let mut other = table("users", &["id", "email"]);
        other.uniques = vec![trueup_schema::Unique::new(Some("uq".to_owned()), vec!["email".to_owned()])];
        let other = schema(vec![other]);
        assert!(
            revision_findings(&RULE, drops(), (&users(true), &other, &other), Some(&users(true))).is_empty()
        );
    }
}
