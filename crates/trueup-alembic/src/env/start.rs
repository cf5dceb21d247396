//! What env.py does on the connection before the first revision runs, and what it hands to every revision.
//!
//! `connection.execute(text("CREATE EXTENSION …"))` before `context.run_migrations(engine_name="main")`: the first is
//! done to the schema before anything is replayed, the second is an argument of each `upgrade()`.

use trueup_python::{Args, Value, Vm};
use trueup_schema::Operation;

use crate::replay::RecordedOperation;

/// What there is when the first revision begins.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// What env.py itself does to the schema.
    pub operations: Vec<RecordedOperation>,
    /// Arguments of `run_migrations()`, which are arguments of every `upgrade()` and `downgrade()`.
    pub arguments: Vec<(String, Argument)>,
}

impl Start {
    /// Tells whether env.py neither does anything nor hands anything over.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.arguments.is_empty()
    }
}

/// The value of an argument, told without the interpreter that found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `None`
    None,
    /// `True` and `False`
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A text.
    Text(String),
    /// Not known, with the reason.
    Unknown(String),
}

impl Argument {
    fn of(vm: &mut Vm, value: &Value) -> Self {
        match value {
            Value::None => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Str(text) => Self::Text(text.to_string()),
            Value::Unknown(unknown) => Self::Unknown(unknown.reason.clone()),
            other => {
                let reason = format!("env.py hands {} to the revisions", vm.repr_text(other));
                Self::Unknown(reason)
            }
        }
    }

    /// Returns the argument as a value of another interpreter.
    pub(crate) fn to_value(&self, vm: &mut Vm) -> Value {
        match self {
            Self::None => Value::None,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Text(text) => Value::str(text),
            Self::Unknown(reason) => vm.unknown(reason.clone()),
        }
    }
}

/// The calls of `run_migrations()` that were met.
#[derive(Default)]
pub(super) struct Runs {
    before: Option<Vec<RecordedOperation>>,
    arguments: Vec<(String, Argument)>,
    session: Option<String>,
}

impl Runs {
    /// Takes note of a call, and before the first one of what was done on the connection until then.
    pub(super) fn begin(&mut self, vm: &mut Vm, args: &Args) {
        if self.before.is_none() {
            let context = vm.state::<crate::Context>();
            self.session = context.as_ref().and_then(|context| {
                let path = &context.state.borrow().session.search_path;
                (!path.is_empty()).then(|| format!("SET search_path TO {}", path.join(", ")))
            });
            self.before = context.map(|context| context.state.borrow().record.operations.clone());
        }
        let given = args.get("kw").and_then(Value::as_dict).map(|given| given.pairs()).unwrap_or_default();
        for (name, value) in given {
            let Some(name) = name.as_str() else { continue };
            let argument = Argument::of(vm, &value);
            match self.arguments.iter_mut().find(|(known, _)| **known == *name) {
                None => self.arguments.push((name.to_string(), argument)),
                Some((_, known)) if *known == argument => {}
                Some((_, known)) => {
                    let reason = format!("env.py runs the revisions for several values of `{name}`");
                    *known = Argument::Unknown(reason);
                }
            }
        }
    }

    /// Returns the setting of the connection that was changed before the first call.
    pub(super) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Returns what there is when the first revision begins, given the path of env.py.
    pub(super) fn start(&self, path: &str) -> Start {
        let operations = self.before.iter().flatten().filter(|done| {
            let in_env = done.origin.0.as_ref().is_some_and(|(file, _)| **file == *path);
            match &done.operation {
                Operation::CreateNamespace(_) | Operation::CreateExtension(_) => true,
                // An application that is imported may create its tables in a database of its own.
                Operation::RunData(_) | Operation::Opaque(_) | Operation::CreateTable(_) => false,
                _ => in_env,
            }
        });
        Start { operations: operations.cloned().collect(), arguments: self.arguments.clone() }
    }
}
