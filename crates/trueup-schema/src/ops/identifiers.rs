//! Identifiers inside SQL text: who is mentioned, and following a renamed table or column.
//!
//! Works on tokens only. It never decides what a name means beyond its neighbours (`f(` is a function, `::x` a type,
//! `a.` a qualifier), so callers that refuse something because of a mention must be content with a narrow answer.

use crate::{Dialect, ObjectName, SqlExpr};

/// A token that matters for finding identifiers; white space and comments are left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// An identifier or keyword: folded as the catalog stores it, or exact when it was quoted.
    Word { name: String, quoted: bool },
    /// A string, number or dollar-quoted body.
    Literal,
    /// A single character of punctuation.
    Symbol(char),
}

/// Splits SQL text; unknown bytes become symbols, an unclosed quote runs to the end.
pub(crate) fn tokens(dialect: Dialect, text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let (length, kind) = token(dialect, rest, first);
        if let Some(kind) = kind {
            found.push(Token { kind, start, end: start + length });
        }
        rest = &rest[length..];
    }
    found
}

fn token(dialect: Dialect, rest: &str, first: char) -> (usize, Option<TokenKind>) {
    let until =
        |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let word = |name: String| Some(TokenKind::Word { name, quoted: true });
    match first {
        _ if first.is_whitespace() => (first.len_utf8(), None),
        '-' if rest.starts_with("--") => (until("\n", 2), None),
        '/' if rest.starts_with("/*") => (until("*/", 2), None),
        '\'' => (quoted(rest, '\''), Some(TokenKind::Literal)),
        '"' => {
            let length = quoted(rest, '"');
            (length, word(rest[1..length.max(2) - 1].replace("\"\"", "\"")))
        }
        '`' if dialect.is_sqlite() => {
            let length = quoted(rest, '`');
            (length, word(rest[1..length.max(2) - 1].replace("``", "`")))
        }
        '[' if dialect.is_sqlite() => {
            let length = until("]", 1);
            (length, word(rest[1..].trim_end_matches(']').split(']').next().unwrap_or_default().to_owned()))
        }
        '$' if !dialect.is_sqlite() => match dollar_quote(rest) {
            Some(tag) => (until(tag, tag.len()), Some(TokenKind::Literal)),
            None => (1, Some(TokenKind::Symbol('$'))),
        },
        _ if first.is_ascii_digit() => {
            let number = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
            (rest.find(|c| !number(c)).unwrap_or(rest.len()), Some(TokenKind::Literal))
        }
        _ if first.is_alphabetic() || first == '_' => {
            let end =
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            if end == 1 && "eEbBxXnN".contains(first) && rest[1..].starts_with('\'') {
                return (1 + quoted(&rest[1..], '\''), Some(TokenKind::Literal));
            }
            (end, Some(TokenKind::Word { name: rest[..end].to_lowercase(), quoted: false }))
        }
        _ => (first.len_utf8(), Some(TokenKind::Symbol(first))),
    }
}

/// Returns the length of a quoted token; a doubled quote stands for itself.
fn quoted(rest: &str, quote: char) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == quote as u8 {
            if bytes.get(at + 1) != Some(&(quote as u8)) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    rest.len()
}

fn dollar_quote(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 1;
    let tag = &rest[1..end];
    let plain = tag.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !tag.starts_with(|c: char| c.is_ascii_digit());
    plain.then(|| &rest[..=end])
}

impl Token {
    pub(crate) fn is_word(&self, dialect: Dialect, wanted: &str) -> bool {
        match &self.kind {
            TokenKind::Word { name, .. } if dialect.is_sqlite() => name.eq_ignore_ascii_case(wanted),
            TokenKind::Word { name, .. } => name == wanted,
            _ => false,
        }
    }

    pub(crate) fn is_symbol(&self, wanted: char) -> bool {
        self.kind == TokenKind::Symbol(wanted)
    }

    pub(crate) fn is_keyword(&self, words: &[&str]) -> bool {
        matches!(&self.kind, TokenKind::Word { name, quoted: false } if words.contains(&name.as_str()))
    }

    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::Word { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// Tells whether the token at a position can stand for a column: no function, no qualifier, no type of a cast.
fn is_column_place(tokens: &[Token], at: usize) -> bool {
    let next = tokens.get(at + 1);
    if next.is_some_and(|token| token.is_symbol('(') || token.is_symbol('.')) {
        return false;
    }
    !(at > 0 && tokens[at - 1].is_symbol(':'))
}

/// Tells whether a text mentions a column.
pub(crate) fn mentions_column(dialect: Dialect, expr: &SqlExpr, column: &str) -> bool {
    let tokens = tokens(dialect, expr.text());
    (0..tokens.len()).any(|at| tokens[at].is_word(dialect, column) && is_column_place(&tokens, at))
}

/// Tells whether a text certainly has `row.column`.
pub(crate) fn qualifies(dialect: Dialect, expr: &SqlExpr, row: &str, column: &str) -> bool {
    tokens(dialect, expr.text()).windows(3).any(|three| {
        three[0].is_word(dialect, row) && three[1].is_symbol('.') && three[2].is_word(dialect, column)
    })
}

/// Tells whether a query over one table certainly uses a column of it: not as the name of an output column, and not in
/// double quotes, which SQLite takes for a text where there is no such column.
pub(crate) fn selects_column(dialect: Dialect, query: &SqlExpr, column: &str) -> bool {
    const BEFORE: &[&str] =
        &["select", "distinct", "where", "and", "or", "not", "by", "on", "when", "having"];
    let tokens = tokens(dialect, query.text());
    let is = |at: usize| tokens[at].is_word(dialect, column);
    let is_quoted = |at: usize| matches!(tokens[at].kind, TokenKind::Word { quoted: true, .. });
    let is_label = |at: usize| at > 0 && tokens[at - 1].is_keyword(&["as"]);
    if tables_read(dialect, query).len() != 1 || (0..tokens.len()).any(|at| is(at) && is_label(at)) {
        return false;
    }
    (0..tokens.len()).any(|at| {
        let begins = at.checked_sub(1).is_some_and(|before| match &tokens[before].kind {
            TokenKind::Symbol(symbol) => !matches!(symbol, '.' | ')'),
            TokenKind::Word { .. } => tokens[before].is_keyword(BEFORE),
            TokenKind::Literal => false,
        });
        is(at) && !is_quoted(at) && is_column_place(&tokens, at) && begins
    })
}

/// Returns those columns that an expression mentions, in the order given.
pub(crate) fn mentioned_columns<'a>(
    dialect: Dialect,
    expr: &SqlExpr,
    columns: impl Iterator<Item = &'a str>,
) -> Vec<&'a str> {
    let tokens = tokens(dialect, expr.text());
    let mentions = |column: &&str| {
        (0..tokens.len()).any(|at| tokens[at].is_word(dialect, column) && is_column_place(&tokens, at))
    };
    columns.filter(mentions).collect()
}

/// Returns the tables that a query reads with certainty: what follows FROM or JOIN and is no common table expression.
pub(crate) fn tables_read(dialect: Dialect, query: &SqlExpr) -> Vec<(Option<String>, String)> {
    let tokens = tokens(dialect, query.text());
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        if let Some(place) = table_after(&tokens, at) {
            let Some(name) = tokens[place].word() else { continue };
            let is_cte = (0..tokens.len()).any(|other| {
                tokens[other].is_word(dialect, name)
                    && tokens.get(other + 1).is_some_and(|token| token.is_keyword(&["as"]))
                    && tokens.get(other + 2).is_some_and(|token| {
                        token.is_symbol('(') || token.is_keyword(&["materialized", "not"])
                    })
            });
            let namespace =
                (place >= 2 && tokens[place - 1].is_symbol('.')).then(|| tokens[place - 2].word());
            if !is_cte || namespace.is_some() {
                found.push((namespace.flatten().map(str::to_owned), name.to_owned()));
            }
        }
    }
    found
}

/// Returns the tables that a trigger's statements certainly read or change.
pub(crate) fn tables_changed(dialect: Dialect, definition: &SqlExpr) -> Vec<String> {
    let tokens = tokens(dialect, definition.text());
    let body = tokens.iter().position(|token| token.is_keyword(&["begin"])).unwrap_or(tokens.len());
    let changed = (body..tokens.len()).filter(|at| {
        let inserts = *at > body && tokens[*at].is_keyword(&["into"]);
        let updates = tokens[*at].is_keyword(&["update"])
            && tokens.get(at + 2).is_some_and(|token| token.is_keyword(&["set"]));
        inserts || updates
    });
    let changed = changed.filter_map(|at| tokens.get(at + 1)?.word().map(str::to_owned));
    let read =
        (body..tokens.len()).filter_map(|at| tokens[table_after(&tokens, at)?].word().map(str::to_owned));
    changed.chain(read).collect()
}

/// Returns the position of a table's name when the token at a position introduces one.
fn table_after(tokens: &[Token], at: usize) -> Option<usize> {
    if !tokens[at].is_keyword(&["from", "join"]) {
        return None;
    }
    // `extract(year FROM created)` and `IS DISTINCT FROM x` read no table.
    let before = at.checked_sub(1).map(|at| &tokens[at]);
    if before.is_some_and(|token| token.is_keyword(&["distinct"])) {
        return None;
    }
    let functions = ["extract", "substring", "trim", "overlay", "position"];
    if at >= 3 && tokens[at - 2].is_symbol('(') && tokens[at - 3].is_keyword(&functions) {
        return None;
    }
    let mut place = at + 1;
    if tokens.get(place)?.is_keyword(&["only", "lateral"]) {
        place += 1;
    }
    tokens.get(place)?.word()?;
    if tokens.get(place + 1).is_some_and(|token| token.is_symbol('.')) {
        place += 2;
    }
    tokens.get(place)?.word()?;
    (!tokens.get(place + 1).is_some_and(|token| token.is_symbol('('))).then_some(place)
}

/// Returns an expression in which a column has its new name, or nothing when it is not mentioned.
pub(crate) fn rename_column(dialect: Dialect, expr: &SqlExpr, old: &str, new: &str) -> Option<SqlExpr> {
    let tokens = tokens(dialect, expr.text());
    let places: Vec<usize> = (0..tokens.len())
        .filter(|at| tokens[*at].is_word(dialect, old) && is_column_place(&tokens, *at))
        .collect();
    let text = replaced(expr.text(), &tokens, &places, new)?;
    Some(SqlExpr::new(dialect, text))
}

/// Returns a definition (a trigger) in which a column has its new name, or nothing when it is not mentioned.
pub(crate) fn rename_column_in_definition(
    dialect: Dialect,
    definition: &SqlExpr,
    old: &str,
    new: &str,
) -> Option<SqlExpr> {
    let renamed = rename_column(dialect, definition, old, new)?;
    Some(SqlExpr::definition(dialect, renamed.text()))
}

/// Returns a view's query in which a column has its new name; the output column keeps the old one (PostgreSQL).
pub(crate) fn rename_column_in_query(
    dialect: Dialect,
    query: &SqlExpr,
    old: &str,
    new: &str,
) -> Option<SqlExpr> {
    let tokens = tokens(dialect, query.text());
    let mut text = query.text().to_owned();
    let mut depth = 0_i32;
    let mut in_list = vec![false; tokens.len()];
    let mut listing = false;
    for (at, token) in tokens.iter().enumerate() {
        depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
        listing = (listing || token.is_keyword(&["select"])) && !token.is_keyword(&["from"]);
        in_list[at] = listing && depth == 0;
    }
    let mut found = false;
    for at in (0..tokens.len()).rev() {
        let next = tokens.get(at + 1);
        let is_label = at > 0 && tokens[at - 1].is_keyword(&["as"]);
        if is_label || !tokens[at].is_word(dialect, old) || !is_column_place(&tokens, at) {
            continue;
        }
        let ends_item = next.is_none_or(|token| token.is_symbol(',') || token.is_keyword(&["from"]));
        let starts_item = at > 0
            && (tokens[at - 1].is_symbol(',')
                || tokens[at - 1].is_keyword(&["select", "distinct"])
                || tokens[at - 1].is_symbol('.'));
        let keeps_name = in_list[at] && ends_item && starts_item && !dialect.is_sqlite();
        let label = if keeps_name { format!(" AS {}", spelled(old)) } else { String::new() };
        text.replace_range(tokens[at].start..tokens[at].end, &format!("{}{label}", spelled(new)));
        found = true;
    }
    found.then(|| SqlExpr::definition(dialect, text))
}

/// Returns an expression in which a type has its new name where something is cast to it, or nothing when nothing is:
/// `x::t`, `CAST(x AS t)`, `t 'literal'`.
pub(crate) fn rename_cast(
    dialect: Dialect,
    expr: &SqlExpr,
    old: &ObjectName,
    new: &ObjectName,
) -> Option<SqlExpr> {
    let tokens = tokens(dialect, expr.text());
    let is_type = |first: usize, at: usize| {
        let before = first.checked_sub(1).and_then(|before| tokens.get(before));
        let after = tokens.get(at + 1);
        let cast = before.is_some_and(|token| token.is_symbol(':'));
        let in_cast = before.is_some_and(|token| token.is_keyword(&["as"]))
            && after.is_some_and(|token| token.is_symbol(')') || token.is_symbol('['))
            && cast_opens(&tokens, first);
        let literal = after.is_some_and(|token| token.kind == TokenKind::Literal)
            && before.is_none_or(|token| token.word().is_none());
        cast || in_cast || literal
    };
    rename_type_where(dialect, expr.text(), &tokens, old, new, &is_type)
        .map(|text| SqlExpr::new(dialect, text))
}

/// Tells whether the innermost bracket around a token belongs to CAST.
fn cast_opens(tokens: &[Token], at: usize) -> bool {
    let mut depth = 0;
    for place in (1..at).rev() {
        if tokens[place].is_symbol(')') {
            depth += 1;
        } else if tokens[place].is_symbol('(') {
            if depth == 0 {
                return tokens[place - 1].is_keyword(&["cast"]);
            }
            depth -= 1;
        }
    }
    false
}

/// Returns a function's definition in which a type of its signature has its new name, or nothing when it has none.
///
/// A type ends a parameter or follows RETURNS; the body is a string and stays as it is, as on the server.
pub(crate) fn rename_in_signature(
    dialect: Dialect,
    definition: &SqlExpr,
    old: &ObjectName,
    new: &ObjectName,
) -> Option<SqlExpr> {
    let tokens = tokens(dialect, definition.text());
    let behind =
        ["default", "language", "as", "immutable", "stable", "volatile", "strict", "security", "returns"];
    let is_type = |first: usize, at: usize| {
        let after = tokens.get(at + 1);
        let ends = after.is_none_or(|token| {
            [',', ')', '[', '='].iter().any(|symbol| token.is_symbol(*symbol)) || token.is_keyword(&behind)
        });
        ends && !first.checked_sub(1).is_some_and(|before| tokens[before].is_keyword(&["language"]))
    };
    rename_type_where(dialect, definition.text(), &tokens, old, new, &is_type)
        .map(|text| SqlExpr::definition(dialect, text))
}

/// Replaces a type's name, with the namespace before it, where a test of the first and last token holds.
fn rename_type_where(
    dialect: Dialect,
    text: &str,
    tokens: &[Token],
    old: &ObjectName,
    new: &ObjectName,
    is_type: &dyn Fn(usize, usize) -> bool,
) -> Option<String> {
    let mut result = text.to_owned();
    let mut found = false;
    for at in (0..tokens.len()).rev().filter(|at| tokens[*at].is_word(dialect, &old.name)) {
        let namespace = if at >= 2 && tokens[at - 1].is_symbol('.') { tokens[at - 2].word() } else { None };
        let first = if namespace.is_some() { at - 2 } else { at };
        let same = ObjectName::qualified(dialect, namespace, old.name.as_str()).namespace == old.namespace;
        if !same || !is_type(first, at) {
            continue;
        }
        let written = match &new.namespace {
            Some(namespace) => format!("{}.{}", spelled(namespace), spelled(&new.name)),
            None => spelled(&new.name),
        };
        result.replace_range(tokens[first].start..tokens[at].end, &written);
        found = true;
    }
    found.then_some(result)
}

/// Tells whether a trigger's definition calls a function: `EXECUTE FUNCTION f()`.
pub(crate) fn calls(dialect: Dialect, definition: &SqlExpr, function: &str) -> bool {
    let tokens = tokens(dialect, definition.text());
    (0..tokens.len()).any(|at| {
        let executes = |back: usize| at >= back && tokens[at - back].is_keyword(&["function", "procedure"]);
        let executed = executes(1) || (executes(3) && tokens[at - 1].is_symbol('.'));
        executed
            && tokens[at].is_word(dialect, function)
            && tokens.get(at + 1).is_some_and(|token| token.is_symbol('('))
    })
}

/// Returns the text in which a table has its new name, or nothing when it is not mentioned.
///
/// A word counts as the table where it follows FROM, JOIN, INTO, UPDATE, ON or TABLE, or qualifies a column; only the
/// former carry a namespace.
fn rename_table_text(dialect: Dialect, text: &str, old: &ObjectName, new: &ObjectName) -> Option<String> {
    let tokens = tokens(dialect, text);
    let introduces = ["from", "join", "into", "update", "on", "only", "table"];
    let mut result = text.to_owned();
    let mut found = false;
    for at in (0..tokens.len()).rev().filter(|at| tokens[*at].is_word(dialect, &old.name)) {
        let namespace = if at >= 2 && tokens[at - 1].is_symbol('.') { tokens[at - 2].word() } else { None };
        let first = if namespace.is_some() { at - 2 } else { at };
        if ObjectName::qualified(dialect, namespace, old.name.as_str()).namespace != old.namespace {
            continue;
        }
        let introduced = first > 0 && tokens[first - 1].is_keyword(&introduces);
        let qualifies = tokens.get(at + 1).is_some_and(|token| token.is_symbol('.'));
        let written = match &new.namespace {
            Some(namespace) if introduced => format!("{}.{}", spelled(namespace), spelled(&new.name)),
            _ => spelled(&new.name),
        };
        if introduced || qualifies {
            result.replace_range(tokens[first].start..tokens[at].end, &written);
            found = true;
        }
    }
    found.then_some(result)
}

/// Returns an expression in which a table has its new name, or nothing when it is not mentioned.
pub(crate) fn rename_table(
    dialect: Dialect,
    expr: &SqlExpr,
    old: &ObjectName,
    new: &ObjectName,
) -> Option<SqlExpr> {
    rename_table_text(dialect, expr.text(), old, new).map(|text| SqlExpr::new(dialect, text))
}

/// Returns a definition in which a table has its new name, or nothing when it is not mentioned.
pub(crate) fn rename_table_in_definition(
    dialect: Dialect,
    expr: &SqlExpr,
    old: &ObjectName,
    new: &ObjectName,
) -> Option<SqlExpr> {
    rename_table_text(dialect, expr.text(), old, new).map(|text| SqlExpr::definition(dialect, text))
}

fn replaced(text: &str, tokens: &[Token], places: &[usize], new: &str) -> Option<String> {
    if places.is_empty() {
        return None;
    }
    let mut result = String::with_capacity(text.len() + new.len());
    let mut copied = 0;
    for place in places {
        let token = &tokens[*place];
        result.push_str(&text[copied..token.start]);
        result.push_str(&spelled(new));
        copied = token.end;
    }
    result.push_str(&text[copied..]);
    Some(result)
}

/// Returns an identifier as text needs it: bare where that is safe, since both catalogs show it so.
pub(crate) fn spelled(name: &str) -> String {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    let plain =
        starts && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '$');
    if plain && !RESERVED.contains(&name) { name.to_owned() } else { crate::name::quote_identifier(name) }
}

/// Words that neither dialect takes as a bare column name.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "index",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(text: &str) -> Option<String> {
        let expr = SqlExpr::new(Dialect::Postgresql, text);
        rename_column(Dialect::Postgresql, &expr, "name", "title").map(|expr| expr.text().to_owned())
    }

    #[test]
    fn a_rename_follows_the_column_and_nothing_else() {
        assert_eq!(renamed("name <> ''").as_deref(), Some("title <> ''"));
        assert_eq!(renamed("\"name\" = 'name'").as_deref(), Some("title = 'name'"));
        assert_eq!(renamed("t.NAME > 0 -- name").as_deref(), Some("t.title > 0 -- name"));
        assert_eq!(renamed("name(x) = 1"), None, "a function");
        assert_eq!(renamed("x::name = y"), None, "a type");
        assert_eq!(renamed("\"Name\" = 1"), None, "another column");
        assert_eq!(renamed("$$name$$ = E'name'"), None, "strings");
    }

    #[test]
    fn only_certain_tables_are_read() {
        let read = |text: &str| {
            let query = SqlExpr::definition(Dialect::Postgresql, text);
            tables_read(Dialect::Postgresql, &query).into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(read("SELECT a FROM t JOIN s.u ON true"), ["t", "u"]);
        assert_eq!(read("WITH t AS (SELECT 1) SELECT * FROM t"), Vec::<String>::new());
        assert_eq!(read("SELECT extract(year FROM t) FROM generate_series(1, 2)"), Vec::<String>::new());
        assert_eq!(read("SELECT a IS DISTINCT FROM b"), Vec::<String>::new());
    }

    #[test]
    fn unclosed_quotes_do_not_panic() {
        for text in ["\"", "'", "$a$", "[", "`", "/*", "--", "\"a", "é\"", "$é$", "[é", "e'"] {
            for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
                tokens(dialect, text);
            }
        }
    }
}
