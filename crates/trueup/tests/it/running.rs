//! `upgrade`, `downgrade`, `stamp` and `ensure_version`, on SQLite and PostgreSQL.

use serde_json::Value;
use trueup_testkit::postgres::Postgres;
use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in, trueup_with};

const ENV: &str = "from alembic import context\n\ndef run():\n    context.configure(connection=None)\n    context.run_migrations()\n";

pub(crate) fn revision(id: &str, down: &str, upgrade: &str, downgrade: &str) -> String {
    format!(
        "\"\"\"{id} does something\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"
    )
}

pub(crate) fn project(revisions: &[(&str, &str, &str, &str)]) -> Project {
    let project = Project::new()
        .file("alembic.ini", "[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///app.db\n")
        .file("alembic/env.py", ENV);
    revisions.iter().fold(project, |project, (id, down, upgrade, downgrade)| {
        project.file(&format!("alembic/versions/{id}.py"), &revision(id, down, upgrade, downgrade))
    })
}

/// Two tables, a row, a column that SQLite can only add by a rebuild.
fn library() -> Project {
    project(&[
        (
            "a1",
            "None",
            "op.create_table('book', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.String(20)))\n    op.bulk_insert(sa.table('book', sa.column('id', sa.Integer), sa.column('name', sa.String)), [{'id': 1, 'name': \"O'Neill\"}])",
            "op.drop_table('book')",
        ),
        (
            "b2",
            "'a1'",
            "op.execute(\"UPDATE book SET name = upper(name)\")\n    with op.batch_alter_table('book') as batch:\n        batch.alter_column('name', existing_type=sa.String(20), nullable=False)",
            "with op.batch_alter_table('book') as batch:\n        batch.alter_column('name', existing_type=sa.String(20), nullable=True)",
        ),
        (
            "c3",
            "'b2'",
            "op.create_index('ix_book_name', 'book', ['name'])",
            "op.drop_index('ix_book_name', 'book')",
        ),
    ])
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    trueup_in(project.path(), arguments)
}

fn current(project: &Project, database: &[&str]) -> String {
    let arguments: Vec<&str> = ["current"].iter().chain(database).copied().collect();
    run(project, &arguments).stdout
}

/// Runs a test on both databases, with the arguments that name each.
fn on_both(project: impl Fn() -> Project, test: impl Fn(&Project, &[&str])) {
    test(&project(), &[]);
    let database = Postgres::shared().scratch_database();
    test(&project(), &["--database", database.url()]);
}

fn with<'a>(arguments: &[&'a str], database: &[&'a str]) -> Vec<&'a str> {
    arguments.iter().chain(database).copied().collect()
}

#[test]
fn a_history_goes_up_and_down() {
    on_both(library, |project, database| {
        let up = run(project, &with(&["upgrade", "head"], database));
        assert_eq!((up.code, up.stdout.as_str()), (0, ""), "{}", up.stderr);
        assert_eq!(
            up.stderr,
            "Running upgrade  -> a1, a1 does something\nRunning upgrade a1 -> b2, b2 does something\nRunning upgrade b2 -> c3, c3 does something\n"
        );
        assert_eq!(current(project, database), "c3 (head)\n");
        let clean = run(project, &with(&["check", "--only", "drift"], database));
        assert!(!clean.stdout.contains("database-drift"), "{}", clean.stdout);
        let down = run(project, &with(&["downgrade", "-1"], database));
        assert_eq!((down.code, current(project, database).as_str()), (0, "b2\n"), "{}", down.stderr);
        assert_eq!(run(project, &with(&["downgrade", "base"], database)).code, 0);
        assert_eq!(current(project, database), "");
        assert_eq!(run(project, &with(&["upgrade", "+2"], database)).code, 0);
        assert_eq!(current(project, database), "b2\n");
    });
}

#[test]
fn nothing_to_do_changes_nothing() {
    on_both(library, |project, database| {
        assert_eq!(run(project, &with(&["upgrade", "head"], database)).code, 0);
        let again = run(project, &with(&["upgrade", "head"], database));
        assert_eq!((again.code, again.stderr.as_str()), (0, ""));
    });
}

#[test]
fn what_a_run_did_is_one_json_object() {
    on_both(library, |project, database| {
        let up = run(project, &with(&["upgrade", "head", "--format", "json"], database));
        let told: Value = serde_json::from_str(&up.stdout).expect("one object");
        assert_eq!((told["command"].as_str(), told["after"][0].as_str()), (Some("upgrade"), Some("c3")));
        assert_eq!(told["steps"][1]["revision"], "b2");
        assert!(told["steps"][1]["statements"].as_u64() >= Some(2));
    });
}

/// The second revision sends a statement that no server takes, which reading cannot know.
fn failing() -> Project {
    project(&[
        ("a1", "None", "op.create_table('t', sa.Column('n', sa.Integer))", "op.drop_table('t')"),
        (
            "b2",
            "'a1'",
            "op.create_table('u', sa.Column('n', sa.Integer))\n    op.execute(\"INSERT INTO t VALUES (1)\")\n    op.execute(\"UPDATE t SET n = nobody(n)\")",
            "op.drop_table('u')",
        ),
    ])
}

#[test]
fn a_statement_that_fails_is_told_with_its_place_and_leaves_nothing_half_done() {
    on_both(failing, |project, database| {
        let failed = run(project, &with(&["upgrade", "head"], database));
        assert_eq!(failed.code, 3, "{}", failed.stderr);
        for expected in [
            "the upgrade to `b2` failed",
            "alembic/versions/b2.py:12",
            "UPDATE t SET n = nobody(n)",
            "nobody",
        ] {
            assert!(failed.stderr.contains(expected), "{expected}: {}", failed.stderr);
        }
        // One transaction on PostgreSQL, one for each revision on SQLite: as with Alembic.
        let at = if database.is_empty() { "a1\n" } else { "" };
        assert_eq!(current(project, database), at);
        let again = run(project, &with(&["upgrade", "head"], database));
        assert_eq!(again.code, 3);
        assert!(!again.stderr.contains("already exists"), "{}", again.stderr);
    });
}

#[test]
fn what_would_fail_is_not_begun() {
    let twice = || {
        project(&[
            ("a1", "None", "op.create_table('t', sa.Column('n', sa.Integer))", "pass"),
            ("b2", "'a1'", "op.add_column('t', sa.Column('n', sa.Integer))", "pass"),
        ])
    };
    on_both(twice, |project, database| {
        let failed = run(project, &with(&["upgrade", "head"], database));
        assert_eq!(failed.code, 3);
        assert!(failed.stderr.contains("the upgrade to `b2` would fail"), "{}", failed.stderr);
    });
}

#[test]
fn stamping_is_refused_where_the_schema_is_another_one() {
    on_both(library, |project, database| {
        let refused = run(project, &with(&["stamp", "head"], database));
        assert_eq!(refused.code, 4, "{}", refused.stderr);
        assert!(refused.stderr.contains("table `book` is in the revisions"), "{}", refused.stderr);
        assert_eq!(run(project, &with(&["stamp", "head", "--force"], database)).code, 0);
        assert_eq!(current(project, database), "c3 (head)\n");
        assert_eq!(run(project, &with(&["stamp", "base"], database)).code, 0);
        assert_eq!(run(project, &with(&["upgrade", "a1"], database)).code, 0);
        assert_eq!(run(project, &with(&["stamp", "base", "--force"], database)).code, 0);
        let stamped = run(project, &with(&["stamp", "a1"], database));
        assert_eq!((stamped.code, stamped.stderr.as_str()), (0, "Running stamp_revision  -> a1\n"));
    });
}

#[test]
fn a_dry_run_shows_what_would_be_sent() {
    on_both(library, |project, database| {
        let plan = run(project, &with(&["upgrade", "head", "--dry-run"], database));
        assert_eq!(plan.code, 0, "{}", plan.stderr);
        for expected in [
            "upgrade would run 3 revisions",
            "CREATE TABLE book (",
            "'O''Neill'",
            "CREATE INDEX ix_book_name",
        ] {
            assert!(plan.stdout.contains(expected), "{expected}: {}", plan.stdout);
        }
        assert_eq!(current(project, database), "");
    });
}

#[test]
fn sql_is_written_without_a_database() {
    let project = library();
    let whole = run(&project, &["upgrade", "a1:c3", "--sql", "--dialect", "postgresql"]);
    let expected = "BEGIN;

-- Running upgrade a1 -> b2

UPDATE book SET name = upper(name);

ALTER TABLE book ALTER COLUMN name SET NOT NULL;

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'a1';

-- Running upgrade b2 -> c3

CREATE INDEX ix_book_name ON book (name);

UPDATE alembic_version SET version_num='c3' WHERE alembic_version.version_num = 'b2';

COMMIT;

";
    assert_eq!((whole.code, whole.stdout.as_str()), (0, expected), "{}", whole.stderr);
    assert_eq!(run(&project, &["downgrade", "base", "--sql"]).code, 2);
    let down = run(&project, &["downgrade", "c3:b2", "--sql", "--dialect", "postgresql"]);
    assert!(down.stdout.contains("DROP INDEX ix_book_name;"), "{}{}", down.stdout, down.stderr);
    let stamp = run(&project, &["stamp", "c3", "--sql", "--dialect", "sqlite"]);
    assert!(
        stamp.stdout.contains("INSERT INTO alembic_version (version_num) VALUES ('c3');"),
        "{}",
        stamp.stdout
    );
}

#[test]
fn what_reading_does_not_prove_is_refused_by_the_native_engine() {
    let unproven = || {
        project(&[(
            "a1",
            "None",
            "op.create_table(__import__('os').environ['TABLE'], sa.Column('n', sa.Integer))",
            "pass",
        )])
    };
    on_both(unproven, |project, database| {
        let refused = run(project, &with(&["upgrade", "head", "--engine", "native"], database));
        assert_eq!(refused.code, 4, "{}", refused.stderr);
        assert!(refused.stderr.contains("a1.py:10"), "{}", refused.stderr);
    });
}

#[test]
fn the_version_table_alone_can_be_made() {
    on_both(library, |project, database| {
        assert_eq!(run(project, &with(&["ensure_version"], database)).code, 0);
        assert_eq!(run(project, &with(&["ensure_version"], database)).code, 0);
        assert_eq!(current(project, database), "");
    });
    let sql = run(&library(), &["ensure_version", "--sql", "--dialect", "sqlite"]);
    assert!(sql.stdout.starts_with("CREATE TABLE alembic_version ("), "{}", sql.stdout);
}

#[test]
fn a_database_that_names_no_file_of_the_project_is_told() {
    let project = library();
    assert_eq!(run(&project, &["upgrade", "head"]).code, 0);
    std::fs::remove_file(project.path().join("alembic/versions/c3.py")).expect("removed");
    let lost = run(&project, &["upgrade", "head"]);
    assert_eq!(lost.code, 2);
    assert!(lost.stderr.contains("c3"), "{}", lost.stderr);
}

#[test]
fn what_has_rows_is_not_dropped_without_a_yes() {
    let dropping = || {
        project(&[
            ("a1", "None", "op.create_table('t', sa.Column('n', sa.Integer))", "op.drop_table('t')"),
            ("b2", "'a1'", "op.execute('INSERT INTO t VALUES (1)')", "pass"),
            ("c3", "'b2'", "op.drop_table('t')", "op.create_table('t', sa.Column('n', sa.Integer))"),
        ])
    };
    on_both(dropping, |project, database| {
        assert_eq!(run(project, &with(&["upgrade", "b2"], database)).code, 0);
        let refused = run(project, &with(&["upgrade", "head"], database));
        assert_eq!((refused.code, current(project, database).as_str()), (4, "b2\n"));
        assert!(refused.stderr.contains("drops the table `t`, which has rows"), "{}", refused.stderr);
        let allowed = run(project, &with(&["upgrade", "head", "--allow", "data-loss"], database));
        assert_eq!((allowed.code, current(project, database).as_str()), (0, "c3 (head)\n"));
    });
    // Rows that the run itself has made are its own business.
    on_both(dropping, |project, database| {
        assert_eq!(run(project, &with(&["upgrade", "head"], database)).code, 0);
    });
}

#[test]
fn a_file_that_was_edited_after_it_ran_is_told() {
    on_both(library, |project, database| {
        assert_eq!(run(project, &with(&["upgrade", "b2"], database)).code, 0);
        let path = "alembic/versions/a1.py";
        project.write(path, project.read(path).replace("sa.String(20))", "sa.String(30))"));
        let up = run(project, &with(&["upgrade", "head"], database));
        assert_eq!(up.code, 0, "{}", up.stderr);
        assert!(up.stderr.contains("`a1` was edited after it was applied here"), "{}", up.stderr);
    });
}

#[test]
fn a_revision_may_hang_on_rows_and_on_the_clock() {
    let hanging = || {
        project(&[
            (
                "a1",
                "None",
                "op.create_table('t', sa.Column('n', sa.Integer), sa.Column('at', sa.DateTime))\n    op.execute('INSERT INTO t (n) VALUES (1), (2)')",
                "op.drop_table('t')",
            ),
            (
                "b2",
                "'a1'",
                "import datetime\n    t = sa.table('t', sa.column('n', sa.Integer), sa.column('at', sa.DateTime))\n    bind = op.get_bind()\n    for n, in bind.execute(sa.select(t.c.n).order_by(t.c.n)).fetchall():\n        bind.execute(t.insert().values(n=n * 10, at=datetime.datetime.utcnow()))\n    changed = bind.execute(sa.text('UPDATE t SET n = n + 1 WHERE n >= :low'), {'low': 10}).rowcount\n    op.create_table(f'changed_{changed}', sa.Column('n', sa.Integer))",
                "pass",
            ),
        ])
    };
    on_both(hanging, |project, database| {
        let up = run(project, &with(&["upgrade", "head", "--engine", "native"], database));
        assert_eq!(up.code, 0, "{}", up.stderr);
        let again = run(project, &with(&["stamp", "base", "--force"], database));
        assert_eq!(again.code, 0);
        // The loop went over two rows, and both that it made were changed.
        let refused = run(project, &with(&["stamp", "base"], database));
        assert_eq!(refused.code, 4);
        assert!(refused.stderr.contains("`changed_2`"), "{}", refused.stderr);
    });
}

#[test]
fn env_py_may_take_the_database_from_an_argument() {
    let env = "from alembic import context\n\nurl = context.get_x_argument(as_dictionary=True).get('db')\nif url:\n    context.config.set_main_option('sqlalchemy.url', url)\ncontext.configure(url=context.config.get_main_option('sqlalchemy.url'))\ncontext.run_migrations()\n";
    let project = library().file("alembic/env.py", env);
    let up = run(&project, &["-x", "db=sqlite:///other.db", "upgrade", "head"]);
    assert_eq!(up.code, 0, "{}", up.stderr);
    assert!(project.path().join("other.db").exists() && !project.path().join("app.db").exists());
    assert_eq!(run(&project, &["current", "-x", "db=sqlite:///other.db"]).stdout, "c3 (head)\n");
}

#[test]
fn env_py_may_take_the_database_from_the_environment() {
    let env = "import os\nfrom alembic import context\n\nconfig = context.config\nconfig.set_main_option('sqlalchemy.url', 'sqlite:///' + os.environ['APP_FILE'])\ncontext.configure(url=config.get_main_option('sqlalchemy.url'))\ncontext.run_migrations()\n";
    let project = library().file("alembic/env.py", env);
    let up = trueup_with(project.path(), &["upgrade", "head"], &[("APP_FILE", "mine.db")]);
    assert_eq!(up.code, 0, "{}", up.stderr);
    assert!(project.path().join("mine.db").exists() && !project.path().join("app.db").exists());
    let unset = run(&project, &["current"]);
    assert_eq!(unset.code, 2, "the address of alembic.ini is not meant: {}", unset.stdout);
}
