//! Statements on rows as SQL text: the natives behind the stub module `sqlalchemy._rows`, which writes the statements.

use trueup_python::{Args, PyResult, Raised, Value, Vm};
use trueup_schema::Dialect;

use super::bind::{Bind, bind};
use super::literal::{Literals, Stands};
use super::parameters::{driver_value, filled_text, listed};
use super::{CompileError, attr, flag_attr, is_a};

/// Makes the natives known to an interpreter.
pub(super) fn register(vm: &mut Vm) {
    vm.register("sqlalchemy._rows._literal", |vm, args| native(vm, &args, literal));
    vm.register("sqlalchemy._rows._filled", |vm, args| native(vm, &args, filled));
    vm.register("sqlalchemy._rows._value_rows", |vm, args| native(vm, &args, value_rows));
}

/// Returns the statements that executing an element of SQLAlchemy sends, one per set of parameters.
///
/// # Errors
/// When a statement cannot be written exactly, or hangs on something that is not known.
pub(crate) fn statements(
    vm: &mut Vm,
    statement: &Value,
    dialect: Dialect,
    parameters: &[Value],
) -> Result<Vec<String>, CompileError> {
    vm.aside(|vm| {
        let function = vm.module_attr("sqlalchemy._rows", "compiled")?;
        let arguments = vec![statement.clone(), Value::str(dialect.name()), Value::list(parameters.to_vec())];
        let found = vm.call_with(&function, arguments)?;
        if let Some(unknown) = found.as_unknown() {
            return Err(CompileError::unknown(unknown));
        }
        let mut texts = Vec::new();
        for text in vm.iterate(&found)? {
            match (&text, text.as_str()) {
                (Value::Unknown(unknown), _) => return Err(CompileError::unknown(unknown)),
                (_, Some(text)) => texts.push(text.to_string()),
                (_, None) => return Err(CompileError::new("a statement has no text", None)),
            }
        }
        Ok(texts)
    })
    .map_err(without_class)
}

/// Takes the class of our own exception off a message.
fn without_class(mut error: CompileError) -> CompileError {
    // An exception's message of which a part is not known.
    if error.message.ends_with('…') {
        "a part of the statement is not known".clone_into(&mut error.message);
    }
    for class in ["CannotWrite: ", "CompileError: "] {
        if let Some(reason) = error.message.strip_prefix(class) {
            error.message = reason.to_owned();
        }
    }
    error
}

type Found = Result<Value, CompileError>;

fn native(vm: &mut Vm, args: &Args, run: fn(&mut Vm, &Args) -> Found) -> PyResult {
    run(vm, args).map_err(|error| cannot_write(vm, &error))
}

fn cannot_write(vm: &mut Vm, error: &CompileError) -> Raised {
    match vm.module_attr("sqlalchemy._told", "CannotWrite") {
        Ok(Value::Class(class)) => vm.raise_class(&class, &error.message),
        _ => vm.raise("Exception", &error.message),
    }
}

fn argument(args: &Args, index: usize) -> Value {
    args.positional.get(index).cloned().unwrap_or(Value::None)
}

fn literals(vm: &mut Vm, writer: &Value) -> Result<Literals, CompileError> {
    let is_sqlite = attr(vm, writer, "name")?.as_str().as_deref() == Some(Dialect::Sqlite.name());
    Ok(Literals { dialect: if is_sqlite { Dialect::Sqlite } else { Dialect::Postgresql } })
}

/// `_literal(value, type_, stands, writer)`.
fn literal(vm: &mut Vm, args: &Args) -> Found {
    let (value, type_object) = (argument(args, 0), argument(args, 1));
    let stands = match argument(args, 2).as_str().as_deref() {
        Some("assigned") => Stands::Assigned,
        Some("compared") => Stands::Compared,
        _ => Stands::Alone,
    };
    let literals = literals(vm, &argument(args, 3))?;
    let text = if type_object.is_none() {
        literals.natural(vm, &value, stands)?
    } else {
        literals.typed(vm, &value, &type_object, stands)?
    };
    Ok(Value::from(text))
}

/// `_filled(text, binds, writer)`: a `text(…)` with what was bound to it and what the statement is given.
fn filled(vm: &mut Vm, args: &Args) -> Found {
    let text = argument(args, 0);
    if let Some(unknown) = text.as_unknown() {
        return Err(CompileError::unknown(unknown));
    }
    let Some(text) = text.as_str() else { return Err(CompileError::new("a text is none", None)) };
    let binds = argument(args, 1).as_dict();
    let writer = argument(args, 2);
    let literals = literals(vm, &writer)?;
    let given = attr(vm, &writer, "parameters")?.as_dict();
    let used = attr(vm, &writer, "used")?;
    filled_text(&text, &mut |name| {
        let bound = binds.as_ref().and_then(|binds| binds.get_str(name));
        let given = given.as_ref().and_then(|given| given.get_str(name));
        let _ = vm.call_method(&used, "add", Args::positional(vec![Value::str(name)]));
        text_parameter(vm, &literals, name, bound.as_ref(), given)
    })
    .map(Value::from)
}

fn text_parameter(
    vm: &mut Vm,
    literals: &Literals,
    name: &str,
    bound: Option<&Value>,
    given: Option<Value>,
) -> Result<String, CompileError> {
    let missing = || CompileError::new(format!("the parameter `{name}` of a text has no value"), None);
    let Some(bound) = bound else {
        return driver_value(vm, literals, &given.ok_or_else(missing)?);
    };
    let is_required = flag_attr(vm, bound, "required")?;
    let value = match given {
        Some(value) => value,
        None if is_required => return Err(missing()),
        None => attr(vm, bound, "value")?,
    };
    if flag_attr(vm, bound, "expanding")? {
        let items = vm.iterate(&value)?;
        if items.is_empty() {
            return Err(CompileError::new("a list of values is empty", None));
        }
        return listed(vm, literals, &items);
    }
    let type_object = attr(vm, bound, "type")?;
    if is_a(&type_object, "sqlalchemy.types.NullType") {
        literals.natural(vm, &value, Stands::Alone)
    } else {
        literals.typed(vm, &value, &type_object, Stands::Alone)
    }
}

/// Where the values of a column of many rows come from.
struct Source {
    key: String,
    bind: Bind,
    /// The value, or the function that makes it, where rows do not give one.
    default: Option<Value>,
}

/// `_value_rows(columns, rows, writer)`: the values of each row, separated by commas.
fn value_rows(vm: &mut Vm, args: &Args) -> Found {
    let literals = literals(vm, &argument(args, 2))?;
    let mut sources = Vec::new();
    for column in argument(args, 0).items().unwrap_or_default() {
        sources.push(source(vm, &literals, &column.items().unwrap_or_default())?);
    }
    let mut texts = Vec::new();
    for row in argument(args, 1).items().unwrap_or_default() {
        let Some(row) = row.as_dict() else {
            return Err(CompileError::new("a row is no dictionary", None));
        };
        let mut values = Vec::with_capacity(sources.len());
        for source in &sources {
            let value = match (&source.default, row.get_str(&source.key)) {
                (None, Some(value)) => value,
                (Some(default), _) => default_value(vm, default)?,
                (None, None) => {
                    let message = format!("a row has no value for `{}`, which the first row has", source.key);
                    return Err(CompileError::new(message, None));
                }
            };
            values.push(literals.bound(vm, &value, &source.bind, Stands::Assigned)?);
        }
        texts.push(Value::from(values.join(", ")));
    }
    Ok(Value::list(texts))
}

fn source(vm: &mut Vm, literals: &Literals, parts: &[Value]) -> Result<Source, CompileError> {
    let [key, type_object, has_default, default] = parts else {
        return Err(CompileError::new("a column is not known", None));
    };
    let key = key.as_str().map(|key| key.to_string()).unwrap_or_default();
    let bind = bind(vm, type_object, literals.dialect)?;
    Ok(Source { key, bind, default: (has_default.as_bool() == Some(true)).then(|| default.clone()) })
}

/// Returns the value of a column's `default=`, which may be a function.
fn default_value(vm: &mut Vm, default: &Value) -> Result<Value, CompileError> {
    let is_function = matches!(
        default,
        Value::Function(_)
            | Value::BoundMethod(_)
            | Value::Builtin(_)
            | Value::Class(_)
            | Value::StaticMethod(_)
    );
    if !is_function {
        return Ok(default.clone());
    }
    Ok(vm.call_with(default, Vec::new())?)
}
