//! Runs that end as Alembic's, where that is easily overlooked: nothing to do, scripts, tables that keep more than Alembic's.

use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in};

fn project(options: &str, revisions: &[(&str, &str, &str, &str)]) -> Project {
    let env = format!(
        "from alembic import context\n\ncontext.configure(connection=None{options})\ncontext.run_migrations()\n"
    );
    let ini = "[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///app.db\n";
    let project = Project::new().file("alembic.ini", ini).file("alembic/env.py", &env);
    revisions.iter().fold(project, |project, (id, down, upgrade, downgrade)| {
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\n\
             def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"
        );
        project.file(&format!("alembic/versions/{id}.py"), &text)
    })
}

fn run(project: &Project, arguments: &[&str]) -> Run {
    trueup_in(project.path(), arguments)
}

/// The statements and comments of a script, one per line.
fn script(project: &Project, command: &str, arguments: &[&str]) -> Vec<String> {
    let run = run(project, &[&[command, "--sql", "--dialect", "postgresql"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = run.stdout.replace('"', "");
    let paragraphs = text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.filter(|part| !part.is_empty()).collect()
}

const TABLE: &str = "CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, \
     CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) );";

#[test]
fn an_index_that_a_rebuild_keeps_can_be_dropped_in_the_same_run() {
    let project = project(
        "",
        &[
            (
                "a1",
                "None",
                "op.create_table('book', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.String(20)))",
                "op.drop_table('book')",
            ),
            (
                "b2",
                "'a1'",
                "op.create_index('ix_name', 'book', [sa.text('lower(name)')])",
                "op.drop_index('ix_name', 'book')",
            ),
            (
                "c3",
                "'b2'",
                "pass",
                "with op.batch_alter_table('book') as batch:\n        batch.alter_column('name', existing_type=sa.String(20), nullable=False)",
            ),
        ],
    );
    let up = run(&project, &["upgrade", "head", "--engine", "native"]);
    assert_eq!(up.code, 0, "{}", up.stderr);
    let down = run(&project, &["downgrade", "base", "--engine", "native"]);
    assert_eq!(down.code, 0, "{}", down.stderr);
}

#[test]
fn a_downgrade_of_nothing_makes_the_version_table() {
    let project = project("", &[("a1", "None", "pass", "pass")]);
    let down = run(&project, &["downgrade", "base"]);
    assert_eq!(down.code, 0, "{}", down.stderr);
    let stamp = run(&project, &["stamp", "a1"]);
    assert_eq!(stamp.code, 0, "{}", stamp.stderr);
    let down = run(&project, &["downgrade", "base"]);
    assert_eq!(down.code, 0, "{}", down.stderr);
}

#[test]
fn scripts_of_nothing_are_an_empty_transaction() {
    let project = project("", &[("a1", "None", "pass", "pass")]);
    assert_eq!(script(&project, "upgrade", &["a1:a1"]), ["BEGIN;", "COMMIT;"]);
    assert_eq!(script(&project, "stamp", &["a1:a1"]), ["BEGIN;", "COMMIT;"]);
    assert_eq!(script(&project, "ensure_version", &[]), ["BEGIN;", TABLE, "COMMIT;"]);
}

#[test]
fn a_stamp_has_a_transaction_for_each_revision_where_env_wants_that() {
    let revisions = [("a1", "None", "pass", "pass"), ("b2", "None", "pass", "pass")];
    let project = project(", transaction_per_migration=True", &revisions);
    let found = script(&project, "stamp", &["heads"]);
    let inserted = |id: &str| format!("INSERT INTO alembic_version (version_num) VALUES ('{id}');");
    let begins = found.iter().filter(|line| *line == "BEGIN;").count();
    assert_eq!(begins, 2, "{found:?}");
    assert_eq!(found[..2], ["BEGIN;", TABLE]);
    for id in ["a1", "b2"] {
        let at = found.iter().position(|line| *line == inserted(id)).expect("each is recorded");
        assert_eq!(found[at + 1], "COMMIT;");
    }
    assert_eq!(script(&project, "ensure_version", &[]), [TABLE]);
}

#[test]
fn a_column_that_sqlite_adds_to_an_empty_table_only_is_added() {
    let upgrade = "op.create_table('book', sa.Column('id', sa.Integer, primary_key=True))\n    \
                   op.add_column('book', sa.Column('name', sa.String(20), nullable=False))\n    \
                   op.add_column('book', sa.Column('at', sa.DateTime, server_default=sa.func.now()))";
    let filled = "op.execute('INSERT INTO book (name) VALUES (1)')\n    \
                  op.add_column('book', sa.Column('page', sa.Integer, nullable=False))";
    let project = project("", &[("a1", "None", upgrade, "pass"), ("b2", "'a1'", filled, "pass")]);
    let up = run(&project, &["upgrade", "a1", "--engine", "native"]);
    assert_eq!(up.code, 0, "{}", up.stderr);
    let file = std::fs::read(project.path().join("app.db")).expect("the database is made");
    let text = String::from_utf8_lossy(&file).replace('"', "");
    assert!(text.contains("name VARCHAR(20) NOT NULL"), "the column is not there");
    let refused = run(&project, &["upgrade", "b2", "--engine", "native"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("Cannot add a NOT NULL column"), "{}", refused.stderr);
}

/// A revision that makes a table, and one that renames it and then changes its rows one by one.
const ROWS: [(&str, &str, &str, &str); 2] = [
    ("a1", "None", "op.create_table('item', sa.Column('id', sa.Integer, primary_key=True))", "pass"),
    (
        "b2",
        "'a1'",
        "op.rename_table('item', 'thing')\n    for row in op.get_bind().execute(sa.text('SELECT id FROM thing')).fetchall():\n        \
         op.execute(f'DELETE FROM thing WHERE id = {row.id}')",
        "pass",
    ),
];

#[test]
fn a_table_is_looked_into_under_the_name_that_it_has_before() {
    let project = project("", &ROWS);
    let run = run(&project, &["upgrade", "head", "--engine", "native"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_script_does_not_guess_at_rows() {
    let project = project("", &ROWS);
    let [_, begin, comment, rename, .., premise, _, _] = &script(&project, "upgrade", &["a1:b2"])[..] else {
        panic!("the script is short")
    };
    assert_eq!(
        (begin.as_str(), comment.as_str()),
        ("-- Running upgrade a1 -> b2", "ALTER TABLE item RENAME TO thing;")
    );
    assert!(rename.starts_with("-- this holds where `thing` has no rows"), "{rename}");
    assert!(premise.starts_with("DO $trueup$ BEGIN IF EXISTS (SELECT 1 FROM thing) THEN RAISE"), "{premise}");
    let refused = run(&project, &["upgrade", "--sql", "--dialect", "sqlite", "a1:b2", "--engine", "native"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("hangs on the rows of `thing`"), "{}", refused.stderr);
    // Where the script makes the table itself, there are none.
    let whole = script(&project, "upgrade", &["head"]).concat();
    assert!(!whole.contains("has no rows") && !whole.contains("RAISE"), "{whole}");
}

#[test]
fn a_key_may_go_before_the_foreign_key_that_points_at_it() {
    let project = project(
        "",
        &[
            (
                "a1",
                "None",
                "op.create_table('task', sa.Column('id', sa.Integer, primary_key=True), sa.Column('key', sa.String(9)), \
                 sa.UniqueConstraint('key', name='uq_key'))\n    \
                 op.create_table('run', sa.Column('key', sa.String(9), sa.ForeignKey('task.key')))\n    \
                 op.execute(\"INSERT INTO task VALUES (1, 'x')\")\n    op.execute(\"INSERT INTO run VALUES ('x')\")",
                "pass",
            ),
            (
                "b2",
                "'a1'",
                "with op.batch_alter_table('task') as batch:\n        batch.drop_constraint('uq_key', type_='unique')\n    \
                 op.drop_table('run')",
                "pass",
            ),
        ],
    );
    assert_eq!(run(&project, &["upgrade", "a1"]).code, 0);
    let second = run(&project, &["upgrade", "head", "--allow", "data-loss", "--engine", "native"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
}

#[test]
fn options_hold_although_the_application_is_out_of_reach() {
    let env = "from alembic import context\n\nengine = None\n\n\ndef online():\n    with engine.connect() as connection:\n        \
        context.configure(connection=connection, transaction_per_migration=True)\n        context.run_migrations()\n\n\n\
        if context.is_offline_mode():\n    context.configure(url='postgresql://')\n    context.run_migrations()\nelse:\n    online()\n";
    let project = project("", &ROWS).file("alembic/env.py", env);
    let begins =
        script(&project, "upgrade", &["head"]).iter().filter(|line| line.starts_with("BEGIN")).count();
    assert_eq!(begins, 2);
}

#[test]
fn revisions_see_the_environment_that_they_run_in() {
    let upgrade = "import os\n    op.create_table('home', sa.Column('id', sa.Integer))\n    \
         if os.environ['HOME'] and 'TRUEUP_NOWHERE' not in os.environ:\n        \
         op.create_table(os.getenv('TRUEUP_NOWHERE', 'away'), sa.Column('id', sa.Integer))";
    let project = project("", &[("a1", "None", upgrade, "pass")]);
    let run = run(&project, &["upgrade", "head", "--engine", "native"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(script(&project, "upgrade", &["head"]).concat().contains("CREATE TABLE away"));
}
