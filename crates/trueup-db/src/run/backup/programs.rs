//! `pg_dump` and `pg_restore`: finds them and runs them. The only place of this crate that starts a process.
//!
//! What they must know of the database goes through their environment, so that no list of processes shows a password.

use std::ffi::OsString;
use std::fs;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use super::BackupError;
use crate::run::{AfterCancel, CancelHandle, RunError};
use crate::{Host, PostgresAddress};

const POLL: Duration = Duration::from_millis(20);
/// Lines of a program's complaint that are told.
const TOLD_LINES: usize = 4;

/// Where installations put one folder per major version: the folder, and what comes below the version.
const INSTALLATIONS: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", "bin"),
    ("/Library/PostgreSQL", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/usr", "bin"),
];

/// Variables of libpq and of Debian's wrapper that would lead to another database.
const LEADING_ASTRAY: [&str; 9] = [
    "PGHOSTADDR",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGOPTIONS",
    "PGREQUIRESSL",
    "PGSSLMODE",
    "PGPASSWORD",
    "PGTARGETSESSIONATTRS",
    "PGCLUSTER",
];

/// A program of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    path: PathBuf,
    major: u32,
}

impl Program {
    /// Finds the program with the lowest version that does.
    ///
    /// The lowest, because later ones send settings that earlier servers do not know: `pg_restore` 17 sets
    /// `transaction_timeout`, which fails on a server 16.
    pub(super) fn find(name: &'static str, at_least: u32, folders: &[PathBuf]) -> Result<Self, BackupError> {
        let mut found = all(name, folders);
        // Stable: of equal versions the first on the path.
        found.sort_by_key(|program| program.major);
        let fitting = found.iter().find(|program| program.major >= at_least).cloned();
        fitting.ok_or_else(|| BackupError::Program {
            name,
            at_least,
            found: found.into_iter().map(|program| (program.path, program.major)).collect(),
        })
    }

    /// Finds the program with the highest version, which reads every archive that an earlier one reads.
    pub(super) fn newest(name: &'static str, folders: &[PathBuf]) -> Result<Self, BackupError> {
        let newest = all(name, folders).into_iter().max_by_key(|program| program.major);
        newest.ok_or(BackupError::Program { name, at_least: 13, found: Vec::new() })
    }

    /// Runs the program to its end, reads its output meanwhile, and ends it after a request to cancel.
    ///
    /// The outer error is a request to cancel, the inner one what the program complained of.
    pub(super) fn run<T: Send>(
        &self,
        arguments: &[OsString],
        address: Option<&PostgresAddress>,
        cancel: Option<&CancelHandle>,
        read: impl FnOnce(BufReader<ChildStdout>) -> std::io::Result<T> + Send,
    ) -> Result<Result<T, String>, BackupError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in LEADING_ASTRAY {
            command.env_remove(name);
        }
        if let Some(address) = address {
            command.envs(variables(address));
        }
        let shown = self.path.display();
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Ok(Err(format!("cannot run `{shown}`: {error}"))),
        };
        let (Some(output), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Ok(Err(format!("`{shown}` has no output")));
        };
        thread::scope(|scope| {
            let output = scope.spawn(|| read(BufReader::new(output)));
            let errors = scope.spawn(move || {
                let mut bytes = Vec::new();
                let _ = errors.read_to_end(&mut bytes);
                String::from_utf8_lossy(&bytes).into_owned()
            });
            let status = wait(&mut child, cancel)?;
            let errors = errors.join().unwrap_or_default();
            let output = output.join();
            if !status.success() {
                return Ok(Err(complaint(&errors, status)));
            }
            Ok(match output {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(error)) => Err(format!("the output of `{shown}`: {error}")),
                Err(_) => Err(format!("the output of `{shown}` could not be read")),
            })
        })
    }
}

/// Waits for the end of a program, and ends it when somebody asks to stop.
fn wait(child: &mut Child, cancel: Option<&CancelHandle>) -> Result<ExitStatus, BackupError> {
    let lost = |error| BackupError::failed("waiting for a program of PostgreSQL", error);
    loop {
        if let Some(status) = child.try_wait().map_err(lost)? {
            // Ctrl-C reaches the program, too, and may end it first.
            return if cancel.is_some_and(CancelHandle::is_requested) {
                Err(cancelled())
            } else {
                Ok(status)
            };
        }
        let goes_on = match cancel {
            Some(cancel) => cancel.sleep(POLL),
            None => {
                thread::sleep(POLL);
                true
            }
        };
        if !goes_on {
            let _ = child.kill();
            child.wait().map_err(lost)?;
            return Err(cancelled());
        }
    }
}

/// Returns what is told after a request to stop: nothing of a program's work is committed then.
pub(super) fn cancelled() -> BackupError {
    RunError::Cancelled { after: AfterCancel::NothingOpen }.into()
}

fn complaint(errors: &str, status: ExitStatus) -> String {
    let lines: Vec<&str> = errors.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match &lines[..] {
        [] => format!("it ended with {status} and said nothing"),
        lines => lines.iter().take(TOLD_LINES).copied().collect::<Vec<_>>().join("; "),
    }
}

/// Returns the variables by which libpq finds the database; a password file is asked by libpq itself.
fn variables(address: &PostgresAddress) -> Vec<(&'static str, OsString)> {
    let hosts = address.hosts.iter().map(|(host, _)| match host {
        Host::Tcp(name) => name.clone(),
        Host::Socket(folder) => folder.display().to_string(),
    });
    let ports = address.hosts.iter().map(|(_, port)| port.to_string());
    let seconds = address.connect_timeout.as_secs().to_string();
    let mut variables: Vec<(&str, OsString)> = vec![
        ("PGHOST", hosts.collect::<Vec<_>>().join(",").into()),
        ("PGPORT", ports.collect::<Vec<_>>().join(",").into()),
        ("PGUSER", address.user.clone().into()),
        ("PGDATABASE", address.database.clone().into()),
        ("PGCONNECT_TIMEOUT", seconds.into()),
        ("PGAPPNAME", "trueup (backup)".into()),
    ];
    if address.hosts.len() > 1 {
        variables.push(("PGTARGETSESSIONATTRS", "read-write".into()));
    }
    variables.extend(address.options.clone().map(|options| ("PGOPTIONS", options.into())));
    variables.extend(address.password.clone().map(|password| ("PGPASSWORD", password.0.into())));
    variables.extend(address.password_file.clone().map(|file| ("PGPASSFILE", file.into())));
    variables
}

/// Returns all programs of a name, those of the folders first.
fn all(name: &str, folders: &[PathBuf]) -> Vec<Program> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in folders.iter().cloned().chain(installations()) {
        let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if path.is_file() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths.into_iter().filter_map(|path| major_of(&path).map(|major| Program { path, major })).collect()
}

fn installations() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/local/pgsql/bin")];
    for (parent, below) in INSTALLATIONS {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        let versions = entries.flatten().map(|entry| entry.path().join(below)).filter(|path| path.is_dir());
        folders.extend(versions);
    }
    folders.sort();
    folders
}

/// Asks the program: `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    major_in(text.split_once("(PostgreSQL)")?.1)
}

/// Reads the major version that a text begins with.
pub(super) fn major_in(text: &str) -> Option<u32> {
    text.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::DatabaseUrl;

    fn script(folder: &Path, text: &str) -> PathBuf {
        let file = folder.join("pg_trueup_test");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("made executable");
        file
    }

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("trueup-programs-{}-{name}", std::process::id()))
    }

    /// A program of this name is installed nowhere, so only the folders of the test count.
    #[test]
    fn the_lowest_version_that_does_is_taken() {
        let base = folder("versions");
        let folders: Vec<PathBuf> = ["13", "17", "15"].map(|major| base.join(major)).into();
        for folder in &folders {
            let major = folder.file_name().expect("a name").to_string_lossy().into_owned();
            script(folder, &format!("echo 'pg_trueup_test (PostgreSQL) {major}.2 (Debian)'"));
        }
        let found = Program::find("pg_trueup_test", 14, &folders).expect("there are two");
        assert_eq!(found.path, base.join("15/pg_trueup_test"));
        assert_eq!(Program::newest("pg_trueup_test", &folders).expect("one").major, 17);
        let error = Program::find("pg_trueup_test", 18, &folders[..1]).expect_err("only 13").to_string();
        assert!(error.starts_with("`pg_trueup_test` of PostgreSQL 18 or later is needed, and `"), "{error}");
        assert!(error.ends_with("13/pg_trueup_test` is of 13"), "{error}");
        let error = Program::find("pg_trueup_test", 18, &[]).expect_err("none").to_string();
        assert!(error.ends_with("there is none on the PATH or beside a PostgreSQL installation"), "{error}");
        fs::remove_dir_all(base).expect("removed");
    }

    #[test]
    fn a_password_is_in_the_environment_alone() {
        let base = folder("password");
        let path = script(&base, "echo \"$@ $PGPASSWORD $PGHOST $PGPORT $PGUSER $PGDATABASE\"");
        let url = DatabaseUrl::parse("postgresql://me:secret@one:1,two:2/app", "/".as_ref(), &|_| None);
        let Ok(DatabaseUrl::Postgresql(address)) = url else { panic!("it is PostgreSQL") };
        let program = Program { path, major: 15 };
        let read = |mut output: BufReader<ChildStdout>| {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text)
        };
        let told = program.run(&["-w".into()], Some(&address), None, read).expect("not cancelled");
        assert_eq!(told.expect("it runs"), "-w secret one,two 1,2 me app\n");
        fs::remove_dir_all(base).expect("removed");
    }
}
