//! Tokens of a query, parameters put into its text, and the tables that a statement inserts into.

use trueup_python::{Value, Vm};
use trueup_schema::{Dialect, ObjectName};

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// An identifier or keyword, folded to lower case unless quoted.
    Word { text: String, quoted: bool },
    /// A string literal.
    Text(String),
    /// A number.
    Number(i128),
    /// Punctuation or an operator.
    Symbol(String),
}

impl Token {
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Word { text, quoted: false } if text == keyword)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Self::Symbol(text) if text == symbol)
    }
}

/// Splits a query into tokens; what is left of a parameter is a symbol that nobody understands.
pub(super) fn tokens(dialect: Dialect, text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&first) = characters.get(at) {
        let next = characters.get(at + 1).copied();
        match first {
            _ if first.is_whitespace() => at += 1,
            '-' if next == Some('-') => at = position(&characters, at, |c| c == '\n'),
            '/' if next == Some('*') => {
                at += 2;
                while at < characters.len()
                    && !(characters[at] == '*' && characters.get(at + 1) == Some(&'/'))
                {
                    at += 1;
                }
                at += 2;
            }
            '\'' | '"' | '`' => {
                let (content, end) = quoted(&characters, at, first);
                found.push(if first == '\'' {
                    Token::Text(content)
                } else {
                    Token::Word { text: content, quoted: true }
                });
                at = end;
            }
            _ if first.is_ascii_digit() => {
                let end = position(&characters, at, |c| !c.is_ascii_digit());
                let digits: String = characters[at..end].iter().collect();
                found.push(digits.parse().map_or_else(|_| Token::Symbol(digits), Token::Number));
                at = end;
            }
            _ if first.is_alphabetic() || first == '_' => {
                let end = position(&characters, at, |c| !(c.is_alphanumeric() || c == '_' || c == '$'));
                let word: String = characters[at..end].iter().collect();
                let text = if dialect.is_sqlite() { word.to_ascii_lowercase() } else { word.to_lowercase() };
                found.push(Token::Word { text, quoted: false });
                at = end;
            }
            _ => {
                let pair: String = [Some(first), next].into_iter().flatten().collect();
                let long =
                    matches!(pair.as_str(), "::" | "<>" | "!=" | "<=" | ">=" | "||" | "~~" | "->" | "!~");
                found.push(Token::Symbol(if long { pair } else { first.to_string() }));
                at += if long { 2 } else { 1 };
            }
        }
    }
    found
}

fn position(characters: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..characters.len()).find(|at| stop(characters[*at])).unwrap_or(characters.len())
}

fn quoted(characters: &[char], start: usize, quote: char) -> (String, usize) {
    let mut content = String::new();
    let mut at = start + 1;
    while at < characters.len() {
        if characters[at] == quote {
            if characters.get(at + 1) != Some(&quote) {
                return (content, at + 1);
            }
            at += 1;
        }
        content.push(characters[at]);
        at += 1;
    }
    (content, at)
}

/// Puts parameters that are known into the text of a statement.
pub(in crate::bind) fn bind_parameters(vm: &mut Vm, text: &str, parameters: &Value) -> String {
    if let Some(dict) = parameters.as_dict() {
        if dict.is_empty() {
            return text.to_owned();
        }
        return replace_named(text, &mut |name| literal(vm, &dict.get_str(name)?));
    }
    match parameters {
        Value::Tuple(_) | Value::List(_) => {
            let items = parameters.items().unwrap_or_default();
            // A list of dictionaries runs the statement once for each.
            if let Some(dict) = items.first().and_then(Value::as_dict) {
                return replace_named(text, &mut |name| literal(vm, &dict.get_str(name)?));
            }
            let mut items = items.into_iter();
            replace_positional(text, &mut || literal(vm, &items.next()?))
        }
        _ => text.to_owned(),
    }
}

/// Returns a value as SQL.
fn literal(vm: &mut Vm, value: &Value) -> Option<String> {
    match value {
        Value::None => Some("NULL".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Unknown(_) => None,
        Value::List(_) | Value::Tuple(_) | Value::Set(_) => {
            let items = vm.iterate(value).ok()?;
            let texts: Option<Vec<String>> = items.iter().map(|item| literal(vm, item)).collect();
            Some(format!("({})", texts?.join(", ")))
        }
        other => other.as_str().map(|text| format!("'{}'", text.replace('\'', "''"))),
    }
}

/// Replaces `:name` and `%(name)s` outside of strings.
fn replace_named(text: &str, value: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            in_string = !in_string;
        }
        let named = if in_string { None } else { parameter(rest, previous) };
        if let Some((name, length)) = named
            && let Some(literal) = value(name)
        {
            out.push_str(&literal);
            rest = &rest[length..];
            previous = ')';
            continue;
        }
        out.push(first);
        previous = first;
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// Returns the name of the parameter that a text begins with, and how long its spelling is.
fn parameter(rest: &str, previous: char) -> Option<(&str, usize)> {
    if let Some(after) = rest.strip_prefix("%(") {
        let end = after.find(")s")?;
        return Some((&after[..end], end + 4));
    }
    let after = rest.strip_prefix(':').filter(|_| previous != ':')?;
    let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
    (end > 0).then(|| (&after[..end], end + 1))
}

/// Replaces `?` and `%s` outside of strings.
fn replace_positional(text: &str, value: &mut dyn FnMut() -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            in_string = !in_string;
        }
        let length = if in_string {
            0
        } else if first == '?' {
            1
        } else if rest.starts_with("%s") {
            2
        } else {
            0
        };
        if length > 0
            && let Some(literal) = value()
        {
            out.push_str(&literal);
            rest = &rest[length..];
            continue;
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// Reads `name` or `namespace.name` at a position; returns it with the position after it.
pub(super) fn name_at(dialect: Dialect, tokens: &[Token], at: usize) -> Option<(ObjectName, usize)> {
    let Token::Word { text: first, .. } = tokens.get(at)? else { return None };
    if tokens.get(at + 1).is_some_and(|token| token.is_symbol("."))
        && let Some(Token::Word { text: second, .. }) = tokens.get(at + 2)
    {
        return Some((ObjectName::qualified(dialect, Some(first), second.as_str()), at + 3));
    }
    Some((ObjectName::new(first.as_str()), at + 1))
}

/// Returns what the statements of a text insert into, with the tables they read from.
pub(super) fn insert_targets(dialect: Dialect, sql: &str) -> Vec<super::InsertTarget> {
    let tokens = tokens(dialect, sql);
    let mut targets = Vec::new();
    for at in 0..tokens.len() {
        let insert = tokens[at].is_keyword("insert")
            || tokens[at].is_keyword("merge")
            || tokens[at].is_keyword("replace");
        let into = (at + 1..(at + 4).min(tokens.len())).find(|place| tokens[*place].is_keyword("into"));
        let start = match into.filter(|_| insert) {
            Some(into) => into + 1,
            None if at == 0 && tokens[at].is_keyword("copy") => at + 1,
            None => continue,
        };
        let Some((table, after)) = name_at(dialect, &tokens, start) else { continue };
        let end = tokens[after..]
            .iter()
            .position(|token| token.is_symbol(";"))
            .map_or(tokens.len(), |end| after + end);
        let sources = sources(dialect, &tokens[after..end]);
        targets.push(super::InsertTarget { table, sources });
    }
    targets
}

/// Returns the first table of the query that feeds an INSERT; nothing when it could give a row without any.
fn sources(dialect: Dialect, tokens: &[Token]) -> Vec<ObjectName> {
    let could_give_rows = ["values", "union", "count", "max", "min", "sum", "right", "full", "coalesce"];
    if tokens.iter().any(|token| could_give_rows.iter().any(|word| token.is_keyword(word))) {
        return Vec::new();
    }
    let from = tokens.iter().position(|token| token.is_keyword("from"));
    from.and_then(|from| name_at(dialect, tokens, from + 1)).map(|(name, _)| name).into_iter().collect()
}

/// Returns the table that an UPDATE or DELETE changes, also behind `WITH …`.
pub(super) fn changed_table(dialect: Dialect, sql: &str) -> Option<ObjectName> {
    let tokens = tokens(dialect, sql);
    if !tokens.first()?.is_keyword("with")
        && !tokens.first()?.is_keyword("update")
        && !tokens.first()?.is_keyword("delete")
    {
        return None;
    }
    let verb =
        top_level(&tokens).find(|at| tokens[*at].is_keyword("update") || tokens[*at].is_keyword("delete"))?;
    let mut start = verb + if tokens[verb].is_keyword("delete") { 2 } else { 1 };
    if tokens.get(start)?.is_keyword("only") {
        start += 1;
    }
    Some(name_at(dialect, &tokens, start)?.0)
}

/// Returns the first table of a query that gives no row when that table has none.
pub(super) fn first_table(dialect: Dialect, tokens: &[Token]) -> Option<ObjectName> {
    first_table_within(dialect, tokens, 8)
}

fn first_table_within(dialect: Dialect, tokens: &[Token], depth: usize) -> Option<ObjectName> {
    let at_top =
        |words: &[&str]| top_level(tokens).any(|at| words.iter().any(|word| tokens[at].is_keyword(word)));
    if at_top(&["union", "right", "full", "intersect", "except"]) {
        return None;
    }
    let select = top_level(tokens).find(|at| tokens[*at].is_keyword("select"))?;
    let from = top_level(tokens).find(|at| *at > select && tokens[*at].is_keyword("from"))?;
    let aggregates =
        ["count", "max", "min", "sum", "avg", "array_agg", "string_agg", "bool_or", "bool_and", "json_agg"];
    let aggregated =
        tokens[select..from].iter().any(|token| aggregates.iter().any(|name| token.is_keyword(name)));
    if aggregated && !at_top(&["group"]) {
        return None;
    }
    if tokens.get(from + 1)?.is_symbol("(") {
        let inner = parenthesised(tokens, from + 1)?;
        return first_table_within(dialect, inner, depth.checked_sub(1)?);
    }
    let name = name_at(dialect, tokens, from + 1)?.0;
    match common_table(tokens, select, &name) {
        Some(inner) => first_table_within(dialect, inner, depth.checked_sub(1)?),
        None => Some(name),
    }
}

/// Returns the tokens of the query behind `WITH name AS (…)`.
fn common_table<'a>(tokens: &'a [Token], select: usize, name: &ObjectName) -> Option<&'a [Token]> {
    if name.namespace.is_some() || !tokens.first()?.is_keyword("with") {
        return None;
    }
    let at = top_level(&tokens[..select])
        .find(|at| matches!(&tokens[*at], Token::Word { text, .. } if *text == name.name))?;
    let open = (at + 1..select).find(|at| tokens[*at].is_keyword("as"))? + 1;
    let open = (open..select).find(|at| tokens[*at].is_symbol("("))?;
    parenthesised(tokens, open)
}

/// Returns the tokens between the parenthesis at a position and its partner.
fn parenthesised(tokens: &[Token], open: usize) -> Option<&[Token]> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return tokens.get(open + 1..at);
            }
        }
    }
    None
}

/// Returns the positions of tokens outside of parentheses.
fn top_level(tokens: &[Token]) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        (depth == 0).then_some(at)
    })
}
