//! `set_comment`: sets or removes the comment of an object (tables and columns have it in their own operations too).

use super::Op;
use crate::ObjectRef;

/// Sets or removes the comment of an object (tables and columns have it in their own operations too).
#[derive(Clone, Debug, PartialEq)]
pub struct SetComment {
    /// The object; columns, constraints, indexes and triggers name their table.
    pub target: ObjectRef,
    /// Namespace of the object or of its table.
    pub namespace: Option<String>,
    /// New comment.
    pub comment: Option<String>,
}

impl Op for SetComment {
    const NAME: &'static str = "set_comment";
}
