//! `trueup stamp`: records revisions as applied without running them.

use trueup_project::pipelines::run::{stamp, stamp_sql};

use super::running;
use crate::args::{Global, RunArgs};
use crate::error::CommandError;

pub(crate) fn run(
    global: &Global,
    args: &RunArgs,
    identifiers: &[String],
    purge: bool,
    is_forced: bool,
) -> Result<u8, CommandError> {
    let configuration = running::configuration(global)?;
    let request = running::request(global, args);
    if args.sql {
        if purge {
            return Err(CommandError::new(
                "`--purge` deletes the rows that a database has, and `--sql` asks none",
            )
            .hint("leave one of the two out"));
        }
        let text = stamp_sql(&configuration, &request, identifiers, running::dialect(global));
        return running::write_sql(global, "stamp", text);
    }
    running::stop_on_signals();
    let mut tell = running::tell(global);
    let result = stamp(&configuration, &request, identifiers, purge, is_forced, &mut tell);
    running::finish(global, "stamp", result)
}
