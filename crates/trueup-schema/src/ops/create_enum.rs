//! `create_enum`: creates an enum type.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, EnumType, Schema};

/// Creates an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateEnum {
    /// The type.
    pub enum_type: EnumType,
    /// Skip when it exists (SQLAlchemy's `checkfirst`; SQL has no such clause).
    pub if_not_exists: bool,
}

impl Op for CreateEnum {
    const NAME: &'static str = "create_enum";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no enum types")?;
        let name = &self.enum_type.name;
        lookup::namespace(schema, name)?;
        if self.if_not_exists && schema.enums.contains_key(name) {
            return Ok(());
        }
        lookup::free_type(schema, name)?;
        // Only what has a row type of its own is in the way; sequences and indexes are not.
        if schema.tables.contains_key(name) || schema.views.contains_key(name) {
            lookup::free_relation(schema, name)?;
        }
        let labels = &self.enum_type.labels;
        if let Some(twice) = labels.iter().enumerate().find(|(at, label)| labels[..*at].contains(label)) {
            return Err(ApplyError::invalid(format!("enum `{name}` has the label `{}` twice", twice.1)));
        }
        schema.enums.insert(name.clone(), self.enum_type.clone());
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if !dialect.has_enum_types() {
            return Vec::new();
        }
        let name = self.enum_type.name.to_sql();
        let labels: Vec<String> = self.enum_type.labels.iter().map(|label| render::literal(label)).collect();
        let mut statements = vec![format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))];
        let comment = self.enum_type.comment.as_deref();
        statements.extend(comment.map(|text| render::comment("TYPE", &name, Some(text))));
        statements
    }
}
