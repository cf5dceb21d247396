//! Tokens of Go source: names, strings and signs; comments are left out.
//!
//! Source: The Go Programming Language Specification, "Lexical elements". Line ends become `;` nowhere: what is read
//! here does not need them.

/// What sort of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    /// `"…"` or `` `…` ``.
    Text,
    /// Numbers, runes, and every sign.
    Other,
}

/// A token with its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Returns all tokens; whatever ends in the middle ends with the text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let (kind, width) = match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with("/*") => {
                at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            b'`' => (Kind::Text, rest[1..].find('`').map_or(rest.len(), |end| end + 2)),
            b'"' => (Kind::Text, quoted(rest, b'"')),
            b'\'' => (Kind::Other, quoted(rest, b'\'')),
            first if is_name(first) => {
                let kind = if first.is_ascii_digit() { Kind::Other } else { Kind::Name };
                (kind, rest.bytes().take_while(|byte| is_name(*byte)).count())
            }
            _ => (Kind::Other, 1),
        };
        out.push(Token { kind, start: at, end: at + width });
        at += width;
    }
    out
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns the bytes of a text in quotes; it ends with its line at the latest.
fn quoted(rest: &str, quote: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    // A backslash at the very end must not split a character.
    rest.len()
}

/// Returns the value of a string token.
pub(super) fn value(token: &str) -> String {
    if let Some(raw) = token.strip_prefix('`') {
        return raw.strip_suffix('`').unwrap_or(raw).to_owned();
    }
    let body = token.strip_prefix('"').unwrap_or(token);
    let body = body.strip_suffix('"').unwrap_or(body);
    let mut value = String::with_capacity(body.len());
    let mut letters = body.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some(other) => value.push(other),
                None => {}
            },
            _ => value.push(letter),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| &text[token.start..token.end]).collect()
    }

    #[test]
    fn strings_comments_and_runes() {
        assert_eq!(
            spelled("a(`x\"\n`, \"\\\"y\") // c\n/* d */ '\"' é1"),
            ["a", "(", "`x\"\n`", ",", "\"\\\"y\"", ")", "'\"'", "é1"]
        );
        assert_eq!(value("\"a\\\"b\\n\""), "a\"b\n");
    }

    #[test]
    fn any_text_is_read() {
        for text in ["\"", "`", "'", "\"\\", "\"\\é", "/*", "\u{1F600}é", "\"\\\u{1F600}"] {
            for token in tokens(text) {
                let _ = value(&text[token.start..token.end]);
            }
        }
    }
}
