//! Functions: what they call comes before them, and what calls them after.
//!
//! PostgreSQL looks into the bodies of SQL functions when they are created, so a body must find the functions, tables
//! and views that it names. Names are looked for as words: a function too many in front does no harm.

use super::{Differ, views};
use crate::ops::{AlterColumn, CreateFunction, CreateView, DropFunction, identifiers};
use crate::{Function, ObjectKind, ObjectRef, Schema, SqlExpr, Table, View};

impl<'a> Differ<'a> {
    /// Returns functions that go or are made anew: those that call others come before them.
    pub(super) fn in_drop_order(&self, goes: impl Fn(&Self, &String, &Function) -> bool) -> Vec<Function> {
        let going = self.working.functions.iter().filter(|(key, function)| goes(self, key, function));
        let mut order: Vec<Function> =
            in_order(going.map(|(_, function)| function).collect()).into_iter().cloned().collect();
        order.reverse();
        order
    }

    /// Tells whether a function goes, or cannot be replaced in place.
    pub(super) fn is_recreated(&self, key: &str, function: &Function) -> bool {
        self.target.functions.get(key).is_none_or(|wanted| !is_replaceable(function, wanted))
    }

    /// Drops functions that nothing needs any more: one that returns rows of a table would hold the table.
    pub(super) fn drop_functions_early(&mut self) {
        let going = self.in_drop_order(|differ, key, function| differ.is_recreated(key, function));
        for function in &going {
            self.free_defaults(function);
        }
        for function in going {
            let is_called = tables_call(&self.working, &function.name.name)
                || self.working.domains.values().any(|domain| {
                    let mut exprs = domain.checks.iter().map(|check| &check.expr).chain(&domain.default);
                    exprs.any(|expr| calls(&self.working, expr, &function.name.name))
                })
                || self
                    .working
                    .views
                    .values()
                    .any(|view| calls(&self.working, &view.query, &function.name.name));
            if !is_called {
                self.try_emit(drop_function(&function));
            }
        }
    }

    /// Takes defaults away that call a function; they come back with the column's other changes.
    fn free_defaults(&mut self, function: &Function) {
        let mut found = Vec::new();
        for table in self.working.tables.values() {
            let Some(wanted) = self.target.table(&table.name) else { continue };
            for column in &table.columns {
                let calls = |expr: &SqlExpr| calls(&self.working, expr, &function.name.name);
                if column.default.as_ref().is_some_and(calls) && wanted.column(&column.name).is_some() {
                    found.push((table.name.clone(), column.name.clone()));
                }
            }
        }
        for (table, column) in found {
            let mut alter = AlterColumn::new(table, column);
            alter.default = Some(None);
            self.emit(alter);
        }
    }

    /// Creates the functions that tables which stay call; those of new tables come with the tables.
    pub(super) fn create_called_functions(&mut self) {
        let target = self.target;
        let staying = target.tables.values().filter(|table| self.working.tables.contains_key(&table.name));
        let exprs: Vec<&SqlExpr> = staying.flat_map(|table| exprs_of(table)).collect();
        self.create_functions_of(&exprs);
    }

    /// Creates or replaces the functions that expressions call, and before them those that they call.
    pub(super) fn create_functions_of(&mut self, exprs: &[&SqlExpr]) {
        let target = self.target;
        let mut needed: Vec<&Function> = Vec::new();
        let pending = self.pending_functions();
        if pending.is_empty() {
            return;
        }
        for function in target.functions.values() {
            if exprs.iter().any(|expr| calls(target, expr, &function.name.name)) {
                needed.push(function);
            }
        }
        let mut at = 0;
        while let Some(function) = needed.get(at).copied() {
            let called = target.functions.values().filter(|other| mentions(function, &other.name.name));
            for other in called {
                if !needed.iter().any(|known| std::ptr::eq(*known, other)) {
                    needed.push(other);
                }
            }
            at += 1;
        }
        needed.retain(|function| pending.iter().any(|other| std::ptr::eq(*function, *other)));
        for function in in_order(needed) {
            self.create_function(function);
        }
    }

    fn pending_functions(&self) -> Vec<&'a Function> {
        let target: &'a Schema = self.target;
        let pending =
            target.functions.iter().filter(|(key, found)| self.working.functions.get(*key) != Some(found));
        pending.map(|(_, function)| function).collect()
    }

    /// Creates what is left of functions, and views: each after those that it names.
    pub(super) fn create_functions_and_views(&mut self) {
        let target = self.target;
        let mut functions = in_order(self.pending_functions());
        let missing: Vec<&View> =
            target.views.values().filter(|view| !self.working.views.contains_key(&view.name)).collect();
        let mut waiting = views::in_create_order(&missing);
        while !(functions.is_empty() && waiting.is_empty()) {
            let names_view =
                |function: &Function| waiting.iter().any(|view| mentions(function, &view.name.name));
            let names_function = |view: &View| {
                functions.iter().any(|function| calls(target, &view.query, &function.name.name))
            };
            let blocked = |function: &Function| {
                names_view(function) || functions.iter().any(|other| mentions(function, &other.name.name))
            };
            if let Some(at) = functions.iter().position(|function| !blocked(function)) {
                let function = functions.remove(at);
                self.create_function(function);
            } else if let Some(at) = waiting.iter().position(|view| !names_function(view)) {
                // The views before it in the order are named by nobody that is free.
                let at = waiting[..at]
                    .iter()
                    .position(|other| views::mentions(&waiting[at].query, &other.name.name))
                    .unwrap_or(at);
                let view = waiting.remove(at).clone();
                self.emit(CreateView { view, or_replace: false, if_not_exists: false });
            } else {
                // Only a body that is not looked into can name a view that calls the function.
                let body = |function: &&Function| {
                    function.definition.text().to_ascii_lowercase().contains("language sql")
                };
                let at = functions.iter().position(|function| !body(function)).unwrap_or(0);
                let function = functions.remove(at);
                self.create_function(function);
            }
        }
    }

    fn create_function(&mut self, function: &Function) {
        let key = function.key(self.target.dialect);
        let existing = self.working.functions.get(&key);
        if existing == Some(function) {
            return;
        }
        let mut same = existing.cloned();
        let set_comment = |differ: &mut Self| {
            let signature = key.split_once('.').map_or(key.as_str(), |(_, signature)| signature);
            let object = ObjectRef::new(ObjectKind::Function, signature);
            differ.set_comment(object, function.name.namespace.as_deref(), function.comment.as_ref());
        };
        if let Some(same) = &mut same {
            same.comment.clone_from(&function.comment);
            if same == function {
                set_comment(self);
                return;
            }
        }
        if existing.is_some_and(|existing| !is_replaceable(existing, function)) {
            self.emit(drop_function(function));
        }
        let or_replace = self.working.functions.contains_key(&key);
        self.emit(CreateFunction { function: function.clone(), or_replace });
        if self.working.functions.get(&key).is_some_and(|now| now.comment != function.comment) {
            set_comment(self);
        }
    }
}

pub(super) fn drop_function(function: &Function) -> DropFunction {
    let argument_types = Some(function.argument_types.clone());
    DropFunction { name: function.name.clone(), argument_types, if_exists: false, cascade: false }
}

fn mentions(function: &Function, name: &str) -> bool {
    function.name.name != name && views::mentions(&function.definition, name)
}

/// Returns functions so that each comes after those that it names.
fn in_order(functions: Vec<&Function>) -> Vec<&Function> {
    let mut waiting = functions;
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = waiting
            .iter()
            .position(|function| !waiting.iter().any(|other| mentions(function, &other.name.name)));
        order.push(waiting.remove(free.unwrap_or(0)));
    }
    order
}

/// Tells whether `CREATE OR REPLACE` leads from one function to the other.
///
/// Source: PostgreSQL 17, "CREATE FUNCTION": neither the type of the result nor names of parameters can change, and a
/// default cannot go.
fn is_replaceable(old: &Function, new: &Function) -> bool {
    let (Some(before), Some(after)) = (header(old), header(new)) else { return old.kind == new.kind };
    let kept = before.0.len() == after.0.len()
        && before.0.iter().zip(&after.0).all(|(old, new)| old.0 == new.0 && (!old.1 || new.1));
    old.kind == new.kind
        && (old.kind != "aggregate" || old.definition == new.definition)
        && before.1 == after.1
        && kept
}

/// Returns the parameters, each with whether it has a default, and what is returned.
fn header(function: &Function) -> Option<(Vec<(String, bool)>, String)> {
    let text = function.definition.text();
    let mut parameters = Vec::new();
    let (mut depth, mut quote, mut from) = (0_usize, None, 1);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ',' | ')') if depth == 1 => {
                let parameter = text.get(from..at)?.trim();
                from = at + 1;
                let (plain, default) = match parameter.split_once(" DEFAULT ") {
                    Some((plain, _)) => (plain, true),
                    None => (parameter, false),
                };
                parameters.push((plain.to_owned(), default));
                if c == ')' {
                    let rest = text[from..].trim_start();
                    let end = rest.find("LANGUAGE").unwrap_or(rest.len());
                    let returns = rest[..end].split_whitespace().collect::<Vec<_>>().join(" ");
                    return Some((parameters, returns));
                }
            }
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

pub(super) fn calls(schema: &Schema, expr: &SqlExpr, function: &str) -> bool {
    let tokens = identifiers::tokens(schema.dialect, expr.text());
    tokens.windows(2).any(|two| two[0].is_word(schema.dialect, function) && two[1].is_symbol('('))
}

/// Returns the expressions of a table that the server keeps by what they call.
pub(super) fn exprs_of(table: &Table) -> Vec<&SqlExpr> {
    let mut out = Vec::new();
    for column in &table.columns {
        out.extend(&column.default);
        out.extend(views::computed(column).map(|computed| &computed.expr));
    }
    out.extend(table.checks.iter().map(|check| &check.expr));
    for index in &table.indexes {
        out.extend(index.parts.iter().filter_map(|part| match &part.key {
            crate::IndexKey::Expression(expr) => Some(expr),
            crate::IndexKey::Column(_) => None,
        }));
        out.extend(&index.predicate);
    }
    if let Some(partitioning) = &table.partitioning {
        out.extend(partitioning.parts.iter().filter_map(|part| match &part.key {
            crate::IndexKey::Expression(expr) => Some(expr),
            crate::IndexKey::Column(_) => None,
        }));
    }
    out
}

/// Tells whether a default, check, computed column or index of any table calls a function.
fn tables_call(schema: &Schema, function: &str) -> bool {
    schema.tables.values().any(|table| exprs_of(table).into_iter().any(|expr| calls(schema, expr, function)))
}

/// Returns the tables that the functions called by a table name, directly or through other functions.
pub(super) fn tables_needed(schema: &Schema, table: &Table, names: &[&str]) -> Vec<String> {
    let exprs = exprs_of(table);
    let mut needed: Vec<&Function> = Vec::new();
    for function in schema.functions.values() {
        if exprs.iter().any(|expr| calls(schema, expr, &function.name.name)) {
            needed.push(function);
        }
    }
    let mut at = 0;
    while let Some(function) = needed.get(at).copied() {
        for other in schema.functions.values().filter(|other| mentions(function, &other.name.name)) {
            if !needed.iter().any(|known| std::ptr::eq(*known, other)) {
                needed.push(other);
            }
        }
        at += 1;
    }
    let is_sql =
        |function: &&&Function| function.definition.text().to_ascii_lowercase().contains("language sql");
    let mut found: Vec<String> = Vec::new();
    for function in needed.iter().filter(is_sql) {
        found.extend(names.iter().filter(|name| mentions(function, name)).map(|name| (*name).to_owned()));
    }
    found
}
