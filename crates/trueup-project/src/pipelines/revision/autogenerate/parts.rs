//! What stands in `upgrade()` and `downgrade()`: operations, and words for whoever reviews them.

use trueup_alembic::write::{Part, describe};
use trueup_schema::name::quote_identifier;
use trueup_schema::ops::{AddColumn, AlterColumn};
use trueup_schema::{ObjectName, Operation, Schema};

/// Returns the parts of a function that carries operations out.
pub(super) fn parts(operations: &[Operation], before: &Schema, way: Direction) -> Vec<Part> {
    let mut parts = Vec::new();
    if way == Direction::Up {
        parts.extend(operations.iter().map(|operation| Part::Comment(format!("- {}", describe(operation)))));
    }
    let mut schema = before.clone();
    for operation in operations {
        match operation {
            Operation::AddColumn(add) if needs_values(add) => {
                parts.extend(filled_column(add, &schema));
            }
            Operation::AlterColumn(alter) if alter.nullable == Some(false) => {
                parts.push(Part::Comment(format!(
                    "Rows where `{}.{}` is NULL need a value before it is NOT NULL.",
                    alter.table, alter.column
                )));
                parts.push(operation.clone().into());
            }
            Operation::DropTable(drop) if way == Direction::Up => {
                parts.push(Part::Comment(format!("The rows of `{}` are lost.", drop.table)));
                parts.push(operation.clone().into());
            }
            Operation::DropColumn(drop) if way == Direction::Up => {
                let (table, column) = (&drop.table, &drop.column);
                parts.push(Part::Comment(format!("The values of `{table}.{column}` are lost.")));
                parts.push(operation.clone().into());
            }
            _ => parts.push(operation.clone().into()),
        }
        // What cannot be applied is found by whoever replays the text.
        let _ = operation.apply(&mut schema);
    }
    parts
}

/// Which function is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// `upgrade()`
    Up,
    /// `downgrade()`
    Down,
}

/// Tells whether rows that are there would have nothing to put into a new column.
fn needs_values(add: &AddColumn) -> bool {
    !add.column.nullable && add.column.default.is_none() && add.column.generated.is_none()
}

/// Adds a NOT NULL column in three steps: nullable, filled by whoever knows how, NOT NULL.
fn filled_column(add: &AddColumn, schema: &Schema) -> Vec<Part> {
    let (table, column) = (&add.table, &add.column.name);
    let mut nullable = add.clone();
    nullable.column.nullable = true;
    let mut strict = AlterColumn::new(table.clone(), column.as_str());
    strict.nullable = Some(false);
    let dialect = schema.dialect;
    let quoted = trueup_sql::laid_out(dialect, &quote_identifier(column));
    let name = trueup_sql::laid_out(dialect, &ObjectName::to_sql(table));
    vec![
        Operation::AddColumn(nullable).into(),
        Part::Comment(format!(
            "`{table}.{column}` is NOT NULL and has no default: rows that are there need a value first."
        )),
        Part::Comment(format!("op.execute(\"UPDATE {name} SET {quoted} = ... WHERE {quoted} IS NULL\")")),
        Operation::AlterColumn(strict).into(),
    ]
}
