//! `set_comment`: sets or removes the comment of an object (tables and columns have it in their own operations too).

use super::{ApplyError, Op, constraints, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, ObjectKind, ObjectName, ObjectRef, Schema};

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

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no comments")?;
        let name =
            ObjectName::qualified(schema.dialect, self.namespace.as_deref(), self.target.name.as_str());
        let place = match self.target.kind {
            ObjectKind::Table => schema.table_mut(&name).map(|table| &mut table.comment),
            ObjectKind::View | ObjectKind::MaterializedView => {
                schema.views.get_mut(&name).map(|view| &mut view.comment)
            }
            ObjectKind::Enum => schema.enums.get_mut(&name).map(|found| &mut found.comment),
            ObjectKind::Domain => schema.domains.get_mut(&name).map(|domain| &mut domain.comment),
            ObjectKind::Sequence => schema.sequences.get_mut(&name).map(|sequence| &mut sequence.comment),
            ObjectKind::Function => self.function(schema),
            ObjectKind::Column | ObjectKind::Index | ObjectKind::Trigger => return self.set_on_table(schema),
            ObjectKind::PrimaryKey
            | ObjectKind::ForeignKey
            | ObjectKind::Unique
            | ObjectKind::Check
            | ObjectKind::Exclude => return self.set_on_table(schema),
            // Comments of these are kept by the server but are no part of the model.
            _ => return Ok(()),
        };
        match place {
            Some(comment) => {
                comment.clone_from(&self.comment);
                Ok(())
            }
            None => Err(ApplyError::missing(self.target.kind, name)),
        }
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let namespace = self.namespace.as_deref();
        let qualified = |name: &str| ObjectName::qualified(dialect, namespace, name).to_sql();
        let own = quote_identifier(&self.target.name);
        let table = self.target.table.as_deref().map(qualified);
        let comment = self.comment.as_deref();
        let on_table = |kind: &str| match &table {
            Some(table) => vec![render::comment(kind, &format!("{own} ON {table}"), comment)],
            None => Vec::new(),
        };
        match self.target.kind {
            ObjectKind::Column => match &table {
                Some(table) => vec![render::comment("COLUMN", &format!("{table}.{own}"), comment)],
                None => Vec::new(),
            },
            ObjectKind::Trigger => on_table("TRIGGER"),
            ObjectKind::Policy => on_table("POLICY"),
            ObjectKind::PrimaryKey
            | ObjectKind::ForeignKey
            | ObjectKind::Unique
            | ObjectKind::Check
            | ObjectKind::Exclude => on_table("CONSTRAINT"),
            ObjectKind::Namespace => vec![render::comment("SCHEMA", &own, comment)],
            ObjectKind::Enum => vec![render::comment("TYPE", &qualified(&self.target.name), comment)],
            ObjectKind::Extension => vec![render::comment("EXTENSION", &own, comment)],
            ObjectKind::Database => vec![render::comment("DATABASE", &own, comment)],
            ObjectKind::Function => {
                // The name comes with its argument types: `f(integer)`.
                let (name, arguments) = self.target.name.split_once('(').unwrap_or((&self.target.name, ")"));
                vec![render::comment("ROUTINE", &format!("{}({arguments}", qualified(name)), comment)]
            }
            kind => {
                vec![render::comment(&kind.words().to_uppercase(), &qualified(&self.target.name), comment)]
            }
        }
    }
}

impl SetComment {
    fn function<'a>(&self, schema: &'a mut Schema) -> Option<&'a mut Option<String>> {
        let namespace = self.namespace.as_deref().unwrap_or(schema.dialect.default_namespace());
        let key = format!("{namespace}.{}", self.target.name);
        schema.functions.get_mut(&key).map(|function| &mut function.comment)
    }

    fn set_on_table(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        let name = self.target.name.as_str();
        let table = match &self.target.table {
            Some(table) => ObjectName::qualified(schema.dialect, self.namespace.as_deref(), table.as_str()),
            None => self.table_of_index(schema)?,
        };
        let missing = || ApplyError::missing_on(self.target.kind, name, &table);
        if let Some(view) = schema.views.get_mut(&table) {
            if self.target.kind == ObjectKind::Column {
                // Comments on a view's columns are kept by the server but are no part of the model.
                let known = view.columns.is_empty() || view.columns.iter().any(|column| column == name);
                return if known { Ok(()) } else { Err(missing()) };
            }
            let index =
                view.indexes.iter_mut().find(|index| index.name == name).map(|index| &mut index.comment);
            let trigger = view
                .triggers
                .iter_mut()
                .find(|trigger| trigger.name == name)
                .map(|trigger| &mut trigger.comment);
            let place = if self.target.kind == ObjectKind::Index { index } else { trigger };
            place.ok_or_else(missing)?.clone_from(&self.comment);
            return Ok(());
        }
        let found = lookup::table_mut(schema, &table)?;
        let place = match self.target.kind {
            ObjectKind::Column => found.column_mut(name).map(|column| &mut column.comment),
            ObjectKind::Index => {
                found.indexes.iter_mut().find(|index| index.name == name).map(|index| &mut index.comment)
            }
            ObjectKind::Trigger => found
                .triggers
                .iter_mut()
                .find(|trigger| trigger.name == name)
                .map(|trigger| &mut trigger.comment),
            _ => {
                let done = constraints::set_comment(found, name, self.comment.clone());
                return if done { Ok(()) } else { Err(missing()) };
            }
        };
        place.ok_or_else(missing)?.clone_from(&self.comment);
        Ok(())
    }

    fn table_of_index(&self, schema: &Schema) -> Result<ObjectName, ApplyError> {
        let index =
            ObjectName::qualified(schema.dialect, self.namespace.as_deref(), self.target.name.as_str());
        let table = schema.relation(&index).and_then(|relation| relation.table);
        table.ok_or_else(|| ApplyError::missing(self.target.kind, index))
    }
}
