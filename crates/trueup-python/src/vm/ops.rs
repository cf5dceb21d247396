//! Operators.

use std::cmp::Ordering;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{Truth, Vm};
use crate::ast::{BinaryOp, CompareOp, UnaryOp};
use crate::error::PyResult;
use crate::value::{Dict, Set, Value};

impl Vm {
    /// Returns `left op right`.
    ///
    /// # Errors
    ///
    /// `TypeError`, `ZeroDivisionError` as Python raises them, and what special methods raise.
    pub fn binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> PyResult {
        self.spend(1)?;
        if matches!(left, Value::Instance(_) | Value::Class(_))
            && let Some(answer) = self.special(left, op.method(), std::slice::from_ref(right))?
            && !matches!(answer, Value::NotImplemented)
        {
            return Ok(answer);
        }
        // Python does not ask an operand of the same class a second time.
        if matches!(right, Value::Instance(_) | Value::Class(_))
            && !(matches!(left, Value::Instance(_))
                && Rc::ptr_eq(&self.class_of(left), &self.class_of(right)))
            && let Some(answer) = self.special(right, op.reflected(), std::slice::from_ref(left))?
            && !matches!(answer, Value::NotImplemented)
        {
            return Ok(answer);
        }
        // `"…%s" % value` with an unknown part is unknown; so is everything else with an unknown operand.
        for operand in [left, right] {
            match operand {
                Value::Unknown(_) => return Ok(operand.clone()),
                Value::Instance(instance) if instance.base_value.borrow().is_none() => {
                    if let Some(unknown) = &instance.class.unknown_base {
                        return Ok(Value::Unknown(unknown.clone()));
                    }
                }
                _ => {}
            }
        }
        let (a, b) = (left.unwrapped(), right.unwrapped());
        match self.builtin_binary(op, &a, &b)? {
            Some(value) => Ok(value),
            None => Err(self.type_error(format!(
                "unsupported operand type(s) for {}: '{}' and '{}'",
                op.symbol(),
                self.type_name(left),
                self.type_name(right)
            ))),
        }
    }

    fn builtin_binary(&mut self, op: BinaryOp, a: &Value, b: &Value) -> PyResult<Option<Value>> {
        if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
            return self.integers(op, a, b).map(Some);
        }
        Ok(match (op, a, b) {
            (
                _,
                Value::Float(_) | Value::Int(_) | Value::Bool(_),
                Value::Float(_) | Value::Int(_) | Value::Bool(_),
            ) => {
                return self.floats(op, number(a), number(b));
            }
            (BinaryOp::Add, Value::Str(x), Value::Str(y)) => {
                self.reserve(x.len() + y.len())?;
                let mut text = String::with_capacity(x.len() + y.len());
                text.push_str(x);
                text.push_str(y);
                Some(Value::from(text))
            }
            (BinaryOp::Add, Value::Bytes(x), Value::Bytes(y)) => {
                self.reserve(x.len() + y.len())?;
                Some(Value::Bytes(x.iter().chain(y.iter()).copied().collect()))
            }
            (BinaryOp::Add, Value::List(x), Value::List(y)) => {
                self.reserve(x.items.borrow().len() + y.items.borrow().len())?;
                let mut items = x.items.borrow().clone();
                items.extend(y.items.borrow().iter().cloned());
                Some(Value::list(items))
            }
            (BinaryOp::Add, Value::Tuple(x), Value::Tuple(y)) => {
                self.reserve(x.len() + y.len())?;
                let mut items = x.to_vec();
                items.extend(y.iter().cloned());
                Some(Value::tuple(items))
            }
            (BinaryOp::Mul, sequence, count) if count.as_int().is_some() => {
                self.repeat(sequence, count.as_int().unwrap_or(0))?
            }
            (BinaryOp::Mul, count, sequence) if count.as_int().is_some() => {
                self.repeat(sequence, count.as_int().unwrap_or(0))?
            }
            (BinaryOp::Mod, Value::Str(template), _) => Some(crate::format::percent(self, template, b)?),
            (BinaryOp::BitOr, Value::Dict(x), Value::Dict(y)) => {
                let merged = Dict::default();
                for source in [x, y] {
                    self.spend(source.len())?;
                    for (key, (name, value)) in source.entries.borrow().iter() {
                        merged.insert(key.clone(), name.clone(), value.clone());
                    }
                }
                Some(Value::Dict(Rc::new(merged)))
            }
            (_, Value::Set(x) | Value::FrozenSet(x), Value::Set(y) | Value::FrozenSet(y)) => {
                let Some(items) = self.sets(op, x, y)? else { return Ok(None) };
                let set = Rc::new(Set { items: std::cell::RefCell::new(items) });
                Some(if matches!(a, Value::Set(_)) { Value::Set(set) } else { Value::FrozenSet(set) })
            }
            // `int | None` in an annotation that is evaluated.
            (BinaryOp::BitOr, Value::Class(_) | Value::None, Value::Class(_) | Value::None) => {
                let union = self.module_attr("typing", "Union")?;
                Some(self.getitem(&union, &Value::tuple(vec![a.clone(), b.clone()]))?)
            }
            _ => None,
        })
    }

    fn sets(
        &mut self,
        op: BinaryOp,
        x: &Set,
        y: &Set,
    ) -> PyResult<Option<IndexMap<crate::value::HashKey, Value, rustc_hash::FxBuildHasher>>> {
        let (x, y) = (x.items.borrow(), y.items.borrow());
        self.spend(x.len() + y.len())?;
        let mut items = IndexMap::default();
        match op {
            BinaryOp::BitOr => {
                items.extend(x.iter().map(|(key, value)| (key.clone(), value.clone())));
                for (key, value) in y.iter() {
                    items.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            BinaryOp::BitAnd => {
                items.extend(
                    x.iter().filter(|(key, _)| y.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone())),
                );
            }
            BinaryOp::Sub => {
                items.extend(
                    x.iter().filter(|(key, _)| !y.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone())),
                );
            }
            BinaryOp::BitXor => {
                items.extend(
                    x.iter().filter(|(key, _)| !y.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone())),
                );
                items.extend(
                    y.iter().filter(|(key, _)| !x.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone())),
                );
            }
            _ => return Ok(None),
        }
        Ok(Some(items))
    }

    fn repeat(&mut self, sequence: &Value, count: i128) -> PyResult<Option<Value>> {
        let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
        let length = match sequence {
            Value::Str(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(list) => list.items.borrow().len(),
            Value::Tuple(tuple) => tuple.len(),
            _ => return Ok(None),
        };
        let count = if length == 0 { 0 } else { count };
        self.reserve(length.saturating_mul(count))?;
        Ok(Some(match sequence {
            Value::Str(text) => Value::from(text.repeat(count)),
            Value::Bytes(bytes) => Value::Bytes(Rc::from(bytes.repeat(count))),
            Value::List(list) => Value::list(cycle(&list.items.borrow(), count)),
            Value::Tuple(tuple) => Value::tuple(cycle(tuple, count)),
            _ => return Ok(None),
        }))
    }

    fn integers(&mut self, op: BinaryOp, a: i128, b: i128) -> PyResult {
        let value = match op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Sub => a.checked_sub(b),
            BinaryOp::Mul => a.checked_mul(b),
            BinaryOp::Div => {
                if b == 0 {
                    return Err(self.raise("ZeroDivisionError", "division by zero"));
                }
                return Ok(Value::Float(a as f64 / b as f64));
            }
            BinaryOp::Mod | BinaryOp::FloorDiv => {
                if b == 0 {
                    return Err(self.raise("ZeroDivisionError", "integer division or modulo by zero"));
                }
                match (a.checked_rem(b), a.checked_div(b)) {
                    (Some(remainder), Some(quotient)) => {
                        let adjust = remainder != 0 && (remainder < 0) != (b < 0);
                        match op {
                            BinaryOp::Mod => Some(if adjust { remainder + b } else { remainder }),
                            _ => Some(if adjust { quotient - 1 } else { quotient }),
                        }
                    }
                    _ => None,
                }
            }
            BinaryOp::Pow => {
                if b < 0 {
                    if a == 0 {
                        return Err(
                            self.raise("ZeroDivisionError", "0.0 cannot be raised to a negative power")
                        );
                    }
                    return Ok(Value::Float((a as f64).powf(b as f64)));
                }
                u32::try_from(b).ok().and_then(|b| a.checked_pow(b))
            }
            BinaryOp::LShift => {
                u32::try_from(b).ok().filter(|b| *b < 127).and_then(|b| a.checked_mul(1_i128.checked_shl(b)?))
            }
            BinaryOp::RShift => Some(match u32::try_from(b) {
                Ok(b) if b < 127 => a >> b,
                _ => {
                    if a < 0 {
                        -1
                    } else {
                        0
                    }
                }
            }),
            BinaryOp::BitOr => Some(a | b),
            BinaryOp::BitXor => Some(a ^ b),
            BinaryOp::BitAnd => Some(a & b),
            BinaryOp::MatMul => {
                return Err(self.type_error("unsupported operand type(s) for @: 'int' and 'int'"));
            }
        };
        Ok(match value {
            Some(value) => Value::Int(value),
            None => self.unknown("an integer of more than 128 bits"),
        })
    }

    fn floats(&mut self, op: BinaryOp, a: f64, b: f64) -> PyResult<Option<Value>> {
        let is_division = matches!(op, BinaryOp::Div | BinaryOp::Mod | BinaryOp::FloorDiv);
        if is_division && b == 0.0 {
            return Err(self.raise("ZeroDivisionError", "float division by zero"));
        }
        Ok(Some(Value::Float(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            BinaryOp::FloorDiv => (a / b).floor(),
            BinaryOp::Mod => a - b * (a / b).floor(),
            BinaryOp::Pow => a.powf(b),
            _ => return Ok(None),
        })))
    }

    /// Does `left op= right` and returns the new value of the target; lists, sets and dicts change in place.
    ///
    /// # Errors
    ///
    /// As [`Vm::binary`].
    pub fn binary_in_place(&mut self, op: BinaryOp, left: &Value, right: &Value) -> PyResult {
        if matches!(left, Value::Instance(_))
            && let Some(answer) = self.special(left, op.in_place(), std::slice::from_ref(right))?
            && !matches!(answer, Value::NotImplemented)
        {
            return Ok(answer);
        }
        match (op, left, right) {
            (BinaryOp::Add, Value::List(list), right) if !right.is_unknown() => {
                let items = self.iterate(right)?;
                let length = list.items.borrow().len() + items.len();
                if length > self.limits.size {
                    return Err(self.abort("a list grows without end"));
                }
                self.spend(items.len())?;
                list.items.borrow_mut().extend(items);
                Ok(left.clone())
            }
            (BinaryOp::BitOr, Value::Dict(dict), Value::Dict(other)) => {
                let entries: Vec<_> = other
                    .entries
                    .borrow()
                    .iter()
                    .map(|(key, (name, value))| (key.clone(), name.clone(), value.clone()))
                    .collect();
                for (key, name, value) in entries {
                    dict.insert(key, name, value);
                }
                Ok(left.clone())
            }
            (
                BinaryOp::BitOr | BinaryOp::BitAnd | BinaryOp::Sub | BinaryOp::BitXor,
                Value::Set(x),
                Value::Set(y) | Value::FrozenSet(y),
            ) => {
                if let Some(items) = self.sets(op, x, y)? {
                    *x.items.borrow_mut() = items;
                }
                Ok(left.clone())
            }
            _ => self.binary(op, left, right),
        }
    }

    /// Returns `op value`.
    ///
    /// # Errors
    ///
    /// `TypeError` as Python raises it.
    pub fn unary(&mut self, op: UnaryOp, value: &Value) -> PyResult {
        if op == UnaryOp::Not {
            return Ok((!self.truth(value)?).to_value());
        }
        if value.is_unknown() {
            return Ok(value.clone());
        }
        let (name, symbol) = match op {
            UnaryOp::Invert => ("__invert__", "~"),
            UnaryOp::Plus => ("__pos__", "+"),
            UnaryOp::Minus | UnaryOp::Not => ("__neg__", "-"),
        };
        if let Some(answer) = self.special(value, name, &[])? {
            return Ok(answer);
        }
        let inner = value.unwrapped();
        if let Some(value) = inner.as_int() {
            return Ok(match op {
                UnaryOp::Invert => Value::Int(!value),
                UnaryOp::Plus => Value::Int(value),
                _ => value
                    .checked_neg()
                    .map_or_else(|| self.unknown("an integer of more than 128 bits"), Value::Int),
            });
        }
        match (op, &inner) {
            (UnaryOp::Plus, Value::Float(value)) => Ok(Value::Float(*value)),
            (UnaryOp::Minus, Value::Float(value)) => Ok(Value::Float(-value)),
            (_, Value::Instance(instance)) if instance.class.unknown_base.is_some() => {
                Ok(instance.class.unknown_base.clone().map_or(Value::None, Value::Unknown))
            }
            _ => {
                Err(self
                    .type_error(format!("bad operand type for unary {symbol}: '{}'", self.type_name(value))))
            }
        }
    }

    /// Returns `left op right` for a comparison.
    ///
    /// # Errors
    ///
    /// `TypeError` when the values have no order, and what special methods raise.
    pub fn compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> PyResult {
        self.spend(1)?;
        match op {
            CompareOp::Is | CompareOp::IsNot => {
                // An unknown value may be anything, `None` included.
                for operand in [left, right] {
                    if operand.is_unknown() {
                        return Ok(operand.clone());
                    }
                }
                Ok(Value::Bool(left.is(right) == (op == CompareOp::Is)))
            }
            CompareOp::In => self.contains(right, left),
            CompareOp::NotIn => {
                let found = self.contains(right, left)?;
                Ok((!self.truth(&found)?).to_value())
            }
            CompareOp::Eq => self.rich_equals(left, right),
            CompareOp::NotEq => {
                for (receiver, other) in [(left, right), (right, left)] {
                    if matches!(receiver, Value::Instance(_) | Value::Class(_))
                        && let Some(answer) = self.special(receiver, "__ne__", std::slice::from_ref(other))?
                        && !matches!(answer, Value::NotImplemented)
                    {
                        return Ok(answer);
                    }
                }
                let equal = self.rich_equals(left, right)?;
                Ok((!self.truth(&equal)?).to_value())
            }
            CompareOp::Lt | CompareOp::LtE | CompareOp::Gt | CompareOp::GtE => self.ordered(op, left, right),
        }
    }

    fn ordered(&mut self, op: CompareOp, left: &Value, right: &Value) -> PyResult {
        let (own, reflected) = match op {
            CompareOp::Lt => ("__lt__", "__gt__"),
            CompareOp::LtE => ("__le__", "__ge__"),
            CompareOp::Gt => ("__gt__", "__lt__"),
            _ => ("__ge__", "__le__"),
        };
        for (receiver, other, name) in [(left, right, own), (right, left, reflected)] {
            if let Some(answer) = self.special(receiver, name, std::slice::from_ref(other))?
                && !matches!(answer, Value::NotImplemented)
            {
                return Ok(answer);
            }
        }
        for operand in [left, right] {
            if operand.is_unknown() {
                return Ok(operand.clone());
            }
            if let Value::Instance(instance) = operand
                && instance.base_value.borrow().is_none()
                && let Some(unknown) = &instance.class.unknown_base
            {
                return Ok(Value::Unknown(unknown.clone()));
            }
        }
        let (a, b) = (left.unwrapped(), right.unwrapped());
        if let (Value::Set(x) | Value::FrozenSet(x), Value::Set(y) | Value::FrozenSet(y)) = (&a, &b) {
            let (x, y) = (x.items.borrow(), y.items.borrow());
            let subset = x.keys().all(|key| y.contains_key(key));
            let superset = y.keys().all(|key| x.contains_key(key));
            return Ok(Value::Bool(match op {
                CompareOp::Lt => subset && x.len() < y.len(),
                CompareOp::LtE => subset,
                CompareOp::Gt => superset && x.len() > y.len(),
                _ => superset,
            }));
        }
        let ordering = match self.order(&a, &b)? {
            Order::Known(ordering) => ordering,
            Order::NotANumber => return Ok(Value::Bool(false)),
            Order::Unknown(value) => return Ok(value),
            Order::None => {
                return Err(self.type_error(format!(
                    "'{}' not supported between instances of '{}' and '{}'",
                    op.symbol(),
                    self.type_name(left),
                    self.type_name(right)
                )));
            }
        };
        Ok(Value::Bool(match op {
            CompareOp::Lt => ordering == Ordering::Less,
            CompareOp::LtE => ordering != Ordering::Greater,
            CompareOp::Gt => ordering == Ordering::Greater,
            _ => ordering != Ordering::Less,
        }))
    }

    fn order(&mut self, a: &Value, b: &Value) -> PyResult<Order> {
        if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
            return Ok(Order::Known(a.cmp(&b)));
        }
        Ok(match (a, b) {
            (
                Value::Float(_) | Value::Int(_) | Value::Bool(_),
                Value::Float(_) | Value::Int(_) | Value::Bool(_),
            ) => number(a).partial_cmp(&number(b)).map_or(Order::NotANumber, Order::Known),
            (Value::Str(a), Value::Str(b)) => Order::Known(a.cmp(b)),
            (Value::Bytes(a), Value::Bytes(b)) => Order::Known(a.cmp(b)),
            (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) => {
                let (a, b) = (a.items().unwrap_or_default(), b.items().unwrap_or_default());
                for (x, y) in a.iter().zip(&b) {
                    match self.look_inside(|vm| vm.equals(x, y))? {
                        Truth::True => {}
                        Truth::Unknown(unknown) => return Ok(Order::Unknown(Value::Unknown(unknown))),
                        Truth::False => {
                            let less = self.look_inside(|vm| vm.ordered(CompareOp::Lt, x, y))?;
                            return Ok(match self.truth(&less)? {
                                Truth::True => Order::Known(Ordering::Less),
                                Truth::False => Order::Known(Ordering::Greater),
                                Truth::Unknown(unknown) => Order::Unknown(Value::Unknown(unknown)),
                            });
                        }
                    }
                }
                Order::Known(a.len().cmp(&b.len()))
            }
            _ => Order::None,
        })
    }
}

enum Order {
    Known(Ordering),
    NotANumber,
    Unknown(Value),
    None,
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Float(value) => *value,
        other => other.as_int().unwrap_or(0) as f64,
    }
}

fn cycle(items: &[Value], count: usize) -> Vec<Value> {
    let mut result = Vec::with_capacity(items.len() * count);
    for _ in 0..count {
        result.extend_from_slice(items);
    }
    result
}
