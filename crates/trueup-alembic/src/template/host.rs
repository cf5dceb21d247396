//! Evaluates a generated template: gives it its names, takes what it writes, and refuses whatever is not known.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use trueup_python::{
    Args, Callee, Effect, Entry, Host, ModuleOrigin, NoteKind, Place, PyResult, Raised, UnknownBranch, Value,
    Vm, ast,
};

use super::code::{self, Generated, PRELUDE, RENDER, WRITE};
use super::lex::Node;
use super::{CreateDate, TemplateConfig, TemplateError, TemplateInput, names};
use crate::Sources;
use crate::host::module_origin;

/// The name of the generated module.
const MODULE: &str = "script_py_mako";
/// The names that Alembic hands over, and `context`, which Mako adds.
const GIVEN: [&str; 9] = [
    "up_revision",
    "down_revision",
    "branch_labels",
    "depends_on",
    "create_date",
    "message",
    "comma",
    "config",
    "refresh",
];

/// What Alembic hands over where a revision does something already.
const BODIES: [&str; 3] = ["upgrades", "downgrades", "imports"];

/// What a template meets: the project's modules, and nothing that it may decide on without knowing it.
struct TemplateHost {
    sources: Rc<dyn Sources>,
    /// The first thing that hangs on something unknown.
    doubt: RefCell<Option<(String, Option<Place>)>>,
}

impl Host for TemplateHost {
    fn module(&self, name: &str) -> ModuleOrigin {
        module_origin(&*self.sources, name)
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        self.sources.entry(path)
    }

    fn on_unknown_branch(&self, _vm: &mut Vm, branch: &UnknownBranch) {
        let doubt = (branch.reason.reason.clone(), Some(branch.place.clone()));
        self.doubt.borrow_mut().get_or_insert(doubt);
    }

    /// Whatever is called in code that is skipped might have been a piece of text.
    fn call_effect(&self, _vm: &mut Vm, _callee: &Callee<'_>, _call: &ast::Call) -> Effect {
        Effect::Data
    }
}

/// Returns the text that a template makes.
pub(super) fn render(
    nodes: &[Node],
    path: &str,
    input: &TemplateInput,
    sources: Rc<dyn Sources>,
) -> Result<String, TemplateError> {
    let host = Rc::new(TemplateHost { sources, doubt: RefCell::default() });
    let mut vm = Vm::new(host.clone());
    let generated = code::generate(nodes, &bindings(&vm, nodes, input)?)?;
    let failed = |raised: &Raised| failure(&generated, raised);
    vm.add_module(PRELUDE, "<template>", include_str!("prelude.py"), true);
    let module = vm.add_module(MODULE, path, &generated.text, false);
    if let Some(error) = module.ast.errors.first() {
        let line = generated.template_line(error.span.start as usize);
        return Err(TemplateError { line, message: format!("it is not valid Python: {}", error.message) });
    }
    let text = Rc::new(RefCell::new(String::new()));
    let write = writer(text.clone());
    let context = context(&mut vm, input, &write).map_err(|raised| failed(&raised))?;
    module.set(WRITE, write);
    module.set("context", context);
    if let Some(prelude) = vm.module(PRELUDE) {
        prelude.set("url_escape", Value::builtin("url_escape", url_escape));
        prelude.set("entity", Value::builtin("entity", no_entities));
        module.set(PRELUDE, Value::Module(prelude));
    }
    vm.run_module(MODULE);
    assumptions(&vm, &generated)?;
    let function = vm.module_attr(MODULE, RENDER).map_err(|raised| failed(&raised))?;
    let result = vm.call_with(&function, Vec::new()).map_err(|raised| failed(&raised))?;
    assumptions(&vm, &generated)?;
    let doubt = host.doubt.borrow_mut().take();
    if let Some((reason, place)) =
        doubt.or_else(|| result.as_unknown().map(|unknown| (unknown.reason.clone(), unknown.place.clone())))
    {
        let line = place.and_then(|place| line_of(&generated, &place));
        return Err(TemplateError {
            line,
            message: format!("it hangs on something that is not known: {reason}"),
        });
    }
    Ok(text.take())
}

/// Returns the lines that bind every name which occurs in a template and which its own blocks do not bind.
fn bindings(vm: &Vm, nodes: &[Node], input: &TemplateInput) -> Result<Vec<String>, TemplateError> {
    let is_given = |name: &str| GIVEN.contains(&name) || (input.bodies.is_some() && BODIES.contains(&name));
    let module = trueup_python::parse(&code::generate(nodes, &[])?.text);
    let own = names::bound_at_top_level(&module);
    let asked = names::asked_by(&module, RENDER).into_iter().filter(|name| {
        let is_ours = name.starts_with("__trueup") || &**name == "context";
        !is_ours && (is_given(name) || (!own.contains(name) && !vm.is_builtin(name)))
    });
    let line = |name: ast::Name| {
        if is_given(&name) && !own.contains(&name) {
            format!("{name} = context[\"{name}\"]")
        } else if own.contains(&name) {
            "pass".to_owned()
        } else {
            format!("{name} = {PRELUDE}.Undefined(\"{name}\")")
        }
    };
    Ok(asked.map(line).collect())
}

/// Returns the function that takes what is written.
fn writer(text: Rc<RefCell<String>>) -> Value {
    Value::builtin("write", move |vm, args: Args| match args.receiver() {
        Value::Unknown(unknown) => {
            Err(vm.abort(format!("what is written here is not known: {}", unknown.reason)))
        }
        value => match value.as_str() {
            Some(piece) => {
                vm.reserve(text.borrow().len() + piece.len())?;
                text.borrow_mut().push_str(&piece);
                Ok(Value::None)
            }
            None => {
                let shown = vm.type_name(&value);
                Err(vm.type_error(format!(
                    "a text is needed here, not {shown}; without the filter `n` it becomes one"
                )))
            }
        },
    })
}

fn context(vm: &mut Vm, input: &TemplateInput, write: &Value) -> PyResult {
    let texts = |items: &[String]| items.iter().map(|item| Value::str(item.as_str())).collect::<Vec<_>>();
    // One alone is a text; several stay what Alembic makes of them: a tuple, but a list of dependencies.
    let down = match texts(&input.down_revisions) {
        mut items if items.len() < 2 => items.pop().unwrap_or(Value::None),
        items => Value::tuple(items),
    };
    let depends = match texts(&input.depends_on) {
        mut items if items.len() < 2 => items.pop().unwrap_or(Value::None),
        items => Value::list(items),
    };
    let labels = match texts(&input.branch_labels) {
        items if items.is_empty() => Value::None,
        items => Value::tuple(items),
    };
    let data = [
        ("up_revision", Value::str(&input.id)),
        ("down_revision", down),
        ("branch_labels", labels),
        ("depends_on", depends),
        ("create_date", create_date(vm, &input.create_date)?),
        ("message", Value::str(&input.message)),
        ("comma", vm.module_attr(PRELUDE, "comma")?),
        ("config", config(vm, &input.config)?),
        ("refresh", Value::Bool(true)),
    ];
    let bodies = input.bodies.iter().flat_map(|bodies| {
        let texts = [&bodies.upgrades, &bodies.downgrades, &bodies.imports];
        BODIES.into_iter().zip(texts.map(Value::str))
    });
    let data = data.into_iter().chain(bodies).map(|(name, value)| (Rc::from(name), value));
    let data = Value::dict_of(data);
    make(vm, "Context", vec![data, write.clone()])
}

fn make(vm: &mut Vm, class: &str, args: Vec<Value>) -> PyResult {
    let class = vm.module_attr(PRELUDE, class)?;
    vm.call_with(&class, args)
}

fn create_date(vm: &mut Vm, date: &CreateDate) -> PyResult {
    let whole = |value: i64| Value::Int(i128::from(value));
    let day = [date.year, date.month.into(), date.day.into(), date.weekday.into(), date.day_of_year];
    let day = make(vm, "Date", day.into_iter().map(|part| whole(part.into())).collect())?;
    let (offset, zone) = match &date.zone {
        Some((offset, zone)) => (whole(i64::from(*offset)), Value::str(zone)),
        None => (Value::None, Value::None),
    };
    let clock = [i64::from(date.hour), date.minute.into(), date.second.into(), date.microsecond.into()];
    let timestamp = Value::Float(date.epoch as f64 + f64::from(date.microsecond) / 1e6);
    let mut args = vec![day];
    args.extend(clock.into_iter().map(whole));
    args.extend([offset, zone, timestamp]);
    make(vm, "CreateDate", args)
}

fn config(vm: &mut Vm, config: &TemplateConfig) -> PyResult {
    let dict = |pairs: &[(String, String)]| {
        Value::dict_of(pairs.iter().map(|(key, value)| (Rc::from(key.as_str()), Value::str(value))))
    };
    let sections = config.sections.iter().map(|(name, pairs)| (Rc::from(name.as_str()), dict(pairs)));
    let file = config.file.as_deref().map_or(Value::None, Value::str);
    let args = vec![Value::dict_of(sections), Value::str(&config.section), dict(&config.options), file];
    let made = make(vm, "Config", args)?;
    if let Some(instance) = made.as_instance() {
        instance.set(
            "cmd_opts",
            Value::unknown("the options of the command line are not handed to templates", None),
        );
    }
    Ok(made)
}

/// Refuses what a module can be read with but a template cannot be written with: statements that failed, and conditions
/// that were taken as they usually are.
fn assumptions(vm: &Vm, generated: &Generated) -> Result<(), TemplateError> {
    let is_serious = |kind| !matches!(kind, NoteKind::Assumed | NoteKind::Metaclass);
    for note in vm.notes().iter().filter(|note| is_serious(note.kind)) {
        let Some(place) = note.place.as_ref().filter(|place| &*place.source.module == MODULE) else {
            continue;
        };
        return Err(TemplateError { line: line_of(generated, place), message: note.message.clone() });
    }
    Ok(())
}

fn failure(generated: &Generated, raised: &Raised) -> TemplateError {
    let traceback: &[Place] = match raised {
        Raised::Exception(exception) => &exception.traceback,
        Raised::Abort(_) => &[],
    };
    let mut places = raised.place().into_iter().chain(traceback.iter().rev());
    let line = places.find_map(|place| line_of(generated, place));
    TemplateError { line, message: raised.summary().to_owned() }
}

fn line_of(generated: &Generated, place: &Place) -> Option<usize> {
    let is_own = &*place.source.module == MODULE;
    is_own.then(|| generated.template_line(place.span.start as usize)).flatten()
}

/// The filter `u`: what `quote_plus` of `urllib.parse` does.
fn url_escape(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.receiver();
    let Some(text) = value.as_str() else {
        return match value {
            Value::Unknown(_) => Ok(value),
            _ => Err(vm.type_error("the filter `u` needs a text")),
        };
    };
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    Ok(Value::from(out))
}

fn no_entities(vm: &mut Vm, _args: Args) -> PyResult {
    Err(vm.abort("the filter `entity` is not evaluated"))
}
