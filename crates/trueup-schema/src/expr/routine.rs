//! The normal form of functions and procedures.
//!
//! `pg_get_functiondef()` prints the options in an order of its own, leaves out the defaults, types in full and the
//! body between dollar signs; users write them in any order.

use super::definition::{is_name, joined};
use super::lexer::{Kind, Token};
use super::parser;
use super::tree::quoted_string;
use crate::Dialect;
use crate::types::normal::Reader;

/// Returns the canonical text of `CREATE FUNCTION …` or `CREATE PROCEDURE …`, whole or from the argument list on, `None`
/// for anything else.
pub(super) fn canonical(source: &str, all: &[Token<'_>]) -> Option<String> {
    let open = all.iter().position(|token| token.is_symbol("("))?;
    let close = closing(all, open)?;
    let mut out = if open == 0 {
        let after = all.get(close + 1)?;
        let language = all[close..].iter().any(|token| token.is_word("language"));
        if !language || !(starts_option(after) || after.is_word("returns")) {
            return None;
        }
        "(".to_owned()
    } else {
        let kind = all.get(1).filter(|kind| kind.is_word("function") || kind.is_word("procedure"))?;
        if !all[0].is_word("create") {
            return None;
        }
        format!("create {} {}(", kind.text, joined(Dialect::Postgresql, &all[2..open]))
    };
    out.push_str(&arguments(source, &all[open + 1..close]));
    out.push(')');
    let mut rest = &all[close + 1..];
    if rest.first().is_some_and(|token| token.is_word("returns")) && !is_strictness(rest) {
        let ends = |at: &usize| starts_option(&rest[*at]) || is_strictness(&rest[*at..]);
        let end = (1..rest.len()).find(ends).unwrap_or(rest.len());
        // With OUT arguments the type follows from them.
        let follows = all[open..close].iter().any(|token| token.is_word("out") || token.is_word("inout"));
        if !follows {
            out.push_str(&format!(" returns {}", returned(source, &rest[1..end])));
        }
        rest = &rest[end..];
    }
    let mut options = options(rest)?;
    options.sort();
    options.dedup();
    for option in options {
        out.push(' ');
        out.push_str(&option);
    }
    Some(out)
}

/// Returns the place of the parenthesis that closes the one at a place.
fn closing(all: &[Token<'_>], open: usize) -> Option<usize> {
    let mut nested = 0_usize;
    for (position, token) in all.iter().enumerate().skip(open) {
        if token.is_symbol("(") {
            nested += 1;
        } else if token.is_symbol(")") {
            nested -= 1;
            if nested == 0 {
                return Some(position);
            }
        }
    }
    None
}

/// Returns the arguments with their types in canonical form.
fn arguments(source: &str, all: &[Token<'_>]) -> String {
    let mut parts = Vec::new();
    let (mut nested, mut start) = (0_i32, 0);
    for (position, token) in all.iter().enumerate() {
        if token.is_symbol("(") || token.is_symbol("[") {
            nested += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            nested -= 1;
        } else if token.is_symbol(",") && nested == 0 {
            parts.push(argument(source, &all[start..position]));
            start = position + 1;
        }
    }
    if start < all.len() {
        parts.push(argument(source, &all[start..]));
    }
    parts.join(", ")
}

/// `[mode] [name] type [DEFAULT value]`; the mode IN is the default.
fn argument(source: &str, all: &[Token<'_>]) -> String {
    let mut out = String::new();
    let mut rest = all;
    if let [mode, after @ ..] = rest
        && ["in", "out", "inout", "variadic"].iter().any(|word| mode.is_word(word))
        && !after.is_empty()
    {
        if !mode.is_word("in") {
            out.push_str(&format!("{} ", mode.text));
        }
        rest = after;
    }
    let end =
        rest.iter().position(|token| token.is_word("default") || token.is_symbol("=")).unwrap_or(rest.len());
    let (declared, default) = rest.split_at(end);
    match (type_of(declared), declared) {
        (Some(found), _) => out.push_str(&found),
        (None, [name, after @ ..]) if is_name(name) => {
            let found = type_of(after).unwrap_or_else(|| joined(Dialect::Postgresql, after));
            out.push_str(&format!("{} {found}", super::identifier(&name.text)));
        }
        _ => out.push_str(&joined(Dialect::Postgresql, declared)),
    }
    if let [_, value @ ..] = default {
        out.push_str(" default ");
        out.push_str(&match parser::parse(Dialect::Postgresql, source, value) {
            Some(value) => super::normal::operand(value).to_string(),
            None => joined(Dialect::Postgresql, value),
        });
    }
    out
}

/// Returns the canonical type that all the tokens are; functions know no lengths.
fn type_of(all: &[Token<'_>]) -> Option<String> {
    let mut reader = Reader { tokens: all, at: 0 };
    let mut found = reader.type_name("");
    reader.array(&mut found);
    found.modifiers.clear();
    if found.name == "bpchar" {
        "character".clone_into(&mut found.name);
    }
    (reader.at == all.len() && !found.is_unknown()).then(|| found.to_string())
}

/// Returns what stands behind RETURNS.
fn returned(source: &str, all: &[Token<'_>]) -> String {
    match all {
        [word, open, inner @ .., close]
            if word.is_word("table") && open.is_symbol("(") && close.is_symbol(")") =>
        {
            format!("table({})", arguments(source, inner))
        }
        [word, rest @ ..] if word.is_word("setof") => {
            format!("setof {}", type_of(rest).unwrap_or_else(|| joined(Dialect::Postgresql, rest)))
        }
        other => type_of(other).unwrap_or_else(|| joined(Dialect::Postgresql, other)),
    }
}

/// `RETURNS NULL ON NULL INPUT`, which is not what a function returns.
fn is_strictness(rest: &[Token<'_>]) -> bool {
    let is = |at: usize, word: &str| rest.get(at).is_some_and(|token: &Token<'_>| token.is_word(word));
    is(0, "returns") && is(1, "null") && is(2, "on")
}

/// Tells whether a token begins an option.
fn starts_option(token: &Token<'_>) -> bool {
    const OPTIONS: [&str; 20] = [
        "language",
        "transform",
        "window",
        "immutable",
        "stable",
        "volatile",
        "not",
        "leakproof",
        "called",
        "strict",
        "external",
        "security",
        "parallel",
        "cost",
        "rows",
        "support",
        "set",
        "as",
        "begin",
        "return",
    ];
    token.kind == Kind::Word && OPTIONS.contains(&token.text.as_ref())
}

/// Returns the options one by one, without those that are defaults; `None` where the body is SQL without quotes.
fn options(all: &[Token<'_>]) -> Option<Vec<String>> {
    let mut options = Vec::new();
    let mut at = 0;
    while at < all.len() {
        if all[at].is_word("begin") || all[at].is_word("return") {
            return None;
        }
        let after_prefix = at + usize::from(all[at].is_word("not") || all[at].is_word("external"));
        let mut end = after_prefix + 1;
        while end < all.len() && !starts_option(&all[end]) && !is_strictness(&all[end..]) {
            end += 1;
        }
        let option = &all[at..end.min(all.len())];
        at = end;
        let words: Vec<&str> = option.iter().map(|token| token.text.as_ref()).collect();
        let shown = match words.as_slice() {
            ["volatile"]
            | ["called", ..]
            | ["not", "leakproof"]
            | ["parallel", "unsafe"]
            | ["cost", "100"]
            | ["rows", "1000"]
            | ["external", "security", "invoker"]
            | ["security", "invoker"] => continue,
            ["strict"] | ["returns", "null", ..] => "strict".to_owned(),
            ["external", "security", definer] => format!("security {definer}"),
            // A name, a word in quotes or a string are one.
            ["language", name] => format!("language {}", name.to_ascii_lowercase()),
            ["as", body] if option[1].kind == Kind::String => format!("as {}", quoted_string(body)),
            ["set", name, "to" | "=", ..] => {
                let values: Vec<String> = option[3..]
                    .iter()
                    .filter(|token| !token.is_symbol(","))
                    .map(|token| quoted_string(&token.text))
                    .collect();
                format!("set {name} to {}", values.join(", "))
            }
            _ => joined(Dialect::Postgresql, option),
        };
        options.push(shown);
    }
    Some(options)
}
