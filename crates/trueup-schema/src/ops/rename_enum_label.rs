//! `rename_enum_label`: renames a label of an enum type.

use super::{ApplyError, Op, Operation, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Renames a label of an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameEnumLabel {
    /// The type.
    pub name: ObjectName,
    /// The label.
    pub label: String,
    /// Its text afterwards.
    pub new_label: String,
}

impl Op for RenameEnumLabel {
    const NAME: &'static str = "rename_enum_label";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no enum types")?;
        let Some(found) = schema.enums.get_mut(&self.name) else {
            return Err(ApplyError::missing(ObjectKind::Enum, &self.name));
        };
        if found.labels.contains(&self.new_label) {
            let message = format!("enum `{}` has the label `{}` already", self.name, self.new_label);
            return Err(ApplyError::invalid(message));
        }
        let Some(label) = found.labels.iter_mut().find(|label| **label == self.label) else {
            return Err(ApplyError::invalid(format!("enum `{}` has no label `{}`", self.name, self.label)));
        };
        label.clone_from(&self.new_label);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if !dialect.has_enum_types() {
            return Vec::new();
        }
        let (old, new) = (render::literal(&self.label), render::literal(&self.new_label));
        vec![format!("ALTER TYPE {} RENAME VALUE {old} TO {new}", self.name.to_sql())]
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        let (label, new_label) = (self.new_label.clone(), self.label.clone());
        Some(vec![Self { name: self.name.clone(), label, new_label }.into()])
    }
}
