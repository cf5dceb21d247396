//! Which crate may use which: edges inside the workspace, packages confined to one crate, the budget.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Problem, Settings};

/// The part of `cargo metadata --no-deps` that matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build` or nothing.
    kind: Option<String>,
    /// Set for crates of the workspace.
    path: Option<String>,
}

impl Dependency {
    fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

pub(super) fn check(metadata: &Metadata, settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    for package in &metadata.packages {
        edges(package, settings, &mut problems);
        confinement(package, settings, &mut problems);
    }
    for name in settings.edges.keys() {
        if !metadata.packages.iter().any(|package| package.name == *name) {
            problems.push(Problem::file(
                "xtask/tidy.toml",
                format!("[edges] names `{name}`, which does not exist"),
            ));
        }
    }
    budget(metadata, settings, &mut problems);
    problems
}

fn edges(package: &Package, settings: &Settings, problems: &mut Vec<Problem>) {
    let Some(allowed) = settings.edges.get(&package.name) else {
        let message = format!("the crate `{}` has no line in [edges]", package.name);
        problems.push(Problem::file("xtask/tidy.toml", message));
        return;
    };
    for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
        // Tests may use the testkit everywhere, and what [test_edges] grants.
        let granted =
            settings.test_edges.get(&package.name).is_some_and(|names| names.contains(&dependency.name));
        let is_test_edge = dependency.is_for_tests() && (dependency.name == "trueup-testkit" || granted);
        if !is_test_edge && !allowed.contains(&dependency.name) {
            let message = format!(
                "`{}` may not depend on `{}`; the allowed edges are in xtask/tidy.toml",
                package.name, dependency.name
            );
            problems.push(Problem::file(manifest(package), message));
        }
    }
}

fn confinement(package: &Package, settings: &Settings, problems: &mut Vec<Problem>) {
    for dependency in package.dependencies.iter().filter(|dependency| !dependency.is_for_tests()) {
        let Some(owners) = settings.only_in.get(&dependency.name) else { continue };
        if !owners.contains(&package.name) {
            let message = format!("`{}` is used only in {}", dependency.name, owners.join(" and "));
            problems.push(Problem::file(manifest(package), message));
        }
    }
}

fn budget(metadata: &Metadata, settings: &Settings, problems: &mut Vec<Problem>) {
    let direct: BTreeSet<&str> = metadata
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.path.is_none() && !dependency.is_for_tests())
        .map(|dependency| dependency.name.as_str())
        .collect();
    if direct.len() > settings.dependency_budget {
        let message = format!(
            "{} direct dependencies exceed the budget of {}; replace one or argue for a larger budget",
            direct.len(),
            settings.dependency_budget
        );
        problems.push(Problem::file("Cargo.toml", message));
    }
}

fn manifest(package: &Package) -> String {
    if package.name == "xtask" {
        "xtask/Cargo.toml".to_owned()
    } else {
        format!("crates/{}/Cargo.toml", package.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Metadata, check};
    use crate::tidy::Settings;

    fn messages(metadata: &str, budget: usize) -> Vec<String> {
        let metadata: Metadata = serde_json::from_str(metadata).expect("the test's metadata is JSON");
        let settings = Settings {
            dependency_budget: budget,
            edges: [("low".to_owned(), vec![]), ("high".to_owned(), vec!["low".to_owned()])].into(),
            only_in: [("driver".to_owned(), vec!["low".to_owned()])].into(),
            ..Settings::default()
        };
        check(&metadata, &settings).into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn allowed_edges_are_silent() {
        let metadata = r#"{"packages": [
            {"name": "low", "dependencies": [{"name": "driver", "kind": null, "path": null}]},
            {"name": "high", "dependencies": [
                {"name": "low", "kind": null, "path": "x"},
                {"name": "driver", "kind": "dev", "path": null},
                {"name": "trueup-testkit", "kind": "dev", "path": "x"}]}]}"#;
        assert_eq!(messages(metadata, 1), [""; 0]);
    }

    #[test]
    fn upward_edges_confined_packages_and_the_budget_are_reported() {
        let metadata = r#"{"packages": [
            {"name": "low", "dependencies": [{"name": "high", "kind": null, "path": "x"}]},
            {"name": "high", "dependencies": [{"name": "driver", "kind": null, "path": null}]}]}"#;
        let found = messages(metadata, 0);
        assert!(found[0].contains("`low` may not depend on `high`"), "{found:?}");
        assert!(found[1].contains("`driver` is used only in low"), "{found:?}");
        assert!(found[2].contains("1 direct dependencies exceed the budget of 0"), "{found:?}");
    }

    #[test]
    fn a_new_crate_needs_a_line() {
        let found = messages(r#"{"packages": [{"name": "new", "dependencies": []}]}"#, 0);
        assert!(
            found.iter().any(|message| message.contains("the crate `new` has no line in [edges]")),
            "{found:?}"
        );
    }
}
