//! `several-database-configurations`: more than one module opens the database.

use std::collections::BTreeMap;

use trueup_schema::facts::EngineFacts;
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "several-database-configurations",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "Several modules configure a database of their own",
    enabled: true,
    docs: include_str!("several_database_configurations.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let living = Living::new(context.facts);
    let mut modules: BTreeMap<&str, &EngineFacts> = BTreeMap::new();
    for engine in &context.facts.engines {
        let migration = context.facts.env.as_ref().is_some_and(|env| env.path == engine.location.path);
        if living.has(Some(&engine.location)) && !migration {
            modules.entry(&engine.module).or_insert(engine);
        }
    }
    if modules.len() < 2 {
        return;
    }
    let names: Vec<&str> = modules.keys().copied().collect();
    let (reached, others): (Vec<&EngineFacts>, Vec<&EngineFacts>) =
        modules.values().copied().partition(|engine| engine.reached_from_env);
    // The one that env.py does not know of is the odd one.
    let place = others.first().or(reached.get(1)).or(reached.first());
    let Some(place) = place else { return };
    let ending = match &reached[..] {
        [one] => format!("; env.py uses `{}`", one.module),
        _ => String::new(),
    };
    let mut finding = RULE
        .finding(format!("{} modules configure a database: {}{ending}", names.len(), list(&names, 6)))
        .at(Some(place.location.clone()))
        .about(ObjectRef::new(ObjectKind::Module, place.module.as_str()))
        .evidence("modules", names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        .help("keep one module that makes the engine, and import it elsewhere");
    for engine in modules.values().filter(|engine| engine.module != place.module) {
        finding = finding
            .related(Some(engine.location.clone()), format!("`{}` in `{}`", engine.call, engine.module));
    }
    report.push(finding);
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::{EngineFacts, ProjectFacts};
    use trueup_schema::{Location, Span};

    use super::RULE;
    use crate::testing::project_findings;

    fn engine(module: &str, reached: bool) -> EngineFacts {
        EngineFacts {
            call: "create_engine".to_owned(),
            module: module.to_owned(),
            location: Location::at(format!("{}.py", module.replace('.', "/")), Span::new(0, 1)),
            reached_from_env: reached,
        }
    }

    #[test]
    fn two_modules_are_one_finding_at_the_odd_one() {
        let facts = ProjectFacts {
            engines: vec![engine("app.db", true), engine("app.database", false)],
            ..ProjectFacts::default()
        };
        let found = project_findings(&RULE, &facts);
        assert_eq!(
            found[0].message,
            "2 modules configure a database: `app.database`, `app.db`; env.py uses `app.db`"
        );
        assert_eq!(found[0].location.as_ref().unwrap().path.as_ref(), "app/database.py");
    }

    #[test]
    fn two_engines_in_one_module_are_fine() {
        let facts = ProjectFacts {
            engines: vec![engine("app.db", true), engine("app.db", true)],
            ..ProjectFacts::default()
        };
        assert!(project_findings(&RULE, &facts).is_empty());
    }
}
