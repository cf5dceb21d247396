//! `foreign-key-cycle`: tables that reference each other in a circle.

use std::collections::HashMap;

use trueup_schema::revision::strong_components;
use trueup_schema::{Deferrable, ForeignKey, ObjectKind, ObjectRef, Severity, Table};

use crate::context::ProjectContext;
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "foreign-key-cycle",
    group: Group::Project,
    severity: Severity::Info,
    summary: "Tables reference each other in a circle, so no row can be inserted or deleted first",
    enabled: true,
    docs: include_str!("foreign_key_cycle.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let Some(schema) = context.models.or(context.revisions) else { return };
    let tables: Vec<&Table> = schema.tables.values().map(AsRef::as_ref).collect();
    let position: HashMap<_, usize> =
        tables.iter().enumerate().map(|(index, table)| (&table.name, index)).collect();
    let edges: Vec<Vec<usize>> = tables
        .iter()
        .map(|table| {
            let binding = table.foreign_keys.iter().filter(|key| binds(table, key));
            binding.filter_map(|key| position.get(&key.referenced_table).copied()).collect()
        })
        .collect();
    for mut part in strong_components(&edges).into_iter().filter(|part| part.len() > 1) {
        part.sort_by_key(|index| &tables[*index].name);
        let names: Vec<String> = part.iter().map(|index| tables[*index].name.to_string()).collect();
        let inside = |key: &&ForeignKey| {
            position.get(&key.referenced_table).is_some_and(|target| part.contains(target))
        };
        let mut places = part.iter().flat_map(|index| {
            let table = tables[*index];
            let keys = table.foreign_keys.iter().filter(|key| binds(table, key)).filter(inside);
            keys.map(move |key| (table, key))
        });
        let Some((table, key)) = places.next() else { continue };
        let place = |table: &Table, key: &ForeignKey| {
            let column = key.columns.first().and_then(|column| table.column(column));
            let declared =
                key.origin.location().or_else(|| column.and_then(|column| column.origin.location()));
            declared.or_else(|| table.origin.location())
        };
        let mut finding = RULE
            .finding(format!("{} reference each other in a circle", list(&names, 8)))
            .at(place(table, key))
            .about(ObjectRef::new(ObjectKind::Table, names[0].as_str()))
            .evidence("tables", names.clone())
            .help("make one of the foreign keys DEFERRABLE INITIALLY DEFERRED with use_alter=True and a name, or drop it");
        for (table, key) in places.take(8) {
            let note = format!("`{}` references `{}`", table.name, key.referenced_table);
            finding = finding.related(place(table, key), note);
        }
        report.push(finding);
    }
}

/// Tells whether a foreign key takes part: not to itself, checked at once, and never empty while the row is made.
fn binds(table: &Table, key: &ForeignKey) -> bool {
    key.referenced_table != table.name && key.deferrable == Deferrable::No
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;
    use trueup_schema::{Deferrable, Diagnostic, Table};

    use super::RULE;
    use crate::testing::{foreign_key, project_context, run_project, schema, table};

    fn referencing(name: &str, target: &str) -> Table {
        let mut one = table(name, &["id", "other_id"]);
        one.foreign_keys.push(foreign_key(&["other_id"], target, &["id"]));
        one
    }

    fn found(tables: Vec<Table>) -> Vec<Diagnostic> {
        let (models, facts) = (schema(tables), ProjectFacts::default());
        let mut context = project_context(&facts);
        context.models = Some(&models);
        run_project(&RULE, &context)
    }

    #[test]
    fn two_tables_are_one_finding() {
        let found = found(vec![referencing("crews", "hikers"), referencing("hikers", "crews")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`crews`, `hikers` reference each other in a circle");
    }

    #[test]
    fn itself_and_deferred_are_fine() {
        let mut deferred = referencing("hikers", "crews");
        deferred.foreign_keys[0].deferrable = Deferrable::Deferred;
        assert!(found(vec![referencing("crews", "hikers"), deferred]).is_empty());
        assert!(found(vec![referencing("nodes", "nodes")]).is_empty());
    }
}
