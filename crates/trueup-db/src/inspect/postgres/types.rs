//! Column types, enums and domains.

use trueup_schema::{Check, ColumnType, Dialect, Domain, EnumType, Origin, TypeKind};

use super::catalog::{Catalog, Oid, class};
use super::expressions::{default_value, expression};
use super::rows::TypeRow;

const DIALECT: Dialect = Dialect::Postgresql;

impl Catalog {
    /// Returns the type with an oid, which `format_type` printed as `text`.
    ///
    /// The name of a user-defined type is taken from the catalog, because the text depends on the search path. A type of
    /// an extension carries no namespace: where an extension is installed says nothing about the schema, and neither
    /// models nor revisions spell it.
    pub(super) fn column_type(&self, oid: Oid, text: &str) -> ColumnType {
        let Some(row) = self.types.get(&oid) else { return ColumnType::parse(DIALECT, text) };
        let array = row.element != 0;
        let row = if array { self.types.get(&row.element) } else { Some(row) };
        let Some(row) = row else { return ColumnType::parse(DIALECT, text) };
        let name = self.object_name(row.namespace, &row.name);
        ColumnType {
            name: name.name,
            namespace: name.namespace.filter(|_| !self.is_member(class::TYPE, row.oid)),
            modifiers: ColumnType::parse(DIALECT, text).modifiers,
            array,
            kind: TypeKind::UserDefined,
            raw: text.to_owned(),
        }
    }

    /// Returns the enum types of the selected namespaces.
    pub(super) fn enums(&self) -> Vec<EnumType> {
        self.own_types("e")
            .map(|row| EnumType {
                name: self.object_name(row.namespace, &row.name),
                labels: self.enum_labels.get(&row.oid).cloned().unwrap_or_default(),
                comment: self.comment(class::TYPE, row.oid, 0),
                origin: Origin::none(),
            })
            .collect()
    }

    /// Returns the domains of the selected namespaces.
    pub(super) fn domains(&self) -> Vec<Domain> {
        self.own_types("d").map(|row| self.domain(row)).collect()
    }

    /// Returns the types of one kind (`typtype`) that belong to no extension and are not arrays.
    pub(super) fn own_types<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a TypeRow> {
        self.types.values().filter(move |row| {
            row.kind == kind
                && row.element == 0
                && self.is_selected(row.namespace)
                && !self.is_member(class::TYPE, row.oid)
        })
    }

    fn domain(&self, row: &TypeRow) -> Domain {
        let base_type = self.column_type(row.base_oid, row.base_text.as_deref().unwrap_or_default());
        let checks = self.constraints.iter().filter(|constraint| constraint.domain == row.oid);
        let checks = checks.filter(|constraint| constraint.kind == "c").map(|constraint| Check {
            not_valid: !constraint.validated,
            comment: self.comment(class::CONSTRAINT, constraint.oid, 0),
            ..Check::new(
                Some(constraint.name.clone()),
                expression(constraint.condition.as_deref().unwrap_or_default()),
            )
        });
        Domain {
            name: self.object_name(row.namespace, &row.name),
            not_null: row.not_null,
            default: row.default_text.as_ref().map(|text| default_value(text, &base_type)),
            collation: row.collation.clone(),
            checks: checks.collect(),
            comment: self.comment(class::TYPE, row.oid, 0),
            origin: Origin::none(),
            base_type,
        }
    }
}
