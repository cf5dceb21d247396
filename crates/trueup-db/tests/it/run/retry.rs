//! What is tried again, and what never is.

use std::thread;
use std::time::Duration;

use trueup_db::{ErrorClass, RetryAttempt, RetryPolicy, RunError, Runner};

use super::{Target, begin, commit, count, impatient, run};

fn policy(attempts: u32) -> RetryPolicy {
    let (first_pause, longest_pause) = (Duration::from_millis(100), Duration::from_millis(400));
    RetryPolicy { attempts, first_pause, longest_pause, total: Duration::from_mins(1) }
}

type Work = fn(&mut Runner) -> Result<(), RunError>;

/// One revision: a transaction with DDL that needs a lock.
fn revision(runner: &mut Runner) -> Result<(), RunError> {
    runner.begin(&mut |_| {})?;
    runner.execute("CREATE TABLE made (id int)")?;
    runner.execute("ALTER TABLE t ADD name text")?;
    runner.commit().map(|_| ())
}

/// A table, and a session that holds it in a transaction.
fn held_table(target: &Target) -> (Runner, Runner) {
    let (mut runner, mut other) = (target.open_with(impatient()), target.open());
    run(&mut runner, "CREATE TABLE t (id int)");
    begin(&mut other);
    run(&mut other, "INSERT INTO t VALUES (1)");
    (runner, other)
}

#[test]
fn a_transaction_is_tried_again_until_the_lock_is_free() {
    let target = Target::postgres();
    let (mut runner, mut other) = held_table(&target);
    assert!(runner.lock(&mut |_| {}).is_ok());
    let mut told: Vec<RetryAttempt> = Vec::new();
    let mut notify = |attempt: &RetryAttempt| {
        told.push(attempt.clone());
        if told.len() == 2 {
            commit(&mut other);
        }
    };
    let result = runner.retry(&policy(5), &mut notify, &mut revision);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(
        told.iter().map(|attempt| (attempt.attempt, attempt.attempts)).collect::<Vec<_>>(),
        [(1, 5), (2, 5)]
    );
    assert!(told.iter().all(|attempt| attempt.error.class == ErrorClass::LockNotAvailable));
    assert!(told[0].pause >= Duration::from_millis(50) && told[1].pause <= Duration::from_millis(200));
    assert_eq!(told[0].error.blocked_by[0].application_name.as_deref(), Some("trueup"));
    assert_eq!(count(&mut runner, "made"), 0);
}

#[test]
fn attempts_are_bounded() {
    let target = Target::postgres();
    let (mut runner, _other) = held_table(&target);
    let mut attempts = 0;
    let result = runner.retry(&policy(3), &mut |_| {}, &mut |runner| {
        attempts += 1;
        revision(runner)
    });
    assert_eq!((attempts, result.expect_err("it is held").class()), (3, Some(ErrorClass::LockNotAvailable)));
    assert!(!runner.in_transaction());
    let brief = RetryPolicy { total: Duration::ZERO, ..policy(3) };
    let mut attempts = 0;
    let result = runner.retry(&brief, &mut |_| {}, &mut |runner| {
        attempts += 1;
        revision(runner)
    });
    assert!(result.is_err() && attempts == 1);
}

#[test]
fn what_may_be_durable_is_not_tried_again() {
    let target = Target::postgres();
    let (mut runner, _other) = held_table(&target);
    let works: [Work; 4] = [
        // A commit.
        |runner| {
            runner.begin(&mut |_| {})?;
            runner.commit()?;
            revision(runner)
        },
        // A text with a commit.
        |runner| {
            runner.begin(&mut |_| {})?;
            runner.execute("COMMIT; BEGIN")?;
            runner.execute("LOCK TABLE t")?;
            runner.commit().map(|_| ())
        },
        // A statement outside of transactions.
        |runner| runner.execute("ALTER TABLE t ADD name text").map(|_| ()),
        // Another failure.
        |runner| {
            runner.begin(&mut |_| {})?;
            runner.execute("SELECT * FROM nobody").map(|_| ())
        },
    ];
    for (at, work) in works.into_iter().enumerate() {
        let mut attempts = 0;
        let result = runner.retry(&policy(3), &mut |_| {}, &mut |runner| {
            attempts += 1;
            work(runner)
        });
        assert!(result.is_err() && attempts == 1, "work {at}: {attempts} attempts");
    }
    begin(&mut runner);
    assert!(matches!(runner.retry(&policy(3), &mut |_| {}, &mut revision), Err(RunError::Order(_))));
}

#[test]
fn a_deadlock_is_tried_again() {
    let target = Target::postgres();
    let (mut runner, mut other) = (target.open(), target.open());
    run(&mut runner, "CREATE TABLE a (id int); CREATE TABLE b (id int)");
    // The runner looks for deadlocks sooner than the other, so it is the one that is ended.
    run(&mut runner, "SET deadlock_timeout = '200ms'");
    run(&mut other, "SET deadlock_timeout = '1min'; SET lock_timeout = 0");
    begin(&mut other);
    run(&mut other, "LOCK TABLE b");
    let mut classes = Vec::new();
    thread::scope(|scope| {
        let mut other = Some(other);
        let result =
            runner.retry(&policy(5), &mut |attempt| classes.push(attempt.error.class), &mut |runner| {
                runner.begin(&mut |_| {})?;
                runner.execute("LOCK TABLE a")?;
                if let Some(mut other) = other.take() {
                    scope.spawn(move || {
                        run(&mut other, "LOCK TABLE a");
                        commit(&mut other);
                    });
                    thread::sleep(Duration::from_millis(100));
                }
                runner.execute("LOCK TABLE b")?;
                runner.commit().map(|_| ())
            });
        assert!(result.is_ok(), "{result:?}");
    });
    assert_eq!(classes, [ErrorClass::Deadlock]);
}
