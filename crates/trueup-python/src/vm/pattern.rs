//! `match` statements.

use std::rc::Rc;

use super::{Flow, Frame, Truth, Vm};
use crate::ast::{Expr, MatchCase, Pattern, Stmt};
use crate::error::PyResult;
use crate::value::{Dict, Value};

impl Vm {
    pub(crate) fn exec_match(
        &mut self,
        frame: &mut Frame<'_>,
        stmt: &Stmt,
        subject: &Expr,
        cases: &[MatchCase],
    ) -> PyResult<Flow> {
        let value = self.eval(frame, subject)?;
        for (index, case) in cases.iter().enumerate() {
            let mut matched = self.matches(frame, &case.pattern, &value)?;
            if let (Truth::True, Some(guard)) = (&matched, &case.guard) {
                let answer = self.eval(frame, guard)?;
                matched = self.truth(&answer)?;
            }
            match matched {
                Truth::True => return self.exec_body(frame, &case.body),
                Truth::False => {}
                Truth::Unknown(unknown) => {
                    let bodies: Vec<&[Stmt]> =
                        cases[index..].iter().map(|case| case.body.as_slice()).collect();
                    self.skip(frame, &bodies, &unknown, subject.span);
                    let _ = stmt;
                    return Ok(super::skipped::lost_flow(&bodies, &unknown));
                }
            }
        }
        Ok(Flow::Normal)
    }

    fn matches(&mut self, frame: &mut Frame<'_>, pattern: &Pattern, value: &Value) -> PyResult<Truth> {
        self.spend(1)?;
        match pattern {
            Pattern::Value(expr) => {
                let expected = self.eval(frame, expr)?;
                self.equals(value, &expected)
            }
            Pattern::Singleton(expected) => {
                if let Value::Unknown(unknown) = value {
                    return Ok(Truth::Unknown(unknown.clone()));
                }
                Ok(Truth::from(match expected {
                    None => value.is_none(),
                    Some(expected) => value.as_bool() == Some(*expected),
                }))
            }
            Pattern::As { pattern, name } => {
                let matched = match pattern {
                    Some(pattern) => self.matches(frame, pattern, value)?,
                    None => Truth::True,
                };
                if let (Truth::True, Some(name)) = (&matched, name) {
                    self.store(frame, name, value.clone())?;
                }
                Ok(matched)
            }
            Pattern::Or(patterns) => {
                for pattern in patterns {
                    match self.matches(frame, pattern, value)? {
                        Truth::False => {}
                        matched => return Ok(matched),
                    }
                }
                Ok(Truth::False)
            }
            Pattern::Star(_) => Ok(Truth::True),
            Pattern::Sequence(patterns) => self.match_sequence(frame, patterns, value),
            Pattern::Mapping { entries, rest } => {
                if let Value::Unknown(unknown) = value {
                    return Ok(Truth::Unknown(unknown.clone()));
                }
                let Some(dict) = value.as_dict() else { return Ok(Truth::False) };
                let mut taken = Vec::new();
                for (key, pattern) in entries {
                    let key = self.eval(frame, key)?;
                    let hash_key = self.hash_key(&key)?;
                    let item = dict.entries.borrow().get(&hash_key).map(|(_, value)| value.clone());
                    let Some(item) = item else { return Ok(Truth::False) };
                    match self.matches(frame, pattern, &item)? {
                        Truth::True => taken.push(hash_key),
                        matched => return Ok(matched),
                    }
                }
                if let Some(rest) = rest {
                    let left = Dict::default();
                    for (key, (name, value)) in dict.entries.borrow().iter() {
                        if !taken.contains(key) {
                            left.insert(key.clone(), name.clone(), value.clone());
                        }
                    }
                    self.store(frame, rest, Value::Dict(Rc::new(left)))?;
                }
                Ok(Truth::True)
            }
            Pattern::Class { class, positional, keywords } => {
                let class = self.eval(frame, class)?;
                let class = match (&class, value) {
                    (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => {
                        return Ok(Truth::Unknown(unknown.clone()));
                    }
                    (Value::Class(class), _) => class.clone(),
                    _ => return Err(self.type_error("called match pattern must be a class")),
                };
                if !self.is_instance(value, &class) {
                    return Ok(self
                        .class_of(value)
                        .unknown_base
                        .clone()
                        .map_or(Truth::False, Truth::Unknown));
                }
                let names = match class.lookup("__match_args__") {
                    Some(names) => names.items().unwrap_or_default(),
                    None => Vec::new(),
                };
                for (index, pattern) in positional.iter().enumerate() {
                    let item = match names.get(index).and_then(Value::as_str) {
                        Some(name) => self.getattr(value, &name)?,
                        // `case str(text)`: builtin classes match themselves.
                        None => value.clone(),
                    };
                    match self.matches(frame, pattern, &item)? {
                        Truth::True => {}
                        matched => return Ok(matched),
                    }
                }
                for (name, pattern) in keywords {
                    let Some(item) = self.lookup_attr(value, name)? else { return Ok(Truth::False) };
                    match self.matches(frame, pattern, &item)? {
                        Truth::True => {}
                        matched => return Ok(matched),
                    }
                }
                Ok(Truth::True)
            }
        }
    }

    fn match_sequence(
        &mut self,
        frame: &mut Frame<'_>,
        patterns: &[Pattern],
        value: &Value,
    ) -> PyResult<Truth> {
        if let Value::Unknown(unknown) = value {
            return Ok(Truth::Unknown(unknown.clone()));
        }
        let Some(items) = value.items() else { return Ok(Truth::False) };
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::Star(_)));
        let fits = match star {
            Some(_) => items.len() + 1 >= patterns.len(),
            None => items.len() == patterns.len(),
        };
        if !fits {
            return Ok(Truth::False);
        }
        let surplus = items.len() + 1 - patterns.len().min(items.len() + 1);
        let mut items = items.into_iter();
        for pattern in patterns {
            if let Pattern::Star(name) = pattern {
                let rest: Vec<Value> = items.by_ref().take(surplus).collect();
                if let Some(name) = name {
                    self.store(frame, name, Value::list(rest))?;
                }
                continue;
            }
            let item = items.next().unwrap_or(Value::None);
            match self.matches(frame, pattern, &item)? {
                Truth::True => {}
                matched => return Ok(matched),
            }
        }
        Ok(Truth::True)
    }
}
