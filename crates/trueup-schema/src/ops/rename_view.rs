//! `rename_view`: renames a view.

use super::{ApplyError, Op, Operation, follow, lookup, rename_table, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Renames a view.
#[derive(Clone, Debug, PartialEq)]
pub struct RenameView {
    /// The view.
    pub name: ObjectName,
    /// Its name afterwards.
    pub new_name: ObjectName,
}

impl Op for RenameView {
    const NAME: &'static str = "rename_view";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "a view is dropped and created again")?;
        if !schema.views.contains_key(&self.name) {
            return Err(ApplyError::missing(ObjectKind::View, &self.name));
        }
        lookup::namespace(schema, &self.new_name)?;
        lookup::free_row_type(schema, &self.new_name)?;
        follow::rename_table(schema, &self.name, &self.new_name);
        rename_table::rename_entry(&mut schema.views, &self.name, &self.new_name, |view| {
            view.name = self.new_name.clone();
        });
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        // ALTER VIEW refuses a materialized view, ALTER TABLE takes both.
        render::rename("TABLE", &self.name, &self.new_name, false)
    }

    fn reverse(&self, _before: &Schema) -> Option<Vec<Operation>> {
        Some(vec![Self { name: self.new_name.clone(), new_name: self.name.clone() }.into()])
    }
}
