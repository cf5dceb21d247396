//! The part of SQL that conditions on the catalogs are written in.

use crate::catalog::Value;
use crate::cursor::{Cursor, Read, Unread};
use crate::lex::Kind;

/// Operands inside of each other that are read.
const MAX_DEPTH: usize = 80;

pub(super) enum Expr {
    Value(Value),
    Column(Vec<String>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(String, Box<Expr>, Box<Expr>),
    IsNull(Box<Expr>),
    IsTruth(Box<Expr>, bool),
    In(Box<Expr>, Vec<Expr>),
    InQuery(Box<Expr>, Box<Query>),
    /// `= ANY (array)`.
    Any(Box<Expr>, Box<Expr>),
    Like {
        text: Box<Expr>,
        pattern: Box<Expr>,
        any_case: bool,
    },
    Exists(Box<Query>),
    Scalar(Box<Query>),
    Call(String, Vec<Expr>),
    CountRows,
    Cast(Box<Expr>, String),
    Array(Vec<Expr>),
}

pub(super) struct Query {
    pub(super) items: Vec<Item>,
    pub(super) sources: Vec<Source>,
    pub(super) filter: Option<Expr>,
    pub(super) limit: Option<usize>,
}

pub(super) enum Item {
    All,
    Named(Expr, String),
}

pub(super) struct Source {
    /// Namespace, where it was written, and name.
    pub(super) table: Vec<String>,
    pub(super) alias: String,
    /// The condition of a JOIN.
    pub(super) on: Option<Expr>,
}

fn guard(cursor: &Cursor<'_>, depth: usize) -> Read<()> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    Err(Unread { message: "the expression nests too deep".to_owned(), span: cursor.here() })
}

/// Reads `SELECT … FROM … WHERE …`.
pub(super) fn query(cursor: &mut Cursor<'_>, depth: usize) -> Read<Query> {
    guard(cursor, depth)?;
    if cursor.is("(") {
        let mut inner = cursor.parenthesised()?;
        let query = query(&mut inner, depth + 1)?;
        inner.expect_end()?;
        return Ok(query);
    }
    cursor.expect("SELECT")?;
    let _ = cursor.eat("DISTINCT") || cursor.eat("ALL");
    let mut query = Query { items: Vec::new(), sources: Vec::new(), filter: None, limit: None };
    if !cursor.is("FROM") && !cursor.is_end() {
        loop {
            query.items.push(item(cursor, depth)?);
            if !cursor.eat(",") {
                break;
            }
        }
    }
    if cursor.eat("FROM") {
        sources(cursor, depth, &mut query)?;
    }
    if cursor.eat("WHERE") {
        query.filter = Some(expression(cursor, depth + 1)?);
    }
    if cursor.eat("ORDER BY") {
        cursor.skip_until(|cursor| cursor.is("LIMIT"));
    }
    if cursor.eat("LIMIT") {
        query.limit = usize::try_from(cursor.integer()?).ok();
    }
    Ok(query)
}

fn item(cursor: &mut Cursor<'_>, depth: usize) -> Read<Item> {
    if cursor.eat("*") {
        return Ok(Item::All);
    }
    let expression = expression(cursor, depth + 1)?;
    let name =
        if cursor.eat("AS") || is_alias(cursor) { cursor.identifier()? } else { default_name(&expression) };
    Ok(Item::Named(expression, name))
}

fn default_name(expression: &Expr) -> String {
    match expression {
        Expr::Column(parts) => parts.last().cloned().unwrap_or_default(),
        Expr::Call(name, _) => name.clone(),
        Expr::CountRows => "count".to_owned(),
        Expr::Exists(_) => "exists".to_owned(),
        Expr::Cast(inner, _) => default_name(inner),
        _ => "?column?".to_owned(),
    }
}

const NO_ALIAS: &[&str] = &[
    "FROM",
    "WHERE",
    "ORDER",
    "LIMIT",
    "GROUP",
    "HAVING",
    "UNION",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "NATURAL",
    "ON",
    "USING",
    "LOOP",
    "THEN",
    "INTO",
    "EXCEPT",
    "INTERSECT",
    "OFFSET",
    "FETCH",
    "FOR",
];

fn is_alias(cursor: &Cursor<'_>) -> bool {
    let is_name = cursor.token().is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted));
    is_name && !NO_ALIAS.iter().any(|word| cursor.is(word))
}

fn sources(cursor: &mut Cursor<'_>, depth: usize, query: &mut Query) -> Read<()> {
    query.sources.push(source(cursor)?);
    loop {
        if cursor.eat(",") || cursor.eat("CROSS JOIN") {
            query.sources.push(source(cursor)?);
        } else if cursor.eat("JOIN") || cursor.eat("INNER JOIN") {
            let mut joined = source(cursor)?;
            if cursor.eat("USING") {
                joined.on = using(cursor, query, &joined.alias)?;
            } else {
                cursor.expect("ON")?;
                joined.on = Some(expression(cursor, depth + 1)?);
            }
            query.sources.push(joined);
        } else {
            return Ok(());
        }
    }
}

/// `USING (a)` compares with the source right before.
fn using(cursor: &mut Cursor<'_>, query: &Query, alias: &str) -> Read<Option<Expr>> {
    let previous = query.sources.last().map_or("", |source| source.alias.as_str()).to_owned();
    let equal = |name: String| {
        let left = Expr::Column(vec![previous.clone(), name.clone()]);
        let right = Expr::Column(vec![alias.to_owned(), name]);
        Expr::Binary("=".to_owned(), Box::new(left), Box::new(right))
    };
    let and = |left, right| Expr::Binary("AND".to_owned(), Box::new(left), Box::new(right));
    Ok(cursor.names()?.into_iter().map(equal).reduce(and))
}

fn source(cursor: &mut Cursor<'_>) -> Read<Source> {
    let table = cursor.dotted()?;
    let named = cursor.eat("AS") || is_alias(cursor);
    let alias = if named { cursor.identifier()? } else { table.last().cloned().unwrap_or_default() };
    Ok(Source { table, alias, on: None })
}

/// Reads an expression: OR, AND, NOT, comparison, concatenation, operand.
pub(super) fn expression(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    guard(cursor, depth)?;
    let mut left = conjunction(cursor, depth)?;
    while cursor.eat("OR") {
        left = binary("OR", left, conjunction(cursor, depth)?);
    }
    Ok(left)
}

fn binary(operator: &str, left: Expr, right: Expr) -> Expr {
    Expr::Binary(operator.to_owned(), Box::new(left), Box::new(right))
}

fn conjunction(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    let mut left = negation(cursor, depth)?;
    while cursor.eat("AND") {
        left = binary("AND", left, negation(cursor, depth)?);
    }
    Ok(left)
}

fn negation(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    guard(cursor, depth)?;
    if cursor.eat("NOT") {
        return Ok(Expr::Not(Box::new(negation(cursor, depth + 1)?)));
    }
    comparison(cursor, depth)
}

fn comparison(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    let mut left = sum(cursor, depth)?;
    loop {
        let operator =
            ["=", "<>", "!=", "<=", ">=", "<", ">"].into_iter().find(|operator| cursor.eat(operator));
        if let Some(operator) = operator {
            left = if cursor.eat("ANY") || cursor.eat("SOME") {
                any(cursor, depth, left, operator)?
            } else {
                binary(operator, left, sum(cursor, depth)?)
            };
            continue;
        }
        if cursor.eat("IS") {
            let negated = cursor.eat("NOT");
            let test = match cursor.eat_any(&["NULL", "TRUE", "FALSE"]) {
                Some(0) => Expr::IsNull(Box::new(left)),
                Some(truth) => Expr::IsTruth(Box::new(left), truth == 1),
                None => return Err(cursor.unexpected("`NULL`, `TRUE` or `FALSE`")),
            };
            left = negate(test, negated);
            continue;
        }
        let start = cursor.position();
        let negated = cursor.eat("NOT");
        if cursor.eat("IN") {
            left = negate(membership(cursor, depth, left)?, negated);
        } else if let Some(kind) = cursor.eat_any(&["LIKE", "ILIKE"]) {
            let pattern = sum(cursor, depth)?;
            let like = Expr::Like { text: Box::new(left), pattern: Box::new(pattern), any_case: kind == 1 };
            left = negate(like, negated);
        } else {
            cursor.go(start);
            return Ok(left);
        }
    }
}

fn negate(expression: Expr, negated: bool) -> Expr {
    if negated { Expr::Not(Box::new(expression)) } else { expression }
}

fn any(cursor: &mut Cursor<'_>, depth: usize, left: Expr, operator: &str) -> Read<Expr> {
    if operator != "=" {
        return Err(cursor.unexpected("`=` before ANY"));
    }
    let mut inner = cursor.parenthesised()?;
    if inner.is("SELECT") {
        let query = query(&mut inner, depth + 1)?;
        inner.expect_end()?;
        return Ok(Expr::InQuery(Box::new(left), Box::new(query)));
    }
    let array = expression(&mut inner, depth + 1)?;
    inner.expect_end()?;
    Ok(Expr::Any(Box::new(left), Box::new(array)))
}

fn membership(cursor: &mut Cursor<'_>, depth: usize, left: Expr) -> Read<Expr> {
    let mut inner = cursor.parenthesised()?;
    if inner.is("SELECT") {
        let query = query(&mut inner, depth + 1)?;
        inner.expect_end()?;
        return Ok(Expr::InQuery(Box::new(left), Box::new(query)));
    }
    Ok(Expr::In(Box::new(left), arguments(inner, depth)?))
}

fn arguments(mut inner: Cursor<'_>, depth: usize) -> Read<Vec<Expr>> {
    let mut found = Vec::new();
    for mut part in inner.list() {
        found.push(expression(&mut part, depth + 1)?);
        part.expect_end()?;
    }
    Ok(found)
}

fn sum(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    let mut left = cast(cursor, depth)?;
    while let Some(operator) = ["||", "+", "-"].into_iter().find(|operator| cursor.eat(operator)) {
        left = binary(operator, left, cast(cursor, depth)?);
    }
    Ok(left)
}

fn cast(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    let mut operand = operand(cursor, depth)?;
    while cursor.eat("::") {
        let name = crate::postgres::type_text(cursor)?.to_ascii_lowercase();
        operand = Expr::Cast(Box::new(operand), name);
    }
    Ok(operand)
}

fn operand(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    guard(cursor, depth)?;
    let Some(token) = cursor.token() else { return Err(cursor.unexpected("an expression")) };
    if token.kind == Kind::Text {
        return Ok(Expr::Value(Value::Text(cursor.string()?)));
    }
    if token.kind == Kind::Number {
        return Ok(Expr::Value(Value::Number(cursor.integer()?)));
    }
    if cursor.eat("-") {
        return Ok(Expr::Negative(Box::new(operand(cursor, depth + 1)?)));
    }
    if cursor.is("(") {
        let mut inner = cursor.parenthesised()?;
        let found = if inner.is("SELECT") {
            Expr::Scalar(Box::new(query(&mut inner, depth + 1)?))
        } else {
            expression(&mut inner, depth + 1)?
        };
        inner.expect_end()?;
        return Ok(found);
    }
    let literals = [("TRUE", Value::Bool(true)), ("FALSE", Value::Bool(false)), ("NULL", Value::Null)];
    for (word, value) in literals {
        if cursor.eat(word) {
            return Ok(Expr::Value(value));
        }
    }
    if cursor.eat("EXISTS") {
        let mut inner = cursor.parenthesised()?;
        let query = query(&mut inner, depth + 1)?;
        inner.expect_end()?;
        return Ok(Expr::Exists(Box::new(query)));
    }
    if cursor.eat("ARRAY") {
        return array(cursor, depth);
    }
    if cursor.eat("CAST") {
        let mut inner = cursor.parenthesised()?;
        let operand = expression(&mut inner, depth + 1)?;
        inner.expect("AS")?;
        let name = crate::postgres::type_text(&mut inner)?.to_ascii_lowercase();
        inner.expect_end()?;
        return Ok(Expr::Cast(Box::new(operand), name));
    }
    named(cursor, depth)
}

fn array(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    cursor.expect("[")?;
    let start = cursor.position();
    cursor.skip_until(|cursor| cursor.is("]"));
    let inner = cursor.part(start, cursor.position());
    cursor.expect("]")?;
    Ok(Expr::Array(arguments(inner, depth)?))
}

/// Words that begin what this grammar does not have.
const NOT_NAMES: &[&str] = &["CASE", "SELECT", "INTERVAL", "ROW", "FROM", "WHERE", "COLLATE"];

fn named(cursor: &mut Cursor<'_>, depth: usize) -> Read<Expr> {
    if NOT_NAMES.iter().any(|word| cursor.is(word)) {
        return Err(cursor.unexpected("an expression"));
    }
    let mut parts = cursor.dotted()?;
    if !cursor.is("(") {
        return Ok(Expr::Column(parts));
    }
    let mut inner = cursor.parenthesised()?;
    let name = parts.pop().unwrap_or_default();
    if name == "count" {
        if inner.eat("*") || inner.integer().is_ok() {
            inner.expect_end()?;
            return Ok(Expr::CountRows);
        }
        return Err(inner.unexpected("`*`"));
    }
    Ok(Expr::Call(name, arguments(inner, depth)?))
}
