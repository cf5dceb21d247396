//! `new`: begins a rule, an operation or an audit with all files it needs, and enters it in its list.
//!
//! What is written compiles and fails its page's test, so that it cannot be forgotten half done. Nothing is overwritten.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::tidy::{OPERATION_PAGES, OPERATIONS, RULE_LIST, RULES};

/// The groups of rules: name, what the rule's function looks at (`Check` and its context, if it has a function).
const GROUPS: [(&str, Option<(&str, &str)>); 8] = [
    ("graph", Some(("Graph", "GraphContext"))),
    ("project", Some(("Project", "ProjectContext"))),
    ("replay", Some(("Revision", "RevisionContext"))),
    ("drift", Some(("Drift", "DriftContext"))),
    ("safety", Some(("Operation", "OperationContext"))),
    ("models", Some(("Models", "ModelsContext"))),
    ("audit", None),
    ("query", None),
];

/// Begins a lint rule; the name is in kebab-case and names the problem.
pub fn rule(root: &Path, name: &str, group: &str) -> Result<()> {
    let module = module_name(name)?;
    let Some((_, check)) = GROUPS.iter().find(|(known, _)| *known == group) else {
        bail!("there is no group `{group}`, only {}", GROUPS.map(|(known, _)| known).join(", "));
    };
    let code = match check {
        Some((check, context)) => {
            include_str!("new/rule.rs.txt").replace("{check}", check).replace("{context}", context)
        }
        None => include_str!("new/reported_rule.rs.txt").to_owned(),
    };
    let code = fill(&code.replace("{group}", &type_name(group)), name, &module);
    let page = fill(&include_str!("new/rule.md.txt").replace("{group_name}", group), name, &module);
    let stem = format!("{RULES}{group}/{module}");
    create(root, &[(format!("{stem}.rs"), code), (format!("{stem}.md"), page)])?;
    enter(root, RULE_LIST, &format!("{group}::{module}"), |list| with_rule(list, group, &module))
}

/// Begins an audit: a rule on a live database, which the code that asks the database reports.
pub fn audit(root: &Path, name: &str) -> Result<()> {
    rule(root, name, "audit")
}

/// Begins an operation; the name is as in `op.<name>`, in snake_case.
pub fn operation(root: &Path, name: &str) -> Result<()> {
    let module = module_name(name)?;
    let code = fill(include_str!("new/op.rs.txt"), name, &module);
    let page = fill(include_str!("new/op.md.txt"), name, &module);
    let entry = format!("{module}::{}", type_name(&module));
    let files = [(format!("{OPERATIONS}{module}.rs"), code), (format!("{OPERATION_PAGES}{module}.md"), page)];
    create(root, &files)?;
    enter(root, &format!("{OPERATIONS}mod.rs"), &entry, |list| {
        with_entry(list, "operations! {", &format!("    {entry},"))
    })
}

/// `index-on-primary-key` → `index_on_primary_key`.
fn module_name(name: &str) -> Result<String> {
    let module = name.replace('-', "_");
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !module.starts_with(|c: char| c.is_ascii_lowercase()) || !module.chars().all(is_word) {
        bail!("`{name}` is not a name of lower-case words joined by `-` or `_`");
    }
    Ok(module)
}

/// `rename_index` → `RenameIndex`.
fn type_name(module: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
            .unwrap_or_default()
    };
    module.split('_').map(capitalised).collect()
}

fn fill(template: &str, name: &str, module: &str) -> String {
    template
        .replace("{name}", &name.replace('_', "-"))
        .replace("{module}", module)
        .replace("{type}", &type_name(module))
}

fn create(root: &Path, files: &[(String, String)]) -> Result<()> {
    if let Some((path, _)) = files.iter().find(|(path, _)| root.join(path).exists()) {
        bail!("{path} exists already");
    }
    for (path, text) in files {
        let target = root.join(path);
        let folder = target.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&target, text)?;
        println!("wrote {path}");
    }
    Ok(())
}

fn enter(root: &Path, path: &str, entry: &str, change: impl Fn(&str) -> Option<String>) -> Result<()> {
    let file = root.join(path);
    let text = fs::read_to_string(&file).with_context(|| path.to_owned())?;
    let updated = change(&text).with_context(|| format!("{path} has no list for `{entry}`"))?;
    fs::write(file, updated)?;
    println!("entered `{entry}` in {path}");
    Ok(())
}

/// Adds a rule to its group in `rules! { … }`; a group that has no rule yet is added at the end.
fn with_rule(text: &str, group: &str, module: &str) -> Option<String> {
    let opening = format!("    {group} {{");
    if text.lines().any(|line| line == opening) {
        return with_entry(text, &opening, &format!("        {module},"));
    }
    let (_, list) = text.split_once("\nrules! {\n").or_else(|| text.split_once("rules! {\n"))?;
    let end = text.len() - list.len() + if list.starts_with('}') { 0 } else { list.find("\n}")? + 1 };
    Some(format!("{}{opening}\n        {module},\n    }}\n{}", &text[..end], &text[end..]))
}

/// Adds a line to the sorted list that a line equal to `opening` begins and a brace of the same depth ends.
fn with_entry(text: &str, opening: &str, entry: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| *line == opening)? + 1;
    let closing = format!("{}}}", &opening[..opening.len() - opening.trim_start().len()]);
    let length = lines[begin..].iter().position(|line| *line == closing)?;
    let place = lines[begin..begin + length].iter().position(|known| *known > entry).unwrap_or(length);
    lines.insert(begin + place, entry);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::{audit, module_name, rule, type_name, with_entry, with_rule};
    use trueup_testkit::project::Project;

    #[test]
    fn an_entry_goes_to_its_sorted_place() {
        let text = "macro_rules! operations { }\noperations! {\n    a::A,\n    c::C,\n}\nend\n";
        let updated = with_entry(text, "operations! {", "    b::B,").expect("the list is there");
        assert_eq!(updated, text.replace("    c::C", "    b::B,\n    c::C"));
        let last = with_entry(text, "operations! {", "    d::D,").expect("the list is there");
        assert_eq!(last, text.replace("c::C,\n", "c::C,\n    d::D,\n"));
        assert_eq!(with_entry(text, "rules! {", "b"), None);
    }

    #[test]
    fn a_rule_goes_to_its_group() {
        let text = "rules! {\n    graph {\n        a,\n        c,\n    }\n}\nend\n";
        let updated = with_rule(text, "graph", "b").expect("the list is there");
        assert_eq!(updated, text.replace("        c,", "        b,\n        c,"));
        let updated = with_rule(text, "models", "b").expect("the list is there");
        assert_eq!(updated, text.replace("    }\n}", "    }\n    models {\n        b,\n    }\n}"));
        assert_eq!(with_rule("x", "graph", "b"), None);
    }

    #[test]
    fn names_become_modules_and_types() {
        assert_eq!(module_name("drop-column").unwrap(), "drop_column");
        assert!(module_name("DropColumn").is_err());
        assert_eq!(type_name("drop_column"), "DropColumn");
    }

    #[test]
    fn a_rule_is_written_once() {
        let project = Project::new().file("crates/trueup-lint/src/rules.rs", "rules! {\n}\n");
        rule(project.path(), "some-problem", "graph").unwrap();
        audit(project.path(), "unused-thing").unwrap();
        let list = project.read("crates/trueup-lint/src/rules.rs");
        assert_eq!(
            list,
            "rules! {\n    graph {\n        some_problem,\n    }\n    audit {\n        unused_thing,\n    }\n}\n"
        );
        let code = project.read("crates/trueup-lint/src/rules/graph/some_problem.rs");
        assert!(code.contains("name: \"some-problem\"") && code.contains("Check::Graph(check)"), "{code}");
        assert!(
            rule(project.path(), "some-problem", "graph").unwrap_err().to_string().contains("exists already")
        );
        assert!(
            rule(project.path(), "some-problem", "nowhere").unwrap_err().to_string().contains("no group")
        );
    }
}
