//! trueup's own settings: `[tool.trueup]` of pyproject.toml, or trueup.toml.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Everything a project can say to trueup.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Rules or groups to report; empty is the default set.
    pub select: Vec<String>,
    /// Rules or groups to leave out.
    pub ignore: Vec<String>,
    /// Rules to leave out for files, by glob.
    pub per_file_ignores: BTreeMap<String, Vec<String>>,
    /// Severity by rule: `error`, `warning`, `info` or `off`.
    pub severity: BTreeMap<String, String>,
    /// Lowest severity that makes `check` exit with 1.
    pub fail_on: Option<String>,
    /// Modules or packages that hold models, `app.models`.
    pub models: Vec<String>,
    /// Where `target_metadata` is when env.py does not tell, `app.db.base:Base.metadata`.
    pub target_metadata: Option<String>,
    /// Folders, relative to the settings file, from which the project's modules are imported.
    pub python_path: Vec<String>,
    /// Database address; `$NAME` and `${NAME}` are read from the environment.
    pub database: Option<String>,
    /// Folder for backups, relative to the settings file; `.trueup/backups` below the project where there is none.
    pub backups: Option<String>,
    /// `postgresql` or `sqlite`, when no database tells.
    pub dialect: Option<String>,
    /// Namespaces (PostgreSQL schemas) to compare; empty is all that models or revisions mention.
    pub schemas: Vec<String>,
    /// Namespaces to leave alone.
    pub exclude_schemas: Vec<String>,
    /// Tables that others own, by glob: never compared.
    pub external_tables: Vec<String>,
    /// File with findings that are accepted.
    pub baseline: Option<String>,
    /// Other sources than Alembic's.
    pub sources: Sources,
    /// Named environments.
    pub environments: BTreeMap<String, Environment>,
}

/// Sources beside Alembic revisions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Sources {
    /// Folders of plain SQL migrations that build one database, in the order they are applied.
    pub sql: Vec<String>,
    /// Folders of application code that uses the tables.
    pub code: Vec<String>,
}

/// A named environment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Environment {
    /// Its database address.
    pub database: Option<String>,
}
