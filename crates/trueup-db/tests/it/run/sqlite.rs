//! What is particular about SQLite files.

use rusqlite::Connection;
use trueup_db::{Cell, DbError, ErrorClass, RunError, RunSettings, Runner};
use trueup_testkit::project::Project;

use super::{Target, begin, count, open, refused, run};
use crate::url;

fn not_opened(text: &str) -> DbError {
    match Runner::open(&url(text), RunSettings::default()) {
        Err(RunError::Open(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{text} was opened"),
    }
}

#[test]
fn a_missing_file_is_created_and_a_missing_folder_is_not() {
    let folder = Project::new();
    let path = folder.path().join("new.db");
    drop(open(&url(&format!("sqlite:///{}", path.display())), RunSettings::default()));
    assert!(path.is_file());
    let error = not_opened(&format!("sqlite:///{}/none/new.db", folder.path().display()));
    assert!(matches!(error, DbError::MissingFolder(_)), "{error}");
    assert!(error.to_string().ends_with("none/new.db`: its folder does not exist"), "{error}");
    assert_eq!(folder.files().len(), 1);
}

#[test]
fn what_cannot_be_changed_is_not_opened() {
    assert!(matches!(not_opened("sqlite://"), DbError::InMemory));
    assert!(matches!(not_opened("sqlite:///file:/tmp/x.db?immutable=1&uri=true"), DbError::Immutable(_)));
    let folder =
        Project::new().file("text.db", "this is no database, and it is long enough to see that it is none");
    let mut runner =
        open(&url(&format!("sqlite:///{}/text.db", folder.path().display())), RunSettings::default());
    let error =
        runner.begin(&mut |_| {}).and_then(|()| runner.execute("CREATE TABLE t (id int)").map(|_| ()));
    assert!(error.is_err_and(|error| error.to_string() == "file is not a database"));
}

#[test]
fn foreign_keys_are_off_and_can_be_switched_outside_of_transactions() {
    let target = Target::sqlite();
    let mut runner = target.open();
    let state =
        |runner: &mut Runner| runner.query("PRAGMA foreign_keys").expect("it tells")[0].cells[0].clone();
    assert_eq!(state(&mut runner), Cell::Int(0));
    run(&mut runner, "PRAGMA foreign_keys = ON");
    assert_eq!(state(&mut runner), Cell::Int(1));
    begin(&mut runner);
    run(&mut runner, "PRAGMA foreign_keys = OFF");
    assert_eq!(state(&mut runner), Cell::Int(1), "SQLite ignores it in a transaction");
    assert!(runner.rollback().is_ok());
    run(&mut runner, "VACUUM");
}

#[test]
fn failures_have_classes() {
    let target = Target::sqlite();
    let mut runner = target.open_with(super::impatient());
    run(&mut runner, "CREATE TABLE t (id int, body text)");
    let mut other = target.open();
    begin(&mut other);
    let error = refused(&mut runner, "INSERT INTO t VALUES (1, '')");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::LockNotAvailable, Some("SQLITE_BUSY")));
    assert!(other.rollback().is_ok());
    run(&mut runner, "PRAGMA query_only = ON");
    assert_eq!(refused(&mut runner, "DELETE FROM t").class, ErrorClass::ReadOnly);
    run(&mut runner, "PRAGMA query_only = OFF; PRAGMA max_page_count = 4");
    begin(&mut runner);
    let error = refused(&mut runner, "INSERT INTO t VALUES (1, zeroblob(1000000))");
    assert_eq!((error.class, error.code.as_deref()), (ErrorClass::DiskFull, Some("SQLITE_FULL")));
    assert!(runner.rollback().is_ok());
    assert_eq!(count(&mut runner, "t"), 0);
}

/// What we leave is what every other program finds: no journal file, nothing locked.
#[test]
fn other_programs_go_on_where_a_run_ended() {
    let target = Target::sqlite();
    let Target::Sqlite(folder) = &target else { return };
    let mut runner = target.open();
    assert!(runner.ensure_version_table().is_ok());
    begin(&mut runner);
    run(&mut runner, "CREATE TABLE t (id int)");
    assert!(runner.insert_version("r1").is_ok());
    let path = folder.path().join("app.db");
    let other = Connection::open(&path).unwrap_or_else(|error| panic!("{error}"));
    let tables = || {
        other.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 't'", [], |row| row.get::<_, i64>(0))
    };
    assert_eq!(tables(), Ok(0), "nothing of it is seen before it is committed");
    drop(runner);
    assert_eq!(tables(), Ok(0), "a run that ends in the middle leaves nothing");
    other.execute_batch("CREATE TABLE t (id int)").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(folder.files().len(), 1);
}
