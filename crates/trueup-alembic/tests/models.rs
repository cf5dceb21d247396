//! Models in every style, held to what real SQLAlchemy creates for them.
//!
//! A section of `tests/models/*.md` is a module (or several) and the DDL that real SQLAlchemy sends when it creates the
//! module's tables, written by `tests/models/real.py`. The statements and the models must make the same schema.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::{ProjectInput, ProjectModule, ProjectReading, SourceModule, Sources, read_project};
use trueup_schema::facts::ModuleRole;
use trueup_schema::schema::dump;
use trueup_schema::{Dialect, Schema};
use trueup_testkit::scenario::{self, Outputs, Section};

struct Files(BTreeMap<String, SourceModule>);

impl Sources for Files {
    fn module(&self, name: &str) -> Option<SourceModule> {
        self.0.get(name).cloned()
    }

    fn is_namespace(&self, name: &str) -> bool {
        let prefix = format!("{name}.");
        self.0.keys().any(|key| key.starts_with(&prefix))
    }

    fn owns(&self, top_level: &str) -> bool {
        self.0.contains_key(top_level) || self.is_namespace(top_level)
    }
}

fn modules(section: &Section) -> BTreeMap<String, SourceModule> {
    let mut found = BTreeMap::new();
    for block in section.blocks_in("py") {
        let label = block.label.trim();
        let path = if label.is_empty() { "models.py" } else { label };
        let name = path.trim_end_matches(".py").replace('/', ".");
        let is_package = name.ends_with("__init__");
        let name = name.trim_end_matches("__init__").trim_end_matches('.').to_owned();
        found.insert(
            name,
            SourceModule { path: Rc::from(path), text: Rc::from(block.text.as_str()), is_package },
        );
    }
    found
}

fn read(modules: &BTreeMap<String, SourceModule>, dialect: Dialect) -> ProjectReading {
    let listing = modules.iter().map(|(name, module)| ProjectModule {
        name: name.clone(),
        path: Arc::from(&*module.path),
        text: module.text.clone(),
        is_package: module.is_package,
        role: ModuleRole::Application,
    });
    read_project(ProjectInput {
        sources: Rc::new(Files(modules.clone())),
        modules: listing.collect(),
        env: None,
        dialect,
        known_tables: Vec::new(),
    })
}

/// Returns the schema that statements make on an empty database.
fn created_by(sql: &str, dialect: Dialect) -> Result<Schema, String> {
    let result = trueup_sql::read(dialect, sql, &trueup_sql::ReadContext::default());
    if let Some(error) = result.errors.first() {
        return Err(format!("the statements cannot be read: {}", error.message));
    }
    let mut schema = Schema::new(dialect);
    for operation in result.operations() {
        operation.apply(&mut schema).map_err(|error| format!("{}: {error}", operation.name()))?;
    }
    Ok(schema)
}

fn compare(section: &Section, dialect: Dialect, outputs: &mut Outputs) -> Result<(), String> {
    let Some(block) = section.block(dialect.name()) else { return Ok(()) };
    let sql = block.text.as_str();
    let reading = read(&modules(section), dialect);
    let notes: Vec<String> = reading.notes.iter().map(|note| note.message.clone()).collect();
    let problems: Vec<String> = reading.problems.iter().map(|problem| problem.message.clone()).collect();
    let context = || format!("notes: {notes:#?}\nproblems: {problems:#?}");
    let Some(models) = &reading.models else { return Err(format!("no models were found\n{}", context())) };
    let (found, expected) = (sorted(&dump(models)), sorted(&dump(&created_by(sql, dialect)?)));
    if found != expected {
        let difference = trueup_testkit::diff::line_diff(&expected, &found);
        return Err(format!(
            "{dialect}: the models make another schema than SQLAlchemy\n{difference}\n{}",
            context()
        ));
    }
    if !notes.is_empty() {
        return Err(format!("{dialect}: some statements were not understood\n{}", context()));
    }
    outputs.insert(dialect.name().to_owned(), sql.to_owned());
    Ok(())
}

/// Sorts the lines of each table: the order of columns and constraints is no property that models decide.
fn sorted(text: &str) -> String {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        match blocks.last_mut() {
            Some(block) if line.starts_with(' ') => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    let mut sorted = String::new();
    for mut block in blocks {
        block[1..].sort_unstable();
        for line in block {
            sorted.push_str(line);
            sorted.push('\n');
        }
    }
    sorted
}

#[test]
fn models_make_the_schema_that_sqlalchemy_creates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    scenario::run_folder(folder, |section| {
        let mut outputs = Outputs::new();
        for dialect in [Dialect::Postgresql, Dialect::Sqlite] {
            compare(section, dialect, &mut outputs)?;
        }
        Ok(outputs)
    });
}
