//! What is reported: one shape for every rule, audit and refused operation.

use std::sync::Arc;

use crate::{Origin, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Likely to hurt.
    Warning,
    /// Not true, or will fail.
    Error,
}

impl Severity {
    /// Returns the severity as it is written in settings and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The kinds of object that a diagnostic can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are the words of the JSON contract")]
pub enum ObjectKind {
    Namespace,
    Table,
    Column,
    PrimaryKey,
    ForeignKey,
    Unique,
    Check,
    Exclude,
    Index,
    Enum,
    Domain,
    Sequence,
    View,
    MaterializedView,
    Function,
    Trigger,
    Policy,
    Extension,
    Revision,
    Module,
    Class,
    Relationship,
    Query,
    Database,
}

impl ObjectKind {
    /// Returns the kind as JSON spells it, such as `foreign_key`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Table => "table",
            Self::Column => "column",
            Self::PrimaryKey => "primary_key",
            Self::ForeignKey => "foreign_key",
            Self::Unique => "unique",
            Self::Check => "check",
            Self::Exclude => "exclude",
            Self::Index => "index",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::Sequence => "sequence",
            Self::View => "view",
            Self::MaterializedView => "materialized_view",
            Self::Function => "function",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Extension => "extension",
            Self::Revision => "revision",
            Self::Module => "module",
            Self::Class => "class",
            Self::Relationship => "relationship",
            Self::Query => "query",
            Self::Database => "database",
        }
    }

    /// Returns the kind as prose spells it, such as `foreign key`.
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }
}

/// The object a diagnostic is about; columns, indexes and constraints name their table too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// The table it belongs to.
    pub table: Option<String>,
}

impl std::fmt::Display for ObjectRef {
    /// Writes the object as sentences name it: "column `users.email`".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.name;
        match (&self.table, self.kind) {
            (Some(table), ObjectKind::Column) => write!(f, "column `{table}.{name}`"),
            (Some(table), ObjectKind::Unique) => write!(f, "unique constraint `{name}` of `{table}`"),
            (Some(table), ObjectKind::Check) => write!(f, "check constraint `{name}` of `{table}`"),
            (Some(table), kind) => write!(f, "{} `{name}` of `{table}`", kind.words()),
            (None, kind) => write!(f, "{} `{name}`", kind.words()),
        }
    }
}

impl ObjectRef {
    /// Returns a reference to an object that stands alone.
    pub fn new(kind: ObjectKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), table: None }
    }

    /// Returns a reference to an object of a table.
    pub fn of_table(kind: ObjectKind, name: impl Into<String>, table: impl Into<String>) -> Self {
        Self { kind, name: name.into(), table: Some(table.into()) }
    }
}

/// A place in a file of the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// Path relative to the project, with `/`.
    pub path: Arc<str>,
    /// Bytes; `None` for the file as a whole.
    pub span: Option<Span>,
}

impl Location {
    /// Returns a file as a whole.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), span: None }
    }

    /// Returns a range of a file.
    pub fn at(path: impl Into<Arc<str>>, span: Span) -> Self {
        Self { path: path.into(), span: Some(span) }
    }
}

impl Origin {
    /// Returns the place as a location.
    pub fn location(&self) -> Option<Location> {
        self.0.as_ref().map(|(path, span)| Location::at(path.clone(), *span))
    }
}

/// A value that backs a message, for machines.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// Several texts.
    List(Vec<String>),
}

impl From<&str> for Evidence {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Evidence {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Evidence {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

impl From<usize> for Evidence {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

impl From<bool> for Evidence {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// A replacement of bytes in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Path relative to the project.
    pub path: Arc<str>,
    /// Bytes to replace.
    pub span: Span,
    /// New text.
    pub text: String,
}

/// A mend that can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// Whether it keeps the meaning of everything else.
    pub safe: bool,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// Anything that is reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Name of the rule.
    pub rule: &'static str,
    /// Severity, before settings change it.
    pub severity: Severity,
    /// One sentence: the object in backticks and the fact; no full stop.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// What it is about.
    pub object: Option<ObjectRef>,
    /// Values behind the message.
    pub evidence: Vec<(&'static str, Evidence)>,
    /// Other places that explain it, each with a short note.
    pub related: Vec<(Location, String)>,
    /// What to do next.
    pub help: Option<String>,
    /// A mend.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Returns a diagnostic with nothing but its message.
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            location: None,
            object: None,
            evidence: Vec::new(),
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, location: Option<Location>) -> Self {
        self.location = location;
        self
    }

    /// Sets the object.
    #[must_use]
    pub fn about(mut self, object: ObjectRef) -> Self {
        self.object = Some(object);
        self
    }

    /// Adds a value behind the message.
    #[must_use]
    pub fn evidence(mut self, name: &'static str, value: impl Into<Evidence>) -> Self {
        self.evidence.push((name, value.into()));
        self
    }

    /// Adds a place that explains it.
    #[must_use]
    pub fn related(mut self, location: Option<Location>, note: impl Into<String>) -> Self {
        if let Some(location) = location {
            self.related.push((location, note.into()));
        }
        self
    }

    /// Sets what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the mend.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
