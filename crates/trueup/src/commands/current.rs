//! `trueup current`: the revisions that the database records.

use super::reading;
use crate::args::Global;
use crate::error::{CommandError, FINDINGS};
use crate::render::history::{Parts, lines};

pub(crate) fn run(global: &Global, check_heads: bool) -> Result<u8, CommandError> {
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let current = reading.current(global)?;
    let graph = &reading.history.graph;
    if check_heads && !is_at_heads(graph.heads(), &current.revisions) {
        CommandError::new(format!("{} is not at all heads", current.database))
            .hint("`trueup heads` shows them; `trueup current` without `--check-heads` shows where it is")
            .print(global.color);
        return Ok(FINDINGS);
    }
    let entries = reading.entries(&graph.current(&current.revisions), &[]);
    reading.write(global, "current", &entries, |entries| {
        let is_verbose = global.verbose > 0;
        let head = if is_verbose {
            format!("Current revision(s) for {}:\n", current.database)
        } else {
            String::new()
        };
        head + &lines(entries, Parts { points: true, ..Parts::default() }, is_verbose)
    })?;
    Ok(current.tell_unknown(global))
}

fn is_at_heads(heads: &[usize], applied: &[usize]) -> bool {
    heads.len() == applied.len() && heads.iter().all(|head| applied.contains(head))
}
