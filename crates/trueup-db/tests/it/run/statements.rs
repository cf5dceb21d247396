//! What statements answer, and what is said about those that fail.

use std::time::Duration;

use trueup_db::{Cell, ErrorClass, RunError, RunSettings};

use super::{Target, begin, column, commit, impatient, open, refused, run, terminate};
use crate::url;

#[test]
fn rows_are_counted() {
    for target in Target::both() {
        let mut runner = target.open();
        assert_eq!(run(&mut runner, "CREATE TABLE t (id int, name text)"), 0);
        assert_eq!(run(&mut runner, "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')"), 3);
        assert_eq!(run(&mut runner, "UPDATE t SET name = 'x' WHERE id > 5"), 0);
        assert_eq!(run(&mut runner, "UPDATE t SET name = 'x' WHERE id > 1; DELETE FROM t WHERE id = 1"), 3);
        assert_eq!(run(&mut runner, "ALTER TABLE t RENAME TO u"), 0);
        assert_eq!(run(&mut runner, "-- nothing"), 0);
        assert_eq!(run(&mut runner, ""), 0);
    }
}

#[test]
fn notices_are_handed_out_with_their_statement() {
    let target = Target::postgres();
    let mut runner = target.open();
    let executed = runner.execute("DROP TABLE IF EXISTS nobody").expect("it is skipped");
    let [notice] = executed.notices.as_slice() else { panic!("{:?}", executed.notices) };
    assert_eq!((notice.severity.as_str(), notice.code.as_str()), ("NOTICE", "00000"));
    assert_eq!(notice.message, "table \"nobody\" does not exist, skipping");
    let raise = "DO $$ BEGIN RAISE WARNING 'one' USING HINT = 'two'; END $$";
    let executed = runner.execute(raise).expect("a warning is no error");
    assert_eq!(executed.notices.len(), 1);
    assert_eq!(executed.notices[0].hint.as_deref(), Some("two"));
}

#[test]
fn cells_have_types() {
    let target = Target::postgres();
    let mut runner = target.open();
    let rows = runner.query(
        "SELECT NULL::int AS n, true AS b, 7::smallint AS i, -9007199254740993 AS big, 'NaN'::float8 AS nan, \
         1.5::real AS f, 'ä'::text AS t, 'x'::char(3) AS c, '\\x00ff'::bytea AS y, 1.50::numeric AS d, \
         '{1,2}'::int[] AS a, '2026-01-31'::date AS day UNION ALL \
         SELECT 1, false, 8, 2, 0, 0, '', '', '', 0, '{}', NULL",
    );
    let rows = rows.unwrap_or_else(|error| panic!("{error}"));
    let other = |type_name: &str, text: &str| Cell::Other { type_name: type_name.into(), text: text.into() };
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].get("n"), Some(&Cell::Int(1)));
    assert!(matches!(rows[0].cells[4], Cell::Float(number) if number.is_nan()));
    let without_nan: Vec<&Cell> =
        rows[0].cells.iter().filter(|cell| !matches!(cell, Cell::Float(f) if f.is_nan())).collect();
    assert_eq!(
        without_nan,
        [
            &Cell::Null,
            &Cell::Bool(true),
            &Cell::Int(7),
            &Cell::Int(-9_007_199_254_740_993),
            &Cell::Float(1.5),
            &Cell::Text("ä".into()),
            &Cell::Text("x  ".into()),
            &Cell::Bytes(vec![0, 255]),
            &other("numeric", "1.50"),
            &other("_int4", "{1,2}"),
            &other("date", "2026-01-31"),
        ]
    );
    assert_eq!(rows[0].get("no such column"), None);
    run(&mut runner, "CREATE TYPE mood AS ENUM ('ok')");
    assert_eq!(runner.query("SELECT 'ok'::mood").expect("it is there")[0].cells, [other("mood", "ok")]);

    let target = Target::sqlite();
    let mut runner = target.open();
    let rows = runner.query("SELECT NULL AS n, 7, 1.5, 'ä', x'00ff', CAST(x'ff' AS TEXT) AS broken");
    let rows = rows.unwrap_or_else(|error| panic!("{error}"));
    let (text, bytes) = (Cell::Text("ä".into()), Cell::Bytes(vec![0, 255]));
    assert_eq!(
        rows[0].cells,
        [Cell::Null, Cell::Int(7), Cell::Float(1.5), text, bytes, Cell::Bytes(vec![255])]
    );
}

#[test]
fn failures_name_place_code_and_object() {
    let target = Target::postgres();
    let mut runner = target.open();
    run(
        &mut runner,
        "CREATE TABLE t (id int CONSTRAINT positive CHECK (id > 0), CONSTRAINT t_key UNIQUE (id))",
    );
    let error = refused(&mut runner, "SELECT 1,\n  ä FROM t");
    assert_eq!(error.to_string(), "line 2, column 3: column \"ä\" does not exist");
    assert_eq!((error.code.as_deref(), error.class), (Some("42703"), ErrorClass::Other));
    let error = refused(&mut runner, "INSERT INTO t VALUES (1), (1)");
    let named = (error.code.as_deref(), error.table.as_deref(), error.constraint.as_deref(), error.place);
    assert_eq!(named, (Some("23505"), Some("t"), Some("t_key"), None));
    let said = "duplicate key value violates unique constraint \"t_key\" (Key (id)=(1) already exists)";
    assert_eq!(error.to_string(), said);
    assert_eq!(refused(&mut runner, "INSERT INTO t VALUES (0)").constraint.as_deref(), Some("positive"));
    let error = refused(&mut runner, "DO $$ BEGIN PERFORM 1 / 0; END $$");
    assert!(error.context.is_some_and(|context| context.contains("line 1 at PERFORM")));

    let target = Target::sqlite();
    let mut runner = target.open();
    run(&mut runner, "CREATE TABLE t (id int CONSTRAINT positive CHECK (id > 0) UNIQUE)");
    let error = refused(&mut runner, "SELECT 1;\nSELECT 'ö',\n  ä FROM t");
    assert_eq!(error.to_string(), "line 3, column 3: no such column: ä");
    assert_eq!(error.code.as_deref(), Some("SQLITE_ERROR"));
    let error = refused(&mut runner, "INSERT INTO t VALUES (1), (1)");
    let named = (error.code.as_deref(), error.table.as_deref(), error.column.as_deref());
    assert_eq!(named, (Some("SQLITE_CONSTRAINT (2067)"), Some("t"), Some("id")));
    assert_eq!(error.to_string(), "UNIQUE constraint failed: t.id");
    assert_eq!(refused(&mut runner, "INSERT INTO t VALUES (0)").constraint.as_deref(), Some("positive"));
}

#[test]
fn failures_have_classes() {
    let target = Target::postgres();
    let Target::Postgresql(database) = &target else { return };
    let role = format!("{}_guest", database.name());
    database.execute(&format!("CREATE TABLE t (id int); CREATE ROLE {role}"));
    let with_options =
        |options: &str| open(&url(&format!("{}?options={options}", database.url())), impatient());
    let error = refused(&mut with_options(&format!("-c%20role%3D{role}")), "DROP TABLE t");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Permission, Some("42501")));
    database.execute(&format!("DROP ROLE {role}"));
    let error = refused(&mut with_options("-c%20default_transaction_read_only%3Don"), "DROP TABLE t");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::ReadOnly, Some("25006")));
    let settings = RunSettings { statement_timeout: Some(Duration::from_millis(50)), ..impatient() };
    let mut runner = target.open_with(settings);
    let error = refused(&mut runner, "SELECT pg_sleep(10)");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::Cancelled, Some("57014")));
    assert_eq!(column(&mut runner, "SELECT 'usable'"), ["usable"]);
}

#[test]
fn a_terminated_backend_is_a_lost_connection() {
    let target = Target::postgres();
    let (mut runner, mut administrator) = (target.open(), target.open());
    run(&mut administrator, "CREATE TABLE t (id int)");
    begin(&mut runner);
    run(&mut runner, "INSERT INTO t VALUES (1)");
    terminate(&mut administrator, runner.backend_pid().unwrap_or_default());
    let error = refused(&mut runner, "INSERT INTO t VALUES (2)");
    assert_eq!(error.class, ErrorClass::ConnectionLost, "{error}");
    let said = runner.commit().expect_err("there is nothing to commit").to_string();
    assert!(said.ends_with("failed, so it was rolled back instead of committed"), "{said}");
    assert_eq!(refused(&mut runner, "SELECT 1").class, ErrorClass::ConnectionLost);
    assert_eq!(super::count(&mut administrator, "t"), 0);
}

#[test]
fn a_connection_lost_at_the_commit_leaves_it_open_what_happened() {
    let target = Target::postgres();
    let (mut runner, mut administrator) = (target.open(), target.open());
    begin(&mut runner);
    terminate(&mut administrator, runner.backend_pid().unwrap_or_default());
    let error = runner.commit().expect_err("the server is gone");
    assert!(matches!(error, RunError::CommitUnknown { .. }), "{error}");
    assert!(error.to_string().contains("must be looked up in the version table"), "{error}");
}

#[test]
fn a_stream_of_data_is_refused_and_harms_nothing() {
    let target = Target::postgres();
    let mut runner = target.open();
    run(&mut runner, "CREATE TABLE t (id int)");
    for sql in ["COPY t FROM STDIN", "SELECT 1; copy t (id) from stdin with (format csv)", "COPY t TO STDOUT"]
    {
        let error = refused(&mut runner, sql);
        assert!(error.to_string().ends_with("(write the rows as `INSERT`)"), "{error}");
    }
    run(&mut runner, "INSERT INTO t VALUES (1); SELECT 'COPY t FROM STDIN'");
    assert_eq!(super::count(&mut runner, "t"), 1);
}

#[test]
fn limits_are_those_that_were_asked_for() {
    let target = Target::postgres();
    let show = |runner: &mut super::Runner| {
        let sql = "SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout') || ' ' || \
                   current_setting('application_name') || ' ' || current_setting('idle_in_transaction_session_timeout')";
        column(runner, sql).remove(0)
    };
    assert_eq!(show(&mut target.open()), "5s 0 trueup 0");
    let settings = RunSettings { statement_timeout: Some(Duration::from_secs(90)), ..impatient() };
    assert_eq!(show(&mut target.open_with(settings)), "300ms 90s trueup 0");
    let Target::Postgresql(database) = &target else { return };
    database.execute(&format!("ALTER DATABASE {} SET lock_timeout = '7s'", database.name()));
    assert_eq!(show(&mut target.open()), "7s 0 trueup 0");
    let never = RunSettings { lock_timeout: Some(Duration::ZERO), ..RunSettings::default() };
    assert_eq!(show(&mut target.open_with(never)), "0 0 trueup 0");
}

#[test]
fn a_statement_outside_of_transactions_waits_without_limit_where_it_must() {
    let target = Target::postgres();
    let mut runner = target.open_with(impatient());
    run(&mut runner, "CREATE TABLE t (id int)");
    let mut other = target.open();
    begin(&mut other);
    run(&mut other, "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    std::thread::scope(|scope| {
        let vacuum = scope.spawn(|| {
            run(&mut runner, "VACUUM t");
            column(&mut runner, "SELECT current_setting('lock_timeout')")
        });
        std::thread::sleep(Duration::from_millis(700));
        assert!(!vacuum.is_finished(), "it waits longer than lock_timeout");
        commit(&mut other);
        assert_eq!(vacuum.join().expect("it is done"), ["300ms"]);
    });
}
