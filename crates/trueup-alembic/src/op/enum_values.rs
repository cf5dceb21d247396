//! `op.sync_enum_values` of alembic-postgresql-enum: replaces an enum type by one with other labels.
//!
//! Source: alembic-postgresql-enum 1.11: the old type is renamed, a new one created, the columns converted by way of
//! text, the old type dropped.

use trueup_python::Value;
use trueup_schema::ops::{AlterColumn, CreateEnum, DropIndex, DropType, RenameType};
use trueup_schema::{ColumnType, EnumType, ObjectName, SqlExpr};

use super::{Call, Planned, Problem, context};
use crate::compile::{self, is_a};

/// One column of the type.
struct Affected {
    table: ObjectName,
    column: String,
    array: bool,
    default: Option<Value>,
}

/// `op.sync_enum_values(schema, name, new_values, affected_columns, enum_values_to_rename)`.
pub(super) fn sync_enum_values(call: &mut Call<'_>) -> Result<Vec<Planned>, Problem> {
    // The operation does nothing on databases without enum types.
    if !call.dialect.has_enum_types() {
        return Ok(Vec::new());
    }
    let namespace = call.optional_text("enum_schema")?;
    let name = call.text("enum_name")?;
    let labels = call.names("new_values")?;
    let affected = affected_columns(call, namespace.as_deref())?;
    let name = call.qualified(namespace.as_deref(), name);
    let old = name.sibling(format!("{}_old", name.name));
    let dialect = call.dialect;
    let mut steps = vec![
        call.plan(RenameType { name: name.clone(), new_name: old.clone() }),
        call.plan(CreateEnum {
            enum_type: EnumType {
                name: name.clone(),
                labels,
                comment: None,
                origin: compile::origin(call.place.as_ref()),
            },
            if_not_exists: false,
        }),
    ];
    let renames = renamed_labels(call)?;
    let (dropped, created) = recreated_indexes(call, &name, &renames)?;
    steps.extend(dropped);
    for Affected { table, column, array, default } in affected {
        let mut column_type = ColumnType::parse(dialect, &name.to_sql());
        column_type.array = array;
        let had_default = context(call.vm)
            .state
            .borrow()
            .schema
            .table(&table)
            .and_then(|table| table.column(&column).and_then(|column| column.default.clone()));
        let change = |column_type, using, default| AlterColumn {
            table: table.clone(),
            column: column.clone(),
            column_type,
            using,
            nullable: None,
            default,
            generated: None,
            collation: None,
            comment: None,
        };
        if default.is_some() {
            steps.push(call.plan(change(None, None, Some(None))));
        }
        let cast = if array { "text[]" } else { "text" };
        let text = format!("{}::{cast}::{column_type}", trueup_schema::name::quote_identifier(&column));
        let using = Some(SqlExpr::new(dialect, text));
        steps.push(call.plan(change(Some(column_type.clone()), using, None)));
        if let Some(value) = default {
            let restored = match value.as_str() {
                // It is SQL as the server prints it, not a value: `'active'::user_status`.
                Some(text) => Some(SqlExpr::new(dialect, renamed_default(&text, &name.to_sql(), &renames))),
                None => compile::default_expr(call.vm, &value, &column_type, dialect)?.or(had_default),
            };
            steps.push(call.plan(change(None, None, Some(restored))));
        }
    }
    steps.push(call.plan(DropType { name: old, if_exists: false, cascade: false }));
    steps.extend(created);
    Ok(steps)
}

/// The pairs of `enum_values_to_rename`.
fn renamed_labels(call: &mut Call<'_>) -> Result<Vec<(String, String)>, Problem> {
    let mut renames = Vec::new();
    for item in call.items("enum_values_to_rename")? {
        let mut texts = Vec::new();
        for part in call.vm.iterate(&item)? {
            texts.extend(call.text_value(&part, "enum_values_to_rename")?);
        }
        if let [old, new] = texts.as_slice() {
            renames.push((old.clone(), new.clone()));
        }
    }
    Ok(renames)
}

/// Returns a default of the old type as one of the new: other labels, and the name of the new type.
fn renamed_default(text: &str, type_name: &str, renames: &[(String, String)]) -> String {
    let mut value = text.split_once("::").map_or(text, |(value, _)| value).to_owned();
    let is_list = text.starts_with("ARRAY[");
    if is_list {
        let items = text.trim_start_matches("ARRAY[").split(']').next().unwrap_or_default();
        let items = items.split(',').map(|item| item.split("::").next().unwrap_or(item).trim());
        value = format!("ARRAY[{}]", items.collect::<Vec<_>>().join(", "));
    }
    for (old, new) in renames {
        value = value.replace(&format!("'{old}'"), &format!("'{new}'"));
        value = value.replace(&format!("\"{old}\""), &format!("\"{new}\""));
    }
    let brackets = if is_list || text.ends_with("[]") { "[]" } else { "" };
    format!("{value}::{type_name}{brackets}")
}

/// Returns the steps that drop and create the indexes of `indexes_to_recreate` whose conditions name a renamed label;
/// the others come back as they were.
fn recreated_indexes(
    call: &mut Call<'_>,
    name: &ObjectName,
    renames: &[(String, String)],
) -> Result<(Vec<Planned>, Vec<Planned>), Problem> {
    let (mut dropped, mut created) = (Vec::new(), Vec::new());
    for item in call.items("indexes_to_recreate")? {
        let definition = call.vm.getattr(&item, "definition")?;
        let Some(definition) = call.text_value(&definition, "indexes_to_recreate")? else { continue };
        let mut changed = definition.clone();
        for (old, new) in renames {
            for type_name in [name.name.clone(), name.to_string()] {
                changed = changed.replace(&format!("'{old}'::{type_name}"), &format!("'{new}'::{type_name}"));
            }
        }
        if changed == definition {
            continue;
        }
        let text = call.vm.getattr(&item, "name")?;
        let text = call.text_value(&text, "indexes_to_recreate")?.unwrap_or_default();
        let plain = text.replace('"', "");
        let (namespace, index) =
            plain.rsplit_once('.').map_or((None, &*plain), |(left, right)| (Some(left), right));
        let index = call.qualified(namespace, index);
        dropped.push(call.plan(DropIndex {
            index,
            table: None,
            concurrently: false,
            if_exists: true,
            cascade: false,
        }));
        let read = trueup_sql::read(call.dialect, &changed, &trueup_sql::ReadContext::default());
        created.extend(read.operations().map(|operation| call.plan(operation.clone())));
    }
    Ok((dropped, created))
}

fn affected_columns(call: &mut Call<'_>, namespace: Option<&str>) -> Result<Vec<Affected>, Problem> {
    let mut affected = Vec::new();
    for item in call.items("affected_columns")? {
        if is_a(&item, "alembic_postgresql_enum.TableReference") {
            let mut text = |name: &str| -> Result<Option<String>, Problem> {
                let value = call.vm.getattr(&item, name)?;
                call.text_value(&value, name)
            };
            let table = text("table_name")?.unwrap_or_default();
            let column = text("column_name")?.unwrap_or_default();
            let table_namespace = text("table_schema")?;
            let array = text("column_type")?.as_deref() == Some("ARRAY");
            let default = call.vm.getattr(&item, "existing_server_default")?;
            let table = call.qualified(table_namespace.as_deref(), table);
            affected.push(Affected {
                table,
                column,
                array,
                default: Some(default).filter(|value| !value.is_none()),
            });
        } else {
            let parts = call.vm.iterate(&item)?;
            let mut texts = Vec::new();
            for part in &parts {
                texts.extend(call.text_value(part, "affected_columns")?);
            }
            let [table, column] = texts.as_slice() else { continue };
            let table = call.qualified(namespace, table.clone());
            affected.push(Affected { table, column: column.clone(), array: false, default: None });
        }
    }
    Ok(affected)
}
