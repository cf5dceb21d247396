//! Runs trueup and says how it ended.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::cluster::signal;

/// A run that takes longer hangs.
pub(super) const HANGS: Duration = Duration::from_secs(150);

/// What is run, and where.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The program, before it what runs it: `strace …`.
    pub(super) program: Vec<String>,
    /// The project.
    pub(super) project: PathBuf,
    /// All but the address.
    pub(super) arguments: Vec<String>,
}

/// A run.
pub(super) struct Running {
    child: Child,
    output: PathBuf,
    begun: Instant,
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended {
    /// Its exit code, where it ended by itself.
    pub(super) code: Option<i32>,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    /// It had to be killed because it did not end.
    pub(super) hung: bool,
    /// What it said.
    pub(super) text: String,
    /// How long it took.
    pub(super) took: Duration,
}

impl Call {
    /// Starts a run on a database; what it says goes to a file in the folder.
    pub(super) fn start(&self, url: &str, folder: &Path) -> Result<Running> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let output = folder.join(format!("output-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let file = File::create(&output)?;
        let (program, before) = self.program.split_first().context("no program")?;
        let mut command = Command::new(program);
        command
            .args(before)
            .args(["--no-progress", "--color", "never", "--database", url])
            .args(&self.arguments);
        for variable in ["DATABASE_URL", "TRUEUP_DATABASE_URL", "ALEMBIC_CONFIG", "PGOPTIONS"] {
            command.env_remove(variable);
        }
        command.current_dir(&self.project).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| program.clone())?;
        Ok(Running { child, output, begun: Instant::now() })
    }

    /// Runs to the end.
    pub(super) fn run(&self, url: &str, folder: &Path) -> Result<Ended> {
        self.start(url, folder)?.wait()
    }

    /// Returns the same call with more arguments.
    pub(super) fn with(&self, arguments: &[&str]) -> Self {
        let mut call = self.clone();
        call.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        call
    }
}

impl Running {
    /// Returns the process.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end.
    pub(super) fn wait(mut self) -> Result<Ended> {
        let mut hung = false;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if !hung && self.begun.elapsed() > HANGS {
                hung = true;
                signal(self.process(), "KILL");
            }
            sleep(Duration::from_millis(2));
        };
        let text = String::from_utf8_lossy(&fs::read(&self.output)?).into_owned();
        let _ = fs::remove_file(&self.output);
        Ok(Ended { code: status.code(), signal: status.signal(), hung, text, took: self.begun.elapsed() })
    }
}

impl Ended {
    /// Tells whether it did what it was asked for.
    pub(super) fn is_good(&self) -> bool {
        self.code == Some(0)
    }

    /// Tells whether it could say what it has done: it was not killed.
    pub(super) fn has_spoken(&self) -> bool {
        self.code.is_some()
    }

    /// Returns how it ended, in words.
    pub(super) fn words(&self) -> String {
        match (self.hung, self.code, self.signal) {
            (true, ..) => "hung".to_owned(),
            (_, Some(code), _) => format!("exit {code}"),
            (.., Some(signal)) => format!("signal {signal}"),
            _ => "ended".to_owned(),
        }
    }
}
