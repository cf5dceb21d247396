//! Reads a whole project: env.py, the models it reaches, those that it does not, and the facts that rules ask for.
//!
//! [`read_project`] runs env.py first, then every other module whose text looks as if it defined tables, all in one
//! interpreter, so that a `MetaData` is the same object wherever it is imported.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use trueup_python::{NoteKind, Value, Vm};
use trueup_schema::facts::{
    EngineFacts, EnvFacts, ModuleFacts, ModuleRole, ProjectFacts, RegistryFacts, TableFacts,
};
use trueup_schema::naming::Convention;
use trueup_schema::{Dialect, Location, ObjectName, Schema};

use crate::compile::{self, attr, origin, text_attr};
use crate::env::{self, EnvInput, EnvReading, FilterObject, read_env};
use crate::models::{self, ModelProblem, Models};
use crate::{Context, Sources, Start, new_vm};

mod changes;
mod classes;
mod copies;
mod digest;
mod imports;
mod incomplete;
pub(crate) mod listing;
mod names;
mod scan;

use classes::{ClassNames, Mapped};
use copies::Copies;
use digest::{ModuleText, digest_all};
use imports::{Parsed, Reached, Resolver};
pub use scan::scan_candidates;

/// A module of the project as its caller found it.
pub struct ProjectModule {
    /// Dotted name.
    pub name: String,
    /// Project-relative path with `/`.
    pub path: Arc<str>,
    /// Text.
    pub text: Rc<str>,
    /// Whether it is a package's `__init__.py`.
    pub is_package: bool,
    /// What it is for.
    pub role: ModuleRole,
}

/// What [`read_project`] is given.
pub struct ProjectInput {
    /// Modules by name, for imports.
    pub sources: Rc<dyn Sources>,
    /// Every module of the project.
    pub modules: Vec<ProjectModule>,
    /// env.py with its configuration, if there is one.
    pub env: Option<EnvInput>,
    /// The dialect that models are compiled for.
    pub dialect: Dialect,
    /// Tables that the revisions make, to tell registries apart where env.py does not; may be empty.
    pub known_tables: Vec<ObjectName>,
}

/// What reading a project tells.
pub struct ProjectReading {
    /// Facts for the rules.
    pub facts: ProjectFacts,
    /// The schema that the models of the target declare; `None` when there are none or the target is not known.
    pub models: Option<Schema>,
    /// Naming convention of the target's `MetaData`, which names what revisions leave unnamed too.
    pub convention: Convention,
    /// What env.py says.
    pub env: Option<EnvReading>,
    /// What is wrong with the models or could not be read.
    pub problems: Vec<ModelProblem>,
    /// Statements of project modules that could not be evaluated; for `--verbose`.
    pub notes: Vec<ReadingNote>,
    vm: RefCell<Vm>,
}

/// A statement that could not be evaluated, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingNote {
    /// In words, such as `NameError: name 'x' is not defined`.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// Whether an import inside the project leads nowhere.
    pub missing_module: bool,
}

impl ProjectReading {
    /// Returns what env.py does before the first revision, and what it hands to every one.
    pub fn start(&self) -> Start {
        self.env.as_ref().map(|env| env.start.clone()).unwrap_or_default()
    }

    /// Tells whether the project's `include_object` and `include_name` keep an object; `None` when that is unknown.
    pub fn includes(&self, object: &FilterObject<'_>) -> Option<bool> {
        match &self.env {
            Some(env) => env.includes(&mut self.vm.borrow_mut(), object),
            None => Some(true),
        }
    }
}

/// Reads a project's models and everything about its modules.
pub fn read_project(input: ProjectInput) -> ProjectReading {
    let ProjectInput { sources, modules, env: env_input, dialect, known_tables } = input;
    let mut vm = new_vm(sources.clone(), Rc::new(Context::new(dialect)));
    let env = env_input.as_ref().map(|input| read_env(&mut vm, input));
    let ran = ran_modules(&mut vm);
    let roles: Vec<ModuleRole> = modules.iter().map(|module| module.role).collect();
    let parsed = parse_all(&modules);
    let env_module = env_input.as_ref().map(|input| {
        let known = modules.iter().find(|module| module.path == input.path);
        let name = known.map_or_else(|| "env".to_owned(), |module| module.name.clone());
        let (path, text) = (input.path.clone(), input.text.clone());
        let role = ModuleRole::Migration;
        let digest = digest::digest(&ModuleText {
            name: &name,
            path: path.clone(),
            text: &text,
            is_package: false,
            role,
        });
        Parsed { name, path, text, is_package: false, digest }
    });
    let resolver = Resolver::new(sources, &parsed);
    let listed = vm.state::<Context>().map(|context| context.listed.borrow().clone()).unwrap_or_default();
    let reached = resolver.reached(env_module.as_ref(), &ran, &listed);
    run_candidates(&mut vm, &modules);
    let targets = env.as_ref().map(|env| env.targets.clone()).unwrap_or_default();
    let models = models::collect(&mut vm, &targets);
    let mut facts = ProjectFacts::default();
    module_facts(&mut facts, &resolver, &parsed, &roles, &reached);
    let chosen = choose_targets(&mut vm, &models, &targets, env.as_ref(), &known_tables, dialect);
    facts.target_registries.clone_from(&chosen);
    facts.env = env.as_ref().map(env_facts);
    model_facts(&mut vm, &mut facts, &models, &reached, dialect);
    let registry_metadata: Vec<Value> =
        models.registries.iter().map(|registry| registry.metadata.clone()).collect();
    let schema = chosen_schema(&mut vm, &models, &chosen, &facts, dialect);
    let (models, mut problems) = match schema {
        Some(found) => (Some(found.schema), found.problems),
        None => (None, Vec::new()),
    };
    lost_models(&vm, &reached, &mut problems);
    let notes = reading_notes(&mut vm);
    let target = chosen.first().map(|index| registry_metadata.get(*index).cloned()).unwrap_or_default();
    let target = target.or_else(|| targets.first().cloned());
    // A convention that cannot be told leaves SQLAlchemy's own.
    let convention =
        target.and_then(|metadata| compile::convention(&mut vm, &metadata).ok()).unwrap_or_default();
    ProjectReading { facts, models, convention, env, problems, notes, vm: RefCell::new(vm) }
}

/// Returns the modules of the project that have been loaded.
fn ran_modules(vm: &mut Vm) -> Vec<String> {
    let loaded: Vec<_> = vm.loaded_modules().to_vec();
    loaded
        .into_iter()
        .filter(|name| vm.module(name).is_some_and(|module| !module.source.is_library))
        .map(|name| name.to_string())
        .collect()
}

/// Reads what every module's text tells by itself.
fn parse_all(modules: &[ProjectModule]) -> Vec<Parsed> {
    let texts: Vec<ModuleText<'_>> = modules
        .iter()
        .map(|module| ModuleText {
            name: &module.name,
            path: module.path.clone(),
            text: &module.text,
            is_package: module.is_package,
            role: module.role,
        })
        .collect();
    let digests = digest_all(&texts);
    let parsed = modules.iter().zip(digests).map(|(module, digest)| Parsed {
        name: module.name.clone(),
        path: module.path.clone(),
        text: module.text.clone(),
        is_package: module.is_package,
        digest,
    });
    parsed.collect()
}

/// Runs the modules that look as if they defined tables and have not run yet.
fn run_candidates(vm: &mut Vm, modules: &[ProjectModule]) {
    let wanted = modules.iter().filter(|module| module.role == ModuleRole::Application);
    let listing: Vec<(&str, &str)> = wanted.map(|module| (module.name.as_str(), &*module.text)).collect();
    let candidates: HashSet<String> = scan_candidates(&listing).into_iter().collect();
    for module in modules.iter().filter(|module| candidates.contains(&module.name)) {
        // The same file may have run under another name.
        if !loaded_paths(vm).contains(&*module.path) {
            run_with_packages(vm, &module.name);
        }
    }
}

/// Runs a module after the packages it is in, as an import would.
fn run_with_packages(vm: &mut Vm, name: &str) {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    for end in ends {
        vm.run_module(&name[..end]);
    }
}

fn loaded_paths(vm: &mut Vm) -> HashSet<Rc<str>> {
    let loaded: Vec<_> = vm.loaded_modules().to_vec();
    loaded.into_iter().filter_map(|name| vm.module(&name)).map(|module| module.source.path.clone()).collect()
}

fn module_facts(
    facts: &mut ProjectFacts,
    resolver: &Resolver<'_>,
    parsed: &[Parsed],
    roles: &[ModuleRole],
    reached: &Reached,
) {
    for (module, role) in parsed.iter().zip(roles) {
        let reached_from_env = reached.contains(&module.name);
        let problems = module
            .digest
            .errors
            .iter()
            .map(|(message, span)| (message.clone(), Some(Location::at(module.path.clone(), *span))));
        facts.modules.push(ModuleFacts {
            name: module.name.clone(),
            path: module.path.clone(),
            is_package: module.is_package,
            imports: resolver.facts(module),
            reached_from_env,
            role: *role,
            problems: problems.collect(),
        });
        if *role != ModuleRole::Migration {
            let found = &module.digest.changes;
            facts.schema_changes.extend(found.schema_changes.iter().cloned());
            facts.engines.extend(
                found.engines.iter().map(|engine| EngineFacts { reached_from_env, ..engine.clone() }),
            );
        }
    }
    facts.modules.sort_by(|a, b| a.name.cmp(&b.name));
}

fn env_facts(env: &EnvReading) -> EnvFacts {
    EnvFacts {
        path: env.path.clone(),
        target_location: env.target_location.clone(),
        target_is_none: env.target_is_none,
        unknown: env.unknown.clone(),
    }
}

/// Decides which registries revisions are compared with.
///
/// env.py decides where it can be followed. Where it cannot, the only registry is taken, or the one most of whose
/// tables the revisions make; several that fit equally well are not guessed among.
fn choose_targets(
    vm: &mut Vm,
    models: &Models,
    targets: &[Value],
    env: Option<&EnvReading>,
    known_tables: &[ObjectName],
    dialect: Dialect,
) -> Vec<usize> {
    let positions = |value: &Value| models.registries.iter().position(|registry| registry.metadata.is(value));
    let told: Vec<usize> = targets.iter().filter_map(positions).collect();
    if !told.is_empty() || env.is_some_and(|env| env.target_is_none) {
        return told;
    }
    // Flask-Migrate's env.py asks the application, which was told by `Migrate(app, db)`.
    let databases =
        vm.module_attr("flask_migrate", "TARGETS").ok().and_then(|value| value.items()).unwrap_or_default();
    let mut told: Vec<usize> = Vec::new();
    for database in databases {
        let metadata = attr(vm, &database, "metadata").unwrap_or(Value::None);
        told.extend(positions(&metadata).filter(|at| !told.contains(at)));
    }
    if let [only] = told.as_slice() {
        return vec![*only];
    }
    let mut scores: Vec<(usize, usize)> = Vec::new();
    for (at, registry) in models.registries.iter().enumerate() {
        let mut score = 0;
        for table in registry.tables.iter().filter(|table| !table.replaced) {
            let name = table_name(vm, &table.value, dialect);
            score += usize::from(name.is_some_and(|name| known_tables.contains(&name)));
        }
        if !registry.tables.is_empty() {
            scores.push((score, at));
        }
    }
    scores.sort_unstable_by(|a, b| b.cmp(a));
    match scores.as_slice() {
        [(_, only)] => vec![*only],
        [(best, at), (second, _), ..] if best > second => vec![*at],
        _ => Vec::new(),
    }
}

fn chosen_schema(
    vm: &mut Vm,
    models: &Models,
    chosen: &[usize],
    facts: &ProjectFacts,
    dialect: Dialect,
) -> Option<models::ModelSchema> {
    if chosen.is_empty() {
        return None;
    }
    let registries: Vec<_> = chosen.iter().filter_map(|at| models.registries.get(*at)).collect();
    let metadata: Vec<Value> = registries.iter().map(|registry| registry.metadata.clone()).collect();
    let tables = registries.iter().flat_map(|registry| &registry.tables).filter(|table| !table.replaced);
    let tables: Vec<Value> = tables.map(|table| table.value.clone()).collect();
    let mut found = models::schema_of(vm, &metadata, &tables, dialect);
    // What a foreign key refers to may well come from the base that is not known.
    found
        .problems
        .retain(|problem| !problem.missing_in.as_ref().is_some_and(|table| facts.is_incomplete(table)));
    Some(found)
}

fn table_name(vm: &mut Vm, table: &Value, dialect: Dialect) -> Option<ObjectName> {
    let name = text_attr(vm, table, "name").ok()??;
    let namespace = text_attr(vm, table, "schema").ok()?;
    Some(ObjectName::qualified(dialect, namespace.as_deref(), name))
}

/// Fills in registries, tables, classes and relationships.
fn model_facts(vm: &mut Vm, facts: &mut ProjectFacts, models: &Models, reached: &Reached, dialect: Dialect) {
    let mapped = mapped_classes(vm, models);
    facts.incomplete = incomplete::incomplete(vm, &mapped, dialect);
    let copies = Copies::of(models, &facts.target_registries);
    for registry in copies.taken_from() {
        if !facts.target_registries.contains(&registry) {
            facts.target_registries.push(registry);
        }
    }
    for (at, registry) in models.registries.iter().enumerate() {
        facts.registries.push(RegistryFacts {
            label: registry.label.clone(),
            location: origin(registry.place.as_ref()).location(),
            tables: registry.tables.iter().filter(|table| !table.replaced).count(),
        });
        for table in registry.tables.iter().filter(|table| !copies.contains(&table.value)) {
            if let Some(found) = table_facts(vm, &table.value, at, &mapped, reached, dialect) {
                facts.tables.push(found);
            }
        }
    }
    let uncertain = vm.notes().iter().any(|note| note.kind == NoteKind::Limit);
    let names = ClassNames::new(&mapped, uncertain);
    for found in &mapped {
        if found.class.is_library() {
            continue;
        }
        let table = found.table.as_ref().and_then(|table| table_name(vm, table, dialect));
        facts.classes.push(classes::class_facts(vm, found, table));
        facts.relationships.extend(classes::relationships(vm, found, &names));
    }
}

fn mapped_classes(vm: &mut Vm, models: &Models) -> Vec<Mapped> {
    let registries = match vm.module_attr("sqlalchemy.orm._mapping", "REGISTRIES") {
        Ok(value) => value.items().unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let mut found: Vec<Mapped> = Vec::new();
    for registry in registries {
        let classes = registry.as_instance().and_then(|instance| instance.get("_classes")?.items());
        for value in classes.unwrap_or_default() {
            let Value::Class(class) = &value else { continue };
            let table = class.namespace.borrow().get("__table__").cloned().filter(|table| !table.is_none());
            let metadata = table.as_ref().and_then(|table| table.as_instance()?.get("metadata"));
            let at = metadata.and_then(|metadata| {
                models.registries.iter().position(|registry| registry.metadata.is(&metadata))
            });
            found.push(Mapped {
                class: class.clone(),
                table,
                registry: at,
                namespace: registry.address().unwrap_or_default(),
            });
        }
    }
    found
}

fn table_facts(
    vm: &mut Vm,
    table: &Value,
    registry: usize,
    mapped: &[Mapped],
    reached: &Reached,
    dialect: Dialect,
) -> Option<TableFacts> {
    let name = table_name(vm, table, dialect)?;
    let class = mapped.iter().find(|found| found.table.as_ref().is_some_and(|value| value.is(table)));
    let place = compile::place_of(table).filter(|place| !place.source.is_library);
    let place = class.and_then(|found| found.class.place.clone()).or(place);
    let module = place.as_ref().map(|place| place.source.module.to_string()).unwrap_or_default();
    let location = match class {
        Some(found) => found.class.place.as_ref().and_then(|place| {
            let name = trueup_python::Place { source: place.source.clone(), span: found.class.name_span };
            origin(Some(&name)).location()
        }),
        None => origin(place.as_ref()).location(),
    };
    let columns =
        attr(vm, table, "_all_columns").ok()?.as_dict().map(|dict| dict.pairs()).unwrap_or_default();
    let mut typed = Vec::with_capacity(columns.len());
    for (key, column) in columns {
        let name = text_attr(vm, &column, "name").ok().flatten();
        let name = name.or_else(|| key.as_str().map(|key| key.to_string())).unwrap_or_default();
        let type_value = attr(vm, &column, "type").unwrap_or(Value::None);
        let type_text = match compile::column_type(vm, &type_value, dialect) {
            Ok(compiled) => compiled.column_type.to_string(),
            Err(_) => "unknown".to_owned(),
        };
        typed.push((name, type_text));
    }
    let env_module = module == env::MODULE || module == env::OFFLINE_MODULE;
    Some(TableFacts {
        reached_from_env: env_module || reached.may_contain(&module),
        extends_existing: compile::extends_existing(vm, table),
        name,
        class: class.map(|found| found.class.name.to_string()),
        module,
        location,
        registry: Some(registry),
        columns: typed,
    })
}

/// Adds what is missing from the models that env.py reaches because something it needs is not known.
fn lost_models(vm: &Vm, reached: &Reached, problems: &mut Vec<ModelProblem>) {
    let Some(context) = vm.state::<Context>() else { return };
    for (message, place) in context.lost.borrow().iter() {
        let Some(place) = place.as_ref().filter(|place| reached.contains(&place.source.module)) else {
            continue;
        };
        let location = origin(Some(place)).location();
        let problem = ModelProblem { message: message.clone(), location, table: None, missing_in: None };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

fn reading_notes(vm: &mut Vm) -> Vec<ReadingNote> {
    let mut notes = Vec::new();
    for note in vm.take_notes().into_iter().filter(|note| note.kind != NoteKind::Assumed) {
        // Not to run offline is a decision of the project: `if context.is_offline_mode(): sys.exit(1)`.
        let module = note.place.as_ref().map(|place| place.source.module.clone());
        if module.as_deref() == Some(env::OFFLINE_MODULE) && note.message.starts_with("SystemExit") {
            continue;
        }
        let note = ReadingNote {
            message: note.message.clone(),
            location: origin(note.place.as_ref()).location(),
            missing_module: note.kind == NoteKind::MissingModule,
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}
