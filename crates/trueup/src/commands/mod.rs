//! Commands, one file each.

mod branches;
mod check;
mod current;
mod explain;
mod heads;
mod history;
mod reading;
mod show;

use crate::args::{Args, Command};
use crate::error::CommandError;

/// Runs the command and returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, CommandError> {
    match &args.command {
        Command::Check(own) => check::run(&args.global, own),
        Command::Heads { resolve_dependencies } => heads::run(&args.global, *resolve_dependencies),
        Command::Branches => branches::run(&args.global),
        Command::History { rev_range, indicate_current } => {
            history::run(&args.global, rev_range.as_deref(), *indicate_current)
        }
        Command::Show { rev } => show::run(&args.global, rev),
        Command::Current { check_heads } => current::run(&args.global, *check_heads),
        Command::Explain { rule } => explain::run(&args.global, rule.as_deref()),
    }
}
