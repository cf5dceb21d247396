//! Runs after a run that did not reach its end, and beside others.

use std::thread;

use trueup_testkit::postgres::{Postgres, ScratchDatabase};
use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in};
use crate::running::{project, revision};

const TABLE: &str =
    "op.create_table('t', sa.Column('n', sa.Integer))\n    op.execute('INSERT INTO t VALUES (1), (2)')";

/// A revision that builds an index outside of transactions, in one way or another, and does something after it.
fn indexed(index: &str, after: &str) -> String {
    format!("with op.get_context().autocommit_block():\n        {index}\n    {after}")
}

const INDEX: &str = "op.create_index('t_n', 't', ['n'], unique=True, postgresql_concurrently=True)";

fn with_index(index: &str, after: &str) -> Project {
    let upgrade = indexed(index, after);
    let downgrade = "with op.get_context().autocommit_block():\n        op.drop_index('t_n', 't', postgresql_concurrently=True)";
    project(&[
        ("a1", "None", TABLE, "op.drop_table('t')"),
        ("b2", "'a1'", &upgrade, downgrade),
        ("c3", "'b2'", "op.execute('UPDATE t SET n = n + 10')", "op.execute('UPDATE t SET n = nobody(n)')"),
    ])
}

fn run(project: &Project, database: &ScratchDatabase, arguments: &[&str]) -> Run {
    let arguments: Vec<&str> =
        arguments.iter().copied().chain(["--no-progress", "--database", database.url()]).collect();
    trueup_in(project.path(), &arguments)
}

fn is_valid(database: &ScratchDatabase) -> Vec<Vec<Option<String>>> {
    database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_n')")
}

fn yes() -> Vec<Vec<Option<String>>> {
    vec![vec![Some("t".to_owned())]]
}

#[test]
fn what_is_done_outside_of_the_transaction_is_not_done_again() {
    let database = Postgres::shared().scratch_database();
    let broken = with_index(INDEX, "op.execute('UPDATE t SET n = nobody(n)')");
    let failed = run(&broken, &database, &["upgrade", "head"]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    let stays = "`b2` is half done; this stays of it: CREATE UNIQUE INDEX CONCURRENTLY";
    assert!(failed.stderr.contains(stays), "{}", failed.stderr);
    assert!(failed.stderr.contains("at `a1` now: `a1` ran before and stays"), "{}", failed.stderr);
    let mended = with_index(INDEX, "pass");
    let again = run(&mended, &database, &["upgrade", "head"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let note = "note: the index `t_n` is there already, as it should be; an earlier run has built it";
    assert!(again.stderr.contains(note), "{}", again.stderr);
    assert_eq!(is_valid(&database), yes());
    assert_eq!(database.query("SELECT sum(n) FROM t"), [[Some("23".to_owned())]]);
}

#[test]
fn an_index_that_was_dropped_is_not_dropped_again() {
    let database = Postgres::shared().scratch_database();
    let project = with_index(INDEX, "pass").file(
        "alembic/versions/b2.py",
        &revision(
            "b2",
            "'a1'",
            &indexed(INDEX, "pass"),
            &indexed(
                "op.drop_index('t_n', 't', postgresql_concurrently=True)",
                "op.execute('UPDATE t SET n = nobody(n)')",
            ),
        ),
    );
    assert_eq!(run(&project, &database, &["upgrade", "b2"]).code, 0);
    assert_eq!(run(&project, &database, &["downgrade", "a1"]).code, 3);
    assert!(is_valid(&database).is_empty());
    database.execute("CREATE FUNCTION nobody(integer) RETURNS integer LANGUAGE sql RETURN $1");
    let again = run(&project, &database, &["downgrade", "a1"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("the index `t_n` is gone already"), "{}", again.stderr);
}

#[test]
fn what_left_the_transaction_is_recorded_before_the_next_begins() {
    let database = Postgres::shared().scratch_database();
    let project = with_index(INDEX, "pass").file(
        "alembic/versions/c3.py",
        &revision("c3", "'b2'", "op.execute('UPDATE t SET n = nobody(n)')", "pass"),
    );
    let failed = run(&project, &database, &["upgrade", "head"]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    assert!(failed.stderr.contains("is at `b2` now: 2 revisions ran before"), "{}", failed.stderr);
}

#[test]
fn an_index_that_nobody_has_tried_to_build_is_not_taken_for_ours() {
    let database = Postgres::shared().scratch_database();
    let project = with_index(INDEX, "pass");
    assert_eq!(run(&project, &database, &["upgrade", "a1"]).code, 0);
    database.execute("CREATE UNIQUE INDEX t_n ON t (n)");
    let refused = run(&project, &database, &["upgrade", "head"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("index `t_n` already exists"), "{}", refused.stderr);
}

#[test]
fn another_index_of_the_name_is_not_taken_for_ours() {
    let database = Postgres::shared().scratch_database();
    let broken = with_index(INDEX, "op.execute('UPDATE t SET n = nobody(n)')");
    assert_eq!(run(&broken, &database, &["upgrade", "head"]).code, 3);
    database.execute("DROP INDEX t_n; CREATE INDEX t_n ON t (n)");
    let refused = run(&with_index(INDEX, "pass"), &database, &["upgrade", "head"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("index `t_n` already exists"), "{}", refused.stderr);
}

#[test]
fn an_invalid_index_is_built_anew_however_it_is_written() {
    for index in [
        INDEX,
        "op.create_index('t_n', 't', ['n'], postgresql_concurrently=True, if_not_exists=True)",
        "op.execute('CREATE INDEX CONCURRENTLY t_n ON t (n)')",
        "op.execute('CREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n)')",
    ] {
        let database = Postgres::shared().scratch_database();
        let project = with_index(index, "pass");
        assert_eq!(run(&project, &database, &["upgrade", "a1"]).code, 0);
        database.execute(
            "CREATE INDEX t_n ON t (n); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_n'::regclass",
        );
        let up = run(&project, &database, &["upgrade", "head"]);
        assert_eq!(up.code, 0, "{index}: {}", up.stderr);
        assert!(up.stderr.contains("dropped the invalid index `t_n`"), "{index}: {}", up.stderr);
        assert_eq!(is_valid(&database), yes(), "{index}");
    }
}

#[test]
fn a_build_in_sql_that_fails_leaves_no_invalid_index() {
    let database = Postgres::shared().scratch_database();
    let project = with_index("op.execute('CREATE UNIQUE INDEX CONCURRENTLY t_n ON t (n)')", "pass");
    assert_eq!(run(&project, &database, &["upgrade", "a1"]).code, 0);
    database.execute("INSERT INTO t VALUES (1)");
    let failed = run(&project, &database, &["upgrade", "head"]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    assert!(failed.stderr.contains("its invalid rest was dropped"), "{}", failed.stderr);
    assert!(is_valid(&database).is_empty());
}

/// Runs on SQLite keep each other out for one revision at a time.
#[test]
fn runs_beside_each_other_all_reach_the_end() {
    let project = project(&[
        ("a1", "None", TABLE, "op.drop_table('t')"),
        ("b2", "'a1'", "op.execute('UPDATE t SET n = n * 2')", "pass"),
        ("c3", "'b2'", "op.execute('UPDATE t SET n = n + 1')", "pass"),
    ]);
    let runs: Vec<Run> = thread::scope(|scope| {
        let start = || scope.spawn(|| trueup_in(project.path(), &["upgrade", "head"]));
        let all: Vec<_> = (0..8).map(|_| start()).collect();
        all.into_iter().map(|run| run.join().expect("no panic")).collect()
    });
    for run in &runs {
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let applied = runs.iter().map(|run| run.stderr.matches("Running upgrade").count()).sum::<usize>();
    assert_eq!(applied, 3);
}

/// The revision asks for rows, so that it is evaluated while the database answers; then a statement cannot work.
#[test]
fn a_revision_that_asks_for_rows_and_fails_is_told() {
    let ask = "for row in op.get_bind().execute(sa.text('SELECT n FROM t')):\n        op.get_bind().execute(sa.text('UPDATE t SET n = 7'))\n    op.create_table('t', sa.Column('n', sa.Integer))";
    let project = project(&[("a1", "None", TABLE, "pass"), ("b2", "'a1'", ask, "pass")]);
    let failed = trueup_in(project.path(), &["upgrade", "head"]);
    assert_eq!(failed.code, 3, "{}", failed.stderr);
    assert!(failed.stderr.contains("table `t` already exists"), "{}", failed.stderr);
}
