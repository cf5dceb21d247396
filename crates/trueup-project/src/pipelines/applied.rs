//! What a database has applied: which database is meant, where its version table is, and what that records.

use std::rc::Rc;

use trueup_alembic::{Context, EnvReading, env, new_vm};
use trueup_db::{Database, DatabaseUrl};
use trueup_schema::{Dialect, ObjectName};

use super::check::drift::{expand, with_causes};
use super::check::project::env_input;
use crate::config::Configuration;
use crate::report::Failure;
use crate::sources::ProjectSources;

/// Addresses beside those of the project, and the environment.
#[derive(Clone, Debug, Default)]
pub struct DatabaseRequest {
    /// `--database`, or `TRUEUP_DATABASE_URL`.
    pub database: Option<String>,
    /// `DATABASE_URL`.
    pub fallback: Option<String>,
    /// The environment, for `$NAME` in settings and for libpq's variables.
    pub environment: Vec<(String, String)>,
}

/// What a database records.
pub struct Applied {
    /// The database, without password.
    pub database: String,
    /// Ids in the version table; none where there is no such table.
    pub rows: Vec<String>,
}

/// Reads what the project's database has applied.
///
/// The address is the one that was asked for, else the settings', else what alembic.ini or env.py plainly says, else
/// the environment's `DATABASE_URL`.
///
/// # Errors
/// When there is no address, or the database cannot be read.
pub fn applied(configuration: &Configuration, request: &DatabaseRequest) -> Result<Applied, Failure> {
    let lookup =
        |name: &str| request.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let reading = read_env(configuration);
    let addresses = [
        &request.database,
        &configuration.settings.database,
        &configuration.url,
        &reading.url,
        &request.fallback,
    ];
    let Some(address) = addresses.into_iter().flatten().next() else {
        return Err(Failure {
            message: "it is not known which database is meant: alembic.ini and env.py do not plainly say"
                .to_owned(),
            hint: Some("name it with `--database URL` or TRUEUP_DATABASE_URL".to_owned()),
        });
    };
    let failure = |message: String| Failure { message, hint: None };
    let address = expand(address, &lookup).map_err(|name| {
        failure(format!("the database address is `${name}`, and the environment has no such variable"))
    })?;
    let base = configuration.file.as_deref().and_then(std::path::Path::parent).unwrap_or(&configuration.root);
    let url =
        DatabaseUrl::parse(&address, base, &lookup).map_err(|error| failure(with_causes(&error.into())))?;
    let table = reading.version_table().unwrap_or_else(|| "alembic_version".to_owned());
    let table = ObjectName::qualified(url.dialect(), reading.version_table_schema().as_deref(), table);
    let rows = Database::connect(&url)
        .and_then(|mut database| database.applied(&table))
        .map_err(|error| failure(with_causes(&error)))?;
    Ok(Applied { database: url.to_string(), rows: rows.unwrap_or_default() })
}

/// Reads env.py for what it passes to `context.configure()`; nothing of it runs.
fn read_env(configuration: &Configuration) -> EnvReading {
    let sources = Rc::new(ProjectSources::new(configuration));
    let Some(input) = env_input(configuration, &sources) else { return EnvReading::default() };
    let dialect = configuration.url.as_deref().and_then(super::check::dialect::of_address);
    let mut vm = new_vm(sources, Rc::new(Context::new(dialect.unwrap_or(Dialect::Postgresql))));
    env::read_env(&mut vm, &input)
}
