//! `trueup branches`: the revisions that more than one revision follows.

use super::reading;
use crate::args::Global;
use crate::error::CommandError;
use crate::render::history;

pub(crate) fn run(global: &Global) -> Result<u8, CommandError> {
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let graph = &reading.history.graph;
    let points: Vec<usize> =
        graph.order().iter().rev().copied().filter(|revision| graph.is_branch_point(*revision)).collect();
    let entries = reading.entries(&points, &[]);
    reading.write(global, "branches", &entries, |entries| {
        let point = |(entry, revision): (_, &usize)| {
            let next = reading.entries(graph.next(*revision), &[]);
            history::branch_point(entry, &next, global.verbose > 0)
        };
        entries.iter().zip(&points).map(point).collect()
    })?;
    Ok(0)
}
