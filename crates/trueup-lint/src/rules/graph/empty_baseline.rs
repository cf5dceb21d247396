//! `empty-baseline`: a first revision that does nothing, under revisions that need tables.

use std::collections::BTreeMap;

use trueup_schema::{ObjectName, Severity};

use crate::context::{BodyForm, GraphContext, Step};
use crate::operations::{created_table, needed_tables};
use crate::words::{count, list};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "empty-baseline",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "The first revision does nothing, but later ones need tables that none of them creates",
    enabled: true,
    docs: include_str!("empty_baseline.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let graph = context.graph;
    let body = |index: usize| context.facts_of(index).map(|facts| &facts.upgrade);
    let empty = graph
        .bases()
        .iter()
        .copied()
        .find(|base| body(*base).is_some_and(|body| body.form == BodyForm::Empty));
    let Some(baseline) = empty else { return };
    // If something could not be told, it may be what creates the tables.
    if graph.order().iter().any(|index| body(*index).is_none_or(|body| is_partly_unknown(body.form.clone())))
    {
        return;
    }
    let steps = graph.order().iter().filter_map(|index| body(*index)).flat_map(|body| &body.steps);
    let missing = needed_but_never_created(steps);
    if missing.is_empty() {
        return;
    }
    let names: Vec<String> = missing.keys().map(ToString::to_string).collect();
    let mut finding = RULE
        .finding(format!(
            "`{}` is an empty baseline: later revisions need {} that no revision creates: {}",
            graph.id(baseline),
            count(names.len(), "table"),
            list(&names, 6)
        ))
        .at(body(baseline).and_then(|body| body.origin.location()).or_else(|| context.id_location(baseline)))
        .about(context.object(baseline))
        .evidence("tables", names.clone())
        .help("let it create what the database had when it was written: `trueup baseline` writes it from a database");
    for (table, step) in missing.iter().take(6) {
        finding = finding.related(step.origin.location(), format!("`{table}` is needed here"));
    }
    // Without its place in the chain it is no beginning.
    let explained_by = vec![Cause::order(graph.id(baseline))];
    report.add(finding, names.into_iter().map(Cause::Table).collect(), explained_by);
}

fn is_partly_unknown(form: BodyForm) -> bool {
    matches!(form, BodyForm::Unknown | BodyForm::Partly)
}

/// Returns tables that a step needs and no step before has created, with the first step that needs each.
fn needed_but_never_created<'a>(steps: impl Iterator<Item = &'a Step>) -> BTreeMap<ObjectName, &'a Step> {
    let mut created: Vec<&ObjectName> = Vec::new();
    let mut missing = BTreeMap::new();
    for step in steps {
        for table in needed_tables(&step.operation) {
            if !created.contains(&table) && !missing.contains_key(table) {
                missing.insert(table.clone(), step);
            }
        }
        created.extend(created_table(&step.operation));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::context::{Body, BodyForm, GraphContext, RevisionFacts};
    use crate::testing::{add_column, create_table, findings, graph, revision, table, upgrades};
    use crate::{Check, Report};

    fn found(facts: &[RevisionFacts]) -> Vec<trueup_schema::Diagnostic> {
        let graph = graph(vec![revision("a", &[]), revision("b", &["a"])]);
        let context = GraphContext { facts, ..GraphContext::new(&graph) };
        let mut report = Report::new();
        let Check::Graph(check) = RULE.check else { unreachable!("a graph rule") };
        check(&context, &mut report);
        findings(report)
    }

    fn empty() -> RevisionFacts {
        RevisionFacts {
            upgrade: Body { form: BodyForm::Empty, ..Body::default() },
            ..RevisionFacts::default()
        }
    }

    #[test]
    fn needs_tables_nobody_created() {
        let found = found(&[empty(), upgrades(vec![add_column("users", "x")])]);
        assert_eq!(
            found[0].message,
            "`a` is an empty baseline: later revisions need 1 table that no revision creates: `users`"
        );
    }

    #[test]
    fn what_creates_its_tables_is_fine() {
        let steps = vec![create_table(table("users", &["id"])), add_column("users", "x")];
        assert!(found(&[empty(), upgrades(steps)]).is_empty());
    }

    #[test]
    fn an_unknown_revision_may_create_them() {
        let mut unknown = upgrades(vec![add_column("users", "x")]);
        unknown.upgrade.form = BodyForm::Partly;
        assert!(found(&[empty(), unknown]).is_empty());
    }
}
