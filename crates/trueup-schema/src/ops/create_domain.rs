//! `create_domain`: creates a domain.

use super::{ApplyError, Op, lookup, render};
use crate::{Dialect, Domain, Schema, naming};

/// Creates a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateDomain {
    /// The domain.
    pub domain: Domain,
}

impl Op for CreateDomain {
    const NAME: &'static str = "create_domain";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no domains")?;
        lookup::namespace(schema, &self.domain.name)?;
        lookup::free_type(schema, &self.domain.name)?;
        lookup::free_row_type(schema, &self.domain.name)?;
        let domain = with_named_checks(&self.domain);
        schema.domains.insert(domain.name.clone(), domain);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let domain = &self.domain;
        let name = domain.name.to_sql();
        let mut sql = format!("CREATE DOMAIN {name} AS {}", render::column_type(&domain.base_type));
        if let Some(collation) = &domain.collation {
            sql += &format!(" COLLATE {}", render::collation(collation));
        }
        if let Some(default) = &domain.default {
            sql += &format!(" DEFAULT {}", default.text());
        }
        if domain.not_null {
            sql += " NOT NULL";
        }
        for check in domain.checks.iter().filter(|check| !check.not_valid) {
            sql += &format!(" {}", render::check(check));
        }
        let mut statements = vec![sql];
        // What is created is valid; only a constraint that is added can be left unchecked.
        for check in domain.checks.iter().filter(|check| check.not_valid) {
            statements.push(format!("ALTER DOMAIN {name} ADD {}", render::check(check)));
        }
        statements.extend(domain.comment.as_deref().map(|text| render::comment("DOMAIN", &name, Some(text))));
        statements
    }
}

/// Returns a domain whose checks all have the names that the server gives them.
pub(super) fn with_named_checks(domain: &Domain) -> Domain {
    let mut domain = domain.clone();
    for at in 0..domain.checks.len() {
        if domain.checks[at].name.is_none() {
            let taken = |name: &str| domain.checks.iter().any(|check| check.name.as_deref() == Some(name));
            let name = naming::check(&domain.name.name, None).choose(&taken);
            domain.checks[at].name = Some(name);
        }
    }
    domain
}
