//! `trueup show REV`: everything about the revisions that an identifier names.

use trueup_schema::revision::End;

use super::reading;
use crate::args::Global;
use crate::error::CommandError;
use crate::render::history::{Parts, lines};

pub(crate) fn run(global: &Global, identifier: &str) -> Result<u8, CommandError> {
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let current = if identifier == "current" { Some(reading.current(global)?) } else { None };
    let revisions: Vec<usize> = match &current {
        Some(current) => current.revisions.clone(),
        None => reading.history.graph.resolve(identifier)?.into_iter().filter_map(End::revision).collect(),
    };
    let entries = reading.entries(&revisions, &[]);
    reading.write(global, "show", &entries, |entries| lines(entries, Parts::default(), true))?;
    Ok(current.map_or(0, |current| current.tell_unknown(global)))
}
