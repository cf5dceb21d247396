//! `heads`, `branches`, `history`, `show` and `current`: what scripts parse.

use serde_json::Value;
use trueup_testkit::postgres::Postgres;
use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in};

const ENV: &str = "from alembic import context\ncontext.configure(version_table='versions')\n";

/// `a1` forks into `b2` and `c3`, which `d4` merges; `e5` follows `d4` and depends on a branch of its own.
fn project() -> Project {
    let revision = |id: &str, down: &str, more: &str| {
        format!(
            "\"\"\"step {id}\n\nmore\n\"\"\"\nrevision = \"{id}\"\ndown_revision = {down}\n{more}\n\ndef upgrade():\n    pass\n"
        )
    };
    Project::new()
        .file("alembic.ini", "[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///app.db\n")
        .file("alembic/env.py", ENV)
        .file("alembic/versions/a1.py", &revision("a1aa", "None", ""))
        .file("alembic/versions/b2.py", &revision("b2bb", "\"a1aa\"", ""))
        .file("alembic/versions/c3.py", &revision("c3cc", "\"a1aa\"", "branch_labels = \"side\""))
        .file("alembic/versions/d4.py", &revision("d4dd", "(\"b2bb\", \"c3cc\")", ""))
        .file("alembic/versions/x1.py", &revision("x1xx", "None", "branch_labels = \"own\""))
        .file("alembic/versions/e5.py", &revision("e5ee", "\"d4dd\"", "depends_on = \"x1xx\""))
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    trueup_in(project.path(), arguments)
}

#[test]
fn heads_are_told_with_labels_and_effective_heads_apart() {
    let project = project();
    let heads = run(&project, &["heads"]);
    assert_eq!((heads.code, heads.stdout.as_str()), (0, "e5ee (side) (head)\nx1xx (own) (effective head)\n"));
    assert_eq!(run(&project, &["heads", "--resolve-dependencies"]).stdout, "e5ee (side) (head)\n");
}

#[test]
fn history_is_told_from_the_heads_down() {
    let project = project();
    let history = run(&project, &["history"]);
    let expected = "d4dd (x1xx) -> e5ee (side) (head), step e5ee
b2bb, c3cc -> d4dd (side) (mergepoint), step d4dd
a1aa -> c3cc (side), step c3cc
a1aa -> b2bb, step b2bb
<base> -> a1aa (branchpoint), step a1aa
<base> -> x1xx (own) (effective head), step x1xx
";
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&history.stdout), sorted(expected), "{}", history.stdout);
    let range = run(&project, &["history", "-r", "c3:d4"]);
    assert_eq!(
        range.stdout,
        "b2bb, c3cc -> d4dd (side) (mergepoint), step d4dd\na1aa -> c3cc (side), step c3cc\n"
    );
    assert_eq!(run(&project, &["history", "-r", "c3"]).code, 2);
}

#[test]
fn branch_points_are_told_with_what_follows() {
    let branches = run(&project(), &["branches"]);
    assert_eq!(branches.stdout, "a1aa (branchpoint)\n     -> b2bb\n     -> c3cc (side)\n\n");
}

#[test]
fn show_tells_everything_as_text_and_as_json() {
    let project = project();
    let shown = run(&project, &["show", "e5"]);
    let path = project.path().canonicalize().expect("it is there").join("alembic/versions/e5.py");
    let expected = format!(
        "Rev: e5ee (head)\nParent: d4dd\nAlso depends on: x1xx\nBranch names: side\nPath: {}\n\n    step e5ee\n    \n    more\n\n",
        path.display()
    );
    assert_eq!(shown.stdout, expected);
    let json: Value =
        serde_json::from_str(&run(&project, &["show", "e5", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["command"], "show");
    assert_eq!(json["revisions"][0]["depends_on"][0], "x1xx");
    assert_eq!(json["revisions"][0]["message"], "step e5ee");
    assert_eq!(json["revisions"][0]["path"], "alembic/versions/e5.py");
}

#[test]
fn current_reads_the_version_table_that_env_py_names() {
    let project = project();
    let database = Postgres::shared().scratch_database();
    database.execute("CREATE TABLE versions (version_num text)");
    database.execute("INSERT INTO versions VALUES ('b2bb'), ('gone')");
    let run = |arguments: &[&str]| {
        trueup_in(project.path(), &[&["--color", "never", "--database", database.url()], arguments].concat())
    };
    let current = run(&["current"]);
    assert_eq!((current.code, current.stdout.as_str()), (1, "b2bb\n"));
    assert!(current.stderr.contains("`gone`, which no revision file has"), "{}", current.stderr);
    let marked = run(&["history", "-i", "-r", "b2:b2"]);
    assert_eq!(marked.stdout, "a1aa -> b2bb (current), step b2bb\n");
    assert_eq!(run(&["current", "--check-heads"]).code, 1);
}

#[test]
fn what_cannot_be_followed_says_what_there_is() {
    let project = project();
    let run = |arguments: &[&str]| trueup_in(project.path(), arguments);
    let several = run(&["show", "head"]);
    assert_eq!((several.code, several.stdout.as_str()), (2, ""));
    assert!(several.stderr.contains("`e5ee`, `x1xx`"), "{}", several.stderr);
    assert!(several.stderr.contains("hint: "), "{}", several.stderr);
    let unknown = run(&["show", "nope"]);
    assert!(unknown.stderr.contains("`nope`"), "{}", unknown.stderr);
}

#[test]
fn a_broken_graph_is_told_instead_of_half_a_history() {
    let project = Project::new()
        .file("alembic.ini", "[alembic]\nscript_location = alembic\n")
        .file("alembic/env.py", ENV)
        .file("alembic/versions/b.py", "revision = \"b\"\ndown_revision = \"nowhere\"\n");
    let history = run(&project, &["history", "--color", "never"]);
    assert_eq!((history.code, history.stdout.as_str()), (1, ""));
    assert!(history.stderr.contains("dangling-down-revision"), "{}", history.stderr);
}
