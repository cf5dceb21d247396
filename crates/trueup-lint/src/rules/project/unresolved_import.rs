//! `unresolved-import`: an import of a module or name that the project does not have.

use std::collections::BTreeMap;

use trueup_schema::facts::{ImportFacts, ImportResolution, ModuleFacts, ModuleRole};
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::{nearest, shadowed_paths};
use crate::words::count;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unresolved-import",
    group: Group::Project,
    severity: Severity::Error,
    summary: "An import names a module of the project that does not exist, or a name that the module does not have",
    enabled: true,
    docs: include_str!("unresolved_import.md"),
    check: Check::Project(check),
};

/// The importing module with its import.
type Place<'a> = (&'a ModuleFacts, &'a ImportFacts);

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let shadowed = shadowed_paths(facts);
    let mut missing_modules: BTreeMap<&str, Vec<Place<'_>>> = BTreeMap::new();
    let mut missing_names: BTreeMap<(&str, &str), Vec<Place<'_>>> = BTreeMap::new();
    for module in facts.modules.iter().filter(|module| !shadowed.contains(module.path.as_ref())) {
        // What is only for type checkers, or provided for by `try`, does not fail.
        for import in module.imports.iter().filter(|import| !import.type_checking && !import.guarded) {
            match (&import.resolution, import.name.as_deref()) {
                (ImportResolution::MissingModule, _) => {
                    missing_modules.entry(&import.module).or_default().push((module, import));
                }
                (ImportResolution::MissingName(_), Some(name)) => {
                    missing_names.entry((&import.module, name)).or_default().push((module, import));
                }
                _ => {}
            }
        }
    }
    for (missing, places) in missing_modules {
        let near = nearest(missing, facts.modules.iter().map(|module| module.name.as_str()));
        let help = near.map_or_else(
            || format!("add `{}`, or remove the import", file_of(missing)),
            |near| format!("did you mean `{near}`?"),
        );
        report_places(report, &format!("module `{missing}` does not exist"), missing, &places, help);
    }
    for ((module, name), places) in missing_names {
        let ImportResolution::MissingName(similar) = &places[0].1.resolution else { continue };
        let near = nearest(name, similar.iter().map(String::as_str)).or(similar.first().map(String::as_str));
        let help = near.map_or_else(
            || format!("define `{name}` in `{module}`, or import it from where it is"),
            |near| format!("did you mean `{near}`?"),
        );
        report_places(report, &format!("module `{module}` has no `{name}`"), module, &places, help);
    }
}

fn report_places(report: &mut Report, fact: &str, module: &str, places: &[Place<'_>], help: String) {
    // The place that env.py runs into is the one that hurts first.
    let rank =
        |place: &&Place<'_>| (!place.0.reached_from_env, place.1.deferred, place.0.role == ModuleRole::Test);
    let Some(first) = places.iter().min_by_key(rank) else { return };
    let harmless = places.iter().all(|(module, import)| import.deferred || module.role == ModuleRole::Test);
    let severity = if harmless { Severity::Warning } else { RULE.severity };
    let effect = match (first.0.reached_from_env, places.len()) {
        (true, _) => ", so env.py cannot be imported",
        (false, _) => "",
    };
    let mut finding = RULE
        .finding_as(severity, format!("{fact}{effect}"))
        .at(Some(first.1.location.clone()))
        .about(ObjectRef::new(ObjectKind::Module, module))
        .evidence("imports", places.len())
        .help(help);
    for place in places.iter().filter(|place| !std::ptr::eq(place.1, first.1)).take(10) {
        finding = finding.related(Some(place.1.location.clone()), format!("`{}`", place.1.text));
    }
    if places.len() > 11 {
        finding = finding.evidence("not_listed", count(places.len() - 11, "import"));
    }
    let mut explains = vec![Cause::Module(module.to_owned())];
    explains.extend(places.iter().filter_map(|(_, import)| import.name.clone()).map(Cause::Class));
    report.push_cause(finding, explains);
}

/// Returns the file that would be the module.
fn file_of(module: &str) -> String {
    format!("{}.py", module.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::{ImportResolution, ProjectFacts};

    use super::RULE;
    use crate::testing::{import, module, project_findings};

    fn facts(resolution: ImportResolution) -> ProjectFacts {
        let mut init = module("app.models");
        init.imports = vec![
            import("app.models.rating", "Rating", resolution.clone()),
            import("app.models.rating", "Other", resolution),
        ];
        ProjectFacts { modules: vec![init], ..ProjectFacts::default() }
    }

    #[test]
    fn a_missing_module_is_one_finding_for_all_places() {
        let found = project_findings(&RULE, &facts(ImportResolution::MissingModule));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "module `app.models.rating` does not exist, so env.py cannot be imported"
        );
        assert_eq!(found[0].help.as_deref(), Some("add `app/models/rating.py`, or remove the import"));
    }

    #[test]
    fn a_missing_name_suggests_a_near_one() {
        let found =
            project_findings(&RULE, &facts(ImportResolution::MissingName(vec!["Ratings".to_owned()])));
        assert_eq!(
            found[1].message,
            "module `app.models.rating` has no `Rating`, so env.py cannot be imported"
        );
        assert_eq!(found[1].help.as_deref(), Some("did you mean `Ratings`?"));
    }

    #[test]
    fn what_is_found_or_provided_for_is_fine() {
        assert!(project_findings(&RULE, &facts(ImportResolution::Project)).is_empty());
        let mut guarded = facts(ImportResolution::MissingModule);
        for import in &mut guarded.modules[0].imports {
            import.guarded = true;
        }
        assert!(project_findings(&RULE, &guarded).is_empty());
    }
}
