//! Generators without threads: the code that consumes a value runs where the generator yields it.
//!
//! `for x in f():` runs its body from inside the `yield` of `f`, and `with manager():` its block, so statements
//! happen in the order in which Python runs them. Any other consumer gets all values at once.

use std::rc::Rc;

use super::{Flow, Frame, Vm};
use crate::ast::{Comprehension, ComprehensionKind, Expr, Stmt};
use crate::error::PyResult;
use crate::scope::{Scope, ScopeKind};
use crate::value::{Dict, Iter, IterState, Set, Value};

/// More values than this from a generator that is consumed at once: it probably does not end.
const MAX_ITEMS: usize = 20_000;

impl Vm {
    fn run_generator(&mut self, iterator: &Rc<Iter>, sink: &mut super::stmt::Sink<'_>) -> PyResult<()> {
        let state = std::mem::replace(&mut *iterator.state.borrow_mut(), IterState::Done);
        if self.stack.len() >= self.limits.call_depth {
            return Err(self.abort("calls are nested too deeply (is there an endless recursion?)"));
        }
        self.stack.push(super::CallSite { callee: Rc::from("generator"), place: self.current.clone() });
        let result = stacker::maybe_grow(256 << 10, 4 << 20, || match state {
            IterState::Generator { function, scope } => {
                let mut frame = Frame { scope, source: function.source.clone(), sink: Some(sink) };
                self.exec_body(&mut frame, &function.def.body).map(|_| ())
            }
            IterState::Expression { comprehension, scope, first } => {
                let source = scope.module.source.clone();
                let mut frame = Frame::new(scope, source);
                self.run_clauses(&mut frame, &comprehension, 0, Some(first), &mut |vm, frame| {
                    let value = vm.eval(frame, &comprehension.element)?;
                    sink(vm, value).map(|_| ())
                })
            }
            _ => Ok(()),
        });
        if let Some(site) = self.stack.pop() {
            self.current = site.place;
        }
        match result {
            Err(raised) if self.raised_is(&raised, "GeneratorExit") => Ok(()),
            result => result,
        }
    }

    /// Returns all values of a generator that has not started.
    pub(crate) fn collect_generator(&mut self, iterator: &Rc<Iter>) -> PyResult<Vec<Value>> {
        let mut items = Vec::new();
        let limit = MAX_ITEMS.min(self.limits.size);
        self.run_generator(iterator, &mut |vm, value| {
            if items.len() >= limit {
                items.push(vm.unknown("a generator that does not seem to end"));
                return Err(vm.raise("GeneratorExit", ""));
            }
            items.push(value);
            Ok(Value::None)
        })?;
        Ok(items)
    }

    pub(crate) fn for_over_generator(
        &mut self,
        frame: &mut Frame<'_>,
        iterator: &Rc<Iter>,
        target: &Expr,
        body: &[Stmt],
    ) -> PyResult<Flow> {
        let mut left = Flow::Normal;
        self.run_generator(iterator, &mut |vm, value| {
            vm.assign(frame, target, value)?;
            match vm.exec_body(frame, body)? {
                Flow::Normal | Flow::Continue => Ok(Value::None),
                flow => {
                    left = flow;
                    Err(vm.raise("GeneratorExit", ""))
                }
            }
        })?;
        Ok(left)
    }

    pub(crate) fn with_generator(
        &mut self,
        frame: &mut Frame<'_>,
        iterator: &Rc<Iter>,
        target: Option<&Expr>,
        rest: &[(Expr, Option<Expr>)],
        body: &[Stmt],
    ) -> PyResult<Flow> {
        let mut left = None;
        let mut entered = false;
        self.run_generator(iterator, &mut |vm, value| {
            if entered {
                return Err(vm.raise("RuntimeError", "generator didn't stop"));
            }
            entered = true;
            if let Some(target) = target {
                vm.assign(frame, target, value)?;
            }
            left = Some(vm.exec_with_rest(frame, rest, body)?);
            Ok(Value::None)
        })?;
        match left {
            Some(flow) => Ok(flow),
            // The block raised and the generator swallowed it.
            None if entered => Ok(Flow::Normal),
            None => Err(self.raise("RuntimeError", "generator didn't yield")),
        }
    }

    /// Evaluates a comprehension.
    pub(crate) fn comprehension(&mut self, frame: &mut Frame<'_>, node: &Rc<Comprehension>) -> PyResult {
        let Some(clause) = node.clauses.first() else { return Ok(Value::None) };
        let first = self.eval(frame, &clause.iter)?;
        let scope =
            Rc::new(Scope::new(ScopeKind::Function, Some(frame.scope.clone()), frame.scope.module.clone()));
        if let Some(unknown) = Self::unknown_iterable(&first) {
            self.scan_skipped_exprs(frame, &[&node.element], &unknown, clause.iter.span);
            return Ok(Value::Unknown(unknown));
        }
        if node.kind == ComprehensionKind::Generator {
            let state = IterState::Expression { comprehension: node.clone(), scope, first };
            return Ok(Iter::wrap(state, "generator"));
        }
        let mut inner = Frame::new(scope, frame.source.clone());
        match node.kind {
            ComprehensionKind::Dict => {
                let dict = Rc::new(Dict::default());
                self.run_clauses(&mut inner, node, 0, Some(first), &mut |vm, frame| {
                    let key = match &node.key {
                        Some(key) => vm.eval(frame, key)?,
                        None => Value::None,
                    };
                    let value = vm.eval(frame, &node.element)?;
                    let hash_key = vm.hash_key(&key)?;
                    dict.insert(hash_key, key, value);
                    Ok(())
                })?;
                Ok(Value::Dict(dict))
            }
            ComprehensionKind::Set => {
                let set = Rc::new(Set::default());
                self.run_clauses(&mut inner, node, 0, Some(first), &mut |vm, frame| {
                    let value = vm.eval(frame, &node.element)?;
                    let key = vm.hash_key(&value)?;
                    set.items.borrow_mut().entry(key).or_insert(value);
                    Ok(())
                })?;
                Ok(Value::Set(set))
            }
            ComprehensionKind::List | ComprehensionKind::Generator => {
                let mut items = Vec::new();
                self.run_clauses(&mut inner, node, 0, Some(first), &mut |vm, frame| {
                    let value = vm.eval(frame, &node.element)?;
                    items.push(value);
                    Ok(())
                })?;
                Ok(Value::list(items))
            }
        }
    }

    fn run_clauses(
        &mut self,
        frame: &mut Frame<'_>,
        node: &Comprehension,
        depth: usize,
        first: Option<Value>,
        each: &mut dyn FnMut(&mut Self, &mut Frame<'_>) -> PyResult<()>,
    ) -> PyResult<()> {
        let Some(clause) = node.clauses.get(depth) else { return each(self, frame) };
        let source = match first {
            Some(first) => first,
            None => self.eval(frame, &clause.iter)?,
        };
        let iterator = match Self::unknown_iterable(&source) {
            // An inner iterable that is not known: one element that is not known stands for what it gives.
            Some(unknown) => Iter::from_values(vec![Value::Unknown(unknown)]),
            None => self.iter(&source)?,
        };
        'items: while let Some(item) = self.next(&iterator)? {
            self.assign(frame, &clause.target, item)?;
            for condition in &clause.conditions {
                let value = self.eval(frame, condition)?;
                match self.truth(&value)? {
                    super::Truth::True => {}
                    super::Truth::False => continue 'items,
                    super::Truth::Unknown(unknown) => {
                        // Whether the item belongs is not known: it becomes unknown itself.
                        self.assign(frame, &clause.target, Value::Unknown(unknown))?;
                    }
                }
            }
            self.run_clauses(frame, node, depth + 1, None, each)?;
        }
        Ok(())
    }
}
