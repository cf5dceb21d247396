//! Types: what a SQLAlchemy type object is on a dialect.

use trueup_python::{Args, Note, NoteKind, PyResult, Value, Vm};
use trueup_schema::name::quote_identifier;
use trueup_schema::{ColumnType, Dialect, EnumType, ObjectName};

use super::{CompileError, attr, flag_attr, is_a, items_attr, origin, place_of, text_attr};
use crate::Context;

/// How deeply types may be wrapped in decorators, variants and arrays.
const MAX_NESTING: usize = 16;

/// A type with what comes along with it.
#[derive(Clone, Debug)]
pub struct CompiledType {
    /// The type.
    pub column_type: ColumnType,
    /// Native enum types it needs.
    pub enums: Vec<CompiledEnum>,
    /// CHECK constraint that it brings (`create_constraint=True`).
    pub check: Option<TypeCheck>,
    /// Collation of the type.
    pub collation: Option<String>,
    /// SQLAlchemy's generic integer family, which decides about `SERIAL`: 0 none, 2 small, 4 normal, 8 big.
    pub integer_bytes: u8,
}

/// A native enum type as the source declares it.
#[derive(Clone, Debug)]
pub struct CompiledEnum {
    /// The type.
    pub enum_type: EnumType,
    /// `create_type`: whether creating a table creates it.
    pub create_type: bool,
    /// Whether it belongs to a `MetaData` rather than to the table.
    pub has_metadata: bool,
    /// Whether the namespace was said (rather than the default).
    pub inherit_schema: bool,
}

/// The CHECK constraint of a `Boolean` or non-native `Enum`.
#[derive(Clone, Debug)]
pub struct TypeCheck {
    /// Name, if given.
    pub name: Option<String>,
    /// The allowed values, as SQL.
    pub values: Vec<String>,
}

impl CompiledType {
    fn plain(column_type: ColumnType) -> Self {
        Self { column_type, enums: Vec::new(), check: None, collation: None, integer_bytes: 0 }
    }
}

/// Returns what a type object (or class) is on a dialect.
///
/// # Errors
/// When the dialect has no such type; a type that is not known is no error but an unknown [`ColumnType`].
pub fn column_type(vm: &mut Vm, value: &Value, dialect: Dialect) -> Result<CompiledType, CompileError> {
    nested(vm, value, dialect, 0)
}

fn nested(vm: &mut Vm, value: &Value, dialect: Dialect, depth: usize) -> Result<CompiledType, CompileError> {
    if depth > MAX_NESTING {
        return Ok(CompiledType::plain(ColumnType::unknown("the type refers to itself")));
    }
    let instance = match value {
        Value::Class(class) => vm.construct(&class.clone(), Args::default())?,
        other => other.clone(),
    };
    if let Some(unknown) = instance.as_unknown() {
        return Ok(CompiledType::plain(ColumnType::unknown(unknown.reason.clone())));
    }
    if !is_a(&instance, "sqlalchemy.types.TypeEngine") {
        let known = instance.as_instance().is_none_or(|found| found.class.unknown_base.is_none());
        let reason = format!("{} is not a type that trueup knows", vm.repr_text(&instance));
        return if known {
            Err(CompileError::new(reason, place_of(&instance)))
        } else {
            Ok(CompiledType::plain(ColumnType::unknown(reason)))
        };
    }
    if let Some(variants) = attr(vm, &instance, "_variants")?.as_dict()
        && let Some(variant) = variants.get_str(dialect.name())
    {
        return nested(vm, &variant, dialect, depth + 1);
    }
    if let Some(text) = registered_text(vm, &instance, dialect)? {
        return Ok(CompiledType::plain(ColumnType::parse(dialect, &text)));
    }
    if is_a(&instance, "sqlalchemy.types.TypeDecorator") {
        return decorated(vm, &instance, dialect, depth);
    }
    if is_a(&instance, "sqlalchemy.types.Enum") {
        return enumeration(vm, &instance, dialect);
    }
    if is_a(&instance, "sqlalchemy.types.ARRAY") {
        return array(vm, &instance, dialect, depth);
    }
    let column_type = match compiled_text(vm, &instance, dialect)? {
        Ok(text) => ColumnType::parse(dialect, &text),
        Err(reason) => ColumnType::unknown(reason),
    };
    let collation = collation(vm, &instance)?;
    let check = boolean_check(vm, &instance, dialect)?;
    Ok(CompiledType {
        column_type,
        enums: Vec::new(),
        check,
        collation,
        integer_bytes: integer_bytes(&instance),
    })
}

/// Returns the collation of a type. One that is not known, such as one from a setting, is taken to be the default
/// and told: the type itself is known all the same.
fn collation(vm: &mut Vm, instance: &Value) -> Result<Option<String>, CompileError> {
    let value = attr(vm, instance, "collation")?;
    let Some(unknown) = value.as_unknown() else { return Ok(value.as_str().map(|text| text.to_string())) };
    let message = format!("a collation is not known and taken to be the default: {}", unknown.reason);
    let place = place_of(instance).or_else(|| vm.user_place());
    vm.note(Note { kind: NoteKind::Assumed, message, place, traceback: Vec::new() });
    Ok(None)
}

/// Returns the text that a function decorated with `@compiles(Type, "dialect")` gives.
fn registered_text(vm: &mut Vm, instance: &Value, dialect: Dialect) -> Result<Option<String>, CompileError> {
    let Some(visitor) = registered_visitor(instance, dialect.name()) else { return Ok(None) };
    let dialect_object = dialect_value(vm, dialect)?;
    let found = visit(vm, &visitor, instance, &dialect_object)?;
    Ok(found.as_str().map(|text| text.to_string()))
}

/// Returns the function that `@compiles` registered for the class of an element or one of its bases.
fn registered_visitor(element: &Value, dialect: &str) -> Option<Value> {
    let class = &element.as_instance()?.class;
    let mro = class.mro.borrow();
    mro.iter().find_map(|class| {
        let registered = class.namespace.borrow().get("_compiles")?.as_dict()?;
        let visitors = [registered.get_str(dialect), registered.get_str("default")];
        visitors.into_iter().flatten().find(|visitor| !visitor.is_none())
    })
}

fn visit(vm: &mut Vm, visitor: &Value, element: &Value, dialect: &Value) -> PyResult {
    let compiler = vm.call_method(dialect, "_compiler", Args::default())?;
    vm.call_with(visitor, vec![element.clone(), compiler])
}

/// `_find_compiled(element, dialect)` of the stubs.
pub(super) fn find_compiled(vm: &mut Vm, args: Args) -> PyResult {
    let [element, dialect] = args.positional.as_slice() else { return Ok(Value::None) };
    let name = vm.getattr(dialect, "name")?;
    let Some(visitor) = name.as_str().and_then(|name| registered_visitor(element, &name)) else {
        return Ok(Value::None);
    };
    visit(vm, &visitor, element, dialect)
}

/// Returns `_compile(dialect)`'s text; the inner `Err` says why it is not known.
fn compiled_text(
    vm: &mut Vm,
    instance: &Value,
    dialect: Dialect,
) -> Result<Result<String, String>, CompileError> {
    let dialect_object = dialect_value(vm, dialect)?;
    let text = vm.call_method(instance, "_compile", Args::positional(vec![dialect_object]))?;
    Ok(match &text {
        Value::Unknown(unknown) => Err(unknown.reason.clone()),
        other => {
            other.as_str().map(|text| text.to_string()).ok_or_else(|| "the type has no SQL text".to_owned())
        }
    })
}

fn decorated(
    vm: &mut Vm,
    instance: &Value,
    dialect: Dialect,
    depth: usize,
) -> Result<CompiledType, CompileError> {
    let dialect_object = dialect_value(vm, dialect)?;
    let inner = match vm.call_method(instance, "load_dialect_impl", Args::positional(vec![dialect_object])) {
        Ok(value) => value,
        Err(raised) => {
            let reason = format!("`load_dialect_impl` raises {}", raised.summary());
            return Ok(CompiledType::plain(ColumnType::unknown(reason)));
        }
    };
    let inner = if inner.is_none() || inner.is(instance) { attr(vm, instance, "impl")? } else { inner };
    if inner.is_none() {
        let name = vm.type_name(instance);
        return Ok(CompiledType::plain(ColumnType::unknown(format!(
            "type decorator `{name}` has no `impl`"
        ))));
    }
    nested(vm, &inner, dialect, depth + 1)
}

fn array(
    vm: &mut Vm,
    instance: &Value,
    dialect: Dialect,
    depth: usize,
) -> Result<CompiledType, CompileError> {
    if dialect == Dialect::Sqlite {
        return Err(CompileError::new("SQLite has no arrays", place_of(instance)));
    }
    let item = attr(vm, instance, "item_type")?;
    let mut compiled = nested(vm, &item, dialect, depth + 1)?;
    compiled.column_type.array = true;
    compiled.check = None;
    compiled.integer_bytes = 0;
    Ok(compiled)
}

fn enumeration(vm: &mut Vm, instance: &Value, dialect: Dialect) -> Result<CompiledType, CompileError> {
    let native = dialect.has_enum_types() && flag_attr(vm, instance, "native_enum")?;
    if native {
        let compiled = enum_type(vm, instance, dialect)?;
        let name = &compiled.enum_type.name;
        let text = match &name.namespace {
            Some(namespace) => format!("{}.{}", quote_identifier(namespace), quote_identifier(&name.name)),
            None => quote_identifier(&name.name),
        };
        let column_type = ColumnType::parse(dialect, &text);
        let mut result = CompiledType::plain(column_type);
        result.enums.push(compiled);
        return Ok(result);
    }
    let mut result = CompiledType::plain(match compiled_text(vm, instance, dialect)? {
        Ok(text) => ColumnType::parse(dialect, &text),
        Err(reason) => ColumnType::unknown(reason),
    });
    if flag_attr(vm, instance, "create_constraint")? {
        let labels = labels(vm, instance)?;
        let values = labels.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
        result.check = Some(TypeCheck { name: text_attr(vm, instance, "name")?, values });
    }
    Ok(result)
}

/// Returns the native enum type that an `Enum` object declares.
///
/// # Errors
/// When its name or labels are not known, or it has no name.
pub fn enum_type(vm: &mut Vm, instance: &Value, dialect: Dialect) -> Result<CompiledEnum, CompileError> {
    let Some(name) = text_attr(vm, instance, "name")? else {
        return Err(CompileError::new("PostgreSQL needs a name for an enum type", place_of(instance)));
    };
    let namespace = text_attr(vm, instance, "schema")?;
    let labels = labels(vm, instance)?;
    let has_metadata = !attr(vm, instance, "metadata")?.is_none();
    let place = place_of(instance);
    Ok(CompiledEnum {
        enum_type: EnumType {
            name: ObjectName::qualified(dialect, namespace.as_deref(), name),
            labels,
            comment: None,
            origin: origin(place.as_ref()),
        },
        create_type: flag_attr(vm, instance, "create_type")?,
        has_metadata,
        inherit_schema: flag_attr(vm, instance, "inherit_schema")?,
    })
}

fn labels(vm: &mut Vm, instance: &Value) -> Result<Vec<String>, CompileError> {
    let mut labels = Vec::new();
    for label in items_attr(vm, instance, "enums")? {
        match &label {
            Value::Unknown(unknown) => return Err(CompileError::unknown(unknown)),
            other => match other.as_str() {
                Some(text) => labels.push(text.to_string()),
                None => labels.push(vm.str(other)?.as_str().map(|text| text.to_string()).unwrap_or_default()),
            },
        }
    }
    Ok(labels)
}

fn boolean_check(vm: &mut Vm, instance: &Value, dialect: Dialect) -> Result<Option<TypeCheck>, CompileError> {
    let wanted = is_a(instance, "sqlalchemy.types.Boolean")
        && dialect == Dialect::Sqlite
        && flag_attr(vm, instance, "create_constraint")?;
    if !wanted {
        return Ok(None);
    }
    Ok(Some(TypeCheck {
        name: text_attr(vm, instance, "name")?,
        values: vec!["0".to_owned(), "1".to_owned()],
    }))
}

fn integer_bytes(instance: &Value) -> u8 {
    if is_a(instance, "sqlalchemy.types.BigInteger") {
        8
    } else if is_a(instance, "sqlalchemy.types.SmallInteger") {
        2
    } else if is_a(instance, "sqlalchemy.types.Integer") {
        4
    } else {
        0
    }
}

/// Returns the stub's object for a dialect, made once.
pub(crate) fn dialect_value(vm: &mut Vm, dialect: Dialect) -> Result<Value, CompileError> {
    let context = vm.state::<Context>();
    if let Some(value) =
        context.as_ref().and_then(|context| context.dialect_object.borrow().get(&dialect).cloned())
    {
        return Ok(value);
    }
    let class = vm.module_attr("sqlalchemy.dialects", "Dialect")?;
    let value = vm.call_with(&class, vec![Value::str(dialect.name())])?;
    if let Some(context) = context {
        context.dialect_object.borrow_mut().insert(dialect, value.clone());
    }
    Ok(value)
}
