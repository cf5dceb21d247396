//! What rules look at: plain values, filled in by whoever reads the project.

use std::cell::OnceCell;

use trueup_schema::diff::Difference;
use trueup_schema::facts::{IncompleteFacts, ProjectFacts};
use trueup_schema::revision::{Revision, RevisionGraph};
use trueup_schema::{
    ApplyError, Dialect, Location, ObjectKind, ObjectName, ObjectRef, Operation, Origin, Schema, Table,
};

/// What rules on the graph of revisions look at.
#[derive(Debug)]
pub struct GraphContext<'a> {
    /// The graph.
    pub graph: &'a RevisionGraph,
    /// What evaluating the revisions told, by position in the graph; empty when nothing was evaluated.
    pub facts: &'a [RevisionFacts],
    /// Rows of the version table; `None` when no database was asked.
    pub applied: Option<&'a [String]>,
    /// Name of the version table.
    pub version_table: &'a str,
    /// Length of the version table's column.
    pub version_length: usize,
    /// `file_template` of the configuration, if it is set.
    pub file_template: Option<&'a str>,
    /// The dialect.
    pub dialect: Dialect,
}

impl<'a> GraphContext<'a> {
    /// Returns the context of a graph with Alembic's defaults and nothing else known.
    pub fn new(graph: &'a RevisionGraph) -> Self {
        Self {
            graph,
            facts: &[],
            applied: None,
            version_table: "alembic_version",
            version_length: 32,
            file_template: None,
            dialect: Dialect::Postgresql,
        }
    }

    /// Returns the reference of a diagnostic to a revision.
    pub fn object(&self, revision: usize) -> ObjectRef {
        ObjectRef::new(ObjectKind::Revision, self.graph.id(revision))
    }

    /// Returns where a revision says its id, or the file.
    pub fn id_location(&self, revision: usize) -> Option<Location> {
        let header = &self.graph.revisions()[revision];
        header.id_origin.location().or_else(|| Some(Location::file(header.path.clone())))
    }

    /// Returns where a revision says what it follows, or the file.
    pub fn down_location(&self, revision: usize) -> Option<Location> {
        let header = &self.graph.revisions()[revision];
        header.down_origin.location().or_else(|| Some(Location::file(header.path.clone())))
    }

    /// Returns what evaluating a revision told.
    pub fn facts_of(&self, revision: usize) -> Option<&'a RevisionFacts> {
        self.facts.get(revision)
    }
}

/// What evaluating a revision told.
#[derive(Clone, Debug, Default)]
pub struct RevisionFacts {
    /// `upgrade()`.
    pub upgrade: Body,
    /// `downgrade()`.
    pub downgrade: Body,
    /// Handlers that catch what an operation raises and go on, `except Exception: pass` and its kin.
    pub swallowed: Vec<SwallowedError>,
}

/// What a function of a revision does.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Its form.
    pub form: BodyForm,
    /// The `def`, for pointing at the function.
    pub origin: Origin,
    /// Its operations in order, as far as they could be told.
    pub steps: Vec<Step>,
}

/// The form of a function of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BodyForm {
    /// It was not evaluated, or could not be: nothing can be said about it.
    #[default]
    Unknown,
    /// There is no such function.
    Missing,
    /// It does nothing: `pass`, a docstring, `...`.
    Empty,
    /// It always raises; the exception as written.
    Raises(String),
    /// It runs the steps; all of them are known.
    Steps,
    /// It runs the steps and something that could not be told.
    Partly,
}

/// One operation with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The operation.
    pub operation: Operation,
    /// Where it is called.
    pub origin: Origin,
    /// The call gives no name where it should, such as `op.drop_constraint(None, "t")`.
    pub unnamed: bool,
}

impl Step {
    /// Returns a step of a named operation.
    pub fn new(operation: impl Into<Operation>, origin: Origin) -> Self {
        Self { operation: operation.into(), origin, unnamed: false }
    }
}

/// A handler that swallows what an operation raises.
#[derive(Clone, Debug, PartialEq)]
pub struct SwallowedError {
    /// The `except` clause or `suppress(…)`.
    pub location: Location,
    /// What is caught as written, `Exception`; empty for a bare `except:`.
    pub caught: String,
    /// Names of the operations inside.
    pub operations: Vec<String>,
    /// Whether the handler is inside a savepoint, so that the transaction survives on PostgreSQL.
    pub in_savepoint: bool,
}

/// What rules on one revision look at: its steps, and the schema before and after them.
#[derive(Debug)]
pub struct RevisionContext<'a> {
    /// The graph.
    pub graph: &'a RevisionGraph,
    /// Position in the graph.
    pub index: usize,
    /// What evaluating it told.
    pub facts: &'a RevisionFacts,
    /// The schema before it.
    pub before: &'a Schema,
    /// The schema after it.
    pub after: &'a Schema,
    /// The schema after all revisions.
    pub last: &'a Schema,
    /// The schema of the models, if there are models.
    pub models: Option<&'a Schema>,
    /// The dialect.
    pub dialect: Dialect,
    /// What [`undone`](Self::undone) has found; starts empty.
    pub undone: OnceCell<Undone>,
}

/// What the steps of a downgrade make of the schema after the upgrade.
#[derive(Clone, Debug)]
pub enum Undone {
    /// All of them apply.
    Schema(Box<Schema>),
    /// One of them cannot apply.
    Fails {
        /// Its position among the steps.
        step: usize,
        /// Why.
        error: ApplyError,
    },
}

impl<'a> RevisionContext<'a> {
    /// Applies the steps of the downgrade to the schema after the upgrade, once for all rules that ask.
    pub fn undone(&self) -> &Undone {
        self.undone.get_or_init(|| {
            let mut schema = self.after.clone();
            for (number, step) in self.facts.downgrade.steps.iter().enumerate() {
                if let Err(error) = step.operation.apply(&mut schema) {
                    return Undone::Fails { step: number, error };
                }
            }
            Undone::Schema(Box::new(schema))
        })
    }

    /// Returns the header.
    pub fn revision(&self) -> &'a Revision {
        &self.graph.revisions()[self.index]
    }

    /// Returns the tables that the revision changes and that stay to the end: before it, after it, and at the end.
    ///
    /// Most revisions touch one table of many, and tables are shared between schemas until something changes them.
    pub fn changed_tables(&self) -> impl Iterator<Item = (&'a Table, &'a Table, &'a Table)> {
        let (before, after, last) = (self.before, self.after, self.last);
        before.tables.unshared(&after.tables).into_iter().filter_map(move |name| {
            let (before, after, last) = (before.table(name)?, after.table(name)?, last.table(name)?);
            (before != after).then_some((before, after, last))
        })
    }
}

/// What rules on one operation look at.
#[derive(Debug)]
pub struct OperationContext<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// The step, with its place.
    pub step: &'a Step,
    /// The schema before it.
    pub before: &'a Schema,
    /// The revision it belongs to; `None` for a plain SQL file.
    pub revision: Option<&'a Revision>,
    /// The dialect.
    pub dialect: Dialect,
    /// Whether it is part of an upgrade (or of an SQL file) rather than of a downgrade.
    pub in_upgrade: bool,
}

impl OperationContext<'_> {
    /// Returns where the operation is called.
    pub fn location(&self) -> Option<Location> {
        self.step.origin.location()
    }
}

/// What rules on a project's Python look at.
#[derive(Debug)]
pub struct ProjectContext<'a> {
    /// What the Python tells beside the schema.
    pub facts: &'a ProjectFacts,
    /// The schema of the models that env.py reaches.
    pub models: Option<&'a Schema>,
    /// The schema that the revisions build.
    pub revisions: Option<&'a Schema>,
    /// Tables that code or SQL uses, with the place; for `required-table-missing`.
    pub required_tables: &'a [RequiredTable],
    /// The version table, which is nobody's model.
    pub version_table: &'a str,
    /// The dialect.
    pub dialect: Dialect,
}

/// A table that code or SQL uses.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredTable {
    /// The table.
    pub name: ObjectName,
    /// Where it is used.
    pub location: Location,
    /// How, such as `INSERT INTO jobs`.
    pub text: String,
}

/// What rules on a schema look at: that of the models, or that of the revisions where there are no models.
#[derive(Debug)]
pub struct ModelsContext<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// Whether it was read from models rather than from revisions.
    pub from_models: bool,
    /// The schema that the revisions build, where `schema` is that of the models.
    pub revisions: Option<&'a Schema>,
    /// The schema of the database, if one was asked.
    pub database: Option<&'a Schema>,
    /// The version table, which is nobody's model.
    pub version_table: &'a str,
    /// Tables of models that may have more columns and constraints than are known.
    pub incomplete: &'a [IncompleteFacts],
}

/// What rules on drift look at.
#[derive(Debug)]
pub struct DriftContext<'a> {
    /// Name and content of what ought to be.
    pub expected: Side<'a>,
    /// Name and content of what is.
    pub actual: Side<'a>,
    /// The differences, as [`trueup_schema::diff::compare`] finds them.
    pub differences: &'a [Difference],
}

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Which source it is.
    pub source: Source,
    /// Its schema.
    pub schema: &'a Schema,
}

/// Where a schema was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The models.
    Models,
    /// The revisions.
    Revisions,
    /// The database.
    Database,
    /// A snapshot that was taken earlier.
    Snapshot,
}

impl Source {
    /// Returns the source in words, for `the … have`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Models => "the models",
            Self::Revisions => "the revisions",
            Self::Database => "the database",
            Self::Snapshot => "the snapshot",
        }
    }
}
