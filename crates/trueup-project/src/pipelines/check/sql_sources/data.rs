//! Statements on rows need their tables as much as any other.

use trueup_schema::{ApplyError, ObjectKind, Schema};
use trueup_sql::Session;

use super::is_there;

/// Fails when a statement writes to a table that is not there.
///
/// Only what is written to is judged: names in queries may belong to extensions, functions or the query itself.
pub(super) fn tables_exist(schema: &Schema, sql: &str, session: &Session) -> Result<(), ApplyError> {
    for table in trueup_sql::used_tables(schema.dialect, sql) {
        let name = &table.name;
        let is_written = !matches!(table.verb, "FROM" | "JOIN");
        let is_servers = name.name.starts_with("pg_") || name.name.starts_with("sqlite_");
        let is_temporary = session.temporary.contains(&name.name);
        if is_written && !is_servers && !is_temporary && !is_there(schema, name) {
            let (kind, name) = (ObjectKind::Table, name.to_string());
            return Err(ApplyError::Missing { kind, name, table: None });
        }
    }
    Ok(())
}
