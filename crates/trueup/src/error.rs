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
    place: Option<String>,
    text: Option<String>,
    facts: Vec<String>,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl CommandError {
    /// Returns a problem with usage, configuration or environment.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            text: None,
            facts: Vec::new(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Says where in the project.
    pub(crate) fn place(mut self, place: String) -> Self {
        self.place = Some(place);
        self
    }

    /// Shows a text, such as the statement that failed.
    pub(crate) fn text(mut self, text: String) -> Self {
        self.text = Some(text);
        self
    }

    /// Adds what is true now.
    pub(crate) fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
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
        if let Some(place) = &self.place {
            let _ = writeln!(err, "   {bold}-->{reset} {place}");
        }
        for line in self.text.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(err, "    {bold}|{reset} {line}");
        }
        for fact in &self.facts {
            let _ = writeln!(err, "  {bold}note:{reset} {fact}");
        }
        for cause in &self.causes {
            let _ = writeln!(err, "  {bold}cause:{reset} {cause}");
        }
        for hint in &self.hints {
            let _ = writeln!(err, "  {bold}hint:{reset} {hint}");
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
            problem.causes.push(cause.to_string());
            source = cause.source();
        }
        problem.hints.extend(hint.map(str::to_owned));
        problem
    }
}
