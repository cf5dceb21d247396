//! Builders for tests of rules: small revisions, tables and operations, and a way to run one rule.

use trueup_schema::ops::{AddColumn, CreateTable, DropTable};
use trueup_schema::revision::{Reference, Revision, RevisionGraph};
use trueup_schema::{
    Column, ColumnType, Diagnostic, Dialect, ObjectName, Operation, Origin, PrimaryKey, Schema, Span, Table,
};

use crate::context::{Body, BodyForm, GraphContext, RevisionFacts, Step};
use crate::{Check, Report, Rule, Selection};

/// Returns a revision of which only the references are told; its file is `versions/<id>.py`.
pub(crate) fn revision(id: &str, down: &[&str]) -> Revision {
    Revision {
        id: Some(id.to_owned()),
        down_revisions: down.iter().map(|target| reference(target)).collect(),
        path: format!("versions/{id}.py").into(),
        ..Revision::default()
    }
}

pub(crate) fn reference(target: &str) -> Reference {
    Reference { target: target.to_owned(), origin: Origin::none() }
}

pub(crate) fn graph(revisions: Vec<Revision>) -> RevisionGraph {
    RevisionGraph::build(revisions)
}

/// Runs one rule on a graph.
pub(crate) fn graph_findings(rule: &Rule, graph: &RevisionGraph) -> Vec<Diagnostic> {
    let Check::Graph(check) = rule.check else { panic!("`{}` does not look at the graph", rule.name) };
    let mut report = Report::new();
    check(&GraphContext::new(graph), &mut report);
    findings(report)
}

/// Returns what a report says when every rule is selected.
pub(crate) fn findings(report: Report) -> Vec<Diagnostic> {
    report.finish(&Selection::default().select(&["all"]).unwrap(), &())
}

/// Returns a table of integer columns; the first is the primary key.
pub(crate) fn table(name: &str, columns: &[&str]) -> Table {
    let mut table = Table::new(ObjectName::new(name));
    for column in columns {
        table.columns.push(Column::new(*column, ColumnType::parse(Dialect::Postgresql, "integer")));
    }
    let key = PrimaryKey::new(Some(format!("{name}_pkey")), vec![columns[0].to_owned()]);
    table.primary_key = Some(key);
    table.columns[0].nullable = false;
    table.origin = place("app/models.py", 100);
    table
}

/// Returns a PostgreSQL schema of tables.
pub(crate) fn schema(tables: Vec<Table>) -> Schema {
    let mut schema = Schema::new(Dialect::Postgresql);
    for table in tables {
        schema.insert_table(table);
    }
    schema
}

/// Returns an origin of one byte.
pub(crate) fn place(path: &str, at: u32) -> Origin {
    Origin::at(path, Span::new(at, at + 1))
}

pub(crate) fn create_table(table: Table) -> Operation {
    CreateTable { table, if_not_exists: false }.into()
}

pub(crate) fn drop_table(table: &str) -> Operation {
    DropTable { table: table.into(), if_exists: false, cascade: false }.into()
}

pub(crate) fn add_column(table: &str, column: &str) -> Operation {
    let column = Column::new(column, ColumnType::parse(Dialect::Postgresql, "integer"));
    AddColumn { table: table.into(), column, if_not_exists: false }.into()
}

/// Returns the facts of a revision whose upgrade does some operations.
pub(crate) fn upgrades(operations: Vec<Operation>) -> RevisionFacts {
    RevisionFacts { upgrade: body(operations), ..RevisionFacts::default() }
}

pub(crate) fn body(operations: Vec<Operation>) -> Body {
    let steps = operations
        .into_iter()
        .enumerate()
        .map(|(index, operation)| Step::new(operation, place("versions/a.py", 1000 + index as u32)))
        .collect();
    Body { form: BodyForm::Steps, origin: place("versions/a.py", 900), steps }
}
