//! Reads Python objects of the SQLAlchemy stubs (`Table`, `Column`, types, expressions) into `trueup_schema` values.
//!
//! Models and revisions both end here, so a column means the same wherever it is written. What the interpreter does
//! not know becomes [`ColumnType::unknown`](trueup_schema::ColumnType::unknown) for a type and a [`CompileError`] for
//! anything else; nothing is guessed.

use std::fmt;

use trueup_python::{Args, Place, PyResult, Raised, Value, Vm};
use trueup_schema::naming::{Convention, ConventionFacts, ConventionKind, GivenName};
use trueup_schema::{Dialect, Origin, Span};

mod bind;
mod column;
mod constraint;
mod document;
mod expr;
mod index;
mod literal;
mod moments;
mod name_tokens;
mod natives;
mod parameters;
mod rows;
mod table;
mod types;

pub use column::{CompiledColumn, column};
pub use constraint::{constraint, foreign_key_target};
pub use expr::{default_expr, sql_text};
pub use index::index;
pub use name_tokens::NameTokens;
pub(crate) use natives::register;
pub(crate) use parameters::{filled_for_driver, first_parameter};
pub(crate) use rows::statements;
pub(crate) use table::extends_existing;
pub use table::{CompiledTable, TableContext, sequence, table};
pub(crate) use types::dialect_value;
pub use types::{CompiledEnum, CompiledType, TypeCheck, column_type, enum_type};

/// Why an object cannot be read: in words for the user, with the place where it was written.
#[derive(Clone, Debug)]
pub struct CompileError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Whether the reason is that something is not known, rather than wrong.
    pub unknown: bool,
}

impl CompileError {
    /// Returns an error for something that is wrong.
    pub fn new(message: impl Into<String>, place: Option<Place>) -> Self {
        Self { message: message.into(), place, unknown: false }
    }

    /// Returns an error for something that is not known.
    pub fn unknown(value: &trueup_python::Unknown) -> Self {
        Self { message: value.reason.clone(), place: value.place.clone(), unknown: true }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl From<Raised> for CompileError {
    fn from(raised: Raised) -> Self {
        Self {
            message: raised.summary().to_owned(),
            place: raised.place().cloned(),
            unknown: raised.is_abort(),
        }
    }
}

/// Returns the origin of a place in the user's text; library stubs have none.
pub fn origin(place: Option<&Place>) -> Origin {
    match place {
        Some(place) if !place.source.is_library => {
            Origin::at(&*place.source.path, Span::new(place.span.start, place.span.end))
        }
        _ => Origin::none(),
    }
}

/// Returns the naming convention of a `MetaData`.
///
/// # Errors
/// When the convention is not a dictionary of texts that is known.
pub fn convention(vm: &mut Vm, metadata: &Value) -> Result<Convention, CompileError> {
    let value = attr(vm, metadata, "naming_convention")?;
    if let Some(unknown) = value.as_unknown() {
        return Err(CompileError::unknown(unknown));
    }
    let Some(dict) = value.as_dict() else { return Ok(Convention::default()) };
    let mut templates = Vec::new();
    for (key, template) in dict.pairs() {
        let key = match &key {
            Value::Class(class) => class.name.to_string(),
            other => other.as_str().map(|text| text.to_string()).unwrap_or_default(),
        };
        // Other keys define tokens of the user's own, by functions.
        if let (Some(kind), Some(template)) = (ConventionKind::from_key(&key), template.as_str()) {
            templates.push((kind, template.to_string()));
        }
    }
    Ok(Convention::new(templates))
}

/// Returns an attribute, `None` (Python's) when the object does not have it.
pub(crate) fn attr(vm: &mut Vm, value: &Value, name: &str) -> Result<Value, CompileError> {
    if let Value::Instance(instance) = value
        && let Some(found) = instance.get(name)
    {
        return Ok(found);
    }
    Ok(vm.lookup_attr(value, name)?.unwrap_or(Value::None))
}

/// Returns a text attribute; `None` when it is Python's `None`.
pub(crate) fn text_attr(vm: &mut Vm, value: &Value, name: &str) -> Result<Option<String>, CompileError> {
    let found = attr(vm, value, name)?;
    text_of(vm, &found, name)
}

/// Returns a text value; `None` when it is Python's `None`.
pub(crate) fn text_of(vm: &mut Vm, value: &Value, what: &str) -> Result<Option<String>, CompileError> {
    match value {
        Value::None => Ok(None),
        Value::Unknown(unknown) => Err(CompileError::unknown(unknown)),
        other => match other.as_str() {
            Some(text) => Ok(Some(text.to_string())),
            None => Err(CompileError::new(format!("`{what}` is {}, not a text", vm.repr_text(other)), None)),
        },
    }
}

/// Returns a truth value; unknown is an error.
pub(crate) fn flag_attr(vm: &mut Vm, value: &Value, name: &str) -> Result<bool, CompileError> {
    match attr(vm, value, name)? {
        Value::None => Ok(false),
        Value::Unknown(unknown) => Err(CompileError::unknown(&unknown)),
        other => Ok(vm.truth(&other)?.is_true()),
    }
}

/// Returns the items of a list attribute, empty when there is none.
pub(crate) fn items_attr(vm: &mut Vm, value: &Value, name: &str) -> Result<Vec<Value>, CompileError> {
    match attr(vm, value, name)? {
        Value::None => Ok(Vec::new()),
        Value::Unknown(unknown) => Err(CompileError::unknown(&unknown)),
        other => Ok(vm.iterate(&other)?),
    }
}

/// Returns the name a source gives to a constraint or index.
pub(crate) fn given_name(vm: &mut Vm, value: &Value) -> Result<GivenName, CompileError> {
    let name = attr(vm, value, "name")?;
    if let Value::Instance(instance) = &name {
        if instance.class.derives_from("sqlalchemy.schema.conv") {
            return Ok(name.as_str().map_or(GivenName::None, |text| GivenName::Final(text.to_string())));
        }
        if instance.class.derives_from("sqlalchemy.schema._NoneName") {
            return Ok(GivenName::None);
        }
    }
    Ok(text_of(vm, &name, "name")?.map_or(GivenName::None, GivenName::Plain))
}

/// Returns the name that a convention gives, or what SQLAlchemy would complain about.
pub(crate) fn conventional_name(
    convention: &Convention,
    dialect: Dialect,
    kind: ConventionKind,
    facts: &ConventionFacts,
) -> Result<Option<String>, CompileError> {
    match convention.apply(dialect, kind, facts) {
        None => Ok(None),
        Some(Ok(name)) => Ok(Some(name)),
        Some(Err(error)) => Err(CompileError::new(error.to_string(), None)),
    }
}

/// Tells whether a value is an instance of a class with this `module.qualname`, or of one derived from it.
pub(crate) fn is_a(value: &Value, full_name: &str) -> bool {
    value.as_instance().is_some_and(|instance| instance.class.derives_from(full_name))
}

/// Returns the column behind a value: itself, or what `__clause_element__()` returns for a mapped attribute.
pub(crate) fn clause_element(vm: &mut Vm, value: &Value) -> PyResult {
    if is_a(value, "sqlalchemy.schema.Column") || value.as_str().is_some() {
        return Ok(value.clone());
    }
    if let Value::Instance(_) = value
        && let Some(method) = vm.lookup_attr(value, "__clause_element__")?
    {
        return vm.call(&method, Args::default());
    }
    Ok(value.clone())
}

/// Returns where an object was written.
pub(crate) fn place_of(value: &Value) -> Option<Place> {
    value.as_instance().and_then(|instance| instance.place.clone())
}

/// Tells whether `ddl_if(dialect=…)` lets an index or constraint be made on a dialect.
pub(crate) fn is_wanted(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<bool, CompileError> {
    let names = attr(vm, value, "_ddl_if")?.items().unwrap_or_default();
    Ok(names.is_empty() || names.iter().any(|name| name.as_str().as_deref() == Some(dialect.name())))
}
