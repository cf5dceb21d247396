//! `add_constraint`: adds a constraint of any kind.

use super::{ApplyError, Constraint, ConstraintKind, Op, columns, constraints, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, IndexKey, ObjectKind, ObjectName, Schema};

/// Adds a constraint of any kind.
#[derive(Clone, Debug, PartialEq)]
pub struct AddConstraint {
    /// The table.
    pub table: ObjectName,
    /// The constraint.
    pub constraint: Constraint,
    /// `USING INDEX`: the index that becomes the constraint's.
    pub using_index: Option<String>,
}

impl Op for AddConstraint {
    const NAME: &'static str = "add_constraint";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let table = lookup::table(schema, &self.table)?;
        let mut constraint = self.constraint.clone();
        if let Some(index) = &self.using_index {
            return self.adopt_index(schema, index, constraint);
        }
        constraints::validate(schema, table, &constraint)?;
        constraints::check_name(schema, table, &constraint)?;
        constraints::complete(schema, table, &mut constraint);
        let not_null = schema.dialect.names_constraints();
        constraints::attach(lookup::table_mut(schema, &self.table)?, constraint.clone(), not_null);
        if let Constraint::PrimaryKey(key) = &constraint
            && not_null
        {
            // Now NOT NULL, a column with a sequence of its own is serial.
            key.columns.iter().for_each(|column| columns::fold_serial(schema, &self.table, column));
        }
        for descendant in lookup::descendants(schema, &self.table) {
            inherit(schema, &descendant, &constraint);
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let table = self.table.to_sql();
        let clause = match &self.using_index {
            Some(index) => {
                let kind = match self.constraint.kind() {
                    ConstraintKind::PrimaryKey => "PRIMARY KEY",
                    _ => "UNIQUE",
                };
                let name = self.constraint.name().map(render::constraint_name).unwrap_or_default();
                let deferrable = render::deferrable_of(&self.constraint);
                format!("{name}{kind} USING INDEX {}{deferrable}", quote_identifier(index))
            }
            None => render::constraint(dialect, &self.constraint),
        };
        let mut statements = vec![format!("ALTER TABLE {table} ADD {clause}")];
        statements.extend(render::constraint_comment(&self.table, &self.constraint));
        statements
    }
}

impl AddConstraint {
    /// `USING INDEX`: the index becomes the constraint's and takes its name.
    fn adopt_index(
        &self,
        schema: &mut Schema,
        index: &str,
        mut constraint: Constraint,
    ) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no USING INDEX")?;
        let table = lookup::table(schema, &self.table)?;
        let Some(found) = table.index(index) else {
            return Err(ApplyError::missing_on(ObjectKind::Index, index, &self.table));
        };
        let plain =
            found.parts.iter().all(|part| matches!(part.key, IndexKey::Column(_)) && !part.descending);
        if !found.unique || found.predicate.is_some() || !plain {
            let message = format!("index `{index}` is not a plain unique index over columns");
            return Err(ApplyError::invalid(message));
        }
        let columns: Vec<String> =
            found.parts.iter().map(|part| constraints::part_name(part).to_owned()).collect();
        match &mut constraint {
            Constraint::PrimaryKey(key) => (key.columns, key.include) = (columns, found.include.clone()),
            Constraint::Unique(unique) => {
                (unique.columns, unique.include) = (columns, found.include.clone());
                unique.nulls_not_distinct = found.nulls_not_distinct;
            }
            _ => return Err(ApplyError::invalid("only a primary key or unique constraint can use an index")),
        }
        if constraint.name().is_none() {
            constraint.set_name(Some(index.to_owned()));
        }
        constraints::validate(schema, table, &constraint)?;
        if constraint.name() != Some(index) {
            constraints::check_name(schema, table, &constraint)?;
        }
        let table = lookup::table_mut(schema, &self.table)?;
        table.indexes.retain(|candidate| candidate.name != index);
        constraints::attach(table, constraint, true);
        Ok(())
    }
}

/// Gives a partition or inheriting table its copy: a CHECK keeps its name, a key of a partitioned table is named anew.
pub(crate) fn inherit(schema: &mut Schema, descendant: &ObjectName, constraint: &Constraint) {
    let Some(table) = schema.table(descendant) else { return };
    let partition = table.partition_of.is_some();
    let mut copy = constraint.clone();
    let same_content = |existing: &Constraint| {
        let mut existing = existing.clone();
        existing.set_name(constraint.name().map(str::to_owned));
        existing == *constraint
    };
    match &copy {
        Constraint::Check(check) if check.no_inherit => return,
        Constraint::Check(_) => {}
        _ if !partition => return,
        Constraint::PrimaryKey(_) if table.primary_key.is_some() => return,
        Constraint::ForeignKey(_) => {}
        _ => copy.set_name(None),
    }
    if table.constraints().iter().any(same_content) {
        return;
    }
    if copy.name().is_some_and(|name| table.has_constraint(name)) {
        copy.set_name(None);
    }
    constraints::complete(schema, table, &mut copy);
    if let Some(table) = schema.table_mut(descendant) {
        constraints::attach(table, copy, true);
    }
}
