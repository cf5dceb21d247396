//! The difference as the two functions of a revision.

use std::collections::BTreeSet;

use trueup_alembic::write::{Import, Part, Style, Unwritable, body};
use trueup_schema::naming::Convention;
use trueup_schema::{Operation, Schema, diff};

use crate::pipelines::revision::{Direction, parts};

/// Returns the Python of a revision that carries operations out, and takes them back where that is possible.
pub(super) fn text(before: &Schema, operations: &[Operation]) -> Result<String, Unwritable> {
    // Names are those of the sources: no convention may change them.
    let style = Style { convention: Convention::default(), batch: false };
    let up = body(&parts(operations, Direction::Up), before, &style)?;
    let mut after = before.clone();
    let applied = operations.iter().try_for_each(|operation| operation.apply(&mut after));
    let back = match applied {
        Ok(()) => parts(&diff(&after, before), Direction::Down),
        Err(error) => vec![Part::Raise(error.to_string())],
    };
    let down = match body(&back, &after, &style) {
        Ok(down) => down,
        Err(Unwritable(why)) => body(&[Part::Raise(why)], &after, &style)?,
    };
    let needed: BTreeSet<&Import> = up.imports.union(&down.imports).collect();
    let mut text = "from alembic import op\nimport sqlalchemy as sa\n".to_owned();
    for import in needed {
        text.push_str(import.text());
        text.push('\n');
    }
    for (name, body) in [("upgrade", up), ("downgrade", down)] {
        let body = match body.text.trim_end() {
            "" => "pass",
            body => body,
        };
        text.push_str(&format!("\n\ndef {name}() -> None:\n    {body}\n"));
    }
    Ok(text)
}
