//! Exit codes, and what is printed with them.

use serde_json::Value;
use trueup_testkit::project::Project;

use crate::program::{Run, trueup, trueup_in};

fn check(arguments: &[&str]) -> Run {
    trueup(&[&["check", "--color", "never"], arguments].concat())
}

#[test]
fn nothing_wrong_is_zero() {
    let run = check(&["-C", "examples/healthy-sqlite"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.ends_with("Nothing wrong.\n"), "{}", run.stdout);
}

#[test]
fn errors_are_one() {
    assert_eq!(check(&["-C", "examples/broken-chain"]).code, 1);
}

#[test]
fn fail_on_moves_the_line() {
    let code = |arguments: &[&str]| {
        check(&[&["-C", "examples/index-trouble", "--select", "index-naming"], arguments].concat()).code
    };
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--fail-on", "info"]), 1);
    assert_eq!(code(&["--fail-on", "never"]), 0);
    assert_eq!(check(&["-C", "examples/broken-chain", "--fail-on", "never"]).code, 0);
}

#[test]
fn what_cannot_be_found_is_two_with_one_sentence_and_a_hint() {
    let cases: [(&[&str], &str); 6] = [
        (&["-C", "no/such/folder"], "no/such/folder"),
        (&["-c", "no-such.ini"], "no-such.ini"),
        (&["-C", "examples/healthy-sqlite", "-n", "nothing"], "nothing"),
        (&["-C", "examples/healthy-sqlite", "--only", "grahp"], "--only grahp"),
        (&["-C", "examples/healthy-sqlite", "--select", "multiple-haeds"], "multiple-haeds"),
        (&["-C", "examples/healthy-sqlite", "--fail-on", "everything"], "everything"),
    ];
    for (arguments, mentions) in cases {
        let run = check(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.contains(mentions), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains("panicked"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_folder_without_a_project_is_two() {
    let empty = Project::new();
    let run = trueup_in(empty.path(), &["check", "--color", "never"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("hint: "), "{}", run.stderr);
}

#[test]
fn a_database_out_of_reach_is_two_and_the_rest_is_reported() {
    let address = "postgresql://nobody:hunter2@127.0.0.1:1/nothing";
    let run = check(&["-C", "examples/broken-chain", "--database", address]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("[dangling-down-revision]"), "the static findings: {}", run.stdout);
    assert!(run.stdout.contains("127.0.0.1"), "the database by name: {}", run.stdout);
    assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "no password");
    let json = check(&["-C", "examples/broken-chain", "--database", address, "--format", "json"]);
    let output: Value = serde_json::from_str(&json.stdout).expect("one JSON object");
    assert_eq!(json.code, 2);
    assert!(output["failure"]["message"].is_string(), "{output}");
    assert!(!json.stdout.contains("hunter2"), "no password");
    let github = check(&["-C", "examples/broken-chain", "--database", address, "--format", "github"]);
    assert_eq!(github.code, 2);
    assert!(github.stderr.contains("127.0.0.1") && !github.stderr.contains("hunter2"), "{}", github.stderr);
}

#[test]
fn an_unknown_rule_is_two_and_the_nearest_is_named() {
    let run = trueup(&["explain", "multiple-haeds", "--color", "never"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `multiple-heads`?"), "{}", run.stderr);
}
