//! Answers queries on the system catalogs of PostgreSQL and on `sqlite_master` from a simulated schema.
//!
//! Conditions of `DO` blocks and revisions that ask `information_schema` want to know whether an object is there;
//! the schema that the revisions before have built knows. Rows of the catalogs are made from it (`tables`), a small
//! part of SQL is parsed (`syntax`) and evaluated in three values (`eval`): what the schema does not tell, such as a
//! column that is not made here or a row of a user's table, is unknown and stays so.

mod eval;
mod syntax;
mod tables;

use std::collections::BTreeMap;

use trueup_schema::{Dialect, Schema};

use crate::Session;
use crate::cursor::Cursor;
use crate::lex::Lexer;

/// A value of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// An object identifier, by a text that no other object has: `rel:public.users`.
    Object(String),
    /// An array.
    Array(Vec<Value>),
    /// What the schema does not tell.
    Unknown,
}

/// Returns the rows of a query on the catalogs, each as values with the names of their columns.
///
/// `None` when the query reads anything but catalogs, when a row may or may not be there, or when its form is not
/// read. Single values can still be [`Value::Unknown`].
///
/// ```
/// use trueup_schema::{Dialect, Schema};
/// use trueup_sql::catalog::{Value, query};
///
/// let schema = Schema::new(Dialect::Postgresql);
/// let rows = query(&schema, "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'users')").unwrap();
/// assert_eq!(rows[0][0].1, Value::Bool(false));
/// ```
pub fn query(schema: &Schema, sql: &str) -> Option<Vec<Vec<(String, Value)>>> {
    let (session, variables) = (Session::default(), BTreeMap::new());
    query_rows(&Scope { schema: Some(schema), session: &session, variables: &variables }, sql)
}

/// What an expression can refer to.
pub(crate) struct Scope<'a> {
    pub(crate) schema: Option<&'a Schema>,
    pub(crate) session: &'a Session,
    pub(crate) variables: &'a BTreeMap<String, Value>,
}

/// Returns the rows of a query.
pub(crate) fn query_rows(scope: &Scope<'_>, sql: &str) -> Option<Vec<Vec<(String, Value)>>> {
    let (tokens, errors) = Lexer::all(Dialect::Postgresql, sql);
    if !errors.is_empty() || crate::check::too_deep(sql, &tokens).is_some() {
        return None;
    }
    let mut cursor = Cursor::new(Dialect::Postgresql, sql, &tokens);
    let query = syntax::query(&mut cursor, 0).ok()?;
    cursor.eat(";");
    cursor.expect_end().ok()?;
    eval::Evaluation::new(scope).rows(&query, &eval::Rows::none())
}

/// Returns the value of an expression; unknown where it cannot be told or read.
pub(crate) fn evaluate(scope: &Scope<'_>, tokens: &Cursor<'_>) -> Value {
    let mut cursor = tokens.clone();
    let expression = syntax::expression(&mut cursor, 0);
    match expression {
        Ok(expression) if cursor.is_end() => {
            eval::Evaluation::new(scope).value(&expression, &eval::Rows::none())
        }
        _ => Value::Unknown,
    }
}
