//! What each output format looks like, once; `TRUEUP_UPDATE=1` does not apply here, `cargo insta review` does.

use serde_json::Value;
use trueup_testkit::project::Project;

use crate::program::{trueup, trueup_in};

fn check(example: &str, arguments: &[&str]) -> String {
    let folder = format!("examples/{example}");
    let run = trueup(&[&["-C", &folder, "check", "--color", "never"], arguments].concat());
    assert_eq!(run.stderr, "");
    without_time(&run.stdout)
}

/// Replaces how long it took.
fn without_time(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match line.rsplit_once(") in ") {
            Some((before, time)) if time.ends_with(" ms.") => out.push_str(&format!("{before}) in N ms.")),
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[test]
fn text_of_a_healthy_project() {
    insta::assert_snapshot!(check("healthy-sqlite", &[]));
}

#[test]
fn text_of_a_broken_chain() {
    insta::assert_snapshot!(check("broken-chain", &[]));
}

#[test]
fn text_of_unregistered_models() {
    insta::assert_snapshot!(check("unregistered-models", &[]));
}

#[test]
fn github() {
    insta::assert_snapshot!(check("broken-chain", &["--only", "graph", "--format", "github"]));
}

#[test]
fn sarif() {
    let text = check("broken-chain", &["--only", "graph", "--format", "sarif"]);
    let mut document: Value = serde_json::from_str(&text).expect("one JSON object");
    let run = &mut document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules").len();
    assert_eq!(rules, trueup_lint::RULES.len());
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(result["ruleId"], trueup_lint::RULES[index].name);
    }
    run["tool"]["driver"]["rules"] = Value::from("as `trueup explain` lists them");
    for result in run["results"].as_array_mut().expect("results") {
        result.as_object_mut().expect("an object").remove("ruleIndex");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).expect("it came from text"));
}

/// The fields that the command line contract promises to scripts.
#[test]
fn json_keeps_its_promises() {
    let text = check("broken-chain", &["--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!(document["trueup"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&document["format"], &document["command"]), (&Value::from(1), &Value::from("check")));
    assert_eq!(document["project"]["config"], "alembic.ini");
    assert_eq!(document["project"]["dialect"], "postgresql");
    assert_eq!(document["project"]["revisions"], 14);
    assert_eq!(document["project"]["tables"], 13);
    let diagnostics = document["diagnostics"].as_array().expect("a list");
    for severity in ["error", "warning", "info"] {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic["severity"] == severity).count();
        assert_eq!(document["summary"][severity], count);
    }
    for diagnostic in diagnostics {
        for field in ["rule", "group", "severity", "message"] {
            assert!(diagnostic[field].is_string(), "{field}: {diagnostic}");
        }
        assert!(
            diagnostic["object"]["kind"].is_string() && diagnostic["object"]["name"].is_string(),
            "{diagnostic}"
        );
        let path = diagnostic["location"]["path"].as_str().expect("a path");
        assert!(!path.starts_with('/') && !path.contains('\\'), "{path} is relative, with slashes");
        if diagnostic["location"]["line"].is_u64() {
            let number = |field: &str| diagnostic["location"][field].as_u64().expect(field);
            assert!(number("line") >= 1 && number("column") >= 1);
            assert!((number("end_line"), number("end_column")) >= (number("line"), number("column")));
        }
    }
    let dangling =
        diagnostics.iter().find(|one| one["rule"] == "dangling-down-revision").expect("there is one");
    assert_eq!(dangling["evidence"]["target"], "20230914_first_schema");
    assert_eq!(dangling["evidence"]["suggestion"], "20230914_first");
    assert_eq!(dangling["help"], "write down_revision = '20230914_first'");
    assert_eq!(dangling["fix"]["edits"][0]["text"], "20230914_first");
    assert_eq!(dangling["fix"]["safe"], true);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let json = || {
        let text = check("unregistered-models", &["--format", "json"]);
        let mut document: Value = serde_json::from_str(&text).expect("one JSON object");
        document["project"].as_object_mut().expect("an object").remove("elapsed_ms");
        document.to_string()
    };
    assert_eq!(json(), json());
}

#[test]
fn output_goes_to_a_file_without_colors() {
    let folder = Project::new();
    let file = folder.path().join("report.txt");
    let path = file.to_string_lossy().into_owned();
    let run = trueup(&["-C", "examples/healthy-sqlite", "check", "--color", "always", "--output", &path]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(folder.read("report.txt").ends_with("Nothing wrong.\n"));
}

/// Many findings of one rule do not fill the screen: three in full, twenty in a line each, the others counted.
#[test]
fn many_findings_of_one_rule_are_cut() {
    let folder = Project::new();
    folder.write("alembic.ini", "[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///x.db\n");
    folder.write("alembic/env.py", "from app import Base\n\ntarget_metadata = Base.metadata\n");
    let mut models =
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import DeclarativeBase\n\n\n\
        class Base(DeclarativeBase):\n    pass\n"
            .to_owned();
    for number in 10..40 {
        models.push_str(&format!(
            "\n\nclass T{number}(Base):\n    __tablename__ = \"t{number}\"\n    id = Column(Integer, primary_key=True)\n"
        ));
    }
    folder.write("app.py", models);
    let revision = "\"\"\"begin with nothing\"\"\"\nrevision = \"a1\"\ndown_revision = None\n\n\n\
        def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n";
    folder.write("alembic/versions/a1_begin.py", revision);
    let short = trueup_in(folder.path(), &["check", "--color", "never"]).stdout;
    assert_eq!(
        short.matches("\nerror[model-drift]").count() + usize::from(short.starts_with("error[")),
        3,
        "{short}"
    );
    assert_eq!(short.matches(": error[model-drift]").count(), 20, "{short}");
    assert!(short.contains("… and 7 more of [model-drift]; `--verbose` shows all"), "{short}");
    assert_eq!(short.matches("help: ").count(), 1, "the same advice once: {short}");
    assert!(short.contains("Found 30 errors."), "{short}");
    let long = trueup_in(folder.path(), &["check", "--color", "never", "--verbose"]).stdout;
    assert_eq!(long.matches("error[model-drift]").count(), 30, "{long}");
    assert!(!long.contains("more of"), "{long}");
}
