//! One line of a snapshot: words, names with namespaces, lists and options.
//!
//! A word stands bare where it is made of letters, digits, `_` and `-` of ASCII, else in double quotes with `\"`, `\\`,
//! `\n`, `\r`, `\t` and `\u{…}` for control characters. Words with dots between them are a name with its namespace. A
//! list stands in parentheses, its elements are separated by commas, and each is made like a line. `name=value` is an
//! option. So `index ix_users (email, created desc) unique where="deleted IS NULL"` has a kind, a name, a list of two
//! elements, a word and an option.

use std::fmt::Write as _;

use super::SnapshotError;
use crate::ObjectName;

/// Deepest nesting of lists that is read.
const MAX_DEPTH: usize = 8;

/// What one line or one element of a list is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    values: Vec<Value>,
    options: Vec<(String, Value)>,
}

/// A value on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Words with dots between them; mostly one.
    Path(Vec<String>),
    /// A list.
    List(Vec<Fields>),
}

impl Fields {
    pub(super) fn new(word: &str) -> Self {
        Self::default().word(word)
    }

    pub(super) fn word(mut self, word: &str) -> Self {
        self.values.push(Value::word(word));
        self
    }

    pub(super) fn value(mut self, value: Value) -> Self {
        self.values.push(value);
        self
    }

    pub(super) fn flag(self, word: &str, is_set: bool) -> Self {
        if is_set { self.word(word) } else { self }
    }

    pub(super) fn option(mut self, key: &str, value: Option<Value>) -> Self {
        if let Some(value) = value {
            self.options.push((key.to_owned(), value));
        }
        self
    }

    pub(super) fn text(self, key: &str, text: Option<&str>) -> Self {
        self.option(key, text.map(Value::word))
    }

    /// Adds an option of names, unless there are none.
    pub(super) fn names(self, key: &str, names: &[String]) -> Self {
        self.option(key, (!names.is_empty()).then(|| Value::words(names)))
    }
}

impl Value {
    pub(super) fn word(word: &str) -> Self {
        Self::Path(vec![word.to_owned()])
    }

    pub(super) fn words(words: &[String]) -> Self {
        Self::List(words.iter().map(|word| Fields::new(word)).collect())
    }

    pub(super) fn name(name: &ObjectName) -> Self {
        Self::Path(name.namespace.iter().chain([&name.name]).cloned().collect())
    }
}

/// Returns a line, or an element of a list, as text.
pub(super) fn shown(fields: &Fields) -> String {
    let mut out = String::new();
    write_fields(fields, &mut out);
    out
}

fn write_fields(fields: &Fields, out: &mut String) {
    let mut space = "";
    for value in &fields.values {
        out.push_str(space);
        write_value(value, out);
        space = " ";
    }
    for (key, value) in &fields.options {
        let _ = write!(out, "{space}{key}=");
        write_value(value, out);
        space = " ";
    }
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Path(words) => {
            for (at, word) in words.iter().enumerate() {
                if at > 0 {
                    out.push('.');
                }
                write_word(word, out);
            }
        }
        Value::List(elements) => {
            out.push('(');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_fields(element, out);
            }
            out.push(')');
        }
    }
}

fn write_word(word: &str, out: &mut String) {
    if !word.is_empty() && word.bytes().all(is_bare) {
        out.push_str(word);
        return;
    }
    out.push('"');
    for letter in word.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// A line that is being read: what it is made of is taken away one by one, so that nothing is passed over.
pub(super) struct Reader {
    number: usize,
    values: std::collections::VecDeque<Value>,
    options: Vec<(String, Value)>,
}

impl Reader {
    /// Reads a line without its indent.
    pub(super) fn parse(number: usize, text: &str) -> Result<Self, SnapshotError> {
        let mut parser = Parser { number, rest: text };
        let fields = parser.fields(0)?;
        match parser.rest.chars().next() {
            None => Ok(Self::of(number, fields)),
            Some(letter) => Err(SnapshotError::new(number, format!("`{letter}` is out of place here"))),
        }
    }

    pub(super) fn of(number: usize, fields: Fields) -> Self {
        Self { number, values: fields.values.into(), options: fields.options }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> SnapshotError {
        SnapshotError::new(self.number, message)
    }

    pub(super) fn value(&mut self, what: &str) -> Result<Value, SnapshotError> {
        self.values.pop_front().ok_or_else(|| self.error(format!("{what} is missing")))
    }

    pub(super) fn word(&mut self, what: &str) -> Result<String, SnapshotError> {
        let value = self.value(what)?;
        self.as_word(value, what)
    }

    pub(super) fn name(&mut self, what: &str) -> Result<ObjectName, SnapshotError> {
        let value = self.value(what)?;
        self.as_name(value, what)
    }

    pub(super) fn elements(&mut self, what: &str) -> Result<Vec<Self>, SnapshotError> {
        let value = self.value(what)?;
        self.as_elements(value, what)
    }

    pub(super) fn words(&mut self, what: &str) -> Result<Vec<String>, SnapshotError> {
        let elements = self.elements(what)?;
        all_words(elements, what)
    }

    pub(super) fn flag(&mut self, word: &str) -> bool {
        let found = self.values.iter().position(|value| *value == Value::word(word));
        found.is_some_and(|at| self.values.remove(at).is_some())
    }

    pub(super) fn option(&mut self, key: &str) -> Option<Value> {
        let at = self.options.iter().position(|(name, _)| name == key)?;
        Some(self.options.remove(at).1)
    }

    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, SnapshotError> {
        self.option(key).map(|value| self.as_word(value, key)).transpose()
    }

    pub(super) fn name_option(&mut self, key: &str) -> Result<Option<ObjectName>, SnapshotError> {
        self.option(key).map(|value| self.as_name(value, key)).transpose()
    }

    pub(super) fn number(&mut self, key: &str) -> Result<Option<i64>, SnapshotError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.error(format!("`{key}` is `{text}`, not a whole number")))
    }

    pub(super) fn word_list(&mut self, key: &str) -> Result<Vec<String>, SnapshotError> {
        let Some(value) = self.option(key) else { return Ok(Vec::new()) };
        let elements = self.as_elements(value, key)?;
        all_words(elements, key)
    }

    /// Ends the reading; what is left over is something that this reader does not know.
    pub(super) fn finish(self) -> Result<(), SnapshotError> {
        let left = self.values.front().map(|value| shown(&Fields::default().value(value.clone())));
        match left.or_else(|| self.options.first().map(|(key, _)| format!("{key}="))) {
            None => Ok(()),
            Some(text) => Err(SnapshotError::new(self.number, format!("`{text}` is not understood here"))),
        }
    }

    pub(super) fn as_word(&self, value: Value, what: &str) -> Result<String, SnapshotError> {
        match value {
            Value::Path(mut words) if words.len() == 1 => Ok(words.remove(0)),
            _ => Err(self.error(format!("{what} has to be one word"))),
        }
    }

    pub(super) fn as_name(&self, value: Value, what: &str) -> Result<ObjectName, SnapshotError> {
        let Value::Path(words) = value else { return Err(self.error(format!("{what} has to be a name"))) };
        match <[String; 2]>::try_from(words) {
            Ok([namespace, name]) => Ok(ObjectName { namespace: Some(namespace), name }),
            Err(words) if words.len() == 1 => Ok(ObjectName::new(words.concat())),
            Err(_) => Err(self.error(format!("{what} has more than a namespace and a name"))),
        }
    }

    pub(super) fn as_elements(&self, value: Value, what: &str) -> Result<Vec<Self>, SnapshotError> {
        match value {
            Value::List(elements) => {
                Ok(elements.into_iter().map(|element| Self::of(self.number, element)).collect())
            }
            Value::Path(_) => Err(self.error(format!("{what} has to be a list in parentheses"))),
        }
    }
}

fn all_words(elements: Vec<Reader>, what: &str) -> Result<Vec<String>, SnapshotError> {
    let word = |mut element: Reader| {
        let word = element.word(what)?;
        element.finish().map(|()| word)
    };
    elements.into_iter().map(word).collect()
}

struct Parser<'a> {
    number: usize,
    rest: &'a str,
}

impl Parser<'_> {
    fn fields(&mut self, depth: usize) -> Result<Fields, SnapshotError> {
        let mut fields = Fields::default();
        loop {
            self.rest = self.rest.trim_start_matches(' ');
            if self.rest.is_empty() || self.rest.starts_with([',', ')']) {
                return Ok(fields);
            }
            let value = self.value(depth)?;
            match value {
                Value::Path(mut words) if words.len() == 1 && self.rest.starts_with('=') => {
                    self.rest = &self.rest[1..];
                    let option = self.value(depth)?;
                    fields.options.push((words.remove(0), option));
                }
                value => fields.values.push(value),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, SnapshotError> {
        if self.rest.starts_with('(') {
            return self.list(depth);
        }
        let mut words = vec![self.word()?];
        while let Some(rest) = self.rest.strip_prefix('.') {
            self.rest = rest;
            words.push(self.word()?);
        }
        Ok(Value::Path(words))
    }

    fn list(&mut self, depth: usize) -> Result<Value, SnapshotError> {
        if depth >= MAX_DEPTH {
            return Err(self.error("lists are nested too deeply"));
        }
        self.rest = &self.rest[1..];
        let mut elements = Vec::new();
        if let Some(rest) = self.rest.strip_prefix(')') {
            self.rest = rest;
            return Ok(Value::List(elements));
        }
        loop {
            elements.push(self.fields(depth + 1)?);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Ok(Value::List(elements));
            } else {
                return Err(self.error("a list has no closing `)`"));
            }
        }
    }

    fn word(&mut self) -> Result<String, SnapshotError> {
        if let Some(rest) = self.rest.strip_prefix('"') {
            self.rest = rest;
            return self.quoted();
        }
        let length = self.rest.bytes().take_while(|byte| is_bare(*byte)).count();
        if length == 0 {
            let message = match self.rest.chars().next() {
                Some(letter) => format!("`{letter}` is out of place here"),
                None => "the line ends too early".to_owned(),
            };
            return Err(self.error(message));
        }
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn quoted(&mut self) -> Result<String, SnapshotError> {
        let mut word = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(word);
                }
                '\\' => {
                    let escaped = match letters.next().map(|(_, letter)| letter) {
                        Some(same @ ('"' | '\\')) => Some(same),
                        Some('n') => Some('\n'),
                        Some('r') => Some('\r'),
                        Some('t') => Some('\t'),
                        Some('u') => {
                            let digits: String = letters
                                .by_ref()
                                .map(|(_, letter)| letter)
                                .skip_while(|letter| *letter == '{')
                                .take_while(|letter| *letter != '}')
                                .collect();
                            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
                        }
                        _ => None,
                    };
                    word.push(escaped.ok_or_else(|| {
                        self.error(
                            "a backslash escapes nothing known: there are \\\" \\\\ \\n \\r \\t \\u{…}",
                        )
                    })?);
                }
                letter => word.push(letter),
            }
        }
        Err(self.error("a text has no closing `\"`"))
    }

    fn error(&self, message: impl Into<String>) -> SnapshotError {
        SnapshotError::new(self.number, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let line = Fields::new("index")
            .word("of \"all\" \u{1b}\n things")
            .value(Value::List(vec![
                Fields::new("a").flag("desc", true),
                Fields::default().text("is", Some("")),
            ]))
            .value(Value::name(&ObjectName { namespace: Some("a.b".to_owned()), name: "c".to_owned() }))
            .names("include", &["x".to_owned(), "y z".to_owned()]);
        let text = shown(&line);
        assert_eq!(
            text,
            "index \"of \\\"all\\\" \\u{1b}\\n things\" (a desc, is=\"\") \"a.b\".c include=(x, \"y z\")"
        );
        let mut parser = Parser { number: 1, rest: &text };
        assert_eq!(parser.fields(0), Ok(line));
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for (text, message) in [
            ("a (b", "a list has no closing `)`"),
            ("a \"b", "a text has no closing `\"`"),
            ("a )", "`)` is out of place here"),
            ("a = b", "`=` is out of place here"),
            ("a b=", "the line ends too early"),
            ("<<<<<<< HEAD", "`<` is out of place here"),
        ] {
            assert_eq!(Reader::parse(7, text).err(), Some(SnapshotError::new(7, message)), "{text}");
        }
    }

    #[test]
    fn nothing_is_passed_over() {
        let mut reader = Reader::parse(1, "column a odd").unwrap();
        assert_eq!(reader.word("the kind").as_deref(), Ok("column"));
        assert_eq!(reader.word("the name").as_deref(), Ok("a"));
        assert_eq!(reader.finish(), Err(SnapshotError::new(1, "`odd` is not understood here")));
    }
}
