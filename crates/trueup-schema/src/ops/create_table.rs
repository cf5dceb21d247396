//! `create_table`: creates a table with all it carries: columns, constraints, indexes, comments.

use super::{ApplyError, Constraint, Op, columns, constraints, lookup, render};
use crate::{Dialect, Generated, Index, ObjectKind, Schema, Table, Unique, naming};

/// Creates a table with all it carries: columns, constraints, indexes, comments.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub table: Table,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateTable {
    const NAME: &'static str = "create_table";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let name = &self.table.name;
        lookup::namespace(schema, name)?;
        if self.if_not_exists && schema.relation(name).is_some() {
            return Ok(());
        }
        lookup::free_row_type(schema, name)?;
        let table = self.completed(schema)?;
        schema.insert_table(table);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        render::table(dialect, &self.table, self.if_not_exists)
    }
}

impl CreateTable {
    /// Returns the table as the server makes it, or the reason why it refuses.
    fn completed(&self, schema: &Schema) -> Result<Table, ApplyError> {
        let mut table = self.table.clone();
        let declared = std::mem::take(&mut table.columns);
        self.check_parents(schema)?;
        for mut column in declared {
            if table.column(&column.name).is_some() {
                let message = format!("column `{}` of `{}` is declared twice", column.name, table.name);
                return Err(ApplyError::invalid(message));
            }
            columns::validate(schema, &column)?;
            columns::complete(schema, &table, &mut column);
            table.columns.push(column);
        }
        let mut constraints = table.constraints();
        let mut indexes = std::mem::take(&mut table.indexes);
        (table.primary_key, table.uniques, table.checks, table.foreign_keys, table.excludes) =
            Default::default();
        self.inherit(schema, &mut table, &mut constraints, &mut indexes);
        if !schema.dialect.is_sqlite() {
            merge_keys(&mut constraints);
        }
        let names = schema.dialect.names_constraints();
        // Given names first: a name the server chooses avoids them.
        constraints.sort_by_key(|constraint| constraint.name().is_none());
        for mut constraint in constraints {
            // A foreign key may refer to a key of this table that stands after it, so it is validated last.
            if !matches!(constraint, Constraint::ForeignKey(_)) {
                constraints::validate(schema, &table, &constraint)?;
            }
            constraints::check_name(schema, &table, &constraint)?;
            constraints::complete(schema, &table, &mut constraint);
            constraints::attach(&mut table, constraint, names);
        }
        for key in &table.foreign_keys {
            constraints::validate(schema, &table, &Constraint::ForeignKey(key.clone()))?;
        }
        add_indexes(schema, &mut table, indexes)?;
        if !schema.dialect.has_comments() {
            table.comment = None;
        }
        table.grants.sort();
        Ok(table)
    }

    fn check_parents(&self, schema: &Schema) -> Result<(), ApplyError> {
        for parent in &self.table.inherits {
            lookup::table(schema, parent)?;
        }
        if let Some((parent, _)) = &self.table.partition_of
            && lookup::table(schema, parent)?.partitioning.is_none()
        {
            return Err(ApplyError::invalid(format!("table `{parent}` is not partitioned")));
        }
        Ok(())
    }

    /// Copies what `PARTITION OF` and `INHERITS` bring, where the source leaves it out.
    fn inherit(
        &self,
        schema: &Schema,
        table: &mut Table,
        constraints: &mut Vec<Constraint>,
        indexes: &mut Vec<Index>,
    ) {
        let of = self.table.partition_of.iter().map(|(parent, _)| parent);
        for parent in of.chain(&self.table.inherits).filter_map(|parent| schema.table(parent)) {
            let bare = table.columns.is_empty();
            let inherited: Vec<_> =
                parent.columns.iter().filter(|column| table.column(&column.name).is_none()).collect();
            if inherited.is_empty() && !bare {
                continue;
            }
            let inherited: Vec<_> = inherited.into_iter().cloned().collect();
            for (at, mut column) in inherited.into_iter().enumerate() {
                if let Some(Generated::Serial { sequence }) = &column.generated {
                    column.default = Some(columns::next_value(schema.dialect, sequence));
                    column.generated = None;
                }
                table.columns.insert(at, column);
            }
            let partition = self.table.partition_of.is_some();
            for mut constraint in parent.constraints() {
                match &constraint {
                    Constraint::Check(check) if check.no_inherit => continue,
                    Constraint::Check(_) => {}
                    _ if !partition => continue,
                    Constraint::ForeignKey(_) => {}
                    _ => constraint.set_name(None),
                }
                let named =
                    |existing: &Constraint| existing.name().is_some() && existing.name() == constraint.name();
                if !constraints.iter().any(named) {
                    constraints.push(constraint);
                }
            }
            if partition {
                let unnamed = |index: &Index| Index { name: String::new(), comment: None, ..index.clone() };
                indexes.extend(parent.indexes.iter().map(unnamed));
            }
        }
    }
}

fn add_indexes(schema: &Schema, table: &mut Table, indexes: Vec<Index>) -> Result<(), ApplyError> {
    for mut index in indexes {
        let unnamed = index.name.is_empty();
        if unnamed {
            let mut parts: Vec<&str> = index.parts.iter().map(constraints::part_name).collect();
            parts.extend(index.include.iter().map(String::as_str));
            let taken = |name: &str| {
                table.index(name).is_some()
                    || table.has_constraint(name)
                    || schema.relation(&table.name.sibling(name)).is_some()
            };
            index.name = naming::index(&table.name.name, &parts).choose(&taken);
        }
        let name = table.name.sibling(index.name.as_str());
        lookup::free_relation(schema, &name)?;
        let owns = schema.dialect.names_constraints() && table.has_key_constraint(&index.name);
        if table.index(&index.name).is_some() || owns || name == table.name {
            return Err(ApplyError::exists_on(ObjectKind::Index, &index.name, &table.name));
        }
        constraints::parts_exist(table, index.parts.iter())?;
        index.include.iter().try_for_each(|column| lookup::column(table, column).map(drop))?;
        if !schema.dialect.has_comments() {
            index.comment = None;
        }
        table.indexes.push(index);
    }
    Ok(())
}

/// Leaves out a unique constraint that repeats a key of the same statement, as PostgreSQL does.
///
/// `CREATE TABLE t (id int PRIMARY KEY UNIQUE)` makes one index; an unnamed key takes the name of the repeated one
/// (PostgreSQL 17, `transformIndexConstraints`).
fn merge_keys(constraints: &mut Vec<Constraint>) {
    let mut kept: Vec<Constraint> = Vec::with_capacity(constraints.len());
    for constraint in std::mem::take(constraints) {
        let Constraint::Unique(unique) = &constraint else {
            kept.push(constraint);
            continue;
        };
        let repeated = kept.iter_mut().find(|prior| match prior {
            Constraint::PrimaryKey(key) => {
                key.columns == unique.columns
                    && key.include == unique.include
                    && key.deferrable == unique.deferrable
                    && !unique.nulls_not_distinct
            }
            Constraint::Unique(other) => Unique { name: unique.name.clone(), ..other.clone() } == *unique,
            _ => false,
        });
        match repeated {
            Some(prior) if prior.name().is_none() => prior.set_name(unique.name.clone()),
            Some(_) => {}
            None => kept.push(constraint),
        }
    }
    *constraints = kept;
}
