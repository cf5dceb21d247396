//! Views, functions, triggers, policies and extensions.

use trueup_schema::{ColumnType, Dialect, Extension, Function, Origin, Policy, SqlExpr, Trigger, View};

use super::catalog::{Catalog, class};
use super::expressions::expression;
use super::rows::{FunctionRow, PolicyRow, RelationRow, TriggerRow};

const DIALECT: Dialect = Dialect::Postgresql;

impl Catalog {
    /// Returns a view without its indexes and triggers.
    pub(super) fn view(&self, row: &RelationRow) -> View {
        let query = self.views.get(&row.oid).map_or("", String::as_str).trim();
        let columns = self.columns.get(&row.oid).map(Vec::as_slice).unwrap_or_default();
        View {
            name: self.object_name(row.namespace, &row.name),
            materialized: row.kind == "m",
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            query: SqlExpr::definition(DIALECT, query.strip_suffix(';').unwrap_or(query)),
            indexes: Vec::new(),
            triggers: Vec::new(),
            comment: self.comment(class::CLASS, row.oid, 0),
            origin: Origin::none(),
        }
    }

    pub(super) fn function(&self, row: &FunctionRow) -> Function {
        let kind = match row.kind.as_str() {
            "p" => "procedure",
            "a" => "aggregate",
            _ => "function",
        };
        let types = row.argument_types.iter().zip(&row.argument_oids);
        let argument_types: Vec<ColumnType> = types.map(|(text, oid)| self.column_type(*oid, text)).collect();
        let definition = match &row.definition {
            Some(text) => from_argument_list(text).trim().to_owned(),
            None => aggregate_definition(row),
        };
        Function {
            name: self.object_name(row.namespace, &row.name),
            kind: kind.to_owned(),
            argument_types,
            definition: SqlExpr::definition(DIALECT, definition),
            comment: self.comment(class::PROC, row.oid, 0),
            origin: Origin::none(),
        }
    }

    pub(super) fn trigger(&self, row: &TriggerRow) -> Trigger {
        Trigger {
            name: row.name.clone(),
            definition: SqlExpr::definition(DIALECT, row.definition.as_str()),
            enabled: row.enabled != "D",
            comment: self.comment(class::TRIGGER, row.oid, 0),
            origin: Origin::none(),
        }
    }

    /// Returns the extensions; plpgsql is in every database, so it says nothing.
    pub(super) fn extensions(&self) -> Vec<Extension> {
        let visible = self.extensions.iter().filter(|row| row.name != "plpgsql");
        visible
            .map(|row| Extension {
                name: row.name.clone(),
                // An extension that brings its namespace, or sits in the system's, was not put there by anybody.
                namespace: self
                    .namespaces
                    .get(&row.namespace)
                    .filter(|name| **name != self.default_namespace && *name != "pg_catalog")
                    .filter(|_| !self.is_member(class::NAMESPACE, row.namespace))
                    .cloned(),
                origin: Origin::none(),
            })
            .collect()
    }
}

pub(super) fn policy(row: &PolicyRow) -> Policy {
    let command = match row.command.as_str() {
        "r" => "select",
        "a" => "insert",
        "w" => "update",
        "d" => "delete",
        _ => "all",
    };
    let mut roles = row.roles.clone();
    roles.sort();
    Policy {
        name: row.name.clone(),
        permissive: row.permissive,
        command: command.to_owned(),
        roles,
        using: row.condition.as_deref().map(expression),
        with_check: row.with_check.as_deref().map(expression),
        origin: Origin::none(),
    }
}

/// Cuts `CREATE OR REPLACE FUNCTION name` off; the name may be quoted and contain parentheses.
fn from_argument_list(definition: &str) -> &str {
    let mut quoted = false;
    for (at, character) in definition.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' if !quoted => return &definition[at..],
            _ => {}
        }
    }
    definition
}

/// The server has no function that prints an aggregate, so its main properties are printed here.
fn aggregate_definition(row: &FunctionRow) -> String {
    let literal = |text: &String| format!("'{}'", text.replace('\'', "''"));
    let options = [
        ("SFUNC", row.transition.clone()),
        ("STYPE", row.state_type.clone()),
        ("FINALFUNC", row.final_function.clone()),
        ("COMBINEFUNC", row.combine.clone()),
        ("INITCOND", row.initial.as_ref().map(literal)),
    ];
    let options = options.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}", value?)));
    let arguments = row.arguments.as_deref().filter(|text| !text.is_empty()).unwrap_or("*");
    format!("({arguments}) ({})", options.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::from_argument_list;

    #[test]
    fn the_name_of_a_function_is_cut_off() {
        let text = "CREATE OR REPLACE FUNCTION public.\"f(x)\"(a integer)\n RETURNS integer";
        assert_eq!(from_argument_list(text), "(a integer)\n RETURNS integer");
    }
}
