//! What a script has for statements on rows: compiled with their values, or the reason why that cannot be done.

use trueup_python::{Place, Value, Vm};
use trueup_schema::Dialect;

use super::context;
use crate::compile::{self, CompileError, filled_for_driver, is_a};
use crate::replay::{Action, record_step};

/// What a call gives a statement as parameters.
pub(crate) struct Given {
    /// As given, for the simulation.
    pub(crate) first: Value,
    /// The sets of parameters that the statement is run with; none without parameters.
    pub(crate) sets: Vec<Value>,
    /// Whether the text is handed to the driver as it is.
    pub(crate) is_for_driver: bool,
    /// Whether what the driver is called for is to run a statement.
    pub(crate) is_simulated: bool,
}

impl Given {
    /// No parameters.
    pub(crate) fn nothing() -> Self {
        Self { first: Value::None, sets: Vec::new(), is_for_driver: false, is_simulated: true }
    }
}

/// Tells whether a statement is a text without parameters, which is sent as it is written.
pub(crate) fn is_plain(vm: &mut Vm, statement: &Value, given: &Given) -> bool {
    if !is_a(statement, "sqlalchemy._elements.TextClause") {
        return given.sets.is_empty() && (given.is_simulated || !given.is_for_driver);
    }
    let text = compile::attr(vm, statement, "text").ok().and_then(|text| text.as_str());
    given.sets.is_empty() && text.is_some_and(|text| compile::first_parameter(&text).is_none())
}

/// Adds a text to the script: with its parameters, once for every set of them.
pub(crate) fn send_text(vm: &mut Vm, statement: &Value, text: &str, given: &Given, place: Option<&Place>) {
    if !is_wanted(vm) {
        return;
    }
    if given.is_for_driver && !given.is_simulated {
        return send_unknown(vm, "a function of the driver is called that is not simulated", place);
    }
    if is_plain(vm, statement, given) {
        return record_step(vm, Action::Sql(text.to_owned()), place);
    }
    if is_a(statement, "sqlalchemy._elements.TextClause") {
        return send_rows(vm, statement, &given.sets, place);
    }
    let dialect = context(vm).dialect;
    let texts = unobserved(vm, |vm| {
        let texts = given.sets.iter().map(|set| filled_for_driver(vm, dialect, text, set));
        texts.collect::<Result<Vec<String>, CompileError>>()
    });
    record_texts(vm, texts, place);
}

/// Returns a text with its parameters, once for every set of them.
pub(crate) fn texts_of(
    vm: &mut Vm,
    statement: &Value,
    text: &str,
    given: &Given,
) -> Result<Vec<String>, CompileError> {
    if is_plain(vm, statement, given) {
        return Ok(vec![text.to_owned()]);
    }
    if is_a(statement, "sqlalchemy._elements.TextClause") {
        return written(vm, statement, &given.sets);
    }
    let dialect = context(vm).dialect;
    let texts = given.sets.iter().map(|set| filled_for_driver(vm, dialect, text, set));
    texts.collect()
}

/// Adds a statement that SQLAlchemy built to the script, once for every set of parameters.
pub(crate) fn send_rows(vm: &mut Vm, statement: &Value, parameters: &[Value], place: Option<&Place>) {
    if !is_wanted(vm) {
        return;
    }
    let texts = written(vm, statement, parameters);
    record_texts(vm, texts, place);
}

/// Adds a query to the script whose rows are not known, unless it certainly does nothing but read.
pub(crate) fn send_query(
    vm: &mut Vm,
    statement: &Value,
    parameters: &[Value],
    place: Option<&Place>,
    only_reads: fn(Dialect, &str) -> bool,
) {
    if !is_wanted(vm) {
        return;
    }
    let dialect = context(vm).dialect;
    let texts = written(vm, statement, parameters);
    if !texts.as_ref().is_ok_and(|texts| texts.iter().all(|text| only_reads(dialect, text))) {
        record_texts(vm, texts, place);
    }
}

/// Returns the texts of a statement, one for every set of parameters.
pub(crate) fn written(
    vm: &mut Vm,
    statement: &Value,
    parameters: &[Value],
) -> Result<Vec<String>, CompileError> {
    let dialect = context(vm).dialect;
    unobserved(vm, |vm| compile::statements(vm, statement, dialect, parameters))
}

/// Adds statements, or the reason why they cannot be written. A text may hold several.
fn record_texts(vm: &mut Vm, texts: Result<Vec<String>, CompileError>, place: Option<&Place>) {
    let dialect = context(vm).dialect;
    match texts {
        Ok(texts) => {
            for text in texts {
                for statement in trueup_sql::split(dialect, &text) {
                    record_step(vm, Action::Rows(statement.text.to_owned()), place);
                }
            }
        }
        Err(error) => record_step(vm, Action::Live(error.message), place),
    }
}

/// Tells whether a script is being recorded.
pub(crate) fn is_wanted(vm: &Vm) -> bool {
    context(vm).state.borrow().keeps_scripts
}

/// Adds a step that cannot be written down to the script.
pub(crate) fn send_unknown(vm: &mut Vm, reason: impl Into<String>, place: Option<&Place>) {
    if is_wanted(vm) {
        record_step(vm, Action::Live(reason.into()), place);
    }
}

/// Runs something of which the record of the revision keeps nothing: writing a statement may call the project's code.
fn unobserved<T>(vm: &mut Vm, run: impl FnOnce(&mut Vm) -> T) -> T {
    let context = context(vm);
    let counts = {
        let record = &context.state.borrow().record;
        (record.operations.len(), record.data_steps.len(), record.unproven.len(), record.script.steps.len())
    };
    let result = run(vm);
    let mut state = context.state.borrow_mut();
    state.record.operations.truncate(counts.0);
    state.record.data_steps.truncate(counts.1);
    state.record.unproven.truncate(counts.2);
    state.record.script.steps.truncate(counts.3);
    drop(state);
    result
}
