//! Reads the models of a project's folder and prints what was understood: for development.
//!
//! `cargo run -p trueup-alembic --example read_models -- <folder> [env.py] [postgresql|sqlite] [dump|notes|facts]…`

#![expect(clippy::print_stdout, reason = "a development tool that prints")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use trueup_alembic::{EnvInput, ProjectInput, ProjectModule, SourceModule, Sources, read_project};
use trueup_schema::Dialect;
use trueup_schema::facts::ModuleRole;
use trueup_schema::schema::dump;

struct Folder(BTreeMap<String, SourceModule>);

impl Sources for Folder {
    fn module(&self, name: &str) -> Option<SourceModule> {
        self.0.get(name).cloned()
    }

    fn is_namespace(&self, name: &str) -> bool {
        let prefix = format!("{name}.");
        self.0.range(prefix.clone()..).next().is_some_and(|(key, _)| key.starts_with(&prefix))
    }

    fn owns(&self, top_level: &str) -> bool {
        self.0.contains_key(top_level) || self.is_namespace(top_level)
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, SourceModule>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let relative = inside.to_string_lossy().replace('\\', "/");
            let dotted = relative.trim_end_matches(".py").replace('/', ".");
            let is_package = dotted == "__init__" || dotted.ends_with(".__init__");
            let name = dotted.trim_end_matches("__init__").trim_end_matches('.').to_owned();
            if !name.is_empty() {
                let path: Rc<str> = Rc::from(relative);
                found.insert(name, SourceModule { path, text: Rc::from(text), is_package });
            }
        }
    }
}

fn role(path: &str, env_folder: &str) -> ModuleRole {
    if !env_folder.is_empty() && path.starts_with(env_folder) {
        ModuleRole::Migration
    } else if path.split('/').any(|part| part == "tests" || part == "test" || part.starts_with("test_")) {
        ModuleRole::Test
    } else {
        ModuleRole::Application
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let root = PathBuf::from(args.first().expect("a folder"));
    let wants = |word: &str| args.iter().any(|arg| arg == word);
    let dialect = if wants("sqlite") { Dialect::Sqlite } else { Dialect::Postgresql };
    let env_path = args.iter().find(|arg| arg.ends_with("env.py"));
    let mut modules = BTreeMap::new();
    collect(&root, &root, &mut modules);
    let env_folder = env_path
        .and_then(|path| path.rsplit_once('/'))
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let env = env_path.map(|path| EnvInput {
        path: Arc::from(path.as_str()),
        text: Rc::from(std::fs::read_to_string(root.join(path)).expect("env.py")),
        options: vec![("script_location".to_owned(), "migrations".to_owned())],
        config_file: Some("alembic.ini".to_owned()),
        is_brief: false,
        x_arguments: Vec::new(),
    });
    let listing = modules.iter().map(|(name, module)| ProjectModule {
        name: name.clone(),
        path: Arc::from(&*module.path),
        text: module.text.clone(),
        is_package: module.is_package,
        role: role(&module.path, &env_folder),
    });
    let listing: Vec<ProjectModule> = listing.collect();
    let started = std::time::Instant::now();
    let reading = read_project(ProjectInput {
        sources: Rc::new(Folder(modules)),
        modules: listing,
        env,
        dialect,
        known_tables: Vec::new(),
    });
    let elapsed = started.elapsed();
    let facts = &reading.facts;
    println!(
        "modules {} ({} reached) in {elapsed:?}",
        facts.modules.len(),
        facts.modules.iter().filter(|module| module.reached_from_env).count()
    );
    for (at, registry) in facts.registries.iter().enumerate() {
        let target = if facts.target_registries.contains(&at) { " (target)" } else { "" };
        println!("registry {} {}{target}", registry.label, registry.tables);
    }
    if let Some(env) = &reading.env {
        println!(
            "env: {} calls, unknown: {:?}, options {:?}",
            env.calls,
            env.unknown,
            env.options.keys().collect::<Vec<_>>()
        );
    }
    println!(
        "tables {} classes {} relationships {} engines {} changes {}",
        facts.tables.len(),
        facts.classes.len(),
        facts.relationships.len(),
        facts.engines.len(),
        facts.schema_changes.len()
    );
    println!("unreached tables: {}", facts.tables.iter().filter(|table| !table.reached_from_env).count());
    println!("problems {} notes {}", reading.problems.len(), reading.notes.len());
    for problem in &reading.problems {
        println!(
            "  problem: {} {:?}",
            problem.message,
            problem.location.as_ref().map(|location| &location.path)
        );
    }
    if wants("notes") {
        for note in &reading.notes {
            println!("  note: {} {}", note.message, place(&root, note.location.as_ref()));
        }
    }
    if wants("facts") {
        for module in &facts.modules {
            for import in &module.imports {
                if !matches!(
                    import.resolution,
                    trueup_schema::facts::ImportResolution::Project
                        | trueup_schema::facts::ImportResolution::External
                ) {
                    println!("  import {} in {}: {:?}", import.text, module.name, import.resolution);
                }
            }
        }
        for found in facts.relationships.iter().filter(|found| !found.target_found || !found.secondary_found)
        {
            println!(
                "  relationship {}.{} → {:?} {:?}",
                found.class, found.name, found.target, found.secondary
            );
        }
        for change in &facts.schema_changes {
            println!("  change {} {}", change.text, change.location.path);
        }
    }
    if let Some(schema) = &reading.models {
        let unknown: Vec<String> = schema
            .tables
            .values()
            .flat_map(|table| {
                table.columns.iter().filter(|column| column.column_type.is_unknown()).map(move |column| {
                    format!("{}.{}: {:?}", table.name, column.name, column.column_type.kind)
                })
            })
            .collect();
        println!("unknown types {}", unknown.len());
        unknown.iter().take(12).for_each(|line| println!("  {line}"));
        if wants("dump") {
            print!("{}", dump(schema));
        }
    }
}

fn place(root: &Path, location: Option<&trueup_schema::Location>) -> String {
    let Some(location) = location else { return String::new() };
    let Some(span) = location.span else { return location.path.to_string() };
    let text = std::fs::read_to_string(root.join(&*location.path)).unwrap_or_default();
    let line = text.get(..span.start as usize).map_or(0, |before| before.matches('\n').count() + 1);
    format!("{}:{line}", location.path)
}
