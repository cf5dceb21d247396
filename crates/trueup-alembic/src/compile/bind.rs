//! How SQLAlchemy hands values of a type to a driver: what is behind a type object of the stubs.

use std::rc::Rc;

use trueup_python::{Args, Class, Instance, Value, Vm};
use trueup_schema::Dialect;

use super::{CompileError, attr, column_type, dialect_value, flag_attr, is_a};

/// How deeply types may be wrapped in decorators, variants and arrays.
const MAX_NESTING: usize = 16;

/// A type as far as its values are concerned.
#[derive(Clone)]
pub(super) struct Bind {
    /// `TypeDecorator`s of the project, outermost first: their `process_bind_param` sees a value before a driver does.
    pub(super) decorators: Vec<Value>,
    /// What is behind them.
    pub(super) kind: Kind,
}

/// The families of types by how their values are written.
#[derive(Clone)]
pub(super) enum Kind {
    /// The driver looks at the value alone.
    ByValue,
    Text,
    Integer,
    Numeric,
    Boolean,
    DateTime,
    Date,
    Time,
    Interval,
    Bytes,
    /// Texts in quotes, such as addresses and search vectors of PostgreSQL.
    Quoted,
    /// A document; the name of the type where it is one of PostgreSQL's.
    Json {
        none_is_null: bool,
        type_name: &'static str,
    },
    Uuid {
        is_native: bool,
        takes_objects: bool,
    },
    Enum(Value),
    /// The items, and the type as SQL.
    Array(Rc<Bind>, String),
    /// Values cannot be written, for this reason.
    Refused(String),
}

/// Returns what is behind a type object.
pub(super) fn bind(vm: &mut Vm, type_object: &Value, dialect: Dialect) -> Result<Bind, CompileError> {
    let mut decorators = Vec::new();
    let mut found = type_object.clone();
    for _ in 0..MAX_NESTING {
        if let Value::Class(class) = &found {
            found = vm.construct(&class.clone(), Args::default())?;
        }
        if let Some(unknown) = found.as_unknown() {
            return Err(CompileError::unknown(unknown));
        }
        if let Some(variants) = attr(vm, &found, "_variants")?.as_dict()
            && let Some(variant) = variants.get_str(dialect.name())
        {
            found = variant;
            continue;
        }
        if !is_a(&found, "sqlalchemy.types.TypeDecorator") {
            let kind = kind(vm, &found, dialect)?;
            return Ok(Bind { decorators, kind });
        }
        if let Some(reason) = refused(&found, "sqlalchemy.types.TypeDecorator") {
            return Ok(Bind { decorators, kind: Kind::Refused(reason) });
        }
        if vm.lookup_attr(&found, "process_bind_param")?.is_some() {
            decorators.push(found.clone());
        }
        let dialect_object = dialect_value(vm, dialect)?;
        let inner = vm.call_method(&found, "load_dialect_impl", Args::positional(vec![dialect_object]))?;
        found = if inner.is_none() || inner.is(&found) { attr(vm, &found, "impl")? } else { inner };
    }
    Ok(Bind { decorators, kind: Kind::Refused("the type refers to itself".to_owned()) })
}

/// Tells why values of a class cannot be written: it is a library's whose processing is not described, or it has a say
/// in how a value is sent.
fn refused(type_object: &Value, base: &str) -> Option<String> {
    const HOOKS: [&str; 4] =
        ["bind_processor", "bind_expression", "process_literal_param", "coerce_compared_value"];
    let class = &type_object.as_instance()?.class;
    let is_described = |class: &Rc<Class>| {
        let module = &*class.module;
        module.starts_with("sqlalchemy.") || module == "sqlmodel" || module.starts_with("sqlmodel.")
    };
    if class.is_named("sqlalchemy.types.PickleType") || class.derives_from("sqlalchemy.types.PickleType") {
        return Some("pickled values are not modelled".to_owned());
    }
    let mro = class.mro.borrow();
    for class in mro.iter().take_while(|class| !class.is_named(base)) {
        let hooked = HOOKS.iter().any(|hook| class.namespace.borrow().get(hook).is_some());
        if hooked || (class.is_library() && !is_described(class)) || class.unknown_base.is_some() {
            return Some(format!("what the type `{}` makes of its values is not known", class.name));
        }
    }
    None
}

/// Returns the family of a type that is no decorator.
fn kind(vm: &mut Vm, found: &Value, dialect: Dialect) -> Result<Kind, CompileError> {
    let Value::Instance(instance) = found else { return Ok(Kind::Refused("it is no type".to_owned())) };
    if let Some(reason) = refused(found, "sqlalchemy.types.TypeEngine") {
        return Ok(Kind::Refused(reason));
    }
    let is = |name: &str| instance.class.derives_from(&format!("sqlalchemy.types.{name}"));
    let postgresql =
        |name: &str| instance.class.derives_from(&format!("sqlalchemy.dialects.postgresql.{name}"));
    Ok(if is("Enum") {
        Kind::Enum(found.clone())
    } else if is("Boolean") {
        Kind::Boolean
    } else if is("JSON") {
        let type_name = if postgresql("JSONB") { "JSONB" } else { "JSON" };
        Kind::Json { none_is_null: flag_attr(vm, found, "none_as_null")?, type_name }
    } else if is("ARRAY") {
        array(vm, found, dialect)?
    } else if is("Uuid") {
        Kind::Uuid {
            is_native: flag_attr(vm, found, "native_uuid")? && dialect == Dialect::Postgresql,
            takes_objects: flag_attr(vm, found, "as_uuid")?,
        }
    } else if is("Interval") && !flag_attr(vm, found, "native")? {
        Kind::Refused("intervals that are stored as dates are not modelled".to_owned())
    } else if is("Interval") || postgresql("INTERVAL") {
        Kind::Interval
    } else if is("DateTime") || is("Date") || is("Time") {
        moment(instance, is("DateTime"), is("Date"))
    } else if is("Integer") {
        Kind::Integer
    } else if is("Numeric") {
        Kind::Numeric
    } else if is("String") {
        Kind::Text
    } else if is("_Binary") {
        Kind::Bytes
    } else if is("NullType") || is("UserDefinedType") {
        Kind::ByValue
    } else if postgresql("_Only") {
        Kind::Quoted
    } else {
        Kind::Refused(format!("values of the type `{}` are not modelled", instance.class.name))
    })
}

/// Dates and times; those of SQLite may have a format of their own.
fn moment(instance: &Instance, is_moment: bool, is_day: bool) -> Kind {
    let own_format = ["storage_format", "regexp", "kw"].iter().any(|name| {
        let given = instance.get(name).unwrap_or(Value::None);
        !given.is_none() && given.as_dict().is_none_or(|options| !options.is_empty())
    });
    if own_format {
        return Kind::Refused("dates in a storage format of their own are not modelled".to_owned());
    }
    if is_moment {
        Kind::DateTime
    } else if is_day {
        Kind::Date
    } else {
        Kind::Time
    }
}

fn array(vm: &mut Vm, found: &Value, dialect: Dialect) -> Result<Kind, CompileError> {
    if dialect.is_sqlite() {
        return Ok(Kind::Refused("SQLite has no arrays".to_owned()));
    }
    let text = column_type(vm, found, dialect)?.column_type;
    if let trueup_schema::TypeKind::Unknown(reason) = &text.kind {
        return Ok(Kind::Refused(reason.clone()));
    }
    let item = attr(vm, found, "item_type")?;
    let item = bind(vm, &item, dialect)?;
    Ok(Kind::Array(Rc::new(item), text.to_string()))
}
