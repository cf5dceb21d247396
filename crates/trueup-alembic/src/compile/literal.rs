//! Values as SQL literals, as SQLAlchemy and the usual drivers would have them sent.
//!
//! The text is that of SQLAlchemy's `literal_binds`, with two differences that make it mean what a bound value means:
//! what `literal_binds` cannot write or writes wrongly (documents, bytes, intervals, empty arrays) is written here, and
//! dates and their like that stand alone on PostgreSQL, where the server would take a bare literal for an unknown,
//! have a cast, as psycopg gives them. Whatever is not certain is an error, never a guess.

use std::fmt::Write as _;

use trueup_python::{Args, Value, Vm};
use trueup_schema::Dialect;

use super::bind::{Bind, Kind, bind};
use super::moments::{self, Moment};
use super::{CompileError, dialect_value, is_a};

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// It is given to a column: `INSERT`, `SET`, or its type was said.
    Assigned,
    /// Beside an expression of the type, such as `column = value`.
    Compared,
    /// Anywhere else: only the value itself tells its type.
    Alone,
    /// It is a parameter of a text, which a driver writes.
    Driver,
}

/// Writes values for one dialect.
pub(super) struct Literals {
    pub(super) dialect: Dialect,
}

type Written = Result<String, CompileError>;

fn cannot<T>(message: impl Into<String>) -> Result<T, CompileError> {
    Err(CompileError::new(message, None))
}

impl Literals {
    /// Writes a value of a type.
    pub(super) fn typed(&self, vm: &mut Vm, value: &Value, type_object: &Value, stands: Stands) -> Written {
        let found = bind(vm, type_object, self.dialect)?;
        self.bound(vm, value, &found, stands)
    }

    /// Writes a value of a type that was looked at before.
    pub(super) fn bound(&self, vm: &mut Vm, value: &Value, found: &Bind, stands: Stands) -> Written {
        let mut value = value.clone();
        for decorator in &found.decorators {
            let dialect = dialect_value(vm, self.dialect)?;
            let args = Args::positional(vec![value, dialect]);
            value = vm.call_method(decorator, "process_bind_param", args)?;
        }
        let compared = stands == Stands::Compared && found.decorators.is_empty();
        if compared && !is_akin(&value, &found.kind) {
            return self.natural(vm, &value, Stands::Compared);
        }
        self.of_kind(vm, &value, &found.kind, stands)
    }

    /// Writes a value by its own type.
    pub(super) fn natural(&self, vm: &mut Vm, value: &Value, stands: Stands) -> Written {
        match natural_kind(value) {
            Some(kind) if stands != Stands::Driver => self.of_kind(vm, value, &kind, stands),
            _ => self.by_value(vm, value, stands),
        }
    }

    fn of_kind(&self, vm: &mut Vm, value: &Value, kind: &Kind, stands: Stands) -> Written {
        match (kind, value) {
            (_, Value::Unknown(unknown)) => Err(CompileError::unknown(unknown)),
            (Kind::Refused(reason), _) => cannot(reason),
            (Kind::Json { none_is_null: false, .. }, Value::None) => Ok("'null'".to_owned()),
            (_, Value::None) => Ok("NULL".to_owned()),
            (_, value) if is_a(value, "sqlalchemy._elements.ClauseElement") => {
                cannot("an expression stands where a value is needed")
            }
            (Kind::ByValue, value) => self.by_value(vm, value, Stands::Driver),
            (Kind::Text | Kind::Quoted | Kind::Numeric, value) => self.plain(vm, value),
            (Kind::Integer, value) => self.integer(vm, value),
            (Kind::Boolean, value) => self.boolean(value),
            (Kind::DateTime, value) => self.moment(vm, value, Moment::DateTime, stands),
            (Kind::Date, value) => self.moment(vm, value, Moment::Date, stands),
            (Kind::Time, value) => self.moment(vm, value, Moment::Time, stands),
            (Kind::Interval, value) => self.interval(value),
            (Kind::Bytes, value) => self.bytes(value),
            (Kind::Json { type_name, .. }, value) => self.document(vm, value, type_name, stands),
            (Kind::Uuid { is_native, takes_objects }, value) => {
                uuid(value, *is_native, *takes_objects, stands)
            }
            (Kind::Enum(type_object), value) => label(vm, value, type_object),
            (Kind::Array(item, name), value) => self.array(vm, value, item, name),
        }
    }

    /// Texts and numbers, as they are.
    fn plain(&self, vm: &mut Vm, value: &Value) -> Written {
        if is_a(value, "enum.Enum") && value.as_str().is_none() && value.as_int().is_none() {
            return cannot("a member of an enumeration is given to a column that is no enumeration");
        }
        if let Some(text) = value.as_str() {
            return quoted(&text);
        }
        match value {
            Value::Bool(_) => self.boolean(value),
            Value::Float(number) if !number.is_finite() => cannot("a number that is not finite"),
            Value::Int(_) | Value::Float(_) => Ok(vm.repr_text(value)),
            other if is_a(other, "decimal.Decimal") => decimal(vm, other),
            other => match other.as_int() {
                Some(number) => Ok(number.to_string()),
                None => cannot(format!("a value of the type `{}` is not modelled here", vm.type_name(other))),
            },
        }
    }

    fn integer(&self, vm: &mut Vm, value: &Value) -> Written {
        match value {
            Value::Bool(value) => Ok(i32::from(*value).to_string()),
            other => self.plain(vm, other),
        }
    }

    fn boolean(&self, value: &Value) -> Written {
        let truth = match value {
            Value::Bool(truth) => *truth,
            Value::Int(0) => false,
            Value::Int(1) => true,
            _ => return cannot("a value for a boolean is neither true nor false"),
        };
        Ok(match (self.dialect, truth) {
            (Dialect::Postgresql, true) => "true".to_owned(),
            (Dialect::Postgresql, false) => "false".to_owned(),
            (Dialect::Sqlite, truth) => i32::from(truth).to_string(),
        })
    }

    fn moment(&self, vm: &mut Vm, value: &Value, wanted: Moment, stands: Stands) -> Written {
        let Some(found) = moments::read(vm, value)? else {
            // PostgreSQL reads texts as dates; SQLAlchemy's types for SQLite do not take any.
            return match value.as_str() {
                Some(text) if self.dialect == Dialect::Postgresql => quoted(&text),
                _ => cannot("a value for a date or time is neither"),
            };
        };
        if self.dialect.is_sqlite() {
            return match found.stored(wanted) {
                Some(text) => quoted(&text),
                None => cannot("a value for a date or time is of another kind"),
            };
        }
        let cast = if matches!(stands, Stands::Alone | Stands::Driver) { found.cast() } else { "" };
        Ok(format!("'{}'{cast}", found.iso()))
    }

    fn interval(&self, value: &Value) -> Written {
        if let (Some(text), Dialect::Postgresql) = (value.as_str(), self.dialect) {
            return quoted(&text);
        }
        match (moments::microseconds(value), self.dialect) {
            (Some(total), Dialect::Postgresql) => Ok(moments::interval(total)),
            _ => cannot("a value for an interval is not modelled here"),
        }
    }

    fn bytes(&self, value: &Value) -> Written {
        let Value::Bytes(bytes) = value else { return cannot("a value for bytes is no bytes") };
        let digits = bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        Ok(match self.dialect {
            Dialect::Postgresql => format!("'\\x{digits}'::bytea"),
            Dialect::Sqlite => format!("X'{digits}'"),
        })
    }

    fn document(&self, vm: &mut Vm, value: &Value, type_name: &str, stands: Stands) -> Written {
        let mut text = String::new();
        super::document::write(vm, value, &mut text)?;
        let cast = match (self.dialect, stands) {
            (Dialect::Postgresql, Stands::Alone) => format!("::{type_name}"),
            _ => String::new(),
        };
        Ok(quoted(&text)? + &cast)
    }

    fn array(&self, vm: &mut Vm, value: &Value, item: &Bind, name: &str) -> Written {
        if let Some(text) = value.as_str() {
            return quoted(&text);
        }
        let text = self.items(vm, value, item)?;
        Ok(format!("{text}::{name}"))
    }

    fn items(&self, vm: &mut Vm, value: &Value, item: &Bind) -> Written {
        let Some(items) = value.items() else { return cannot("a value for an array is no list") };
        let mut texts = Vec::with_capacity(items.len());
        for inner in &items {
            let is_nested = matches!(inner, Value::List(_) | Value::Tuple(_));
            texts.push(if is_nested && !matches!(item.kind, Kind::Json { .. }) {
                self.items(vm, inner, item)?
            } else {
                self.bound(vm, inner, item, Stands::Assigned)?
            });
        }
        Ok(format!("ARRAY[{}]", texts.join(", ")))
    }

    /// What a driver makes of a value of no type.
    fn by_value(&self, vm: &mut Vm, value: &Value, stands: Stands) -> Written {
        match value {
            Value::None => return Ok("NULL".to_owned()),
            Value::Unknown(unknown) => return Err(CompileError::unknown(unknown)),
            Value::Bool(_) => return self.boolean(value),
            Value::Bytes(_) => return self.bytes(value),
            Value::List(_) | Value::Tuple(_) if self.dialect == Dialect::Postgresql => {
                return self.untyped_array(vm, value, stands);
            }
            _ => {}
        }
        if let Some(found) = moments::read(vm, value)? {
            if self.dialect == Dialect::Postgresql {
                return Ok(format!("'{}'{}", found.iso(), found.cast()));
            }
            // The adapters of Python's own driver write no fraction of a second where there is none.
            return if found.has_day() {
                quoted(&found.iso())
            } else {
                cannot("SQLite's driver takes no time")
            };
        }
        match (moments::microseconds(value), self.dialect) {
            (Some(total), Dialect::Postgresql) => return Ok(moments::interval(total)),
            (Some(_), Dialect::Sqlite) => return cannot("SQLite's driver takes no interval"),
            _ => {}
        }
        if is_a(value, "uuid.UUID") && self.dialect == Dialect::Postgresql {
            return uuid(value, true, true, Stands::Alone);
        }
        if is_a(value, "decimal.Decimal") && self.dialect.is_sqlite() {
            return cannot("SQLite's driver takes no decimal number");
        }
        self.plain(vm, value)
    }

    fn untyped_array(&self, vm: &mut Vm, value: &Value, stands: Stands) -> Written {
        let items = value.items().unwrap_or_default();
        if items.is_empty() {
            return Ok("'{}'".to_owned());
        }
        let mut texts = Vec::with_capacity(items.len());
        for item in &items {
            texts.push(self.by_value(vm, item, stands)?);
        }
        Ok(format!("ARRAY[{}]", texts.join(", ")))
    }
}

/// Tells whether a value beside an expression takes on the expression's type.
///
/// Source: SQLAlchemy 2.0 `TypeEngine.coerce_compared_value`.
fn is_akin(value: &Value, kind: &Kind) -> bool {
    match (kind, natural_kind(value)) {
        (Kind::ByValue, Some(_)) => false,
        (_, None) => true,
        (Kind::Text | Kind::Quoted | Kind::Enum(_), Some(own)) => matches!(own, Kind::Text),
        (kind, Some(own)) => std::mem::discriminant(kind) == std::mem::discriminant(&own),
    }
}

/// Returns the family of types that SQLAlchemy gives a value which stands alone.
///
/// Source: SQLAlchemy 2.0 `type_api._resolve_value_to_type`.
fn natural_kind(value: &Value) -> Option<Kind> {
    Some(match value {
        Value::Bool(_) => Kind::Boolean,
        Value::Int(_) => Kind::Integer,
        Value::Float(_) => Kind::Numeric,
        Value::Str(_) => Kind::Text,
        Value::Bytes(_) => Kind::Bytes,
        Value::Instance(instance) => {
            let is = |name: &str| instance.class.is_named(name);
            if is("decimal.Decimal") {
                Kind::Numeric
            } else if is("datetime.datetime") {
                Kind::DateTime
            } else if is("datetime.date") {
                Kind::Date
            } else if is("datetime.time") {
                Kind::Time
            } else if is("datetime.timedelta") {
                Kind::Interval
            } else if is("uuid.UUID") {
                Kind::Uuid { is_native: true, takes_objects: true }
            } else {
                return None;
            }
        }
        _ => return None,
    })
}

/// Returns the digits of a `Decimal` of the stubs, which keeps its text.
fn decimal(vm: &mut Vm, value: &Value) -> Written {
    let text = vm.str(value)?.as_str().unwrap_or_default();
    let text = text.trim().replace('_', "");
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(text),
        _ => cannot("a decimal number is not known"),
    }
}

/// A text in quotes; PostgreSQL has no character for zero, and for SQLite a text ends with it.
fn quoted(text: &str) -> Written {
    if text.contains('\0') {
        return cannot("a text with the character zero cannot be written");
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

fn uuid(value: &Value, is_native: bool, takes_objects: bool, stands: Stands) -> Written {
    let text = match (value.as_instance(), value.as_str()) {
        (Some(instance), _) if instance.class.derives_from("uuid.UUID") => {
            let hex = instance.get("hex").and_then(|hex| hex.as_str());
            let Some(hex) = hex.filter(|hex| hex.len() == 32) else {
                return cannot("a UUID is known only when it is made");
            };
            if is_native { dashed(&hex) } else { hex.to_string() }
        }
        (_, Some(text)) if is_native => text.to_string(),
        (_, Some(text)) if !takes_objects => text.replace('-', ""),
        _ => return cannot("a value for a UUID is none"),
    };
    let cast = if is_native && stands == Stands::Alone { "::uuid" } else { "" };
    Ok(quoted(&text)? + cast)
}

/// A member of an enumeration as its label, or the label itself.
fn label(vm: &mut Vm, value: &Value, type_object: &Value) -> Written {
    let class = vm.lookup_attr(type_object, "enum_class")?.unwrap_or(Value::None);
    if !is_a(value, "enum.Enum") {
        return match value.as_str() {
            Some(text) => quoted(&text),
            None => cannot("a value for an enumeration is no label"),
        };
    }
    let is_member = class.as_class().is_some_and(|class| vm.is_instance(value, class));
    let text = match (is_member, value.as_str()) {
        (true, _) => {
            vm.call_method(type_object, "_label_of", Args::positional(vec![value.clone()]))?.as_str()
        }
        (false, text) if class.is_none() => text,
        _ => None,
    };
    match text {
        Some(text) => quoted(&text),
        None => cannot("a member of another enumeration is given"),
    }
}

fn dashed(hex: &str) -> String {
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}
