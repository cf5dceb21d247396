//! SQL expressions and their normal form.
//!
//! What a user writes and what the server prints for it have one canonical text; see `normal.rs` for the rules.
//! Where an expression cannot be parsed, its tokens are the canonical text: still free of white space, comments and
//! case, but no wiser.

use std::borrow::Cow;

use crate::{ColumnType, Dialect};

mod definition;
pub(crate) mod lexer;
mod likeness;
mod literal;
mod mentions;
mod normal;
mod parser;
mod query;
mod routine;
mod tree;

pub use likeness::Likeness;

/// An SQL expression: the text as it was written, and the canonical form that decides equality.
#[derive(Clone, Debug)]
pub struct SqlExpr {
    dialect: Dialect,
    /// Whether it is a whole statement rather than an expression.
    statement: bool,
    text: String,
    canonical: String,
}

impl SqlExpr {
    /// Returns an expression (a CHECK condition, an index predicate …) with its normal form.
    pub fn new(dialect: Dialect, text: impl Into<String>) -> Self {
        let text = text.into();
        let canonical = canonical_expression(dialect, &text, None);
        Self { dialect, statement: false, text, canonical }
    }

    /// Returns a column's default, whose literals mean what the column's type makes of them: on an integer column
    /// `'0'` is `0`, on a `jsonb` column `'{"a":1}'` is `'{"a": 1}'::jsonb`.
    pub fn default_value(dialect: Dialect, text: impl Into<String>, column: &ColumnType) -> Self {
        let text = text.into();
        let canonical = canonical_expression(dialect, &text, Some(column));
        Self { dialect, statement: false, text, canonical }
    }

    /// Returns a whole statement or definition (a view's query, a function, a trigger) with its normal
    /// form; what is more than a simple query, function or trigger is normalised by tokens only.
    pub fn definition(dialect: Dialect, text: impl Into<String>) -> Self {
        let text = text.into();
        let canonical = definition::canonical_tokens(dialect, &text);
        Self { dialect, statement: true, text, canonical }
    }

    /// Returns the dialect it is written in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the normal form.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Tells whether it is the constant NULL; `DEFAULT NULL` is no default.
    pub fn is_null(&self) -> bool {
        self.canonical == "NULL"
    }

    /// Returns the columns it mentions, each once, in order; names as the catalog stores them, on SQLite in lower
    /// case. Inside of subselects, whatever could be a column.
    pub fn identifiers(&self) -> Vec<String> {
        mentions::columns(self.dialect, &self.text)
    }

    /// Returns the columns as [`identifiers`](Self::identifiers) does, but only where every word is understood.
    pub(crate) fn known_columns(&self) -> Option<Vec<String>> {
        mentions::known_columns(self.dialect, &self.text)
    }

    /// Returns the text of an expression that is nothing but a text in simple quotes.
    pub(crate) fn plain_text(&self) -> Option<String> {
        match lexer::tokens(self.dialect, &self.text).as_slice() {
            [only] if only.kind == lexer::Kind::String && self.text.trim().starts_with('\'') => {
                Some(only.text.to_string())
            }
            _ => None,
        }
    }

    /// Tells whether it mentions a column.
    pub fn mentions(&self, column: &str) -> bool {
        let same = |name: &String| match self.dialect {
            Dialect::Postgresql => name == column,
            Dialect::Sqlite => name.eq_ignore_ascii_case(column),
        };
        self.identifiers().iter().any(same)
    }

    /// Returns the expression as the server keeps it after a column was renamed.
    pub fn rename_identifier(&self, old: &str, new: &str) -> Self {
        self.rewritten(mentions::renamed(self.dialect, &self.text, old, new))
    }

    /// Returns the expression as the server keeps it after the table that qualifies its columns was renamed.
    pub fn rename_qualifier(&self, old: &str, new: &str) -> Self {
        self.rewritten(mentions::requalified(self.dialect, &self.text, old, new))
    }

    /// Returns the expression as the server keeps it after a label of an enum type was renamed, given that it is about
    /// that type: string literals that are the label, and elements of array literals.
    pub(crate) fn rename_label(&self, old: &str, new: &str, column: Option<&ColumnType>) -> Self {
        let mut text = String::with_capacity(self.text.len());
        let mut end = 0;
        for token in lexer::tokens(self.dialect, &self.text) {
            if token.kind != lexer::Kind::String {
                continue;
            }
            let renamed = if token.text == old {
                new.to_owned()
            } else if let Some(mut elements) = literal::array(&token.text) {
                for element in elements.iter_mut().flatten().filter(|element| *element == old) {
                    new.clone_into(element);
                }
                literal::array_text(&elements)
            } else {
                continue;
            };
            text.push_str(&self.text[end..token.start]);
            text.push_str(&tree::quoted_string(&renamed));
            end = token.end;
        }
        text.push_str(&self.text[end..]);
        match column {
            Some(column) => Self::default_value(self.dialect, text, column),
            None => self.rewritten(text),
        }
    }

    fn rewritten(&self, text: String) -> Self {
        if self.statement { Self::definition(self.dialect, text) } else { Self::new(self.dialect, text) }
    }

    /// Returns the name that PostgreSQL gives to a column of an index over it, which is part of an unnamed index's
    /// name: `lower` of `lower(a)`, `a` of `a::text`, `expr` of `a + b`.
    pub fn index_column_name(&self) -> String {
        mentions::index_column_name(&self.text)
    }

    /// Returns the plain column that the expression is, if it is nothing more.
    pub fn as_column(&self) -> Option<String> {
        let tokens = lexer::tokens(self.dialect, &self.text);
        match parser::parse(self.dialect, &self.text, &tokens)? {
            tree::Expr::Column(name) => Some(name),
            _ => None,
        }
    }
}

impl PartialEq for SqlExpr {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for SqlExpr {}

/// Returns the canonical text of an expression, as a column's default if its type is given.
fn canonical_expression(dialect: Dialect, text: &str, column: Option<&ColumnType>) -> String {
    let tokens = lexer::tokens(dialect, text);
    if let (Dialect::Sqlite, Some(column), [token]) = (dialect, column, tokens.as_slice())
        && token.kind == lexer::Kind::Quoted
    {
        // In double quotes a default is a string, and its case matters.
        let value = tree::Expr::String(token.text.as_ref().to_owned());
        return normal::default_value(dialect, value, column).to_string();
    }
    let shown = |expr: tree::Expr| match column {
        Some(column) => normal::default_value(dialect, expr, column).to_string(),
        None => expr.to_string(),
    };
    if let Some(expr) = parser::parse(dialect, text, &tokens) {
        return shown(expr);
    }
    // Without comments and needless quotes the text may be an expression after all; canonical text must be a fixed
    // point either way.
    let joined = definition::joined(dialect, &tokens);
    let again = lexer::tokens(dialect, &joined);
    match parser::parse(dialect, &joined, &again) {
        Some(expr) => shown(expr),
        None => joined,
    }
}

/// Returns an identifier in canonical text: in quotes only where it would read as something else without.
fn identifier(name: &str) -> Cow<'_, str> {
    let bare = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !is_quoted_keyword(name);
    if bare { name.into() } else { crate::name::quote_identifier(name).into() }
}

/// Tells whether PostgreSQL's `quote_identifier()` puts a word in quotes: every keyword that is not "unreserved".
///
/// Source: `pg_get_keywords()` of PostgreSQL 15, categories C, R and T.
pub(crate) fn is_quoted_keyword(word: &str) -> bool {
    const OTHER: [&str; 74] = [
        "authorization",
        "between",
        "bigint",
        "binary",
        "bit",
        "boolean",
        "char",
        "character",
        "coalesce",
        "collation",
        "concurrently",
        "cross",
        "current_schema",
        "dec",
        "decimal",
        "exists",
        "extract",
        "float",
        "freeze",
        "full",
        "greatest",
        "grouping",
        "ilike",
        "inner",
        "inout",
        "int",
        "integer",
        "interval",
        "is",
        "isnull",
        "join",
        "least",
        "left",
        "like",
        "national",
        "natural",
        "nchar",
        "none",
        "normalize",
        "notnull",
        "nullif",
        "numeric",
        "out",
        "outer",
        "overlaps",
        "overlay",
        "position",
        "precision",
        "real",
        "right",
        "row",
        "setof",
        "similar",
        "smallint",
        "substring",
        "tablesample",
        "time",
        "timestamp",
        "treat",
        "trim",
        "values",
        "varchar",
        "verbose",
        "xmlattributes",
        "xmlconcat",
        "xmlelement",
        "xmlexists",
        "xmlforest",
        "xmlnamespaces",
        "xmlparse",
        "xmlpi",
        "xmlroot",
        "xmlserialize",
        "xmltable",
    ];
    is_reserved(word) || OTHER.binary_search(&word).is_ok()
}

fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 77] = [
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "asymmetric",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "constraint",
        "create",
        "current_catalog",
        "current_date",
        "current_role",
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
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "grant",
        "group",
        "having",
        "in",
        "initially",
        "intersect",
        "into",
        "lateral",
        "leading",
        "limit",
        "localtime",
        "localtimestamp",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "placing",
        "primary",
        "references",
        "returning",
        "select",
        "session_user",
        "some",
        "symmetric",
        "table",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "variadic",
        "when",
        "where",
        "window",
        "with",
    ];
    RESERVED.binary_search(&word).is_ok()
}

/// Tells whether a bare word cannot be an operand, so that parsing it as a column would be wrong.
fn is_reserved_operand(dialect: Dialect, word: &str) -> bool {
    const SQLITE: [&str; 24] = [
        "and", "as", "between", "case", "cast", "collate", "default", "distinct", "else", "end", "exists",
        "from", "in", "is", "not", "null", "on", "or", "select", "then", "values", "when", "where", "with",
    ];
    match dialect {
        Dialect::Postgresql => is_reserved(word),
        Dialect::Sqlite => SQLITE.binary_search(&word).is_ok(),
    }
}

/// Tells whether a keyword is called like a function.
fn is_function_keyword(word: &str) -> bool {
    const FUNCTIONS: [&str; 19] = [
        "coalesce",
        "extract",
        "greatest",
        "grouping",
        "least",
        "left",
        "normalize",
        "nullif",
        "overlaps",
        "overlay",
        "position",
        "right",
        "substring",
        "treat",
        "trim",
        "xmlconcat",
        "xmlelement",
        "xmlexists",
        "xmlforest",
    ];
    FUNCTIONS.binary_search(&word).is_ok()
}
