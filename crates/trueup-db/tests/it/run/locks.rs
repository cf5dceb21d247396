//! One run at a time.

use std::thread;
use std::time::{Duration, Instant};

use trueup_db::{Database, ErrorClass, RunError, RunSettings, RunWait};
use trueup_schema::{ObjectName, Schema, Table};

use super::{Target, begin, column, commit, count, impatient, refused, run, terminate, until};

fn waiting_up_to(wait: Duration) -> RunSettings {
    RunSettings { wait, ..impatient() }
}

#[test]
fn the_second_run_is_told_who_has_the_lock() {
    let target = Target::postgres();
    let (mut first, mut second) = (target.open(), target.open_with(impatient()));
    first.lock(&mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
    let error = second.lock(&mut |_| panic!("it does not wait")).expect_err("it is taken");
    let RunError::Locked { holders, .. } = &error else { panic!("{error}") };
    assert_eq!(holders.len(), 1);
    assert_ne!(Some(holders[0].pid), first.backend_pid(), "the session beside the run holds it");
    assert_eq!(holders[0].application_name.as_deref(), Some("trueup (lock)"));
    assert_eq!(holders[0].user.as_deref(), Some("postgres"));
    assert!(
        holders[0].client_address.is_some() && holders[0].since.is_some() && holders[0].lasting.is_some()
    );
    assert!(error.to_string().contains("is still locked by somebody else after 0.0 s: pid "), "{error}");
    first.unlock().unwrap_or_else(|error| panic!("{error}"));
    assert!(second.lock(&mut |_| {}).is_ok());
}

#[test]
fn the_second_run_waits_and_gets_the_lock() {
    let target = Target::postgres();
    let (mut first, mut second) = (target.open(), target.open_with(waiting_up_to(Duration::from_secs(30))));
    assert!(first.lock(&mut |_| {}).is_ok());
    let mut told: Vec<RunWait> = Vec::new();
    let taken = second.lock(&mut |wait| {
        told.push(wait.clone());
        if told.len() == 2 {
            // As when the process of the first dies.
            let _ = first.unlock();
        }
    });
    assert!(taken.is_ok());
    assert_eq!(told.len(), 2);
    assert!(
        told[1].waited > told[0].waited
            && told[1].holders.len() == 1
            && told[1].limit == Duration::from_secs(30)
    );
}

#[test]
fn waiting_has_an_end_and_the_end_of_a_session_frees_the_lock() {
    let target = Target::postgres();
    let (mut first, mut second) =
        (target.open(), target.open_with(waiting_up_to(Duration::from_millis(500))));
    assert!(first.lock(&mut |_| {}).is_ok());
    let begun = Instant::now();
    assert!(matches!(second.lock(&mut |_| {}), Err(RunError::Locked { .. })));
    assert!((Duration::from_millis(500)..Duration::from_secs(10)).contains(&begun.elapsed()));
    drop(first);
    let mut third = target.open_with(waiting_up_to(Duration::from_secs(10)));
    assert!(third.lock(&mut |_| {}).is_ok());
}

#[test]
fn version_tables_of_other_names_and_namespaces_are_other_locks() {
    let target = Target::postgres();
    let mut first = target.open();
    assert!(first.lock(&mut |_| {}).is_ok());
    let with = |version_table: ObjectName| target.open_with(RunSettings { version_table, ..impatient() });
    let public = ObjectName { namespace: Some("public".to_owned()), name: "alembic_version".to_owned() };
    let elsewhere = ObjectName { namespace: Some("tenant".to_owned()), name: "alembic_version".to_owned() };
    assert!(with(public).lock(&mut |_| {}).is_err(), "the namespace may be named or not");
    assert!(with(ObjectName::new("other_version")).lock(&mut |_| {}).is_ok());
    assert!(with(elsewhere).lock(&mut |_| {}).is_ok());
    let another = Target::postgres();
    assert!(another.open_with(impatient()).lock(&mut |_| {}).is_ok());
}

#[test]
fn a_lost_lock_stops_the_commit() {
    let target = Target::postgres();
    let (mut runner, mut other) = (target.open(), target.open_with(impatient()));
    run(&mut runner, "CREATE TABLE t (id int)");
    assert!(runner.lock(&mut |_| {}).is_ok());
    begin(&mut runner);
    run(&mut runner, "INSERT INTO t VALUES (1)");
    let holder = "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'trueup (lock)' AND datname = current_database()";
    let pid = column(&mut other, holder).remove(0).parse().expect("a number");
    terminate(&mut other, pid);
    assert!(other.lock(&mut |_| {}).is_ok(), "somebody else begins");
    let error = runner.commit().expect_err("the lock is lost");
    assert!(matches!(error, RunError::LockLost { .. }), "{error}");
    assert!(error.to_string().contains("terminating connection due to administrator command"), "{error}");
    assert!(matches!(runner.execute("INSERT INTO t VALUES (2)"), Err(RunError::LockLost { .. })));
    assert_eq!(count(&mut other, "t"), 0);
}

#[test]
fn a_waiting_run_does_not_hold_up_an_index() {
    let target = Target::postgres();
    let (mut first, mut second) = (target.open(), target.open_with(waiting_up_to(Duration::from_mins(1))));
    run(&mut first, "CREATE TABLE t (id int)");
    assert!(first.lock(&mut |_| {}).is_ok());
    let cancel = second.cancel_handle();
    thread::scope(|scope| {
        let waits = scope.spawn(|| second.lock(&mut |_| {}));
        let index = "t_id".into();
        let built = first.create_index_concurrently("CREATE INDEX CONCURRENTLY t_id ON t (id)", &index);
        assert!(built.is_ok_and(|built| !built.dropped_leftover));
        assert!(cancel.cancel().is_ok());
        assert!(matches!(waits.join().expect("no panic"), Err(RunError::Cancelled { .. })));
    });
}

#[test]
fn sqlite_runs_keep_each_other_out_by_the_lock_of_the_file() {
    let target = Target::sqlite();
    let (mut first, mut second) = (target.open(), target.open_with(waiting_up_to(Duration::from_secs(30))));
    assert!(first.ensure_version_table().is_ok() && first.insert_version("r1").is_ok());
    begin(&mut first);
    assert!(first.update_version("r1", "r2").is_ok());
    let mut other = target.open_with(impatient());
    for error in [
        other.begin(&mut |_| {}).expect_err("it is taken"),
        other.lock(&mut |_| {}).expect_err("it is taken"),
    ] {
        assert!(matches!(error, RunError::Locked { .. }), "{error}");
        assert_eq!(error.class(), Some(ErrorClass::LockNotAvailable));
    }
    let mut waits = 0;
    let begun = second.begin(&mut |_| {
        waits += 1;
        if waits == 3 {
            commit(&mut first);
        }
    });
    assert!(begun.is_ok() && waits == 3);
    // What the second run read before it waited is not true any more, and it sees that.
    assert_eq!(second.version_rows().ok().flatten(), Some(vec!["r2".to_owned()]));
    assert!(matches!(second.update_version("r1", "r2"), Err(RunError::Version(_))));
}

#[test]
fn a_commit_on_sqlite_waits_for_readers() {
    let target = Target::sqlite();
    let (mut reader, mut writer) = (target.open(), target.open_with(waiting_up_to(Duration::from_secs(30))));
    run(&mut writer, "CREATE TABLE t (id int)");
    run(&mut reader, "BEGIN; SELECT * FROM t");
    begin(&mut writer);
    run(&mut writer, "INSERT INTO t VALUES (1)");
    thread::scope(|scope| {
        let committed = scope.spawn(|| writer.commit());
        thread::sleep(Duration::from_millis(200));
        assert!(!committed.is_finished());
        run(&mut reader, "COMMIT");
        assert!(committed.join().expect("no panic").is_ok());
    });
    let mut writer = target.open_with(impatient());
    run(&mut reader, "BEGIN; SELECT * FROM t");
    begin(&mut writer);
    run(&mut writer, "INSERT INTO t VALUES (2)");
    assert!(matches!(writer.commit(), Err(RunError::Locked { .. })));
    assert!(!writer.in_transaction());
    run(&mut reader, "COMMIT");
    assert_eq!(count(&mut writer, "t"), 1);
}

#[test]
fn who_blocks_a_statement_is_named() {
    let target = Target::postgres();
    let (mut runner, mut other) = (target.open_with(impatient()), target.open());
    run(&mut runner, "CREATE TABLE t (id int)");
    assert!(runner.lock(&mut |_| {}).is_ok());
    begin(&mut other);
    run(&mut other, "INSERT INTO t VALUES (1)");
    begin(&mut runner);
    let error = refused(&mut runner, "ALTER TABLE t ADD name text");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::LockNotAvailable, Some("55P03")));
    let pids: Vec<i32> = error.blocked_by.iter().map(|session| session.pid).collect();
    assert_eq!(pids, [other.backend_pid().unwrap_or_default()]);
    assert_eq!(error.blocked_by[0].state.as_deref(), Some("idle in transaction"));
    assert!(error.to_string().contains("; blocked by pid "), "{error}");
}

#[test]
fn progress_is_told_while_a_statement_waits() {
    let target = Target::postgres();
    let (mut runner, mut other) = (target.open_with(impatient()), target.open());
    run(&mut runner, "CREATE TABLE t (id int)");
    let (send, told) = std::sync::mpsc::channel();
    runner
        .on_progress(Some(Box::new(move |progress: &trueup_db::Progress| drop(send.send(progress.clone())))));
    assert!(runner.lock(&mut |_| {}).is_ok());
    run(&mut runner, "SELECT pg_sleep(0.3)");
    let slept: Vec<_> = told.try_iter().collect();
    assert!(slept.len() >= 2, "{slept:?}");
    assert!(slept.windows(2).all(|pair| pair[0].elapsed < pair[1].elapsed));
    assert_eq!(slept[0].waits_for.as_deref(), Some("Timeout: PgSleep"));
    begin(&mut other);
    run(&mut other, "INSERT INTO t VALUES (1)");
    thread::scope(|scope| {
        let pid = runner.backend_pid().unwrap_or_default();
        let sql = "CREATE INDEX CONCURRENTLY t_id ON t (id)";
        let built = scope.spawn(|| runner.create_index_concurrently(sql, &"t_id".into()));
        let mut last = None;
        until("the index waits for the writer", || {
            last = told.try_iter().last().or(last.take());
            last.as_ref().is_some_and(|progress| progress.index.is_some() && !progress.blocked_by.is_empty())
        });
        let index = last.and_then(|progress| progress.index).expect("it was there");
        assert_eq!((index.table.as_str(), index.phase.as_str()), ("t", "waiting for writers before build"));
        assert_eq!((index.lockers_total, index.current_locker), (1, other.backend_pid()));
        let mut watcher = target.open();
        let seen = watcher.progress(pid).expect("the server answers").expect("it runs");
        assert_eq!(seen.index.map(|index| index.phase), Some("waiting for writers before build".to_owned()));
        commit(&mut other);
        assert!(built.join().expect("no panic").is_ok());
        assert_eq!(watcher.progress(pid).expect("the server answers"), None);
    });
}

#[test]
fn a_locked_table_is_taken_to_have_rows_and_not_waited_for() {
    let target = Target::postgres();
    let mut holder = target.open();
    run(&mut holder, "CREATE TABLE t (id int); CREATE TABLE u (id int); INSERT INTO u VALUES (1)");
    let mut database = Database::connect(&target.url()).unwrap_or_else(|error| panic!("{error}"));
    let mut schema = Schema::new(target.url().dialect());
    for name in ["t", "u"] {
        schema.insert_table(Table::new(name.into()));
    }
    let with_rows = database.tables_with_rows(&schema).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(with_rows.into_iter().collect::<Vec<_>>(), [ObjectName::new("u")]);
    begin(&mut holder);
    run(&mut holder, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    let with_rows = database.tables_with_rows(&schema).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(with_rows.len(), 2);
}
