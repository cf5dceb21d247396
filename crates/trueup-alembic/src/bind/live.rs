//! A real database behind the connection, for revisions that hang on its rows.
//!
//! Whoever runs revisions lends a [`Live`] database for one of them. What the script has so far is sent before a query
//! is asked, so that the answer is what the revision would see; everything else goes on as in the simulation.

use std::rc::Rc;

use trueup_python::{PyResult, Value, Vm};
use trueup_schema::Dialect;

use super::query::Answer;
use crate::op::{context, raise_failure};
use crate::replay::{Action, ScriptStep};

/// A database on which a revision runs while it is evaluated.
pub trait Live {
    /// Sends the steps that were recorded since the last call, in order, then asks a query.
    ///
    /// # Errors
    /// What the database says.
    fn query(&self, steps: &[ScriptStep], sql: &str) -> Result<LiveRows, String>;

    /// Sends the steps that were recorded since the last call; returns how many rows the last one changed.
    ///
    /// # Errors
    /// What the database says.
    fn send(&self, steps: &[ScriptStep]) -> Result<u64, String>;

    /// Returns what time it is: year, month, day, hour, minute, second, microsecond, in UTC and where the program runs.
    fn now(&self) -> [[i128; 7]; 2];

    /// Returns sixteen bytes by chance.
    fn random(&self) -> [u8; 16];
}

/// The answer to a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveRows {
    /// Names of the columns.
    pub keys: Vec<String>,
    /// The values.
    pub rows: Vec<Vec<LiveValue>>,
}

/// A value in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveValue {
    /// `NULL`
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A value of another type: its name, and the text that the database writes.
    Other(String, String),
}

/// Tells whether a real database answers.
pub(crate) fn is_live(vm: &Vm) -> bool {
    context(vm).live.borrow().is_some()
}

/// Asks the database; `None` where there is none.
pub(super) fn ask(vm: &mut Vm, sql: &str) -> PyResult<Option<Answer>> {
    let Some((live, steps)) = pending(vm) else { return Ok(None) };
    match live.query(&steps, sql) {
        Ok(found) => {
            let mut rows = Vec::with_capacity(found.rows.len());
            for row in found.rows {
                let row =
                    row.into_iter().map(|value| value_of(vm, value)).collect::<PyResult<Vec<Value>>>()?;
                rows.push(row);
            }
            Ok(Some(Answer::Rows { keys: found.keys, rows }))
        }
        Err(message) => refused(vm, message).map(|()| None),
    }
}

/// Sends what is recorded; returns how many rows the last statement changed, `None` where there is no database.
pub(super) fn changed(vm: &mut Vm) -> PyResult<Option<u64>> {
    let Some((live, steps)) = pending(vm) else { return Ok(None) };
    match live.send(&steps) {
        Ok(count) => Ok(Some(count)),
        Err(message) => refused(vm, message).map(|()| None),
    }
}

/// Takes the last step of the script back, because it is to be asked as a query.
pub(super) fn take_last(vm: &mut Vm) -> Option<String> {
    let context = context(vm);
    let mut state = context.state.borrow_mut();
    let record = &mut state.record;
    let is_new = record.script.steps.len() > record.sent;
    match record.script.steps.last().map(|step| step.action.clone()) {
        Some(Action::Sql(sql) | Action::Rows(sql)) if is_new => {
            record.script.steps.pop();
            Some(sql)
        }
        _ => None,
    }
}

/// Returns the database and the steps that it has not seen.
fn pending(vm: &Vm) -> Option<(Rc<dyn Live>, Vec<ScriptStep>)> {
    let context = context(vm);
    let live = context.live.borrow().clone()?;
    let mut state = context.state.borrow_mut();
    let record = &mut state.record;
    let steps = record.script.steps.get(record.sent..).unwrap_or_default().to_vec();
    record.sent = record.script.steps.len();
    Some((live, steps))
}

fn refused(vm: &mut Vm, message: String) -> PyResult<()> {
    let place = vm.user_place();
    let class = match context(vm).dialect {
        Dialect::Sqlite => "sqlalchemy.exc.OperationalError",
        Dialect::Postgresql => "sqlalchemy.exc.ProgrammingError",
    };
    raise_failure(vm, class, message, place.as_ref())
}

/// Returns a value as the usual drivers give it.
fn value_of(vm: &mut Vm, value: LiveValue) -> PyResult {
    Ok(match value {
        LiveValue::Null => Value::None,
        LiveValue::Bool(value) => Value::Bool(value),
        LiveValue::Int(value) => Value::Int(i128::from(value)),
        LiveValue::Float(value) => Value::Float(value),
        LiveValue::Text(text) => Value::from(text),
        LiveValue::Bytes(bytes) => Value::Bytes(bytes.into()),
        LiveValue::Other(name, text) => match name.as_str() {
            "json" | "jsonb" => {
                let loads = vm.module_attr("json", "loads")?;
                vm.call_with(&loads, vec![Value::from(text)])?
            }
            "uuid" => {
                let class = vm.module_attr("uuid", "UUID")?;
                vm.call_with(&class, vec![Value::from(text)])?
            }
            "numeric" => {
                let class = vm.module_attr("decimal", "Decimal")?;
                vm.call_with(&class, vec![Value::from(text)])?
            }
            "timestamp" | "date" => moment(vm, &name, &text)?,
            // An enum is a text to the drivers; what else there is needs a class of its own.
            name if is_plain_type(name) => vm.unknown(format!("a value of type `{name}` is not read")),
            _ => Value::from(text),
        },
    })
}

/// Returns a `datetime` or `date` as PostgreSQL writes it, `2024-01-31 23:59:59.5`.
fn moment(vm: &mut Vm, name: &str, text: &str) -> PyResult {
    let parts: Option<Vec<i128>> = text.split(['-', ' ', ':', '.']).map(|part| part.parse().ok()).collect();
    let Some(mut parts) = parts.filter(|parts| parts.len() == 3 || parts.len() >= 6) else {
        return Ok(vm.unknown(format!("the moment `{text}` is not read")));
    };
    if let (Some(fraction), Some((_, digits))) = (parts.get_mut(6), text.split_once('.')) {
        *fraction *= 10_i128.pow(6_u32.saturating_sub(digits.len() as u32));
    }
    let class = vm.module_attr("datetime", if name == "date" { "date" } else { "datetime" })?;
    vm.call_with(&class, parts.into_iter().map(Value::Int).collect())
}

/// Tells whether a type is the server's own rather than an enum of the project.
fn is_plain_type(name: &str) -> bool {
    const TYPES: [&str; 21] = [
        "bit",
        "box",
        "cidr",
        "circle",
        "inet",
        "int4range",
        "int8range",
        "interval",
        "macaddr",
        "money",
        "numrange",
        "path",
        "point",
        "polygon",
        "time",
        "timestamptz",
        "timetz",
        "tsquery",
        "tsrange",
        "tstzrange",
        "tsvector",
    ];
    TYPES.contains(&name) || name.starts_with('_') || name.ends_with("[]")
}

/// Lets the clock and chance answer, as long as a database is lent.
pub(crate) fn register_world(vm: &mut Vm, live: &Rc<dyn Live>) {
    let clock = live.clone();
    vm.register("datetime._now", move |_, args| {
        let [utc, local] = clock.now();
        let wants_local = args.positional.first().and_then(Value::as_bool) == Some(true);
        let parts = if wants_local { local } else { utc };
        Ok(Value::tuple(parts.into_iter().map(Value::Int).collect()))
    });
    let chance = live.clone();
    vm.register("uuid._random", move |_, _| {
        let mut bytes = chance.random();
        // RFC 4122 §4.4: version 4, variant 1.
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Value::from(digits))
    });
}
