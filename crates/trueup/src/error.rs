//! What stops a command: kind, cause and hint. The only place that knows exit codes and advice.

use std::error::Error;
use std::io::Write;

use crate::args::Color;

/// Findings at or above `--fail-on`.
pub(crate) const FINDINGS: u8 = 1;
/// Usage, configuration or environment.
pub(crate) const ENVIRONMENT: u8 = 2;
/// The database refused, or a step failed.
pub(crate) const DATABASE: u8 = 3;
/// Refused to act without an explicit yes, or because somebody else is at it.
pub(crate) const REFUSED: u8 = 4;
/// A bug of trueup.
pub(crate) const INTERNAL: u8 = 101;

/// A problem that ends a command.
#[derive(Debug)]
pub(crate) struct CommandError {
    message: String,
    more: Vec<(More, String)>,
}

/// What is said below the message, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum More {
    /// Where in the project.
    Place,
    /// A text, such as the statement that failed.
    Text,
    /// What is true now.
    Fact,
    /// Why.
    Cause,
    /// What to do next.
    Hint,
}

impl CommandError {
    /// Returns a problem with usage, configuration or environment.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), more: Vec::new() }
    }

    /// Says where in the project.
    pub(crate) fn place(self, place: String) -> Self {
        self.and(More::Place, place)
    }

    /// Shows a text, such as the statement that failed.
    pub(crate) fn text(self, text: String) -> Self {
        self.and(More::Text, text)
    }

    /// Adds what is true now.
    pub(crate) fn fact(self, fact: impl Into<String>) -> Self {
        self.and(More::Fact, fact)
    }

    /// Adds what to do next.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        self.and(More::Hint, hint)
    }

    fn and(mut self, more: More, text: impl Into<String>) -> Self {
        let at = self.more.partition_point(|(other, _)| *other <= more);
        self.more.insert(at, (more, text.into()));
        self
    }

    /// Prints the problem to standard error.
    pub(crate) fn print(&self, color: Color) {
        self.print_as("error", "\u{1b}[1;31m", color);
    }

    /// Prints the problem to standard error as one that stops nothing.
    pub(crate) fn print_as_warning(&self, color: Color) {
        self.print_as("warning", "\u{1b}[1;33m", color);
    }

    fn print_as(&self, kind: &str, paint: &str, color: Color) {
        let mut err = anstream::AutoStream::new(std::io::stderr(), color.choice());
        let (bold, reset) = ("\u{1b}[1m", "\u{1b}[0m");
        // Nothing can be done when standard error is closed.
        let _ = writeln!(err, "{paint}{kind}{reset}{bold}:{reset} {}", self.message);
        for (more, text) in &self.more {
            // Nothing can be done here either.
            let _ = match more {
                More::Place => writeln!(err, "   {bold}-->{reset} {text}"),
                More::Text => text.lines().try_for_each(|line| writeln!(err, "    {bold}|{reset} {line}")),
                More::Fact => writeln!(err, "  {bold}note:{reset} {text}"),
                More::Cause => writeln!(err, "  {bold}cause:{reset} {text}"),
                More::Hint => writeln!(err, "  {bold}hint:{reset} {text}"),
            };
        }
    }
}

impl From<trueup_project::report::Failure> for CommandError {
    fn from(failure: trueup_project::report::Failure) -> Self {
        let error = Self::new(failure.message);
        match failure.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<trueup_project::config::ConfigError> for CommandError {
    fn from(error: trueup_project::config::ConfigError) -> Self {
        use trueup_project::config::ConfigError as E;
        let hint = match &error {
            E::NoProject(_) => Some("run it in the project's folder, or name it with `-C DIR` or `-c FILE`"),
            E::NoDirectory(_) => Some("`-C` wants the folder of a project"),
            E::NoFile(_) => Some("`-c` wants an alembic.ini, a pyproject.toml or a trueup.toml"),
            E::NoSection { .. } => Some("`-n` names a section of alembic.ini; the default is `alembic`"),
            E::NoScriptLocation { .. } => Some("relative paths start from the configuration file's folder"),
            E::Read { .. } | E::Invalid { .. } => None,
        };
        let mut problem = Self::new(error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            problem = problem.and(More::Cause, cause.to_string());
            source = cause.source();
        }
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}
