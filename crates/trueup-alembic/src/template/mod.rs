//! script.py.mako: what the project's template makes of a new revision, and the name that `file_template` gives its file.
//!
//! A template is Mako, and its expressions are Python. It is turned into a Python function ([`code`]) that the
//! interpreter evaluates: nothing of the project is run, and what cannot be known is an error with the template's line.

mod code;
mod host;
mod lex;
mod names;

use std::rc::Rc;

use trueup_python::ast::BinaryOp;
use trueup_python::{NoHost, Value, Vm};

use crate::Sources;

/// What Alembic hands to a template (alembic 1.20, `ScriptDirectory.generate_revision`).
#[derive(Clone, Debug, Default)]
pub struct TemplateInput {
    /// `up_revision`: the id.
    pub id: String,
    /// `down_revision`.
    pub down_revisions: Vec<String>,
    /// `branch_labels`.
    pub branch_labels: Vec<String>,
    /// `depends_on`.
    pub depends_on: Vec<String>,
    /// `message`.
    pub message: String,
    /// `create_date`.
    pub create_date: CreateDate,
    /// `config`.
    pub config: TemplateConfig,
    /// `upgrades`, `downgrades` and `imports`, where the revision does something already.
    pub bodies: Option<TemplateBodies>,
}

/// What a new revision does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateBodies {
    /// `upgrades`: the body of `upgrade()`, its first line without indentation.
    pub upgrades: String,
    /// `downgrades`: the body of `downgrade()`.
    pub downgrades: String,
    /// `imports`: lines of Python.
    pub imports: String,
}

/// A moment as `datetime` tells it.
#[derive(Clone, Debug, Default)]
pub struct CreateDate {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// 0 (Monday) to 6.
    pub weekday: i8,
    /// 1 to 366.
    pub day_of_year: i16,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59.
    pub second: i8,
    /// 0 to 999,999.
    pub microsecond: i32,
    /// Seconds east of UTC and the name of the zone, where `timezone` is set.
    pub zone: Option<(i32, String)>,
    /// Whole seconds since 1970 in UTC.
    pub epoch: i64,
}

/// What a template finds in `config`.
#[derive(Clone, Debug, Default)]
pub struct TemplateConfig {
    /// The sections of alembic.ini.
    pub sections: Vec<(String, Vec<(String, String)>)>,
    /// The section that Alembic reads.
    pub section: String,
    /// Its options, those of `[tool.alembic]` included.
    pub options: Vec<(String, String)>,
    /// `config.config_file_name`.
    pub file: Option<String>,
}

/// Why a template makes no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The template's line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl TemplateError {
    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }
}

/// Returns the text that a template makes; `path` is how messages of its own modules call it.
///
/// # Errors
/// When it is no valid template, when it raises, or when something that it writes or decides on is not known.
pub fn render(
    template: &str,
    path: &str,
    input: &TemplateInput,
    sources: Rc<dyn Sources>,
) -> Result<String, TemplateError> {
    let nodes = lex::nodes(template)?;
    host::render(&nodes, path, input, sources)
}

/// Returns the name that `file_template` gives to a revision's file, without `.py`.
///
/// # Errors
/// In one sentence: a token that does not exist, or a `%` that begins none.
pub fn file_name(template: &str, id: &str, slug: &str, date: &CreateDate) -> Result<String, String> {
    let number = |value: i64| Value::Int(i128::from(value));
    let values = [
        ("rev", Value::str(id)),
        ("slug", Value::str(slug)),
        ("epoch", number(date.epoch)),
        ("year", number(i64::from(date.year))),
        ("month", number(i64::from(date.month))),
        ("day", number(i64::from(date.day))),
        ("hour", number(i64::from(date.hour))),
        ("minute", number(i64::from(date.minute))),
        ("second", number(i64::from(date.second))),
    ];
    let values = Value::dict_of(values.map(|(name, value)| (Rc::from(name), value)));
    let mut vm = Vm::new(Rc::new(NoHost));
    match vm.binary(BinaryOp::Mod, &Value::str(template), &values) {
        Ok(value) => value.as_str().map(|name| name.to_string()).ok_or_else(|| "it makes no text".to_owned()),
        Err(raised) if vm.raised_is(&raised, "KeyError") => {
            let name = raised.summary().trim_start_matches("KeyError: ").trim_matches('\'').to_owned();
            Err(format!("there is no token `%({name})s`"))
        }
        Err(raised) => Err(raised.summary().to_owned()),
    }
}

#[cfg(test)]
mod tests;
