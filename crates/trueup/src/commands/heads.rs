//! `trueup heads`: the revisions that nothing follows.

use super::reading;
use crate::args::Global;
use crate::error::CommandError;
use crate::render::history::{Parts, lines};

pub(crate) fn run(global: &Global, resolve_dependencies: bool) -> Result<u8, CommandError> {
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let graph = &reading.history.graph;
    let heads = if resolve_dependencies { graph.real_heads() } else { graph.heads() };
    let entries = reading.entries(heads, &[]);
    let parts = Parts { labels: true, ..Parts::default() };
    reading.write(global, "heads", &entries, |entries| lines(entries, parts, global.verbose > 0))?;
    Ok(0)
}
