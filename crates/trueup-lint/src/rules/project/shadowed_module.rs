//! `shadowed-module`: a module that a package of the same name hides.

use trueup_schema::facts::ModuleFacts;
use trueup_schema::{Location, ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::words::list;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "shadowed-module",
    group: Group::Project,
    severity: Severity::Warning,
    summary: "A module is never imported, because a package beside it has the same name",
    enabled: true,
    docs: include_str!("shadowed_module.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    for module in facts.modules.iter().filter(|module| !module.is_package) {
        let same = |other: &&ModuleFacts| other.is_package && other.name == module.name;
        let Some(package) = facts.modules.iter().find(same) else { continue };
        let dead: Vec<&str> = facts
            .classes
            .iter()
            .filter(|class| class.location.as_ref().is_some_and(|location| location.path == module.path))
            .map(|class| class.name.as_str())
            .collect();
        let folder = package.path.trim_end_matches("__init__.py");
        let mut message =
            format!("`{}` is never imported: the package `{folder}` has the same name", module.path);
        if !dead.is_empty() {
            message.push_str(&format!(", so {} in it is dead", list(&dead, 6)));
        }
        let finding = RULE
            .finding(message)
            .at(Some(Location::file(module.path.clone())))
            .about(ObjectRef::new(ObjectKind::Module, module.name.as_str()))
            .evidence("classes", dead.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
            .help("move what is still needed into the package and delete the file");
        report.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{module, project_findings};

    #[test]
    fn a_file_beside_its_package() {
        let file = module("app.models");
        let mut package = module("app.models");
        package.is_package = true;
        package.path = "app/models/__init__.py".into();
        let facts = ProjectFacts { modules: vec![file, package], ..ProjectFacts::default() };
        let found = project_findings(&RULE, &facts);
        assert_eq!(
            found[0].message,
            "`app/models.py` is never imported: the package `app/models/` has the same name"
        );
    }

    #[test]
    fn only_a_file_is_fine() {
        let facts = ProjectFacts {
            modules: vec![module("app.models"), module("app.other")],
            ..ProjectFacts::default()
        };
        assert!(project_findings(&RULE, &facts).is_empty());
    }
}
