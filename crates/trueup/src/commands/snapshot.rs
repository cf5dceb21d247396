//! `trueup snapshot`: a schema as a file that people read and compare line by line.

use trueup_project::pipelines::snapshot::{take, usual_source};
use trueup_project::wire::SnapshotWire;

use super::diff;
use crate::args::{Format, Global};
use crate::error::CommandError;
use crate::render;

pub(crate) fn run(global: &Global, source: Option<&str>) -> Result<u8, CommandError> {
    let named = source.map(diff::source).transpose()?;
    let needed: Vec<_> = named.iter().collect();
    let configuration = diff::configuration(global, &needed)?;
    let source = named.unwrap_or_else(|| usual_source(&configuration));
    let taken = match take(&configuration, &diff::request(global), &source) {
        Ok(taken) => taken,
        Err(error) => return diff::failed(global, "snapshot", error),
    };
    if global.format == Format::Json {
        render::write(global, &SnapshotWire::new(&taken).to_json())?;
        return Ok(0);
    }
    render::write(global, &taken.text)?;
    render::diff::open_questions(global, &taken.unknown, &taken.notes);
    if let Some(path) = &global.output
        && !global.quiet
    {
        let plural = if taken.tables == 1 { "" } else { "s" };
        let line = format!(
            "{}: {} table{plural} of {}, fingerprint {}",
            path.display(),
            taken.tables,
            taken.title,
            taken.fingerprint
        );
        render::diff::tell(global, &line);
    }
    Ok(0)
}
