//! Replays a versions folder and compares the result with a dump of the schema that real Alembic built.
//!
//! `cargo run -p trueup-alembic --example replay -- ROOT VERSIONS[,VERSIONS…] DIALECT [TRUTH.sql] [-v] [uq=TEMPLATE …]`

#![expect(clippy::print_stdout, reason = "a development command")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use trueup_alembic::replay::{ReplayOptions, RevisionSource, replay};
use trueup_alembic::{Context, SourceModule, Sources, new_vm};
use trueup_schema::naming::{Convention, ConventionKind};
use trueup_schema::{Dialect, Schema};

struct Folder {
    root: PathBuf,
    /// Files that are reachable as `file_<n>`, because revision files have names that cannot be imported.
    files: Vec<PathBuf>,
}

impl Folder {
    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name.replace('.', "/"))
    }
}

impl Sources for Folder {
    fn module(&self, name: &str) -> Option<SourceModule> {
        let numbered = name.strip_prefix("file_").and_then(|number| number.parse::<usize>().ok());
        let base = match numbered.and_then(|number| self.files.get(number)) {
            Some(file) => file.with_extension(""),
            None => self.path(name),
        };
        let candidates = [(base.join("__init__.py"), true), (with_py(&base), false)];
        candidates.into_iter().find_map(|(path, is_package)| {
            let text = fs::read_to_string(&path).ok()?;
            let shown = path.strip_prefix(&self.root).unwrap_or(&path).to_string_lossy().into_owned();
            Some(SourceModule { path: Rc::from(shown), text: Rc::from(text), is_package })
        })
    }

    fn is_namespace(&self, name: &str) -> bool {
        let base = self.path(name);
        base.is_dir() && !base.join("__init__.py").exists()
    }

    fn owns(&self, top_level: &str) -> bool {
        self.path(top_level).is_dir()
    }
}

fn with_py(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".py");
    PathBuf::from(name)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.iter().any(|argument| argument == "-v");
    let plain: Vec<&String> =
        arguments.iter().filter(|argument| *argument != "-v" && !argument.contains('=')).collect();
    let templates = arguments.iter().filter_map(|argument| {
        let (key, template) = argument.split_once('=')?;
        Some((ConventionKind::from_key(key)?, template.to_owned()))
    });
    let convention = Convention::new(templates);
    let [root, versions, dialect, ..] = plain.as_slice() else {
        return Err("usage: replay ROOT VERSIONS[,VERSIONS…] DIALECT [TRUTH.sql] [-v]".into());
    };
    let dialect = Dialect::from_name(dialect).ok_or("the dialect is postgresql or sqlite")?;
    let root = PathBuf::from(root);
    let mut files = Vec::new();
    for folder in versions.split(',') {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let sources: Rc<dyn Sources> = Rc::new(Folder { root: root.clone(), files: Vec::new() });
    let revisions = ordered(&root, &files, dialect);
    let start = Instant::now();
    let result = replay(
        &sources,
        &revisions,
        &ReplayOptions { convention, main_options: Some(BTreeMap::new()), ..ReplayOptions::new(dialect) },
    );
    let elapsed = start.elapsed();
    let unproven = result.revisions.iter().filter(|revision| !revision.verdict.is_proved()).count();
    let failing = result.revisions.iter().filter(|revision| !revision.failures.is_empty()).count();
    for revision in &result.revisions {
        for found in &revision.unproven {
            println!("{} unproven: {} {}", revision.id, found.reason, place(&root, &found.origin));
        }
        for failure in &revision.failures {
            println!("{} FAILS: {} {}", revision.id, failure.message, place(&root, &failure.origin));
        }
        if verbose {
            for recorded in &revision.operations {
                println!("{} {:?}", revision.id, recorded.operation);
            }
        }
    }
    println!(
        "{} revisions, {unproven} unproven, {failing} failing, {} tables, assumed {:?}, {elapsed:?}",
        revisions.len(),
        result.schema.tables.len(),
        result.assumed.iter().map(|(_, name)| name.to_string()).collect::<Vec<_>>(),
    );
    if let Some(truth) = plain.get(3) {
        compare(dialect, &fs::read_to_string(truth)?, &result.schema);
    }
    Ok(())
}

fn place(root: &Path, origin: &trueup_schema::Origin) -> String {
    let Some((path, span)) = &origin.0 else { return String::new() };
    let text = fs::read_to_string(root.join(&**path)).unwrap_or_default();
    let line = text.get(..span.start as usize).map_or(0, |before| before.matches('\n').count() + 1);
    format!("({path}:{line})")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "py")
            && !path.ends_with("__init__.py")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Returns the revisions, each after those it depends on.
fn ordered(root: &Path, files: &[PathBuf], dialect: Dialect) -> Vec<RevisionSource> {
    let mut found: BTreeMap<String, (RevisionSource, Vec<String>)> = BTreeMap::new();
    let mut vm = new_vm(
        Rc::new(Folder { root: root.to_path_buf(), files: files.to_vec() }),
        Rc::new(Context::new(dialect)),
    );
    for (number, path) in files.iter().enumerate() {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        let module = format!("file_{number}");
        let Ok(id) = vm.module_attr(&module, "revision") else { continue };
        let Some(id) = id.as_str() else { continue };
        let mut needs = Vec::new();
        for name in ["down_revision", "depends_on"] {
            let Ok(value) = vm.module_attr(&module, name) else { continue };
            match value.items() {
                Some(items) => needs.extend(items.iter().filter_map(|item| Some(item.as_str()?.to_string()))),
                None => needs.extend(value.as_str().map(|text| text.to_string())),
            }
        }
        let source = RevisionSource { id: id.to_string(), path: Rc::from(shown), text: Rc::from(text) };
        found.insert(id.to_string(), (source, needs));
    }
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    for id in found.keys() {
        visit(id, &found, &mut done, &mut order);
    }
    order
}

fn visit(
    id: &str,
    found: &BTreeMap<String, (RevisionSource, Vec<String>)>,
    done: &mut BTreeSet<String>,
    order: &mut Vec<RevisionSource>,
) {
    let mut stack = vec![(id.to_owned(), false)];
    while let Some((id, expanded)) = stack.pop() {
        let Some((source, needs)) = found.get(&id) else { continue };
        if expanded {
            order.push(source.clone());
        } else if done.insert(id.clone()) {
            stack.push((id, true));
            stack.extend(needs.iter().map(|need| (need.clone(), false)));
        }
    }
}

fn compare(dialect: Dialect, truth: &str, built: &Schema) {
    let mut expected = Schema::new(dialect);
    let result = trueup_sql::read(dialect, truth, &trueup_sql::ReadContext::default());
    for operation in result.operations() {
        if let Err(error) = operation.apply(&mut expected) {
            println!("truth: {error}");
        }
    }
    let (expected, built) = (lines(&expected), lines(built));
    let mut differences = 0;
    for line in expected.difference(&built) {
        println!("- {line}");
        differences += 1;
    }
    for line in built.difference(&expected) {
        println!("+ {line}");
        differences += 1;
    }
    println!("{differences} differences in {} lines", expected.len());
}

fn part(part: &trueup_schema::IndexPart) -> String {
    let key = match &part.key {
        trueup_schema::IndexKey::Column(name) => name.clone(),
        trueup_schema::IndexKey::Expression(expr) => format!("({})", expr.canonical()),
    };
    format!("{key} {:?} {:?} {} {:?}", part.operator_class, part.collation, part.descending, part.nulls)
}

fn lines(schema: &Schema) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for table in schema.tables.values().filter(|table| table.name.name != "alembic_version") {
        let name = &table.name;
        lines.insert(format!("table {name}"));
        for column in &table.columns {
            let mut default = column.default.as_ref().map(|default| default.canonical().to_owned());
            let null = if column.nullable { "null" } else { "not null" };
            let mut generated = column.generated.as_ref().map(|generated| format!("{generated:?}"));
            if let Some(trueup_schema::Generated::Serial { sequence }) = &column.generated {
                // A dump writes the sequence and the default by themselves.
                default = Some(format!("nextval('{sequence}')"));
                generated = None;
                lines.insert(format!("sequence {sequence}"));
            }
            lines.insert(format!(
                "{name} column {} {} {null} {default:?} {generated:?} {:?} {:?}",
                column.name, column.column_type, column.comment, column.collation
            ));
            if let trueup_schema::TypeKind::Unknown(reason) = &column.column_type.kind {
                lines.insert(format!("{name} column {} is unknown: {reason}", column.name));
            }
        }
        if let Some(key) = &table.primary_key {
            lines.insert(format!("{name} pk {:?} {:?}", key.name, key.columns));
        }
        for unique in &table.uniques {
            lines.insert(format!("{name} unique {:?} {:?}", unique.name, unique.columns));
        }
        for key in &table.foreign_keys {
            lines.insert(format!(
                "{name} fk {:?} {:?} {} {:?} {:?} {:?} {:?}",
                key.name,
                key.columns,
                key.referenced_table,
                key.referenced_columns,
                key.on_delete,
                key.on_update,
                key.deferrable
            ));
        }
        for check in &table.checks {
            lines.insert(format!("{name} check {:?} {}", check.name, check.expr.canonical()));
        }
        for index in &table.indexes {
            let predicate = index.predicate.as_ref().map(|predicate| predicate.canonical().to_owned());
            lines.insert(format!(
                "{name} index {} {} {} {:?} {predicate:?} {:?}",
                index.name,
                index.unique,
                index.method,
                index.parts.iter().map(part).collect::<Vec<_>>(),
                index.include
            ));
        }
        for trigger in &table.triggers {
            lines.insert(format!("{name} trigger {}", trigger.name));
        }
    }
    for found in schema.enums.values() {
        lines.insert(format!("enum {} {:?}", found.name, found.labels));
    }
    for view in schema.views.values() {
        lines.insert(format!("view {}", view.name));
    }
    for name in schema.sequences.keys() {
        lines.insert(format!("sequence {name}"));
    }
    for name in schema.functions.keys() {
        lines.insert(format!("function {name}"));
    }
    for name in schema.extensions.keys() {
        lines.insert(format!("extension {name}"));
    }
    lines
}
