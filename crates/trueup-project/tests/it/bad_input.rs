//! Whatever lies in a project's folder, `check` ends, says what is wrong once and with its place, and writes nothing.
//!
//! No test measures time: work without end is stopped by the interpreter's fuel, which is the same everywhere.

use trueup_project::config::{ConfigError, ConfigRequest, Configuration};
use trueup_project::pipelines::check::{CheckRequest, check};
use trueup_project::report::Report;
use trueup_testkit::project::Project;

const INI: &str =
    "[alembic]\nscript_location = alembic\nprepend_sys_path = .\nsqlalchemy.url = sqlite:///app.db\n";

const ENV: &str = "from alembic import context\nfrom app.models import Base\n\ntarget_metadata = Base.metadata\n\
                   context.configure(target_metadata=target_metadata)\n";

const MODELS: &str = "from sqlalchemy import Column, ForeignKey, Integer, String\n\
                      from sqlalchemy.orm import DeclarativeBase\n\n\n\
                      class Base(DeclarativeBase):\n    pass\n\n\n\
                      class User(Base):\n    __tablename__ = 'users'\n\n    \
                      id = Column(Integer, primary_key=True)\n    name = Column(String(50), nullable=False)\n\n\n";

/// A revision that does what the models say.
const FIRST: &str = "op.create_table('users', sa.Column('id', sa.Integer(), primary_key=True), \
                     sa.Column('name', sa.String(50), nullable=False))";

fn revision(id: &str, down: &str, before: &str, upgrade: &str) -> String {
    let upgrade = upgrade.replace('\n', "\n    ");
    format!(
        "\"\"\"do the work of {id}\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n{before}\n\
         revision = '{id}'\ndown_revision = {down}\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    \
         raise NotImplementedError('restore a backup')\n"
    )
}

/// A healthy project of one revision and one table.
fn healthy() -> Project {
    Project::new()
        .file("alembic.ini", INI)
        .file("alembic/env.py", ENV)
        .file("app/__init__.py", "")
        .file("app/models.py", MODELS)
        .file("alembic/versions/a1.py", &revision("a1", "None", "", FIRST))
}

/// The healthy project with a second revision.
fn with_upgrade(before: &str, upgrade: &str) -> Project {
    healthy().file("alembic/versions/b2.py", &revision("b2", "'a1'", before, upgrade))
}

fn load(project: &Project) -> Result<Configuration, ConfigError> {
    Configuration::load(&ConfigRequest {
        directory: project.path().to_path_buf(),
        ..ConfigRequest::default()
    })
}

fn report(project: &Project, request: &CheckRequest) -> Report {
    let configuration = load(project).expect("the configuration can be used");
    let before = project.files();
    let ignore = vec!["irreversible-downgrade".to_owned()];
    let request = CheckRequest { ignore, ..request.clone() };
    let report = check(&configuration, &request).expect("the request names nothing that does not exist");
    assert_eq!(project.files(), before, "reading a project writes nothing");
    report
}

/// Returns what is reported, `rule path:line message`, without what is only worth a note.
fn found(project: &Project) -> Vec<String> {
    let report = report(project, &CheckRequest::default());
    let place = |diagnostic: &trueup_schema::Diagnostic| {
        let location = diagnostic.location.as_ref()?;
        let line = report.texts.range(location).map(|(start, _)| format!(":{}", start.line));
        Some(format!("{}{}", location.path, line.unwrap_or_default()))
    };
    report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity > trueup_schema::Severity::Info)
        .map(|diagnostic| {
            let place = place(diagnostic).unwrap_or_default();
            format!("{} {place} {}", diagnostic.rule, diagnostic.message)
        })
        .collect()
}

/// Asserts that there is one finding, and what it begins with and contains.
#[track_caller]
fn one(project: &Project, begins: &str, contains: &str) {
    let found = found(project);
    assert_eq!(found.len(), 1, "one root cause is one finding: {found:#?}");
    assert!(found[0].starts_with(begins), "`{}` does not begin with `{begins}`", found[0]);
    assert!(found[0].contains(contains), "`{}` does not contain `{contains}`", found[0]);
}

#[track_caller]
fn none(project: &Project) {
    assert_eq!(found(project), Vec::<String>::new());
}

#[test]
fn a_healthy_project_has_no_findings() {
    none(&healthy());
}

#[test]
fn files_in_another_encoding_are_told_and_read_on() {
    let project = healthy();
    project.write("app/extra.py", b"x = 1\ny = 'caf\xe9'\n");
    one(&project, "undecodable-source app/extra.py:2", "it is not UTF-8");

    // What the file declares is known all the same: nothing looks missing.
    let project = healthy();
    project.write("app/models.py", [b"# caf\xe9\n".as_slice(), MODELS.as_bytes()].concat());
    one(&project, "undecodable-source app/models.py:1", "it is not UTF-8");

    let project = healthy();
    project.write("alembic/env.py", [ENV.as_bytes(), b"# caf\xe9\n"].concat());
    one(&project, "undecodable-source alembic/env.py:6", "it is not UTF-8");

    let project = healthy();
    let text = revision("b2", "'a1'", "", "pass");
    project.write("alembic/versions/b2.py", [text.as_bytes(), b"# caf\xe9\n"].concat());
    one(&project, "unloadable-revision alembic/versions/b2.py:15", "it is not UTF-8");

    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    project.write("alembic/versions/b2.py", [[0xFF, 0xFE].as_slice(), &wide].concat());
    one(&project, "unloadable-revision alembic/versions/b2.py ", "it is UTF-16");
}

#[test]
fn latin_1_is_read_where_the_file_says_so() {
    let project = healthy();
    project.write("app/extra.py", b"# -*- coding: latin-1 -*-\ny = 'caf\xe9'\n");
    none(&project);
}

#[test]
fn marks_and_line_ends_do_not_matter_to_python() {
    let project = healthy();
    project.write("app/models.py", format!("\u{feff}{}", MODELS.replace('\n', "\r\n")));
    let text = revision("a1", "None", "", FIRST);
    project.write("alembic/versions/a1.py", format!("\u{feff}{}", text.replace("    ", "\t")));
    none(&project);
}

#[test]
fn what_is_no_python_is_told_at_its_first_line() {
    let page = healthy().file("alembic/versions/b2.py", "<html>\n</html>\n");
    one(&page, "unloadable-revision alembic/versions/b2.py:1", "it is not valid Python");
    let empty = healthy().file("alembic/versions/b2.py", "");
    one(&empty, "unloadable-revision alembic/versions/b2.py ", "it has no `revision`");
    let text = format!("{MODELS}class Broken(Base:\n    pass\n");
    let model = healthy().file("app/models.py", &text);
    one(&model, "undecodable-source app/models.py:16", "cannot be read");
    let nul = healthy().file("app/models.py", &format!("{MODELS}\0"));
    one(&nul, "undecodable-source app/models.py:16", "unexpected token");
}

#[test]
fn files_too_large_to_read_hide_nothing_else() {
    let project = healthy();
    let file = std::fs::File::create(project.path().join("app/models.py")).expect("a file can be created");
    // A hole takes no room on the disk.
    file.set_len(trueup_project::files::MAX_SOURCE_BYTES + 1).expect("a file can be made long");
    one(&project, "undecodable-source app/models.py ", "it is larger than 16 MB");
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_in_circles_and_twice_to_the_same_file() {
    use std::os::unix::fs::symlink;
    let project = healthy();
    symlink("..", project.path().join("app/again")).expect("a link can be made");
    symlink(".", project.path().join("alembic/versions/again")).expect("a link can be made");
    symlink("alembic/versions", project.path().join("other")).expect("a link can be made");
    project.write("alembic.ini", format!("{INI}version_locations = alembic/versions other\n"));
    none(&project);
    symlink("nowhere.py", project.path().join("alembic/versions/b2.py")).expect("a link can be made");
    one(&project, "unloadable-revision alembic/versions/b2.py ", "a link that leads nowhere");
    let device = healthy();
    symlink("/dev/zero", device.path().join("alembic/versions/b2.py")).expect("a link can be made");
    one(&device, "unloadable-revision alembic/versions/b2.py ", "it is no regular file");
}

#[test]
fn folders_named_like_files_are_folders() {
    let project = healthy().file("alembic/versions/z.py/x.txt", "").file("app/y.py/x.txt", "");
    none(&project);
}

#[test]
fn project_files_named_like_libraries_do_not_hide_them() {
    let project = healthy().file("alembic/__init__.py", "").file("types.py", "raise SystemExit\n");
    none(&project);
}

#[test]
fn version_locations_that_are_not_there_are_told() {
    let gone = healthy();
    std::fs::remove_dir_all(gone.path().join("alembic/versions")).expect("the folder can be removed");
    let found = found(&gone);
    let told = "unusable-setting alembic.ini:2 `alembic.ini`: the version location `alembic/versions` does not exist";
    assert!(found.iter().any(|finding| finding.starts_with(told)), "{found:#?}");

    let second = healthy().file("alembic.ini", &format!("{INI}version_locations = alembic/versions gone\n"));
    one(&second, "unusable-setting alembic.ini:5", "the version location `gone` does not exist");
}

#[test]
fn lines_that_stop_alembic_are_told() {
    for (line, contains) in [
        ("nonsense", "neither `key = value` nor"),
        ("output_encoding = 50%", "must be written `%%`"),
        ("file_template = %(year)d", "a `%` must be written"),
        ("timezone = %(zone)s", "nothing defines `%(zone)s`"),
        ("script_location = alembic", "is set twice"),
        ("[alembic]", "two sections `[alembic]`"),
    ] {
        let project = healthy().file("alembic.ini", &format!("{INI}{line}\n"));
        one(&project, "unusable-setting alembic.ini:5", contains);
    }
    one(
        &healthy().file("alembic.ini", &format!("\u{feff}{INI}")),
        "unusable-setting alembic.ini:1",
        "byte order mark",
    );
}

#[test]
fn a_line_with_a_password_is_not_shown() {
    let ini = "[alembic]\nscript_location = alembic\nsqlalchemy.url = postgresql://u:p%40ss@h/db\n";
    one(&healthy().file("alembic.ini", ini), "unusable-setting alembic.ini `alembic.ini` line 3", "%%");
}

#[test]
fn values_that_repeat_each_other_stay_small() {
    let mut ini = format!("{INI}a0 = xxxxxxxxxx\n");
    for level in 1..=10 {
        ini.push_str(&format!("a{level} = {}\n", format!("%(a{})s", level - 1).repeat(10)));
    }
    one(&healthy().file("alembic.ini", &ini), "unusable-setting alembic.ini:11", "longer than a megabyte");
}

#[test]
fn a_configuration_that_cannot_be_used_is_one_sentence() {
    for (ini, message) in [
        ("", "has no section `[alembic]`"),
        ("[alembic]\nscript_location = gone\n", "is `gone`, and there is no such folder"),
        ("[alembic]\nscript_location = C:\\work\\alembic\n", "there is no such folder"),
        (
            "[alembic]\nscript_location = %(nope)s/alembic\n",
            "line 2 is not valid: `script_location`: nothing defines",
        ),
    ] {
        let error = load(&healthy().file("alembic.ini", ini)).map(|_| ()).expect_err("it cannot be used");
        assert!(error.to_string().contains(message), "`{error}` does not contain `{message}`");
    }
    for (settings, message) in [
        ("foo = 1\n", "unknown field `foo`"),
        ("ignore = 'multiple-heads'\n", "expected a sequence"),
        ("ignore = [\n", "is not valid"),
    ] {
        let error =
            load(&healthy().file("trueup.toml", settings)).map(|_| ()).expect_err("it cannot be used");
        assert!(error.to_string().contains(message), "`{error}` does not contain `{message}`");
    }
}

#[test]
fn settings_that_name_no_rule_are_refused() {
    for (settings, message) in [
        ("ignore = ['no-such-rule']\n", "no rule or group is called `no-such-rule`"),
        ("[severity]\nmultiple-heads = 'fatal'\n", "`fatal` is no severity"),
    ] {
        let project = healthy().file("trueup.toml", settings);
        let configuration = load(&project).expect("it can be read");
        let error = check(&configuration, &CheckRequest::default()).expect_err("it names nothing");
        assert!(error.contains(message), "`{error}` does not contain `{message}`");
    }
}

#[test]
fn headers_of_the_wrong_type_are_told_at_the_value() {
    let header = |id: &str| {
        let text = format!("\"\"\"do the work\"\"\"\nrevision = {id}\ndown_revision = 'a1'\n");
        healthy().file("alembic/versions/b2.py", &text)
    };
    let at = "unloadable-revision alembic/versions/b2.py:2";
    one(&header("5"), at, "its `revision` is 5, not a text");
    one(&header("('b2', 'b3')"), at, "its `revision` is ('b2', 'b3'), not a text");
    one(&header("1 / 0"), at, "ZeroDivisionError");
    one(&header("'x' * 10**9"), at, "too large to evaluate");

    let text = revision("b2", "5", "", "pass");
    let project = healthy().file("alembic/versions/b2.py", &text);
    let found = found(&project);
    let told = "unloadable-revision alembic/versions/b2.py:6 `alembic/versions/b2.py` cannot be loaded: its \
                `down_revision` is 5, not a revision id, several, or None";
    assert!(found.iter().any(|finding| finding == told), "{found:#?}");
}

#[test]
fn work_without_end_is_stopped_by_fuel() {
    for upgrade in [
        "while True:\n    pass",
        "while True:\n    try:\n        1 / 0\n    finally:\n        continue",
        "x = 'x' * 10**9",
        "x = [0] * 10**9",
        "list(range(10**12))",
        "x = []\nx.append(x)\ny = []\ny.append(y)\nx == y",
        "f'{5:1000000000}'",
        "import itertools\nfor x in itertools.cycle([1]):\n    pass",
    ] {
        one(&with_upgrade("", upgrade), "unproven-revision alembic/versions/b2.py:", "what `b2` does");
    }
    let endless = with_upgrade("def f():\n    return f()\n", "f()");
    one(&endless, "unproven-revision alembic/versions/b2.py:5", "endless recursion");
    let elsewhere =
        with_upgrade("while True:\n    pass\n\n\nclass Body:\n    while True:\n        pass\n", "pass");
    none(&elsewhere);
}

#[test]
fn what_a_stopped_revision_touched_is_not_compared() {
    let columns = "i = 0\nwhile i < 200:\n    i += 1\n    op.add_column('users', sa.Column('c%d' % i, sa.Integer()))\n\
                   while True:\n    pass";
    one(&with_upgrade("", columns), "unproven-revision", "endless loop");
    let tables = "i = 0\nwhile i < 50:\n    i += 1\n    op.create_table('t%d' % i, sa.Column('c', sa.Integer()))\n\
                  raise RuntimeError('no further')";
    one(&with_upgrade("", tables), "unproven-revision alembic/versions/b2.py:14", "RuntimeError: no further");
}

#[test]
fn nothing_of_a_revision_is_executed() {
    for upgrade in [
        "import os\nos.system('touch made')\nos.mkdir('made')",
        "open('made', 'w').write('x')",
        "from pathlib import Path\nPath('made').write_text('x')",
        "import subprocess\nsubprocess.run(['touch', 'made'])",
        "exec('open(\"made\", \"w\")')",
    ] {
        // The check itself asserts that no file has come.
        none(&with_upgrade("", upgrade));
    }
}

#[test]
fn absurd_nesting_is_refused_at_its_place() {
    for upgrade in [
        format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("x = {}1", "-".repeat(5_000)),
        format!("x = {}1", "not ".repeat(20_000)),
        format!("x = {}", vec!["1"; 20_000].join(" + ")),
        format!("x = a{}", ".b".repeat(7_000)),
        format!("x = {}1", "lambda: ".repeat(5_000)),
    ] {
        let at = "unloadable-revision alembic/versions/b2.py:10 `alembic/versions/b2.py` cannot be loaded: code is nested";
        one(&with_upgrade("", &upgrade), at, "too deeply to be read");
    }
}

#[test]
fn env_py_that_stops_is_told_where() {
    let with_env = |text: &str| healthy().file("alembic/env.py", &format!("{ENV}{text}"));
    one(&with_env("raise RuntimeError('no')\n"), "failing-env alembic/env.py:6", "RuntimeError: no");
    one(&with_env("import sys\nsys.exit(1)\n"), "failing-env alembic/env.py:7", "SystemExit");
    one(&with_env("while True:\n    pass\n"), "failing-env alembic/env.py:", "endless loop");
    // What depends on the surroundings is no certain stop.
    none(&with_env("def online(engine=None):\n    engine.connect()\n\n\nonline()\n"));
    let missing = healthy().file("alembic/env.py", &ENV.replace("app.models", "app.gone"));
    one(&missing, "unresolved-import alembic/env.py:2", "module `app.gone` does not exist");
}

#[test]
fn what_env_py_does_and_hands_over_reaches_the_revisions() {
    let env = "from alembic import context\nfrom sqlalchemy import create_engine, text\n\n\
               with create_engine('postgresql://').connect() as connection:\n    \
               connection.execute(text('CREATE EXTENSION citext'))\n    \
               context.configure(connection=connection, target_metadata=None)\n    \
               context.run_migrations(engine_name='main')\n";
    let functions = "def upgrade_main():\n    \
                     op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('c', CITEXT()))\n\n\n\
                     def upgrade_spare():\n    op.drop_table('nowhere')\n\n\n";
    let before = format!("from sqlalchemy.dialects.postgresql import CITEXT\n\n\n{functions}");
    let first = revision("a1", "None", &before, "globals()['upgrade_' + engine_name]()");
    let project = |env: &str| {
        Project::new()
            .file("alembic.ini", &INI.replace("sqlite:///app.db", "postgresql://localhost/app"))
            .file("alembic/env.py", env)
            .file("alembic/versions/a1.py", &first.replace("def upgrade():", "def upgrade(engine_name):"))
    };
    none(&project(env));
    let without = env.replace("CREATE EXTENSION citext", "SELECT 1");
    one(&project(&without), "missing-extension alembic/versions/a1.py:", "`citext`");
    let unnamed = env.replace("engine_name='main'", "");
    one(&project(&unnamed), "unproven-revision alembic/versions/a1.py:", "which one is meant is not known");
}

#[test]
fn what_an_unknown_base_class_may_bring_is_not_missing() {
    let models = MODELS
        .replace("class User(Base)", "class User(Keyed, Base)")
        .replace("primary_key=True", "index=True");
    let imports = "from absent_library import Keyed\n";
    let project = healthy().file("app/models.py", &format!("{imports}{models}"));
    let report = report(&project, &CheckRequest::default());
    let rules: Vec<&str> = report.diagnostics.iter().map(|finding| finding.rule).collect();
    assert!(!rules.contains(&"missing-primary-key"), "{rules:?}");
    let note =
        "what `User` may have from `Keyed` is not known: module `absent_library` is not part of the project";
    assert!(report.project.notes.iter().any(|found| found == note), "{:?}", report.project.notes);
}

#[test]
fn a_model_that_cannot_be_read_is_told_and_not_compared() {
    let with_model = |body: &str| {
        let class = format!(
            "class Thing(Base):\n    __tablename__ = 'things'\n    id = Column(Integer, primary_key=True)\n{body}\n"
        );
        healthy().file("app/models.py", &format!("{MODELS}{class}"))
    };
    let at = "unreadable-model app/models.py:19";
    one(&with_model("    x = 1 / 0"), at, "`Thing` cannot be read: ZeroDivisionError");
    one(&with_model("    x = Column(Missing)"), at, "NameError: name 'Missing' is not defined");
    one(&with_model("    x = Column(ForeignKey())"), at, "TypeError");
    one(&with_model("    while True: pass"), at, "endless loop");
    // The table exists in the revisions: what the model says of it is unknown, so nothing differs.
    let user = format!("{MODELS}    other = 1 / 0\n").replace("\n\n\n    other", "\n    other");
    one(
        &healthy().file("app/models.py", &user),
        "unreadable-model app/models.py:14",
        "`User` cannot be read",
    );
}

#[test]
fn what_sqlmodel_refuses_is_told_at_the_class() {
    let text = "from sqlmodel import Field, SQLModel\n\n\n\
                class Hero(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    tags: list[str]\n";
    let project = healthy().file("app/heroes.py", text);
    one(
        &project,
        "unreadable-model app/heroes.py:4",
        "`Hero` cannot be read: ValueError: <class 'list'> has no",
    );
}

#[test]
fn imports_in_circles_end() {
    let project = healthy()
        .file("app/models.py", &format!("{MODELS}from app.b import *\n"))
        .file("app/b.py", "from app.c import *\nfrom app.models import User\n")
        .file("app/c.py", "from app.b import *\nfrom app.models import *\nfrom app.c import *\n");
    none(&project);
}

#[test]
fn a_database_that_cannot_be_read_does_not_hide_the_rest() {
    let project = healthy().file("alembic/versions/b2.py", "");
    project.write("text.db", "hello world\n".repeat(500));
    for (address, message) in [
        ("sqlite:///gone.db", "gone.db` does not exist"),
        ("sqlite:///text.db", "file is not a database"),
        ("sqlite://", "in-memory"),
        ("postgresql://u:secret@127.0.0.1:1/db", "cannot connect to `127.0.0.1:1/db` as `u`"),
        ("mysql+pymysql://u:secret@h/db", "`mysql` are not supported"),
        ("not an address", "does not begin with"),
        ("$TRUEUP_NO_SUCH_VARIABLE", "the environment has no such variable"),
    ] {
        let request = CheckRequest { database: Some(address.to_owned()), ..CheckRequest::default() };
        let report = report(&project, &request);
        let failure = report.failure.map(|failure| failure.message).unwrap_or_default();
        assert!(failure.contains(message), "`{failure}` does not contain `{message}`");
        assert!(!failure.contains("secret"), "a password is shown: {failure}");
        assert!(report.diagnostics.iter().any(|finding| finding.rule == "unloadable-revision"));
    }
}
