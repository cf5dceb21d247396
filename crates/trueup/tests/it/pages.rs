//! Holds every rule to its page: the example is reported on the lines that say so, the other way is not.

use std::fmt::Write as _;

use trueup_lint::RULES;
use trueup_project::config::{ConfigRequest, Configuration};
use trueup_project::pipelines::check::{CheckRequest, check};
use trueup_project::report::Report;
use trueup_testkit::intent::{Intent, Reported, check_intents, intents};
use trueup_testkit::postgres::{Postgres, ScratchDatabase};
use trueup_testkit::project::Project;
use trueup_testkit::scenario::{Scenario, Section};

#[test]
fn examples_are_reported_and_the_other_way_is_not() {
    let only = std::env::var("TRUEUP_SCENARIO").unwrap_or_default();
    let (mut pages, mut failures) = (0, String::new());
    for rule in RULES.iter().filter(|rule| rule.name.contains(&only)) {
        pages += 1;
        let page = Scenario::parse(rule.docs);
        for section in &page.sections {
            let result = match section.title.as_str() {
                "Example" => example(rule.name, section),
                "Use instead" => instead(rule.name, section),
                _ => Ok(()),
            };
            if let Err(text) = result {
                let _ = writeln!(failures, "{}, {}:\n{text}\n", rule.name, section.title);
            }
        }
    }
    assert!(pages > 0, "no rule is called like `{only}`");
    assert!(failures.is_empty(), "\n{failures}");
}

/// The page of an example shows all that its rule reports there, and may show what other rules say.
fn example(rule: &'static str, section: &Section) -> Result<(), String> {
    let mut rules = vec![rule.to_owned()];
    let mut files = Vec::new();
    for block in section.files() {
        let expected = intents(&block.text)?;
        rules.extend(expected.iter().map(|intent| intent.rule.clone()));
        files.push((block.file().unwrap_or_default(), expected));
    }
    // What is wrong with the database alone has no place in a file; the page says it in the database's block.
    if let Some(block) = section.blocks.iter().find(|block| block.label == "database") {
        let mut expected = intents(&block.text)?;
        rules.extend(expected.iter().map(|intent| intent.rule.clone()));
        for intent in &mut expected {
            intent.line = 0;
        }
        files.push(("", expected));
    }
    rules.sort();
    rules.dedup();
    let report = checked(section, &rules)?;
    let mut complaints = Vec::new();
    for (path, expected) in &files {
        if let Err(text) = compare(path, expected, &report) {
            complaints.push(format!("{path}: {text}"));
        }
    }
    let shown = |path: &str| files.iter().any(|(file, _)| *file == path);
    for diagnostic in &report.diagnostics {
        let path = diagnostic.location.as_ref().map_or("", |location| &*location.path);
        if !shown(path) {
            complaints.push(format!("reported elsewhere, `{path}`: {}", diagnostic.message));
        }
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn compare(path: &str, expected: &[Intent], report: &Report) -> Result<(), String> {
    let here = report.diagnostics.iter().filter_map(|diagnostic| {
        let location = diagnostic.location.as_ref();
        if location.map_or("", |location| &*location.path) != path {
            return None;
        }
        let whole_file = usize::from(location.is_some());
        let range = location.and_then(|location| report.texts.range(location));
        Some(Reported {
            line: range.map_or(whole_file, |(start, _)| start.line),
            severity: diagnostic.severity.name().to_owned(),
            rule: diagnostic.rule.to_owned(),
            message: diagnostic.message.clone(),
        })
    });
    check_intents(expected, &here.collect::<Vec<_>>())
}

fn instead(rule: &'static str, section: &Section) -> Result<(), String> {
    let report = checked(section, &[rule.to_owned()])?;
    let reported: Vec<&str> =
        report.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    if reported.is_empty() { Ok(()) } else { Err(format!("reported: {}", reported.join("\n"))) }
}

/// Writes the files of a section to a folder and checks them with some rules.
fn checked(section: &Section, rules: &[String]) -> Result<Report, String> {
    let project = Project::from_section(section);
    // A page shows what matters; these make the folder a project.
    let has = |start: &str| section.files().any(|block| block.file().unwrap_or_default().starts_with(start));
    if has("alembic/env.py") && !has("alembic.ini") {
        project.write("alembic.ini", "[alembic]\nscript_location = alembic\n");
    } else if !has("alembic/versions/") && !has("trueup.toml") && !has("alembic.ini") {
        project.write("trueup.toml", "dialect = \"postgresql\"\n");
    }
    let request = ConfigRequest { directory: project.path().to_path_buf(), ..ConfigRequest::default() };
    let configuration = Configuration::load(&request).map_err(|error| error.to_string())?;
    let database = section.blocks.iter().find(|block| block.label == "database");
    let scratch = database.map(|block| scratch_database(&block.text));
    let request = CheckRequest {
        select: rules.to_vec(),
        database: scratch.as_ref().map(|scratch| scratch.url().to_owned()),
        ..CheckRequest::default()
    };
    let report = check(&configuration, &request)?;
    match &report.failure {
        Some(failure) => Err(failure.message.clone()),
        None => Ok(report),
    }
}

/// Returns a PostgreSQL database with what a page says that it contains.
fn scratch_database(sql: &str) -> ScratchDatabase {
    let database = Postgres::shared().scratch_database();
    database.execute(sql);
    database
}
