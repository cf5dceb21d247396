//! Expressions: which words are columns, and whose.
//!
//! One fact does most of the work: where an operand has just ended, no column can follow. What follows is then an
//! operator, the rest of a clause, or a label.

use super::{Common, QualifierUse, Reader, Scope};

/// Words behind an operand after which another operand comes.
const INFIX: &[&str] = &[
    "and",
    "or",
    "is",
    "in",
    "like",
    "ilike",
    "similar",
    "between",
    "not",
    "escape",
    "zone",
    "from",
    "for",
    "placing",
    "then",
    "else",
    "when",
    "to",
    "by",
    "on",
    "distinct",
    "overlaps",
    "as",
    "regexp",
    "glob",
    "match",
    "where",
    "symmetric",
    "rows",
    "range",
    "groups",
    "filter",
    "over",
    "collate",
    "separator",
];

/// Words before an operand.
const PREFIX: &[&str] = &[
    "not",
    "case",
    "when",
    "then",
    "else",
    "distinct",
    "all",
    "any",
    "some",
    "exists",
    "array",
    "row",
    "and",
    "or",
    "in",
    "is",
    "between",
    "like",
    "ilike",
    "order",
    "partition",
    "by",
    "where",
    "unbounded",
    "leading",
    "trailing",
    "both",
    "symmetric",
    "on",
    "from",
    "for",
    "as",
];

/// Words that are values.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "default",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "session_user",
    "current_role",
    "current_catalog",
    "current_schema",
    "localtime",
    "localtimestamp",
    "user",
];

/// Further words of type names.
const TYPE_WORDS: &[&str] = &[
    "varying",
    "precision",
    "with",
    "without",
    "time",
    "zone",
    "day",
    "hour",
    "minute",
    "second",
    "month",
    "year",
];

impl Reader<'_> {
    /// Reads an expression, or several between commas, and returns the label that ends it without AS.
    pub(super) fn expression(
        &mut self,
        from: usize,
        to: usize,
        scope: &Scope<'_>,
        common: &[Common],
    ) -> Option<String> {
        self.depth += 1;
        if self.depth > super::MAX_DEPTH {
            self.uses.doubt = true;
            self.depth -= 1;
            return None;
        }
        let mut at = from;
        let mut operand = false;
        let mut label = None;
        while at < to {
            label = None;
            let start = at;
            if self.symbol(at, '(') || self.symbol(at, '[') {
                self.bracket(at, scope, common);
                (at, operand) = (self.closing[at], true);
            } else if self.symbol(at, ':') && self.symbol(at + 1, ':') {
                (at, operand) = (self.type_end(at + 2, to), true);
            } else if self.word(at).is_some() {
                (at, operand, label) = self.word_at(at, to, operand, scope);
            } else {
                // A literal ends an operand, punctuation does not; a type may stand before a literal.
                let literal = self.tokens[at].kind == super::super::identifiers::TokenKind::Literal;
                (at, operand) = (at + 1, literal || (operand && self.symbol(at, '*') && at + 1 == to));
            }
            if at <= start {
                self.uses.doubt = true;
                break;
            }
        }
        self.depth -= 1;
        label
    }

    fn bracket(&mut self, open: usize, scope: &Scope<'_>, common: &[Common]) {
        let end = self.closing[open].saturating_sub(1);
        if self.holds_query(open) {
            self.query(open + 1, end, Some(scope), common);
            return;
        }
        let called = open.checked_sub(1).and_then(|before| self.word(before));
        // `extract(year FROM x)`: the first word is a field, whatever columns there are.
        let field = called == Some("extract") && self.is(open + 2, &["from"]);
        // `CAST(x AS type)`.
        let cast = matches!(called, Some("cast" | "xmlserialize"));
        let stop = if cast { self.find(open + 1, end, |reader, at| reader.is(at, &["as"])) } else { end };
        self.expression(open + 1 + usize::from(field), stop, scope, common);
    }

    /// Returns the place behind a type.
    fn type_end(&self, from: usize, to: usize) -> usize {
        let mut at = from + 1;
        while at < to {
            if self.symbol(at, '.') && self.word(at + 1).is_some() {
                at += 2;
            } else if self.is(at, TYPE_WORDS) && !(self.is(at, &["time"]) && self.is(at - 1, &["at"])) {
                at += 1;
            } else if (self.symbol(at, '(') && !self.holds_query(at)) || self.symbol(at, '[') {
                at = self.closing[at];
            } else {
                break;
            }
        }
        at.min(to)
    }

    /// Reads a word; returns the place behind it, whether an operand has ended, and the label it may be.
    fn word_at(
        &mut self,
        at: usize,
        to: usize,
        operand: bool,
        scope: &Scope<'_>,
    ) -> (usize, bool, Option<String>) {
        let quoted = !self.is(at, &[self.word(at).unwrap_or_default()]);
        if operand {
            if self.is(at, &["collate"]) {
                let end = if self.symbol(at + 2, '.') { at + 4 } else { at + 2 };
                return (end, true, None);
            }
            // A window's name is no column.
            if self.is(at, &["over"]) && !self.symbol(at + 1, '(') {
                return (at + 2, true, None);
            }
            if self.is(at, INFIX) {
                return (at + 1, false, None);
            }
            let label = (at + 1 == to
                && !self.is(at, &["asc", "desc", "end", "first", "last", "isnull", "notnull"]))
            .then(|| self.word(at).map(str::to_owned))
            .flatten();
            return (at + 1, true, label);
        }
        if !quoted && self.is(at, VALUES) {
            return (at + 1, true, None);
        }
        if self.symbol(at + 1, '(') && !self.symbol(at + 1, '.') {
            // A function, or a word such as EXISTS, before its bracket.
            return (at + 1, false, None);
        }
        if !quoted && self.is(at, PREFIX) {
            return (at + 1, false, None);
        }
        let followed_by_literal = self
            .tokens
            .get(at + 1)
            .is_some_and(|token| token.kind == super::super::identifiers::TokenKind::Literal);
        if at + 1 < to && followed_by_literal {
            // `date '2020-01-01'`.
            return (at + 2, true, None);
        }
        let mut last = at;
        while last + 2 < to && self.symbol(last + 1, '.') && self.word(last + 2).is_some() {
            last += 2;
        }
        if self.symbol(last + 1, '(') {
            return (last + 1, false, None);
        }
        if last == at {
            self.bare(at, scope);
        } else {
            self.qualified(at, last, scope);
        }
        if self.symbol(last + 1, '.') && self.symbol(last + 2, '*') {
            // `a.*` as an argument is the whole row.
            self.whole_row(at, last, scope);
            return (last + 3, true, None);
        }
        (last + 1, true, None)
    }

    /// A bare name is a column of the innermost query that has it, else a whole row.
    fn bare(&mut self, at: usize, scope: &Scope<'_>) {
        let Some(name) = self.word(at).map(str::to_owned) else { return };
        let mut level = Some(scope);
        while let Some(scope) = level {
            let mut found = false;
            let mut unsure = false;
            for source in &scope.sources {
                match &source.columns {
                    Some(columns) if columns.iter().any(|column| self.same(column, &name)) => {
                        found = true;
                        if let Some(relation) = source.relation {
                            self.column_of(relation, &name, Some(at));
                        }
                    }
                    Some(_) => {}
                    None => unsure = true,
                }
            }
            if found || unsure {
                return;
            }
            level = scope.outer;
        }
        self.whole_row(at, at, scope);
    }

    /// `a.name`, `schema.a.name`.
    fn qualified(&mut self, first: usize, last: usize, scope: &Scope<'_>) {
        let (Some(alias), Some(name)) =
            (self.word(last - 2).map(str::to_owned), self.word(last).map(str::to_owned))
        else {
            return;
        };
        let Some(relation) = self.source_named(&alias, scope) else { return };
        self.column_of(relation, &name, Some(last));
        self.own_name(relation, first, last - 2);
    }

    fn whole_row(&mut self, first: usize, last: usize, scope: &Scope<'_>) {
        let Some(alias) = self.word(last).map(str::to_owned) else { return };
        if let Some(relation) = self.source_named(&alias, scope) {
            self.own_name(relation, first, last);
        }
    }

    /// Returns the relation behind an alias, seen from the innermost query; `None` for a subquery too.
    fn source_named(&self, alias: &str, scope: &Scope<'_>) -> Option<usize> {
        let mut level = Some(scope);
        while let Some(scope) = level {
            if let Some(source) = scope.sources.iter().find(|source| self.same(&source.alias, alias)) {
                return source.relation;
            }
            level = scope.outer;
        }
        None
    }

    fn own_name(&mut self, relation: usize, first: usize, last: usize) {
        if self.uses.relations.get(relation).is_some_and(|found| !found.aliased) {
            self.uses.qualifiers.push(QualifierUse { relation, first, last });
        }
    }
}
