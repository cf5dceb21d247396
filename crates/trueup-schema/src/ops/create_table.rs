//! `create_table`: creates a table with all it carries: columns, constraints, indexes, comments.

use super::{ApplyError, Constraint, Op, columns, constraints, lookup, render};
use crate::{Dialect, Index, ObjectKind, Schema, Table, Unique, naming};

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
            if lookup::has_column(schema.dialect, &table, &column.name) {
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
        // Foreign keys last, since they may refer to a key of this very table; given names first, since a name that
        // the server chooses avoids them.
        let is_foreign = |constraint: &Constraint| matches!(constraint, Constraint::ForeignKey(_));
        constraints.sort_by_key(|constraint| (is_foreign(constraint), constraint.name().is_none()));
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
        if let Some((name, bound)) = &table.partition_of
            && let Some(parent) = schema.table(name)
        {
            table.partition_of = Some((name.clone(), parent.canonical_bound(schema.dialect, bound)));
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
            let missing = parent.columns.iter().filter(|column| table.column(&column.name).is_none());
            let inherited: Vec<_> = missing.map(|column| column.inherited(schema.dialect)).collect();
            for (at, column) in inherited.into_iter().enumerate() {
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
                if !constraints.iter().any(|existing| stands_for(existing, &constraint)) {
                    constraints.push(constraint);
                }
            }
            if partition {
                let unnamed = |index: &Index| Index { name: String::new(), comment: None, ..index.clone() };
                for copy in parent.indexes.iter().map(unnamed) {
                    if !indexes.iter().any(|existing| unnamed(existing) == copy) {
                        indexes.push(copy);
                    }
                }
            }
        }
    }
}

/// Tells whether a table's own constraint is what its parent would bring: the same under any name, or what already
/// has its name.
fn stands_for(own: &Constraint, inherited: &Constraint) -> bool {
    if own.name().is_some() && own.name() == inherited.name() {
        return true;
    }
    match (own, inherited) {
        (Constraint::PrimaryKey(_), Constraint::PrimaryKey(_)) => true,
        (Constraint::Check(_), _) | (_, Constraint::Check(_)) => false,
        _ => {
            let mut own = own.clone();
            own.set_name(inherited.name().map(str::to_owned));
            own == *inherited
        }
    }
}

fn add_indexes(schema: &Schema, table: &mut Table, indexes: Vec<Index>) -> Result<(), ApplyError> {
    for mut index in indexes {
        let unnamed = index.name.is_empty();
        if unnamed {
            let parts = constraints::index_column_names(&index);
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
        constraints::has_order(schema.dialect, table, &index)?;
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
