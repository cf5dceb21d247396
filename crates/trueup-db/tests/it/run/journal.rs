//! Who ran what, also when a run was killed.

use trueup_db::{
    Direction, JournalEntry, JournalSettings, JournalStep, Outcome, RunError, RunSettings, Runner,
};

use super::{Target, begin, column, commit, open, refused, run, terminate};
use crate::url;

fn settings() -> RunSettings {
    RunSettings { journal: Some(JournalSettings::of("bob@laptop")), ..super::impatient() }
}

fn step(revision: &str) -> JournalStep {
    let checksum = Some("c0ffee".to_owned());
    JournalStep {
        revision: revision.to_owned(),
        direction: Direction::Upgrade,
        kind: "native".to_owned(),
        checksum,
    }
}

fn journal(runner: &mut Runner) -> Vec<JournalEntry> {
    runner.journal().unwrap_or_else(|error| panic!("{error}"))
}

/// Revisions and how they ended.
fn outcomes(runner: &mut Runner) -> Vec<(String, Outcome)> {
    journal(runner).into_iter().map(|entry| (entry.what.revision, entry.outcome)).collect()
}

fn is(revision: &str, outcome: Outcome) -> (String, Outcome) {
    (revision.to_owned(), outcome)
}

#[test]
fn a_revision_is_noted_with_everything_about_it() {
    for target in Target::both() {
        let mut runner = target.open_with(settings());
        assert_eq!(journal(&mut runner), []);
        runner.journal_begin([step("r1")]);
        begin(&mut runner);
        run(&mut runner, "CREATE TABLE t (id int)");
        assert_eq!(outcomes(&mut runner), [is("r1", Outcome::Started)], "it is there before it ends");
        runner.journal_done("r1", Some("it took a while"));
        commit(&mut runner);
        assert_eq!(runner.journal_problem(), None);
        let entries = journal(&mut target.open_with(settings()));
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((entry.run_id.as_str(), entry.step), (runner.run_id(), 1));
        assert_eq!((&entry.what, entry.outcome), (&step("r1"), Outcome::Done));
        assert_eq!(
            (entry.who.as_str(), entry.trueup_version.as_str()),
            ("bob@laptop", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(entry.message.as_deref(), Some("it took a while"));
        assert!(entry.duration_ms.is_some_and(|milliseconds| (0..60_000).contains(&milliseconds)));
        let finished_at = entry.finished_at.clone().unwrap_or_default();
        let shape = |time: &str| time.replace(|c: char| c.is_ascii_digit(), "9");
        assert_eq!(
            (shape(&entry.started_at), shape(&finished_at)),
            ("9999-99-99T99:99:99.999Z".into(), "9999-99-99T99:99:99.999Z".into())
        );
        assert!(entry.started_at <= finished_at);
    }
}

#[test]
fn what_is_rolled_back_is_not_done() {
    for target in Target::both() {
        let mut runner = target.open_with(settings());
        // Both revisions in one transaction: the failure of the second undoes the first.
        runner.journal_begin([step("r1")]);
        if target.is_sqlite() {
            runner.journal_begin([step("r2")]);
        }
        begin(&mut runner);
        run(&mut runner, "CREATE TABLE t (id int)");
        runner.journal_done("r1", None);
        if !target.is_sqlite() {
            runner.journal_begin([step("r2")]);
        }
        refused(&mut runner, "CREATE TABLE t (id int)");
        assert!(runner.rollback().is_ok());
        assert_eq!(runner.unfinished().map(|entries| entries.len()).ok(), Some(2));
        runner.journal_failed(Outcome::Failed, "relation \"t\" already exists");
        assert_eq!(outcomes(&mut runner), [is("r1", Outcome::Failed), is("r2", Outcome::Failed)]);
        runner.journal_begin([step("r3")]);
        runner.journal_failed(Outcome::Cancelled, "Ctrl-C");
        // Outside of a transaction the end is noted at once.
        runner.journal_begin([step("r4")]);
        runner.journal_done("r4", None);
        let entries = journal(&mut runner);
        assert_eq!((entries[2].outcome, entries[2].message.as_deref()), (Outcome::Cancelled, Some("Ctrl-C")));
        assert_eq!((entries[3].outcome, entries[3].step), (Outcome::Done, 4));
        assert_eq!(runner.unfinished().map(|entries| entries.len()).ok(), Some(0));
    }
}

#[test]
fn a_killed_run_is_recognised() {
    for target in Target::both() {
        let mut runner = target.open_with(settings());
        runner.journal_begin([step("r1")]);
        begin(&mut runner);
        run(&mut runner, "CREATE TABLE t (id int)");
        runner.journal_done("r1", None);
        let run_id = runner.run_id().to_owned();
        // The process ends before the commit.
        drop(runner);
        let mut next = target.open_with(settings());
        assert!(next.lock(&mut |_| {}).is_ok());
        let unfinished = next.unfinished().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(unfinished.len(), 1);
        assert_eq!(
            (unfinished[0].run_id.as_str(), unfinished[0].what.revision.as_str()),
            (run_id.as_str(), "r1")
        );
        assert_eq!((unfinished[0].finished_at.as_ref(), unfinished[0].duration_ms), (None, None));
    }
}

#[test]
fn the_next_revision_begins_with_the_end_of_the_one_before() {
    for target in Target::both() {
        let mut runner = target.open_with(settings());
        runner.journal_begin([step("r1")]);
        begin(&mut runner);
        runner.journal_done("r1", None);
        runner.journal_next(step("r2"));
        commit(&mut runner);
        // It is there already, and is not written twice.
        runner.journal_begin([step("r2")]);
        begin(&mut runner);
        runner.journal_done("r2", None);
        runner.journal_next(step("r3"));
        // What was to come after a transaction that is undone has not begun.
        assert!(runner.rollback().is_ok());
        assert_eq!(outcomes(&mut runner), [is("r1", Outcome::Done), is("r2", Outcome::Started)]);
        // Killed here, the run has left one revision that began.
        drop(runner);
        let mut next = target.open_with(settings());
        let unfinished = next.unfinished().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(unfinished.iter().map(|entry| entry.what.revision.as_str()).collect::<Vec<_>>(), ["r2"]);
        assert_eq!(unfinished[0].step, 2);
    }
}

#[test]
fn revisions_of_one_transaction_begin_and_end_together() {
    for target in Target::both() {
        let mut runner = target.open_with(settings());
        // More than one statement may have.
        let revisions: Vec<String> = (0..1_201).map(|number| format!("r{number}")).collect();
        runner.journal_begin(revisions.iter().map(|revision| step(revision)));
        begin(&mut runner);
        for revision in &revisions {
            runner.journal_done(revision, None);
        }
        commit(&mut runner);
        assert_eq!(runner.journal_problem(), None);
        let entries = journal(&mut runner);
        assert!(entries.iter().all(|entry| entry.outcome == Outcome::Done));
        let told: Vec<(i64, &str)> =
            entries.iter().map(|entry| (entry.step, entry.what.revision.as_str())).collect();
        let asked: Vec<(i64, &str)> = (1..).zip(revisions.iter().map(String::as_str)).collect();
        assert_eq!(told, asked);
    }
}

#[test]
fn a_killed_backend_is_noted_as_failed() {
    let target = Target::postgres();
    let (mut runner, mut administrator) = (target.open_with(settings()), target.open_with(settings()));
    assert!(runner.lock(&mut |_| {}).is_ok());
    runner.journal_begin([step("r1")]);
    begin(&mut runner);
    terminate(&mut administrator, runner.backend_pid().unwrap_or_default());
    let error = refused(&mut runner, "SELECT 1");
    runner.journal_failed(Outcome::Failed, &error.message);
    assert_eq!(outcomes(&mut administrator), [is("r1", Outcome::Failed)]);
}

#[test]
fn no_journal_is_kept_where_none_is_wanted() {
    for target in Target::both() {
        let mut runner = target.open();
        runner.journal_begin([step("r1")]);
        runner.journal_done("r1", None);
        assert_eq!((runner.journal_problem(), journal(&mut runner)), (None, Vec::new()));
        let tables =
            if target.is_sqlite() { "sqlite_schema" } else { "pg_tables WHERE schemaname = 'public'" };
        assert_eq!(super::count(&mut runner, tables), 0);
    }
}

#[test]
fn where_no_table_may_be_created_the_run_goes_on() {
    let target = Target::postgres();
    let Target::Postgresql(database) = &target else { return };
    let role = format!("{}_guest", database.name());
    database.execute(&format!(
        "REVOKE CREATE ON SCHEMA public FROM public; CREATE ROLE {role}; CREATE TABLE t (id int); GRANT ALL ON t TO {role}"
    ));
    let address = url(&format!("{}?options=-c%20role%3D{role}", database.url()));
    let mut runner = open(&address, settings());
    runner.journal_begin([step("r1")]);
    begin(&mut runner);
    run(&mut runner, "INSERT INTO t VALUES (1)");
    runner.journal_done("r1", None);
    commit(&mut runner);
    runner.journal_begin([step("r2")]);
    let problem = runner.journal_problem();
    assert_eq!(
        problem.as_deref(),
        Some("the journal `trueup_journal` is not kept: permission denied for schema public")
    );
    assert_eq!(runner.journal_problem(), None, "it is said once");
    // A table that somebody else created needs no right to create one.
    database.execute("ALTER TABLE t RENAME TO u");
    target.open_with(settings()).journal_begin([step("r0")]);
    database.execute(&format!("GRANT SELECT, INSERT ON trueup_journal TO {role}"));
    let mut runner = open(&address, settings());
    runner.journal_begin([step("r3")]);
    assert_eq!(runner.journal_problem(), None);
    assert_eq!(outcomes(&mut runner), [is("r0", Outcome::Started), is("r3", Outcome::Started)]);
    drop(runner);
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// What a revision does to its own session must not lose the end of it.
#[test]
fn a_revision_that_gives_up_its_rights_is_noted_all_the_same() {
    let target = Target::postgres();
    let Target::Postgresql(database) = &target else { return };
    let role = format!("{}_guest", database.name());
    database.execute(&format!("CREATE ROLE {role}"));
    let mut runner = target.open_with(settings());
    runner.journal_begin([step("r1")]);
    begin(&mut runner);
    run(&mut runner, &format!("CREATE TABLE t (id int); SET LOCAL search_path = nowhere; SET ROLE {role}"));
    runner.journal_done("r1", None);
    assert_eq!(outcomes(&mut runner), [is("r1", Outcome::Started)]);
    commit(&mut runner);
    assert_eq!(outcomes(&mut runner), [is("r1", Outcome::Done)]);
    assert_eq!(super::count(&mut target.open(), "t"), 0, "the transaction was not harmed");
    database.execute(&format!("DROP ROLE {role}"));
}

#[test]
fn the_journal_lies_beside_the_version_table() {
    let target = Target::postgres();
    let mut runner = target.open();
    run(
        &mut runner,
        "CREATE SCHEMA \"Ops\"; CREATE SCHEMA path; CREATE TABLE path.alembic_version (version_num text)",
    );
    let named = trueup_schema::ObjectName { namespace: Some("Ops".to_owned()), name: "v".to_owned() };
    let journal = Some(JournalSettings { table: "My journal".to_owned(), who: String::new() });
    let mut there = target.open_with(RunSettings { version_table: named, journal, ..settings() });
    there.journal_begin([step("r1")]);
    assert_eq!(there.journal_problem(), None);
    let Target::Postgresql(database) = &target else { return };
    let address = url(&format!("{}?options=-c%20search_path%3Dpublic,path", database.url()));
    open(&address, settings()).journal_begin([step("r1")]);
    let sql =
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename ILIKE '%journal' ORDER BY 1";
    assert_eq!(column(&mut runner, sql), ["Ops.My journal", "path.trueup_journal"]);
}

/// Repeatable reads do not see what the session beside the run has written meanwhile.
#[test]
fn a_strict_isolation_level_is_no_obstacle() {
    let target = Target::postgres();
    let Target::Postgresql(database) = &target else { return };
    database.execute(&format!(
        "ALTER DATABASE {} SET default_transaction_isolation = serializable",
        database.name()
    ));
    let mut runner = target.open_with(settings());
    begin(&mut runner);
    run(&mut runner, "SELECT 1 FROM pg_class");
    for revision in ["r1", "r2"] {
        runner.journal_begin([step(revision)]);
        runner.journal_done(revision, None);
    }
    commit(&mut runner);
    assert_eq!(outcomes(&mut runner), [is("r1", Outcome::Done), is("r2", Outcome::Done)]);
}

#[test]
fn a_journal_that_is_a_different_table_is_told_and_the_run_goes_on() {
    for target in Target::both() {
        let mut runner = target.open_with(settings());
        run(&mut runner, "CREATE TABLE trueup_journal (id int)");
        runner.journal_begin([step("r1")]);
        let problem = runner.journal_problem().unwrap_or_default();
        assert!(
            problem.starts_with("the journal `trueup_journal` is not kept: ") && problem.contains("run_id"),
            "{problem}"
        );
        begin(&mut runner);
        commit(&mut runner);
        assert!(matches!(runner.journal(), Err(RunError::Statement(_))));
    }
}
