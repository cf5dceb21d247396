//! Tokens of SQL text, for both dialects.
//!
//! The lexer never fails and never recurses: whatever it cannot read becomes a token of its own and, where the text
//! ends inside a quote or comment, an error with its place. White space and comments leave no token.

use trueup_schema::{Dialect, Span};

/// What sort of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or an identifier without quotes.
    Word,
    /// An identifier in quotes.
    Quoted,
    /// A string, also `E'…'`, `x'…'` and `$tag$…$tag$`.
    Text,
    /// A number.
    Number,
    /// `$1`, `:name`, `?`.
    Parameter,
    /// `( ) [ ] , ; .`
    Punctuation,
    /// Operators, and every other character.
    Operator,
    /// A psql meta-command up to the end of its line.
    Meta,
}

/// A token: its kind and its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn span(self) -> Span {
        span(self.start, self.end)
    }
}

/// Returns a span; texts above 4 GB are not read anywhere.
pub(crate) fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

/// Reads tokens one after the other.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    dialect: Dialect,
    /// Next byte to read.
    pub(crate) at: usize,
    /// Quotes and comments that the text ends in.
    pub(crate) errors: Vec<(String, Span)>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(dialect: Dialect, text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), dialect, at: 0, errors: Vec::new() }
    }

    /// Returns all tokens of a text and what was wrong.
    pub(crate) fn all(dialect: Dialect, text: &'a str) -> (Vec<Token>, Vec<(String, Span)>) {
        let mut lexer = Self::new(dialect, text);
        let mut tokens = Vec::new();
        while let Some(token) = lexer.token() {
            tokens.push(token);
        }
        (tokens, lexer.errors)
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn is_postgres(&self) -> bool {
        self.dialect == Dialect::Postgresql
    }

    /// Returns the next token, `None` at the end.
    pub(crate) fn token(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let kind = match first {
            b'\'' => self.quoted(b'\'', false, "string"),
            b'"' => self.quoted(b'"', false, "quoted identifier"),
            b'`' if !self.is_postgres() => self.quoted(b'`', false, "quoted identifier"),
            b'[' if !self.is_postgres() => self.bracketed(),
            b'$' => self.dollar(),
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_ascii_digit() => self.number(),
            b'.' if self.byte(1) == b'.' => self.take(2, Kind::Operator),
            b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' => self.take(1, Kind::Punctuation),
            b':' => self.colon(),
            b'?' if !self.is_postgres() => self.parameter(),
            b'@' if !self.is_postgres() && is_name_start(self.byte(1)) => self.parameter(),
            b'\\' if self.is_postgres() => self.meta(),
            byte if is_name_start(byte) => self.word(),
            byte if is_operator(byte) => self.operator(),
            _ => {
                let width = self.text[start..].chars().next().map_or(1, char::len_utf8);
                self.take(width, Kind::Operator)
            }
        };
        Some(Token { kind, start, end: self.at })
    }

    fn take(&mut self, bytes: usize, kind: Kind) -> Kind {
        self.at = (self.at + bytes).min(self.bytes.len());
        kind
    }

    fn skip_blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte.is_ascii_whitespace() || byte == 0x0b {
                self.at += 1;
            } else if byte == b'-' && self.byte(1) == b'-' {
                self.skip_line();
            } else if byte == b'/' && self.byte(1) == b'*' {
                self.skip_comment();
            } else if self.text[self.at..].starts_with('\u{feff}') {
                self.at += 3;
            } else {
                return;
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// Comments nest in PostgreSQL and do not in SQLite, where an open one ends with the text.
    fn skip_comment(&mut self) {
        let start = self.at;
        self.at += 2;
        let mut depth = 1_usize;
        while self.at < self.bytes.len() {
            if self.byte(0) == b'*' && self.byte(1) == b'/' {
                self.at += 2;
                depth -= 1;
                if depth == 0 {
                    return;
                }
            } else if self.is_postgres() && self.byte(0) == b'/' && self.byte(1) == b'*' {
                self.at += 2;
                depth += 1;
            } else {
                self.at += 1;
            }
        }
        if self.is_postgres() {
            self.errors.push(("comment is not closed".to_owned(), span(start, start + 2)));
        }
    }

    /// Reads from an opening quote to its partner; two in a row are one of its content.
    fn quoted(&mut self, quote: u8, backslashes: bool, what: &str) -> Kind {
        let start = self.at;
        self.at += 1;
        let kind = if quote == b'\'' { Kind::Text } else { Kind::Quoted };
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            if byte == b'\\' && backslashes {
                self.at = (self.at + 1).min(self.bytes.len());
            } else if byte == quote {
                if self.byte(0) != quote {
                    return kind;
                }
                self.at += 1;
            }
        }
        // The byte after a backslash may begin a character of several bytes.
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.errors.push((format!("{what} is not closed"), span(start, start + 1)));
        kind
    }

    fn bracketed(&mut self) -> Kind {
        let rest = &self.bytes[self.at..];
        match rest.iter().position(|byte| *byte == b']') {
            Some(end) => self.at += end + 1,
            None => {
                self.errors.push(("`[` is not closed".to_owned(), span(self.at, self.at + 1)));
                self.at = self.bytes.len();
            }
        }
        Kind::Quoted
    }

    /// `$1`, `$$…$$`, `$tag$…$tag$`, or SQLite's `$name`.
    fn dollar(&mut self) -> Kind {
        if !self.is_postgres() || self.byte(1).is_ascii_digit() {
            return self.parameter();
        }
        let rest = &self.text[self.at..];
        let tag_end =
            rest[1..].bytes().position(|byte| !is_name_part(byte) || byte == b'$').map(|end| end + 1);
        let Some(tag_end) = tag_end.filter(|end| rest.as_bytes()[*end] == b'$') else {
            return self.take(1, Kind::Operator);
        };
        let tag = &rest[..=tag_end];
        match rest[tag.len()..].find(tag) {
            Some(end) => self.at += tag.len() * 2 + end,
            None => {
                self.errors
                    .push((format!("string `{tag}` is not closed"), span(self.at, self.at + tag.len())));
                self.at = self.bytes.len();
            }
        }
        Kind::Text
    }

    fn number(&mut self) -> Kind {
        if self.byte(0) == b'0' && matches!(self.byte(1), b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
            self.at += 2;
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            let exponent_sign = matches!(byte, b'+' | b'-')
                && matches!(self.bytes[self.at - 1], b'e' | b'E')
                && self.byte(1).is_ascii_digit();
            // `1..10` is a range of PL/pgSQL, not a number.
            let range = byte == b'.' && self.byte(1) == b'.';
            if range || !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || exponent_sign) {
                break;
            }
            self.at += 1;
        }
        Kind::Number
    }

    fn colon(&mut self) -> Kind {
        match self.byte(1) {
            b':' | b'=' => self.take(2, Kind::Operator),
            next if is_name_start(next) => self.parameter(),
            _ => self.take(1, Kind::Operator),
        }
    }

    fn parameter(&mut self) -> Kind {
        self.at += 1;
        while self.at < self.bytes.len() && is_name_part(self.byte(0)) {
            self.at += 1;
        }
        Kind::Parameter
    }

    /// A backslash outside of quotes is psql's; `\;` and `\g…` end a statement as `;` does, see `split`.
    fn meta(&mut self) -> Kind {
        self.skip_line();
        Kind::Meta
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        while self.at < self.bytes.len() && is_name_part(self.byte(0)) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        match self.byte(0) {
            b'\'' if word.eq_ignore_ascii_case("e") && self.is_postgres() => {
                self.quoted(b'\'', true, "string")
            }
            b'\'' if word.eq_ignore_ascii_case("x") => self.quoted(b'\'', false, "string"),
            b'\''
                if self.is_postgres()
                    && (word.eq_ignore_ascii_case("b") || word.eq_ignore_ascii_case("n")) =>
            {
                self.quoted(b'\'', false, "string")
            }
            b'&' if self.is_postgres()
                && word.eq_ignore_ascii_case("u")
                && matches!(self.byte(1), b'\'' | b'"') =>
            {
                self.at += 1;
                let what = if self.byte(0) == b'"' { "quoted identifier" } else { "string" };
                self.quoted(self.byte(0), false, what)
            }
            _ => Kind::Word,
        }
    }

    /// Source: PostgreSQL 17 §4.1.3: comments end an operator, and one of several characters ends with `+` or `-`
    /// only if it has a character that standard operators lack.
    fn operator(&mut self) -> Kind {
        let start = self.at;
        while self.at < self.bytes.len() && is_operator(self.byte(0)) {
            let comment = matches!((self.byte(0), self.byte(1)), (b'-', b'-') | (b'/', b'*'));
            if comment && self.at > start {
                break;
            }
            self.at += 1;
        }
        let special = self.bytes[start..self.at].iter().any(|byte| b"~!@#%^&|`?".contains(byte));
        while !special && self.at - start > 1 && matches!(self.bytes[self.at - 1], b'+' | b'-') {
            self.at -= 1;
        }
        Kind::Operator
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_name_part(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

/// Returns the value of a string token: quotes and escapes removed.
pub(crate) fn text_value(token: &str) -> String {
    if let Some(tagged) = token.strip_prefix('$') {
        let tag = tagged.find('$').map_or(0, |end| end + 2);
        return token.get(tag..token.len().saturating_sub(tag)).unwrap_or_default().to_owned();
    }
    let Some(open) = token.find('\'') else { return token.to_owned() };
    let body = &token[open + 1..];
    let body = body.strip_suffix('\'').unwrap_or(body).replace("''", "'");
    match token[..open].to_ascii_lowercase().as_str() {
        "e" => unescape(&body),
        "u&" => unicode(&body),
        _ => body,
    }
}

/// Returns the value of an identifier token; `None` if it is no identifier.
pub(crate) fn identifier(dialect: Dialect, token: Token, text: &str) -> Option<String> {
    let word = &text[token.start..token.end];
    match token.kind {
        Kind::Word if dialect == Dialect::Postgresql => Some(word.to_lowercase()),
        Kind::Word => Some(word.to_owned()),
        Kind::Quoted if word.starts_with('[') => Some(word.trim_matches(['[', ']']).to_owned()),
        Kind::Quoted if word.starts_with(['u', 'U']) => {
            Some(unicode(&word[2..].trim_matches('"').replace("\"\"", "\"")))
        }
        Kind::Quoted => {
            let quote = &word[..1];
            let inner = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
            Some(inner.replace(&quote.repeat(2), quote))
        }
        // SQLite takes a string where it expects a name.
        Kind::Text if dialect == Dialect::Sqlite && word.starts_with('\'') => Some(text_value(word)),
        _ => None,
    }
}

fn unescape(body: &str) -> String {
    let mut value = String::with_capacity(body.len());
    let mut rest = body.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some('r') => value.push('\r'),
            Some('b') => value.push('\u{8}'),
            Some('f') => value.push('\u{c}'),
            Some(other) => value.push(other),
            None => {}
        }
    }
    value
}

fn unicode(body: &str) -> String {
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (digits, skip) =
            if escape.starts_with('+') { (escape.get(1..7), 7) } else { (escape.get(..4), 4) };
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                value.push(character);
                rest = &escape[skip..];
            }
            None => {
                value.push('\\');
                rest = escape.strip_prefix('\\').unwrap_or(escape);
            }
        }
    }
    value.push_str(rest);
    value
}
