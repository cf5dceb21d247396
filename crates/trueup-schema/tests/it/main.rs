//! Tests of the schema crate as its users see it.

mod arbitrary;
mod compare;
mod laws;
mod order;
mod pages;
mod relations;
