//! `unnamed-constraint-drop`: a constraint that is to be dropped without saying which.

use trueup_schema::{ObjectKind, ObjectRef, Operation, Severity};

use crate::context::OperationContext;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unnamed-constraint-drop",
    group: Group::Replay,
    severity: Severity::Error,
    summary: "A constraint without a name is dropped, which always fails",
    enabled: true,
    docs: include_str!("unnamed_constraint_drop.md"),
    check: Check::Operation(check),
};

fn check(context: &OperationContext<'_>, report: &mut Report) {
    let Operation::DropConstraint(op) = context.operation else { return };
    if !is_unnamed(op)
        || (!context.dialect.names_constraints() && !context.step.unnamed && !op.columns.is_empty())
    {
        return;
    }
    let table = context.before.table(&op.table);
    let candidates: Vec<&str> = table
        .into_iter()
        .flat_map(|table| {
            let keys = table.foreign_keys.iter().filter_map(|key| key.name.as_deref());
            keys.chain(table.uniques.iter().filter_map(|unique| unique.name.as_deref()))
        })
        .collect();
    // A downgrade that fails is found out when it is too late, but an upgrade fails at once.
    let (severity, place) =
        if context.in_upgrade { (RULE.severity, "") } else { (Severity::Warning, "the downgrade ") };
    let finding = RULE
        .finding_as(
            severity,
            format!("{place}drops a constraint of `{}` without naming it", op.table).trim_start().to_owned(),
        )
        .at(context.location())
        .about(ObjectRef::new(ObjectKind::Table, op.table.to_string()))
        .help(match candidates[..] {
            [only] => format!("its only such constraint is `{only}`: write that name"),
            _ => "name the constraint where it is created, and here; or set a naming_convention".to_owned(),
        });
    let path = context.location().map(|location| location.path.to_string()).unwrap_or_default();
    report.push_cause(finding, vec![Cause::Once(RULE.name, path)]);
}

/// Tells whether a drop says which constraint it means; `op.drop_constraint("", "users")` does not.
pub(super) fn is_unnamed(op: &trueup_schema::ops::DropConstraint) -> bool {
    op.name.as_deref().unwrap_or_default().is_empty()
}

#[cfg(test)]
mod tests {
    use trueup_schema::Operation;
    use trueup_schema::ops::DropConstraint;

    use super::RULE;
    use crate::testing::{foreign_key, operation_findings, schema, table};

    fn drop(name: Option<&str>) -> Operation {
        let op = DropConstraint {
            table: "t".into(),
            name: name.map(str::to_owned),
            kind: None,
            columns: Vec::new(),
            if_exists: false,
            cascade: false,
        };
        op.into()
    }

    #[test]
    fn no_name_fails() {
        let mut t = table("t", &["id", "a_id"]);
        t.foreign_keys = vec![foreign_key(&["a_id"], "a", &["id"])];
        let found = operation_findings(&RULE, &[drop(None)], &schema(vec![t]));
        assert_eq!(found[0].message, "drops a constraint of `t` without naming it");
        assert_eq!(
            found[0].help.as_deref(),
            Some("its only such constraint is `a_id_fkey`: write that name")
        );
    }

    #[test]
    fn a_name_is_fine() {
        assert!(operation_findings(&RULE, &[drop(Some("x"))], &schema(vec![])).is_empty());
    }
}
