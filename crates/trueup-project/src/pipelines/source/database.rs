//! The source `database[:URL]`.

use trueup_alembic::EnvReading;
use trueup_db::{Database, InspectOptions};

use super::{More, Source, SourceRequest};
use crate::config::Configuration;
use crate::pipelines::check::drift::{read_sqlite, with_causes};
use crate::pipelines::run::{NotRun, RunFailure, RunFailureKind};
use crate::pipelines::target::{DatabaseRequest, Target, read_env};

/// Reads a database: the one that an address names, or the project's.
pub(super) fn read(
    configuration: &Configuration,
    request: &SourceRequest,
    address: Option<&str>,
) -> Result<Source, NotRun> {
    let asked = match address {
        Some(address) => DatabaseRequest { database: Some(address.to_owned()), ..request.database.clone() },
        None => request.database.clone(),
    };
    let env = match &configuration.script_location {
        Some(_) => read_env(configuration, &asked.environment),
        None => EnvReading::default(),
    };
    let target = Target::find(configuration, &asked, &env)?;
    let failed = |error: &trueup_db::DbError| {
        RunFailure::new(RunFailureKind::Environment, with_causes(error))
            .hint("`database:URL` names another database, `snapshot:FILE` needs none")
    };
    let mut database = Database::connect(&target.url).map_err(|error| failed(&error))?;
    let options =
        InspectOptions { version_table: Some(target.version_table.clone()), ..InspectOptions::default() };
    let inspection = database.inspect(&options, &read_sqlite).map_err(|error| failed(&error))?;
    let mut source = Source::new(format!("the database {}", target.url), inspection.schema);
    source.version_table = Some(target.version_table);
    if let Some(stored) = database.stored().map_err(|error| failed(&error))? {
        source.more = More::Stored(stored);
    }
    Ok(source)
}
