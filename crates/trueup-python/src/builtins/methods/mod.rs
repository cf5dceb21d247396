//! Methods of the builtin types, one table per type.

pub(crate) mod containers_more;
pub(crate) mod dict;
pub(crate) mod item_access;
pub(crate) mod list;
pub(crate) mod object;
pub(crate) mod set;
pub(crate) mod string;
pub(crate) mod string_more;
pub(crate) mod tuple;
