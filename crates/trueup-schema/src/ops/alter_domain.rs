//! `alter_domain`: replaces the definition of a domain.

use super::{ApplyError, Op, create_domain, lookup, render};
use crate::name::quote_identifier;
use crate::{Dialect, Domain, ObjectKind, Schema};

/// Replaces the definition of a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterDomain {
    /// The domain as it is afterwards.
    pub domain: Domain,
}

impl Op for AlterDomain {
    const NAME: &'static str = "alter_domain";

    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
        lookup::needs_postgresql(schema.dialect, Self::NAME, "it has no domains")?;
        let Some(found) = schema.domains.get(&self.domain.name) else {
            return Err(ApplyError::missing(ObjectKind::Domain, &self.domain.name));
        };
        if found.base_type != self.domain.base_type || found.collation != self.domain.collation {
            let message = format!("the type of domain `{}` cannot change", self.domain.name);
            return Err(ApplyError::invalid(message));
        }
        let domain = create_domain::with_named_checks(&self.domain);
        schema.domains.insert(domain.name.clone(), domain);
        Ok(())
    }

    fn to_sql(&self, dialect: Dialect) -> Vec<String> {
        if dialect.is_sqlite() {
            return Vec::new();
        }
        let name = self.domain.name.to_sql();
        let mut statements = vec![match &self.domain.default {
            Some(default) => format!("ALTER DOMAIN {name} SET DEFAULT {}", default.text()),
            None => format!("ALTER DOMAIN {name} DROP DEFAULT"),
        }];
        let not_null = if self.domain.not_null { "SET" } else { "DROP" };
        statements.push(format!("ALTER DOMAIN {name} {not_null} NOT NULL"));
        for check in &create_domain::with_named_checks(&self.domain).checks {
            if let Some(check_name) = &check.name {
                let check_name = quote_identifier(check_name);
                statements.push(format!("ALTER DOMAIN {name} DROP CONSTRAINT IF EXISTS {check_name}"));
            }
            statements.push(format!("ALTER DOMAIN {name} ADD {}", render::check(check)));
        }
        statements.push(render::comment("DOMAIN", &name, self.domain.comment.as_deref()));
        statements
    }
}
