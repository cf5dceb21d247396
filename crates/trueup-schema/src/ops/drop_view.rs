//! `drop_view`: drops a view.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, ObjectKind, ObjectName, Schema};

/// Drops a view.
#[derive(Clone, Debug, PartialEq)]
pub struct DropView {
    /// The view.
    pub name: ObjectName,
    /// Whether it is a materialized view.
    pub materialized: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

impl Op for DropView {
    const NAME: &'static str = "drop_view";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let kind = if self.materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
        let Some(view) = schema.views.get(&self.name) else {
            let missing = Err(ApplyError::missing(kind, &self.name));
            return if self.if_exists { Ok(()) } else { missing };
        };
        if view.materialized != self.materialized {
            let message = format!("`{}` is not a {}", self.name, kind.words());
            return Err(ApplyError::invalid(message));
        }
        if schema.dialect.is_sqlite() {
            schema.views.shift_remove(&self.name);
            return Ok(());
        }
        if !self.cascade {
            let users = lookup::views_of(schema, &self.name).map(lookup::view_words).collect();
            ApplyError::needed(kind, &self.name, users)?;
        }
        for view in lookup::with_dependent_views(schema, vec![self.name.clone()]) {
            schema.views.shift_remove(&view);
            schema.forget_attached(&view.to_string());
        }
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        let kind = if self.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        vec![render::drop(kind, &self.name, self.if_exists, self.cascade && !dialect.is_sqlite())]
    }
}
