//! The words that mark a statement for outside of transactions, held against real databases.

use trueup_db::{RunError, Runner, needs_no_transaction};
use trueup_schema::Dialect;
use trueup_testkit::postgres::Postgres;

use super::{Target, begin, run};

/// Whether PostgreSQL refuses it in a transaction, whatever else is wrong with it.
fn refused_in_transaction(runner: &mut Runner, sql: &str) -> bool {
    begin(runner);
    let refused = match runner.execute(sql) {
        Err(RunError::Statement(error)) => error.code.as_deref() == Some("25001"),
        Err(other) => panic!("{sql}: {other}"),
        Ok(_) => false,
    };
    assert!(runner.rollback().is_ok());
    refused
}

#[test]
fn postgresql_refuses_exactly_these_in_a_transaction() {
    let target = Target::postgres();
    let mut runner = target.open();
    run(
        &mut runner,
        "CREATE TABLE t (id int PRIMARY KEY); CREATE INDEX i ON t (id); CREATE TYPE mood AS ENUM ('ok');
         CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CLUSTER t USING t_pkey",
    );
    for sql in [
        "VACUUM",
        "vacuum (analyze) t",
        "/* x */ CREATE INDEX CONCURRENTLY x ON t (id)",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS x ON t (id)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (VERBOSE, CONCURRENTLY) INDEX i",
        "REINDEX SCHEMA public",
        "CREATE DATABASE x",
        "DROP DATABASE IF EXISTS nobody",
        "CREATE TABLESPACE x LOCATION '/nowhere'",
        "DROP TABLESPACE nobody",
        "ALTER DATABASE postgres SET TABLESPACE pg_default",
        "ALTER SYSTEM SET work_mem = '4MB'",
        "CLUSTER",
        "CLUSTER VERBOSE",
        "DISCARD ALL",
        "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'",
    ] {
        assert!(refused_in_transaction(&mut runner, sql), "the server takes {sql}");
        assert!(needs_no_transaction(Dialect::Postgresql, sql), "{sql}");
    }
    let detach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
    assert!(needs_no_transaction(Dialect::Postgresql, detach));
    let known = Postgres::shared().major() >= 14;
    assert_eq!(refused_in_transaction(&mut runner, detach), known, "PostgreSQL 14 knows it");
    for sql in [
        "ANALYZE",
        "CREATE INDEX concurrently_made ON t (id)",
        "DROP INDEX i",
        "REINDEX TABLE t",
        "REINDEX (VERBOSE) INDEX i",
        "CLUSTER t",
        "ALTER TABLE p DETACH PARTITION p1",
        "ALTER TYPE mood ADD VALUE 'sad'",
        "ALTER DATABASE postgres SET work_mem = '4MB'",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY nobody",
        "DISCARD TEMP",
        "COMMENT ON TABLE t IS 'CREATE INDEX CONCURRENTLY'",
        "DO $$ BEGIN PERFORM 1; /* VACUUM; */ END $$",
        "SELECT 1; SELECT 'VACUUM'",
    ] {
        assert!(!refused_in_transaction(&mut runner, sql), "the server refuses {sql}");
        assert!(!needs_no_transaction(Dialect::Postgresql, sql), "{sql}");
    }
    assert!(needs_no_transaction(Dialect::Postgresql, "SELECT 1; VACUUM t"));
}

#[test]
fn sqlite_refuses_or_ignores_these_in_a_transaction() {
    let target = Target::sqlite();
    let mut runner = target.open();
    run(&mut runner, "CREATE TABLE t (id int)");
    let state =
        |runner: &mut Runner, pragma: &str| runner.query(&format!("PRAGMA {pragma}")).expect("it tells");
    for (pragma, value) in
        [("foreign_keys", "ON"), ("journal_mode", "WAL"), ("synchronous", "OFF"), ("temp_store", "MEMORY")]
    {
        let sql = format!("PRAGMA {pragma} = {value}");
        let before = state(&mut runner, pragma);
        // `temp_store` is fixed only where something temporary is there.
        run(&mut runner, "CREATE TEMP TABLE IF NOT EXISTS temporary (id int)");
        begin(&mut runner);
        let _ = runner.execute(&sql);
        assert!(runner.rollback().is_ok());
        assert_eq!(state(&mut runner, pragma), before, "{sql} has an effect in a transaction");
        run(&mut runner, &sql);
        assert_ne!(state(&mut runner, pragma), before, "{sql} has no effect at all");
        assert!(needs_no_transaction(Dialect::Sqlite, &sql));
        assert!(!needs_no_transaction(Dialect::Sqlite, &format!("PRAGMA {pragma}")));
    }
    begin(&mut runner);
    assert!(runner.execute("VACUUM").is_err());
    assert!(runner.rollback().is_ok());
    for sql in
        ["vacuum", "VACUUM main INTO 'copy.db'", "PRAGMA main.synchronous = 1", "PRAGMA foreign_keys(0)"]
    {
        assert!(needs_no_transaction(Dialect::Sqlite, sql), "{sql}");
    }
    for sql in ["PRAGMA user_version = 3", "CREATE TABLE vacuum_log (id int)", "REINDEX", "ANALYZE"] {
        assert!(!needs_no_transaction(Dialect::Sqlite, sql), "{sql}");
        begin(&mut runner);
        run(&mut runner, sql);
        assert!(runner.rollback().is_ok());
    }
}
