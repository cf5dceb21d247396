//! Commands, one file each.

mod backup;
mod branches;
mod check;
mod current;
mod diff;
mod edit;
mod ensure_version;
mod explain;
mod heads;
mod history;
mod init;
mod list_templates;
mod reading;
mod revision;
mod running;
mod show;
mod snapshot;
mod stamp;
mod upgrade;

use trueup_project::pipelines::run::Way;

use crate::args::{Args, Command};
use crate::error::CommandError;

/// Runs the command and returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, CommandError> {
    match &args.command {
        Command::Check(own) => check::run(&args.global, own),
        Command::Diff(own) => diff::run(&args.global, own),
        Command::Snapshot { source } => snapshot::run(&args.global, source.as_deref()),
        Command::Heads { resolve_dependencies } => heads::run(&args.global, *resolve_dependencies),
        Command::Branches => branches::run(&args.global),
        Command::History { rev_range, indicate_current } => {
            history::run(&args.global, rev_range.as_deref(), *indicate_current)
        }
        Command::Show { rev } => show::run(&args.global, rev),
        Command::Current { check_heads } => current::run(&args.global, *check_heads),
        Command::Revision(own) => revision::run(&args.global, own),
        Command::Merge(own) => revision::merge(&args.global, own),
        Command::Edit { rev } => edit::run(&args.global, rev),
        Command::Init { location, template, package } => {
            init::run(&args.global, location, template, *package)
        }
        Command::ListTemplates => list_templates::run(&args.global),
        Command::Upgrade { revision, run, backup } => {
            upgrade::run_revisions(&args.global, run, backup.as_deref(), revision, Way::Up)
        }
        Command::Downgrade { revision, run, backup } => {
            upgrade::run_revisions(&args.global, run, backup.as_deref(), revision, Way::Down)
        }
        Command::Backup(own) => backup::run(&args.global, own),
        Command::Restore(own) => backup::restore_file(&args.global, own),
        Command::Stamp { revisions, purge, force, run } => {
            stamp::run(&args.global, run, revisions, *purge, *force)
        }
        Command::EnsureVersion { run } => ensure_version::run(&args.global, run),
        Command::Explain { rule } => explain::run(&args.global, rule.as_deref()),
    }
}
