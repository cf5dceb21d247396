//! `trueup check`: the main job.

use trueup_project::config::{ConfigRequest, Configuration};
use trueup_project::pipelines::check::{CheckRequest, Engine, check};
use trueup_schema::{Dialect, Severity};

use crate::args::{CheckArgs, Global};
use crate::error::{CommandError, ENVIRONMENT, FINDINGS};
use crate::render;

pub(crate) fn run(global: &Global, args: &CheckArgs) -> Result<u8, CommandError> {
    let mut configuration = Configuration::load(&ConfigRequest {
        directory: global.directory.clone().unwrap_or_default(),
        file: global.config.clone(),
        section: global.name.clone(),
    })?;
    configuration.x_arguments.clone_from(&global.x);
    let fail_on = fail_on(args.fail_on.as_deref().or(configuration.settings.fail_on.as_deref()))?;
    let request = CheckRequest {
        database: global.database.clone().or_else(|| environment("TRUEUP_DATABASE_URL")),
        fallback_database: environment("DATABASE_URL"),
        dialect: global.dialect.as_deref().and_then(Dialect::from_name),
        only: args.only.clone(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        engine: match args.engine.as_str() {
            "auto" => Engine::Auto,
            "alembic" => Engine::Alembic,
            _ => Engine::Native,
        },
        imports_models: args.models == "import",
        python: args.python.clone(),
        snapshot: args.snapshot.clone(),
        environment: std::env::vars().collect(),
    };
    let report = check(&configuration, &request).map_err(CommandError::new)?;
    render::report(global, &report)?;
    Ok(match fail_on {
        _ if report.failure.is_some() => ENVIRONMENT,
        Some(severity) if report.fails_at(severity) => FINDINGS,
        _ => 0,
    })
}

pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn fail_on(word: Option<&str>) -> Result<Option<Severity>, CommandError> {
    match word {
        None | Some("error") => Ok(Some(Severity::Error)),
        Some("warning") => Ok(Some(Severity::Warning)),
        Some("info") => Ok(Some(Severity::Info)),
        Some("never") => Ok(None),
        Some(other) => {
            Err(CommandError::new(format!("`fail-on` is `{other}`"))
                .hint("use error, warning, info or never"))
        }
    }
}
