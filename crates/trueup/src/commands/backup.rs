//! `trueup backup` and `trueup restore`: copies of a whole database.

use std::time::Duration;

use trueup_project::pipelines::run::{
    BackupFolder, NotRun, RestoreReport, RestoreRequest, RunReport, RunRequest, backup, restore,
};
use trueup_project::wire::{BackupWire, RestoreWire};

use super::{reading, running};
use crate::args::{BackupArgs, Format, Global, RestoreArgs, WaitArgs};
use crate::error::CommandError;
use crate::render;

pub(crate) fn run(global: &Global, args: &BackupArgs) -> Result<u8, CommandError> {
    let configuration = running::configuration(global)?;
    let folder = args.folder.clone().map_or(BackupFolder::Usual, BackupFolder::At);
    running::stop_on_signals();
    let mut tell = running::tell(global);
    match backup(&configuration, &request(global, &args.wait, false), &folder, &mut tell) {
        Ok(report) if global.format == Format::Json => {
            render::write(global, &BackupWire::new(&report).to_json()).map(|()| 0)
        }
        Ok(report) => render::write(global, &format!("{}\n", report.backup.path.display())).map(|()| 0),
        Err(error) => failed(global, "backup", error),
    }
}

pub(crate) fn restore_file(global: &Global, args: &RestoreArgs) -> Result<u8, CommandError> {
    let configuration = running::configuration(global)?;
    let asked = RestoreRequest { file: args.file.clone(), is_yes: args.yes, is_forced: args.force };
    running::stop_on_signals();
    let mut tell = running::tell(global);
    match restore(&configuration, &request(global, &args.wait, !args.no_journal), &asked, &mut tell) {
        Ok(report) if global.format == Format::Json => {
            render::write(global, &RestoreWire::new(&report).to_json()).map(|()| 0)
        }
        Ok(report) => render::write(global, &sentence(&report)).map(|()| 0),
        Err(error) => failed(global, "restore", error),
    }
}

fn request(global: &Global, wait: &WaitArgs, journal: bool) -> RunRequest {
    RunRequest {
        database: reading::database(global),
        wait: if wait.no_wait { Some(Duration::ZERO) } else { wait.wait },
        journal,
        who: running::who(),
        ..RunRequest::default()
    }
}

/// Says where the database is now.
fn sentence(report: &RestoreReport) -> String {
    let restored = &report.restored;
    let at = match &restored.rows[..] {
        [] => "no revision".to_owned(),
        rows => rows.join(", "),
    };
    let plural = |count: u64| if count == 1 { "" } else { "s" };
    format!(
        "{} is at {at} now: {} table{} with {} row{}, as in {}\n",
        report.database,
        restored.tables,
        plural(restored.tables as u64),
        restored.table_rows,
        plural(restored.table_rows),
        report.file.display()
    )
}

fn failed(global: &Global, command: &'static str, error: NotRun) -> Result<u8, CommandError> {
    running::finish(global, command, Err::<RunReport, _>(error))
}
