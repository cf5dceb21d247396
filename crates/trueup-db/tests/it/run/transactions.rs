//! What a commit and a rollback do, and when a commit is refused.

use trueup_db::RunError;

use super::{Target, begin, commit, count, refused, run};

#[test]
fn ddl_is_rolled_back_and_committed_with_the_rest() {
    for target in Target::both() {
        let mut runner = target.open();
        begin(&mut runner);
        assert!(runner.in_transaction());
        run(&mut runner, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        assert!(!runner.rollback().expect("it is open").already);
        assert!(!runner.in_transaction());
        begin(&mut runner);
        run(&mut runner, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        assert!(!runner.commit().expect("nothing failed").already);
        assert_eq!(count(&mut target.open(), "t"), 1);
        assert!(runner.rollback().expect("it does nothing").already);
    }
}

#[test]
fn a_failed_transaction_is_not_committed() {
    for target in Target::both() {
        let mut runner = target.open();
        run(&mut runner, "CREATE TABLE t (id int)");
        begin(&mut runner);
        run(&mut runner, "INSERT INTO t VALUES (1)");
        refused(&mut runner, "INSERT INTO nobody VALUES (1)");
        let error = runner.commit().expect_err("a statement failed");
        assert!(matches!(error, RunError::Failed { .. }), "{error}");
        assert!(!runner.in_transaction());
        assert_eq!(count(&mut runner, "t"), 0);
    }
}

#[test]
fn a_savepoint_saves_a_failed_transaction() {
    for target in Target::both() {
        let mut runner = target.open();
        run(&mut runner, "CREATE TABLE t (id int)");
        begin(&mut runner);
        run(&mut runner, "INSERT INTO t VALUES (1)");
        run(&mut runner, "SAVEPOINT one");
        refused(&mut runner, "INSERT INTO nobody VALUES (1)");
        run(&mut runner, "ROLLBACK TO SAVEPOINT one");
        commit(&mut runner);
        assert_eq!(count(&mut runner, "t"), 1);
    }
}

#[test]
fn a_commit_inside_of_a_text_is_noticed() {
    for target in Target::both() {
        let mut runner = target.open();
        begin(&mut runner);
        run(&mut runner, "CREATE TABLE t (id int)");
        run(&mut runner, "COMMIT");
        run(&mut runner, "INSERT INTO t VALUES (1)");
        assert!(runner.commit().expect("there is nothing wrong").already);
        assert_eq!(count(&mut runner, "t"), 1);
        begin(&mut runner);
        run(&mut runner, "INSERT INTO t VALUES (2); COMMIT");
        assert!(runner.rollback().expect("there is nothing to undo").already);
        assert_eq!(count(&mut runner, "t"), 2);
    }
}

#[test]
fn a_transaction_that_the_failure_itself_rolled_back_takes_nothing_more() {
    let target = Target::sqlite();
    let mut runner = target.open();
    run(&mut runner, "CREATE TABLE t (id int UNIQUE)");
    begin(&mut runner);
    run(&mut runner, "INSERT INTO t VALUES (1)");
    refused(&mut runner, "INSERT OR ROLLBACK INTO t VALUES (1)");
    let error = runner.execute("INSERT INTO t VALUES (2)").expect_err("it would be committed at once");
    assert!(matches!(error, RunError::Failed { .. }), "{error}");
    assert!(runner.commit().is_err());
    assert_eq!(count(&mut runner, "t"), 0);
}

#[test]
fn a_deferred_constraint_refuses_the_commit() {
    for target in Target::both() {
        let mut runner = target.open();
        if target.is_sqlite() {
            run(&mut runner, "PRAGMA foreign_keys = ON");
        }
        run(
            &mut runner,
            "CREATE TABLE p (id int PRIMARY KEY);
             CREATE TABLE c (p int REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)",
        );
        begin(&mut runner);
        run(&mut runner, "INSERT INTO c VALUES (1)");
        let error = runner.commit().expect_err("the parent is missing");
        let RunError::Statement(error) = error else { panic!("{error}") };
        let code = error.code.unwrap_or_default();
        assert!(["23503", "SQLITE_CONSTRAINT (787)"].contains(&code.as_str()), "{code}");
        assert!(!runner.in_transaction());
        begin(&mut runner);
        commit(&mut runner);
        assert_eq!(count(&mut runner, "c"), 0);
    }
}

#[test]
fn the_wrong_order_is_told() {
    for target in Target::both() {
        let mut runner = target.open();
        assert!(matches!(runner.commit(), Err(RunError::Order(_))));
        begin(&mut runner);
        assert!(matches!(runner.begin(&mut |_| {}), Err(RunError::Order(_))));
        assert!(matches!(runner.lock(&mut |_| {}), Err(RunError::Order(_))));
    }
}
