//! Histories for others who run projects: the same steps as here, one revision at a time, on a graph of their choice.

use super::revisions;
use super::state::{Flavor, State};
use crate::random::Random;

/// The databases that a history is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Databases {
    Both,
    Postgresql,
    Sqlite,
}

impl Databases {
    fn flavor(self) -> Flavor {
        match self {
            Self::Both => Flavor::Both,
            Self::Postgresql => Flavor::Postgresql,
            Self::Sqlite => Flavor::Sqlite,
        }
    }
}

/// Returns a file of models, whose `metadata` has them.
pub(crate) fn random_models(databases: Databases, random: &mut Random) -> String {
    super::models::models(databases.flavor(), random)
}

/// What one revision does; statements of Python in steps that are never cut in two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// Constants and functions in front of `upgrade`.
    pub(crate) module: Vec<String>,
    /// Statements of `upgrade`.
    pub(crate) up: Vec<Vec<String>>,
    /// Statements of `downgrade`, last step first.
    pub(crate) down: Vec<Vec<String>>,
}

/// What the revisions of one line have built.
#[derive(Clone)]
pub(crate) struct Line(State);

impl Line {
    /// Returns a line that has built nothing; lines of different numbers never use the same name.
    pub(crate) fn new(databases: Databases, number: usize) -> Self {
        let mut state = State::new(databases.flavor());
        for _ in 0..number * 400 {
            state.number();
        }
        Self(state)
    }

    /// Returns the next revision of the line.
    pub(crate) fn revision(&mut self, random: &mut Random) -> Body {
        let revision = revisions::revision(&mut self.0, random);
        Body { module: revision.module, up: revision.steps, down: revision.down }
    }

    /// Returns a number that was not there before.
    pub(crate) fn number(&mut self) -> usize {
        self.0.number()
    }
}

/// Functions that revisions import, as `helpers.py`.
pub(crate) const MODULE: &str = super::HELPERS;
