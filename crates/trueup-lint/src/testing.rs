//! Builders for tests of rules: small revisions, tables and operations, and a way to run one rule.

use trueup_schema::facts::{
    AttributeFacts, ClassFacts, EnvFacts, ImportFacts, ImportResolution, ModuleFacts, ModuleRole,
    ProjectFacts, RegistryFacts, RelationshipFacts, TableFacts,
};
use trueup_schema::ops::{AddColumn, CreateTable, DropTable};
use trueup_schema::revision::{Reference, Revision, RevisionGraph};
use trueup_schema::{
    Column, ColumnType, Diagnostic, Dialect, ForeignKey, Location, ObjectName, Operation, Origin, PrimaryKey,
    Schema, Span, Table,
};

use crate::context::{
    Body, BodyForm, GraphContext, ModelsContext, OperationContext, ProjectContext, RevisionContext,
    RevisionFacts, Step,
};
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

/// Returns facts of an application module that env.py reaches; its file follows from its name.
pub(crate) fn module(name: &str) -> ModuleFacts {
    ModuleFacts {
        name: name.to_owned(),
        path: format!("{}.py", name.replace('.', "/")).into(),
        is_package: false,
        imports: Vec::new(),
        reached_from_env: true,
        role: ModuleRole::Application,
        problems: Vec::new(),
    }
}

pub(crate) fn import(module: &str, name: &str, resolution: ImportResolution) -> ImportFacts {
    ImportFacts {
        module: module.to_owned(),
        name: Some(name.to_owned()),
        location: Location::at("app/models.py", Span::new(10, 20)),
        text: format!("from {module} import {name}"),
        type_checking: false,
        guarded: false,
        deferred: false,
        resolution,
    }
}

pub(crate) fn env() -> EnvFacts {
    EnvFacts { path: "alembic/env.py".into(), target_location: None, target_is_none: false, unknown: None }
}

pub(crate) fn registry(label: &str) -> RegistryFacts {
    RegistryFacts { label: label.to_owned(), location: None, tables: 1 }
}

/// Returns facts of a table of a class `T`, placed in the file of its module.
pub(crate) fn table_facts(name: &str, module: &str) -> TableFacts {
    TableFacts {
        name: name.into(),
        class: Some("T".to_owned()),
        module: module.to_owned(),
        location: Some(Location::at(format!("{}.py", module.replace('.', "/")), Span::new(5, 6))),
        registry: None,
        reached_from_env: true,
        extends_existing: false,
        columns: vec![("id".to_owned(), "integer".to_owned())],
    }
}

pub(crate) fn class_facts(name: &str, module: &str) -> ClassFacts {
    ClassFacts {
        name: name.to_owned(),
        module: module.to_owned(),
        location: None,
        registry: None,
        table: None,
        attributes: Vec::new(),
        bases: vec!["Base".to_owned()],
    }
}

pub(crate) fn attribute(name: &str, kind: &'static str) -> AttributeFacts {
    AttributeFacts { name: name.to_owned(), location: None, kind }
}

/// Returns facts of a relationship whose class is in `app.models` and whose target exists.
pub(crate) fn relationship(class: &str, name: &str, target: &str) -> RelationshipFacts {
    RelationshipFacts {
        class: class.to_owned(),
        module: "app.models".to_owned(),
        name: name.to_owned(),
        target: Some(target.to_owned()),
        target_found: true,
        back_populates: None,
        backref: None,
        cascade: None,
        passive_deletes: false,
        secondary: None,
        secondary_found: true,
        explicit_join: false,
        uselist: None,
        viewonly: false,
        location: None,
    }
}

pub(crate) fn project_context(facts: &ProjectFacts) -> ProjectContext<'_> {
    ProjectContext {
        facts,
        models: None,
        revisions: None,
        required_tables: &[],
        version_table: "alembic_version",
        dialect: Dialect::Postgresql,
    }
}

/// Runs one rule on a project.
pub(crate) fn project_findings(rule: &Rule, facts: &ProjectFacts) -> Vec<Diagnostic> {
    run_project(rule, &project_context(facts))
}

pub(crate) fn run_project(rule: &Rule, context: &ProjectContext<'_>) -> Vec<Diagnostic> {
    let Check::Project(check) = rule.check else { panic!("`{}` does not look at the project", rule.name) };
    let mut report = Report::new();
    check(context, &mut report);
    findings(report)
}

pub(crate) fn foreign_key(columns: &[&str], table: &str, referenced: &[&str]) -> ForeignKey {
    let names = |columns: &[&str]| columns.iter().map(|column| (*column).to_owned()).collect();
    ForeignKey::new(
        Some(format!("{}_fkey", columns.join("_"))),
        names(columns),
        table.into(),
        names(referenced),
    )
}

/// Returns a type in canonical spelling.
pub(crate) fn column_type(text: &str) -> ColumnType {
    ColumnType::parse(Dialect::Postgresql, text)
}

pub(crate) fn models_context(schema: &Schema) -> ModelsContext<'_> {
    ModelsContext {
        schema,
        from_models: true,
        revisions: None,
        database: None,
        version_table: "alembic_version",
        incomplete: &[],
    }
}

/// Runs one rule on a schema of models.
pub(crate) fn models_findings(rule: &Rule, schema: &Schema) -> Vec<Diagnostic> {
    run_models(rule, &models_context(schema))
}

pub(crate) fn run_models(rule: &Rule, context: &ModelsContext<'_>) -> Vec<Diagnostic> {
    let Check::Models(check) = rule.check else { panic!("`{}` does not look at models", rule.name) };
    let mut report = Report::new();
    check(context, &mut report);
    findings(report)
}

/// Runs one rule on a revision `a`: its upgrade and downgrade, and the schema before, after, and at the end.
pub(crate) fn revision_findings(
    rule: &Rule,
    (upgrade, downgrade): (Body, Body),
    (before, after, last): (&Schema, &Schema, &Schema),
    models: Option<&Schema>,
) -> Vec<Diagnostic> {
    let Check::Revision(check) = rule.check else { panic!("`{}` does not look at revisions", rule.name) };
    let graph = graph(vec![revision("a", &[])]);
    let facts = RevisionFacts { upgrade, downgrade, swallowed: Vec::new() };
    let context = RevisionContext {
        graph: &graph,
        index: 0,
        facts: &facts,
        before,
        after,
        last,
        models,
        dialect: Dialect::Postgresql,
        undone: std::cell::OnceCell::new(),
    };
    let mut report = Report::new();
    check(&context, &mut report);
    findings(report)
}

/// Runs one rule on operations of an upgrade, each against the same schema.
pub(crate) fn operation_findings(rule: &Rule, operations: &[Operation], before: &Schema) -> Vec<Diagnostic> {
    let Check::Operation(check) = rule.check else { panic!("`{}` does not look at operations", rule.name) };
    let mut report = Report::new();
    for (at, operation) in operations.iter().enumerate() {
        let step = Step::new(operation.clone(), place("versions/a.py", at as u32));
        let context = OperationContext {
            operation,
            step: &step,
            before,
            revision: None,
            dialect: Dialect::Postgresql,
            in_upgrade: true,
        };
        check(&context, &mut report);
    }
    findings(report)
}
