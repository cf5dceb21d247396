//! Constraints of tables.

use trueup_schema::{
    Check, Deferrable, Exclude, ExcludeElement, ForeignKey, Origin, PrimaryKey, ReferentialAction, Table,
    Unique,
};

use super::catalog::{Catalog, class};
use super::expressions::expression;
use super::rows::{ConstraintRow, IndexRow};

impl Catalog {
    /// Adds a constraint to its table, also one that a partition or child has from its parent.
    pub(super) fn add_constraint(&self, table: &mut Table, row: &ConstraintRow, index: Option<&IndexRow>) {
        if self.is_action_row(row) {
            return;
        }
        let name = Some(row.name.clone());
        let columns = self.column_names(row.relation, &row.columns);
        let comment = self.comment(class::CONSTRAINT, row.oid, 0);
        let include = index.map(|index| self.included(index)).unwrap_or_default();
        let deferrable = deferrable(row);
        let origin = Origin::none();
        match row.kind.as_str() {
            "p" => {
                let key = PrimaryKey::new(name, columns);
                table.primary_key = Some(PrimaryKey { include, deferrable, comment, origin, ..key });
            }
            "u" => {
                let nulls_not_distinct = index.is_some_and(|index| index.nulls_not_distinct);
                let unique = Unique::new(name, columns);
                table.uniques.push(Unique { include, nulls_not_distinct, deferrable, comment, ..unique });
            }
            "f" => table.foreign_keys.push(ForeignKey { comment, ..self.foreign_key(row, columns) }),
            "c" => {
                let condition = row.condition.as_deref().unwrap_or_default();
                table.checks.push(Check {
                    no_inherit: row.no_inherit,
                    not_valid: !row.validated,
                    comment,
                    ..Check::new(name, expression(condition))
                });
            }
            _ => table.excludes.extend(index.map(|index| self.exclude(row, index))),
        }
    }

    /// Tells whether a row only fires the actions for one partition of a referenced table: it repeats a foreign key of
    /// the same referencing table.
    fn is_action_row(&self, row: &ConstraintRow) -> bool {
        row.kind == "f"
            && row.parent != 0
            && self
                .constraints
                .iter()
                .any(|parent| parent.oid == row.parent && parent.relation == row.relation)
    }

    fn foreign_key(&self, row: &ConstraintRow, columns: Vec<String>) -> ForeignKey {
        let set_columns = self.column_names(row.relation, &row.set_columns);
        ForeignKey {
            on_delete: action(&row.on_delete, set_columns),
            on_update: action(&row.on_update, Vec::new()),
            match_full: row.match_kind == "f",
            deferrable: deferrable(row),
            not_valid: !row.validated,
            ..ForeignKey::new(
                Some(row.name.clone()),
                columns,
                self.relation_name(row.referenced),
                self.column_names(row.referenced, &row.referenced_columns),
            )
        }
    }

    fn exclude(&self, row: &ConstraintRow, index: &IndexRow) -> Exclude {
        let operators = row.operators.clone().unwrap_or_default();
        let elements = self.index_parts(index).into_iter().zip(operators);
        Exclude {
            name: Some(row.name.clone()),
            method: self.index_method(index),
            elements: elements.map(|(part, operator)| ExcludeElement { part, operator }).collect(),
            predicate: index.predicate.as_deref().map(expression),
            deferrable: deferrable(row),
            origin: Origin::none(),
        }
    }
}

fn deferrable(row: &ConstraintRow) -> Deferrable {
    match (row.deferrable, row.deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::Immediate,
        (true, true) => Deferrable::Deferred,
    }
}

/// Reads `confdeltype` or `confupdtype`.
fn action(code: &str, columns: Vec<String>) -> ReferentialAction {
    match code {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull(columns),
        "d" => ReferentialAction::SetDefault(columns),
        _ => ReferentialAction::NoAction,
    }
}
