//! `undecodable-source`: a file that cannot be read as Python.

use trueup_schema::facts::ModuleRole;
use trueup_schema::{Location, ObjectKind, ObjectRef, Severity};

use crate::context::ProjectContext;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "undecodable-source",
    group: Group::Project,
    severity: Severity::Error,
    summary: "A source file cannot be read, so nothing in it is known",
    enabled: true,
    docs: include_str!("undecodable_source.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    for module in &context.facts.modules {
        // Only the first problem: what a parser says after it is guessing.
        let Some((problem, location)) = module.problems.first() else { continue };
        let severity = if module.role == ModuleRole::Test { Severity::Warning } else { RULE.severity };
        let finding = RULE
            .finding_as(severity, format!("`{}` cannot be read: {problem}", module.path))
            .at(location.clone().or_else(|| Some(Location::file(module.path.clone()))))
            .about(ObjectRef::new(ObjectKind::Module, module.name.as_str()))
            .help("mend the file; what it declares is unknown until then");
        // For a revision, `unloadable-revision` says the same.
        report.add(
            finding,
            vec![Cause::Module(module.name.clone())],
            vec![Cause::Revision(module.path.to_string())],
        );
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;

    use super::RULE;
    use crate::testing::{module, project_findings};

    #[test]
    fn the_first_problem_of_a_file() {
        let mut broken = module("app.a");
        broken.problems = vec![("unexpected indent".to_owned(), None), ("unexpected end".to_owned(), None)];
        let facts = ProjectFacts { modules: vec![broken, module("app.b")], ..ProjectFacts::default() };
        let found = project_findings(&RULE, &facts);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`app/a.py` cannot be read: unexpected indent");
    }
}
