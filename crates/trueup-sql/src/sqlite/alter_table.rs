//! The four forms of `ALTER TABLE` that SQLite has.

use trueup_schema::ops::{AddColumn, AddConstraint, Constraint, DropColumn, RenameColumn, RenameTable};
use trueup_schema::{ObjectName, Operation};

use super::known_name;
use super::table::column;
use crate::cursor::{Cursor, Read};
use crate::reader::{Outcome, Reader};

/// Reads what follows `ALTER TABLE`.
pub(crate) fn alter_table(reader: &Reader, cursor: &mut Cursor<'_>) -> Read<Outcome> {
    let parts = cursor.dotted()?;
    if reader.is_temporary(&parts) {
        cursor.rest();
        return Ok(Outcome::left_out("a temporary table is not part of the schema"));
    }
    let table = known_name(reader, &parts);
    if cursor.eat("RENAME TO") {
        let new_name = table.sibling(cursor.identifier()?);
        return Ok(Outcome::one(RenameTable { table, new_name }));
    }
    if cursor.eat("RENAME") {
        cursor.eat("COLUMN");
        let column = known_column(reader, &table, cursor.identifier()?);
        cursor.expect("TO")?;
        let new_name = cursor.identifier()?;
        return Ok(Outcome::one(RenameColumn { table, column, new_name }));
    }
    if cursor.eat("DROP") {
        cursor.eat("COLUMN");
        let column = known_column(reader, &table, cursor.identifier()?);
        return Ok(Outcome::one(DropColumn { table, column, if_exists: false, cascade: false }));
    }
    cursor.expect("ADD")?;
    cursor.eat("COLUMN");
    let parts = column(reader, cursor)?;
    let constraints = parts
        .primary_key
        .map(Constraint::PrimaryKey)
        .into_iter()
        .chain(parts.uniques.into_iter().map(Constraint::Unique))
        .chain(parts.checks.into_iter().map(Constraint::Check))
        .chain(parts.foreign_keys.into_iter().map(Constraint::ForeignKey));
    let constraints = constraints
        .map(|constraint| AddConstraint { table: table.clone(), constraint, using_index: None }.into());
    let add = AddColumn { table: table.clone(), column: parts.column, if_not_exists: false };
    let operations: Vec<Operation> = std::iter::once(add.into()).chain(constraints).collect();
    Ok(Outcome::schema(operations))
}

/// Returns a column as it is spelled in the table.
fn known_column(reader: &Reader, table: &ObjectName, name: String) -> String {
    let known = reader.schema.as_ref().and_then(|schema| schema.table(table));
    let column =
        known.and_then(|table| table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name)));
    column.map_or(name, |column| column.name.clone())
}
