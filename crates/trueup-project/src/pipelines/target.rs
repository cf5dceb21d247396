//! Which database a command is about, and where that keeps its version table.

use std::rc::Rc;

use trueup_alembic::{Context, EnvReading, env, new_vm};
use trueup_db::DatabaseUrl;
use trueup_schema::{Dialect, ObjectName};

use super::check::dialect;
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

/// A database and its version table.
#[derive(Clone, Debug)]
pub struct Target {
    /// The address.
    pub url: DatabaseUrl,
    /// The address as written, where the command line or the settings name it rather than Alembic's own files.
    pub(super) given: Option<String>,
    /// The version table.
    pub version_table: ObjectName,
}

impl Target {
    /// Finds the database that a project means.
    ///
    /// The address is the one that was asked for, else the settings', else what alembic.ini or env.py plainly says, else
    /// the environment's `DATABASE_URL`.
    ///
    /// # Errors
    /// When there is no address, or it cannot be understood.
    pub(super) fn find(
        configuration: &Configuration,
        request: &DatabaseRequest,
        reading: &EnvReading,
    ) -> Result<Self, Failure> {
        let lookup = |name: &str| {
            request.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        };
        let Some(address) = address(configuration, request, reading) else {
            let message = if reading.is_url_unknown {
                "env.py takes the database's address from where it cannot be followed"
            } else {
                "it is not known which database is meant: alembic.ini and env.py do not plainly say"
            };
            return Err(Failure {
                message: message.to_owned(),
                hint: Some("name it with `--database URL` or TRUEUP_DATABASE_URL".to_owned()),
            });
        };
        let failure = |message: String| Failure { message, hint: None };
        let address = expand(address, &lookup).map_err(|name| {
            failure(format!("the database address is `${name}`, and the environment has no such variable"))
        })?;
        let base =
            configuration.file.as_deref().and_then(std::path::Path::parent).unwrap_or(&configuration.root);
        let url = DatabaseUrl::parse(&address, base, &lookup)
            .map_err(|error| failure(with_causes(&error.into())))?;
        let version_table = version_table(reading, url.dialect());
        let is_given = request.database.is_some() || configuration.settings.database.is_some();
        Ok(Self { url, given: is_given.then_some(address), version_table })
    }
}

/// Returns the address that is meant, as it is written.
pub(super) fn address<'a>(
    configuration: &'a Configuration,
    request: &'a DatabaseRequest,
    reading: &'a EnvReading,
) -> Option<&'a String> {
    let file = if reading.is_url_unknown { &None } else { &configuration.url };
    // env.py begins with the file's address and may replace it.
    let addresses =
        [&request.database, &configuration.settings.database, &reading.url, file, &request.fallback];
    addresses.into_iter().flatten().next()
}

/// Returns the kind of database that a command without one is about.
pub(super) fn dialect_of(
    configuration: &Configuration,
    request: &DatabaseRequest,
    reading: &EnvReading,
) -> Option<Dialect> {
    address(configuration, request, reading).and_then(|address| dialect::of_address(address))
}

/// Returns the version table that env.py names, or Alembic's.
pub(super) fn version_table(reading: &EnvReading, dialect: Dialect) -> ObjectName {
    let name = reading.version_table().unwrap_or_else(|| "alembic_version".to_owned());
    ObjectName::qualified(dialect, reading.version_table_schema().as_deref(), name)
}

/// Reads env.py for what it passes to `context.configure()`, with the environment of the command; nothing of it runs.
pub(super) fn read_env(configuration: &Configuration, environment: &[(String, String)]) -> EnvReading {
    let sources = Rc::new(ProjectSources::new(configuration));
    let Some(mut input) = env_input(configuration, &sources) else { return EnvReading::default() };
    input.is_brief = true;
    let dialect = configuration.url.as_deref().and_then(dialect::of_address);
    let mut vm = new_vm(sources, Rc::new(Context::new(dialect.unwrap_or(Dialect::Postgresql))));
    env::lend_environment(&mut vm, environment);
    env::read_env(&mut vm, &input)
}
