//! `trueup ensure_version`: creates the version table where it is missing.

use trueup_project::pipelines::run::{ensure_version, ensure_version_sql};

use super::running;
use crate::args::{Global, RunArgs};
use crate::error::CommandError;

pub(crate) fn run(global: &Global, args: &RunArgs) -> Result<u8, CommandError> {
    let configuration = running::configuration(global)?;
    let request = running::request(global, args);
    if args.sql {
        let text = ensure_version_sql(&configuration, &request, running::dialect(global));
        return running::write_sql(global, "ensure_version", text);
    }
    let mut tell = running::tell(global);
    let result = ensure_version(&configuration, &request, &mut tell);
    running::finish(global, "ensure_version", result)
}
