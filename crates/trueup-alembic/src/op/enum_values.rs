//! `op.sync_enum_values` of alembic-postgresql-enum: replaces an enum type by one with other labels.
//!
//! Source: alembic-postgresql-enum 1.11: the old type is renamed, a new one created, the columns converted by way of
//! text, the old type dropped.

use trueup_python::Value;
use trueup_schema::ops::{AlterColumn, CreateEnum, DropType, RenameType};
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
            let restored = compile::default_expr(call.vm, &value, &column_type, dialect)?.or(had_default);
            steps.push(call.plan(change(None, None, Some(restored))));
        }
    }
    steps.push(call.plan(DropType { name: old, if_exists: false, cascade: false }));
    Ok(steps)
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
