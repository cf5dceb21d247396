//! `create_domain`: creates a domain.

use super::Op;
use crate::Domain;

/// Creates a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateDomain {
    /// The domain.
    pub domain: Domain,
}

impl Op for CreateDomain {
    const NAME: &'static str = "create_domain";
}
