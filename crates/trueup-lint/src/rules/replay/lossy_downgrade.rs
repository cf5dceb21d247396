//! `lossy-downgrade`: a downgrade that does not bring back what was there before.

use std::collections::BTreeSet;

use trueup_schema::{Location, ObjectKind, ObjectName, ObjectRef, Schema, Severity};

use crate::context::{BodyForm, RevisionContext, Undone};
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "lossy-downgrade",
    group: Group::Replay,
    severity: Severity::Warning,
    summary: "The downgrade does not restore what was there before the upgrade",
    enabled: true,
    docs: include_str!("lossy_downgrade.md"),
    check: Check::Revision(check),
};

fn check(context: &RevisionContext<'_>, report: &mut Report) {
    let facts = context.facts;
    if facts.downgrade.form != BodyForm::Steps || facts.upgrade.form != BodyForm::Steps {
        return;
    }
    // A step that fails or is not modelled leaves nothing to compare; `failing-operation` has told it.
    let Undone::Schema(undone) = context.undone() else { return };
    // Most revisions touch one table of many; comparing and naming all the others would take most of the time.
    let tables = &context.before.tables;
    let mut changed: BTreeSet<&ObjectName> = tables.unshared(&undone.tables).into_iter().collect();
    changed.extend(tables.unshared(&context.after.tables));
    changed.retain(|name| {
        let before = tables.get(name);
        before != undone.tables.get(name) || before != context.after.tables.get(name)
    });
    let stays = Stays::of(context.before, context.after, undone);
    let (before, after) =
        (inventory(context.before, &changed, &stays), inventory(undone, &changed, &stays));
    let lost: Vec<&String> = before.difference(&after).collect();
    let left: Vec<&String> = after.difference(&before).collect();
    let id = context.graph.id(context.index);
    let place =
        facts.downgrade.origin.location().or_else(|| Some(Location::file(context.revision().path.clone())));
    let start = |severity, message: String| {
        RULE.finding_as(severity, message).at(place.clone()).about(ObjectRef::new(ObjectKind::Revision, id))
    };
    if !lost.is_empty() || !left.is_empty() {
        let mut facts = Vec::new();
        if !lost.is_empty() {
            facts.push(format!("does not restore {}", list(&lost, 4)));
        }
        if !left.is_empty() {
            facts.push(format!("leaves {}", list(&left, 4)));
        }
        let finding = start(RULE.severity, format!("the downgrade of `{id}` {}", facts.join(" and ")))
            .evidence("not_restored", lost.into_iter().cloned().collect::<Vec<_>>())
            .evidence("left", left.into_iter().cloned().collect::<Vec<_>>())
            .help("undo every operation of the upgrade, in reverse order");
        report.push(finding);
        return;
    }
    let emptied: Vec<String> =
        before.difference(&inventory(context.after, &changed, &stays)).filter(|name| holds_data(name)).cloned().collect();
    if !emptied.is_empty() {
        let message = format!("the downgrade of `{id}` restores {}, but not its data", list(&emptied, 4));
        report.push(start(Severity::Info, message).help(
            "take a backup before the upgrade, or keep the data elsewhere until nobody needs to go back",
        ));
    }
}

/// Which kinds of objects no step has touched, so that naming them would tell nothing.
struct Stays {
    enums: bool,
    views: bool,
    sequences: bool,
}

impl Stays {
    fn of(before: &Schema, after: &Schema, undone: &Schema) -> Self {
        Self {
            enums: before.enums.is_same(&after.enums) && before.enums.is_same(&undone.enums),
            views: before.views.is_same(&after.views) && before.views.is_same(&undone.views),
            sequences: before.sequences.is_same(&after.sequences) && before.sequences.is_same(&undone.sequences),
        }
    }
}

/// Returns the names of everything in a schema, in words; of tables only those that are asked for.
fn inventory(schema: &Schema, wanted: &BTreeSet<&ObjectName>, stays: &Stays) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for table in wanted.iter().filter_map(|name| schema.table(name)) {
        let of = |kind: &str, name: &str| format!("{kind} {}.{name}", table.name);
        names.insert(format!("table {}", table.name));
        names.extend(table.columns.iter().map(|column| of("column", &column.name)));
        names.extend(table.indexes.iter().map(|index| of("index", &index.name)));
        names.extend(
            table.foreign_keys.iter().filter_map(|key| Some(of("foreign key", key.name.as_deref()?))),
        );
        names.extend(
            table.uniques.iter().filter_map(|key| Some(of("unique constraint", key.name.as_deref()?))),
        );
        names.extend(table.checks.iter().filter_map(|check| Some(of("check", check.name.as_deref()?))));
    }
    if !stays.enums {
        names.extend(schema.enums.keys().map(|name| format!("enum {name}")));
    }
    if !stays.views {
        names.extend(schema.views.keys().map(|name| format!("view {name}")));
    }
    if !stays.sequences {
        names.extend(schema.sequences.keys().map(|name| format!("sequence {name}")));
    }
    names
}

fn holds_data(name: &str) -> bool {
    name.starts_with("table ") || name.starts_with("column ")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{add_column, body, create_table, drop_table, revision_findings, schema, table};

    #[test]
    fn what_is_left_is_named() {
        let before = schema(vec![]);
        let after = schema(vec![table("a", &["id"]), table("b", &["id"])]);
        let up = body(vec![create_table(table("a", &["id"])), create_table(table("b", &["id"]))]);
        let found =
            revision_findings(&RULE, (up, body(vec![drop_table("b")])), (&before, &after, &after), None);
        assert_eq!(found[0].message, "the downgrade of `a` leaves `column a.id`, `table a`");
    }

    #[test]
    fn a_dropped_column_comes_back_empty() {
        let before = schema(vec![table("a", &["id", "x"])]);
        let after = schema(vec![table("a", &["id"])]);
        let up = body(vec![
            trueup_schema::ops::DropColumn {
                table: "a".into(),
                column: "x".to_owned(),
                if_exists: false,
                cascade: false,
            }
            .into(),
        ]);
        let found =
            revision_findings(&RULE, (up, body(vec![add_column("a", "x")])), (&before, &after, &after), None);
        assert_eq!(found[0].message, "the downgrade of `a` restores `column a.x`, but not its data");
    }

    #[test]
    fn undoing_everything_is_fine() {
        let (before, after) = (schema(vec![]), schema(vec![table("a", &["id"])]));
        let up = body(vec![create_table(table("a", &["id"]))]);
        assert!(
            revision_findings(&RULE, (up, body(vec![drop_table("a")])), (&before, &after, &after), None)
                .is_empty()
        );
    }
}
