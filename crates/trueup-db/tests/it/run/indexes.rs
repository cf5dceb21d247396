//! Indexes that are built without blocking writes.

use std::thread;
use std::time::Duration;

use trueup_db::{ErrorClass, IndexBuilt, Leftover, RunError, Runner};
use trueup_schema::ObjectName;

use super::{Target, begin, column, commit, impatient, run, until};

const SQL: &str = "CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)";

fn build(runner: &mut Runner, sql: &str) -> Result<IndexBuilt, RunError> {
    runner.create_index_concurrently(sql, &"t_id".into())
}

/// The indexes of `t` and whether each is valid.
fn indexes(runner: &mut Runner) -> Vec<String> {
    let sql =
        "SELECT indexrelid::regclass::text || ' ' || indisvalid FROM pg_index WHERE indrelid = 't'::regclass";
    column(runner, sql)
}

fn duplicates(target: &Target) -> Runner {
    let mut runner = target.open_with(impatient());
    run(&mut runner, "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1)");
    runner
}

#[test]
fn a_failed_build_leaves_nothing() {
    let target = Target::postgres();
    let mut runner = duplicates(&target);
    let error = build(&mut runner, SQL).expect_err("there are duplicates");
    let RunError::Index { cause, leftover, .. } = &error else { panic!("{error}") };
    assert_eq!(*leftover, Leftover::Dropped);
    assert!(matches!(&**cause, RunError::Statement(error) if error.code.as_deref() == Some("23505")));
    let said = "the index `t_id` was not built: could not create unique index \"t_id\" (Key (id)=(1) is duplicated); \
                its invalid rest was dropped";
    assert_eq!(error.to_string(), said);
    assert_eq!(indexes(&mut runner), [""; 0]);
    assert_eq!(column(&mut runner, "SELECT current_setting('lock_timeout')"), ["300ms"]);
}

#[test]
fn an_invalid_rest_of_an_earlier_attempt_is_dropped_first() {
    let target = Target::postgres();
    let mut runner = duplicates(&target);
    assert!(runner.execute(SQL).is_err());
    assert_eq!(indexes(&mut runner), ["t_id false"]);
    run(&mut runner, "TRUNCATE t");
    // With IF NOT EXISTS alone the invalid index would stay.
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id)";
    assert!(build(&mut runner, sql).is_ok_and(|built| built.dropped_leftover));
    assert_eq!(indexes(&mut runner), ["t_id true"]);
    assert!(
        build(&mut runner, sql)
            .is_ok_and(|built| !built.dropped_leftover && built.executed.notices.len() == 1)
    );
    let error = build(&mut runner, SQL).expect_err("it is there");
    assert!(matches!(&error, RunError::Index { leftover: Leftover::Nothing, .. }), "{error}");
    assert_eq!(indexes(&mut runner), ["t_id true"]);
}

#[test]
fn names_in_namespaces_and_quotes() {
    let target = Target::postgres();
    let mut runner = target.open();
    run(
        &mut runner,
        "CREATE SCHEMA \"Ops\"; CREATE TABLE \"Ops\".\"T\" (id int); INSERT INTO \"Ops\".\"T\" VALUES (1), (1)",
    );
    let index = ObjectName { namespace: Some("Ops".to_owned()), name: "My index".to_owned() };
    let sql = "CREATE UNIQUE INDEX CONCURRENTLY \"My index\" ON \"Ops\".\"T\" (id)";
    let error = runner.create_index_concurrently(sql, &index).expect_err("there are duplicates");
    assert!(matches!(error, RunError::Index { leftover: Leftover::Dropped, .. }), "{error}");
}

#[test]
fn a_build_waits_longer_than_the_lock_timeout() {
    let target = Target::postgres();
    let (mut runner, mut other) = (target.open_with(impatient()), target.open());
    run(&mut runner, "CREATE TABLE t (id int)");
    begin(&mut other);
    run(&mut other, "INSERT INTO t VALUES (1)");
    thread::scope(|scope| {
        let built = scope.spawn(|| build(&mut runner, SQL));
        thread::sleep(Duration::from_millis(700));
        assert!(!built.is_finished());
        commit(&mut other);
        assert!(built.join().expect("no panic").is_ok());
    });
    assert_eq!(indexes(&mut runner), ["t_id true"]);
}

#[test]
fn a_cancelled_build_says_what_it_leaves() {
    let target = Target::postgres();
    let (mut runner, mut other) = (target.open_with(impatient()), target.open());
    run(&mut runner, "CREATE TABLE t (id int)");
    begin(&mut other);
    run(&mut other, "INSERT INTO t VALUES (1)");
    let handle = runner.cancel_handle();
    let mut watcher = target.open();
    let error = thread::scope(|scope| {
        scope.spawn(move || {
            until("the build has begun", || indexes(&mut watcher) == ["t_id false"]);
            assert!(handle.cancel().is_ok());
        });
        build(&mut runner, SQL).expect_err("it was cancelled")
    });
    assert_eq!(error.class(), Some(ErrorClass::Cancelled));
    // The writer is still there, so the rest cannot be dropped without waiting for it.
    let RunError::Index { leftover: Leftover::Remains(why), .. } = &error else { panic!("{error}") };
    assert!(why.contains("lock timeout"), "{why}");
    assert!(error.to_string().contains("may be left and must be dropped before the next attempt"), "{error}");
    commit(&mut other);
    let mut runner = target.open();
    assert!(build(&mut runner, SQL).is_ok_and(|built| built.dropped_leftover));
    assert_eq!(indexes(&mut runner), ["t_id true"]);
}

#[test]
fn an_index_that_somebody_else_is_building_is_left_alone() {
    let target = Target::postgres();
    let (mut runner, mut builder, mut writer) = (target.open_with(impatient()), target.open(), target.open());
    run(&mut runner, "CREATE TABLE t (id int)");
    begin(&mut writer);
    run(&mut writer, "INSERT INTO t VALUES (1)");
    thread::scope(|scope| {
        let builds = scope.spawn(|| build(&mut builder, SQL));
        until("the build has begun", || indexes(&mut runner) == ["t_id false"]);
        let error = build(&mut runner, SQL).expect_err("it is being built");
        assert_eq!(error.class(), Some(ErrorClass::LockNotAvailable));
        assert!(error.to_string().contains("is being built by another session; blocked by pid "), "{error}");
        commit(&mut writer);
        assert!(builds.join().expect("no panic").is_ok());
    });
    assert_eq!(indexes(&mut runner), ["t_id true"]);
}

#[test]
fn the_wrong_order_is_told() {
    for target in Target::both() {
        let mut runner = target.open();
        if !target.is_sqlite() {
            begin(&mut runner);
        }
        assert!(matches!(build(&mut runner, SQL), Err(RunError::Order(_))));
    }
}
