//! `base-import-style`: the same base class imported from different modules.

use std::collections::BTreeMap;

use trueup_schema::facts::{ImportFacts, ImportResolution, ModuleFacts};
use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::project::Living;
use crate::words::count;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "base-import-style",
    group: Group::Project,
    severity: Severity::Info,
    summary: "Models import their base class from different modules",
    enabled: true,
    docs: include_str!("base_import_style.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let facts = context.facts;
    let living = Living::new(facts);
    for (index, registry) in facts.registries.iter().enumerate() {
        let Some(owner) = registry.label.strip_suffix(".metadata") else { continue };
        let base = owner.rsplit('.').next().unwrap_or(owner);
        let mut ways: BTreeMap<&str, Vec<(&ModuleFacts, &ImportFacts)>> = BTreeMap::new();
        for module in &facts.modules {
            // Only modules whose classes really belong to this registry: another base of the same name is another matter.
            let belongs = facts.classes.iter().any(|class| {
                class.module == module.name
                    && class.registry == Some(index)
                    && living.has(class.location.as_ref())
            });
            let import = module.imports.iter().find(|import| {
                import.name.as_deref() == Some(base) && import.resolution == ImportResolution::Project
            });
            if let (true, Some(import)) = (belongs, import) {
                ways.entry(&import.module).or_default().push((module, import));
            }
        }
        let Some((&usual, places)) =
            ways.iter().max_by_key(|(module, places)| (places.len(), owner == format!("{module}.{base}")))
        else {
            continue;
        };
        let usual_count = places.len();
        for (way, places) in ways.iter().filter(|(way, _)| **way != usual) {
            let import = places[0].1;
            let mut finding = RULE
                .finding(format!(
                    "`{}`: {} of `{base}` from `{usual}` elsewhere",
                    import.text,
                    count(usual_count, "import")
                ))
                .at(Some(import.location.clone()))
                .about(ObjectRef::new(ObjectKind::Module, *way))
                .evidence("usual", format!("from {usual} import {base}"))
                .help(format!("write `from {usual} import {base}`"));
            for (_, other) in places.iter().skip(1).take(10) {
                finding = finding.related(Some(other.location.clone()), format!("`{}`", other.text));
            }
            report.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::{ImportResolution, ProjectFacts};

    use super::RULE;
    use crate::testing::{class_facts, import, module, project_findings, registry};

    fn facts(third: &str) -> ProjectFacts {
        let mut modules = Vec::new();
        let mut classes = Vec::new();
        for (name, from) in [("app.a", "app.db.base"), ("app.b", "app.db.base"), ("app.c", third)] {
            let mut one = module(name);
            one.imports = vec![import(from, "Base", ImportResolution::Project)];
            modules.push(one);
            let mut class = class_facts("X", name);
            class.registry = Some(0);
            classes.push(class);
        }
        ProjectFacts {
            modules,
            classes,
            registries: vec![registry("app.db.base.Base.metadata")],
            ..ProjectFacts::default()
        }
    }

    #[test]
    fn the_minority_is_reported() {
        let found = project_findings(&RULE, &facts("app.database"));
        assert_eq!(
            found[0].message,
            "`from app.database import Base`: 2 imports of `Base` from `app.db.base` elsewhere"
        );
    }

    #[test]
    fn one_way_is_fine() {
        assert!(project_findings(&RULE, &facts("app.db.base")).is_empty());
    }
}
