//! What a database has applied: what its version table records.

use trueup_db::Database;

use super::check::drift::with_causes;
use super::target::{DatabaseRequest, Target, read_env};
use crate::config::Configuration;
use crate::report::Failure;

/// What a database records.
pub struct Applied {
    /// The database, without password.
    pub database: String,
    /// Ids in the version table; none where there is no such table.
    pub rows: Vec<String>,
}

/// Reads what the project's database has applied.
///
/// # Errors
/// When there is no address, or the database cannot be read.
pub fn applied(configuration: &Configuration, request: &DatabaseRequest) -> Result<Applied, Failure> {
    let reading = read_env(configuration, &request.environment);
    let target = Target::find(configuration, request, &reading)?;
    let rows = Database::connect(&target.url)
        .and_then(|mut database| database.applied(&target.version_table))
        .map_err(|error| Failure { message: with_causes(&error), hint: None })?;
    Ok(Applied { database: target.url.to_string(), rows: rows.unwrap_or_default() })
}
