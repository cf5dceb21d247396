//! `unregistered-model`: tables in modules that env.py never imports.

use std::collections::BTreeMap;

use trueup_schema::facts::TableFacts;
use trueup_schema::{Location, ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::words::{count, list};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unregistered-model",
    group: Group::Project,
    severity: Severity::Error,
    summary: "env.py never imports the module of a model, so autogenerate takes its tables for deleted",
    enabled: true,
    docs: include_str!("unregistered_model.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let Some(env) = &facts.env else { return };
    let living = Living::new(facts);
    let tables: Vec<&TableFacts> =
        facts.tables.iter().filter(|table| living.has(table.location.as_ref())).collect();
    if env.target_is_none && !tables.is_empty() {
        let finding = RULE
            .finding(format!(
                "env.py sets `target_metadata` to None, so autogenerate sees none of the {}",
                count(tables.len(), "table")
            ))
            .at(env.target_location.clone().or_else(|| Some(Location::file(env.path.clone()))))
            .about(ObjectRef::new(ObjectKind::Module, env.path.as_ref()))
            .help("set `target_metadata` to the metadata of the models' base class");
        report.push_cause(finding, tables.iter().map(|table| Cause::Table(table.name.to_string())).collect());
        return;
    }
    if env.unknown.is_some() {
        return;
    }
    let mut modules: BTreeMap<&str, Vec<&TableFacts>> = BTreeMap::new();
    for table in tables.iter().filter(|table| !table.reached_from_env) {
        let targets = &facts.target_registries;
        let is_target = |registry: usize| targets.is_empty() || targets.contains(&registry);
        let other_registry = table.registry.is_some_and(|registry| !is_target(registry));
        let also_reached = tables.iter().any(|other| other.reached_from_env && other.name == table.name);
        // Another registry is `multiple-metadata`; a reached twin is `duplicate-table-definition`.
        if !other_registry && !also_reached {
            modules.entry(&table.module).or_default().push(table);
        }
    }
    for (module, tables) in modules {
        report_module(context, module, &tables, report);
    }
}

fn report_module(context: &ProjectContext<'_>, module: &str, tables: &[&TableFacts], report: &mut Report) {
    let names: Vec<String> = tables.iter().map(|table| table.name.to_string()).collect();
    let built = |table: &&&TableFacts| {
        context.revisions.is_some_and(|schema| schema.tables.contains_key(&table.name))
    };
    let dropped: Vec<String> = tables.iter().filter(built).map(|table| table.name.to_string()).collect();
    let effect = if dropped.is_empty() {
        format!("autogenerate does not see {}", list(&names, 6))
    } else {
        format!("autogenerate would drop {}", list(&dropped, 6))
    };
    let mut finding = RULE
        .finding(format!("env.py never imports `{module}`: {effect}"))
        .at(tables[0].location.clone())
        .about(ObjectRef::new(ObjectKind::Module, module))
        .evidence("tables", names.clone())
        .evidence("dropped", dropped)
        .help(format!("import `{module}` in env.py, or in the package that env.py imports"));
    for table in &tables[1..] {
        finding = finding.related(table.location.clone(), format!("table `{}`", table.name));
    }
    let env = context.facts.env.as_ref();
    finding =
        finding.related(env.and_then(|env| env.target_location.clone()), "the metadata that is compared");
    report.add(
        finding,
        names.into_iter().map(Cause::Table).collect(),
        vec![Cause::Module(module.to_owned())],
    );
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{
        env, module, project_context, project_findings, run_project, schema, table, table_facts,
    };

    fn facts(reached: bool) -> ProjectFacts {
        let mut model = table_facts("logs", "app.models.log");
        model.reached_from_env = reached;
        ProjectFacts {
            modules: vec![module("app.models.log")],
            tables: vec![model],
            env: Some(env()),
            ..ProjectFacts::default()
        }
    }

    #[test]
    fn says_what_autogenerate_would_drop() {
        let revisions = schema(vec![table("logs", &["id"])]);
        let facts = facts(false);
        let mut context = project_context(&facts);
        context.revisions = Some(&revisions);
        let found = run_project(&RULE, &context);
        assert_eq!(found[0].message, "env.py never imports `app.models.log`: autogenerate would drop `logs`");
    }

    #[test]
    fn a_table_that_no_revision_builds_is_only_not_seen() {
        let found = project_findings(&RULE, &facts(false));
        assert_eq!(
            found[0].message,
            "env.py never imports `app.models.log`: autogenerate does not see `logs`"
        );
    }

    #[test]
    fn no_metadata_at_all_is_one_finding() {
        let mut facts = facts(false);
        facts.env.as_mut().unwrap().target_is_none = true;
        let found = project_findings(&RULE, &facts);
        assert_eq!(
            found[0].message,
            "env.py sets `target_metadata` to None, so autogenerate sees none of the 1 table"
        );
    }

    #[test]
    fn reached_modules_and_unreadable_environments_are_silent() {
        assert!(project_findings(&RULE, &facts(true)).is_empty());
        let mut unknown = facts(false);
        unknown.env.as_mut().unwrap().unknown = Some("computed".to_owned());
        assert!(project_findings(&RULE, &unknown).is_empty());
    }
}
