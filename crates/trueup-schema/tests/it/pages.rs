//! The page of every operation: what it does to the shop, its statements, and when a server refuses it.
//!
//! A page's sections are named after the cases below. `effect` shows the lines of the schema that go and come (see
//! `schema::dump`) or the refusal; `postgresql` and `sqlite` show the statements.

mod cases;
mod shop;

use std::collections::BTreeSet;
use std::path::PathBuf;

use trueup_schema::schema::dump;
use trueup_schema::{Dialect, Operation, Schema};
use trueup_testkit::scenario::{self, Outputs};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests")
}

#[test]
fn operations_do_what_their_pages_say() {
    for name in Operation::NAMES {
        let cases = cases::of(name);
        scenario::run_file(folder().join("ops").join(format!("{name}.md")), |section| {
            let case = cases.iter().find(|case| case.title == section.title);
            let case = case.ok_or_else(|| format!("there is no case `{}`", section.title))?;
            let statements = |dialect| match case.operation.to_sql(dialect) {
                none if none.is_empty() => "-- no statement of its own\n".to_owned(),
                some => some.join(";\n") + ";\n",
            };
            Ok(Outputs::from([
                ("effect".to_owned(), effect(case.dialect, &case.operation)),
                ("postgresql".to_owned(), statements(Dialect::Postgresql)),
                ("sqlite".to_owned(), statements(Dialect::Sqlite)),
            ]))
        });
    }
}

#[test]
fn the_shop_is_as_its_page_says() {
    scenario::run_file(folder().join("shop.md"), |_| {
        let shop = |dialect| dump(&shop::shop(dialect));
        Ok(Outputs::from([
            ("postgresql".to_owned(), shop(Dialect::Postgresql)),
            ("sqlite".to_owned(), shop(Dialect::Sqlite)),
        ]))
    });
}

#[test]
fn every_case_has_a_section() {
    for name in Operation::NAMES {
        let page = std::fs::read_to_string(folder().join("ops").join(format!("{name}.md"))).unwrap();
        for case in cases::of(name) {
            assert_eq!(case.operation.name(), *name);
            assert!(
                page.contains(&format!("## {}\n", case.title)),
                "{name}.md has no section `{}`",
                case.title
            );
        }
    }
}

#[test]
fn what_a_case_does_can_be_reversed() {
    for case in Operation::NAMES.iter().flat_map(|name| cases::of(name)) {
        let before = shop::shop(case.dialect);
        let mut schema = before.clone();
        if case.operation.apply(&mut schema).is_err() {
            assert_eq!(schema, before, "a refused operation changes nothing: {}", case.title);
            continue;
        }
        for operation in case.operation.reverse(&before).unwrap_or_default() {
            operation.apply(&mut schema).unwrap_or_else(|error| panic!("{}: {error}", case.title));
        }
        let reversible = case.operation.reverse(&before).is_some();
        assert!(!reversible || schema.equivalent(&before), "{}: {}", case.title, changes(&before, &schema));
    }
}

#[test]
fn the_shop_is_built_from_its_own_operations() {
    for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
        let shop = shop::shop(dialect);
        let mut built = Schema::new(dialect);
        for operation in shop.to_operations() {
            operation.apply(&mut built).unwrap();
            // What is not modelled is known by name only.
            let known = operation.name() != "create_unmodelled";
            assert!(!known || operation.supported(dialect), "{} has no statement", operation.name());
        }
        assert!(built.equivalent(&shop), "{}", changes(&shop, &built));
    }
}

fn effect(dialect: Dialect, operation: &Operation) -> String {
    let before = shop::shop(dialect);
    let mut after = before.clone();
    match operation.apply(&mut after) {
        Ok(()) => changes(&before, &after),
        Err(error) => format!("refused: {error}\n"),
    }
}

/// Returns the lines that go and come, each under its table.
fn changes(before: &Schema, after: &Schema) -> String {
    let (old, new) = (lines(before), lines(after));
    let gone = old.difference(&new).map(|line| (line, '-'));
    let come = new.difference(&old).map(|line| (line, '+'));
    let mut all: Vec<_> = gone.chain(come).collect();
    all.sort();
    if all.is_empty() {
        return "nothing changes\n".to_owned();
    }
    let lines: Vec<String> =
        all.into_iter().map(|((object, line), sign)| format!("{sign} {}", place(object, line))).collect();
    lines.join("\n") + "\n"
}

fn place(object: &str, line: &str) -> String {
    if line.is_empty() { object.to_owned() } else { format!("{object}: {line}") }
}

/// Returns every line of a dump with the object that it belongs to.
fn lines(schema: &Schema) -> BTreeSet<(String, String)> {
    let mut object = String::new();
    let mut found = BTreeSet::new();
    for line in dump(schema).lines() {
        match line.strip_prefix("  ") {
            Some(part) => {
                let short: Vec<&str> = object.split(' ').take(2).collect();
                found.insert((short.join(" "), part.to_owned()))
            }
            None => {
                line.clone_into(&mut object);
                found.insert((line.to_owned(), String::new()))
            }
        };
    }
    found
}
