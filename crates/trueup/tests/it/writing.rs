//! `revision`, `merge`, `edit`, `init` and `list_templates`: what is written, what is told, and what is refused.

use std::fs;
use std::path::Path;

use serde_json::Value;
use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in, trueup_with};

const TEMPLATE: &str = "\"\"\"${message}\n\nRevision ID: ${up_revision}\nRevises: ${down_revision | comma,n}\nCreate Date: ${create_date}\n\n\"\"\"\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\nbranch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n\n\ndef upgrade():\n    ${upgrades if upgrades else \"pass\"}\n";

/// `a1aa` forks into `b2bb` and `c3cc`, which has a label.
fn project() -> Project {
    project_with("", TEMPLATE)
}

fn project_with(settings: &str, template: &str) -> Project {
    let revision = |id: &str, down: &str, more: &str| {
        format!("\"\"\"step {id}\"\"\"\nrevision = \"{id}\"\ndown_revision = {down}\n{more}\n")
    };
    Project::new()
        .file(
            "alembic.ini",
            &format!("[alembic]\nscript_location = %(here)s/alembic\npath_separator = os\n{settings}"),
        )
        .file("alembic/env.py", "")
        .file("alembic/script.py.mako", template)
        .file("alembic/versions/a1.py", &revision("a1aa", "None", ""))
        .file("alembic/versions/b2.py", &revision("b2bb", "\"a1aa\"", ""))
        .file("alembic/versions/c3.py", &revision("c3cc", "\"a1aa\"", "branch_labels = \"side\""))
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    trueup_in(project.path(), &[arguments, &["--color", "never"]].concat())
}

fn read(project: &Project, path: &str) -> String {
    fs::read_to_string(project.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Runs a command that must be refused without leaving anything; returns what it says.
fn refusal(project: &Project, arguments: &[&str]) -> String {
    let before = files(&project.path().join("alembic/versions"));
    let run = run(project, arguments);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
    assert_eq!(files(&project.path().join("alembic/versions")), before, "{arguments:?} leaves something");
    assert!(run.stderr.contains("hint: "), "{arguments:?}: {}", run.stderr);
    run.stderr
}

#[test]
fn a_revision_is_written_as_the_template_says() {
    let project = project();
    let arguments =
        ["revision", "-m", "add Users, now", "--head", "side@head", "--rev-id", "d4", "--depends-on", "b2"];
    let run = run(&project, &arguments);
    let root = project.path().canonicalize().expect("it is there");
    let expected = format!("Generating {}/alembic/versions/d4_add_users_now.py ...  done\n", root.display());
    assert_eq!((run.code, run.stdout, run.stderr.as_str()), (0, expected, ""));
    let text = read(&project, "alembic/versions/d4_add_users_now.py");
    assert!(
        text.starts_with("\"\"\"add Users, now\n\nRevision ID: d4\nRevises: c3cc\nCreate Date: 2"),
        "{text}"
    );
    let end = "\n\"\"\"\nrevision = 'd4'\ndown_revision = 'c3cc'\nbranch_labels = None\ndepends_on = 'b2bb'\n\n\ndef upgrade():\n    pass\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn ids_are_twelve_digits_of_chance() {
    let project = project();
    let names: Vec<String> = (0..2)
        .map(|_| {
            let run = run(&project, &["revision", "--head", "base", "--format", "json"]);
            let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
            let id = json["revision"]["id"].as_str().expect("an id").to_owned();
            assert_eq!(json["command"], "revision");
            assert_eq!(json["files"][0], format!("alembic/versions/{id}_.py"));
            assert!(
                read(&project, &format!("alembic/versions/{id}_.py")).starts_with("\"\"\"empty message\n")
            );
            id
        })
        .collect();
    assert!(names.iter().all(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert_ne!(names[0], names[1]);
}

#[test]
fn merge_brings_heads_together() {
    let project = project();
    let run = run(&project, &["merge", "heads", "-m", "both", "--rev-id", "m1", "--branch-label", "all"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = read(&project, "alembic/versions/m1_both.py");
    assert!(text.contains("Revises: b2bb, c3cc\n"), "{text}");
    assert!(text.contains("down_revision = ('b2bb', 'c3cc')\nbranch_labels = ('all',)\n"), "{text}");
    let check = trueup_in(project.path(), &["check", "--only", "graph", "-q"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

#[test]
fn what_does_not_fit_into_the_graph_is_refused() {
    let project = project();
    let refused = |arguments: &[&str], words: &[&str]| {
        let told = refusal(&project, arguments);
        for word in words {
            assert!(told.contains(word), "{arguments:?} does not say {word}: {told}");
        }
    };
    refused(&["revision"], &["`b2bb`, `c3cc`", "--head", "trueup merge heads"]);
    refused(&["revision", "--head", "nope"], &["`nope`"]);
    refused(&["revision", "--head", "a1aa"], &["`b2bb`, `c3cc` follows it", "--splice"]);
    refused(&["revision", "--head", "b2", "--rev-id", "c3cc"], &["is taken by `alembic/versions/c3.py`"]);
    refused(&["revision", "--head", "b2", "--rev-id", "a-b@c"], &["contains `@`, `-`"]);
    refused(&["revision", "--head", "b2", "--rev-id", "head"], &["no command could name"]);
    refused(&["revision", "--head", "b2", "--rev-id", "../x"], &["name of a file"]);
    refused(&["revision", "--head", "b2", "--branch-label", "side"], &["is taken by the revision `c3cc`"]);
    refused(&["revision", "--head", "b2", "--branch-label", "a1aa"], &["is taken by the revision `a1aa`"]);
    refused(&["revision", "--head", "b2", "--depends-on", "base"], &["no revision to depend on"]);
    refused(
        &["revision", "--head", "b2", "--version-path", "x"],
        &["no version location", "`alembic/versions`"],
    );
    refused(&["merge", "b2"], &["`b2bb` alone cannot be merged"]);
    refused(&["merge", "b2", "b2bb"], &["named twice"]);
    refused(&["merge", "b2", "a1", "--splice"], &["`b2bb` builds on `a1aa`"]);
    refused(&["merge", "base"], &["nothing to merge"]);
    refused(&["revision", "--sql"], &["no SQL"]);
}

#[test]
fn an_id_that_is_too_long_is_a_warning() {
    let project = project();
    let id = "a_very_long_identifier_that_postgresql_refuses";
    let run = run(&project, &["revision", "--head", "b2", "--rev-id", id]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.starts_with("warning: the revision id `a_very") && run.stderr.contains("holds 32"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_branch_begins_where_it_is_spliced() {
    let project = project();
    let run =
        run(&project, &["revision", "--head", "a1", "--splice", "--rev-id", "d4", "--branch-label", "third"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = read(&project, "alembic/versions/d4_.py");
    assert!(text.contains("down_revision = 'a1aa'\nbranch_labels = ('third',)\n"), "{text}");
}

#[test]
fn a_file_that_is_there_is_kept() {
    let project = project_with("file_template = %%(slug)s\n", TEMPLATE);
    project.write("alembic/versions/taken.py", "revision = 'zz'\ndown_revision = None\n");
    let told = refusal(&project, &["revision", "--head", "b2", "-m", "taken"]);
    assert!(told.contains("taken.py` exists already"), "{told}");
}

#[test]
fn settings_of_names_and_dates() {
    let settings = "file_template = %%(year)d/%%(month).2d_%%(rev)s_%%(slug)s\nrecursive_version_locations = true\ntruncate_slug_length = 8\ntimezone = Asia/Kolkata\n";
    let project = project_with(settings, TEMPLATE);
    let run_ = run(
        &project,
        &["revision", "--head", "b2", "-m", "add many things", "--rev-id", "d4", "--format", "json"],
    );
    let json: Value =
        serde_json::from_str(&run_.stdout).unwrap_or_else(|error| panic!("{error}: {}", run_.stderr));
    let path = json["files"][0].as_str().expect("a file");
    assert!(path.starts_with("alembic/versions/2") && path.ends_with("_d4_add_.py"), "{path}");
    assert_eq!(json["directories"][0].as_str().map(str::len), Some("alembic/versions/2026".len()));
    assert!(read(&project, path).contains("+05:30\n"), "{}", read(&project, path));
    assert!(run(&project, &["heads"]).stdout.contains("d4 (head)"));
    for (settings, word) in [
        ("file_template = %%(author)s\n", "there is no token `%(author)s`"),
        ("file_template = %%(year)d/%%(rev)s\n", "recursive_version_locations = true"),
        ("file_template = ../%%(rev)s\n", "outside of"),
        ("truncate_slug_length = many\n", "no number of characters"),
        ("timezone = Mars\n", "no time zone"),
        ("output_encoding = latin-1\n", "UTF-8 only"),
    ] {
        let told = refusal(&project_with(settings, TEMPLATE), &["revision", "--head", "b2"]);
        assert!(told.contains(word), "{settings}: {told}");
    }
}

#[test]
fn a_version_location_is_chosen() {
    let settings = "version_locations = %(here)s/alembic/versions:%(here)s/other\n";
    let project = project_with(settings, TEMPLATE);
    let told = refusal(&project, &["revision", "--head", "base"]);
    assert!(told.contains("`alembic/versions`, `other`"), "{told}");
    let first = run(&project, &["revision", "--head", "base", "--version-path", "other", "--rev-id", "o1"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(
        first.stdout.starts_with("Creating directory ") && first.stdout.contains("/other ...  done\n"),
        "{}",
        first.stdout
    );
    // What follows goes beside what it follows.
    run(&project, &["revision", "--head", "o1", "--rev-id", "o2"]);
    assert_eq!(files(&project.path().join("other")), ["o1_.py", "o2_.py"]);
}

#[test]
fn templates_that_cannot_be_evaluated_are_refused_with_their_line() {
    let refused = |template: &str, words: &[&str]| {
        let told = refusal(&project_with("", template), &["revision", "--head", "b2", "-m", "x"]);
        for word in words {
            assert!(told.contains(word), "{told}");
        }
    };
    refused("a\n${nothing}\n", &["`alembic/script.py.mako` line 2:", "`nothing` is not set"]);
    refused("<%! import getpass %>\n\n# ${getpass.getuser()}\n", &["line 3:", "not known"]);
    refused("<%def name=\"f()\">x</%def>", &["line 1:", "`<%def>`"]);
    refused(
        &TEMPLATE.replace("revision = ${repr(up_revision)}", "revision = 'fixed'"),
        &["says `fixed` for `revision`"],
    );
    refused(
        &TEMPLATE.replace("\"\"\"\nrevision", "\nrevision"),
        &["cannot be a revision", "not valid Python"],
    );
    let unlabelled = TEMPLATE.replace("branch_labels = ${repr(branch_labels)}\n", "");
    let told = refusal(&project_with("", &unlabelled), &["revision", "--head", "b2", "--branch-label", "x"]);
    assert!(
        told.contains("nothing for `branch_labels`") && told.contains("${repr(branch_labels)}"),
        "{told}"
    );
}

#[test]
fn a_message_that_breaks_the_file_is_refused() {
    let told = refusal(&project(), &["revision", "--head", "b2", "-m", "say \"\"\"this\"\"\""]);
    assert!(told.contains("quotes or backslashes in the message"), "{told}");
}

#[test]
fn an_environment_that_alembic_would_run_is_told() {
    let project = project_with("revision_environment = true\n", TEMPLATE);
    let run = run(&project, &["revision", "--head", "b2"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("env.py is not run"), "{}", run.stderr);
}

#[test]
fn hooks_are_run_and_their_failures_told() {
    let settings = "\n[post_write_hooks]\nhooks = note, fail\nnote.type = exec\nnote.executable = sh\nnote.options = -c \"printf '# touched\\n' >> \\$0; echo seen\" REVISION_SCRIPT_FILENAME\nfail.type = exec\nfail.executable = sh\nfail.options = -c \"exit 3\"  REVISION_SCRIPT_FILENAME\n";
    let project = project_with(&settings.replace("\\$0", "$0"), TEMPLATE);
    let told = run(&project, &["revision", "--head", "b2", "--rev-id", "d4"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let after =
        "Running post write hook 'note' ...\nseen\n  done\nRunning post write hook 'fail' ...\n  done\n";
    assert!(told.stdout.ends_with(after), "{}", told.stdout);
    assert!(told.stderr.contains("`fail` has failed: exit status: 3"), "{}", told.stderr);
    assert!(read(&project, "alembic/versions/d4_.py").ends_with("# touched\n"));
    let json = run(&project, &["revision", "--head", "c3", "--rev-id", "e5", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).expect("nothing but JSON, whatever hooks print");
    assert_eq!(json["hooks"][1]["name"], "fail");
    assert_eq!(json["hooks"][1]["exit_code"], 3);
}

#[test]
fn hooks_that_cannot_be_run_are_told() {
    let hook = |values: &str| project_with(&format!("\n[post_write_hooks]\nhooks = h\n{values}"), TEMPLATE);
    let told = refusal(&hook(""), &["revision", "--head", "b2"]);
    assert!(told.contains("`h` has no `type`"), "{told}");
    let told = refusal(&hook("h.type = exec\n"), &["revision", "--head", "b2"]);
    assert!(told.contains("`h` has no `executable`"), "{told}");
    let told = refusal(&hook("h.type = spaces\n"), &["revision", "--head", "b2"]);
    assert!(told.contains("`spaces`, which does not exist"), "{told}");
    let gone = hook("h.type = exec\nh.executable = no-such-program\n");
    let told = run(&gone, &["revision", "--head", "b2", "--rev-id", "d4"]);
    assert_eq!(told.code, 2);
    assert!(
        told.stdout.ends_with("  FAILED\n") && told.stderr.contains("the revision is written"),
        "{}",
        told.stderr
    );
    assert!(read(&gone, "alembic/versions/d4_.py").contains("revision = 'd4'"));
}

#[test]
fn modules_and_console_scripts_are_those_of_the_projects_python() {
    let settings = "\n[post_write_hooks]\nhooks = m\nm.type = module\nm.module = tabnanny\nm.options = REVISION_SCRIPT_FILENAME\n";
    let project = project_with(settings, TEMPLATE);
    let told = run(&project, &["revision", "--head", "b2"]);
    assert_eq!(told.code, 0, "{}{}", told.stdout, told.stderr);
    assert!(told.stdout.ends_with("Running post write hook 'm' ...\n  done\n"), "{}", told.stdout);
    let missing = project_with(&settings.replace("tabnanny", "no_such_module"), TEMPLATE);
    let told = run(&missing, &["revision", "--head", "b2"]);
    assert_eq!(told.code, 2);
    assert!(told.stderr.contains("has no module `no_such_module`"), "{}", told.stderr);
    let script =
        settings.replace("module\nm.module = tabnanny", "console_scripts\nm.entrypoint = no-such-script");
    let told = run(&project_with(&script, TEMPLATE), &["revision", "--head", "b2"]);
    assert!(told.stderr.contains("has no console script `no-such-script`"), "{}", told.stderr);
}

#[test]
fn hooks_of_pyproject_are_run() {
    let project = Project::new()
        .file("pyproject.toml", "[tool.alembic]\nscript_location = \"%(here)s/alembic\"\n\n[[tool.alembic.post_write_hooks]]\nname = \"show\"\ntype = \"exec\"\nexecutable = \"basename\"\n")
        .file("alembic/env.py", "")
        .file("alembic/script.py.mako", TEMPLATE);
    let told = run(&project, &["revision", "--rev-id", "a1"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.ends_with("Running post write hook 'show' ...\na1_.py\n  done\n"), "{}", told.stdout);
}

#[cfg(unix)]
#[test]
fn edit_opens_the_files_in_the_editor() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = project();
    let editor = project.path().join("editor.sh");
    fs::write(&editor, "#!/bin/sh\nbasename \"$1\"\necho '# edited' >> \"$1\"\n").expect("written");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("made executable");
    let editor = editor.to_string_lossy().into_owned();
    let variables = [("EDITOR", editor.as_str())];
    let run = trueup_with(project.path(), &["edit", "heads"], &variables);
    assert_eq!((run.code, run.stdout.as_str()), (0, "b2.py\nc3.py\n"), "{}", run.stderr);
    assert!(read(&project, "alembic/versions/c3.py").ends_with("# edited\n"));
    let none = trueup_with(project.path(), &["edit", "base", "--color", "never"], &variables);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("`base` names no revision file"), "{}", none.stderr);
    let failing = trueup_with(project.path(), &["edit", "b2", "--color", "never"], &[("EDITOR", "false")]);
    assert_eq!(failing.code, 2);
    assert!(failing.stderr.contains("false` has failed: exit status: 1"), "{}", failing.stderr);
    let missing =
        trueup_with(project.path(), &["edit", "b2", "--color", "never"], &[("EDITOR", "gone"), ("PATH", "")]);
    assert!(missing.stderr.contains("there is no editor `gone`"), "{}", missing.stderr);
}

#[test]
fn init_makes_a_project_that_works() {
    for template in ["generic", "async", "multidb", "pyproject", "pyproject_async"] {
        let project = Project::new();
        let made = run(&project, &["init", "-t", template, "--package", "db/migrations"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        assert!(made.stdout.contains("/db/migrations/versions ...  done\n"), "{}", made.stdout);
        assert!(made.stdout.contains("/db/migrations/versions/__init__.py ...  done\n"), "{}", made.stdout);
        assert!(made.stdout.ends_with("/alembic.ini before proceeding.\n"), "{}", made.stdout);
        let first = run(&project, &["revision", "-m", "create the users table"]);
        assert_eq!(first.code, 0, "{template}: {}", first.stderr);
        let check = run(&project, &["check", "--only", "graph", "-q", "--fail-on", "info"]);
        assert_eq!((check.code, check.stdout.as_str()), (0, ""), "{template}: {}", check.stderr);
        let again = run(&project, &["init", "-t", template, "db/migrations"]);
        assert_eq!((again.code, again.stdout.as_str()), (2, ""));
        assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
    }
}

#[test]
fn init_keeps_what_is_there() {
    let project =
        Project::new().file("pyproject.toml", "[project]\nname = \"shop\"\n").file("alembic.ini", "# mine\n");
    let made = run(&project, &["init", "-t", "pyproject", "migrations"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(made.stdout.contains("alembic.ini already exists, skipping\n"), "{}", made.stdout);
    assert!(made.stdout.contains("Appending to existing "), "{}", made.stdout);
    let text = read(&project, "pyproject.toml");
    assert!(text.starts_with("[project]\nname = \"shop\"\n\n\n[tool.alembic]\n"), "{text}");
    assert!(text.contains("script_location = \"%(here)s/migrations\"\n"), "{text}");
    assert_eq!(read(&project, "alembic.ini"), "# mine\n");
    let second = run(&project, &["init", "-t", "pyproject", "others"]);
    assert!(second.stdout.contains("already has a [tool.alembic] section, skipping\n"), "{}", second.stdout);
}

#[test]
fn init_names_the_folder_from_the_configuration_files_place() {
    let project = Project::new();
    let made = run(&project, &["init", "-c", "config/alembic.ini", "migrations"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(read(&project, "config/alembic.ini").contains("\nscript_location = %(here)s/../migrations\n"));
    let json = run(&project, &["init", "more", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["directories"][1], "more/versions");
    assert_eq!(json["files"][3], "alembic.ini");
    let unknown = run(&project, &["init", "-t", "nope", "x"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("the templates are generic, async"), "{}", unknown.stderr);
}

#[test]
fn list_templates_names_what_init_knows() {
    let project = Project::new();
    let listed = run(&project, &["list_templates"]);
    assert_eq!(listed.code, 0);
    assert!(listed.stdout.starts_with("Available templates:\n\ngeneric - "), "{}", listed.stdout);
    let json: Value =
        serde_json::from_str(&run(&project, &["list_templates", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["templates"].as_array().map(Vec::len), Some(5));
}
