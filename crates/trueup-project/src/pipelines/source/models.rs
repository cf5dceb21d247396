//! The source `models`.

use trueup_schema::{Dialect, ObjectName};

use super::{More, Source, SourceRequest};
use crate::config::Configuration;
use crate::pipelines::check::{CheckRequest, declared};
use crate::pipelines::run::{NotRun, RunFailure, RunFailureKind};
use crate::pipelines::target::{dialect_of, read_env};

/// Reads the models that the project's target metadata has.
pub(super) fn read(
    configuration: &Configuration,
    request: &SourceRequest,
    said: Option<Dialect>,
) -> Result<Source, NotRun> {
    let env = read_env(configuration, &request.database.environment);
    let settings = configuration.settings.dialect.as_deref().and_then(Dialect::from_name);
    let dialect = said.or_else(|| dialect_of(configuration, &request.database, &env)).or(settings);
    let asked = CheckRequest { dialect, ..CheckRequest::default() };
    let declared = declared(configuration, &asked);
    let Some(schema) = declared.reading.models.clone().filter(|schema| !schema.tables.is_empty()) else {
        let failure =
            RunFailure::new(RunFailureKind::Environment, "the project has no models that are known");
        return Err(failure
            .hint("env.py names them with `target_metadata`; `trueup check --only project` tells what is not reached")
            .into());
    };
    let mut source = Source::new("the models".to_owned(), schema);
    source.version_table = Some(ObjectName::new(declared.version_table));
    for problem in &declared.reading.problems {
        source.partial.extend(problem.table.clone());
        source.not_known(configuration, problem.message.clone(), problem.location.clone());
    }
    for (message, location) in declared.unread {
        source.not_known(configuration, message, Some(location));
    }
    source.partial.extend(declared.unread_tables);
    for found in &declared.incomplete {
        let base =
            found.base.as_deref().map_or_else(|| "a base class".to_owned(), |base| format!("`{base}`"));
        let message = format!("what `{}` has from {base} is not known: {}", found.class, found.reason);
        source.not_known(configuration, message, None);
    }
    source.more = More::Models(Box::new((declared.reading, declared.incomplete)));
    Ok(source)
}
