//! How evaluation ends early: a Python exception, which `except` can catch, or an abort, which it cannot.

use std::fmt;

use crate::place::Place;
use crate::value::Value;

/// The result of evaluating something.
pub type PyResult<T = Value> = Result<T, Raised>;

/// Why evaluation did not produce a value.
#[derive(Clone)]
pub enum Raised {
    /// A Python exception.
    Exception(Box<Exception>),
    /// A limit was exceeded; no handler catches it.
    Abort(Box<Abort>),
}

/// A raised Python exception.
#[derive(Clone)]
pub struct Exception {
    /// The exception instance.
    pub value: Value,
    /// The statement that raised it.
    pub place: Option<Place>,
    /// The calls that were active, outermost first.
    pub traceback: Vec<Place>,
    /// `ClassName: message`, as the last line of a traceback shows it.
    pub summary: String,
}

/// A limit that was exceeded.
#[derive(Clone, Debug)]
pub struct Abort {
    /// What was exceeded, in words for the user.
    pub reason: String,
    /// Where.
    pub place: Option<Place>,
}

impl Raised {
    /// Returns the reason in words: `NameError: name 'x' is not defined`, or the limit that was exceeded.
    pub fn summary(&self) -> &str {
        match self {
            Self::Exception(exception) => &exception.summary,
            Self::Abort(abort) => &abort.reason,
        }
    }

    /// Returns where it happened.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Exception(exception) => exception.place.as_ref(),
            Self::Abort(abort) => abort.place.as_ref(),
        }
    }

    /// Tells whether this is an abort.
    pub fn is_abort(&self) -> bool {
        matches!(self, Self::Abort(_))
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.summary())
    }
}
