//! env.py: what the migration environment tells Alembic, read by evaluating the file twice, online and offline.
//!
//! Calls of `context.configure(…)` are recorded instead of configuring anything; connections are the stubs'. What hangs
//! on the outside world (environment variables, secrets) stays unknown.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use trueup_python::ast::Name;
use trueup_python::{Args, ImportMode, Place, PyResult, Value, Vm};
use trueup_schema::Location;

use crate::compile::{is_a, origin};

mod filter;
mod folders;
mod start;
mod unreached;

pub use filter::FilterObject;
pub use folders::search_folders;
pub use start::{Argument, Start};

/// Module name under which Alembic itself loads env.py.
pub(crate) const MODULE: &str = "env_py";
/// The same file once more, evaluated as for `--sql`.
pub(crate) const OFFLINE_MODULE: &str = "env_py_offline";

/// The file and what the configuration file says.
pub struct EnvInput {
    /// Project-relative path of env.py.
    pub path: Arc<str>,
    /// Its text.
    pub text: Rc<str>,
    /// Options of the configuration's main section, interpolated.
    pub options: Vec<(String, String)>,
    /// `config.config_file_name`.
    pub config_file: Option<String>,
    /// Only what the file itself says is wanted: of the modules that it imports, only what it asks for is evaluated.
    pub is_brief: bool,
    /// `-x` arguments, `KEY=VALUE`.
    pub x_arguments: Vec<String>,
}

/// What env.py tells.
#[derive(Clone, Default)]
pub struct EnvReading {
    /// Its path.
    pub path: Arc<str>,
    /// The `MetaData` objects of `target_metadata`.
    pub targets: Vec<Value>,
    /// Whether `target_metadata` is `None`.
    pub target_is_none: bool,
    /// Where `target_metadata` is set.
    pub target_location: Option<Location>,
    /// Why `target_metadata` is unknown, if it is.
    pub unknown: Option<String>,
    /// Keyword arguments of `configure()`, online calls first; a later call adds only what earlier ones left out.
    pub options: BTreeMap<String, Value>,
    /// How many calls of `configure()` were reached.
    pub calls: usize,
    /// The connection URL where it is a text that is known.
    pub url: Option<String>,
    /// env.py sets the URL to something that is not known, so that the configuration file's is not meant.
    pub is_url_unknown: bool,
    /// What it does before the first revision, and what it hands to every one.
    pub start: Start,
    /// A setting of the connection that it changes before the first revision.
    pub session: Option<String>,
}

impl EnvReading {
    /// Returns an option that is a known truth value.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.options.get(name)?.as_bool()
    }

    /// Returns an option that is a known text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.options.get(name)?.as_str().map(|text| text.to_string())
    }

    /// Returns `version_table`.
    pub fn version_table(&self) -> Option<String> {
        self.text("version_table")
    }

    /// Returns `version_table_schema`.
    pub fn version_table_schema(&self) -> Option<String> {
        self.text("version_table_schema")
    }

    /// Tells whether an option is given but its value is not known.
    pub fn is_option_unknown(&self, name: &str) -> bool {
        self.options.get(name).is_some_and(Value::is_unknown)
    }
}

/// What the natives remember while env.py runs.
#[derive(Default)]
struct Recorder {
    offline: bool,
    options: BTreeMap<String, Value>,
    calls: Vec<ConfigureCall>,
    /// Calls of `run_migrations()`, online ones only.
    runs: start::Runs,
}

struct ConfigureCall {
    options: Vec<(Name, Value)>,
    place: Option<Place>,
}

/// Evaluates env.py; the modules it imports stay in the interpreter, with the models they define.
pub fn read_env(vm: &mut Vm, input: &EnvInput) -> EnvReading {
    let recorder = Rc::new(RefCell::new(Recorder::default()));
    for (name, value) in &input.options {
        recorder.borrow_mut().options.insert(name.clone(), Value::str(value));
    }
    register(vm, &recorder);
    register_x_arguments(vm, &input.x_arguments);
    set_config_file(vm, input);
    let imports = if input.is_brief { ImportMode::Effects } else { ImportMode::Full };
    let module = vm.add_module(MODULE, &input.path, &input.text, false);
    vm.run_module_with(MODULE, imports);
    if recorder.borrow().calls.is_empty() {
        let calls = unreached::online_calls(&module);
        let calls = calls.into_iter().map(|options| ConfigureCall { options, place: None });
        recorder.borrow_mut().calls.extend(calls);
    }
    recorder.borrow_mut().offline = true;
    vm.add_module(OFFLINE_MODULE, &input.path, &input.text, false);
    vm.run_module_with(OFFLINE_MODULE, imports);
    let mut reading = EnvReading { path: input.path.clone(), ..EnvReading::default() };
    let recorder = recorder.borrow();
    reading.calls = recorder.calls.len();
    reading.start = recorder.runs.start(&input.path);
    reading.session = recorder.runs.session().map(str::to_owned);
    let mut target = None;
    for call in &recorder.calls {
        for (name, value) in &call.options {
            if &**name == "target_metadata" {
                if !value.is_none() {
                    target.get_or_insert_with(|| (value.clone(), call.place.clone()));
                }
            } else if !value.is_none() && !reading.options.contains_key(&**name) {
                reading.options.insert(name.to_string(), value.clone());
            }
        }
    }
    let own = module.get("target_metadata");
    let (value, place) = match (target, own) {
        (Some((value, place)), own) if own.is_none() || !value.is_unknown() => (Some(value), place),
        (_, Some(own)) => (Some(own), None),
        (found, None) => (found.map(|(value, _)| value), None),
    };
    let assigned = folders::last_assignment(&module.ast, "target_metadata");
    reading.target_location = assigned
        .map(|span| Location::at(input.path.clone(), trueup_schema::Span::new(span.start, span.end)))
        .or_else(|| origin(place.as_ref()).location());
    settle_target(vm, &mut reading, value);
    let main_url = recorder.options.get("sqlalchemy.url");
    reading.is_url_unknown = main_url.is_some_and(Value::is_unknown);
    let main_url = main_url.and_then(Value::as_str);
    reading.url =
        reading.text("url").or_else(|| main_url.map(|url| url.to_string())).filter(|url| url.contains("://"));
    reading
}

/// Decides what `target_metadata` is.
fn settle_target(vm: &mut Vm, reading: &mut EnvReading, value: Option<Value>) {
    let items = match value {
        None if reading.calls > 0 => {
            reading.target_is_none = true;
            return;
        }
        None => {
            reading.unknown = Some("env.py passes no `target_metadata` where it can be followed".to_owned());
            return;
        }
        Some(Value::None) => {
            reading.target_is_none = true;
            return;
        }
        Some(Value::Unknown(unknown)) => {
            reading.unknown = Some(unknown.reason.clone());
            return;
        }
        Some(value) => value.items().unwrap_or_else(|| vec![value]),
    };
    for item in items {
        if is_a(&item, "sqlalchemy.schema.MetaData") {
            if !reading.targets.iter().any(|known| known.is(&item)) {
                reading.targets.push(item);
            }
        } else {
            let reason = match &item {
                Value::Unknown(unknown) => unknown.reason.clone(),
                other => format!("`target_metadata` is {}, no `MetaData`", vm.repr_text(other)),
            };
            reading.unknown.get_or_insert(reason);
        }
    }
}

fn set_config_file(vm: &mut Vm, input: &EnvInput) {
    let Ok(config) = vm.module_attr("alembic.context", "config") else { return };
    if let (Some(instance), Some(name)) = (config.as_instance(), &input.config_file) {
        instance.set("config_file_name", Value::str(name));
    }
}

/// Lets `os.environ` and `os.getenv()` tell the variables of an environment; they are unknown otherwise.
pub fn lend_environment(vm: &mut Vm, variables: &[(String, String)]) {
    let variables: Rc<BTreeMap<String, String>> = Rc::new(variables.iter().cloned().collect());
    let named = |args: &Args| args.get("name").and_then(Value::as_str).unwrap_or_default();
    let known = variables.clone();
    vm.register("os._environment", move |_, args| {
        let default = args.get("default").cloned().unwrap_or(Value::None);
        Ok(known.get(&*named(&args)).map_or(default, Value::str))
    });
    let known = variables.clone();
    vm.register("os._is_set", move |_, args| Ok(Value::Bool(known.contains_key(&*named(&args)))));
    vm.register("os._required", move |vm, args| {
        let name = named(&args);
        match variables.get(&*name) {
            Some(value) => Ok(Value::str(value)),
            None => Err(vm.raise("KeyError", format!("'{name}'"))),
        }
    });
}

/// Lets `context.get_x_argument()` tell the `-x` arguments; one without `=` has an empty value.
///
/// Source: alembic 1.20 `EnvironmentContext.get_x_argument`.
pub(crate) fn register_x_arguments(vm: &mut Vm, given: &[String]) {
    let given = given.to_vec();
    vm.register("alembic.context.get_x_argument", move |_, args| {
        let wants_dict = args.at(0, "as_dictionary").and_then(Value::as_bool) == Some(true);
        if !wants_dict {
            return Ok(Value::list(given.iter().map(Value::str).collect()));
        }
        let pairs = given.iter().map(|argument| {
            let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
            (Name::from(key), Value::str(value))
        });
        Ok(Value::dict_of(pairs))
    });
}

/// Makes the natives of `alembic.context` and `Config` tell what env.py may ask, and remember what it says.
fn register(vm: &mut Vm, recorder: &Rc<RefCell<Recorder>>) {
    let state = recorder.clone();
    vm.register("alembic.context.configure", move |vm, args| {
        let place = vm.user_place();
        let offline = state.borrow().offline;
        let call = ConfigureCall { options: configure_options(&args), place };
        let mut state = state.borrow_mut();
        // The offline run only completes what the online run tells.
        let _ = offline;
        state.calls.push(call);
        Ok(Value::None)
    });
    let state = recorder.clone();
    vm.register("alembic.context.is_offline_mode", move |_, _| Ok(Value::Bool(state.borrow().offline)));
    let state = recorder.clone();
    vm.register("alembic.context.run_migrations", move |vm, args| {
        let mut state = state.borrow_mut();
        if !state.offline {
            state.runs.begin(vm, &args);
        }
        Ok(Value::None)
    });
    for name in ["get_tag_argument", "get_revision_argument", "get_starting_revision_argument"] {
        vm.register(&format!("alembic.context.{name}"), |_, _| Ok(Value::None));
    }
    register_config(vm, recorder);
    for name in ["create_engine", "engine_from_config", "create_mock_engine"] {
        vm.register(&format!("sqlalchemy.engine.create.{name}"), make_engine);
    }
}

fn register_config(vm: &mut Vm, recorder: &Rc<RefCell<Recorder>>) {
    for name in ["get_main_option", "get_alembic_option"] {
        let state = recorder.clone();
        vm.register(&format!("alembic.config.Config.{name}"), move |_, args| {
            let key = args.positional.get(1).and_then(Value::as_str).unwrap_or_default();
            let default = args.positional.get(2).cloned().unwrap_or(Value::None);
            Ok(state.borrow().options.get(&*key).cloned().unwrap_or(default))
        });
    }
    let state = recorder.clone();
    vm.register("alembic.config.Config.set_main_option", move |_, args| {
        if let (Some(key), Some(value)) =
            (args.positional.get(1).and_then(Value::as_str), args.positional.get(2))
        {
            state.borrow_mut().options.insert(key.to_string(), value.clone());
        }
        Ok(Value::None)
    });
    let state = recorder.clone();
    vm.register("alembic.config.Config.set_section_option", move |_, args| {
        if let (Some(key), Some(value)) =
            (args.positional.get(2).and_then(Value::as_str), args.positional.get(3))
        {
            state.borrow_mut().options.insert(key.to_string(), value.clone());
        }
        Ok(Value::None)
    });
    let state = recorder.clone();
    vm.register("alembic.config.Config.get_section", move |_, _| {
        let entries: Vec<(Name, Value)> = state
            .borrow()
            .options
            .iter()
            .map(|(key, value)| (Name::from(key.as_str()), value.clone()))
            .collect();
        Ok(Value::dict_of(entries))
    });
    let state = recorder.clone();
    vm.register("alembic.config.Config.get_section_option", move |_, args| {
        let key = args.positional.get(2).and_then(Value::as_str).unwrap_or_default();
        let default = args.positional.get(3).cloned().unwrap_or(Value::None);
        Ok(state.borrow().options.get(&*key).cloned().unwrap_or(default))
    });
    vm.register("alembic.config.Config.remove_main_option", |_, _| Ok(Value::None));
}

/// Returns the keyword arguments of `configure()`, those that the stub collects in `**kw` included.
fn configure_options(args: &Args) -> Vec<(Name, Value)> {
    let mut options = Vec::new();
    let Some(signature) = &args.signature else { return args.keywords.clone() };
    for (param, value) in signature.params.iter().zip(&args.positional) {
        if &*param.name == "kw" {
            let pairs = value.as_dict().map(|dict| dict.pairs()).unwrap_or_default();
            options.extend(pairs.into_iter().filter_map(|(key, value)| Some((key.as_str()?, value))));
        } else {
            options.push((param.name.clone(), value.clone()));
        }
    }
    options
}

/// `create_engine(…)` and its like: an engine of the dialect that everything is read for.
fn make_engine(vm: &mut Vm, _args: Args) -> PyResult {
    let class = vm.module_attr("sqlalchemy.engine.base", "Engine")?;
    let dialect =
        vm.state::<crate::Context>().map_or(trueup_schema::Dialect::Postgresql, |context| context.dialect);
    let dialect =
        crate::compile::dialect_value(vm, dialect).map_err(|error| vm.raise("ValueError", error.message))?;
    vm.call_with(&class, vec![dialect])
}
