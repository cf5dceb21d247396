//! A place in the tokens of one statement, with the small steps that all readers share.
//!
//! Readers walk forward only and never recurse into expressions: an expression is the text between two tokens. What
//! a reader does not expect is an [`Unread`] with its place, and a statement counts as read only when its last token
//! was consumed; so an unknown clause can never be skipped in silence.

use trueup_schema::{Dialect, Span};

use crate::lex::{Kind, Token, identifier, span, text_value};

/// Why a reader stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) message: String,
    pub(crate) span: Span,
}

pub(crate) type Read<T> = Result<T, Unread>;

/// A place in the tokens of a statement.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(dialect: Dialect, text: &'a str, tokens: &'a [Token]) -> Self {
        Self { dialect, text, tokens, at: 0 }
    }

    /// Returns a cursor over the tokens from one place up to another.
    pub(crate) fn part(&self, start: usize, end: usize) -> Self {
        Self { tokens: &self.tokens[start.min(end)..end], at: 0, ..self.clone() }
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn go(&mut self, position: usize) {
        self.at = position;
    }

    pub(crate) fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(crate) fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(crate) fn ahead(&self, count: usize) -> Option<Token> {
        self.tokens.get(self.at + count).copied()
    }

    pub(crate) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    pub(crate) fn spelled(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// Returns the next token as it is written, the empty text at the end.
    pub(crate) fn peek(&self) -> &'a str {
        self.token().map_or("", |token| self.spelled(token))
    }

    /// Tells whether the next words are these (upper case, separated by blanks).
    pub(crate) fn is(&self, words: &str) -> bool {
        self.matching(words).is_some()
    }

    /// Consumes these words if they are next.
    pub(crate) fn eat(&mut self, words: &str) -> bool {
        match self.matching(words) {
            Some(count) => {
                self.at += count;
                true
            }
            None => false,
        }
    }

    fn matching(&self, words: &str) -> Option<usize> {
        let mut count = 0;
        for word in words.split(' ') {
            let token = self.ahead(count)?;
            let same = match token.kind {
                Kind::Word | Kind::Punctuation | Kind::Operator => {
                    self.spelled(token).eq_ignore_ascii_case(word)
                }
                _ => false,
            };
            if !same {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// Consumes the first of several alternatives that is next and returns its index.
    pub(crate) fn eat_any(&mut self, alternatives: &[&str]) -> Option<usize> {
        alternatives.iter().position(|words| self.eat(words))
    }

    pub(crate) fn expect(&mut self, words: &str) -> Read<()> {
        if self.eat(words) { Ok(()) } else { Err(self.unexpected(&format!("`{words}`"))) }
    }

    /// Returns the error that something else was expected here.
    pub(crate) fn unexpected(&self, expected: &str) -> Unread {
        let message = match self.token() {
            Some(token) => format!("expected {expected}, found `{}`", shortened(self.spelled(token))),
            None => format!("expected {expected}, found the end of the statement"),
        };
        Unread { message, span: self.here() }
    }

    /// Returns the place of the next token, or the end of the last.
    pub(crate) fn here(&self) -> Span {
        match self.token() {
            Some(token) => token.span(),
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                span(end, end)
            }
        }
    }

    /// Fails unless every token was consumed.
    pub(crate) fn expect_end(&self) -> Read<()> {
        if self.is_end() { Ok(()) } else { Err(self.unexpected("the end of the statement")) }
    }

    pub(crate) fn identifier(&mut self) -> Read<String> {
        let found = self.token().and_then(|token| identifier(self.dialect, token, self.text));
        match found {
            Some(name) => {
                self.at += 1;
                Ok(name)
            }
            None => Err(self.unexpected("a name")),
        }
    }

    /// Reads `a`, `a.b` or `a.b.c`.
    pub(crate) fn dotted(&mut self) -> Read<Vec<String>> {
        let mut parts = vec![self.identifier()?];
        while self.eat(".") {
            parts.push(self.identifier()?);
        }
        Ok(parts)
    }

    pub(crate) fn string(&mut self) -> Read<String> {
        match self.token() {
            Some(token) if token.kind == Kind::Text => {
                self.at += 1;
                let mut value = text_value(self.spelled(token));
                // Strings on lines of their own are one string.
                while let Some(next) = self.token().filter(|next| next.kind == Kind::Text) {
                    let previous = self.tokens[self.at - 1];
                    if !self.text[previous.end..next.start].contains('\n') {
                        break;
                    }
                    value.push_str(&text_value(self.spelled(next)));
                    self.at += 1;
                }
                Ok(value)
            }
            _ => Err(self.unexpected("a string")),
        }
    }

    /// Reads a string, or `NULL`.
    pub(crate) fn string_or_null(&mut self) -> Read<Option<String>> {
        if self.eat("NULL") { Ok(None) } else { self.string().map(Some) }
    }

    pub(crate) fn integer(&mut self) -> Read<i64> {
        let negative = self.eat("-");
        if !negative {
            self.eat("+");
        }
        let digits = self.peek().replace('_', "");
        match digits.parse::<i128>().map(|value| if negative { -value } else { value }).map(i64::try_from) {
            Ok(Ok(value)) => {
                self.at += 1;
                Ok(value)
            }
            _ => Err(self.unexpected("a whole number")),
        }
    }

    /// Consumes `( … )` with everything inside and returns the tokens between as a cursor.
    pub(crate) fn parenthesised(&mut self) -> Read<Cursor<'a>> {
        let open = self.at;
        self.expect("(")?;
        let mut depth = 1_usize;
        while let Some(token) = self.token() {
            match self.spelled(token) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(self.part(open + 1, self.at - 1));
            }
        }
        self.at = open;
        Err(Unread { message: "`(` is not closed".to_owned(), span: self.here() })
    }

    /// Reads `(a, b)`.
    pub(crate) fn names(&mut self) -> Read<Vec<String>> {
        let mut inner = self.parenthesised()?;
        let mut names = vec![inner.identifier()?];
        while inner.eat(",") {
            names.push(inner.identifier()?);
        }
        inner.expect_end()?;
        Ok(names)
    }

    /// Consumes tokens up to one outside of parentheses for which the test holds, or to the end.
    pub(crate) fn skip_until(&mut self, stop: impl Fn(&Self) -> bool) {
        let mut depth = 0_usize;
        while let Some(token) = self.token() {
            if depth == 0 && stop(self) {
                return;
            }
            match self.spelled(token) {
                "(" | "[" if token.kind == Kind::Punctuation => depth += 1,
                ")" | "]" if token.kind == Kind::Punctuation => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Returns the source text from a position up to the next token.
    pub(crate) fn since(&self, position: usize) -> &'a str {
        match (self.tokens.get(position), self.at.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.start < last.end => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// Returns the span from a position up to the next token.
    pub(crate) fn span_since(&self, position: usize) -> Span {
        match (self.tokens.get(position), self.at.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.start < last.end => span(first.start, last.end),
            _ => self.here(),
        }
    }

    /// Consumes everything that is left and returns its text.
    pub(crate) fn rest(&mut self) -> &'a str {
        let start = self.at;
        self.at = self.tokens.len();
        self.since(start)
    }

    /// Returns all tokens as text, whatever was consumed.
    pub(crate) fn whole(&self) -> &'a str {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// Returns the parts between commas outside of parentheses, as cursors; consumes everything.
    pub(crate) fn list(&mut self) -> Vec<Cursor<'a>> {
        let mut parts = Vec::new();
        while !self.is_end() {
            let start = self.at;
            self.skip_until(|cursor| cursor.is(","));
            parts.push(self.part(start, self.at));
            if self.eat(",") && self.is_end() {
                // A comma at the end leaves an empty part, which its reader refuses with the place.
                parts.push(self.part(self.at, self.at));
            }
        }
        parts
    }

    /// Tells whether one of these words stands anywhere in the tokens.
    pub(crate) fn mentions(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| {
            token.kind == Kind::Word
                && words.iter().any(|word| self.spelled(*token).eq_ignore_ascii_case(word))
        })
    }
}

/// Returns a token as it can stand in a message.
fn shortened(token: &str) -> String {
    let line = token.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
