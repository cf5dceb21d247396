//! Reads the revisions that Alembic's version table records; knows nothing of the revision graph.

use postgres::GenericClient;
use postgres::types::Type;
use rusqlite::{Connection, OptionalExtension};
use trueup_schema::ObjectName;
use trueup_schema::name::quote_identifier;

/// Returns the recorded revisions, sorted; `None` when there is no version table.
///
/// Asked with the session's own search path, as Alembic asks.
pub(crate) fn postgres(
    client: &mut impl GenericClient,
    table: &ObjectName,
) -> Result<Option<Vec<String>>, postgres::Error> {
    let name = table.to_sql();
    let rows = client.query_typed("SELECT to_regclass($1) IS NOT NULL", &[(&name, Type::TEXT)])?;
    let exists = rows.first().is_some_and(|row| row.get(0));
    if !exists {
        return Ok(None);
    }
    let sql =
        format!("SELECT version_num::text FROM {} WHERE version_num IS NOT NULL ORDER BY 1", table.to_sql());
    let rows = client.query_typed(&sql, &[])?;
    Ok(Some(rows.iter().map(|row| row.get(0)).collect()))
}

/// Returns the recorded revisions, sorted; `None` when there is no version table.
pub(crate) fn sqlite(
    connection: &Connection,
    table: &ObjectName,
) -> Result<Option<Vec<String>>, rusqlite::Error> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    let exists = connection.query_row(sql, [&table.name], |_| Ok(())).optional()?;
    if exists.is_none() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT CAST(version_num AS TEXT) FROM {} WHERE version_num IS NOT NULL ORDER BY 1",
        quote_identifier(&table.name)
    );
    let mut statement = connection.prepare(&sql)?;
    statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>().map(Some)
}
