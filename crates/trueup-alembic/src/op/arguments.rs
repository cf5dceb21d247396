//! Reading the arguments of an `op.*` or `batch_op.*` call.

use std::rc::Rc;

use trueup_python::{Args, Dict, Instance, Place, Value, Vm};
use trueup_schema::naming::{Convention, GivenName};
use trueup_schema::{Dialect, ObjectName, Operation};

use super::{Planned, Problem, Step, context};
use crate::compile::{self, TableContext};

/// One call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) vm: &'a mut Vm,
    args: &'a Args,
    /// The `BatchOperations` object, for `batch_op.*`.
    pub(crate) batch: Option<Rc<Instance>>,
    pub(crate) dialect: Dialect,
    pub(crate) convention: Convention,
    /// The call in the revision.
    pub(crate) place: Option<Place>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(vm: &'a mut Vm, args: &'a Args, batch: Option<Rc<Instance>>) -> Self {
        let context = context(vm);
        let place = vm.user_place();
        let convention = context.state.borrow().convention.clone();
        Self { vm, args, batch, dialect: context.dialect, convention, place }
    }

    /// Returns an argument, `None` (Python's) when it was not given.
    pub(crate) fn get(&self, name: &str) -> Value {
        self.args.get(name).cloned().unwrap_or(Value::None)
    }

    /// Returns an argument that must be known.
    pub(crate) fn known(&self, name: &str) -> Result<Value, Problem> {
        known(self.get(name), name)
    }

    /// Returns a text argument.
    pub(crate) fn text(&mut self, name: &str) -> Result<String, Problem> {
        match self.optional_text(name)? {
            Some(text) => Ok(text),
            None => {
                Err(Problem::Wrong { class: "TypeError", message: format!("`{name}` is None, not a text") })
            }
        }
    }

    /// Returns a text argument that may be `None`.
    pub(crate) fn optional_text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let value = self.known(name)?;
        self.text_value(&value, name)
    }

    pub(crate) fn text_value(&mut self, value: &Value, name: &str) -> Result<Option<String>, Problem> {
        match value {
            Value::None => Ok(None),
            Value::Unknown(unknown) => {
                Err(Problem::Unknown { reason: unknown.reason.clone(), place: unknown.place.clone() })
            }
            other => match other.as_str() {
                Some(text) => Ok(Some(text.to_string())),
                None => {
                    let message = format!("`{name}` is {}, not a text", self.vm.repr_text(other));
                    Err(Problem::Wrong { class: "TypeError", message })
                }
            },
        }
    }

    /// Returns a flag; `None` is false.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        let value = self.known(name)?;
        Ok(self.vm.truth(&value)?.is_true())
    }

    /// Returns the items of a list argument; a single text is one item.
    pub(crate) fn items(&mut self, name: &str) -> Result<Vec<Value>, Problem> {
        let value = self.known(name)?;
        let items = match &value {
            Value::None => Vec::new(),
            text if text.as_str().is_some() => vec![text.clone()],
            other => self.vm.iterate(other)?,
        };
        items.into_iter().map(|item| known(item, name)).collect()
    }

    /// Returns the texts of a list argument; columns stand for their names.
    pub(crate) fn names(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        let mut names = Vec::new();
        for item in self.items(name)? {
            let item = if item.as_str().is_some() { item } else { self.vm.getattr(&item, "name")? };
            names.extend(self.text_value(&item, name)?);
        }
        Ok(names)
    }

    /// Returns the dictionary of further keywords.
    pub(crate) fn keywords(&self, name: &str) -> Option<Rc<Dict>> {
        self.args.get(name).and_then(Value::as_dict)
    }

    /// Returns one of the further keywords.
    pub(crate) fn keyword(&self, name: &str) -> Option<Value> {
        let dict = self.keywords("kw").or_else(|| self.keywords("dialect_kw"))?;
        dict.get_str(name).filter(|value| !value.is_none())
    }

    /// Returns a flag among the further keywords.
    pub(crate) fn keyword_flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.keyword(name) {
            None => Ok(false),
            Some(value) => Ok(self.vm.truth(&known(value, name)?)?.is_true()),
        }
    }

    /// Returns the table that the call is about: of the batch, or of the arguments.
    pub(crate) fn table(&mut self, name: &str, namespace: &str) -> Result<ObjectName, Problem> {
        if let Some(batch) = self.batch.clone() {
            return batch_table(self, &batch);
        }
        let table = self.text(name)?;
        let namespace = self.optional_text(namespace)?;
        Ok(ObjectName::qualified(self.dialect, namespace.as_deref(), table))
    }

    /// Returns an unqualified or qualified name.
    pub(crate) fn qualified(&self, namespace: Option<&str>, name: impl Into<String>) -> ObjectName {
        ObjectName::qualified(self.dialect, namespace, name)
    }

    /// Returns a name as the source gives it: none, plain, or final (`op.f`).
    pub(crate) fn given(&mut self, name: &str) -> Result<GivenName, Problem> {
        let value = self.known(name)?;
        let text = self.text_value(&value, name)?;
        let is_final =
            value.as_instance().is_some_and(|found| found.class.derives_from("sqlalchemy.schema.conv"));
        Ok(match text {
            None => GivenName::None,
            Some(text) if is_final => GivenName::Final(text),
            Some(text) => GivenName::Plain(text),
        })
    }

    /// Returns an instance of a stub class.
    pub(crate) fn make(
        &mut self,
        module: &str,
        class: &str,
        positional: Vec<Value>,
        keywords: Vec<(&str, Value)>,
    ) -> Result<Value, Problem> {
        let class = self.vm.module_attr(module, class)?;
        let keywords = keywords.into_iter().map(|(name, value)| (Rc::from(name), value)).collect();
        Ok(self.vm.call(&class, Args { positional, keywords, signature: None })?)
    }

    /// Runs something with the context that the compiler of constraints and indexes wants.
    pub(crate) fn with_context<T>(
        &mut self,
        table: &ObjectName,
        run: impl FnOnce(&mut Vm, &TableContext<'_>) -> Result<T, compile::CompileError>,
    ) -> Result<T, Problem> {
        let convention = self.convention.clone();
        let table_context = TableContext {
            name: table,
            dialect: self.dialect,
            convention: &convention,
            tokens: compile::NameTokens::none(),
            metadata: None,
            default_namespace: None,
            keys: std::collections::BTreeMap::new(),
        };
        Ok(run(self.vm, &table_context)?)
    }

    /// Returns the step that performs an operation.
    pub(crate) fn plan(&self, operation: impl Into<Operation>) -> Planned {
        Planned { step: Step::Operation(operation.into()), place: self.place.clone() }
    }

    /// Returns a step that is no operation.
    pub(crate) fn step(&self, step: Step) -> Planned {
        Planned { step, place: self.place.clone() }
    }

    /// Tells whether SQLite has to do the call by `ALTER TABLE`: outside of batch mode, or where no rebuild is allowed.
    pub(crate) fn alters_on_sqlite(&self) -> bool {
        let mode = self.batch.as_ref().map(|batch| batch.get("recreate").and_then(|mode| mode.as_str()));
        self.dialect.is_sqlite() && mode.is_none_or(|mode| mode.as_deref() == Some("never"))
    }

    /// Returns the exception for what SQLite cannot alter, outside of batch mode.
    pub(crate) fn refuse_constraint_on_sqlite(&self) -> Option<Planned> {
        self.alters_on_sqlite().then(|| {
            self.step(Step::Raise {
                class: "NotImplementedError",
                message:
                    "No support for ALTER of constraints in SQLite dialect. Please refer to the batch mode \
                          feature which allows for SQLite migrations using a copy-and-move strategy."
                        .to_owned(),
            })
        })
    }
}

fn batch_table(call: &mut Call<'_>, batch: &Rc<Instance>) -> Result<ObjectName, Problem> {
    let name = known(batch.get("table_name").unwrap_or(Value::None), "table_name")?;
    let namespace = known(batch.get("schema").unwrap_or(Value::None), "schema")?;
    let table = call.text_value(&name, "table_name")?.unwrap_or_default();
    let namespace = call.text_value(&namespace, "schema")?;
    Ok(ObjectName::qualified(call.dialect, namespace.as_deref(), table))
}

fn known(value: Value, name: &str) -> Result<Value, Problem> {
    match &value {
        Value::Unknown(unknown) => Err(Problem::Unknown {
            reason: format!("`{name}` is not known: {}", unknown.reason),
            place: unknown.place.clone(),
        }),
        _ => Ok(value),
    }
}
