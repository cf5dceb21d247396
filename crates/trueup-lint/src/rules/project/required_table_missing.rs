//! `required-table-missing`: a table that code uses and nothing creates.

use trueup_schema::{ObjectKind, ObjectName, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::{Living, nearest};
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "required-table-missing",
    group: Group::Project,
    severity: Severity::Error,
    summary: "Code or SQL uses a table that neither a model nor a revision creates",
    enabled: true,
    docs: include_str!("required_table_missing.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let schemas: Vec<_> = context.models.into_iter().chain(context.revisions).collect();
    if schemas.is_empty() {
        return;
    }
    let living = Living::new(context.facts);
    let exists = |name: &ObjectName| {
        schemas.iter().any(|schema| schema.tables.contains_key(name) || schema.views.contains_key(name))
            || context.facts.tables.iter().any(|table| table.name == *name)
    };
    let known: Vec<String> =
        schemas.iter().flat_map(|schema| schema.tables.keys()).map(|name| name.name.clone()).collect();
    for required in context.required_tables {
        let name = &required.name;
        if exists(name) || is_the_servers_own(name) || name.name == context.version_table {
            continue;
        }
        if !living.has(Some(&required.location)) {
            continue;
        }
        let near = nearest(&name.name, known.iter().map(String::as_str));
        let finding = RULE
            .finding(format!("nothing creates table `{name}`, which is used in `{}`", required.text))
            .at(Some(required.location.clone()))
            .about(ObjectRef::new(ObjectKind::Table, name.to_string()))
            .help(near.map_or_else(
                || "create it in a revision, or name the database it is in".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ));
        report.push_once_unless(finding, name.to_string(), vec![Cause::Table(name.to_string())]);
    }
}

fn is_the_servers_own(name: &ObjectName) -> bool {
    let namespace = name.namespace.as_deref().unwrap_or("");
    matches!(namespace, "information_schema" | "pg_catalog" | "pg_temp")
        || name.name.starts_with("pg_")
        || name.name.starts_with("sqlite_")
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;
    use trueup_schema::{Location, Span};

    use super::RULE;
    use crate::context::RequiredTable;
    use crate::testing::{project_context, run_project, schema, table};

    fn found(names: &[&str]) -> Vec<trueup_schema::Diagnostic> {
        let required: Vec<RequiredTable> = names
            .iter()
            .enumerate()
            .map(|(at, name)| RequiredTable {
                name: (*name).into(),
                location: Location::at("app/jobs.py", Span::new(at as u32, at as u32 + 1)),
                text: format!("INSERT INTO {name}"),
            })
            .collect();
        let (revisions, facts) = (schema(vec![table("jobs", &["id"])]), ProjectFacts::default());
        let mut context = project_context(&facts);
        context.revisions = Some(&revisions);
        context.required_tables = &required;
        run_project(&RULE, &context)
    }

    #[test]
    fn a_table_nobody_creates_is_told_once() {
        let found = found(&["sagas", "sagas"]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "nothing creates table `sagas`, which is used in `INSERT INTO sagas`");
    }

    #[test]
    fn known_tables_and_the_catalog_are_fine() {
        assert!(found(&["jobs", "pg_stat_activity", "alembic_version"]).is_empty());
    }
}
