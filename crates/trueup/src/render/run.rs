//! What a run would do, as text and as JSON.

use trueup_project::pipelines::run::DryRun;
use trueup_project::wire::RunWire;

use super::write;
use crate::args::{Format, Global};
use crate::error::CommandError;

/// Writes a plan that is not carried out.
pub(crate) fn plan(global: &Global, command: &'static str, plan: &DryRun) -> Result<(), CommandError> {
    if global.format == Format::Json {
        return write(global, &RunWire::plan(command, &plan.database, &plan.rows, &plan.plan).to_json());
    }
    let at = match &plan.rows[..] {
        [] => "no revision".to_owned(),
        rows => rows.join(", "),
    };
    let count = plan.plan.steps.len();
    let plural = if count == 1 { "" } else { "s" };
    let head = format!(
        "-- {} is at {at}; {command} would run {count} revision{plural}. Nothing was changed.\n\n",
        plan.database
    );
    write(global, &(head + &plan.sql))
}
