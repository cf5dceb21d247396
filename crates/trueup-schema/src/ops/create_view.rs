//! `create_view`: creates or replaces a view.

use super::Op;
use crate::View;

/// Creates or replaces a view.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateView {
    /// The view.
    pub view: View,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
}

impl Op for CreateView {
    const NAME: &'static str = "create_view";
}
