//! `drop_type`: drops an enum or domain.

use super::{ApplyError, DropColumn, Op, lookup, render};
use crate::{Dialect, Domain, ObjectKind, ObjectName, Schema};

/// Drops an enum or domain.
#[derive(Clone, Debug, PartialEq)]
pub struct DropType {
    /// The type.
    pub name: ObjectName,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropType {
    const NAME: &'static str = "drop_type";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no types of its own")?;
        let kind =
            if schema.domains.contains_key(&self.name) { ObjectKind::Domain } else { ObjectKind::Enum };
        if kind == ObjectKind::Enum && !schema.enums.contains_key(&self.name) {
            let missing = Err(ApplyError::missing(kind, &self.name));
            return if self.if_exists { Ok(()) } else { missing };
        }
        if self.cascade {
            return self.cascade(schema);
        }
        ApplyError::needed(kind, &self.name, lookup::users_of_type(schema, &self.name))?;
        self.remove(schema);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        // DROP TYPE takes domains too.
        vec![render::drop("TYPE", &self.name, self.if_exists, self.cascade)]
    }
}

impl DropType {
    fn remove(&self, schema: &mut Schema) {
        schema.enums.shift_remove(&self.name);
        schema.domains.shift_remove(&self.name);
        schema.forget_attached(&self.name.to_string());
    }

    /// Columns of the type go with it, and so do domains over it.
    fn cascade(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let mut columns = Vec::new();
        for table in schema.tables.values() {
            for column in &table.columns {
                if lookup::type_name(schema, &column.column_type) == self.name {
                    columns.push((table.name.clone(), column.name.clone()));
                }
            }
        }
        for (table, column) in columns {
            DropColumn { table, column, if_exists: true, cascade: true }.apply(schema)?;
        }
        let over = |domain: &&Domain| lookup::type_name(schema, &domain.base_type) == self.name;
        let domains: Vec<ObjectName> =
            schema.domains.values().filter(over).map(|domain| domain.name.clone()).collect();
        self.remove(schema);
        for name in domains {
            Self { name, if_exists: true, cascade: true }.apply(schema)?;
        }
        Ok(())
    }
}
