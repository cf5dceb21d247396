//! Chooses the dialect that a project is read for.

use trueup_schema::Dialect;

use super::CheckRequest;
use crate::config::Configuration;
use crate::headers::RevisionFile;

/// Returns the dialect that an option, the settings or an address says.
pub(in crate::pipelines) fn said(configuration: &Configuration, request: &CheckRequest) -> Option<Dialect> {
    let asked = request.dialect.or_else(|| request.database.as_deref().and_then(of_address));
    let settings = || configuration.settings.dialect.as_deref().and_then(Dialect::from_name);
    let addresses = [
        configuration.settings.database.as_deref(),
        configuration.url.as_deref(),
        request.fallback_database.as_deref(),
    ];
    asked.or_else(settings).or_else(|| addresses.into_iter().flatten().find_map(of_address))
}

/// Returns the dialect of an address, `postgresql+psycopg2://…` or `sqlite:///…`.
pub(in crate::pipelines) fn of_address(address: &str) -> Option<Dialect> {
    let scheme = address.split_once("://")?.0;
    Dialect::from_name(scheme.split('+').next().unwrap_or(scheme))
}

/// Guesses from what the revisions use: only PostgreSQL's own types and options tell anything.
pub(super) fn guess(revisions: &[RevisionFile]) -> (Dialect, Option<String>) {
    const POSTGRESQL: [&str; 4] =
        ["postgresql.", "postgresql_", "dialects.postgresql", "dialects import postgresql"];
    const SQLITE: [&str; 3] = ["sqlite_master", "PRAGMA ", "dialects import sqlite"];
    let mentions = |needles: &[&str]| {
        revisions.iter().filter(|file| needles.iter().any(|needle| file.text.contains(needle))).count()
    };
    let (postgresql, sqlite) = (mentions(&POSTGRESQL), mentions(&SQLITE));
    let dialect = if sqlite > postgresql { Dialect::Sqlite } else { Dialect::Postgresql };
    let note = format!(
        "no database address says which kind of database this is for; {dialect} is assumed (`--dialect` decides)"
    );
    (dialect, Some(note))
}
