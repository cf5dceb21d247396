//! The Python process on the other side: it keeps Alembic imported and runs one project after the other.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Result;

use crate::venv::Conversation;

const PROGRAM: &str = include_str!("driver.py");

pub(super) struct Driver {
    python: PathBuf,
    is_shared: bool,
    conversation: Conversation,
}

impl Driver {
    /// Starts a process for many projects that leave nothing behind.
    pub(super) fn shared(python: &Path) -> Result<Self> {
        Self::start(python, true)
    }

    /// Starts a process for one command.
    pub(super) fn single(python: &Path) -> Result<Self> {
        Self::start(python, false)
    }

    /// Begins the next command of a project, in a new process unless it is shared: on the command line each has its
    /// own, and what a library keeps (`SQLModel.metadata`) would have every table twice.
    pub(super) fn next_command(&mut self) -> Result<()> {
        if !self.is_shared {
            *self = Self::start(&self.python, false)?;
        }
        Ok(())
    }

    fn start(python: &Path, is_shared: bool) -> Result<Self> {
        let conversation = Conversation::start(python, PROGRAM, Stdio::null())?;
        Ok(Self { python: python.to_owned(), is_shared, conversation })
    }

    /// Runs `upgrade` or `create_all` for a project; returns the error it ends with.
    pub(super) fn ask(&mut self, folder: &Path, url: &str, what: &str) -> Result<Option<String>> {
        let request = serde_json::json!({"folder": folder, "url": url, "what": what});
        let answer = self.conversation.ask(&request)?;
        Ok(answer.get("error").and_then(serde_json::Value::as_str).map(str::to_owned))
    }
}
