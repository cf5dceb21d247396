//! Commands, one file each.

mod check;
mod explain;

use crate::args::{Args, Command};
use crate::error::CommandError;

/// Runs the command and returns the exit code.
pub(crate) fn run(args: &Args) -> Result<u8, CommandError> {
    match &args.command {
        Command::Check(own) => check::run(&args.global, own),
        Command::Explain { rule } => explain::run(&args.global, rule.as_deref()),
    }
}
