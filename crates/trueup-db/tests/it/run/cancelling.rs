//! Stopping a run from another thread.

use std::thread;
use std::time::{Duration, Instant};

use trueup_db::{AfterCancel, RunError, Runner};

use super::{Target, begin, count, run};

/// A statement that runs for minutes.
fn endless(target: &Target) -> &'static str {
    if target.is_sqlite() {
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i > 1e15"
    } else {
        "SELECT pg_sleep(300)"
    }
}

/// Runs something and stops it after a while.
fn stopped<T>(runner: &mut Runner, work: impl FnOnce(&mut Runner) -> Result<T, RunError>) -> AfterCancel {
    let handle = runner.cancel_handle();
    let begun = Instant::now();
    let result = thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(200));
            handle.cancel().unwrap_or_else(|error| panic!("{error}"));
        });
        work(runner)
    });
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    match result {
        Err(RunError::Cancelled { after }) => after,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it went to its end"),
    }
}

#[test]
fn a_running_statement_is_stopped_and_its_transaction_rolled_back() {
    for target in Target::both() {
        let mut runner = target.open();
        run(&mut runner, "CREATE TABLE t (id int)");
        begin(&mut runner);
        run(&mut runner, "INSERT INTO t VALUES (1)");
        let after = stopped(&mut runner, |runner| runner.execute(endless(&target)));
        assert_eq!(after, AfterCancel::RolledBack);
        assert!(!runner.in_transaction());
        let said = RunError::Cancelled { after }.to_string();
        assert_eq!(
            said,
            "cancelled; the open transaction was rolled back and nothing of it is in the database"
        );
        assert_eq!(count(&mut target.open(), "t"), 0);
        // Nothing else begins, but what was recorded can be read.
        assert!(runner.cancel_handle().is_requested());
        assert!(matches!(
            runner.execute("SELECT 1"),
            Err(RunError::Cancelled { after: AfterCancel::NothingOpen })
        ));
        assert!(matches!(runner.begin(&mut |_| {}), Err(RunError::Cancelled { .. })));
        assert!(runner.version_rows().is_ok_and(|rows| rows.is_none()));
    }
}

#[test]
fn outside_of_transactions_what_was_done_stays() {
    for target in Target::both() {
        let mut runner = target.open();
        run(&mut runner, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        let after = stopped(&mut runner, |runner| runner.execute(endless(&target)));
        assert_eq!(after, AfterCancel::NothingOpen);
        assert_eq!(count(&mut target.open(), "t"), 1);
    }
}

#[test]
fn a_request_before_the_commit_stops_it() {
    for target in Target::both() {
        let mut runner = target.open();
        run(&mut runner, "CREATE TABLE t (id int)");
        begin(&mut runner);
        run(&mut runner, "INSERT INTO t VALUES (1)");
        assert!(runner.cancel_handle().cancel().is_ok());
        let error = runner.commit().expect_err("it was cancelled");
        assert!(matches!(error, RunError::Cancelled { after: AfterCancel::RolledBack }), "{error}");
        assert_eq!(count(&mut target.open(), "t"), 0);
    }
}

#[test]
fn a_query_and_the_wait_for_another_run_are_stopped() {
    for target in Target::both() {
        let mut runner = target.open();
        assert_eq!(stopped(&mut runner, |runner| runner.query(endless(&target))), AfterCancel::NothingOpen);
        let (mut first, mut second) = (target.open(), target.open());
        assert!(first.lock(&mut |_| {}).is_ok());
        if target.is_sqlite() {
            begin(&mut first);
        }
        assert_eq!(stopped(&mut second, |runner| runner.lock(&mut |_| {})), AfterCancel::NothingOpen);
    }
}

/// A statement that somebody else cancels, or that runs into a limit, is an ordinary failure.
#[test]
fn a_cancel_that_was_not_asked_for_is_a_failed_statement() {
    let target = Target::postgres();
    let (mut runner, mut administrator) = (target.open(), target.open());
    let pid = runner.backend_pid().unwrap_or_default();
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(200));
            run(&mut administrator, &format!("SELECT pg_cancel_backend({pid})"));
        });
        let error = super::refused(&mut runner, "SELECT pg_sleep(300)");
        assert_eq!(error.class, trueup_db::ErrorClass::Cancelled);
    });
    assert_eq!(run(&mut runner, "SELECT 1"), 1);
}
