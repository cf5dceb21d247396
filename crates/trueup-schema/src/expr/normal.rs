//! The rules that make what a user writes and what the server prints one tree.
//!
//! Each function builds one node from parts that are already in normal form, so the rules apply bottom-up in the
//! same pass that parses. The rules about casts, which decide most:
//!
//! - **A cast of a literal is not kept**, whatever the type: the server types every literal it prints
//!   (`'active'::mood`, `'day'::text`, `(0)::numeric`), and the user leaves it to the context. The value is brought
//!   to the form its type gives it. A cast with a length or precision (`'x'::character varying(10)`) stays.
//! - **A cast to `text` or `character varying` without length is not kept on an operand** of an operator, a
//!   function's argument or an element of a list, where the server inserts it for `character varying` columns. It
//!   stays where it is the whole expression, and casts to other types always stay, except:
//! - **A cast to a wider number type is not kept in comparisons, sums and products**, where the server inserts it;
//!   it stays in quotients, where it decides about integer division.
//!
//! What only the types of the columns could tell is left apart: `flag = 't'` is stored as `flag = true`.

use super::literal;
use super::tree::Expr;
use crate::types::Affinity;
use crate::{ColumnType, Dialect};

/// Comparisons, under the name that normal form keeps.
const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

/// Returns an operator under the name that the server keeps.
pub(super) fn operator_name(name: &str) -> &str {
    match name {
        "!=" => "<>",
        "==" => "=",
        _ => name,
    }
}

/// Builds `left operator right`.
pub(super) fn binary(dialect: Dialect, operator: &str, left: Expr, right: Expr) -> Expr {
    let operator = operator_name(operator);
    let comparison = COMPARISONS.contains(&operator);
    let (mut left, mut right) = (operand(left), operand(right));
    if comparison || matches!(operator, "*" | "+" | "-" | "^") {
        left = without_promotion(left);
        right = without_promotion(right);
    } else if matches!(operator, "/" | "%") && dialect == Dialect::Postgresql {
        (left, right) = promoted_once(left, right);
    }
    if comparison && dialect == Dialect::Postgresql {
        left = compared_literal(left);
        right = compared_literal(right);
    }
    if matches!(operator, "+" | "-") && dialect == Dialect::Postgresql {
        right = interval_operand(right);
    }
    if matches!(operator, "@>" | "<@" | "||" | "@@" | "@?") {
        left = json_operand(left);
        right = json_operand(right);
    }
    if matches!(operator, "=" | "<>")
        && let (Expr::Row(lefts), Expr::Row(rights)) = (&left, &right)
        && lefts.len() == rights.len()
        && !lefts.is_empty()
    {
        let pairs: Vec<Expr> = lefts
            .iter()
            .zip(rights)
            .map(|(left, right)| binary(dialect, operator, left.clone(), right.clone()))
            .collect();
        return if operator == "=" { and(pairs) } else { or(pairs) };
    }
    Expr::Binary(operator.to_owned(), Box::new(left), Box::new(right))
}

/// Builds `IS DISTINCT FROM`, of rows part by part.
pub(super) fn distinct(left: Expr, right: Expr) -> Expr {
    match (left, right) {
        (Expr::Row(lefts), Expr::Row(rights)) if lefts.len() == rights.len() && !lefts.is_empty() => {
            or(lefts.into_iter().zip(rights).map(|(left, right)| distinct(left, right)).collect())
        }
        (left, right) => {
            Expr::Binary("IS DISTINCT FROM".to_owned(), Box::new(operand(left)), Box::new(operand(right)))
        }
    }
}

/// Builds a conjunction; nested ones become one. The first list grows in place, so that long chains stay linear.
pub(super) fn and(list: Vec<Expr>) -> Expr {
    let mut flat: Vec<Expr> = Vec::new();
    for element in list {
        match element {
            Expr::And(inner) if flat.is_empty() => flat = inner,
            Expr::And(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.swap_remove(0) } else { Expr::And(flat) }
}

/// Builds a disjunction; nested ones become one.
pub(super) fn or(list: Vec<Expr>) -> Expr {
    let mut flat: Vec<Expr> = Vec::new();
    for element in list {
        match element {
            Expr::Or(inner) if flat.is_empty() => flat = inner,
            Expr::Or(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.swap_remove(0) } else { Expr::Or(flat) }
}

/// Builds a prefix operator; signs go into numbers.
pub(super) fn unary(operator: &str, inner: Expr) -> Expr {
    match (operator, inner) {
        ("+", inner) => inner,
        ("-", Expr::Number(text)) => Expr::Number(match text.strip_prefix('-') {
            Some(positive) => positive.to_owned(),
            None => literal::number(&format!("-{text}")),
        }),
        (operator, inner) => Expr::Unary(operator.to_owned(), Box::new(operand(inner))),
    }
}

/// Builds `BETWEEN`, which the server keeps as two comparisons.
pub(super) fn between(
    dialect: Dialect,
    value: Expr,
    low: Expr,
    high: Expr,
    negated: bool,
    symmetric: bool,
) -> Expr {
    if symmetric {
        let one = between(dialect, value.clone(), low.clone(), high.clone(), negated, false);
        let other = between(dialect, value, high, low, negated, false);
        return if negated { and(vec![one, other]) } else { or(vec![one, other]) };
    }
    if negated {
        let below = binary(dialect, "<", value.clone(), low);
        or(vec![below, binary(dialect, ">", value, high)])
    } else {
        let above = binary(dialect, ">=", value.clone(), low);
        and(vec![above, binary(dialect, "<=", value, high)])
    }
}

/// Builds `IN` as the server does: constants become one list, elements that mention columns their own comparisons.
pub(super) fn in_list(dialect: Dialect, operand_: Expr, list: Vec<Expr>, negated: bool) -> Expr {
    let operator = if negated { "<>" } else { "=" };
    let join = |parts: Vec<Expr>| if negated { and(parts) } else { or(parts) };
    let compare = |element: Expr| binary(dialect, operator, operand_.clone(), element);
    let rows = matches!(operand_, Expr::Row(_));
    if dialect == Dialect::Postgresql && (rows || list.iter().any(Expr::has_column)) {
        let (variable, constant): (Vec<Expr>, Vec<Expr>) =
            list.iter().cloned().partition(|element| rows || element.has_column());
        if constant.len() <= 1 {
            return join(list.into_iter().map(compare).collect());
        }
        let mut parts = vec![in_list(dialect, operand_.clone(), constant, negated)];
        parts.extend(variable.into_iter().map(compare));
        return join(parts);
    }
    constant_list(dialect, operand_, list, negated)
}

/// Builds membership in a list; the order and repetition of its elements mean nothing.
fn constant_list(dialect: Dialect, value: Expr, list: Vec<Expr>, negated: bool) -> Expr {
    let element = |element: Expr| {
        let element = without_promotion(operand(element));
        if dialect == Dialect::Postgresql { compared_literal(element) } else { element }
    };
    let mut keyed: Vec<(String, Expr)> =
        list.into_iter().map(element).map(|element| (element.to_string(), element)).collect();
    keyed.sort_by(|left, right| left.0.cmp(&right.0));
    keyed.dedup_by(|left, right| left.0 == right.0);
    let mut list: Vec<Expr> = keyed.into_iter().map(|(_, element)| element).collect();
    if list.len() == 1 {
        return binary(dialect, if negated { "<>" } else { "=" }, value, list.swap_remove(0));
    }
    Expr::In { operand: Box::new(without_promotion(operand(value))), list, negated }
}

/// Builds `left operator ANY (right)`; against a list of values this is `IN`.
pub(super) fn quantified(
    dialect: Dialect,
    left: Expr,
    operator: &str,
    quantifier: &'static str,
    right: Expr,
) -> Expr {
    let operator = operator_name(operator);
    let right = operand(right);
    let negated = match (operator, quantifier) {
        ("=", "ANY") => Some(false),
        ("<>", "ALL") => Some(true),
        _ => None,
    };
    match (negated, right) {
        (Some(negated), Expr::Array(list)) if !list.is_empty() => constant_list(dialect, left, list, negated),
        (Some(negated), Expr::String(text)) => match literal::array(&text) {
            Some(elements) if !elements.is_empty() && elements.iter().all(Option::is_some) => {
                let list = elements.into_iter().flatten().map(Expr::String).collect();
                constant_list(dialect, left, list, negated)
            }
            _ => quantified_node(left, operator, quantifier, Expr::String(text)),
        },
        (_, right) => quantified_node(left, operator, quantifier, right),
    }
}

fn quantified_node(left: Expr, operator: &str, quantifier: &'static str, right: Expr) -> Expr {
    Expr::Quantified(Box::new(operand(left)), operator.to_owned(), quantifier, Box::new(right))
}

/// Builds `CAST(inner AS target)`.
pub(super) fn cast(dialect: Dialect, inner: Expr, target: ColumnType) -> Expr {
    if dialect == Dialect::Sqlite {
        return Expr::Cast(Box::new(inner), target);
    }
    let plain = target.modifiers.is_empty() || target.name.starts_with("interval");
    match inner {
        Expr::Null => Expr::Null,
        Expr::String(text) if target.array => Expr::String(text),
        Expr::Array(list) if target.array => Expr::Array(list),
        Expr::String(text) if plain || !keeps_modifiers(&target) => literal_of(text, &target),
        Expr::Number(text) if !target.array && plain && target.is_number() => Expr::Number(text),
        inner if target.is_boolean() && is_condition(&inner) => inner,
        Expr::Bits(text) if matches!(target.name.as_str(), "bit" | "\"bit\"" | "bit varying") => {
            Expr::Bits(text)
        }
        Expr::Cast(inner, earlier) if earlier == target => Expr::Cast(inner, target),
        Expr::Cast(inner, earlier) if is_plain_text(&earlier) && is_plain_text(&target) => {
            cast(dialect, *inner, target)
        }
        inner => Expr::Cast(Box::new(inner), target),
    }
}

/// Tells whether an expression is a truth value by its form.
fn is_condition(inner: &Expr) -> bool {
    match inner {
        Expr::Bool(_) | Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::Is(..) | Expr::In { .. } => true,
        Expr::Binary(operator, ..) => COMPARISONS.contains(&operator.as_str()),
        _ => false,
    }
}

/// Tells whether a cast of a literal to this type may change its value by length, precision or scale.
fn keeps_modifiers(target: &ColumnType) -> bool {
    target.is_text() || target.is_number() || target.name.starts_with("time") || target.name.contains("bit")
}

/// Returns a string literal as the value that a type makes of it.
fn literal_of(text: String, target: &ColumnType) -> Expr {
    let name = target.name.as_str();
    if target.is_number() {
        return match literal::numeric_string(&text) {
            Some(number) => Expr::Number(number),
            None if is_special_number(&text) => Expr::String(text.to_ascii_lowercase()),
            None => Expr::String(text),
        };
    }
    match name {
        "boolean" => literal::boolean(&text).map_or(Expr::String(text), Expr::Bool),
        "\"bit\"" | "bit" | "bit varying" => Expr::Bits(format!("b:{text}")),
        "jsonb" => Expr::String(literal::json(&text).unwrap_or(text)),
        "uuid" => Expr::String(text.to_ascii_lowercase()),
        "regclass" => Expr::String(text.strip_prefix("public.").unwrap_or(&text).to_owned()),
        _ if name.starts_with("interval") => Expr::String(literal::interval(&text).unwrap_or(text)),
        _ if name.starts_with("timestamp") => Expr::String(literal::moment(&text).into_owned()),
        _ if name.starts_with("time ") || name == "time" => {
            Expr::String(literal::time_of_day(&text).into_owned())
        }
        "jsonpath" => Expr::String(literal::json_path(&text)),
        "money" => {
            let digits = text.replace(['$', ','], "");
            literal::numeric_string(&digits).map_or(Expr::String(text), |number| {
                Expr::Number(literal::without_trailing_zeros(&number).to_owned())
            })
        }
        _ => Expr::String(text),
    }
}

fn is_plain_text(target: &ColumnType) -> bool {
    target.modifiers.is_empty()
        && matches!(target.name.as_str(), "text" | "character varying" | "bpchar" | "name")
        && !target.array
}

/// Returns an operand without a cast to plain text, or to an array of it.
pub(super) fn operand(inner: Expr) -> Expr {
    match inner {
        Expr::Cast(inner, target)
            if target.modifiers.is_empty()
                && matches!(target.name.as_str(), "text" | "character varying" | "bpchar")
                && !matches!(*inner, Expr::Number(_) | Expr::Bool(_)) =>
        {
            operand(*inner)
        }
        other => other,
    }
}

/// Returns a column or call without a cast to a wider type of number.
pub(super) fn without_promotion(inner: Expr) -> Expr {
    match inner {
        Expr::Cast(inner, target)
            if !target.array
                && target.modifiers.is_empty()
                && matches!(target.name.as_str(), "bigint" | "numeric" | "double precision")
                && matches!(*inner, Expr::Column(_) | Expr::Call { .. } | Expr::Binary(..)) =>
        {
            *inner
        }
        other => other,
    }
}

/// Keeps one of two promotions in a quotient, on the left: `a::numeric / b` is stored with both.
fn promoted_once(left: Expr, right: Expr) -> (Expr, Expr) {
    let target = |operand: &Expr| match operand {
        Expr::Cast(_, target) => Some(target.clone()),
        _ => None,
    };
    let bare = without_promotion(right.clone());
    if is_fractional(&left) {
        return (left, bare);
    }
    if is_fractional(&right) {
        return (without_promotion(left), right);
    }
    match (target(&left), target(&right)) {
        (Some(on_left), Some(on_right)) if bare != right && on_left == on_right => (left, bare),
        (None, Some(target)) if bare != right && !matches!(left, Expr::Number(_)) => {
            (Expr::Cast(Box::new(left), target), bare)
        }
        _ => (left, right),
    }
}

/// Tells whether arithmetic is not of integers, because a literal in it has a fraction.
fn is_fractional(inner: &Expr) -> bool {
    match inner {
        Expr::Number(text) => text.contains('.'),
        Expr::Binary(operator, left, right) if matches!(operator.as_str(), "+" | "-" | "*" | "/" | "%") => {
            is_fractional(left) || is_fractional(right)
        }
        _ => false,
    }
}

/// Returns a literal of a comparison as the server stores it.
///
/// A string of digits becomes a number: compared with a number, the server stores one, and compared with text, a
/// bare number is an error, so that the two cannot be meant apart. A point in time loses its midnight.
fn compared_literal(inner: Expr) -> Expr {
    match inner {
        Expr::String(text) => match literal::numeric_string(&text) {
            Some(number) if number == text => Expr::Number(number),
            _ if is_special_number(&text) => Expr::String(text.to_ascii_lowercase()),
            _ => Expr::String(literal::moment(&text).into_owned()),
        },
        other => other,
    }
}

fn is_special_number(text: &str) -> bool {
    ["nan", "infinity", "-infinity"].iter().any(|special| text.eq_ignore_ascii_case(special))
}

fn interval_operand(inner: Expr) -> Expr {
    match inner {
        Expr::String(text) if literal::looks_like_interval(&text) => {
            Expr::String(literal::interval(&text).unwrap_or(text))
        }
        other => other,
    }
}

fn json_operand(inner: Expr) -> Expr {
    match inner {
        Expr::String(text) if text.trim_start().starts_with(['{', '[']) => {
            Expr::String(literal::json(&text).unwrap_or(text))
        }
        other => other,
    }
}

/// Builds `value LIKE pattern` as the operator behind it.
pub(super) fn matches(operator: &str, value: Expr, pattern: Expr, escape: Option<Expr>) -> Expr {
    let pattern = match (operator, escape) {
        ("~" | "!~", escape) => {
            let mut arguments = vec![pattern];
            arguments.extend(escape);
            plain_call("similar_to_escape", arguments)
        }
        (_, Some(escape)) => plain_call("like_escape", vec![pattern, escape]),
        (_, None) => pattern,
    };
    Expr::Binary(operator.to_owned(), Box::new(operand(value)), Box::new(operand(pattern)))
}

/// Returns a call by a name that needs no more reading.
pub(super) fn plain_call(name: &str, arguments: Vec<Expr>) -> Expr {
    let arguments = arguments.into_iter().map(operand).collect();
    Expr::Call { name: name.to_owned(), arguments, tail: String::new() }
}

/// Builds a function call; the names of one function become one.
pub(super) fn call(dialect: Dialect, names: &[String], arguments: Vec<Expr>, tail: String) -> Expr {
    let (namespace, name) = match names {
        [name] => (None, name.as_str()),
        [namespace, name] if namespace == "pg_catalog" || namespace == dialect.default_namespace() => {
            (None, name.as_str())
        }
        [.., namespace, name] => (Some(namespace.as_str()), name.as_str()),
        [] => (None, ""),
    };
    let mut arguments: Vec<Expr> = arguments.into_iter().map(operand).collect();
    if namespace.is_none() && tail.is_empty() {
        if let Some(value) = known_value(dialect, name, &arguments) {
            return value;
        }
        if matches!(name, "nextval" | "currval" | "setval")
            && let Some(Expr::String(sequence)) = arguments.first_mut()
            && let Some(rest) = sequence.strip_prefix("public.")
        {
            *sequence = rest.to_owned();
        }
        if name.starts_with("jsonb_path_")
            && let Some(Expr::String(path)) = arguments.get_mut(1)
        {
            *path = literal::json_path(path);
        }
        if takes_double(name) {
            arguments = arguments.into_iter().map(without_promotion).collect();
        }
        if name == "extract"
            && let Some(Expr::String(field)) = arguments.first_mut()
        {
            field.make_ascii_lowercase();
        }
    }
    let shown = match namespace {
        Some(namespace) => format!("{}.{}", super::identifier(namespace), function_name(name)),
        None => function_name(name),
    };
    Expr::Call { name: shown, arguments, tail }
}

/// Tells whether a function only exists for `double precision`, so that its arguments are cast to that anyhow.
fn takes_double(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "power",
        "pow",
        "sqrt",
        "exp",
        "ln",
        "log",
        "cbrt",
        "to_timestamp",
        "degrees",
        "radians",
        "sin",
        "cos",
        "tan",
        "atan2",
    ];
    NAMES.contains(&name)
}

/// Returns a function's name as SQL; keywords that are functions too stay bare.
fn function_name(name: &str) -> String {
    if super::is_function_keyword(name) { name.to_owned() } else { super::identifier(name).into_owned() }
}

/// Returns the value word that a call without meaning of its own stands for.
fn known_value(dialect: Dialect, name: &str, arguments: &[Expr]) -> Option<Expr> {
    let word = |word: &str| Some(Expr::Keyword(word.to_owned()));
    match (dialect, name, arguments) {
        (Dialect::Postgresql, "now" | "transaction_timestamp", []) => word("current_timestamp"),
        (Dialect::Sqlite, "datetime", [Expr::String(now)]) if now == "now" => word("current_timestamp"),
        (Dialect::Sqlite, "date", [Expr::String(now)]) if now == "now" => word("current_date"),
        (Dialect::Sqlite, "time", [Expr::String(now)]) if now == "now" => word("current_time"),
        _ => None,
    }
}

/// Builds the default of a column, whose type says what a literal means.
pub(super) fn default_value(dialect: Dialect, value: Expr, column: &ColumnType) -> Expr {
    if column.is_unknown() {
        return value;
    }
    match dialect {
        Dialect::Postgresql => postgresql_default(value, column),
        Dialect::Sqlite => sqlite_default(value, column),
    }
}

fn postgresql_default(value: Expr, column: &ColumnType) -> Expr {
    if column.array {
        return match value {
            Expr::Cast(inner, target) if target.array => postgresql_default(*inner, column),
            Expr::Array(list) => array_default(list, column),
            Expr::String(text) => match literal::array(&text) {
                Some(elements) => Expr::String(literal::array_text(&elements)),
                None => Expr::String(text),
            },
            other => other,
        };
    }
    let same = |target: &ColumnType| {
        (target.name == column.name && target.namespace == column.namespace && !target.array)
            || (target.is_text() && column.is_text())
    };
    match value {
        // The column casts to its own type anyhow, length and precision included.
        Expr::Cast(inner, target) if same(&target) => postgresql_default(*inner, column),
        Expr::String(text) => match literal_of(text, column) {
            Expr::Number(text) => number_default(&text, column),
            other => other,
        },
        Expr::Number(text) => number_default(&text, column),
        other => other,
    }
}

fn number_default(text: &str, column: &ColumnType) -> Expr {
    if column.is_text() {
        return Expr::String(text.to_owned());
    }
    let free_scale = column.name == "numeric" && column.modifiers.is_empty();
    let text = if column.is_number() && !free_scale { literal::without_trailing_zeros(text) } else { text };
    Expr::Number(text.to_owned())
}

/// Returns an array of constants as the array literal it equals.
fn array_default(list: Vec<Expr>, column: &ColumnType) -> Expr {
    let element = |element: &Expr| match element {
        Expr::Null => Some(None),
        Expr::String(text) | Expr::Number(text) => Some(Some(text.clone())),
        Expr::Bool(value) => Some(Some(if *value { "t" } else { "f" }.to_owned())),
        _ => None,
    };
    match list.iter().map(element).collect::<Option<Vec<_>>>() {
        Some(mut elements) => {
            if column.name == "boolean" {
                for value in elements.iter_mut().flatten() {
                    if let Some(parsed) = literal::boolean(value) {
                        value.replace_range(.., if parsed { "t" } else { "f" });
                    }
                }
            }
            Expr::String(literal::array_text(&elements))
        }
        None => Expr::Array(list),
    }
}

/// Applies the affinity with which SQLite stores a default.
fn sqlite_default(value: Expr, column: &ColumnType) -> Expr {
    match (value, column.affinity()) {
        // An identifier in a default is a string, quoted or not (sqlite.org/lang_createtable.html §3.2).
        (Expr::Column(text), _) => sqlite_default(Expr::String(text), column),
        (Expr::String(text), Affinity::Integer | Affinity::Real | Affinity::Numeric) => {
            match literal::numeric_string(&text) {
                Some(number) => Expr::Number(literal::without_trailing_zeros(&number).to_owned()),
                None => Expr::String(text),
            }
        }
        (Expr::Number(text), Affinity::Integer | Affinity::Real | Affinity::Numeric) => {
            Expr::Number(literal::without_trailing_zeros(&text).to_owned())
        }
        (Expr::Number(text), Affinity::Text) => Expr::String(text),
        (other, _) => other,
    }
}
