//! `alter_domain`: replaces the definition of a domain.

use super::Op;
use crate::Domain;

/// Replaces the definition of a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterDomain {
    /// The domain as it is afterwards.
    pub domain: Domain,
}

impl Op for AlterDomain {
    const NAME: &'static str = "alter_domain";
}
