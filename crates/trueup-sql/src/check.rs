//! The published grammars judge whether a statement is valid.
//!
//! `squawk-syntax` parses by recursion and frees its tree by recursion, so a text that nests too deep would overflow
//! the stack. Nesting is therefore counted before any text is handed over: too many parentheses are an error, a
//! statement with very many tokens is not judged at all (its reader still reads it, without recursion).

use sqlite3_parser::{Bump, FallibleIterator as _, lexer::sql::Parser};
use squawk_syntax::SourceFile;
use trueup_schema::Dialect;

use crate::cursor::Unread;
use crate::lex::{Kind, Token, span};

/// Parentheses and brackets inside of each other that a statement may have.
const MAX_DEPTH: usize = 60;
/// Operators, `CASE`, `SELECT` … in one statement up to which it is judged; each can be one level of the tree.
const MAX_NESTING_TOKENS: usize = 600;
/// Tokens in one statement up to which it is judged, to keep long lists of rows cheap.
const MAX_TOKENS: usize = 40_000;

/// Returns the place where parentheses nest too deep for any parser.
pub(crate) fn too_deep(text: &str, tokens: &[Token]) -> Option<Unread> {
    let mut depth = 0_usize;
    for token in tokens.iter().filter(|token| token.kind == Kind::Punctuation) {
        match &text[token.start..token.end] {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} parentheses are open");
            return Some(Unread { message, span: token.span() });
        }
    }
    None
}

/// Tells whether a parser's tree for these tokens is surely flat enough to be built and freed.
fn is_flat(text: &str, tokens: &[Token]) -> bool {
    let nesting = tokens.iter().filter(|token| match token.kind {
        Kind::Operator => true,
        Kind::Punctuation => matches!(&text[token.start..token.end], "(" | "[" | "."),
        Kind::Word => is_nesting(&text[token.start..token.end]),
        _ => false,
    });
    // Rows of VALUES hold one operator or parenthesis each and do not nest, hence the allowance per token.
    tokens.len() <= MAX_TOKENS
        && chain(text, tokens) <= MAX_NESTING_TOKENS
        && nesting.count() <= MAX_TOKENS / 2
}

/// Words after which an operand follows, or in which a statement or expression nests.
const NESTING: &[&str] = &[
    "NOT",
    "AND",
    "OR",
    "IS",
    "IN",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "CASE",
    "SELECT",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "JOIN",
    "COLLATE",
    "ISNULL",
    "NOTNULL",
    "BEGIN",
    "IF",
    "LOOP",
    "ELSE",
    "THEN",
    "WHEN",
    "AT",
    "SIMILAR",
    "OVERLAPS",
    "PRIOR",
    "WITH",
    "EXPLAIN",
    "DECLARE",
    "ARRAY",
    "SETOF",
    "ON",
    "AS",
];

fn is_nesting(word: &str) -> bool {
    NESTING.iter().any(|nesting| nesting.eq_ignore_ascii_case(word))
}

/// Returns the largest number of tokens between two commas that can each be a level of a parser's tree.
fn chain(text: &str, tokens: &[Token]) -> usize {
    let (mut longest, mut current) = (0, 0);
    for token in tokens {
        let word = &text[token.start..token.end];
        match (token.kind, word) {
            (Kind::Punctuation, "," | ";") => current = 0,
            (Kind::Operator, _) | (Kind::Punctuation, "(" | "[" | ".") => current += 1,
            (Kind::Word, _) if is_nesting(word) => current += 1,
            // `SELECT "a" "b" …`, `int int int`: junk that error recovery could nest.
            _ => {}
        }
        longest = longest.max(current);
    }
    longest
}

/// Returns the first place that the grammar of the dialect refuses; `None` also when it was not asked.
pub(crate) fn syntax_error(dialect: Dialect, text: &str, tokens: &[Token]) -> Option<Unread> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    if !is_flat(text, tokens) {
        return None;
    }
    let statement = &text[first.start..last.end];
    match dialect {
        Dialect::Postgresql => postgres_error(statement, first.start),
        Dialect::Sqlite => sqlite_error(statement, first.start, tokens),
    }
}

fn postgres_error(statement: &str, offset: usize) -> Option<Unread> {
    let errors = SourceFile::parse(statement).errors();
    let error = errors.first()?;
    let (start, end) = (usize::from(error.range().start()), usize::from(error.range().end()));
    let message = match statement.split_whitespace().next() {
        Some(word) if start == 0 && error.message().contains("expected command") => {
            format!("no statement begins with `{word}`")
        }
        _ => sentence(error.message()),
    };
    Some(Unread { message, span: span(offset + start, offset + end.max(start)) })
}

fn sqlite_error(statement: &str, offset: usize, tokens: &[Token]) -> Option<Unread> {
    let bump = Bump::new();
    let closed = format!("{statement};");
    let mut parser = Parser::new(&bump, closed.as_bytes());
    let error = loop {
        match parser.next() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => break error,
        }
    };
    let position = parser.position();
    let at = byte_of(statement, position.line as usize, position.column as usize);
    let message = error.to_string();
    // The parser appends a place of its own; ours is in bytes and in the span.
    let message = message.rsplit_once(" at ").map_or(message.as_str(), |(head, _)| head);
    // The parser stands behind the token that it did not want.
    let place = tokens.iter().rev().find(|token| token.start < offset + at).map(|token| token.span());
    Some(Unread { message: sentence(message), span: place.unwrap_or(span(offset + at, offset + at)) })
}

/// Returns the byte of a line (from 1) and column (from 1).
fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns a parser's message in our style: small first letter, no full stop, tokens as they are written.
fn sentence(message: &str) -> String {
    let words: Vec<String> = message.trim().trim_end_matches('.').split(' ').map(token_name).collect();
    let message = words.join(" ");
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => format!("{}{}", first.to_ascii_lowercase(), characters.as_str()),
        None => "syntax error".to_owned(),
    }
}

/// Tokens that the grammar's messages name by their kind.
const TOKEN_NAMES: &[(&str, &str)] = &[
    ("L_PAREN", "`(`"),
    ("R_PAREN", "`)`"),
    ("L_BRACK", "`[`"),
    ("R_BRACK", "`]`"),
    ("COMMA", "`,`"),
    ("SEMICOLON", "`;`"),
    ("DOT", "`.`"),
    ("COLON", "`:`"),
    ("EQ", "`=`"),
    ("STAR", "`*`"),
    ("PERCENT", "`%`"),
    ("IDENT", "a name"),
    ("STRING", "a string"),
    ("DOLLAR_QUOTED_STRING", "a string"),
    ("INT_NUMBER", "a number"),
    ("FLOAT_NUMBER", "a number"),
    ("EOF", "the end of the statement"),
];

fn token_name(word: &str) -> String {
    let bare = word.trim_end_matches([',', '.']);
    if let Some(keyword) = bare.strip_suffix("_KW") {
        return word.replace(bare, &format!("`{keyword}`"));
    }
    match TOKEN_NAMES.iter().find(|(kind, _)| *kind == bare) {
        Some((_, name)) => word.replace(bare, name),
        None => word.to_owned(),
    }
}
