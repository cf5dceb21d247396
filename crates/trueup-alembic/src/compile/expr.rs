//! SQL text of expressions that stand in DDL.

use trueup_python::{Value, Vm};
use trueup_schema::{ColumnType, Dialect, SqlExpr};

use super::{CompileError, attr, clause_element, is_a, place_of, types};

/// Returns the SQL of an expression or plain value, as SQLAlchemy writes it with literals inline.
///
/// # Errors
/// When the value is not known or cannot stand in DDL.
pub fn sql_text(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<String, CompileError> {
    if let Some(unknown) = value.as_unknown() {
        return Err(CompileError::unknown(unknown));
    }
    let dialect_value = types::dialect_value(vm, dialect)?;
    let function = vm.module_attr("sqlalchemy._elements", "_sql_of")?;
    let value = clause_element(vm, value)?;
    match vm.call_with(&function, vec![value.clone(), dialect_value])? {
        Value::Unknown(unknown) => Err(CompileError::unknown(&unknown)),
        text => text
            .as_str()
            .map(|text| text.to_string())
            .ok_or_else(|| CompileError::new("the expression has no SQL text", place_of(&value))),
    }
}

/// Returns the default that `server_default=` means.
///
/// # Errors
/// When the value is not known or no default.
pub fn default_expr(
    vm: &mut Vm,
    value: &Value,
    column_type: &ColumnType,
    dialect: Dialect,
) -> Result<Option<SqlExpr>, CompileError> {
    let value =
        if is_a(value, "sqlalchemy.schema.DefaultClause") { attr(vm, value, "arg")? } else { value.clone() };
    let text = match &value {
        Value::None => return Ok(None),
        Value::Unknown(unknown) => return Err(CompileError::unknown(unknown)),
        // `FetchedValue()` says only that the database has some default.
        other if is_a(other, "sqlalchemy.schema.FetchedValue") => return Ok(None),
        other if is_a(other, "sqlalchemy.schema.Sequence") => {
            let method = vm.getattr(other, "next_value")?;
            let next = vm.call_with(&method, Vec::new())?;
            sql_text(vm, &next, dialect)?
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            let message = format!(
                "server_default={} is no text and no SQL expression: write it in quotes or as `sa.text(…)`",
                vm.repr_text(&value)
            );
            return Err(CompileError::new(message, place_of(&value)));
        }
        // A member of a `(str, Enum)` is a string here, whatever an `Enum` column makes of it.
        other => match other.as_str() {
            Some(text) => format!("'{}'", text.replace('\'', "''")),
            None => sql_text(vm, other, dialect)?,
        },
    };
    Ok(Some(SqlExpr::default_value(dialect, text, column_type)))
}
