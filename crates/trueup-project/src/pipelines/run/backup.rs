//! The copy that a run begins with; `backup` and `restore`, which run nothing.
//!
//! `backup` and `restore` read no revision: a project whose history is broken needs them most.

use std::fs;
use std::path::{Path, PathBuf};

use trueup_alembic::replay::Way;
use trueup_db::{
    Backup, BackupError, BackupFile, BackupRequest, Database, Direction, JournalStep, Restored, RunError,
    Runner, database_name,
};

use super::known::is_missing;
use super::online::{Online, failed_to_open, listed, open_locked};
use super::{Event, NotRun, RunFailure, RunFailureKind, RunRequest, Tell};
use crate::config::Configuration;
use crate::pipelines::target::{Target, read_env};

/// The usual folder, below the project's.
const FOLDER: &str = ".trueup/backups";

/// Where a backup goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupFolder {
    /// The settings' `backups`, else `.trueup/backups` below the project's folder.
    Usual,
    /// This folder.
    At(PathBuf),
}

/// A backup of a database.
#[derive(Clone, Debug)]
pub struct BackupReport {
    /// The database, without its password.
    pub database: String,
    /// Its backup.
    pub backup: Backup,
}

/// What is to be restored, and what was said to it.
#[derive(Clone, Debug, Default)]
pub struct RestoreRequest {
    /// The backup.
    pub file: PathBuf,
    /// Whether what the database has may be replaced.
    pub is_yes: bool,
    /// Whether it may be the backup of another database.
    pub is_forced: bool,
}

/// A database that was restored.
#[derive(Clone, Debug)]
pub struct RestoreReport {
    /// The database, without its password.
    pub database: String,
    /// The backup.
    pub file: PathBuf,
    /// Rows of the version table before.
    pub before: Vec<String>,
    /// What is in the database now.
    pub restored: Restored,
}

/// Makes a backup of a database, without running anything on it.
///
/// # Errors
/// When the database is empty or cannot be read, or the backup cannot be made.
pub fn backup(
    configuration: &Configuration,
    request: &RunRequest,
    folder: &BackupFolder,
    tell: Tell<'_>,
) -> Result<BackupReport, NotRun> {
    let target = Target::find(
        configuration,
        &request.database,
        &read_env(configuration, &request.database.environment),
    )?;
    let database = target.url.to_string();
    // Opening for writing would create it.
    if is_missing(&target)
        && let Err(error) = Database::connect(&target.url)
    {
        return Err(failed_to_open(RunError::Open(error)));
    }
    let mut runner = open_locked(&target, request, true, tell)?;
    if runner.is_empty().map_err(failed_to_open)? {
        let message = format!("{database} is empty, so there is nothing to back up");
        return Err(RunFailure::new(RunFailureKind::Environment, message).into());
    }
    let backup = make(configuration, request, folder, &mut runner)?;
    Ok(BackupReport { database, backup })
}

/// Makes the backup that a run begins with, where one is wanted.
pub(super) fn before_run(online: &mut Online<'_, '_>, way: Way) -> Result<(), NotRun> {
    let Some(folder) = &online.request.backup else { return Ok(()) };
    let mut runner = online.runner.borrow_mut();
    if runner.is_empty().map_err(failed_to_open)? {
        (online.tell)(Event::Note("the database is empty, so there is nothing to back up".to_owned()));
        return Ok(());
    }
    let backup = make(online.project.configuration, online.request, folder, &mut runner)?;
    let direction = match way {
        Way::Up => Direction::Upgrade,
        Way::Down => Direction::Downgrade,
    };
    note(&mut runner, "backup", direction, &backup.rows, &backup.path);
    (online.tell)(Event::BackedUp(&backup));
    online.report.backup = Some(backup);
    Ok(())
}

/// Brings a backup back.
///
/// # Errors
/// When the file is no backup that fits, nobody has said yes, or the database refuses it.
pub fn restore(
    configuration: &Configuration,
    request: &RunRequest,
    asked: &RestoreRequest,
    tell: Tell<'_>,
) -> Result<RestoreReport, NotRun> {
    let target = Target::find(
        configuration,
        &request.database,
        &read_env(configuration, &request.database.environment),
    )?;
    let database = target.url.to_string();
    let programs = programs(request);
    let file = BackupFile::read(&asked.file, &target.version_table, &programs).map_err(not_restored)?;
    file.must_be_of(target.url.dialect(), &database).map_err(not_restored)?;
    refuse_other(&file, &target, asked)?;
    let mut runner = open_locked(&target, request, true, tell)?;
    let before = runner.version_rows().map_err(failed_to_open)?.unwrap_or_default();
    if !asked.is_yes && !runner.is_empty().map_err(failed_to_open)? {
        let message = format!("{database} is not empty, and a restore replaces what it has");
        let failure = RunFailure::new(RunFailureKind::Refused, message)
            .fact(format!("it is at {}; nothing was changed", listed(&before)))
            .hint("`--yes` restores it; `trueup backup` first keeps what is there");
        return Err(failure.into());
    }
    let restored = runner.restore(&file, &programs).map_err(not_restored)?;
    note(&mut runner, "restore", Direction::Downgrade, &restored.rows, &file.path);
    runner.journal_problem().into_iter().for_each(|problem| tell(Event::Note(problem)));
    for table in &restored.left {
        let line = format!("the table `{table}` is not in the backup and was left as it is");
        tell(Event::Note(line));
    }
    Ok(RestoreReport { database, file: file.path, before, restored })
}

/// Refuses a backup of a database with another name.
fn refuse_other(file: &BackupFile, target: &Target, asked: &RestoreRequest) -> Result<(), NotRun> {
    let name = database_name(&target.url);
    if asked.is_forced || !file.is_of_other_database(&name) {
        return Ok(());
    }
    let of = file.database.as_deref().unwrap_or_default();
    let message =
        format!("`{}` is a backup of the database `{of}`, and this one is `{name}`", file.path.display());
    Err(RunFailure::new(RunFailureKind::Refused, message).hint("`--force` restores it all the same").into())
}

fn make(
    configuration: &Configuration,
    request: &RunRequest,
    folder: &BackupFolder,
    runner: &mut Runner,
) -> Result<Backup, NotRun> {
    let folder = match (folder, &configuration.settings.backups) {
        (BackupFolder::At(folder), _) => folder.clone(),
        (BackupFolder::Usual, Some(folder)) => configuration.settings_root.join(folder),
        (BackupFolder::Usual, None) => usual_folder(&configuration.root)?,
    };
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let request = BackupRequest { folder, time, programs: programs(request) };
    runner.back_up(&request).map_err(not_made)
}

/// Creates the usual folder, and keeps what will be in it out of the repository.
fn usual_folder(root: &Path) -> Result<PathBuf, NotRun> {
    let folder = root.join(FOLDER);
    let ignore = folder.join(".gitignore");
    let written = fs::create_dir_all(&folder)
        .and_then(|()| if ignore.exists() { Ok(()) } else { fs::write(&ignore, "*\n") });
    written.map_err(|error| {
        not_made(BackupError::Failed {
            doing: format!("making a backup in `{}`", folder.display()),
            cause: error.to_string(),
        })
    })?;
    Ok(folder)
}

/// Returns the folders of PATH.
fn programs(request: &RunRequest) -> Vec<PathBuf> {
    let path = request.database.environment.iter().find(|(name, _)| name == "PATH");
    path.map(|(_, folders)| std::env::split_paths(folders).collect()).unwrap_or_default()
}

/// Notes in the journal what was done with a backup, and with which; the revisions are those that are in it.
fn note(runner: &mut Runner, kind: &str, direction: Direction, rows: &[String], path: &Path) {
    let revision = if rows.is_empty() { "base".to_owned() } else { rows.join(", ") };
    let step = JournalStep { revision: revision.clone(), direction, kind: kind.to_owned(), checksum: None };
    runner.journal_begin([step]);
    runner.journal_done(&revision, Some(&path.display().to_string()));
}

/// What is wrong with a file that was just written is no mistake of whoever asked.
fn not_made(error: BackupError) -> NotRun {
    match error {
        BackupError::Damaged { .. } | BackupError::Unreadable { .. } => {
            RunFailure::new(RunFailureKind::Database, error.to_string()).into()
        }
        error => not_restored(error),
    }
}

fn not_restored(error: BackupError) -> NotRun {
    let environment =
        |hint: &str| RunFailure::new(RunFailureKind::Environment, error.to_string()).hint(hint).into();
    match error {
        BackupError::Run(error) => failed_to_open(error),
        BackupError::Failed { .. } => RunFailure::new(RunFailureKind::Database, error.to_string()).into(),
        BackupError::Program { .. } => environment(
            "install the client programs of the server's version, such as Debian's `postgresql-client-17`, or put their \
             folder on the PATH",
        ),
        BackupError::NotABackup(_) => environment(
            "a dump as SQL text is no archive: `psql --file` runs it, and nothing of it is checked",
        ),
        BackupError::OtherKind { .. } => environment("`--database URL` names another database"),
        BackupError::Damaged { .. } | BackupError::Unreadable { .. } => {
            environment("nothing was changed; name another backup")
        }
    }
}
