//! Reads a text statement by statement and keeps the state between them.

use std::sync::Arc;

use trueup_schema::ops::{Opaque, RunData};
use trueup_schema::{ColumnType, Dialect, ObjectName, Operation, Origin, Schema, Span, SqlExpr, TypeKind};

use crate::cursor::{Cursor, Read};
use crate::result::{Effect, ReadContext, ReadError, ReadResult, StatementEffect};
use crate::session::{Session, is_relation};
use crate::split::{Piece, pieces};
use crate::{check, postgres, sqlite};

/// Reads a text into operations, statement by statement.
///
/// Every statement is simulated on the schema of the context before the next one is read, so that a `DO` block sees
/// the table that the line above it created.
pub fn read(dialect: Dialect, text: &str, context: &ReadContext<'_>) -> ReadResult {
    read_onto(dialect, text, context, context.schema.cloned()).0
}

/// Reads a text as [`read`] does and returns the simulated schema after it too, for the next text.
///
/// The schema of the context is not looked at. Handing one schema from file to file is what keeps reading many files
/// linear: a schema remembers which names are taken, and a copy has to learn that again.
pub fn read_onto(
    dialect: Dialect,
    text: &str,
    context: &ReadContext<'_>,
    schema: Option<Schema>,
) -> (ReadResult, Option<Schema>) {
    let pieces = pieces(dialect, text);
    let mut reader = Reader {
        dialect,
        session: context.session.clone(),
        schema,
        path: context.path.clone(),
        offset: context.offset,
        check_data: context.check_data,
        errors: Vec::new(),
    };
    let errors = pieces.errors.into_iter().map(|(message, span)| ReadError { message, span });
    reader.errors.extend(errors);
    let mut statements = Vec::with_capacity(pieces.statements.len());
    for (position, piece) in pieces.statements.iter().enumerate() {
        let statement = reader.statement(text, piece);
        // Nobody asks the schema after the last statement, and most texts have only one.
        if position + 1 < pieces.statements.len() {
            reader.simulate(&statement.operations);
        }
        statements.push(statement);
    }
    for (notice, span) in pieces.skipped {
        statements.push(StatementEffect {
            span,
            operations: Vec::new(),
            effect: Effect::Session,
            notices: vec![notice],
        });
    }
    statements.sort_by_key(|statement| statement.span.start);
    reader.errors.sort_by_key(|error| error.span.start);
    (ReadResult { statements, errors: reader.errors, session: reader.session }, reader.schema)
}

/// What one statement turned out to do.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) operations: Vec<Operation>,
    pub(crate) effect: Effect,
    pub(crate) notices: Vec<String>,
}

impl Outcome {
    pub(crate) fn schema(operations: Vec<Operation>) -> Self {
        Self { operations, effect: Effect::Schema, notices: Vec::new() }
    }

    pub(crate) fn one(operation: impl Into<Operation>) -> Self {
        Self::schema(vec![operation.into()])
    }

    pub(crate) fn data(sql: &str) -> Self {
        let operation = RunData { sql: sql.to_owned() };
        Self { operations: vec![operation.into()], effect: Effect::Data, notices: Vec::new() }
    }

    pub(crate) fn of(effect: Effect) -> Self {
        Self { operations: Vec::new(), effect, notices: Vec::new() }
    }

    pub(crate) fn opaque(sql: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        let operation = Opaque { sql: sql.to_owned(), reason: reason.clone() };
        Self { operations: vec![operation.into()], effect: Effect::Opaque(reason), notices: Vec::new() }
    }

    /// The statement changes nothing that is modelled; the notice says what it is about.
    pub(crate) fn left_out(notice: impl Into<String>) -> Self {
        Self { operations: Vec::new(), effect: Effect::Session, notices: vec![notice.into()] }
    }

    pub(crate) fn notice(mut self, notice: impl Into<String>) -> Self {
        self.notices.push(notice.into());
        self
    }
}

/// The state between statements.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) dialect: Dialect,
    pub(crate) session: Session,
    pub(crate) schema: Option<Schema>,
    pub(crate) path: Option<Arc<str>>,
    pub(crate) offset: u32,
    pub(crate) check_data: bool,
    pub(crate) errors: Vec<ReadError>,
}

impl Reader {
    fn statement(&mut self, text: &str, piece: &Piece) -> StatementEffect {
        let cursor = Cursor::new(self.dialect, text, &piece.tokens);
        let statement = piece.statement(text);
        let broken = self
            .errors
            .iter()
            .any(|error| error.span.start >= statement.span.start && error.span.start < statement.span.end);
        let mut outcome = if broken {
            Outcome::opaque(statement.text, "it is not valid SQL")
        } else if let Some(unread) = check::too_deep(text, &piece.tokens) {
            self.errors.push(ReadError { message: unread.message, span: unread.span });
            Outcome::opaque(statement.text, "it nests too deep")
        } else {
            self.judged(text, piece, &cursor)
        };
        outcome.notices.splice(0..0, piece.notices.iter().cloned());
        StatementEffect {
            span: statement.span,
            operations: outcome.operations,
            effect: outcome.effect,
            notices: outcome.notices,
        }
    }

    /// Reads a statement and lets the grammar judge it.
    ///
    /// A statement that its reader understood to the last token keeps its effect beside the error: either the
    /// server refuses it, and the error says so, or the grammar is behind the server (operator classes in EXCLUDE),
    /// and then everything after it would be unproven for nothing.
    fn judged(&mut self, text: &str, piece: &Piece, cursor: &Cursor<'_>) -> Outcome {
        let before = self.session.clone();
        let read = self.dispatch(cursor);
        let is_data = matches!(&read, Ok(Outcome { effect: Effect::Data, .. }));
        let error = if !is_data || self.check_data {
            check::syntax_error(self.dialect, text, &piece.tokens)
        } else {
            None
        };
        if let Some(unread) = &error {
            self.errors.push(ReadError { message: unread.message.clone(), span: unread.span });
        }
        let unread = match read {
            Ok(outcome) => return outcome,
            Err(unread) => unread,
        };
        self.session = before;
        let reason = match error {
            Some(error) => format!("it is not valid SQL: {}", error.message),
            None => format!("it could not be read: {}", unread.message),
        };
        Outcome::opaque(cursor.whole(), reason)
    }

    pub(crate) fn dispatch(&mut self, cursor: &Cursor<'_>) -> Read<Outcome> {
        match self.dialect {
            Dialect::Postgresql => postgres::statement(self, cursor),
            Dialect::Sqlite => sqlite::statement(self, cursor),
        }
    }

    /// Applies operations to the simulated schema; what a server would refuse is for the caller to report.
    pub(crate) fn simulate(&mut self, operations: &[Operation]) {
        if let Some(schema) = &mut self.schema {
            for operation in operations {
                let _ = operation.apply(schema);
            }
        }
    }

    pub(crate) fn expr(&self, text: &str) -> SqlExpr {
        SqlExpr::new(self.dialect, text)
    }

    /// Returns a column's default; `DEFAULT NULL` is none.
    pub(crate) fn default(&self, text: &str, column_type: &ColumnType) -> Option<SqlExpr> {
        let default = SqlExpr::default_value(self.dialect, text, column_type);
        (!default.is_null()).then_some(default)
    }

    /// Returns a default of a column whose type is not known.
    pub(crate) fn untyped_default(&self, text: &str) -> Option<SqlExpr> {
        let default = self.expr(text);
        (!default.is_null()).then_some(default)
    }

    pub(crate) fn origin(&self, span: Span) -> Origin {
        match &self.path {
            Some(path) => {
                Origin::at(path.clone(), Span::new(span.start + self.offset, span.end + self.offset))
            }
            None => Origin::none(),
        }
    }

    /// Returns the name of a table, view, index or sequence that should exist.
    pub(crate) fn relation(&self, parts: &[String]) -> ObjectName {
        self.session.existing(self.dialect, parts, |name| {
            self.schema.as_ref().is_some_and(|schema| is_relation(schema, name))
        })
    }

    pub(crate) fn created(&self, parts: &[String]) -> ObjectName {
        self.session.created(self.dialect, parts)
    }

    /// Returns the name of an enum, domain or other type that should exist.
    pub(crate) fn type_name(&self, parts: &[String]) -> ObjectName {
        self.session.existing(self.dialect, parts, |name| {
            self.schema
                .as_ref()
                .is_some_and(|schema| schema.enums.contains_key(name) || schema.domains.contains_key(name))
        })
    }

    /// Returns the name of a function that should exist.
    pub(crate) fn function_name(&self, parts: &[String]) -> ObjectName {
        self.session.existing(self.dialect, parts, |name| {
            self.schema
                .as_ref()
                .is_some_and(|schema| schema.functions.values().any(|function| function.name == *name))
        })
    }

    /// Returns a column's type; a user's type is looked up along the search path.
    pub(crate) fn column_type(&self, text: &str) -> ColumnType {
        let mut column_type = ColumnType::parse(self.dialect, text);
        let unqualified = column_type.namespace.is_none() && column_type.kind == TypeKind::UserDefined;
        if unqualified && !self.session.search_path.is_empty() && !text.contains('.') {
            column_type.namespace = self.type_name(std::slice::from_ref(&column_type.name)).namespace;
        }
        column_type
    }

    /// Tells whether statements on this name leave the schema alone.
    pub(crate) fn is_temporary(&self, parts: &[String]) -> bool {
        match parts {
            [name] => self.session.temporary.contains(name),
            [namespace, _] => namespace == "pg_temp" || namespace == "temp",
            _ => false,
        }
    }
}
