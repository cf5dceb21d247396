//! `trueup diff`: what turns one source into another.

use trueup_project::config::{ConfigError, Configuration};
use trueup_project::pipelines::diff::diff;
use trueup_project::pipelines::run::{NotRun, RunReport};
use trueup_project::pipelines::source::{FORMS, SourceName, SourceRequest};
use trueup_project::wire::DiffWire;
use trueup_schema::Dialect;

use super::{reading, running};
use crate::args::{DiffArgs, Format, Global};
use crate::error::{CommandError, FINDINGS};
use crate::render;

pub(crate) fn run(global: &Global, args: &DiffArgs) -> Result<u8, CommandError> {
    let (from, to) = (source(&args.from)?, source(&args.to)?);
    let configuration = configuration(global, &[&from, &to])?;
    let comparison = match diff(&configuration, &request(global), &from, &to) {
        Ok(comparison) => comparison,
        Err(error) => return failed(global, "diff", error),
    };
    if args.python {
        match comparison.python() {
            Ok(python) => render::write(global, &python)?,
            Err(error) => return failed(global, "diff", error),
        }
    } else if global.format == Format::Json {
        render::write(global, &DiffWire::new(&comparison).to_json())?;
    } else if args.sql {
        match comparison.sql() {
            Ok(sql) => render::write(global, &sql)?,
            Err(error) => return failed(global, "diff", error),
        }
        render::diff::open_questions(global, &comparison.unknown, &comparison.notes);
        render::diff::incomparable(global, &comparison.incomparable);
    } else {
        render::write(global, &render::diff::text(global, &comparison))?;
        render::diff::open_questions(global, &comparison.unknown, &comparison.notes);
        render::diff::incomparable(global, &comparison.incomparable);
    }
    Ok(if args.exit_code && !comparison.is_empty() { FINDINGS } else { 0 })
}

/// Reads the name of a source.
pub(super) fn source(text: &str) -> Result<SourceName, CommandError> {
    text.parse().map_err(|error: trueup_project::pipelines::source::UnknownSource| {
        let mut problem = CommandError::new(error.message);
        for (form, meaning) in FORMS {
            problem = problem.fact(format!("{form:<16} {meaning}"));
        }
        match error.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}

/// Loads the configuration; where no source needs a project there may be none.
pub(super) fn configuration(global: &Global, sources: &[&SourceName]) -> Result<Configuration, CommandError> {
    reading::text_or_json(global)?;
    match reading::load(global) {
        Err(ConfigError::NoProject(folder)) if sources.iter().all(|source| !source.needs_project()) => {
            Ok(Configuration::bare(&folder))
        }
        loaded => Ok(loaded?),
    }
}

pub(super) fn request(global: &Global) -> SourceRequest {
    SourceRequest {
        database: reading::database(global),
        dialect: global.dialect.as_deref().and_then(Dialect::from_name),
    }
}

/// Tells why there is nothing to tell, and returns the exit code.
pub(super) fn failed(global: &Global, command: &'static str, error: NotRun) -> Result<u8, CommandError> {
    running::finish(global, command, Err::<RunReport, _>(error))
}
