//! Iteration, subscripts and membership.

use std::rc::Rc;

use super::Vm;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::{Iter, IterState, Range, Value};

impl Vm {
    /// Returns all items of an iterable.
    ///
    /// # Errors
    ///
    /// `TypeError` when it cannot be iterated (an unknown value too: check before), and whatever its iterator raises.
    pub fn iterate(&mut self, value: &Value) -> PyResult<Vec<Value>> {
        let items = match value {
            Value::List(list) => list.items.borrow().clone(),
            Value::Tuple(tuple) => tuple.to_vec(),
            Value::Set(set) | Value::FrozenSet(set) => set.values(),
            Value::Dict(dict) => dict.entries.borrow().values().map(|(key, _)| key.clone()).collect(),
            Value::Str(text) => {
                self.reserve(text.len())?;
                text.chars().map(|c| Value::from(c.to_string())).collect()
            }
            Value::Bytes(bytes) => bytes.iter().map(|byte| Value::Int(i128::from(*byte))).collect(),
            Value::Range(range) => {
                self.reserve(range.len())?;
                (0..range.len()).map(|index| Value::Int(range.at(index))).collect()
            }
            Value::Native(native) => match native.clone().iterate(self)? {
                Some(items) => items,
                None => return Err(self.not_iterable(value)),
            },
            _ => {
                let iterator = self.iter(value)?;
                return self.drain(&iterator);
            }
        };
        self.spend(items.len() / 8 + 1)?;
        Ok(items)
    }

    fn not_iterable(&self, value: &Value) -> crate::Raised {
        self.type_error(format!("'{}' object is not iterable", self.type_name(value)))
    }

    fn drain(&mut self, iterator: &Value) -> PyResult<Vec<Value>> {
        if let Value::Iterator(iter) = iterator {
            let pending =
                matches!(*iter.state.borrow(), IterState::Generator { .. } | IterState::Expression { .. });
            if pending {
                return self.collect_generator(&iter.clone());
            }
        }
        let mut items = Vec::new();
        while let Some(item) = self.next(iterator)? {
            items.push(item);
            if items.len() > self.limits.size {
                return Err(self.abort("an iterator does not end"));
            }
        }
        Ok(items)
    }

    /// Returns an iterator over a value.
    ///
    /// # Errors
    ///
    /// `TypeError` when it cannot be iterated.
    #[expect(clippy::iter_not_returning_iterator, reason = "named after Python's `iter`")]
    pub fn iter(&mut self, value: &Value) -> PyResult {
        Ok(match value {
            Value::Iterator(_) => value.clone(),
            Value::List(list) => {
                Iter::wrap(IterState::List { list: list.clone(), index: 0 }, "list_iterator")
            }
            Value::Range(range) => Iter::wrap(IterState::Range(**range), "range_iterator"),
            Value::Tuple(_)
            | Value::Set(_)
            | Value::FrozenSet(_)
            | Value::Dict(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Native(_) => Iter::from_values(self.iterate(value)?),
            Value::Instance(_) | Value::Class(_) => {
                if let Some(iterator) = self.special(value, "__iter__", &[])? {
                    return match iterator {
                        Value::Instance(_) => Ok(Iter::wrap(IterState::Object(iterator), "iterator")),
                        Value::Iterator(_) => Ok(iterator),
                        other => self.iter(&other),
                    };
                }
                if let Value::Instance(instance) = value {
                    let base = instance.base_value.borrow().clone();
                    if let Some(base) = base {
                        return self.iter(&base);
                    }
                    if instance.class.lookup("__getitem__").is_some() {
                        return Ok(Self::sequence_iterator(value));
                    }
                }
                return Err(self.not_iterable(value));
            }
            _ => return Err(self.not_iterable(value)),
        })
    }

    /// The old protocol: `__getitem__` with 0, 1, 2, … until `IndexError`.
    fn sequence_iterator(value: &Value) -> Value {
        let value = value.clone();
        let mut index = 0;
        Iter::from_fn(move |vm| {
            let item = vm.getitem(&value, &Value::Int(index));
            index += 1;
            match item {
                Ok(item) => Ok(Some(item)),
                Err(raised) if vm.raised_is(&raised, "IndexError") => Ok(None),
                Err(raised) => Err(raised),
            }
        })
    }

    /// Returns why a value cannot be iterated because it is unknown, if that is so.
    pub(crate) fn unknown_iterable(value: &Value) -> Option<Rc<crate::value::Unknown>> {
        match value {
            Value::Unknown(unknown) => Some(unknown.clone()),
            // An enumeration whose base is not known, most likely.
            Value::Class(class) if class.metaclass.is_none() => class.unknown_base.clone(),
            Value::Instance(instance)
                if instance.base_value.borrow().is_none()
                    && instance.class.lookup("__iter__").is_none()
                    && instance.class.lookup("__getitem__").is_none() =>
            {
                instance.class.unknown_base.clone()
            }
            _ => None,
        }
    }

    /// Advances an iterator; `None` at the end.
    ///
    /// # Errors
    ///
    /// Whatever the iterator raises.
    pub fn next(&mut self, iterator: &Value) -> PyResult<Option<Value>> {
        self.spend(1)?;
        let iter = match iterator {
            Value::Iterator(iter) => iter.clone(),
            Value::Instance(_) => return self.next_of_object(iterator),
            other => {
                return Err(self.type_error(format!("'{}' object is not an iterator", self.type_name(other))));
            }
        };
        iter.started.set(true);
        let state = std::mem::replace(&mut *iter.state.borrow_mut(), IterState::Done);
        let (item, state) = match state {
            IterState::Done => (None, IterState::Done),
            IterState::List { list, index } => {
                let item = list.items.borrow().get(index).cloned();
                match item {
                    Some(item) => (Some(item), IterState::List { list, index: index + 1 }),
                    None => (None, IterState::Done),
                }
            }
            IterState::Values(mut items) => (items.pop(), IterState::Values(items)),
            IterState::Range(range) => {
                if range.is_empty() {
                    (None, IterState::Done)
                } else {
                    let rest = Range { start: range.start.saturating_add(range.step), ..range };
                    (Some(Value::Int(range.start)), IterState::Range(rest))
                }
            }
            IterState::Object(object) => {
                let item = self.next_of_object(&object)?;
                (item, IterState::Object(object))
            }
            IterState::Native(mut next) => {
                let item = next(self)?;
                (item, IterState::Native(next))
            }
            pending @ (IterState::Generator { .. } | IterState::Expression { .. }) => {
                *iter.state.borrow_mut() = pending;
                let mut items = self.collect_generator(&iter)?;
                items.reverse();
                (items.pop(), IterState::Values(items))
            }
        };
        *iter.state.borrow_mut() = state;
        Ok(item)
    }

    fn next_of_object(&mut self, object: &Value) -> PyResult<Option<Value>> {
        match self.special(object, "__next__", &[]) {
            Ok(Some(item)) => Ok(Some(item)),
            Ok(None) => {
                Err(self.type_error(format!("'{}' object is not an iterator", self.type_name(object))))
            }
            Err(raised) if self.raised_is(&raised, "StopIteration") => Ok(None),
            Err(raised) => Err(raised),
        }
    }

    /// Returns `value[index]`.
    ///
    /// # Errors
    ///
    /// `KeyError`, `IndexError`, `TypeError` as Python raises them.
    pub fn getitem(&mut self, value: &Value, index: &Value) -> PyResult {
        if matches!(value, Value::Unknown(_)) {
            return Ok(value.clone());
        }
        if matches!(value, Value::Instance(_))
            && let Some(item) = self.special(value, "__getitem__", std::slice::from_ref(index))?
        {
            return Ok(item);
        }
        if matches!(index, Value::Unknown(_)) {
            return Ok(index.clone());
        }
        match value {
            Value::Dict(dict) => {
                let key = self.hash_key(index)?;
                let found = dict.entries.borrow().get(&key).map(|(_, value)| value.clone());
                match found {
                    Some(found) => Ok(found),
                    None => Err(self.key_error(index)),
                }
            }
            Value::List(list) => {
                let items = list.items.borrow();
                Ok(match self.pick(items.len(), index, "list")? {
                    Picked::One(at) => items[at].clone(),
                    Picked::Many(places) => {
                        Value::list(places.into_iter().map(|at| items[at].clone()).collect())
                    }
                })
            }
            Value::Tuple(items) => Ok(match self.pick(items.len(), index, "tuple")? {
                Picked::One(at) => items[at].clone(),
                Picked::Many(places) => {
                    Value::tuple(places.into_iter().map(|at| items[at].clone()).collect())
                }
            }),
            Value::Str(text) if text.is_ascii() => Ok(match self.pick(text.len(), index, "string")? {
                Picked::One(at) => Value::str(&text[at..=at]),
                Picked::Many(places) => {
                    Value::from(places.into_iter().map(|at| &text[at..=at]).collect::<String>())
                }
            }),
            Value::Str(text) => {
                self.spend(text.len() / 16)?;
                let letters: Vec<char> = text.chars().collect();
                Ok(match self.pick(letters.len(), index, "string")? {
                    Picked::One(at) => Value::from(letters[at].to_string()),
                    Picked::Many(places) => {
                        Value::from(places.into_iter().map(|at| letters[at]).collect::<String>())
                    }
                })
            }
            Value::Bytes(bytes) => Ok(match self.pick(bytes.len(), index, "bytes")? {
                Picked::One(at) => Value::Int(i128::from(bytes[at])),
                Picked::Many(places) => Value::Bytes(places.into_iter().map(|at| bytes[at]).collect()),
            }),
            Value::Range(range) => {
                if matches!(index, Value::Slice(_)) {
                    self.reserve(range.len())?;
                }
                Ok(match self.pick(range.len(), index, "range")? {
                    Picked::One(at) => Value::Int(range.at(at)),
                    Picked::Many(places) => {
                        Value::list(places.into_iter().map(|at| Value::Int(range.at(at))).collect())
                    }
                })
            }
            Value::Native(native) => match native.clone().getitem(self, index)? {
                Some(item) => Ok(item),
                None => Err(self.not_subscriptable(value)),
            },
            Value::Class(class) => {
                if let Some(item) = self.special(value, "__getitem__", std::slice::from_ref(index))? {
                    return Ok(item);
                }
                if let Some(hook) = class.lookup("__class_getitem__") {
                    let hook = match hook {
                        Value::ClassMethod(inner) => (*inner).clone(),
                        other => other,
                    };
                    return self.call(&hook, Args::positional(vec![value.clone(), index.clone()]));
                }
                // `list[int]` differs from `list[str]` where annotations are looked up; any other parametrised class is
                // the class itself.
                if matches!(&*class.name, "list" | "dict" | "tuple" | "set" | "frozenset")
                    && class.place.is_none()
                {
                    let alias = self.module_attr("typing", "_GenericAlias")?;
                    let args = match index {
                        Value::Tuple(_) => index.clone(),
                        one => Value::tuple(vec![one.clone()]),
                    };
                    return self.call_with(&alias, vec![value.clone(), args]);
                }
                Ok(value.clone())
            }
            Value::Instance(instance) => {
                let base = instance.base_value.borrow().clone();
                match base {
                    Some(base) => match self.getitem(&base, index) {
                        Err(raised)
                            if matches!(base, Value::Dict(_)) && self.raised_is(&raised, "KeyError") =>
                        {
                            match self.special(value, "__missing__", std::slice::from_ref(index))? {
                                Some(item) => Ok(item),
                                None => Err(raised),
                            }
                        }
                        result => result,
                    },
                    None => match &instance.class.unknown_base {
                        Some(unknown) => Ok(Value::Unknown(unknown.clone())),
                        None => Err(self.not_subscriptable(value)),
                    },
                }
            }
            _ => Err(self.not_subscriptable(value)),
        }
    }

    fn not_subscriptable(&self, value: &Value) -> crate::Raised {
        self.type_error(format!("'{}' object is not subscriptable", self.type_name(value)))
    }

    /// Returns a `KeyError` for a key.
    pub fn key_error(&mut self, key: &Value) -> crate::Raised {
        let text = self.repr_text(key);
        self.raise("KeyError", text)
    }

    /// Returns the positions that an index or a slice selects in a sequence of the given length.
    fn pick(&self, length: usize, index: &Value, what: &str) -> PyResult<Picked> {
        if let Value::Slice(parts) = index {
            return self.slice_positions(parts, length).map(Picked::Many);
        }
        let Some(position) = index.as_int() else {
            return Err(self.type_error(format!(
                "{what} indices must be integers or slices, not {}",
                self.type_name(index)
            )));
        };
        let position = if position < 0 { position + length as i128 } else { position };
        match usize::try_from(position).ok().filter(|at| *at < length) {
            Some(at) => Ok(Picked::One(at)),
            None => Err(self.raise("IndexError", format!("{what} index out of range"))),
        }
    }

    /// Returns the positions that a slice selects in a sequence of the given length.
    ///
    /// # Errors
    ///
    /// `TypeError` for bounds that are not integers, `ValueError` for a step of zero.
    pub fn slice_positions(&self, parts: &[Value; 3], length: usize) -> PyResult<Vec<usize>> {
        let part = |value: &Value| -> PyResult<Option<i128>> {
            match value {
                Value::None => Ok(None),
                other => match other.as_int() {
                    Some(value) => Ok(Some(value)),
                    None => Err(self.type_error("slice indices must be integers or None")),
                },
            }
        };
        let length = length as i128;
        let step = part(&parts[2])?.unwrap_or(1);
        if step == 0 {
            return Err(self.raise("ValueError", "slice step cannot be zero"));
        }
        let clamp = |value: i128, low: i128, high: i128| {
            (if value < 0 { value.saturating_add(length) } else { value }).clamp(low, high)
        };
        let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let start =
            part(&parts[0])?.map_or(if step > 0 { low } else { high }, |value| clamp(value, low, high));
        let stop =
            part(&parts[1])?.map_or(if step > 0 { high } else { low }, |value| clamp(value, low, high));
        let range = Range { start, stop, step };
        Ok((0..range.len()).filter_map(|index| usize::try_from(range.at(index)).ok()).collect())
    }

    /// Does `value[index] = item`.
    ///
    /// # Errors
    ///
    /// `IndexError`, `TypeError` as Python raises them.
    pub fn setitem(&mut self, value: &Value, index: &Value, item: Value) -> PyResult<()> {
        if matches!(value, Value::Instance(_))
            && self.special(value, "__setitem__", &[index.clone(), item.clone()])?.is_some()
        {
            return Ok(());
        }
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Dict(dict) => {
                let key = self.hash_key(index)?;
                dict.insert(key, index.clone(), item);
                Ok(())
            }
            Value::List(list) => self.set_list_item(list, index, item),
            Value::Instance(instance) => {
                let base = instance.base_value.borrow().clone();
                match base {
                    Some(base) => self.setitem(&base, index, item),
                    None if instance.class.unknown_base.is_some() => Ok(()),
                    None => Err(self.no_item_assignment(value)),
                }
            }
            _ => Err(self.no_item_assignment(value)),
        }
    }

    fn no_item_assignment(&self, value: &Value) -> crate::Raised {
        self.type_error(format!("'{}' object does not support item assignment", self.type_name(value)))
    }

    fn set_list_item(&mut self, list: &Rc<crate::value::List>, index: &Value, item: Value) -> PyResult<()> {
        if let Value::Slice(parts) = index {
            let new = self.iterate(&item)?;
            let length = list.items.borrow().len();
            let positions = self.slice_positions(parts, length)?;
            if parts[2].as_int().unwrap_or(1) != 1 {
                if positions.len() != new.len() {
                    return Err(self.raise(
                        "ValueError",
                        "attempt to assign a sequence of another size to an extended slice",
                    ));
                }
                let mut items = list.items.borrow_mut();
                for (at, value) in positions.into_iter().zip(new) {
                    items[at] = value;
                }
                return Ok(());
            }
            let start = match parts[0].as_int() {
                None => 0,
                Some(start) if start < 0 => usize::try_from(start + length as i128).unwrap_or(0),
                Some(start) => usize::try_from(start).unwrap_or(length).min(length),
            };
            let end = (start + positions.len()).min(length);
            let old: Vec<Value> = list.items.borrow_mut().splice(start..end, new).collect();
            drop(old);
            return Ok(());
        }
        let Some(position) = index.as_int() else {
            if index.is_unknown() {
                return Ok(());
            }
            return Err(self.type_error("list indices must be integers or slices"));
        };
        let length = list.items.borrow().len();
        let position = if position < 0 { position + length as i128 } else { position };
        let slot = usize::try_from(position).ok().filter(|at| *at < length);
        match slot {
            Some(at) => {
                let old = std::mem::replace(&mut list.items.borrow_mut()[at], item);
                drop(old);
                Ok(())
            }
            None => Err(self.raise("IndexError", "list assignment index out of range")),
        }
    }

    /// Does `del value[index]`.
    ///
    /// # Errors
    ///
    /// `KeyError`, `IndexError`, `TypeError` as Python raises them.
    pub fn delitem(&mut self, value: &Value, index: &Value) -> PyResult<()> {
        if self.special(value, "__delitem__", std::slice::from_ref(index))?.is_some() {
            return Ok(());
        }
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Dict(dict) => {
                let key = self.hash_key(index)?;
                self.spend(dict.len() / 64)?;
                let removed = dict.entries.borrow_mut().shift_remove(&key);
                if removed.is_some() { Ok(()) } else { Err(self.key_error(index)) }
            }
            Value::List(list) => {
                let length = list.items.borrow().len();
                let mut positions = match index {
                    Value::Slice(parts) => self.slice_positions(parts, length)?,
                    other => match other.as_int() {
                        Some(at) => {
                            let at = if at < 0 { at + length as i128 } else { at };
                            match usize::try_from(at).ok().filter(|at| *at < length) {
                                Some(at) => vec![at],
                                None => {
                                    return Err(
                                        self.raise("IndexError", "list assignment index out of range")
                                    );
                                }
                            }
                        }
                        None => return Err(self.type_error("list indices must be integers or slices")),
                    },
                };
                positions.sort_unstable();
                self.spend(positions.len().saturating_mul(length) / 64)?;
                for at in positions.into_iter().rev() {
                    let old = list.items.borrow_mut().remove(at);
                    drop(old);
                }
                Ok(())
            }
            Value::Instance(_) if !matches!(value.unwrapped(), Value::Instance(_)) => {
                self.delitem(&value.unwrapped(), index)
            }
            _ => {
                Err(self
                    .type_error(format!("'{}' object doesn't support item deletion", self.type_name(value))))
            }
        }
    }

    /// Returns `item in container`: a bool, or unknown.
    ///
    /// # Errors
    ///
    /// `TypeError` when the container has no members.
    pub fn contains(&mut self, container: &Value, item: &Value) -> PyResult {
        match container {
            Value::Unknown(_) => return Ok(container.clone()),
            Value::Instance(_) | Value::Class(_) => {
                if let Some(answer) = self.special(container, "__contains__", std::slice::from_ref(item))? {
                    return Ok(self.truth(&answer)?.to_value());
                }
                if let Some(unknown) = Self::unknown_iterable(container) {
                    return Ok(Value::Unknown(unknown));
                }
                let base = container.unwrapped();
                if !matches!(base, Value::Instance(_) | Value::Class(_)) {
                    return self.contains(&base, item);
                }
            }
            _ => {}
        }
        match container {
            Value::Dict(_) | Value::Set(_) | Value::FrozenSet(_) => {
                if item.is_unknown() {
                    return Ok(item.clone());
                }
                let key = self.hash_key(item)?;
                Ok(Value::Bool(match container {
                    Value::Dict(dict) => dict.entries.borrow().contains_key(&key),
                    Value::Set(set) | Value::FrozenSet(set) => set.items.borrow().contains_key(&key),
                    _ => false,
                }))
            }
            Value::Str(text) => match item {
                Value::Unknown(_) => Ok(item.clone()),
                other => match other.as_str() {
                    Some(part) => {
                        self.spend(text.len() / 32)?;
                        Ok(Value::Bool(text.contains(&*part)))
                    }
                    None => Err(self.type_error(format!(
                        "'in <string>' requires string as left operand, not {}",
                        self.type_name(item)
                    ))),
                },
            },
            Value::Range(range) => Ok(Value::Bool(item.as_int().is_some_and(|value| {
                !range.is_empty()
                    && value.checked_sub(range.start).and_then(|distance| distance.checked_rem(range.step))
                        == Some(0)
                    && if range.step > 0 {
                        (range.start..range.stop).contains(&value)
                    } else {
                        value <= range.start && value > range.stop
                    }
            }))),
            _ => {
                let mut doubt = None;
                for candidate in self.iterate(container)? {
                    if candidate.is(item) {
                        return Ok(Value::Bool(true));
                    }
                    match self.equals(&candidate, item)? {
                        super::Truth::True => return Ok(Value::Bool(true)),
                        super::Truth::False => {}
                        super::Truth::Unknown(unknown) => doubt = Some(unknown),
                    }
                }
                Ok(doubt.map_or(Value::Bool(false), Value::Unknown))
            }
        }
    }
}

enum Picked {
    One(usize),
    Many(Vec<usize>),
}
