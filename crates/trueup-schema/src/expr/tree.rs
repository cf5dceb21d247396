//! The tree of an expression in normal form, and its canonical text.
//!
//! The text is SQL that reads back as the same tree: composite operands are always in parentheses, nothing else is.

use std::fmt::{self, Write as _};

use crate::ColumnType;

/// An expression whose parts are already in normal form; built by [`super::normal`] only.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Null,
    Bool(bool),
    /// A number, with its sign.
    Number(String),
    String(String),
    /// `b:0101` or `x:ff`.
    Bits(String),
    Parameter(String),
    /// A column, without the name of its table.
    Column(String),
    Star,
    /// A word that is a value by itself: `current_date`.
    Keyword(String),
    /// A prefix operator.
    Unary(String, Box<Expr>),
    Binary(String, Box<Expr>, Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// `IS NULL`, `IS NOT TRUE` …: everything after the operand, in upper case.
    Is(Box<Expr>, String),
    In {
        operand: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    /// `a = ANY (…)`: operator, quantifier.
    Quantified(Box<Expr>, String, &'static str, Box<Expr>),
    Cast(Box<Expr>, ColumnType),
    Collate(Box<Expr>, String),
    Call {
        name: String,
        arguments: Vec<Expr>,
        /// `FILTER (…) OVER (…)` as tokens.
        tail: String,
    },
    Case {
        operand: Option<Box<Expr>>,
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Array(Vec<Expr>),
    Row(Vec<Expr>),
    /// `base[from]`, or with `slice` `base[from:to]`.
    Subscript {
        base: Box<Expr>,
        from: Option<Box<Expr>>,
        slice: bool,
        to: Option<Box<Expr>>,
    },
    Field(Box<Expr>, String),
    /// A subselect, as tokens with its parentheses; a word such as EXISTS or ARRAY may stand before.
    Tokens(String),
}

impl Expr {
    /// Calls a function for every node below this one.
    pub(super) fn children<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Unary(_, inner)
            | Self::Not(inner)
            | Self::Is(inner, _)
            | Self::Cast(inner, _)
            | Self::Collate(inner, _)
            | Self::Field(inner, _) => visit(inner),
            Self::Binary(_, left, right) | Self::Quantified(left, _, _, right) => {
                visit(left);
                visit(right);
            }
            Self::And(list) | Self::Or(list) | Self::Array(list) | Self::Row(list) => {
                list.iter().for_each(visit);
            }
            Self::Call { arguments, .. } => arguments.iter().for_each(visit),
            Self::In { operand, list, .. } => {
                visit(operand);
                list.iter().for_each(visit);
            }
            Self::Case { operand, branches, otherwise } => {
                if let Some(operand) = operand {
                    visit(operand);
                }
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                if let Some(otherwise) = otherwise {
                    visit(otherwise);
                }
            }
            Self::Subscript { base, from, to, .. } => {
                visit(base);
                for bound in from.iter().chain(to) {
                    visit(bound);
                }
            }
            _ => {}
        }
    }

    /// Calls a function that may change them for every node below this one.
    pub(super) fn children_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Self::Unary(_, inner)
            | Self::Not(inner)
            | Self::Is(inner, _)
            | Self::Cast(inner, _)
            | Self::Collate(inner, _)
            | Self::Field(inner, _) => visit(inner),
            Self::Binary(_, left, right) | Self::Quantified(left, _, _, right) => {
                visit(left);
                visit(right);
            }
            Self::And(list) | Self::Or(list) | Self::Array(list) | Self::Row(list) => {
                list.iter_mut().for_each(visit);
            }
            Self::Call { arguments, .. } => arguments.iter_mut().for_each(visit),
            Self::In { operand, list, .. } => {
                visit(operand);
                list.iter_mut().for_each(visit);
            }
            Self::Case { operand, branches, otherwise } => {
                if let Some(operand) = operand {
                    visit(operand);
                }
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                if let Some(otherwise) = otherwise {
                    visit(otherwise);
                }
            }
            Self::Subscript { base, from, to, .. } => {
                visit(base);
                for bound in from.iter_mut().chain(to) {
                    visit(bound);
                }
            }
            _ => {}
        }
    }

    /// Returns how many nodes it has.
    pub(super) fn size(&self) -> usize {
        let mut size = 1;
        self.children(&mut |child| size += child.size());
        size
    }

    /// Tells whether it mentions a column.
    pub(super) fn has_column(&self) -> bool {
        if matches!(self, Self::Column(_) | Self::Tokens(_)) {
            return true;
        }
        let mut found = false;
        self.children(&mut |child| found = found || child.has_column());
        found
    }

    /// Tells whether it can stand as an operand without parentheses.
    fn is_atom(&self) -> bool {
        matches!(
            self,
            Self::Null
                | Self::Bool(_)
                | Self::Number(_)
                | Self::String(_)
                | Self::Bits(_)
                | Self::Parameter(_)
                | Self::Column(_)
                | Self::Star
                | Self::Keyword(_)
                | Self::Call { .. }
                | Self::Case { .. }
                | Self::Array(_)
                | Self::Row(_)
                | Self::Tokens(_)
        )
    }

    fn operand(&self) -> Operand<'_> {
        Operand(self, self.is_atom())
    }

    /// Returns it as the base of something that binds tighter than a sign.
    fn base(&self) -> Operand<'_> {
        let bare = match self {
            Self::Number(text) => !text.starts_with('-'),
            Self::Tokens(text) => text.starts_with('('),
            _ => self.is_atom(),
        };
        Operand(self, bare)
    }
}

struct Operand<'a>(&'a Expr, bool);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1 { write!(formatter, "{}", self.0) } else { write!(formatter, "({})", self.0) }
    }
}

struct List<'a>(&'a [Expr], &'a str);

impl fmt::Display for List<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, element) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str(self.1)?;
            }
            if self.1 == ", " {
                write!(formatter, "{element}")?;
            } else {
                write!(formatter, "{}", element.operand())?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("NULL"),
            Self::Bool(value) => formatter.write_str(if *value { "true" } else { "false" }),
            Self::Number(text) | Self::Parameter(text) | Self::Keyword(text) | Self::Tokens(text) => {
                formatter.write_str(text)
            }
            Self::String(text) => formatter.write_str(&quoted_string(text)),
            Self::Bits(text) => match text.split_once(':') {
                Some((prefix, digits)) => write!(formatter, "{prefix}'{digits}'"),
                None => formatter.write_str(text),
            },
            Self::Column(name) => formatter.write_str(&super::identifier(name)),
            Self::Star => formatter.write_str("*"),
            Self::Unary(operator, inner) => write!(formatter, "{operator} {}", inner.operand()),
            Self::Binary(operator, left, right) => {
                write!(formatter, "{} {operator} {}", left.operand(), right.operand())
            }
            Self::And(list) => write!(formatter, "{}", List(list, " AND ")),
            Self::Or(list) => write!(formatter, "{}", List(list, " OR ")),
            Self::Not(inner) => write!(formatter, "NOT {}", inner.operand()),
            Self::Is(inner, test) => write!(formatter, "{} {test}", inner.operand()),
            Self::In { operand, list, negated } => {
                let word = if *negated { "NOT IN" } else { "IN" };
                write!(formatter, "{} {word} ({})", operand.operand(), List(list, ", "))
            }
            Self::Quantified(left, operator, quantifier, right) => {
                write!(formatter, "{} {operator} {quantifier} ({right})", left.operand())
            }
            Self::Cast(inner, target) => write!(formatter, "{}::{target}", inner.base()),
            Self::Collate(inner, name) => write!(formatter, "{} COLLATE {name}", inner.base()),
            Self::Call { name, arguments, tail } => {
                write!(formatter, "{name}({})", List(arguments, ", "))?;
                if tail.is_empty() { Ok(()) } else { write!(formatter, " {tail}") }
            }
            Self::Case { operand, branches, otherwise } => {
                formatter.write_str("CASE")?;
                if let Some(operand) = operand {
                    write!(formatter, " {}", operand.operand())?;
                }
                for (condition, value) in branches {
                    write!(formatter, " WHEN {condition} THEN {value}")?;
                }
                if let Some(otherwise) = otherwise {
                    write!(formatter, " ELSE {otherwise}")?;
                }
                formatter.write_str(" END")
            }
            Self::Array(list) => write!(formatter, "ARRAY[{}]", List(list, ", ")),
            Self::Row(list) => write!(formatter, "ROW({})", List(list, ", ")),
            Self::Subscript { base, from, slice, to } => {
                // Only a column or a parenthesis can carry a subscript in every version.
                let bare = matches!(**base, Self::Column(_) | Self::Parameter(_));
                write!(formatter, "{}[", Operand(base, bare))?;
                if let Some(from) = from {
                    write!(formatter, "{from}")?;
                }
                if *slice {
                    formatter.write_str(" : ")?;
                }
                if let Some(to) = to {
                    write!(formatter, "{to}")?;
                }
                formatter.write_char(']')
            }
            Self::Field(base, name) => write!(formatter, "({base}).{}", super::identifier(name)),
        }
    }
}

/// Returns a string in single quotes; a backslash needs none of its own, as `standard_conforming_strings` is on.
pub(super) fn quoted_string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
