//! What commands that write files tell while they do it: byte for byte what Alembic prints (alembic 1.20,
//! `util/messaging.py`), except that long lines are not broken.

use std::io::{IsTerminal as _, Write as _};

use trueup_project::pipelines::writing::{Event, SameLine};
use trueup_project::wire::{TemplatesWire, WritingWire};

use crate::args::{Format, Global};
use crate::error::CommandError;

/// Writes events where they belong as they come.
pub(crate) struct Progress<'a> {
    global: &'a Global,
    /// What is kept for `--output`.
    kept: String,
    indent: &'static str,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(global: &'a Global) -> Self {
        // Alembic indents what it says to a terminal, which it looks for at the standard input.
        let indent = if std::io::stdin().is_terminal() { "  " } else { "" };
        Self { global, kept: String::new(), indent }
    }

    pub(crate) fn tell(&mut self, event: Event<'_>) {
        let indent = self.indent;
        match event {
            Event::Begins(what, SameLine::Yes) => self.print(&format!("{indent}{what} ...")),
            Event::Begins(what, SameLine::No) => self.print(&format!("{indent}{what} ...\n")),
            Event::Done => self.print("  done\n"),
            Event::Failed => self.print("  FAILED\n"),
            Event::Says(what) => self.print(&format!("{indent}{what}\n")),
            Event::Warns(message, hint) => {
                let warning = CommandError::new(message);
                let warning = match hint {
                    Some(hint) => warning.hint(hint),
                    None => warning,
                };
                warning.print_as_warning(self.global.color);
            }
        }
    }

    fn print(&mut self, text: &str) {
        if self.global.quiet || self.global.format != Format::Text {
            return;
        }
        if self.global.output.is_some() {
            self.kept.push_str(text);
            return;
        }
        let mut out = std::io::stdout().lock();
        // Whoever closed the pipe has read enough; the files are written all the same.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes what is written at the end: the JSON object, or the file that `--output` names.
    pub(crate) fn finish(self, wire: &WritingWire) -> Result<(), CommandError> {
        match self.global.format {
            Format::Json => super::write(self.global, &json(wire)),
            _ if self.global.output.is_some() => super::write(self.global, &self.kept),
            _ => Ok(()),
        }
    }
}

fn json(wire: &WritingWire) -> String {
    // The shapes hold only texts, numbers and lists, which cannot fail to serialise.
    serde_json::to_string_pretty(wire).unwrap_or_default() + "\n"
}

/// Returns the templates of `init` as JSON.
pub(crate) fn templates_json() -> String {
    serde_json::to_string_pretty(&TemplatesWire::default()).unwrap_or_default() + "\n"
}
