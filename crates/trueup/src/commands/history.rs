//! `trueup history`: all revisions, or a range of them, the newest first.

use trueup_schema::revision::Bound;

use super::reading;
use crate::args::Global;
use crate::error::CommandError;
use crate::render::history::{Parts, lines};

pub(crate) fn run(global: &Global, range: Option<&str>, marks_current: bool) -> Result<u8, CommandError> {
    let (lower, upper) = match range.map(|range| range.trim().split_once(':')) {
        None => ("", ""),
        Some(Some((lower, upper))) if !upper.contains(':') => (lower, upper),
        Some(_) => {
            return Err(CommandError::new(format!("`{}` is no range", range.unwrap_or_default()))
                .hint("a range is `START:END`, `START:` or `:END`"));
        }
    };
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let asks = marks_current || lower == "current" || upper == "current";
    let current = if asks { Some(reading.current(global)?) } else { None };
    let applied: &[usize] = current.as_ref().map_or(&[], |current| &current.revisions);
    let bound = |text| match text {
        "current" => Bound::Applied(applied),
        text => Bound::Identifier(text),
    };
    let found = reading.history.graph.range(bound(lower), bound(upper))?;
    let entries = reading.entries(&found, if marks_current { applied } else { &[] });
    let parts = Parts { labels: true, points: true, summary: true, parents: true };
    reading.write(global, "history", &entries, |entries| lines(entries, parts, global.verbose > 0))?;
    Ok(current.map_or(0, |current| current.tell_unknown(global)))
}
