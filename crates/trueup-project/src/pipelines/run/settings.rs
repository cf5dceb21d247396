//! What env.py says that a run must follow.

use trueup_alembic::EnvReading;
use trueup_schema::Dialect;

/// Options of `context.configure()` and what else env.py does around the revisions.
pub(super) struct Environment {
    /// `transaction_per_migration`.
    pub(super) per_migration: bool,
    /// `transactional_ddl`, where it is given.
    pub(super) transactional: Option<bool>,
    /// `version_table_pk`.
    pub(super) version_table_primary_key: bool,
    /// Why only Python can run it.
    pub(super) obstacle: Option<String>,
}

impl Environment {
    pub(super) fn of(env: &EnvReading) -> Self {
        Self {
            per_migration: env.flag("transaction_per_migration").unwrap_or(false),
            transactional: env.flag("transactional_ddl"),
            version_table_primary_key: env.flag("version_table_pk").unwrap_or(true),
            obstacle: obstacle(env),
        }
    }

    /// Tells whether a whole run is one transaction.
    pub(super) fn is_one_transaction(&self, dialect: Dialect) -> bool {
        self.transactional.unwrap_or(dialect.transactional_ddl()) && !self.per_migration
    }
}

/// Returns what env.py does that cannot be done without running it.
fn obstacle(env: &EnvReading) -> Option<String> {
    const DECIDING: [&str; 3] = ["version_table", "version_table_schema", "transaction_per_migration"];
    if let Some(name) = DECIDING.into_iter().find(|name| env.is_option_unknown(name)) {
        return Some(format!("the value that env.py gives `{name}` is not known"));
    }
    if env.options.get("on_version_apply").is_some_and(|value| !value.is_none()) {
        return Some("env.py wants its `on_version_apply` functions called".to_owned());
    }
    env.session.as_ref().map(|setting| format!("env.py sends `{setting}` before the revisions"))
}
