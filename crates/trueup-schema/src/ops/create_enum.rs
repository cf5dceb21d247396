//! `create_enum`: creates an enum type.

use super::Op;
use crate::EnumType;

/// Creates an enum type.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateEnum {
    /// The type.
    pub enum_type: EnumType,
    /// Skip when it exists (SQLAlchemy's `checkfirst`; SQL has no such clause).
    pub if_not_exists: bool,
}

impl Op for CreateEnum {
    const NAME: &'static str = "create_enum";
}
