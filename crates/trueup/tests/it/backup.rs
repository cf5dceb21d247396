//! `--backup`, `backup` and `restore`, on SQLite and PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trueup_testkit::postgres::{Postgres, ScratchDatabase};
use trueup_testkit::project::Project;

use crate::program::{Run, trueup_in, trueup_with};

const ENV: &str = "from alembic import context\n\ndef run():\n    context.configure(connection=None)\n    context.run_migrations()\n";

/// `a1` makes a table with two rows, `b2` empties it, `c3` does nothing that anybody notices.
fn library() -> Project {
    let revision = |id: &str, down: &str, upgrade: &str| {
        format!(
            "\"\"\"{id}\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    pass\n"
        )
    };
    let a1 = "op.create_table('book', sa.Column('id', sa.Integer, primary_key=True), sa.Column('name', sa.String(20)))\n    op.execute(\"INSERT INTO book VALUES (1, 'one'), (2, 'two')\")";
    Project::new()
        .file("alembic.ini", "[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///app.db\n")
        .file("alembic/env.py", ENV)
        .file("alembic/versions/a1.py", &revision("a1", "None", a1))
        .file("alembic/versions/b2.py", &revision("b2", "'a1'", "op.execute('DELETE FROM book')"))
        .file("alembic/versions/c3.py", &revision("c3", "'b2'", "op.execute('SELECT 1')"))
}

fn run(project: &Project, arguments: &[&str], database: &[&str]) -> Run {
    let arguments: Vec<&str> = arguments.iter().chain(database).copied().collect();
    trueup_in(project.path(), &arguments)
}

fn current(project: &Project, database: &[&str]) -> String {
    run(project, &["current"], database).stdout
}

/// Runs a test on both databases, with the arguments that name each and its kind of backup.
fn on_both(test: impl Fn(&Project, &[&str], &str)) {
    test(&library(), &[], "db");
    let database = Postgres::shared().scratch_database();
    test(&library(), &["--database", database.url()], "dump");
}

fn backups(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| !path.ends_with(".gitignore"));
    paths.sort();
    paths
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr))
}

fn made(run: &Run) -> String {
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.trim_end().to_owned()
}

#[test]
fn a_run_begins_with_a_backup_that_brings_everything_back() {
    on_both(|project, database, extension| {
        assert_eq!(run(project, &["upgrade", "a1"], database).code, 0);
        let up = run(project, &["upgrade", "head", "--backup", "--format", "json"], database);
        assert_eq!((up.code, current(project, database).as_str()), (0, "c3 (head)\n"), "{}", up.stderr);
        let told = json(&up);
        let path = told["backup"]["path"].as_str().expect("a path").to_owned();
        assert!(up.stderr.starts_with(&format!("Backed up to {path} (")), "{}", up.stderr);
        assert_eq!(told["backup"]["revisions"][0], "a1");
        let folder = project.path().join(".trueup/backups");
        let found = backups(&folder);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].to_string_lossy().contains("-a1-20"), "{found:?}");
        assert_eq!(found[0].extension().and_then(|it| it.to_str()), Some(extension));
        assert_eq!(fs::read_to_string(folder.join(".gitignore")).expect("it is there"), "*\n");

        let refused = run(project, &["restore", &path], database);
        assert_eq!((refused.code, current(project, database).as_str()), (4, "c3 (head)\n"));
        assert!(refused.stderr.contains("is not empty") && refused.stderr.contains("`--yes`"));
        let restored = run(project, &["restore", &path, "--yes", "--format", "json"], database);
        assert_eq!((restored.code, current(project, database).as_str()), (0, "a1\n"), "{}", restored.stderr);
        let told = json(&restored);
        assert_eq!((told["before"][0].as_str(), told["after"][0].as_str()), (Some("c3"), Some("a1")));
        // Two books, a version row, and two rows of the journal.
        assert_eq!((told["tables"].as_u64(), told["rows"].as_u64()), (Some(3), Some(5)));
    });
}

#[test]
fn nothing_to_do_and_nothing_to_lose_need_no_backup() {
    on_both(|project, database, _| {
        let first = run(project, &["upgrade", "head", "--backup"], database);
        assert_eq!(first.code, 0, "{}", first.stderr);
        assert!(first.stderr.contains("the database is empty, so there is nothing to back up"));
        assert_eq!(run(project, &["upgrade", "head", "--backup"], database).code, 0);
        assert_eq!(backups(&project.path().join(".trueup/backups")), Vec::<PathBuf>::new());
    });
}

#[test]
fn the_journal_names_the_backup() {
    let database = Postgres::shared().scratch_database();
    let (project, named) = (library(), ["--database", database.url()]);
    assert_eq!(run(&project, &["upgrade", "a1"], &named).code, 0);
    assert_eq!(run(&project, &["upgrade", "head", "--backup=kept"], &named).code, 0);
    let found = backups(&project.path().join("kept"));
    let sql = "SELECT revision, message FROM trueup_journal WHERE kind = 'backup' AND outcome = 'done'";
    let message = format!("kept/{}", found[0].file_name().expect("a name").to_string_lossy());
    assert_eq!(database.query(sql), [[Some("a1".to_owned()), Some(message)]]);
    assert_eq!(run(&project, &["restore", &found[0].to_string_lossy(), "--yes"], &named).code, 0);
    let sql = "SELECT count(*) FROM trueup_journal WHERE kind = 'restore' AND outcome = 'done'";
    assert_eq!(database.query(sql), [[Some("1".to_owned())]]);
}

#[test]
fn a_run_whose_backup_fails_does_not_begin() {
    on_both(|project, database, _| {
        assert_eq!(run(project, &["upgrade", "a1"], database).code, 0);
        let failed = run(project, &["upgrade", "head", "--backup=alembic.ini/below"], database);
        assert_eq!((failed.code, current(project, database).as_str()), (3, "a1\n"), "{}", failed.stderr);
        assert!(failed.stderr.contains("making a backup in `alembic.ini/below` failed"), "{}", failed.stderr);
    });
}

#[test]
fn a_backup_goes_where_the_settings_say_and_into_an_empty_database() {
    on_both(|project, database, _| {
        fs::write(project.path().join("trueup.toml"), "backups = \"elsewhere\"\n").expect("written");
        assert_eq!(run(project, &["upgrade", "a1"], database).code, 0);
        let path = made(&run(project, &["backup"], database));
        assert!(path.contains("elsewhere"), "{path}");
        let other = Postgres::shared().scratch_database();
        let fresh = if database.is_empty() { "sqlite:///fresh.db" } else { other.url() };
        let named = ["--database", fresh];
        let refused = run(project, &["restore", &path], &named);
        assert_eq!(refused.code, 4, "{}", refused.stderr);
        assert!(refused.stderr.contains("is a backup of the database `"), "{}", refused.stderr);
        let restored = run(project, &["restore", &path, "--force"], &named);
        assert_eq!((restored.code, current(project, &named).as_str()), (0, "a1\n"), "{}", restored.stderr);
        assert!(
            restored.stdout.contains(" is at a1 now: 3 tables with 5 rows, as in "),
            "{}",
            restored.stdout
        );
    });
}

#[test]
fn what_is_no_backup_or_not_all_of_one_changes_nothing() {
    on_both(|project, database, extension| {
        // Enough rows that half a file still has its list of contents.
        assert_eq!(run(project, &["upgrade", "a1"], database).code, 0);
        let path = made(&run(project, &["backup", "kept"], database));
        let whole = fs::read(project.path().join(&path)).expect("it is there");
        let cut = project.path().join(format!("cut.{extension}"));
        for share in [2, 3] {
            fs::write(&cut, &whole[..whole.len() * (share - 1) / share]).expect("written");
            let refused = run(project, &["restore", &cut.to_string_lossy(), "--yes"], database);
            assert_eq!(refused.code, 2, "{}", refused.stderr);
            assert!(refused.stderr.contains("is damaged or not complete"), "{}", refused.stderr);
        }
        let refused = run(project, &["restore", "alembic.ini", "--yes"], database);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("`alembic.ini` is no backup"), "{}", refused.stderr);
        let missing = run(project, &["restore", "none.db", "--yes"], database);
        assert_eq!(missing.code, 2);
        assert!(missing.stderr.contains("cannot read the backup `none.db`"), "{}", missing.stderr);
        assert_eq!(current(project, database), "a1\n");
    });
}

#[test]
fn a_backup_of_another_kind_of_database_is_refused() {
    let server = Postgres::shared().scratch_database();
    let (project, named) = (library(), ["--database", server.url()]);
    assert_eq!(run(&project, &["upgrade", "a1"], &[]).code, 0);
    assert_eq!(run(&project, &["upgrade", "a1"], &named).code, 0);
    for (from, into) in [(&[][..], &named[..]), (&named[..], &[][..])] {
        let path = made(&run(&project, &["backup"], from));
        let refused = run(&project, &["restore", &path, "--yes", "--force"], into);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("which cannot be restored into"), "{}", refused.stderr);
    }
}

#[test]
fn what_is_not_there_is_not_created_by_a_backup() {
    let project = library();
    let missing = run(&project, &["backup"], &[]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert!(missing.stderr.contains("does not exist"), "{}", missing.stderr);
    assert!(!project.path().join("app.db").exists());
    let server = Postgres::shared().scratch_database();
    let empty = run(&project, &["backup", "--database", server.url()], &[]);
    assert_eq!(empty.code, 2, "{}", empty.stderr);
    assert!(empty.stderr.contains("is empty, so there is nothing to back up"), "{}", empty.stderr);
}

/// Holds the lock of the database from another session until the value is dropped.
fn lock_held(database: &ScratchDatabase, project: &Project) -> std::process::Child {
    // A revision that takes seconds is a run as good as any.
    let slow = "\"\"\"slow\"\"\"\nfrom alembic import op\n\nrevision = \"d4\"\ndown_revision = \"c3\"\n\n\ndef upgrade():\n    op.execute('SELECT pg_sleep(20)')\n";
    fs::write(project.path().join("alembic/versions/d4.py"), slow).expect("written");
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_trueup"))
        .args(["-C", &project.path().to_string_lossy(), "upgrade", "d4", "--database", database.url()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND state = 'active' \
                    AND datname = current_database() AND pid <> pg_backend_pid()";
    while database.query(sleeping) == [[Some("0".to_owned())]] {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child
}

#[test]
fn backup_and_restore_keep_away_from_a_run() {
    let database = Postgres::shared().scratch_database();
    let (project, named) = (library(), ["--database", database.url()]);
    assert_eq!(run(&project, &["upgrade", "c3"], &named).code, 0);
    let path = made(&run(&project, &["backup"], &named));
    let mut child = lock_held(&database, &project);
    for arguments in [&["backup", "--no-wait"][..], &["restore", &path, "--yes", "--no-wait"]] {
        let refused = run(&project, arguments, &named);
        assert_eq!(refused.code, 4, "{}", refused.stderr);
        assert!(refused.stderr.contains("is still locked by somebody else"), "{}", refused.stderr);
    }
    child.kill().and_then(|()| child.wait()).expect("it ends");
}

#[test]
fn what_the_backup_does_not_have_is_told_and_left() {
    let database = Postgres::shared().scratch_database();
    let (project, named) = (library(), ["--database", database.url()]);
    assert_eq!(run(&project, &["upgrade", "a1"], &named).code, 0);
    let path = made(&run(&project, &["backup"], &named));
    database.execute("CREATE TABLE later (id integer); INSERT INTO later VALUES (1)");
    let restored = run(&project, &["restore", &path, "--yes"], &named);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    assert!(
        restored.stderr.contains("`public.later` is not in the backup and was left"),
        "{}",
        restored.stderr
    );
    // What refers to a table of the backup is in its way, and then nothing is changed at all.
    database.execute("CREATE TABLE note (book integer REFERENCES book); DELETE FROM alembic_version");
    let failed = run(&project, &["restore", &path, "--yes"], &named);
    assert_eq!((failed.code, current(&project, &named).as_str()), (3, ""), "{}", failed.stderr);
    assert!(failed.stderr.contains("nothing was changed"), "{}", failed.stderr);
}

/// Names, parents and children, foreign keys, an extension, generated columns: rows are counted where they lie.
#[test]
fn a_schema_with_everything_comes_back() {
    let database = Postgres::shared().scratch_database();
    let (project, named) = (library(), ["--database", database.url()]);
    database.execute(
        "CREATE SCHEMA \"My \"\"x\"\"\"; CREATE TABLE \"My \"\"x\"\"\".\"a table\" (\"a b\" text); \
         INSERT INTO \"My \"\"x\"\"\".\"a table\" VALUES (E'line\\n\\\\.\\n'), (NULL); \
         CREATE TABLE parent (id integer); CREATE TABLE child () INHERITS (parent); \
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2), (3); \
         CREATE TABLE part (id integer) PARTITION BY LIST (id); CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1); \
         INSERT INTO part VALUES (1); CREATE TYPE mood AS ENUM ('good'); CREATE VIEW all_of AS SELECT * FROM parent; \
         CREATE TABLE none (); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    );
    assert_eq!(run(&project, &["upgrade", "a1"], &named).code, 0);
    let path = made(&run(&project, &["backup"], &named));
    database.execute("DELETE FROM parent; DROP TABLE part; DROP SCHEMA \"My \"\"x\"\"\" CASCADE");
    let restored = run(&project, &["restore", &path, "--yes"], &named);
    assert_eq!(restored.code, 0, "{}", restored.stderr);
    let rows = "SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM part), \
                (SELECT count(*) FROM \"My \"\"x\"\"\".\"a table\" WHERE \"a b\" = E'line\\n\\\\.\\n')";
    let expected = ["3", "1", "1"].map(|count| Some(count.to_owned()));
    assert_eq!(database.query(rows), [expected]);
}

#[test]
fn an_sqlite_database_with_a_log_keeps_it() {
    let project = library();
    let mode = "op.execute('SELECT 1')";
    assert_eq!(run(&project, &["upgrade", "a1"], &[]).code, 0);
    assert!(fs::read_to_string(project.path().join("alembic/versions/c3.py")).expect("there").contains(mode));
    // Bytes 18 and 19 of the header say that the file has a write-ahead log.
    let file = project.path().join("app.db");
    let mut bytes = fs::read(&file).expect("there");
    bytes[18..20].copy_from_slice(&[2, 2]);
    fs::write(&file, bytes).expect("written");
    let path = made(&run(&project, &["backup"], &[]));
    let beside = backups(&project.path().join(".trueup/backups"));
    assert_eq!(beside.len(), 1, "no side files: {beside:?}");
    assert_eq!(run(&project, &["upgrade", "head"], &[]).code, 0);
    let restored = run(&project, &["restore", &path, "--yes"], &[]);
    assert_eq!((restored.code, current(&project, &[]).as_str()), (0, "a1\n"), "{}", restored.stderr);
    assert_eq!(fs::read(&file).expect("there")[18..20], [2, 2]);
}

#[test]
fn a_password_is_shown_nowhere() {
    let server = Postgres::shared().scratch_database();
    server.execute("CREATE TABLE t (id integer)");
    let project = library();
    let url = server.url().replace("postgres@", "postgres:tops3cret@");
    let run = trueup_with(project.path(), &["backup", "--database", &url], &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains("tops3cret"));
}
