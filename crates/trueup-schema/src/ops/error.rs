//! Why an operation cannot be applied.

use crate::{ObjectKind, ObjectName};

/// A reason for which a server would refuse an operation; messages are sentences without a full stop.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ApplyError {
    /// The object is not there.
    #[error("{} `{name}` does not exist{}", kind.words(), on(table.as_ref()))]
    Missing {
        /// Kind of the object.
        kind: ObjectKind,
        /// Its name.
        name: String,
        /// Its table, for what belongs to one.
        table: Option<ObjectName>,
    },
    /// An object of that name is there already.
    #[error("{} `{name}` already exists{}", kind.words(), on(table.as_ref()))]
    Exists {
        /// Kind of the object that exists.
        kind: ObjectKind,
        /// Its name.
        name: String,
        /// Its table, for what belongs to one.
        table: Option<ObjectName>,
    },
    /// Other objects need it, and `CASCADE` was not said.
    #[error("{} `{name}` cannot be dropped: {} {} it", kind.words(), dependents.join(", "), if dependents.len() == 1 { "needs" } else { "need" })]
    Needed {
        /// Kind of the object.
        kind: ObjectKind,
        /// Its name.
        name: String,
        /// What needs it, in words such as "foreign key `x` of `t`".
        dependents: Vec<String>,
    },
    /// The operation contradicts itself or the object.
    #[error("{0}")]
    Invalid(String),
    /// The dialect has no such thing.
    #[error("{operation} is not possible on {dialect}: {reason}")]
    Dialect {
        /// Name of the operation.
        operation: &'static str,
        /// The dialect.
        dialect: crate::Dialect,
        /// Why.
        reason: String,
    },
    /// trueup cannot simulate the operation; what follows is unproven.
    #[error("the effect of {operation} is not modelled")]
    NotModelled {
        /// Name of the operation.
        operation: &'static str,
    },
}

impl ApplyError {
    pub(crate) fn missing(kind: ObjectKind, name: impl ToString) -> Self {
        Self::Missing { kind, name: name.to_string(), table: None }
    }

    pub(crate) fn missing_on(kind: ObjectKind, name: impl ToString, table: &ObjectName) -> Self {
        Self::Missing { kind, name: name.to_string(), table: Some(table.clone()) }
    }

    pub(crate) fn exists(kind: ObjectKind, name: impl ToString) -> Self {
        Self::Exists { kind, name: name.to_string(), table: None }
    }

    pub(crate) fn exists_on(kind: ObjectKind, name: impl ToString, table: &ObjectName) -> Self {
        Self::Exists { kind, name: name.to_string(), table: Some(table.clone()) }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    /// Refuses when anything needs the object.
    pub(crate) fn needed(kind: ObjectKind, name: impl ToString, dependents: Vec<String>) -> Result<(), Self> {
        if dependents.is_empty() {
            Ok(())
        } else {
            Err(Self::Needed { kind, name: name.to_string(), dependents })
        }
    }
}

fn on(table: Option<&ObjectName>) -> String {
    table.map(|table| format!(" on `{table}`")).unwrap_or_default()
}
