//! `new`: begins a rule, an operation or an audit with all files it needs, and enters it in its list.
//!
//! What is written compiles and fails its page's test, so that it cannot be forgotten half done. Nothing is overwritten.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::tidy::{OPERATION_PAGES, OPERATIONS, RULES};

/// Where audits live: `<audit>.rs` and `<audit>.md`.
const AUDITS: &str = "crates/trueup-lint/src/audits/";

/// Begins a lint rule; the name is in kebab-case and names the problem.
pub fn rule(root: &Path, name: &str, group: &str) -> Result<()> {
    let module = module_name(name)?;
    let group = module_name(group)?;
    let folder = format!("{RULES}{group}/");
    if !root.join(&folder).is_dir() {
        bail!("there is no group `{group}`: {folder} does not exist");
    }
    let code = fill(include_str!("new/rule.rs.txt"), name, &module);
    let page = fill(include_str!("new/rule.md.txt"), name, &module);
    let list = format!("{RULES}mod.rs");
    let entry = format!("{group}::{module}");
    create(root, &[(format!("{folder}{module}.rs"), code), (format!("{folder}{module}.md"), page)])?;
    enter(root, &list, "rules! {", &entry)
}

/// Begins an operation; the name is as in `op.<name>`, in snake_case.
pub fn operation(root: &Path, name: &str) -> Result<()> {
    let module = module_name(name)?;
    let code = fill(include_str!("new/op.rs.txt"), name, &module);
    let page = fill(include_str!("new/op.md.txt"), name, &module);
    let entry = format!("{module}::{}", type_name(&module));
    let files = [(format!("{OPERATIONS}{module}.rs"), code), (format!("{OPERATION_PAGES}{module}.md"), page)];
    create(root, &files)?;
    enter(root, &format!("{OPERATIONS}mod.rs"), "operations! {", &entry)
}

/// Begins an audit; the name is in kebab-case and names the problem.
pub fn audit(root: &Path, name: &str) -> Result<()> {
    let module = module_name(name)?;
    if !root.join(AUDITS).is_dir() {
        bail!("there are no audits yet: {AUDITS} does not exist");
    }
    let code = fill(include_str!("new/audit.rs.txt"), name, &module);
    let page = fill(include_str!("new/audit.md.txt"), name, &module);
    create(root, &[(format!("{AUDITS}{module}.rs"), code), (format!("{AUDITS}{module}.md"), page)])?;
    enter(root, &format!("{AUDITS}mod.rs"), "audits! {", &module)
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

fn enter(root: &Path, path: &str, opening: &str, entry: &str) -> Result<()> {
    let file = root.join(path);
    let text = fs::read_to_string(&file).with_context(|| path.to_owned())?;
    let updated =
        with_entry(&text, opening, entry).with_context(|| format!("{path} has no list `{opening} … }}`"))?;
    fs::write(file, updated)?;
    println!("entered `{entry}` in {path}");
    Ok(())
}

/// Adds an entry to the sorted list that a line equal to `opening` begins; the list has one entry per line.
fn with_entry(text: &str, opening: &str, entry: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| line.trim_end() == opening)? + 1;
    let length = lines[begin..].iter().position(|line| line.trim_end() == "}")?;
    let line = format!("    {entry},");
    let place =
        lines[begin..begin + length].iter().position(|known| *known > line.as_str()).unwrap_or(length);
    lines.insert(begin + place, &line);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::{module_name, rule, type_name, with_entry};
    use trueup_testkit::project::Project;

    #[test]
    fn an_entry_goes_to_its_sorted_place() {
        let text = "macro_rules! operations { }\noperations! {\n    a::A,\n    c::C,\n}\nend\n";
        let updated = with_entry(text, "operations! {", "b::B").expect("the list is there");
        assert_eq!(updated, text.replace("    c::C", "    b::B,\n    c::C"));
        let last = with_entry(text, "operations! {", "d::D").expect("the list is there");
        assert_eq!(last, text.replace("c::C,\n", "c::C,\n    d::D,\n"));
        assert_eq!(with_entry(text, "rules! {", "b"), None);
    }

    #[test]
    fn names_become_modules_and_types() {
        assert_eq!(module_name("drop-column").unwrap(), "drop_column");
        assert!(module_name("DropColumn").is_err());
        assert_eq!(type_name("drop_column"), "DropColumn");
    }

    #[test]
    fn a_rule_is_written_once() {
        let project = Project::new()
            .file("crates/trueup-lint/src/rules/mod.rs", "rules! {\n}\n")
            .file("crates/trueup-lint/src/rules/graph/mod.rs", "");
        rule(project.path(), "some-problem", "graph").unwrap();
        assert!(project.read("crates/trueup-lint/src/rules/mod.rs").contains("    graph::some_problem,\n"));
        assert!(
            project.read("crates/trueup-lint/src/rules/graph/some_problem.rs").contains("\"some-problem\"")
        );
        assert!(
            rule(project.path(), "some-problem", "graph").unwrap_err().to_string().contains("exists already")
        );
        assert!(
            rule(project.path(), "some-problem", "nowhere").unwrap_err().to_string().contains("no group")
        );
    }
}
