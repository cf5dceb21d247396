//! Tables in Go: SQL in strings, and models of GORM and Bun.

use std::collections::{BTreeMap, BTreeSet};

use trueup_schema::{Dialect, ObjectName, Span};

use super::statement::{self, Place};
use super::{FileTables, Use, table_name};

mod lex;
mod plural;

use lex::{Kind, Token};

/// Methods that take SQL, of database/sql, sqlx, pgx and GORM.
const QUERIES: &[&str] = &[
    "Query",
    "QueryContext",
    "QueryRow",
    "QueryRowContext",
    "Queryx",
    "QueryxContext",
    "QueryRowx",
    "QueryRowxContext",
    "Exec",
    "ExecContext",
    "MustExec",
    "MustExecContext",
    "NamedExec",
    "NamedExecContext",
    "NamedQuery",
    "NamedQueryContext",
    "Prepare",
    "PrepareContext",
    "Preparex",
    "PreparexContext",
    "PrepareNamed",
    "Get",
    "GetContext",
    "Select",
    "SelectContext",
    "Raw",
    "Queue",
    "Rebind",
];

/// Returns what a file tells.
pub(super) fn tables(dialect: Dialect, text: &str) -> FileTables {
    let tokens = lex::tokens(text);
    let mut reader = Reader { dialect, text, tokens: &tokens, found: FileTables::default() };
    reader.strings();
    if text.contains("gorm") {
        reader.gorm();
    }
    if text.contains("bun:\"table:") {
        reader.bun();
    }
    if text.contains("pgx") {
        reader.pgx();
    }
    reader.found
}

struct Reader<'a> {
    dialect: Dialect,
    text: &'a str,
    tokens: &'a [Token],
    found: FileTables,
}

impl<'a> Reader<'a> {
    fn spelled(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| self.spelled(at + ahead) == *word)
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Name)
    }

    fn string(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Text)?;
        Some(lex::value(&self.text[token.start..token.end]))
    }

    fn span(&self, first: usize, last: usize) -> Span {
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(first), Some(last)) => Span::new(first.start as u32, last.end as u32),
            _ => Span::default(),
        }
    }

    /// Reads every string, put together where `+` does so.
    fn strings(&mut self) {
        let mut calls: Vec<&str> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            match self.spelled(at) {
                "(" => {
                    let name = at.checked_sub(1).filter(|before| self.is_name(*before));
                    calls.push(name.map_or("", |name| self.spelled(name)));
                }
                ")" => {
                    calls.pop();
                }
                _ => {}
            }
            let Some(first) = self.string(at) else {
                at += 1;
                continue;
            };
            let (value, end) = self.joined(first, at);
            // The statement may pass through a `fmt.Sprintf` on its way.
            let mut places = calls.iter().rev().take(2).map(|call| Place::in_call(call, QUERIES));
            let place = places.find(|place| *place != Place::Anywhere).unwrap_or(Place::Anywhere);
            let span = self.span(at, end - 1);
            let source = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            statement::literal(self.dialect, &value, (source, span), place, &mut self.found);
            at = end;
        }
    }

    /// Returns a string with what `+` adds, `{}` for what is not written down, and the place behind.
    fn joined(&self, mut value: String, at: usize) -> (String, usize) {
        let mut end = at + 1;
        while self.spelled(end) == "+" {
            if let Some(next) = self.string(end + 1) {
                value.push_str(&next);
                end += 2;
                continue;
            }
            if !self.is_name(end + 1) {
                break;
            }
            value.push_str("{}");
            end += 2;
            while self.spelled(end) == "." && self.is_name(end + 1) {
                end += 2;
            }
            if self.spelled(end) == "(" {
                break;
            }
        }
        (value, end)
    }

    fn gorm(&mut self) {
        let named = self.table_names();
        self.structs_with_default_names(&named);
        self.found.own_names |= self.text.contains("NamingStrategy");
        for at in 0..self.tokens.len() {
            if self.is(at, &[".", "AutoMigrate", "("]) {
                self.auto_migrate(at + 3);
            }
            // `db.Table("jobs AS j")`
            if self.is(at, &[".", "Table", "("])
                && let Some(text) = self.string(at + 3)
                && let Some(name) =
                    text.split_whitespace().next().and_then(|word| table_name(self.dialect, word))
            {
                let span = self.span(at + 3, at + 3);
                let text = format!("Table({:?})", name.name);
                let used = Use { name, span, text, model: None, alternatives: Vec::new() };
                self.found.uses.push(used);
            }
        }
    }

    /// Reads `func (Driver) TableName() string { return "drivers" }` and returns all types that have one.
    fn table_names(&mut self) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        let constants = self.constants();
        for at in 0..self.tokens.len() {
            if !self.is(at, &["TableName", "("]) || self.spelled(at.saturating_sub(1)) != ")" {
                continue;
            }
            let Some(receiver) = at.checked_sub(2).filter(|receiver| self.is_name(*receiver)) else {
                continue;
            };
            let class = self.spelled(receiver).to_owned();
            named.insert(class.clone());
            let Some(value) = (at..at + 12).find(|next| self.spelled(*next) == "return").map(|at| at + 1)
            else {
                continue;
            };
            let ends = matches!(self.spelled(value + 1), "}" | ";");
            let text = self.string(value).or_else(|| constants.get(self.spelled(value)).cloned());
            let name = text.filter(|_| ends).and_then(|text| table_name(self.dialect, &text));
            if let Some(name) = name {
                let span = self.span(value, value);
                self.found.uses.push(Use::model(name, span, format!("type {class}"), &class));
            }
        }
        named
    }

    /// Returns names with the string they are set to, `driversTable = "drivers"`.
    fn constants(&self) -> BTreeMap<&'a str, String> {
        let mut out = BTreeMap::new();
        for at in 0..self.tokens.len() {
            if self.is_name(at)
                && self.spelled(at + 1) == "="
                && let Some(text) = self.string(at + 2)
            {
                out.insert(self.spelled(at), text);
            }
        }
        out
    }

    /// Reads `type Job struct { gorm.Model …`, which GORM calls `jobs`.
    fn structs_with_default_names(&mut self, named: &BTreeSet<String>) {
        for at in 0..self.tokens.len() {
            let class = self.spelled(at + 1);
            if !self.is(at, &["type"]) || !self.is(at + 2, &["struct", "{", "gorm", ".", "Model"]) {
                continue;
            }
            // A method in another file may name the table.
            if named.contains(class) || class.is_empty() {
                continue;
            }
            let singular = plural::snake(class);
            let name = ObjectName::new(plural::plural(&singular));
            let mut used = Use::model(name, self.span(at + 1, at + 1), format!("type {class}"), class);
            used.alternatives =
                vec![ObjectName::new(singular.as_str()), ObjectName::new(format!("{singular}s"))];
            self.found.uses.push(used);
        }
    }

    /// Reads `AutoMigrate(&Driver{}, new(models.Shift))`; anything else may be all models.
    fn auto_migrate(&mut self, mut at: usize) {
        while at < self.tokens.len() && self.spelled(at) != ")" {
            let start = at;
            if self.is(at, &["&"]) || self.is(at, &["new", "("]) {
                at += if self.spelled(at) == "&" { 1 } else { 2 };
                while self.is_name(at) && self.spelled(at + 1) == "." {
                    at += 2;
                }
                if self.is_name(at) && (self.is(at + 1, &["{", "}"]) || self.is(at + 1, &[")"])) {
                    self.found.creates_models.insert(self.spelled(at).to_owned());
                    at += if self.spelled(at + 1) == "{" { 3 } else { 2 };
                    if self.spelled(at) == "," {
                        at += 1;
                    }
                    continue;
                }
            }
            if self.is(start, &[";"]) {
                at = start + 1;
                continue;
            }
            self.found.creates_all_models = true;
            return;
        }
    }

    /// Reads tags such as `bun:"table:jobs,alias:j"`.
    fn bun(&mut self) {
        for at in 0..self.tokens.len() {
            let Some(tag) = self.string(at) else { continue };
            let Some((_, rest)) = tag.split_once("bun:\"table:") else { continue };
            let text = rest.split(['"', ',']).next().unwrap_or_default();
            if let Some(name) = table_name(self.dialect, text) {
                let text = format!("bun:{:?}", format!("table:{name}"));
                let span = self.span(at, at);
                self.found.uses.push(Use::model(name, span, text, ""));
            }
        }
    }

    /// Reads `pgx.Identifier{"app", "jobs"}`, the table that rows are copied into.
    fn pgx(&mut self) {
        for at in 0..self.tokens.len() {
            if !self.is(at, &["CopyFrom", "("]) {
                continue;
            }
            let Some(open) = (at..at + 12).find(|next| self.is(*next, &["Identifier", "{"])).map(|at| at + 2)
            else {
                continue;
            };
            let name = match (self.string(open), self.spelled(open + 1), self.string(open + 2)) {
                (Some(name), "}", _) => ObjectName::new(name),
                (Some(namespace), ",", Some(name)) => {
                    ObjectName::qualified(self.dialect, Some(&namespace), name)
                }
                _ => continue,
            };
            let text = format!("CopyFrom {name}");
            let used = Use { name, span: self.span(open, open), text, model: None, alternatives: Vec::new() };
            self.found.uses.push(used);
        }
    }
}
