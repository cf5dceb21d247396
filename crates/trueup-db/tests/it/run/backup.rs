//! What the online backup of SQLite does with logs and with files that somebody uses.

use std::time::Duration;

use rusqlite::Connection;
use trueup_db::{BackupError, BackupFile, BackupRequest, RunError, RunSettings, Runner};
use trueup_schema::ObjectName;
use trueup_testkit::project::Project;

use super::open;
use crate::url;

fn runner(project: &Project) -> Runner {
    let settings = RunSettings { wait: Duration::from_millis(200), ..RunSettings::default() };
    open(&url(&format!("sqlite:///{}/app.db", project.path().display())), settings)
}

fn request(project: &Project) -> BackupRequest {
    let folder = project.path().join("kept");
    BackupRequest { folder, time: "20270131T235959Z".to_owned(), programs: Vec::new() }
}

fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("a number")
}

#[test]
fn a_database_with_a_log_is_copied_with_what_only_the_log_has() {
    for mode in ["wal", "delete"] {
        let project = Project::new();
        let application = Connection::open(project.path().join("app.db")).expect("opened");
        let sql = format!(
            "PRAGMA journal_mode = {mode}; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2)"
        );
        application.execute_batch(&sql).expect("written");
        let mut runner = runner(&project);
        let made = runner.back_up(&request(&project)).expect("it can be copied");
        assert_eq!(made.path, project.path().join("kept/app-base-20270131T235959Z.db"));
        let again = runner.back_up(&request(&project)).expect("it can be copied");
        assert_eq!(again.path, project.path().join("kept/app-base-20270131T235959Z.2.db"));
        application.execute_batch("DELETE FROM t; CREATE TABLE u (n INTEGER)").expect("written");
        let file = BackupFile::read(&made.path, &ObjectName::new("alembic_version"), &[]).expect("it is one");
        let restored = runner.restore(&file, &[]).expect("it comes back");
        assert_eq!((restored.tables, restored.table_rows), (1, 2));
        assert_eq!(count(&application), 2, "{mode}: who has the file open sees it");
    }
}

#[test]
fn a_restore_waits_for_readers_and_changes_nothing_without_them_gone() {
    let project = Project::new();
    let application = Connection::open(project.path().join("app.db")).expect("opened");
    application.execute_batch("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").expect("written");
    let mut runner = runner(&project);
    let made = runner.back_up(&request(&project)).expect("it can be copied");
    let file = BackupFile::read(&made.path, &ObjectName::new("alembic_version"), &[]).expect("it is one");
    application.execute_batch("DELETE FROM t; BEGIN").expect("begun");
    assert_eq!(count(&application), 0);
    let error = runner.restore(&file, &[]).expect_err("somebody reads");
    assert!(matches!(error, BackupError::Run(RunError::Locked { .. })), "{error}");
    application.execute_batch("ROLLBACK").expect("ended");
    assert_eq!(count(&application), 0);
    runner.restore(&file, &[]).expect("nobody reads");
    assert_eq!(count(&application), 1);
}
