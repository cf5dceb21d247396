//! `add_enum_label`: adds a label to an enum type.

use super::{ApplyError, LabelPosition, Op, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Adds a label to an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct AddEnumLabel {
    /// The type.
    pub name: ObjectName,
    /// The label.
    pub label: String,
    /// Where; `None` is at the end.
    pub position: Option<LabelPosition>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for AddEnumLabel {
    const NAME: &'static str = "add_enum_label";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no enum types")?;
        let Some(found) = schema.enums.get_mut(&self.name) else {
            return Err(ApplyError::missing(ObjectKind::Enum, &self.name));
        };
        if found.labels.contains(&self.label) {
            if self.if_not_exists {
                return Ok(());
            }
            let message = format!("enum `{}` has the label `{}` already", self.name, self.label);
            return Err(ApplyError::invalid(message));
        }
        let at = match &self.position {
            None => found.labels.len(),
            Some(LabelPosition::Before(neighbour) | LabelPosition::After(neighbour)) => {
                let Some(at) = found.labels.iter().position(|label| label == neighbour) else {
                    let message = format!("enum `{}` has no label `{neighbour}`", self.name);
                    return Err(ApplyError::invalid(message));
                };
                at + usize::from(matches!(self.position, Some(LabelPosition::After(_))))
            }
        };
        found.labels.insert(at, self.label.clone());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if !dialect.has_enum_types() {
            return Vec::new();
        }
        let exists = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        let position = match &self.position {
            None => String::new(),
            Some(LabelPosition::Before(neighbour)) => format!(" BEFORE {}", render::literal(neighbour)),
            Some(LabelPosition::After(neighbour)) => format!(" AFTER {}", render::literal(neighbour)),
        };
        let label = render::literal(&self.label);
        vec![format!("ALTER TYPE {} ADD VALUE {exists}{label}{position}", self.name.to_sql())]
    }
}
