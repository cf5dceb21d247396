//! What stands in `upgrade()` and `downgrade()`: operations, and words for whoever reviews them.

use trueup_alembic::write::{Part, describe};
use trueup_schema::ops::{AddColumn, AlterColumn};
use trueup_schema::{ObjectName, Operation};
use trueup_sql::written_name;

/// Returns the parts of a function that carries operations out.
pub(in crate::pipelines) fn parts(operations: &[Operation], way: Direction) -> Vec<Part> {
    let mut parts = Vec::new();
    if way == Direction::Up {
        parts.extend(operations.iter().map(|operation| Part::Comment(format!("- {}", describe(operation)))));
    }
    for operation in operations {
        match operation {
            Operation::AddColumn(add) if needs_values(add) => {
                parts.extend(filled_column(add));
            }
            Operation::AlterColumn(alter) if alter.nullable == Some(false) => {
                parts.push(Part::Pause(format!(
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
    }
    parts
}

/// Which function is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pipelines) enum Direction {
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
fn filled_column(add: &AddColumn) -> Vec<Part> {
    let (table, column) = (&add.table, &add.column.name);
    let mut nullable = add.clone();
    nullable.column.nullable = true;
    let mut strict = AlterColumn::new(table.clone(), column.as_str());
    strict.nullable = Some(false);
    let (name, value) = (written(table), written_name(column));
    vec![
        Operation::AddColumn(nullable).into(),
        Part::Pause(format!(
            "`{table}.{column}` is NOT NULL and has no default: rows that are there need a value first."
        )),
        Part::Pause(format!("op.execute('UPDATE {name} SET {value} = ... WHERE {value} IS NULL')")),
        Operation::AlterColumn(strict).into(),
    ]
}

fn written(table: &ObjectName) -> String {
    let namespace = table.namespace.as_deref().map(|namespace| format!("{}.", written_name(namespace)));
    format!("{}{}", namespace.unwrap_or_default(), written_name(&table.name))
}
