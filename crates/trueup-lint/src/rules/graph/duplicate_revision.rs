//! `duplicate-revision`: two revisions that do exactly the same.

use std::collections::HashMap;

use trueup_schema::{Operation, Severity};

use crate::context::{BodyForm, GraphContext, Step};
use crate::operations::{created_table, needed_tables};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-revision",
    group: Group::Graph,
    severity: Severity::Error,
    summary: "Two revisions do the same operations, so the second one cannot apply",
    enabled: true,
    docs: include_str!("duplicate_revision.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let graph = context.graph;
    let mut seen: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (position, &index) in graph.order().iter().enumerate() {
        let Some(steps) = steps_of(context, index) else { continue };
        let earlier = seen.entry(steps.iter().map(|step| label(&step.operation)).collect()).or_default();
        let twin = earlier.iter().copied().find(|earlier| {
            let others = &graph.order()[*earlier..];
            steps_of(context, others[0]).is_some_and(|other| same(other, steps))
                && !undone_between(context, &others[1..position - *earlier], steps)
        });
        earlier.push(position);
        let Some(twin) = twin.map(|twin| graph.order()[twin]) else { continue };
        let finding = RULE
            .finding(format!(
                "`{}` does the same as `{}`: {}",
                graph.id(index),
                graph.id(twin),
                label(&steps[0].operation)
            ))
            .at(context.facts_of(index).and_then(|facts| facts.upgrade.origin.location()).or(context.id_location(index)))
            .about(context.object(index))
            .related(context.id_location(twin), format!("`{}` is here", graph.id(twin)))
            .evidence("twin", graph.id(twin))
            .evidence("operations", steps.len())
            .help("remove the second one and let what follows it follow the first, if no database has applied it");
        // What fails because the objects exist already fails for this reason.
        report.push_cause(finding, vec![Cause::Revision(graph.revisions()[index].path.to_string())]);
    }
}

/// Returns the operations of an upgrade that is known whole and creates something.
fn steps_of<'a>(context: &GraphContext<'a>, index: usize) -> Option<&'a [Step]> {
    let body = &context.facts_of(index)?.upgrade;
    let creates = |step: &Step| {
        matches!(
            step.operation,
            Operation::CreateTable(_)
                | Operation::AddColumn(_)
                | Operation::CreateIndex(_)
                | Operation::AddConstraint(_)
                | Operation::CreateEnum(_)
                | Operation::CreateView(_)
        )
    };
    let conditional = |step: &Step| match &step.operation {
        Operation::CreateTable(op) => op.if_not_exists,
        Operation::CreateIndex(op) => op.if_not_exists,
        Operation::AddColumn(op) => op.if_not_exists,
        _ => false,
    };
    let relevant =
        body.form == BodyForm::Steps && body.steps.iter().any(creates) && !body.steps.iter().any(conditional);
    relevant.then_some(&body.steps[..])
}

fn same(left: &[Step], right: &[Step]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.operation == right.operation)
}

/// Tells whether a revision in between drops or renames something on the same tables, so that doing it again is right.
fn undone_between(context: &GraphContext<'_>, between: &[usize], steps: &[Step]) -> bool {
    let tables: Vec<_> = steps
        .iter()
        .flat_map(|step| created_table(&step.operation).into_iter().chain(needed_tables(&step.operation)))
        .collect();
    between.iter().any(|index| {
        let Some(body) = context.facts_of(*index).map(|facts| &facts.upgrade) else { return true };
        let unknown = matches!(body.form, BodyForm::Unknown | BodyForm::Partly);
        unknown
            || body.steps.iter().any(|step| match &step.operation {
                Operation::DropIndex(op) => op.table.as_ref().is_none_or(|table| tables.contains(&table)),
                Operation::Opaque(_) | Operation::DropType(_) | Operation::DropView(_) => true,
                Operation::DropTable(op) => tables.contains(&&op.table),
                Operation::DropColumn(op) => tables.contains(&&op.table),
                Operation::DropConstraint(op) => tables.contains(&&op.table),
                Operation::RenameTable(op) => tables.contains(&&op.table),
                Operation::RenameColumn(op) => tables.contains(&&op.table),
                Operation::RenameIndex(_) | Operation::RenameConstraint(_) => true,
                _ => false,
            })
    })
}

/// Returns an operation in a few words; also what twins are looked up by.
fn label(operation: &Operation) -> String {
    match operation {
        Operation::CreateTable(op) => format!("creates table `{}`", op.table.name),
        Operation::AddColumn(op) => format!("adds column `{}.{}`", op.table, op.column.name),
        Operation::CreateIndex(op) => format!("creates index `{}`", op.index.name),
        Operation::CreateEnum(op) => format!("creates enum `{}`", op.enum_type.name),
        other => {
            let table =
                needed_tables(other).first().map(|table| format!(" on `{table}`")).unwrap_or_default();
            format!("{}{table}", other.name().replace('_', " "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::context::GraphContext;
    use crate::testing::{add_column, create_table, drop_table, findings, graph, revision, table, upgrades};
    use crate::{Check, Report};

    fn found(facts: &[crate::context::RevisionFacts]) -> Vec<trueup_schema::Diagnostic> {
        let graph = graph(vec![revision("a", &[]), revision("b", &["a"]), revision("c", &["b"])]);
        let context = GraphContext { facts, ..GraphContext::new(&graph) };
        let mut report = Report::new();
        let Check::Graph(check) = RULE.check else { unreachable!("a graph rule") };
        check(&context, &mut report);
        findings(report)
    }

    #[test]
    fn the_same_operations_twice() {
        let create = create_table(table("t", &["id"]));
        let facts =
            [upgrades(vec![create.clone()]), upgrades(vec![add_column("t", "x")]), upgrades(vec![create])];
        let found = found(&facts);
        assert_eq!(found[0].message, "`c` does the same as `a`: creates table `t`");
    }

    #[test]
    fn dropped_in_between_it_is_no_duplicate() {
        let create = create_table(table("t", &["id"]));
        let facts = [upgrades(vec![create.clone()]), upgrades(vec![drop_table("t")]), upgrades(vec![create])];
        assert!(found(&facts).is_empty());
    }

    #[test]
    fn other_columns_are_no_duplicate() {
        let facts = [
            upgrades(vec![create_table(table("t", &["id"]))]),
            upgrades(vec![add_column("t", "x")]),
            upgrades(vec![add_column("t", "y")]),
        ];
        assert!(found(&facts).is_empty());
    }
}
