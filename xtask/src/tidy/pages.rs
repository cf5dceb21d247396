//! Pages that must exist beside code: one per rule and per operation, and well-named changelog fragments.

use std::path::Path;

use trueup_testkit::intent::intents;
use trueup_testkit::scenario::{Scenario, Section};

use super::{Problem, Tree};

/// Where rules live: `<group>/<rule>.rs` and `<group>/<rule>.md`.
pub(crate) const RULES: &str = "crates/trueup-lint/src/rules/";
/// The list of all rules.
pub(crate) const RULE_LIST: &str = "crates/trueup-lint/src/rules.rs";
/// Where operations live: `<operation>.rs`.
pub(crate) const OPERATIONS: &str = "crates/trueup-schema/src/ops/";
/// Where the operations' pages live: `<operation>.md`.
pub(crate) const OPERATION_PAGES: &str = "crates/trueup-schema/tests/ops/";
/// Where the descriptions of libraries live, and the list that must name each.
pub(super) const LIBRARIES: &str = "crates/trueup-alembic/src/libraries/";
const LIBRARY_LIST: &str = "crates/trueup-alembic/src/libraries.rs";
/// Kinds of changelog fragments, in the order of CHANGELOG.md.
const CHANGE_KINDS: [&str; 5] = ["added", "changed", "fixed", "removed", "security"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    rules(tree, &mut problems);
    if tree.has_folder(OPERATION_PAGES) {
        operations(tree, &mut problems);
    }
    libraries(tree, &mut problems);
    changes(tree, &mut problems);
    problems
}

fn rules(tree: &Tree, problems: &mut Vec<Problem>) {
    for (path, text) in tree.rust_files().filter(|(path, _)| path.starts_with(RULES)) {
        let stem = stem(path);
        if !defines_rule(path, text) {
            continue;
        }
        match tree.files.get(&path.replace(".rs", ".md")) {
            None => problems.push(Problem::file(path, "has no page; write it beside the rule as `.md`")),
            Some(page) => examples(&path.replace(".rs", ".md"), page, problems),
        }
        if !is_listed(tree, stem) {
            problems.push(Problem::file(path, format!("`{stem}` is in no list of rules")));
        }
    }
    for path in tree.files.keys().filter(|path| path.starts_with(RULES)) {
        let rule = path.strip_suffix(".md").map(|stem| format!("{stem}.rs"));
        if rule.is_some_and(|rule| !tree.files.contains_key(&rule)) {
            problems.push(Problem::file(path, "is the page of a rule that does not exist"));
        }
    }
}

/// A file of a group that is not the group itself and declares a rule.
fn defines_rule(path: &str, text: &str) -> bool {
    let is_in_group = path[RULES.len()..].contains('/');
    is_in_group && stem(path) != "mod" && text.contains("RULE: ")
}

fn is_listed(tree: &Tree, stem: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    tree.files.get(RULE_LIST).is_some_and(|list| list.split(|c| !is_letter(c)).any(|word| word == stem))
}

/// A page shows the rule firing at least once, and silent at least once where one might expect it to fire.
fn examples(path: &str, page: &str, problems: &mut Vec<Problem>) {
    let name = stem(path).replace('_', "-");
    let scenario = Scenario::parse(page);
    let verdicts: Vec<bool> = scenario.sections.iter().filter_map(|section| fires(section, &name)).collect();
    for (kind, fires) in [("firing", true), ("silent", false)] {
        if !verdicts.contains(&fires) {
            problems.push(Problem::file(path, format!("has no {kind} example")));
        }
    }
}

/// Whether a section's example expects the rule; `None` when the section is no example.
fn fires(section: &Section, rule: &str) -> Option<bool> {
    section.files().next()?;
    // The line may also be in a block that stands for a database.
    let marks_rule =
        |text: &str| intents(text).is_ok_and(|found| found.iter().any(|intent| intent.rule == rule));
    Some(section.blocks.iter().any(|block| marks_rule(&block.text)))
}

fn operations(tree: &Tree, problems: &mut Vec<Problem>) {
    for (path, text) in tree.rust_files().filter(|(path, _)| path.starts_with(OPERATIONS)) {
        let page = format!("{OPERATION_PAGES}{}.md", stem(path));
        if text.contains("impl Op for ") && !tree.files.contains_key(&page) {
            problems.push(Problem::file(path, format!("has no page; write `{page}`")));
        }
    }
}

fn libraries(tree: &Tree, problems: &mut Vec<Problem>) {
    let list = tree.files.get(LIBRARY_LIST).map_or("", String::as_str);
    for path in tree.files.keys() {
        let Some(module) = path.strip_prefix(LIBRARIES) else { continue };
        if !list.contains(&format!("libraries/{module}\"")) {
            problems.push(Problem::file(path, format!("is not in the list of {LIBRARY_LIST}")));
        }
    }
}

fn changes(tree: &Tree, problems: &mut Vec<Problem>) {
    for path in tree.files.keys().filter(|path| path.starts_with("changes/") && *path != "changes/README.md")
    {
        let name = path["changes/".len()..].strip_suffix(".md").unwrap_or_default();
        let is_valid = name.split_once('.').is_some_and(|(slug, kind)| {
            let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !slug.is_empty() && slug.chars().all(is_slug) && CHANGE_KINDS.contains(&kind)
        });
        if !is_valid {
            let kinds = CHANGE_KINDS.join("|");
            problems.push(Problem::file(path, format!("a fragment is named `<slug>.<{kinds}>.md`")));
        }
    }
}

fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree;

    const FIRING: &str = "# r\n## Example\n```py file=a.py\nx = 1  # error: [some-rule]\n```\n";
    const SILENT: &str = "## Use instead\n```py file=a.py\nx = 2\n```\n";

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&tree(files)).into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn a_rule_with_page_and_entry_is_silent() {
        let page = format!("{FIRING}{SILENT}");
        let files = [
            ("crates/trueup-lint/src/rules.rs", "rules! { graph { some_rule } }"),
            ("crates/trueup-lint/src/rules/graph/some_rule.rs", "pub const RULE: Rule = …;"),
            ("crates/trueup-lint/src/rules/graph/some_rule.md", &page),
        ];
        assert_eq!(found(&files), [""; 0]);
    }

    #[test]
    fn a_rule_without_page_or_entry_is_reported() {
        let problems = found(&[
            ("crates/trueup-lint/src/rules.rs", "rules! { graph { some_rule_too } }"),
            ("crates/trueup-lint/src/rules/graph/some_rule.rs", "pub const RULE: Rule = …;"),
        ]);
        assert!(problems[0].contains("has no page"), "{problems:?}");
        assert!(problems[1].contains("in no list"), "{problems:?}");
    }

    #[test]
    fn a_page_shows_both_sides() {
        let problems = found(&[
            ("crates/trueup-lint/src/rules.rs", "rules! { graph { some_rule } }"),
            ("crates/trueup-lint/src/rules/graph/some_rule.rs", "pub const RULE: Rule = …;"),
            ("crates/trueup-lint/src/rules/graph/some_rule.md", FIRING),
            ("crates/trueup-lint/src/rules/graph/zero.md", SILENT),
        ]);
        assert!(problems[0].contains("no silent example"), "{problems:?}");
        assert!(problems[1].contains("a rule that does not exist"), "{problems:?}");
    }

    #[test]
    fn an_operation_has_a_page() {
        let problems = found(&[
            ("crates/trueup-schema/src/ops/add.rs", "impl Op for Add {}"),
            ("crates/trueup-schema/src/ops/error.rs", "pub enum Error {}"),
            ("crates/trueup-schema/tests/ops/other.md", ""),
        ]);
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn a_stub_module_is_listed() {
        let list = r#"("a", true, include_str!("libraries/a/__init__.py")),"#;
        let problems = found(&[
            ("crates/trueup-alembic/src/libraries.rs", list),
            ("crates/trueup-alembic/src/libraries/a/__init__.py", ""),
            ("crates/trueup-alembic/src/libraries/a/b.py", ""),
        ]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("crates/trueup-alembic/src/libraries/a/b.py: "), "{problems:?}");
    }

    #[test]
    fn fragments_have_a_slug_and_a_kind() {
        assert_eq!(found(&[("changes/check-graph.added.md", ""), ("changes/README.md", "")]), [""; 0]);
        assert_eq!(found(&[("changes/Check.added.md", ""), ("changes/x.new.md", "")]).len(), 2);
    }
}
