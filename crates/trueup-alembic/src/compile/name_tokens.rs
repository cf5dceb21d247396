//! Tokens that a naming convention defines by functions: `{"all_column_names": lambda constraint, table: …}`.
//!
//! SQLAlchemy calls such a function with the constraint and its table when a template mentions the token. The
//! project's function is evaluated here for every name that needs it; what it answers becomes a custom token of
//! [`ConventionFacts`], so that `trueup_schema` expands templates without knowing of functions.

use trueup_python::{Value, Vm};
use trueup_schema::naming::{Convention, ConventionFacts, ConventionKind, GivenName};

use super::{CompileError, attr, place_of};

/// The functions of one convention, with the table that they are asked about.
#[derive(Clone)]
pub struct NameTokens {
    functions: Vec<(String, Value)>,
    table: Value,
}

impl NameTokens {
    /// Returns no functions, for a convention that is only known by its templates.
    pub fn none() -> Self {
        Self { functions: Vec::new(), table: Value::None }
    }

    /// Returns the functions of a `MetaData`'s convention, for names within a table.
    ///
    /// # Errors
    /// When the `MetaData` cannot be asked.
    pub fn of(vm: &mut Vm, metadata: &Value, table: &Value) -> Result<Self, CompileError> {
        let convention = attr(vm, metadata, "naming_convention")?.as_dict();
        let mut functions = Vec::new();
        for (key, value) in convention.map(|dict| dict.pairs()).unwrap_or_default() {
            if let (Some(key), None) = (key.as_str(), value.as_str()) {
                functions.push((key.to_string(), value));
            }
        }
        Ok(Self { functions, table: table.clone() })
    }

    /// Adds the values of the tokens that the template of a name mentions.
    ///
    /// `subject` is what gets the name: a constraint, an index, a `ForeignKey`, the column that says `unique=True` or
    /// `index=True`, or nothing for the primary key of columns.
    ///
    /// # Errors
    /// When a function raises, or what it answers is not known.
    pub(super) fn fill(
        &self,
        vm: &mut Vm,
        (kind, convention): (ConventionKind, &Convention),
        subject: &Value,
        facts: &mut ConventionFacts,
    ) -> Result<(), CompileError> {
        let Some(template) = convention.template(kind) else { return Ok(()) };
        let applies = match &facts.given {
            GivenName::None => true,
            GivenName::Plain(_) => template.contains("constraint_name"),
            GivenName::Final(_) => false,
        };
        for (token, function) in &self.functions {
            if !applies || !template.contains(&format!("%({token})")) {
                continue;
            }
            let ask = vm.module_attr("sqlalchemy.schema", "_name_token")?;
            let kind = Value::str(kind.key());
            let arguments = vec![function.clone(), kind, subject.clone(), self.table.clone()];
            let answer = vm.call_with(&ask, arguments)?;
            if let Some(unknown) = answer.as_unknown() {
                return Err(CompileError::unknown(unknown));
            }
            let text = vm.str(&answer)?.as_str().map(|text| text.to_string());
            let text = text.ok_or_else(|| {
                CompileError::new(format!("`{token}` of the naming convention is no text"), place_of(subject))
            })?;
            facts.custom.insert(token.clone(), text);
        }
        Ok(())
    }
}
