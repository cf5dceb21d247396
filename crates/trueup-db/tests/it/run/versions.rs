//! The version table: Alembic's own statement, and changes that must find their row.

use trueup_db::{RunError, RunSettings, Runner, VersionProblem};
use trueup_schema::ObjectName;

use super::{Target, begin, column, commit, run};

fn rows(runner: &mut Runner) -> Vec<String> {
    runner
        .version_rows()
        .unwrap_or_else(|error| panic!("{error}"))
        .unwrap_or_else(|| panic!("there is no table"))
}

fn problem(result: Result<(), RunError>) -> (VersionProblem, String) {
    match result {
        Err(RunError::Version(error)) => (error.problem.clone(), error.to_string()),
        Err(other) => panic!("{other}"),
        Ok(()) => panic!("it was done"),
    }
}

/// What real Alembic 1.20 with SQLAlchemy 2.1 leaves in `sqlite_schema`.
#[test]
fn the_table_is_alembics_to_the_letter() {
    let stored = |settings: RunSettings| {
        let target = Target::sqlite();
        let mut runner = target.open_with(settings);
        assert!(runner.ensure_version_table().is_ok_and(|created| created));
        assert!(runner.ensure_version_table().is_ok_and(|created| !created));
        column(&mut runner, "SELECT sql FROM sqlite_schema WHERE type = 'table'").remove(0)
    };
    let named = |name: &str| RunSettings { version_table: ObjectName::new(name), ..RunSettings::default() };
    assert_eq!(
        stored(RunSettings::default()),
        "CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT alembic_version_pkc PRIMARY KEY \
         (version_num)\n)"
    );
    assert_eq!(
        stored(RunSettings { version_table_primary_key: false, ..RunSettings::default() }),
        "CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL\n)"
    );
    assert_eq!(
        stored(named("My versions")),
        "CREATE TABLE \"My versions\" (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT \"My versions_pkc\" PRIMARY KEY \
         (version_num)\n)"
    );
    assert_eq!(
        stored(named("order")),
        "CREATE TABLE \"order\" (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT order_pkc PRIMARY KEY (version_num)\n)"
    );
}

#[test]
fn the_table_of_a_namespace() {
    let target = Target::postgres();
    let version_table = ObjectName { namespace: Some("Ops".to_owned()), name: "alembic_version".to_owned() };
    let mut runner = target.open_with(RunSettings { version_table, ..RunSettings::default() });
    run(&mut runner, "CREATE SCHEMA \"Ops\"");
    assert!(runner.version_rows().is_ok_and(|rows| rows.is_none()));
    begin(&mut runner);
    assert!(runner.ensure_version_table().is_ok_and(|created| created));
    assert!(runner.insert_version("a1").is_ok() && runner.update_version("a1", "b2").is_ok());
    commit(&mut runner);
    assert_eq!(rows(&mut runner), ["b2"]);
    let sql = "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '\"Ops\".alembic_version'::regclass";
    assert_eq!(column(&mut runner, sql), ["alembic_version_pkc PRIMARY KEY (version_num)"]);
}

#[test]
fn rows_change_one_at_a_time() {
    for target in Target::both() {
        let mut runner = target.open();
        assert!(runner.ensure_version_table().is_ok());
        begin(&mut runner);
        assert!(runner.insert_version("a1").is_ok() && runner.insert_version("b1").is_ok());
        assert_eq!(rows(&mut runner), ["a1", "b1"]);
        assert!(runner.delete_version("b1").is_ok() && runner.update_version("a1", "m2").is_ok());
        commit(&mut runner);
        assert_eq!(rows(&mut target.open()), ["m2"]);
    }
}

#[test]
fn a_row_that_is_not_as_expected_stops_the_run() {
    for target in Target::both() {
        let settings = RunSettings { version_table_primary_key: false, ..RunSettings::default() };
        let mut runner = target.open_with(settings);
        assert!(runner.ensure_version_table().is_ok());
        let (found, said) = problem(runner.update_version("r1", "r2"));
        assert_eq!(found, VersionProblem::Missing(Vec::new()));
        let empty = "the row `r1` was expected in `alembic_version`, which is empty: somebody else moved the database";
        assert_eq!(said, empty);
        assert!(runner.insert_version("r9").is_ok() && runner.insert_version("r9").is_ok());
        begin(&mut runner);
        run(&mut runner, "CREATE TABLE t (id int)");
        let (_, said) = problem(runner.delete_version("r1"));
        let elsewhere = "the row `r1` was expected in `alembic_version` and is not there; it records `r9`, `r9`: \
                         somebody else moved the database";
        assert_eq!(said, elsewhere);
        assert!(runner.commit().is_err(), "nothing of such a revision is committed");
        begin(&mut runner);
        let (found, said) = problem(runner.delete_version("r9"));
        assert_eq!(found, VersionProblem::Repeated(2));
        assert!(said.starts_with("the row `r9` is 2 times in `alembic_version`, not once: "), "{said}");
        assert!(runner.rollback().is_ok());
        assert_eq!(rows(&mut runner), ["r9", "r9"]);
    }
}

#[test]
fn a_row_that_is_there_already_stops_the_run() {
    for target in Target::both() {
        let mut runner = target.open();
        assert!(runner.ensure_version_table().is_ok() && runner.insert_version("r1").is_ok());
        assert_eq!(problem(runner.insert_version("r1")).0, VersionProblem::Present);
        assert!(runner.insert_version("r2").is_ok());
        assert_eq!(problem(runner.update_version("r1", "r2")).0, VersionProblem::Present);
    }
}

#[test]
fn a_revision_longer_than_the_column_is_named() {
    let target = Target::postgres();
    let mut runner = target.open();
    assert!(runner.ensure_version_table().is_ok());
    let long = "x".repeat(40);
    let said = runner.insert_version(&long).expect_err("32 characters fit").to_string();
    assert!(said.contains(&format!("`{long}` has 40 characters; shorten it or widen the column")), "{said}");
}

#[test]
fn a_version_table_that_cannot_be_read_is_an_error() {
    for target in Target::both() {
        let mut runner = target.open();
        run(&mut runner, "CREATE TABLE alembic_version (id int)");
        let said = runner.version_rows().expect_err("the column is missing").to_string();
        assert!(said.contains("version_num"), "{said}");
        assert!(runner.ensure_version_table().is_err());
    }
}
