//! What Alembic's log says of a step: `ae10, ae11 -> b2`.

use super::stamp::StampStep;
use super::{Reference, RevisionGraph};

/// One step of a run.
#[derive(Clone, Copy, Debug)]
pub enum RunStep<'a> {
    /// `upgrade()` of a revision runs.
    Upgrade(usize),
    /// `downgrade()` of a revision runs.
    Downgrade(usize),
    /// Nothing runs.
    Stamp(&'a StampStep),
}

impl RevisionGraph {
    /// Returns from where to where a step leads, as Alembic's log has it behind `Running upgrade`, `Running downgrade`
    /// or `Running stamp_revision`.
    ///
    /// A revision's lower side is its `down_revision` as written, without dependencies. Base is the empty text, so that
    /// a first revision is ` -> a1` on the way up and `a1 -> ` on the way down.
    pub fn movement(&self, step: RunStep<'_>) -> String {
        let (from, to) = match step {
            RunStep::Upgrade(revision) => (self.lower_side(revision), self.id(revision).to_owned()),
            RunStep::Downgrade(revision) => (self.id(revision).to_owned(), self.lower_side(revision)),
            RunStep::Stamp(step) => {
                let to = step.to().map(|to| self.id(to).to_owned());
                (self.ids(step.from()).join(", "), to.unwrap_or_default())
            }
        };
        format!("{from} -> {to}")
    }

    fn lower_side(&self, revision: usize) -> String {
        let written = |reference: &Reference| reference.target.clone();
        self.revisions()[revision].down_revisions.iter().map(written).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::RunStep;
    use crate::revision::StampStep;
    use crate::revision::tests::graph;

    #[test]
    fn steps_are_told_with_both_sides() {
        let graph = graph(&["a", "x", "b a - x", "m b,x"]);
        let upgrade = |revision| graph.movement(RunStep::Upgrade(revision));
        let downgrade = |revision| graph.movement(RunStep::Downgrade(revision));
        assert_eq!(upgrade(0), " -> a");
        assert_eq!(downgrade(0), "a -> ");
        assert_eq!(upgrade(2), "a -> b", "dependencies are not told");
        assert_eq!((upgrade(3), downgrade(3)), ("b, x -> m".to_owned(), "m -> b, x".to_owned()));
    }

    #[test]
    fn stamps_are_told_with_all_rows_that_move() {
        let graph = graph(&["a", "b a", "c a"]);
        let stamp = |step: StampStep| graph.movement(RunStep::Stamp(&step));
        assert_eq!(stamp(StampStep::Insert(1)), " -> b");
        assert_eq!(stamp(StampStep::Delete(1)), "b -> ");
        assert_eq!(stamp(StampStep::Upgrade { from: vec![0], to: 1 }), "a -> b");
        assert_eq!(stamp(StampStep::Downgrade { from: vec![1, 2], to: 0 }), "b, c -> a");
    }
}
