//! Reads an SQLite file.
//!
//! SQLite keeps the `CREATE` statements, and only they know names of constraints, CHECKs, collations and expressions.
//! So the stored statements are read by the SQL reader that the caller hands in, and the result is checked against what
//! SQLite itself answers (the pragmas): whatever does not agree is reported, never trusted blindly.

use rusqlite::Connection;
use trueup_schema::{Dialect, ObjectName, Operation, Schema, SqlExpr, Table, Trigger, Unmodelled};

use crate::inspect::{InspectOptions, Inspection, ReadStatement};
use crate::{DbError, version_table};

mod catalog;
mod check;
mod fallback;

use catalog::{SqliteCatalog, Statement};

/// Reads the schema of one file.
pub(crate) fn inspect(
    connection: &mut Connection,
    target: &str,
    options: &InspectOptions,
    read_statement: ReadStatement<'_>,
) -> Result<Inspection, DbError> {
    let failed = |doing: &str, error: &rusqlite::Error| DbError::Query {
        doing: doing.to_owned(),
        target: target.to_owned(),
        cause: error.to_string(),
    };
    let transaction = connection.transaction().map_err(|error| failed("the schema", &error))?;
    let revisions = match &options.version_table {
        Some(table) => version_table::sqlite(&transaction, table)
            .map_err(|error| failed(&format!("the version table `{table}`"), &error))?,
        None => None,
    };
    let catalog = SqliteCatalog::fetch(&transaction).map_err(|(doing, error)| failed(doing, &error))?;
    Ok(Inspection {
        schema: schema(&catalog, read_statement),
        revisions,
        server_version: rusqlite::version().to_owned(),
        default_namespace: Dialect::Sqlite.default_namespace().to_owned(),
        queries: catalog.queries,
    })
}

/// Returns the schema that a file's statements build, with every disagreement among the unmodelled objects.
fn schema(catalog: &SqliteCatalog, read_statement: ReadStatement<'_>) -> Schema {
    let mut builder = Builder { catalog, schema: Schema::new(Dialect::Sqlite), gaps: Vec::new() };
    for statement in catalog.statements.iter().filter(|statement| !catalog.is_internal(&statement.table)) {
        builder.add(statement, read_statement);
    }
    let Builder { mut schema, mut gaps, .. } = builder;
    for table in schema.tables.values() {
        gaps.extend(
            check::disagreements(table, catalog)
                .into_iter()
                .map(|text| gap("table", &table.name.name, &text)),
        );
    }
    schema.unmodelled.extend(gaps);
    schema.unmodelled.sort();
    schema.unmodelled.dedup();
    schema
}

struct Builder<'a> {
    catalog: &'a SqliteCatalog,
    schema: Schema,
    gaps: Vec<Unmodelled>,
}

impl Builder<'_> {
    fn add(&mut self, statement: &Statement, read_statement: ReadStatement<'_>) {
        match read_statement(&statement.sql) {
            Ok(operations) => {
                for operation in operations {
                    self.apply(operation, statement);
                }
            }
            Err(reason) => {
                let text = format!("its stored statement could not be read ({reason})");
                self.gaps.push(gap(&statement.kind, &statement.name, &text));
            }
        }
        if !self.is_there(statement) {
            self.add_from_pragmas(statement);
        }
    }

    /// What the file contains exists, whatever an operation says; so a refusal is a gap and not an end.
    fn apply(&mut self, operation: Operation, statement: &Statement) {
        if let Err(refusal) = operation.apply(&mut self.schema) {
            let text = format!("its stored statement could not be applied ({refusal})");
            self.gaps.push(gap(&statement.kind, &statement.name, &text));
            self.insert(operation);
        }
    }

    fn insert(&mut self, operation: Operation) {
        match operation {
            Operation::CreateTable(op) => self.schema.insert_table(op.table),
            Operation::CreateIndex(op) => {
                if let Some(table) = self.schema.table_mut(&op.table) {
                    table.indexes.push(op.index);
                }
            }
            Operation::CreateView(op) => drop(self.schema.views.insert(op.view.name.clone(), op.view)),
            Operation::CreateTrigger(op) => self.add_trigger(&op.table, op.trigger),
            _ => {}
        }
    }

    fn add_trigger(&mut self, owner: &ObjectName, trigger: Trigger) {
        if let Some(table) = self.schema.table_mut(owner) {
            table.triggers.push(trigger);
        } else if let Some(view) = self.schema.views.get_mut(owner) {
            view.triggers.push(trigger);
        }
    }

    fn is_there(&self, statement: &Statement) -> bool {
        let name = |text: &str| ObjectName::new(text);
        let table = self.schema.table(&name(&statement.table));
        match statement.kind.as_str() {
            "table" => table.is_some(),
            "view" => self.schema.views.contains_key(&name(&statement.name)),
            "index" => table.is_some_and(|table| table.index(&statement.name).is_some()),
            _ => {
                let view = self.schema.views.get(&name(&statement.table));
                let triggers = table.map(|table| &table.triggers).or(view.map(|view| &view.triggers));
                triggers.is_some_and(|triggers| triggers.iter().any(|trigger| trigger.name == statement.name))
            }
        }
    }

    /// Adds what SQLite itself tells of an object whose statement did not produce it.
    fn add_from_pragmas(&mut self, statement: &Statement) {
        let name = ObjectName::new(statement.name.as_str());
        let owner = ObjectName::new(statement.table.as_str());
        match statement.kind.as_str() {
            "table" => {
                let table = fallback::table(self.catalog, &statement.name);
                self.schema.insert_table(table.unwrap_or_else(|| Table::new(name)));
            }
            "index" => {
                let index = fallback::index(self.catalog, &statement.name);
                if let Some((table, index)) = self.schema.table_mut(&owner).zip(index) {
                    table.indexes.push(index);
                }
            }
            "view" => {
                let view = fallback::view(name, &statement.sql);
                self.schema.views.insert(view.name.clone(), view);
            }
            _ => {
                let definition = SqlExpr::definition(Dialect::Sqlite, statement.sql.as_str());
                let trigger = fallback::trigger(&statement.name, definition);
                self.add_trigger(&owner, trigger);
            }
        }
    }
}

fn gap(kind: &str, name: &str, text: &str) -> Unmodelled {
    Unmodelled::new(kind, format!("{name}: {text}"))
}
