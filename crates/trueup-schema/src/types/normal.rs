//! Canonical tables of types, one per dialect.

use super::{ColumnType, TypeKind};
use crate::Dialect;

/// Splits a canonical name around the place of its modifiers: `timestamp(3) with time zone`.
pub(super) fn split_modifier_position(name: &str) -> (&str, &str) {
    match name.find(" with") {
        Some(at) if name.starts_with("time") => name.split_at(at),
        _ => (name, ""),
    }
}

/// Returns the canonical type of SQL text.
pub(super) fn parse(_dialect: Dialect, text: &str) -> ColumnType {
    ColumnType {
        name: text.to_owned(),
        namespace: None,
        modifiers: Vec::new(),
        array: false,
        kind: TypeKind::Builtin,
        raw: text.to_owned(),
    }
}
