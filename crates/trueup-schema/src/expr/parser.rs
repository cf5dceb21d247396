//! A Pratt parser of SQL expressions, building normal form as it goes.
//!
//! It answers `None` where it does not understand or where the nesting is absurd; the caller then falls back to
//! tokens. Subselects stay tokens.

use super::lexer::{Kind, Token};
use super::tree::Expr;
use super::{definition, literal, normal};
use crate::types::normal::Reader;
use crate::{ColumnType, Dialect};

/// Deepest nesting of a tree; no schema comes near it, and recursion over a tree stays within a small stack.
const MAX_DEPTH: usize = 120;

/// Most nodes that may be copied: nested BETWEEN doubles its operand each time.
const MAX_COPIED: usize = 20_000;

/// Parses all tokens as one expression.
pub(super) fn parse(dialect: Dialect, source: &str, tokens: &[Token<'_>]) -> Option<Expr> {
    let mut parser = Parser { dialect, source, tokens, at: 0, depth: 0, tallest: 0, copied: 0 };
    let found = parser.expression(0)?;
    (parser.at == tokens.len()).then_some(found)
}

struct Parser<'a, 'text> {
    dialect: Dialect,
    source: &'text str,
    tokens: &'a [Token<'text>],
    at: usize,
    depth: usize,
    /// Height of the tallest tree parsed since the enclosing expression began.
    tallest: usize,
    /// Nodes that rules such as the one of BETWEEN have copied.
    copied: usize,
}

/// Binding powers, PostgreSQL 17 §4.1.6 and its grammar.
mod power {
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const IS: u8 = 4;
    pub(super) const COMPARISON: u8 = 5;
    pub(super) const BETWEEN: u8 = 6;
    pub(super) const OPERATOR: u8 = 7;
    pub(super) const SUM: u8 = 8;
    pub(super) const PRODUCT: u8 = 9;
    pub(super) const EXPONENT: u8 = 10;
    pub(super) const AT: u8 = 11;
    pub(super) const COLLATE: u8 = 12;
    pub(super) const SIGN: u8 = 13;
}

impl<'a, 'text> Parser<'a, 'text> {
    fn peek(&self) -> Option<&'a Token<'text>> {
        self.tokens.get(self.at)
    }

    fn ahead(&self, distance: usize) -> Option<&'a Token<'text>> {
        self.tokens.get(self.at + distance)
    }

    fn is_word(&self, distance: usize, word: &str) -> bool {
        self.ahead(distance).is_some_and(|token| token.is_word(word))
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        self.at += usize::from(found);
        found
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Option<()> {
        self.symbol(symbol).then_some(())
    }

    fn postgresql(&self) -> bool {
        self.dialect == Dialect::Postgresql
    }

    /// Parses an expression whose operators bind tighter than `minimum`.
    fn expression(&mut self, minimum: u8) -> Option<Expr> {
        let outer = std::mem::replace(&mut self.tallest, 0);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.prefix()?;
        let mut height = self.tallest + 1;
        loop {
            self.tallest = 0;
            let flat = matches!(left, Expr::And(_) | Expr::Or(_));
            match self.infix(left, minimum)? {
                Step::Done(expr) => {
                    left = expr;
                    break;
                }
                Step::More(expr) => {
                    left = expr;
                    let grown = usize::from(!(flat && matches!(left, Expr::And(_) | Expr::Or(_))));
                    height = height.max(self.tallest + 1) + grown;
                    if height > MAX_DEPTH {
                        return None;
                    }
                }
            }
        }
        self.depth -= 1;
        self.tallest = outer.max(height);
        Some(left)
    }

    /// Parses one operator behind an operand.
    fn infix(&mut self, left: Expr, minimum: u8) -> Option<Step> {
        let Some(token) = self.peek() else { return Some(Step::Done(left)) };
        match token.kind {
            Kind::Word => self.word_infix(left, minimum),
            Kind::Operator if token.text == "::" && self.postgresql() => {
                self.at += 1;
                let target = self.type_name()?;
                Some(Step::More(normal::cast(self.dialect, left, target)))
            }
            Kind::Operator => self.operator_infix(left, minimum),
            Kind::Punctuation if token.text == "[" && self.postgresql() => {
                self.at += 1;
                self.subscript(left).map(Step::More)
            }
            Kind::Punctuation
                if token.text == "."
                    && self.ahead(1).is_some_and(|next| matches!(next.kind, Kind::Word | Kind::Quoted)) =>
            {
                let name = self.ahead(1)?.text.as_ref().to_owned();
                self.at += 2;
                Some(Step::More(Expr::Field(Box::new(left), name)))
            }
            _ => Some(Step::Done(left)),
        }
    }

    fn operator_infix(&mut self, left: Expr, minimum: u8) -> Option<Step> {
        let operator = self.peek()?.text.as_ref();
        let power = self.operator_power(operator);
        if power <= minimum {
            return Some(Step::Done(left));
        }
        self.at += 1;
        for (word, quantifier) in [("any", "ANY"), ("some", "ANY"), ("all", "ALL")] {
            if self.is_word(0, word) && self.ahead(1).is_some_and(|token| token.is_symbol("(")) {
                self.at += 1;
                if self.is_word(1, "select") || self.is_word(1, "values") || self.is_word(1, "with") {
                    let right = Expr::Tokens(self.parenthesised()?);
                    let operator = normal::operator_name(operator).to_owned();
                    return Some(Step::More(Expr::Quantified(
                        Box::new(normal::operand(left)),
                        operator,
                        quantifier,
                        Box::new(right),
                    )));
                }
                self.expect("(")?;
                let right = self.expression(0)?;
                self.expect(")")?;
                return Some(Step::More(normal::quantified(self.dialect, left, operator, quantifier, right)));
            }
        }
        let right = self.expression(power)?;
        Some(Step::More(self.binary(operator, left, right)))
    }

    /// Builds a binary operator; those behind LIKE are one with it.
    fn binary(&self, operator: &str, left: Expr, right: Expr) -> Expr {
        normal::binary(self.dialect, operator, left, right)
    }

    fn operator_power(&self, operator: &str) -> u8 {
        match (self.dialect, operator) {
            (Dialect::Postgresql, "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=") => power::COMPARISON,
            (Dialect::Postgresql, "+" | "-") => power::SUM,
            (Dialect::Postgresql, "*" | "/" | "%") => power::PRODUCT,
            (Dialect::Postgresql, "^") => power::EXPONENT,
            (Dialect::Postgresql, _) => power::OPERATOR,
            // SQLite: equality, then order, bits, sums, products, concatenation (sqlite.org/lang_expr.html).
            (Dialect::Sqlite, "=" | "==" | "<>" | "!=") => power::IS,
            (Dialect::Sqlite, "<" | ">" | "<=" | ">=") => power::COMPARISON,
            (Dialect::Sqlite, "&" | "|" | "<<" | ">>") => power::OPERATOR,
            (Dialect::Sqlite, "+" | "-") => power::SUM,
            (Dialect::Sqlite, "*" | "/" | "%") => power::PRODUCT,
            (Dialect::Sqlite, _) => power::EXPONENT,
        }
    }

    fn word_infix(&mut self, left: Expr, minimum: u8) -> Option<Step> {
        let word = self.peek()?.text.as_ref();
        let negated = word == "not";
        let (found, skip) = if negated { (self.ahead(1)?.text.as_ref(), 2) } else { (word, 1) };
        let binds = match found {
            "or" => power::OR,
            "and" => power::AND,
            "is" | "isnull" | "notnull" => power::IS,
            "between" | "in" | "like" | "ilike" | "similar" => self.membership_power(),
            "glob" | "regexp" | "match" if !self.postgresql() => self.membership_power(),
            "null" if negated && !self.postgresql() => power::IS,
            "at" if self.is_word(1, "time") => power::AT,
            "collate" => power::COLLATE,
            "overlaps" if self.postgresql() => power::BETWEEN,
            "operator" if self.postgresql() => power::OPERATOR,
            _ => return Some(Step::Done(left)),
        };
        if binds <= minimum {
            return Some(Step::Done(left));
        }
        self.at += skip;
        let found = match found {
            "or" => {
                let right = self.expression(binds)?;
                normal::or(vec![left, right])
            }
            "and" => {
                let right = self.expression(binds)?;
                normal::and(vec![left, right])
            }
            "isnull" => is(left, "IS NULL"),
            "notnull" | "null" => is(left, "IS NOT NULL"),
            "is" => self.is_test(left)?,
            "between" => self.between(left, negated)?,
            "in" => self.membership(left, negated)?,
            "like" | "ilike" | "similar" | "glob" | "regexp" | "match" => {
                self.pattern(found, left, negated)?
            }
            "at" => {
                self.at += 1;
                if !self.word("zone") {
                    return None;
                }
                let zone = self.expression(power::AT)?;
                normal::plain_call("timezone", vec![zone, left])
            }
            "collate" => Expr::Collate(Box::new(normal::operand(left)), self.collation()?),
            "overlaps" => {
                let right = self.expression(power::BETWEEN)?;
                let (Expr::Row(mut arguments), Expr::Row(more)) = (left, right) else { return None };
                arguments.extend(more);
                normal::plain_call("overlaps", arguments)
            }
            _ => self.qualified_operator(left)?,
        };
        Some(Step::More(found))
    }

    fn membership_power(&self) -> u8 {
        if self.postgresql() { power::BETWEEN } else { power::IS }
    }

    /// `left OPERATOR(pg_catalog.=) right`.
    fn qualified_operator(&mut self, left: Expr) -> Option<Expr> {
        self.expect("(")?;
        let mut operator = "";
        while !self.is_symbol(")") {
            operator = self.peek()?.text.as_ref();
            self.at += 1;
        }
        self.expect(")")?;
        let right = self.expression(power::OPERATOR)?;
        Some(self.binary(operator, left, right))
    }

    fn collation(&mut self) -> Option<String> {
        loop {
            let token = self.peek().filter(|token| matches!(token.kind, Kind::Word | Kind::Quoted))?;
            self.at += 1;
            if self.symbol(".") {
                continue;
            }
            return Some(match self.dialect {
                // SQLite's collations are not case-sensitive.
                Dialect::Sqlite => super::identifier(&token.text.to_lowercase()).into_owned(),
                Dialect::Postgresql => super::identifier(&token.text).into_owned(),
            });
        }
    }

    fn is_test(&mut self, left: Expr) -> Option<Expr> {
        let negated = self.word("not");
        if self.word("distinct") {
            if !self.word("from") {
                return None;
            }
            let right = self.expression(power::IS)?;
            return Some(Self::distinct(left, right, negated));
        }
        let test = self.peek()?;
        let word = test.text.as_ref();
        let simple = test.kind == Kind::Word
            && match word {
                "null" => true,
                "true" | "false" | "unknown" | "document" | "normalized" | "json" => self.postgresql(),
                _ => false,
            };
        if simple {
            self.at += 1;
            // `IS UNKNOWN` is `IS NULL` of a truth value.
            let word = if word == "unknown" { "null" } else { word };
            return Some(is(
                left,
                &format!("IS {}{}", if negated { "NOT " } else { "" }, word.to_uppercase()),
            ));
        }
        if self.postgresql() {
            return None;
        }
        // SQLite: `a IS b` is the comparison that knows NULL.
        let right = self.expression(power::IS)?;
        Some(Self::distinct(left, right, !negated))
    }

    /// `IS DISTINCT FROM`, which the server negates as a whole.
    fn distinct(left: Expr, right: Expr, negated: bool) -> Expr {
        let found = normal::distinct(left, right);
        if negated { Expr::Not(Box::new(found)) } else { found }
    }

    fn between(&mut self, left: Expr, negated: bool) -> Option<Expr> {
        let symmetric = self.word("symmetric");
        if !symmetric {
            self.word("asymmetric");
        }
        let binds = self.membership_power();
        let low = self.expression(binds)?;
        if !self.word("and") {
            return None;
        }
        let high = self.expression(binds)?;
        self.copies(&left, if symmetric { 4 } else { 2 })?;
        if symmetric {
            self.copies(&low, 2)?;
            self.copies(&high, 2)?;
        }
        Some(normal::between(self.dialect, left, low, high, negated, symmetric))
    }

    fn membership(&mut self, left: Expr, negated: bool) -> Option<Expr> {
        if self.is_word(1, "select") || self.is_word(1, "values") || self.is_word(1, "with") {
            let query = Expr::Tokens(self.parenthesised()?);
            let (operator, quantifier) = if negated { ("<>", "ALL") } else { ("=", "ANY") };
            let left = Box::new(normal::operand(left));
            return Some(Expr::Quantified(left, operator.to_owned(), quantifier, Box::new(query)));
        }
        self.expect("(")?;
        let list = self.list(")")?;
        if list.iter().any(Expr::has_column) || matches!(left, Expr::Row(_)) {
            self.copies(&left, list.len())?;
        }
        Some(normal::in_list(self.dialect, left, list, negated))
    }

    /// Accounts for copies of a part; `None` where they are more than any real expression needs.
    fn copies(&mut self, part: &Expr, times: usize) -> Option<()> {
        self.copied += part.size().saturating_mul(times);
        (self.copied <= MAX_COPIED).then_some(())
    }

    fn pattern(&mut self, word: &str, left: Expr, negated: bool) -> Option<Expr> {
        if word == "similar" && !self.word("to") {
            return None;
        }
        let binds = self.membership_power();
        for (every, quantifier) in [("any", "ANY"), ("some", "ANY"), ("all", "ALL")] {
            if self.word(every) {
                self.expect("(")?;
                let right = self.expression(0)?;
                self.expect(")")?;
                let operator = pattern_operator(self.dialect, word, negated);
                return Some(normal::quantified(self.dialect, left, operator, quantifier, right));
            }
        }
        let pattern = self.expression(binds)?;
        let escape = if self.word("escape") { Some(self.expression(binds)?) } else { None };
        let operator = pattern_operator(self.dialect, word, negated);
        Some(normal::matches(operator, left, pattern, escape))
    }

    /// Parses the inside of brackets.
    fn subscript(&mut self, base: Expr) -> Option<Expr> {
        let bound = |parser: &mut Self| -> Option<Option<Box<Expr>>> {
            if parser.is_symbol(":") || parser.is_symbol("]") {
                return Some(None);
            }
            parser.expression(0).map(|bound| Some(Box::new(bound)))
        };
        let from = bound(self)?;
        let slice = self.symbol(":");
        let to = if slice { bound(self)? } else { None };
        self.expect("]")?;
        Some(Expr::Subscript { base: Box::new(base), from, slice, to })
    }

    fn type_name(&mut self) -> Option<ColumnType> {
        let mut reader = Reader { tokens: self.tokens, at: self.at };
        let mut found = if self.postgresql() { reader.type_name("") } else { return self.sqlite_type() };
        reader.array(&mut found);
        self.at = reader.at;
        (!found.is_unknown()).then_some(found)
    }

    /// Reads words and modifiers up to the closing parenthesis of a CAST.
    fn sqlite_type(&mut self) -> Option<ColumnType> {
        let start = self.peek()?.start;
        let mut nested = 0_usize;
        while let Some(token) = self.peek() {
            match token.text.as_ref() {
                "(" => nested += 1,
                ")" if nested == 0 => break,
                ")" => nested -= 1,
                _ => {}
            }
            self.at += 1;
        }
        let end = self.tokens.get(self.at.checked_sub(1)?)?.end;
        Some(ColumnType::parse(Dialect::Sqlite, self.source.get(start..end)?))
    }

    /// Parses expressions separated by commas up to a closing mark, which it eats.
    fn list(&mut self, close: &str) -> Option<Vec<Expr>> {
        let mut list = Vec::new();
        if self.symbol(close) {
            return Some(list);
        }
        loop {
            list.push(self.expression(0)?);
            if self.symbol(close) {
                return Some(list);
            }
            self.expect(",")?;
        }
    }

    /// Returns everything from an opening parenthesis to its closing one as canonical tokens.
    fn parenthesised(&mut self) -> Option<String> {
        let start = self.at;
        self.expect("(")?;
        let mut nested = 1_usize;
        while nested > 0 {
            let token = self.peek()?;
            if token.is_symbol("(") {
                nested += 1;
            } else if token.is_symbol(")") {
                nested -= 1;
            }
            self.at += 1;
        }
        Some(definition::joined(self.dialect, &self.tokens[start..self.at]))
    }

    /// Parses an operand.
    fn prefix(&mut self) -> Option<Expr> {
        let token = self.peek()?;
        match token.kind {
            Kind::Number => {
                self.at += 1;
                Some(Expr::Number(literal::number(&token.text)))
            }
            Kind::String => {
                self.at += 1;
                Some(Expr::String(token.text.as_ref().to_owned()))
            }
            Kind::Bits => {
                self.at += 1;
                let text = token.text.as_ref();
                Some(Expr::Bits(if self.postgresql() { literal::bits(text) } else { text.to_owned() }))
            }
            Kind::Parameter => {
                self.at += 1;
                Some(Expr::Parameter(token.text.as_ref().to_owned()))
            }
            Kind::Operator if token.text == "*" => {
                self.at += 1;
                // `count(*)` and the like; it is no operand of anything.
                let ends = self.peek().is_none_or(|next| matches!(next.text.as_ref(), ")" | ","));
                ends.then_some(Expr::Star)
            }
            Kind::Operator => {
                self.at += 1;
                let operator = token.text.as_ref();
                let sign = matches!(operator, "-" | "+") || !self.postgresql();
                let inner = self.expression(if sign { power::SIGN } else { power::OPERATOR })?;
                Some(normal::unary(operator, inner))
            }
            Kind::Punctuation if token.text == "(" => self.parenthesis(),
            Kind::Quoted => self.typed_literal().or_else(|| self.name()),
            Kind::Word => self.word_prefix(token.text.as_ref()),
            Kind::Punctuation | Kind::Other => None,
        }
    }

    fn parenthesis(&mut self) -> Option<Expr> {
        if self.is_word(1, "select") || self.is_word(1, "values") || self.is_word(1, "with") {
            return self.parenthesised().map(Expr::Tokens);
        }
        self.expect("(")?;
        let mut list = self.list(")")?;
        match list.len() {
            0 => None,
            1 => Some(list.swap_remove(0)),
            _ => Some(Expr::Row(list)),
        }
    }

    fn word_prefix(&mut self, word: &str) -> Option<Expr> {
        let calls = self.ahead(1).is_some_and(|token| token.is_symbol("("));
        let found = match word {
            "null" => Expr::Null,
            "true" | "false" if self.postgresql() => Expr::Bool(word == "true"),
            // SQLite knows the words as 1 and 0.
            "true" | "false" => Expr::Number(if word == "true" { "1" } else { "0" }.to_owned()),
            "not" => {
                self.at += 1;
                let inner = self.expression(power::NOT)?;
                return Some(Expr::Not(Box::new(inner)));
            }
            "case" => return self.case(),
            "cast" if calls => return self.cast(),
            "row" if calls => {
                self.at += 2;
                return self.list(")").map(Expr::Row);
            }
            "array" if calls => return self.prefixed_query("ARRAY"),
            "exists" if calls => return self.prefixed_query("EXISTS"),
            "array" if self.ahead(1).is_some_and(|token| token.is_symbol("[")) => {
                self.at += 1;
                return self.array();
            }
            "current_timestamp" | "localtimestamp" | "current_time" | "localtime" | "current_date"
            | "current_catalog" | "current_schema" | "session_user"
                if !calls =>
            {
                Expr::Keyword(word.to_owned())
            }
            "current_user" | "current_role" | "user" if !calls && self.postgresql() => {
                Expr::Keyword("current_user".to_owned())
            }
            "extract" | "substring" | "position" | "trim" | "overlay" if calls => {
                return self.special_call(word);
            }
            _ => return self.typed_literal().or_else(|| self.name()),
        };
        self.at += 1;
        Some(found)
    }

    fn prefixed_query(&mut self, word: &str) -> Option<Expr> {
        self.at += 1;
        let query = self.parenthesised()?;
        Some(Expr::Tokens(format!("{word} {query}")))
    }

    /// Parses `[1, 2]` behind ARRAY; nested brackets are arrays too.
    fn array(&mut self) -> Option<Expr> {
        self.expect("[")?;
        let mut list = Vec::new();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        while !self.symbol("]") {
            let element = if self.is_symbol("[") { self.array()? } else { self.expression(0)? };
            list.push(normal::operand(element));
            if !self.symbol(",") && !self.is_symbol("]") {
                return None;
            }
        }
        self.depth -= 1;
        // The height of nested brackets counts as depth does.
        self.tallest += 1;
        Some(Expr::Array(list))
    }

    /// Parses `interval '1 day'`, `timestamp with time zone '…'`, `mood 'happy'`.
    fn typed_literal(&mut self) -> Option<Expr> {
        const LONG: [&str; 7] = ["timestamp", "time", "double", "character", "char", "bit", "national"];
        let next = self.ahead(1)?;
        let long = self.peek().is_some_and(|token| LONG.contains(&token.text.as_ref()));
        if !self.postgresql() || !(next.kind == Kind::String || (long && next.kind != Kind::Operator)) {
            return None;
        }
        let interval = self.is_word(0, "interval");
        let mut reader = Reader { tokens: self.tokens, at: self.at };
        let mut target = reader.type_name("");
        let text = self.tokens.get(reader.at).filter(|token| token.kind == Kind::String)?;
        self.at = reader.at + 1;
        let mut text = text.text.as_ref().to_owned();
        if interval && self.peek().is_some_and(|token| token.kind == Kind::Word) {
            // `interval '1' day` keeps its unit behind.
            const UNITS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
            if let Some(unit) = UNITS.iter().find(|unit| self.is_word(0, unit)) {
                self.at += 1;
                text = format!("{text} {unit}");
            }
        }
        if interval {
            target.modifiers.clear();
        }
        Some(normal::cast(self.dialect, Expr::String(text), target))
    }

    fn cast(&mut self) -> Option<Expr> {
        self.at += 2;
        let inner = self.expression(0)?;
        if !self.word("as") {
            return None;
        }
        let target = self.type_name()?;
        self.expect(")")?;
        Some(normal::cast(self.dialect, inner, target))
    }

    fn case(&mut self) -> Option<Expr> {
        self.at += 1;
        let operand = if self.is_word(0, "when") { None } else { Some(Box::new(self.expression(0)?)) };
        let mut branches = Vec::new();
        while self.word("when") {
            let condition = self.expression(0)?;
            if !self.word("then") {
                return None;
            }
            let value = self.expression(0)?;
            branches.push((normal::operand(condition), normal::operand(value)));
        }
        let otherwise = if self.word("else") { Some(self.expression(0)?) } else { None };
        if !self.word("end") || branches.is_empty() {
            return None;
        }
        // The server prints the ELSE NULL that nobody wrote.
        let otherwise = otherwise.map(normal::operand).filter(|value| *value != Expr::Null).map(Box::new);
        let operand = operand.map(|operand| Box::new(normal::operand(*operand)));
        Some(Expr::Case { operand, branches, otherwise })
    }

    /// Parses the functions whose arguments SQL separates with words.
    fn special_call(&mut self, word: &str) -> Option<Expr> {
        self.at += 2;
        let mut name = word;
        if word == "trim" {
            let side = self.peek()?.text.as_ref();
            let sided = matches!(side, "leading" | "trailing" | "both");
            self.at += usize::from(sided);
            name = match (self.dialect, side) {
                (Dialect::Sqlite, _) => "trim",
                (Dialect::Postgresql, "leading") => "ltrim",
                (Dialect::Postgresql, "trailing") => "rtrim",
                (Dialect::Postgresql, _) => "btrim",
            };
        }
        let mut arguments = Vec::new();
        if word == "extract" && self.is_word(1, "from") {
            arguments.push(Expr::String(self.peek()?.text.as_ref().to_owned()));
            self.at += 1;
        } else if !self.is_word(0, "from") {
            // `a IN b` inside POSITION is no membership test.
            arguments.push(self.expression(if word == "position" { power::BETWEEN } else { 0 })?);
        }
        let mut swapped = word == "trim" && arguments.is_empty();
        while !self.symbol(")") {
            let separator = self.peek()?;
            self.at += 1;
            match separator.text.as_ref() {
                "for" if arguments.len() == 1 => arguments.push(Expr::Number("1".to_owned())),
                "in" | "from" if matches!(word, "position" | "trim") => swapped = true,
                "from" | "for" | "placing" | "similar" | "escape" => {}
                "," if separator.kind == Kind::Punctuation => {}
                _ => return None,
            }
            arguments.push(self.expression(0)?);
        }
        if swapped && arguments.len() == 2 {
            arguments.reverse();
        }
        Some(normal::call(self.dialect, &[name.to_owned()], arguments, String::new()))
    }

    /// Parses a column, or a function call.
    fn name(&mut self) -> Option<Expr> {
        let first = self.peek()?;
        if first.kind == Kind::Word && super::is_reserved_operand(self.dialect, &first.text) {
            return None;
        }
        let mut names = vec![self.stored(first)];
        self.at += 1;
        while self.is_symbol(".") {
            let next = self.ahead(1)?;
            if next.is_symbol("*") {
                self.at += 2;
                return Some(Expr::Star);
            }
            if !matches!(next.kind, Kind::Word | Kind::Quoted) {
                return None;
            }
            names.push(self.stored(next));
            self.at += 2;
        }
        if self.is_symbol("(") {
            return self.call(&names);
        }
        let column = names.pop()?;
        Some(match names.pop() {
            // Of a trigger's rows it matters which one is meant; other qualifiers name the table itself.
            Some(row) if row == "old" || row == "new" => Expr::Field(Box::new(Expr::Column(row)), column),
            _ => Expr::Column(column),
        })
    }

    /// Returns an identifier as the catalog compares it.
    fn stored(&self, token: &Token<'_>) -> String {
        if self.postgresql() { token.text.as_ref().to_owned() } else { token.text.to_lowercase() }
    }

    fn call(&mut self, names: &[String]) -> Option<Expr> {
        let open = self.at;
        self.at += 1;
        let depth = self.depth;
        let Some(arguments) = self.list(")") else {
            // DISTINCT, ORDER BY, VARIADIC: the whole list stays tokens.
            self.depth = depth;
            self.at = open;
            let list = self.parenthesised()?;
            return Some(Expr::Tokens(format!("{} {list}", super::identifier(names.last()?))));
        };
        let mut tail = String::new();
        while (self.is_word(0, "filter") || self.is_word(0, "over"))
            && self.ahead(1).is_some_and(|token| token.is_symbol("("))
        {
            let word = self.peek()?.text.to_uppercase();
            self.at += 1;
            let list = self.parenthesised()?;
            tail.push_str(&format!("{}{word} {list}", if tail.is_empty() { "" } else { " " }));
        }
        Some(normal::call(self.dialect, names, arguments, tail))
    }
}

enum Step {
    /// No operator that binds here follows.
    Done(Expr),
    /// The operator is part of the expression now.
    More(Expr),
}

fn is(inner: Expr, test: &str) -> Expr {
    Expr::Is(Box::new(normal::operand(inner)), test.to_owned())
}

/// Returns the operator behind LIKE and its relatives; SQLite has none.
fn pattern_operator(dialect: Dialect, word: &str, negated: bool) -> &'static str {
    match (dialect, word, negated) {
        (Dialect::Postgresql, "ilike", false) => "~~*",
        (Dialect::Postgresql, "ilike", true) => "!~~*",
        (Dialect::Postgresql, "similar", false) => "~",
        (Dialect::Postgresql, "similar", true) => "!~",
        (Dialect::Postgresql, _, false) => "~~",
        (Dialect::Postgresql, _, true) => "!~~",
        (Dialect::Sqlite, "glob", false) => "GLOB",
        (Dialect::Sqlite, "glob", true) => "NOT GLOB",
        (Dialect::Sqlite, "regexp", false) => "REGEXP",
        (Dialect::Sqlite, "regexp", true) => "NOT REGEXP",
        (Dialect::Sqlite, "match", false) => "MATCH",
        (Dialect::Sqlite, "match", true) => "NOT MATCH",
        (Dialect::Sqlite, _, false) => "LIKE",
        (Dialect::Sqlite, _, true) => "NOT LIKE",
    }
}
