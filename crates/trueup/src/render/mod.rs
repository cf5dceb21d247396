//! Output formats, one file each.

pub(crate) mod diff;
mod github;
pub(crate) mod history;
mod json;
pub(crate) mod run;
mod sarif;
mod text;
pub(crate) mod writing;

use std::io::Write;

use trueup_project::report::Report;

use crate::args::{Format, Global};
use crate::error::CommandError;

/// Writes a report in the format that was asked for.
pub(crate) fn report(global: &Global, report: &Report) -> Result<(), CommandError> {
    let rendered = match global.format {
        Format::Text => {
            text::render(report, &text::Style { quiet: global.quiet, verbose: global.verbose > 0 })
        }
        Format::Json => json::render(report),
        Format::Sarif => sarif::render(report),
        Format::Github => github::render(report),
    };
    write(global, &rendered)?;
    // These two formats have no place for what is no finding.
    if let (Format::Sarif | Format::Github, Some(failure)) = (global.format, &report.failure) {
        let mut error = CommandError::new(failure.message.clone());
        if let Some(hint) = &failure.hint {
            error = error.hint(hint.clone());
        }
        error.print(global.color);
    }
    Ok(())
}

/// Writes the findings of a report as text to standard error.
pub(crate) fn report_to_stderr(global: &Global, report: &Report) {
    let text = text::render(report, &text::Style { quiet: true, verbose: global.verbose > 0 });
    let mut err = anstream::AutoStream::new(std::io::stderr().lock(), global.color.choice());
    // Nothing can be done when standard error is closed.
    let _ = err.write_all(text.as_bytes());
}

/// Writes text to `--output` or standard output; colors are removed where they are not wanted.
pub(crate) fn write(global: &Global, text: &str) -> Result<(), CommandError> {
    if let Some(path) = &global.output {
        let plain = anstream::adapter::strip_str(text).to_string();
        return std::fs::write(path, plain)
            .map_err(|error| CommandError::new(format!("cannot write `{}`: {error}", path.display())));
    }
    let mut out = anstream::AutoStream::new(std::io::stdout().lock(), global.color.choice());
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Somebody closed the pipe (`trueup check | head`): they have read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(CommandError::new(format!("cannot write the output: {error}"))),
        Ok(()) => Ok(()),
    }
}
