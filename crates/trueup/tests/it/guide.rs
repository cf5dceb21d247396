//! Holds the documentation to the program: commands of guides are run, the reference of rules is compared.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use trueup_lint::{Group, RULES};
use trueup_testkit::project::Project;
use trueup_testkit::scenario::{Scenario, Section};

use crate::program::{root, trueup_in};

/// Runs every command of a ` ```console ` block, which says the exit code if it is not 0, and tries every settings file.
#[test]
fn commands_of_the_guide_to_check() {
    let text = fs::read_to_string(root().join("docs/guides/check.md")).expect("the guide is there");
    let mut commands = 0;
    for section in &Scenario::parse(&text).sections {
        commands += run_commands(section);
        for block in section.blocks.iter().filter(|block| block.language == "toml") {
            let project = Project::new().file("trueup.toml", &block.text);
            let run = trueup_in(project.path(), &["check"]);
            assert_eq!(run.code, 0, "{}: {}", block.text, run.stderr);
        }
    }
    assert!(commands >= 8, "the guide shows {commands} commands");
}

#[test]
fn commands_of_the_guide_to_the_history() {
    let text = fs::read_to_string(root().join("docs/guides/history.md")).expect("the guide is there");
    let commands: usize = Scenario::parse(&text).sections.iter().map(run_commands).sum();
    assert!(commands >= 6, "the guide shows {commands} commands");
}

#[test]
fn commands_of_the_guide_to_comparing() {
    let text = fs::read_to_string(root().join("docs/guides/comparing.md")).expect("the guide is there");
    let commands: usize = Scenario::parse(&text).sections.iter().map(run_commands).sum();
    assert!(commands >= 10, "the guide shows {commands} commands");
}

/// These commands write, so they are run one after the other in a project that the first of them makes.
#[test]
fn commands_of_the_guide_to_revisions() {
    let text = fs::read_to_string(root().join("docs/guides/revisions.md")).expect("the guide is there");
    let project = Project::new();
    let commands: usize =
        Scenario::parse(&text).sections.iter().map(|section| run_commands_in(project.path(), section)).sum();
    assert!(commands >= 8, "the guide shows {commands} commands");
}

/// These change a database, so they are run one after the other in a copy of an example.
#[test]
fn commands_of_the_guide_to_running() {
    let text = fs::read_to_string(root().join("docs/guides/running.md")).expect("the guide is there");
    let project = Project::new();
    copy(&root().join("examples/healthy-sqlite"), project.path());
    let commands: usize =
        Scenario::parse(&text).sections.iter().map(|section| run_commands_in(project.path(), section)).sum();
    assert!(commands >= 10, "the guide shows {commands} commands");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            fs::create_dir_all(&target).expect("a folder is made");
            copy(&path, &target);
        } else if path.extension().is_none_or(|extension| extension != "db") {
            fs::copy(&path, &target).expect("a file is copied");
        }
    }
}

fn run_commands(section: &Section) -> usize {
    run_commands_in(&root(), section)
}

fn run_commands_in(folder: &Path, section: &Section) -> usize {
    let mut commands = 0;
    for block in section.blocks.iter().filter(|block| block.language == "console") {
        for line in block.text.lines() {
            let (command, code) = match line.split_once("  # exit code ") {
                Some((command, code)) => (command.trim(), code.trim().parse().expect("a number")),
                None => (line.trim(), 0),
            };
            let words: Vec<String> = words(command).into_iter().map(|word| matching(folder, word)).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ["trueup", arguments @ ..] = words.as_slice() else {
                panic!("`{line}` is no command of trueup")
            };
            let run = trueup_in(folder, arguments);
            assert_eq!(run.code, code, "`{command}`: {}{}", run.stdout, run.stderr);
            commands += 1;
        }
    }
    commands
}

/// Replaces `folder/*.ending` by the one file that a shell would find.
fn matching(folder: &Path, word: String) -> String {
    let Some((parent, ending)) = word.split_once("/*") else { return word };
    let entries = fs::read_dir(folder.join(parent)).unwrap_or_else(|error| panic!("{word}: {error}"));
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names = names.filter(|name| !name.starts_with('.') && name.ends_with(ending));
    let (Some(name), None) = (names.next(), names.next()) else { panic!("{word} is not one file") };
    format!("{parent}/{name}")
}

/// Splits a command line at spaces outside of double quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('"').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// `docs/reference/rules.md` lists what is registered; `TRUEUP_UPDATE=1` writes it anew.
#[test]
fn the_reference_of_rules() {
    let path = root().join("docs/reference/rules.md");
    let expected = reference();
    if std::env::var("TRUEUP_UPDATE").is_ok_and(|value| value == "1") {
        fs::write(&path, &expected).expect("the reference can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/reference/rules.md is out of date: `TRUEUP_UPDATE=1` writes it anew");
    for rule in RULES {
        let page = root().join("docs/reference").join(page_of(rule.name, rule.group));
        let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert_eq!(text, rule.docs, "the link of `{}` leads to its page", rule.name);
    }
}

fn reference() -> String {
    let mut out = "# Rules\n\n\
        Every rule has a page with an example and what to write instead; `trueup explain RULE` prints it.\n\
        Severities can be changed and rules left out, see [the guide to check](../guides/check.md).\n"
        .to_owned();
    for group in Group::ALL {
        let rules: Vec<_> = RULES.iter().filter(|rule| rule.group == group).collect();
        if rules.is_empty() {
            continue;
        }
        let _ = write!(out, "\n## {}\n\n| rule | severity | finds |\n|---|---|---|\n", group.name());
        for rule in rules {
            let off = if rule.enabled { "" } else { ", off by default" };
            let (name, page) = (rule.name, page_of(rule.name, group));
            let _ = writeln!(out, "| [{name}]({page}) | {}{off} | {} |", rule.severity.name(), rule.summary);
        }
    }
    out
}

fn page_of(name: &str, group: Group) -> String {
    format!("../../crates/trueup-lint/src/rules/{}/{}.md", group.name(), name.replace('-', "_"))
}
