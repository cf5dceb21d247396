//! Tokens of SQL text, of both dialects; never fails, in one pass.
//!
//! What is not closed (a quote, a comment, a dollar body) ends with the text. Identifiers come out as the catalog
//! stores them: folded, without quotes. White space and comments are gone.

use std::borrow::Cow;

use crate::Dialect;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word without quotes: identifier or keyword, folded to lower case (ASCII), with underscores and digits.
    Word,
    /// A quoted identifier, quotes removed. On SQLite also where double quotes may stand for a string.
    Quoted,
    /// A string of any spelling, unescaped.
    String,
    /// `B'…'` and `X'…'`, and SQLite blobs; the text keeps its lower-case prefix: `b:0101`.
    Bits,
    /// A number.
    Number,
    /// `$1`, `?`, `:name`, `@name`.
    Parameter,
    /// An operator.
    Operator,
    /// `( ) [ ] , ; .` and `:` of slices.
    Punctuation,
    /// A byte that belongs to nothing.
    Other,
}

/// A token with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    /// The value: folded, unquoted, unescaped.
    pub(crate) text: Cow<'a, str>,
    /// Bytes of the source it came from.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token<'_> {
    /// Tells whether the token is this unquoted word, given in lower case.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Tells whether the token is this operator or punctuation mark.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.kind, Kind::Operator | Kind::Punctuation) && self.text == symbol
    }
}

/// Returns the tokens of a text.
pub(crate) fn tokens(dialect: Dialect, text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { dialect, text, bytes: text.as_bytes(), at: 0, found: Vec::new() };
    while lexer.step() {}
    lexer.found
}

struct Lexer<'a> {
    dialect: Dialect,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    found: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn postgresql(&self) -> bool {
        self.dialect == Dialect::Postgresql
    }

    fn push(&mut self, kind: Kind, text: impl Into<Cow<'a, str>>, start: usize) {
        self.found.push(Token { kind, text: text.into(), start, end: self.at });
    }

    /// Reads one token, or white space; false at the end.
    fn step(&mut self) -> bool {
        let start = self.at;
        let Some(&byte) = self.bytes.get(start) else { return false };
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c | 0x0b => self.at += 1,
            b'-' if self.peek(1) == b'-' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'\'' => self.string(start, false),
            b'"' => self.quoted(start, b'"'),
            b'`' if !self.postgresql() => self.quoted(start, b'`'),
            b'[' if !self.postgresql() => self.bracketed(start),
            b'$' => self.dollar(start),
            b'0'..=b'9' => self.number(start),
            b'.' if self.peek(1).is_ascii_digit() && !self.after_name() => self.number(start),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.word(start),
            b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' => {
                self.at += 1;
                let text = &self.text[start..self.at];
                self.push(Kind::Punctuation, text, start);
            }
            b':' if self.peek(1) == b':' => {
                self.at += 2;
                self.push(Kind::Operator, "::", start);
            }
            b':' if self.peek(1) == b'=' => {
                self.at += 2;
                self.push(Kind::Operator, ":=", start);
            }
            b':' if !self.postgresql() || self.peek(1).is_ascii_alphabetic() => self.parameter(start),
            b'@' | b'?' if !self.postgresql() => self.parameter(start),
            b':' => {
                self.at += 1;
                self.push(Kind::Punctuation, ":", start);
            }
            _ if is_operator_byte(byte) => self.operator(start),
            _ => {
                self.at += 1;
                let text = &self.text[start..self.at];
                self.push(Kind::Other, text, start);
            }
        }
        true
    }

    /// Tells whether the last token can be followed by `.name`, so that a dot is no number's beginning.
    fn after_name(&self) -> bool {
        self.found.last().is_some_and(|token| {
            token.end == self.at && (matches!(token.kind, Kind::Word | Kind::Quoted) || token.is_symbol("]"))
        })
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// Skips a block comment; PostgreSQL nests them.
    fn block_comment(&mut self) {
        let mut depth = 1;
        self.at += 2;
        while self.at < self.bytes.len() && depth > 0 {
            match (self.peek(0), self.peek(1)) {
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                }
                (b'/', b'*') if self.postgresql() => {
                    depth += 1;
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    /// Reads from an opening quote to its end, doubled quotes and, if asked, backslashes resolved.
    fn until_quote(&mut self, quote: u8, escapes: bool) -> Cow<'a, str> {
        self.at += 1;
        let begin = self.at;
        let mut owned: Option<String> = None;
        let mut copied = begin;
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == quote && self.peek(1) == quote {
                let buffer = owned.get_or_insert_with(String::new);
                buffer.push_str(&self.text[copied..=self.at]);
                self.at += 2;
                copied = self.at;
            } else if byte == quote {
                let piece = &self.text[copied..self.at];
                self.at += 1;
                return match owned {
                    Some(mut buffer) => {
                        buffer.push_str(piece);
                        Cow::Owned(buffer)
                    }
                    None => Cow::Borrowed(piece),
                };
            } else if escapes && byte == b'\\' && self.at + 1 < self.bytes.len() {
                let buffer = owned.get_or_insert_with(String::new);
                buffer.push_str(&self.text[copied..self.at]);
                self.at += 1;
                let (character, length) = escape(&self.text[self.at..]);
                buffer.push(character);
                self.at += length;
                copied = self.at;
            } else {
                self.at += 1;
            }
        }
        let piece = &self.text[copied.min(self.text.len())..];
        match owned {
            Some(mut buffer) => {
                buffer.push_str(piece);
                Cow::Owned(buffer)
            }
            None => Cow::Borrowed(piece),
        }
    }

    /// Reads a string; two of them on two lines are one.
    fn string(&mut self, start: usize, escapes: bool) {
        let value = self.until_quote(b'\'', escapes);
        let continued = self.postgresql()
            && self
                .found
                .last()
                .is_some_and(|last| last.kind == Kind::String && self.text[last.end..start].contains('\n'));
        if continued && let Some(last) = self.found.last_mut() {
            last.text.to_mut().push_str(&value);
            last.end = self.at;
            return;
        }
        self.push(Kind::String, value, start);
    }

    fn quoted(&mut self, start: usize, quote: u8) {
        let value = self.until_quote(quote, false);
        self.push(Kind::Quoted, value, start);
    }

    /// Reads SQLite's `[name]`.
    fn bracketed(&mut self, start: usize) {
        let rest = &self.text[start + 1..];
        let length = rest.find(']').unwrap_or(rest.len());
        self.at = (start + length + 2).min(self.bytes.len());
        self.push(Kind::Quoted, &rest[..length], start);
    }

    /// Reads `$$…$$`, `$tag$…$tag$`, `$1`, or SQLite's `$name`.
    fn dollar(&mut self, start: usize) {
        if !self.postgresql() || self.peek(1).is_ascii_digit() {
            return self.parameter(start);
        }
        let rest = &self.text[start + 1..];
        let tag = rest.find('$').filter(|end| {
            rest[..*end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80)
        });
        let Some(tag) = tag else {
            self.at += 1;
            return self.push(Kind::Other, "$", start);
        };
        let delimiter = &self.text[start..start + tag + 2];
        let body = &self.text[start + delimiter.len()..];
        let length = body.find(delimiter).unwrap_or(body.len());
        self.at = (start + delimiter.len() + length + delimiter.len()).min(self.bytes.len());
        self.push(Kind::String, &body[..length], start);
    }

    fn parameter(&mut self, start: usize) {
        self.at += 1;
        while self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        self.push(Kind::Parameter, text, start);
    }

    fn number(&mut self, start: usize) {
        if self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X') && self.peek(2).is_ascii_hexdigit() {
            self.at += 2;
            while self.peek(0).is_ascii_hexdigit() {
                self.at += 1;
            }
        } else {
            self.digits();
            if self.peek(0) == b'.' && self.peek(1) != b'.' {
                self.at += 1;
                self.digits();
            }
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if matches!(self.peek(0), b'e' | b'E') && self.peek(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                self.digits();
            }
        }
        let text = &self.text[start..self.at];
        let plain = text.contains(|letter: char| letter == '_' || letter.is_ascii_uppercase());
        if plain {
            self.push(Kind::Number, text.replace('_', "").to_ascii_lowercase(), start);
        } else {
            self.push(Kind::Number, text, start);
        }
    }

    fn digits(&mut self) {
        while self.peek(0).is_ascii_digit() || (self.peek(0) == b'_' && self.peek(1).is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn word(&mut self, start: usize) {
        let prefix = self.peek(0).to_ascii_lowercase();
        if self.peek(1) == b'\'' && self.prefixed(prefix, start) {
            return;
        }
        if self.postgresql() && prefix == b'u' && self.peek(1) == b'&' && self.unicode(start) {
            return;
        }
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | b'$' | 0x80..) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.push(Kind::Word, text.to_ascii_lowercase(), start);
        } else {
            self.push(Kind::Word, text, start);
        }
    }

    /// Reads `E'…'`, `N'…'`, `B'…'`, `X'…'`.
    fn prefixed(&mut self, prefix: u8, start: usize) -> bool {
        match prefix {
            b'e' | b'n' if self.postgresql() => {
                self.at += 1;
                self.string(start, prefix == b'e');
            }
            b'x' | b'b' if self.postgresql() || prefix == b'x' => {
                self.at += 1;
                let digits = self.until_quote(b'\'', false).to_ascii_lowercase();
                self.push(Kind::Bits, format!("{}:{digits}", char::from(prefix)), start);
            }
            _ => return false,
        }
        true
    }

    /// Reads `U&'…'` and `U&"…"`, without `UESCAPE`.
    fn unicode(&mut self, start: usize) -> bool {
        let (kind, quote) = match self.peek(2) {
            b'\'' => (Kind::String, b'\''),
            b'"' => (Kind::Quoted, b'"'),
            _ => return false,
        };
        self.at += 2;
        let raw = self.until_quote(quote, false);
        let mut value = String::new();
        let mut rest: &str = &raw;
        while let Some(at) = rest.find('\\') {
            value.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (skip, digits) = if rest.starts_with('+') { (1, 6) } else { (0, 4) };
            let code = rest.get(skip..skip + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            if let Some(character) = code.and_then(char::from_u32) {
                value.push(character);
                rest = &rest[skip + digits..];
            } else {
                value.push('\\');
                rest = rest.strip_prefix('\\').unwrap_or(rest);
            }
        }
        value.push_str(rest);
        self.push(kind, value, start);
        true
    }

    /// Reads the longest operator, by PostgreSQL's rule or from SQLite's list.
    fn operator(&mut self, start: usize) {
        let rest = &self.bytes[start..];
        let longest = rest.iter().take(MAX_OPERATOR_BYTES);
        let mut length = longest.take_while(|byte| is_operator_byte(**byte)).count();
        if self.postgresql() {
            for at in 0..length {
                if matches!((rest[at], rest.get(at + 1)), (b'-', Some(b'-')) | (b'/', Some(b'*'))) {
                    length = at.max(1);
                    break;
                }
            }
            // `a =-1`: a trailing sign is its own token unless the operator has one of these bytes.
            let special = |bytes: &[u8]| bytes.iter().any(|byte| b"~!@#%^&|`?".contains(byte));
            while length > 1 && matches!(rest[length - 1], b'+' | b'-') && !special(&rest[..length - 1]) {
                length -= 1;
            }
        } else {
            const KNOWN: [&[u8]; 10] =
                [b"->>", b"->", b"||", b"<=", b">=", b"<>", b"!=", b"==", b"<<", b">>"];
            length = KNOWN.iter().find(|known| rest.starts_with(known)).map_or(1, |known| known.len());
        }
        self.at = start + length;
        let text = &self.text[start..self.at];
        self.push(Kind::Operator, text, start);
    }
}

/// An operator is a name like any other: `NAMEDATALEN` - 1 bytes (PostgreSQL 17 §4.1.3).
const MAX_OPERATOR_BYTES: usize = 63;

fn is_operator_byte(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

/// Returns the character that a backslash escape stands for, and its length in bytes.
fn escape(rest: &str) -> (char, usize) {
    let Some(first) = rest.chars().next() else { return ('\\', 0) };
    let coded = |skip: usize, most: usize, radix: u32| {
        let length = rest[skip..].chars().take(most).take_while(|digit| digit.is_digit(radix)).count();
        let code = u32::from_str_radix(&rest[skip..skip + length], radix).ok()?;
        char::from_u32(code).map(|character| (character, skip + length))
    };
    match first {
        'n' => ('\n', 1),
        't' => ('\t', 1),
        'r' => ('\r', 1),
        'b' => ('\u{8}', 1),
        'f' => ('\u{c}', 1),
        '0'..='7' => coded(0, 3, 8).unwrap_or((first, 1)),
        'x' => coded(1, 2, 16).unwrap_or((first, 1)),
        'u' => coded(1, 4, 16).unwrap_or((first, 1)),
        'U' => coded(1, 8, 16).unwrap_or((first, 1)),
        _ => (first, first.len_utf8()),
    }
}
