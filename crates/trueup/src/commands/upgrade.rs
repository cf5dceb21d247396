//! `trueup upgrade` and `trueup downgrade`: runs the revisions up or down to one.

use trueup_project::pipelines::run::{BackupFolder, Way, dry_run, run, sql};

use super::running;
use crate::args::{Global, RunArgs};
use crate::error::CommandError;
use crate::render;

pub(crate) fn run_revisions(
    global: &Global,
    args: &RunArgs,
    backup: Option<&str>,
    identifier: &str,
    way: Way,
) -> Result<u8, CommandError> {
    let command = way.function();
    let configuration = running::configuration(global)?;
    let mut request = running::request(global, args);
    // `--backup` without `=DIR` is the empty text.
    request.backup = backup.map(|folder| match folder {
        "" => BackupFolder::Usual,
        folder => BackupFolder::At(folder.into()),
    });
    if args.sql {
        let text = sql(&configuration, &request, identifier, way, running::dialect(global));
        return running::write_sql(global, command, text);
    }
    if args.dry_run {
        return match dry_run(&configuration, &request, identifier, way) {
            Ok(plan) => render::run::plan(global, command, &plan).map(|()| 0),
            Err(error) => running::finish(global, command, Err(error)),
        };
    }
    running::stop_on_signals();
    let mut tell = running::tell(global);
    let result = run(&configuration, &request, identifier, way, &mut tell);
    running::finish(global, command, result)
}
