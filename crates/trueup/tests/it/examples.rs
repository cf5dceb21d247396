//! Holds `check` to the README of every example: exactly what its tables under "What is wrong" say, nothing else.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::program::{root, trueup};

/// Rule, path and object, with how often they occur.
type Findings = BTreeMap<(String, String, String), usize>;

#[test]
fn healthy_sqlite() {
    hold_to_readme("healthy-sqlite");
}

#[test]
fn unregistered_models() {
    hold_to_readme("unregistered-models");
}

#[test]
fn broken_chain() {
    hold_to_readme("broken-chain");
}

#[test]
fn index_trouble() {
    hold_to_readme("index-trouble");
}

#[test]
fn sql_services() {
    hold_to_readme("sql-services");
}

#[test]
fn every_example_is_tested() {
    let mut names: Vec<String> = fs::read_dir(root().join("examples"))
        .expect("there are examples")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["broken-chain", "healthy-sqlite", "index-trouble", "sql-services", "unregistered-models"]
    );
}

fn hold_to_readme(name: &str) {
    let folder = format!("examples/{name}");
    let readme =
        fs::read_to_string(root().join(&folder).join("README.md")).expect("the example has a README");
    let expected = expected(&readme);
    let run = trueup(&["-C", &folder, "check", "--format", "json"]);
    let output: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let reported = reported(&output);
    let mut complaints = Vec::new();
    for (key, count) in &expected {
        let found = reported.get(key).copied().unwrap_or(0);
        if found != *count {
            complaints.push(format!("the README says {count} times, check {found} times: {key:?}"));
        }
    }
    for key in reported.keys().filter(|key| !expected.contains_key(key)) {
        complaints.push(format!("reported, but not in the README: {key:?}"));
    }
    assert!(complaints.is_empty(), "{name}:\n{}", complaints.join("\n"));
    let has_errors = output["summary"]["error"].as_u64() > Some(0);
    assert_eq!(run.code, i32::from(has_errors), "the exit code says whether there are errors");
}

/// Reads the rows of the tables under "What is wrong": the first word in backticks of each column.
fn expected(readme: &str) -> Findings {
    let mut findings = Findings::new();
    let (mut in_section, mut columns) = (false, Vec::new());
    for line in readme.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            in_section = title == "What is wrong";
        }
        if !in_section || !line.starts_with('|') {
            columns.clear();
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if columns.is_empty() {
            columns = cells;
            continue;
        }
        if line.starts_with("|---") {
            continue;
        }
        let cell = |name: &str| {
            let position = columns.iter().position(|column| *column == name);
            let position = position.unwrap_or_else(|| panic!("the table has no column `{name}`: {line}"));
            // A statement that is no SQL of its dialect is about no object.
            cells[position].split('`').nth(1).unwrap_or_default().to_owned()
        };
        *findings.entry((cell("rule"), cell("file"), cell("object"))).or_default() += 1;
    }
    findings
}

fn reported(output: &Value) -> Findings {
    let mut findings = Findings::new();
    for diagnostic in output["diagnostics"].as_array().expect("a list of diagnostics") {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &diagnostic["object"];
        let name = match object["table"].as_str() {
            Some(table) => format!("{table}.{}", text(&object["name"])),
            None => text(&object["name"]),
        };
        *findings
            .entry((text(&diagnostic["rule"]), text(&diagnostic["location"]["path"]), name))
            .or_default() += 1;
    }
    findings
}
