//! Conversions that ask the value: truth, text, hash, equality, length.

use std::rc::Rc;

use super::Vm;
use crate::error::{PyResult, Raised};
use crate::native::Args;
use crate::value::{HashKey, Unknown, Value};

/// The truth of a value.
#[derive(Clone, Debug)]
pub enum Truth {
    /// True.
    True,
    /// False.
    False,
    /// Not known.
    Unknown(Rc<Unknown>),
}

impl Truth {
    /// Returns the truth value, unknown included.
    pub fn to_value(&self) -> Value {
        match self {
            Self::True => Value::Bool(true),
            Self::False => Value::Bool(false),
            Self::Unknown(unknown) => Value::Unknown(unknown.clone()),
        }
    }

    /// Tells whether it is known to be true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::True)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown(unknown) => Self::Unknown(unknown),
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Vm {
    /// Returns the truth of a value.
    ///
    /// # Errors
    ///
    /// What `__bool__` or `__len__` raises.
    pub fn truth(&mut self, value: &Value) -> PyResult<Truth> {
        Ok(match value {
            Value::None => Truth::False,
            Value::Bool(value) => Truth::from(*value),
            Value::Int(value) => Truth::from(*value != 0),
            Value::Float(value) => Truth::from(*value != 0.0),
            Value::Str(text) => Truth::from(!text.is_empty()),
            Value::Bytes(bytes) => Truth::from(!bytes.is_empty()),
            Value::List(list) => Truth::from(!list.items.borrow().is_empty()),
            Value::Tuple(tuple) => Truth::from(!tuple.is_empty()),
            Value::Dict(dict) => Truth::from(!dict.is_empty()),
            Value::Set(set) | Value::FrozenSet(set) => Truth::from(!set.items.borrow().is_empty()),
            Value::Range(range) => Truth::from(!range.is_empty()),
            Value::Unknown(unknown) => Truth::Unknown(unknown.clone()),
            Value::Native(native) => match native.truth() {
                Some(value) => Truth::from(value),
                None => Truth::Unknown(Rc::new(Unknown {
                    reason: format!("the truth of this {} is not known", native.type_name()),
                    place: self.user_place(),
                })),
            },
            Value::Instance(instance) => {
                if let Some(answer) = self.special(value, "__bool__", &[])? {
                    return self.truth(&answer.unwrapped());
                }
                if let Some(answer) = self.special(value, "__len__", &[])? {
                    return self.truth(&answer.unwrapped());
                }
                let base = instance.base_value.borrow().clone();
                match base {
                    Some(base) => self.truth(&base)?,
                    None => match &instance.class.unknown_base {
                        // Ordinary objects are true, and so are nearly all of unknown classes; but a query result
                        // or a clause element may not be.
                        Some(unknown) => Truth::Unknown(unknown.clone()),
                        None => Truth::True,
                    },
                }
            }
            _ => Truth::True,
        })
    }

    /// Returns `str(value)`: a string, or unknown.
    ///
    /// # Errors
    ///
    /// What `__str__` raises.
    pub fn str(&mut self, value: &Value) -> PyResult {
        match value {
            Value::Str(_) | Value::Unknown(_) => Ok(value.clone()),
            Value::Instance(instance) => {
                for name in ["__str__", "__repr__"] {
                    if name == "__repr__" {
                        if instance.class.is_subclass(&self.types.base_exception) {
                            return Ok(Value::from(crate::repr::exception_message(value)));
                        }
                        let base = instance.base_value.borrow().clone();
                        if let Some(base) = base
                            && instance.class.lookup("__repr__").is_none()
                        {
                            return self.str(&base);
                        }
                    }
                    if let Some(text) = self.special(value, name, &[])? {
                        return Ok(text);
                    }
                }
                Ok(Value::from(self.repr_text(value)))
            }
            _ => self.repr(value),
        }
    }

    /// Returns `repr(value)`: a string, or unknown when something in it is.
    ///
    /// # Errors
    ///
    /// What `__repr__` raises.
    pub fn repr(&mut self, value: &Value) -> PyResult {
        if let Value::Unknown(_) = value {
            return Ok(value.clone());
        }
        if let Some(text) = self.special(value, "__repr__", &[])? {
            return Ok(text);
        }
        let text = crate::repr::repr(self, value, 0)?;
        self.reserve(text.len())?;
        Ok(Value::from(text))
    }

    /// Returns `repr(value)` for tests and messages; unknown shows as `<unknown: reason>`, exceptions are swallowed.
    pub fn repr_text(&mut self, value: &Value) -> String {
        if let Ok(Some(Value::Str(text))) = self.special(value, "__repr__", &[]) {
            return text.to_string();
        }
        crate::repr::repr(self, value, 0).unwrap_or_else(|_| "<object>".to_owned())
    }

    /// Returns what a dict or set hashes for a value.
    ///
    /// # Errors
    ///
    /// `TypeError` when it cannot be hashed.
    pub fn hash_key(&mut self, value: &Value) -> PyResult<HashKey> {
        Ok(match value {
            Value::None => HashKey::None,
            Value::Bool(value) => HashKey::Int(i128::from(*value)),
            Value::Int(value) => HashKey::Int(*value),
            Value::Float(value) => {
                if value.fract() == 0.0 && value.abs() < 1e30 {
                    HashKey::Int(*value as i128)
                } else {
                    HashKey::Float(value.to_bits())
                }
            }
            Value::Str(text) => HashKey::Str(text.clone()),
            Value::Bytes(bytes) => HashKey::Bytes(bytes.clone()),
            Value::Tuple(tuple) => {
                self.spend(tuple.len())?;
                let mut keys = Vec::with_capacity(tuple.len());
                for item in tuple.iter() {
                    keys.push(self.look_inside(|vm| vm.hash_key(item))?);
                }
                HashKey::Tuple(Rc::from(keys))
            }
            Value::FrozenSet(set) => {
                let mut keys: Vec<HashKey> = set.items.borrow().keys().cloned().collect();
                keys.sort_by_cached_key(|key| format!("{key:?}"));
                HashKey::Set(Rc::from(keys))
            }
            Value::List(_) | Value::Dict(_) | Value::Set(_) => {
                return Err(self.type_error(format!("unhashable type: '{}'", self.type_name(value))));
            }
            Value::Instance(instance) => {
                if let Some(answer) = self.special(value, "__hash__", &[])? {
                    return match answer.as_int() {
                        Some(hash) => Ok(HashKey::Custom(hash)),
                        None => Ok(HashKey::Identity(value.address().unwrap_or(0))),
                    };
                }
                let base = instance.base_value.borrow().clone();
                match base {
                    Some(base) => self.hash_key(&base)?,
                    None => HashKey::Identity(value.address().unwrap_or(0)),
                }
            }
            Value::BoundMethod(method) => HashKey::Tuple(Rc::from(vec![
                HashKey::Identity(method.receiver.address().unwrap_or(0)),
                HashKey::Identity(method.function.address().unwrap_or(0)),
            ])),
            Value::Ellipsis => HashKey::Identity(1),
            Value::NotImplemented => HashKey::Identity(2),
            other => HashKey::Identity(other.address().unwrap_or(0)),
        })
    }

    /// Returns whether two values are equal.
    ///
    /// # Errors
    ///
    /// What `__eq__` raises.
    pub fn equals(&mut self, left: &Value, right: &Value) -> PyResult<Truth> {
        let answer = self.rich_equals(left, right)?;
        self.truth(&answer)
    }

    /// Returns what `left == right` evaluates to, which need not be a bool.
    ///
    /// # Errors
    ///
    /// What `__eq__` raises.
    pub(crate) fn rich_equals(&mut self, left: &Value, right: &Value) -> PyResult {
        if let Value::Unknown(_) = left {
            return Ok(left.clone());
        }
        if let Value::Unknown(_) = right {
            return Ok(right.clone());
        }
        for (receiver, other) in [(left, right), (right, left)] {
            if matches!(receiver, Value::Instance(_) | Value::Class(_))
                && let Some(answer) = self.special(receiver, "__eq__", std::slice::from_ref(other))?
                && !matches!(answer, Value::NotImplemented)
            {
                return Ok(answer);
            }
        }
        Ok(self.plain_equals(left, right)?.to_value())
    }

    #[expect(clippy::float_cmp, reason = "Python compares floats exactly")]
    fn plain_equals(&mut self, left: &Value, right: &Value) -> PyResult<Truth> {
        if left.is(right) && !matches!(left, Value::Float(_)) {
            return Ok(Truth::True);
        }
        self.spend(1)?;
        Ok(match (left, right) {
            (Value::Bool(_) | Value::Int(_), Value::Bool(_) | Value::Int(_)) => {
                Truth::from(left.as_int() == right.as_int())
            }
            (Value::Float(a), Value::Float(b)) => Truth::from(a == b),
            (Value::Float(a), b @ (Value::Int(_) | Value::Bool(_)))
            | (b @ (Value::Int(_) | Value::Bool(_)), Value::Float(a)) => {
                Truth::from(b.as_int().is_some_and(|b| b as f64 == *a))
            }
            (Value::Str(a), Value::Str(b)) => Truth::from(a == b),
            (Value::Bytes(a), Value::Bytes(b)) => Truth::from(a == b),
            (Value::List(a), Value::List(b)) => {
                let (a, b) = (a.items.borrow().clone(), b.items.borrow().clone());
                self.all_equal(&a, &b)?
            }
            (Value::Tuple(a), Value::Tuple(b)) => self.all_equal(a, b)?,
            (Value::Dict(a), Value::Dict(b)) => {
                if a.len() != b.len() {
                    return Ok(Truth::False);
                }
                let entries: Vec<_> =
                    a.entries.borrow().iter().map(|(key, (_, value))| (key.clone(), value.clone())).collect();
                for (key, value) in entries {
                    let other = b.entries.borrow().get(&key).map(|(_, value)| value.clone());
                    let Some(other) = other else { return Ok(Truth::False) };
                    match self.equals_nested(&value, &other)? {
                        Truth::True => {}
                        answer => return Ok(answer),
                    }
                }
                Truth::True
            }
            (Value::Set(a) | Value::FrozenSet(a), Value::Set(b) | Value::FrozenSet(b)) => {
                let (a, b) = (a.items.borrow(), b.items.borrow());
                Truth::from(a.len() == b.len() && a.keys().all(|key| b.contains_key(key)))
            }
            (Value::Range(a), Value::Range(b)) => Truth::from(a == b),
            (Value::BoundMethod(a), Value::BoundMethod(b)) => {
                Truth::from(a.receiver.is(&b.receiver) && a.function.is(&b.function))
            }
            (Value::Instance(a), b) => {
                let base = a.base_value.borrow().clone();
                match base {
                    Some(base) => self.equals_nested(&base, &b.unwrapped())?,
                    None => Truth::False,
                }
            }
            (a, Value::Instance(b)) => {
                let base = b.base_value.borrow().clone();
                match base {
                    Some(base) => self.equals_nested(a, &base)?,
                    None => Truth::False,
                }
            }
            _ => Truth::False,
        })
    }

    fn equals_nested(&mut self, left: &Value, right: &Value) -> PyResult<Truth> {
        self.look_inside(|vm| vm.equals(left, right))
    }

    fn all_equal(&mut self, left: &[Value], right: &[Value]) -> PyResult<Truth> {
        if left.len() != right.len() {
            return Ok(Truth::False);
        }
        for (a, b) in left.iter().zip(right) {
            match self.equals_nested(a, b)? {
                Truth::True => {}
                answer => return Ok(answer),
            }
        }
        Ok(Truth::True)
    }

    /// Returns `len(value)`: an integer, or unknown.
    ///
    /// # Errors
    ///
    /// `TypeError` when the value has no length.
    pub fn len(&mut self, value: &Value) -> PyResult {
        let length = match value {
            Value::Str(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(list) => list.items.borrow().len(),
            Value::Tuple(tuple) => tuple.len(),
            Value::Dict(dict) => dict.len(),
            Value::Set(set) | Value::FrozenSet(set) => set.items.borrow().len(),
            Value::Range(range) => range.len(),
            Value::Unknown(_) => return Ok(value.clone()),
            _ => {
                if let Some(answer) = self.special(value, "__len__", &[])? {
                    return Ok(answer);
                }
                if let Value::Native(native) = value
                    && let Some(items) = native.clone().iterate(self)?
                {
                    items.len()
                } else {
                    let base = value.unwrapped();
                    if let Value::Instance(instance) = &base {
                        if let Some(unknown) = &instance.class.unknown_base {
                            return Ok(Value::Unknown(unknown.clone()));
                        }
                    } else if !base.is(value) || matches!(value, Value::Instance(_)) {
                        return self.len(&base);
                    }
                    return Err(
                        self.type_error(format!("object of type '{}' has no len()", self.type_name(value)))
                    );
                }
            }
        };
        Ok(Value::Int(length as i128))
    }

    /// Tells whether an exception is of a builtin class of the given name (or of one that derives from it).
    pub fn raised_is(&self, raised: &Raised, class: &str) -> bool {
        match raised {
            Raised::Exception(exception) => match (&exception.value, self.builtins.get(class)) {
                (Value::Instance(instance), Some(Value::Class(class))) => instance.class.is_subclass(class),
                _ => false,
            },
            Raised::Abort(_) => false,
        }
    }

    /// Returns `format(value, spec)`: a string, or unknown.
    ///
    /// # Errors
    ///
    /// `ValueError` when the specification does not fit, and what `__format__` raises.
    pub fn format(&mut self, value: &Value, spec: &str) -> PyResult {
        if let Some(text) = self.special(value, "__format__", &[Value::str(spec)])? {
            return Ok(text);
        }
        if spec.is_empty() {
            return self.str(value);
        }
        match value {
            Value::Unknown(_) => Ok(value.clone()),
            Value::Instance(instance) => {
                let base = instance.base_value.borrow().clone();
                match base {
                    Some(base) => self.format(&base, spec),
                    None => Err(self.type_error(format!(
                        "unsupported format string passed to {}.__format__",
                        instance.class.name
                    ))),
                }
            }
            _ => {
                let text = crate::format::format_value(self, value, spec)?;
                Ok(Value::from(text))
            }
        }
    }

    /// Calls a function with positional arguments.
    ///
    /// # Errors
    ///
    /// As [`Vm::call`].
    pub fn call_with(&mut self, callee: &Value, positional: Vec<Value>) -> PyResult {
        self.call(callee, Args::positional(positional))
    }
}
