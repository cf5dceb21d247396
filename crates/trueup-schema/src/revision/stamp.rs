//! `stamp`: which rows of the version table move where, when nothing is run.
//!
//! The steps are Alembic's (alembic 1.20, `ScriptDirectory._stamp_revs`). All rows that share a line with any of the
//! targets, dependencies included, move to every target that is no row yet, one target after the other. With several
//! targets this does what one expects where the rows lie below all of them, or where the table is empty. Otherwise it
//! loses rows, here as there: from `a2` and `b1`, `stamp heads` of two lines that end in `a2` and `b2` leaves `b2`
//! alone. Where Alembic stops half way with a `KeyError` or a failed assertion, nothing is begun here and an
//! [`IdentifierError`] says why.

use super::RevisionGraph;
use super::identifier::IdentifierError;
use super::steps::unique;
use super::version_rows::VersionRows;

type Found<T> = Result<T, IdentifierError>;

/// One step of a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampStep {
    /// A row goes, and nothing comes for it: `base`.
    Delete(usize),
    /// A branch that has no row gets one.
    Insert(usize),
    /// Rows move up to a revision and become one.
    Upgrade {
        /// The rows, in the order of the version table.
        from: Vec<usize>,
        /// The revision.
        to: usize,
    },
    /// Rows move down to a revision and become one.
    Downgrade {
        /// The rows, in the order of the version table.
        from: Vec<usize>,
        /// The revision.
        to: usize,
    },
}

impl StampStep {
    /// Returns the rows that move; none for a new branch.
    pub fn from(&self) -> &[usize] {
        match self {
            Self::Delete(row) => std::slice::from_ref(row),
            Self::Insert(_) => &[],
            Self::Upgrade { from, .. } | Self::Downgrade { from, .. } => from,
        }
    }

    /// Returns the revision that is recorded; none for `base`.
    pub fn to(&self) -> Option<usize> {
        match self {
            Self::Delete(_) => None,
            Self::Insert(to) | Self::Upgrade { to, .. } | Self::Downgrade { to, .. } => Some(*to),
        }
    }
}

impl RevisionGraph {
    /// Returns the steps of `stamp` with these targets, where the version table names the applied revisions.
    ///
    /// No target is the same as `base`. For `--purge`, which empties the table first, nothing is applied.
    ///
    /// # Errors
    /// When a target names nothing, when steps are counted although something is applied (as in Alembic `-1` counts
    /// from the heads, and only on an empty table), or when the targets get in each other's way.
    pub fn stamp_steps(&self, targets: &[String], applied: &[usize]) -> Found<Vec<StampStep>> {
        let moving = self.rows_to_stamp(targets, applied)?;
        let mut revisions = Vec::new();
        for target in targets {
            let too_far = || IdentifierError::TooFar { asked: target.clone() };
            for end in self.resolve(target)? {
                // `base` itself resolves to nothing; who counts down to it has counted too far.
                revisions.push(end.revision().ok_or_else(too_far)?);
            }
        }
        if revisions.is_empty() {
            return Ok(moving.into_iter().map(StampStep::Delete).collect());
        }
        let mut steps = Vec::new();
        for revision in revisions {
            if !moving.contains(&revision) {
                steps.push(self.stamp_step(&moving, revision)?);
            }
        }
        self.refuse_collisions(&steps, applied)?;
        Ok(steps)
    }

    /// Returns the rows on the lines of the targets, dependencies included; `base` is on every line.
    fn rows_to_stamp(&self, targets: &[String], applied: &[usize]) -> Found<Vec<usize>> {
        if targets.is_empty() {
            return Ok(unique(applied.iter().copied()));
        }
        let mut moving = Vec::new();
        // An empty table gives Alembic no reason to look for lines, so `nope@base` is no error there.
        for target in targets.iter().filter(|_| !applied.is_empty()) {
            let on_line = self.lineage_with_dependencies(target)?;
            moving.extend(applied.iter().copied().filter(|row| on_line[*row]));
        }
        Ok(unique(moving.into_iter()))
    }

    fn stamp_step(&self, moving: &[usize], revision: usize) -> Found<StampStep> {
        let above = self.descendants(revision);
        let below = self.ancestors(revision);
        let find = |among: &[usize]| moving.iter().copied().find(|row| among.contains(row));
        match (find(&above), find(&below)) {
            (None, None) => Ok(StampStep::Insert(revision)),
            (Some(_), None) => Ok(StampStep::Downgrade { from: moving.to_vec(), to: revision }),
            (None, Some(_)) => Ok(StampStep::Upgrade { from: moving.to_vec(), to: revision }),
            (Some(upper), Some(lower)) => Err(IdentifierError::Between {
                target: self.id(revision).to_owned(),
                upper: self.id(upper).to_owned(),
                lower: self.id(lower).to_owned(),
            }),
        }
    }

    /// Goes through the steps in advance and refuses those that would find the rows otherwise than they expect.
    fn refuse_collisions(&self, steps: &[StampStep], applied: &[usize]) -> Found<()> {
        let mut rows = VersionRows::new(applied);
        for step in steps {
            let row_move = rows.stamp_move(step);
            if let Some(twice) = row_move.added.iter().find(|row| rows.contains(**row)) {
                return Err(IdentifierError::Twice(self.id(*twice).to_owned()));
            }
            if let (Some(gone), Some(to)) =
                (row_move.removed.iter().find(|row| !rows.contains(**row)), step.to())
            {
                return Err(IdentifierError::AlreadyMoved {
                    target: self.id(to).to_owned(),
                    row: self.id(*gone).to_owned(),
                });
            }
            rows.apply(&row_move);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{IdentifierError, StampStep};
    use crate::revision::tests::{applied, graph};
    use crate::revision::{RevisionGraph, VersionRows};

    type Outcome = Result<(Vec<StampStep>, Vec<String>), IdentifierError>;

    /// Returns the steps of a stamp and the rows at its end.
    fn stamp(graph: &RevisionGraph, targets: &[&str], from: &[&str]) -> Outcome {
        let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
        let applied = applied(graph, from);
        let steps = graph.stamp_steps(&targets, &applied)?;
        let mut rows = VersionRows::new(&applied);
        for step in &steps {
            rows.stamped(graph, step);
        }
        let rows = graph.ids(&rows.revisions().collect::<Vec<_>>());
        Ok((steps, rows))
    }

    fn rows(outcome: Outcome) -> Vec<String> {
        outcome.unwrap().1
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn a_row_moves_up_and_down_its_line() {
        let line = graph(&["a", "b a", "c b"]);
        let up = stamp(&line, &["head"], &["a"]);
        assert_eq!(up, Ok((vec![StampStep::Upgrade { from: vec![0], to: 2 }], ids(&["c"]))));
        let down = stamp(&line, &["a"], &["c"]);
        assert_eq!(down, Ok((vec![StampStep::Downgrade { from: vec![2], to: 0 }], ids(&["a"]))));
        assert_eq!(stamp(&line, &["b"], &[]), Ok((vec![StampStep::Insert(1)], ids(&["b"]))));
        assert_eq!(stamp(&line, &["b"], &["b"]), Ok((Vec::new(), ids(&["b"]))), "nothing is to be done");
    }

    #[test]
    fn base_takes_away_the_rows_of_its_branch() {
        let two = graph(&["a - left", "b a", "x - right"]);
        let all = stamp(&two, &["base"], &["b", "x"]).unwrap();
        assert_eq!(all, (vec![StampStep::Delete(1), StampStep::Delete(2)], Vec::new()));
        assert_eq!(rows(stamp(&two, &[], &["b", "x"])), Vec::<String>::new());
        assert_eq!(rows(stamp(&two, &["left@base"], &["b", "x"])), ["x"]);
        assert_eq!(rows(stamp(&two, &["base"], &[])), Vec::<String>::new());
        assert_eq!(rows(stamp(&two, &["base", "b"], &["a", "x"])), ["b"], "`base` lets go of all rows");
    }

    #[test]
    fn other_branches_stay_where_they_are() {
        let two = graph(&["a - left", "b a", "x - right", "y x"]);
        assert_eq!(rows(stamp(&two, &["left@head"], &["a", "x"])), ["b", "x"]);
        assert_eq!(rows(stamp(&two, &["b"], &["x"])), ["b", "x"]);
        let side = graph(&["a", "b a", "c a"]);
        assert_eq!(stamp(&side, &["c"], &["b"]).unwrap().0, [StampStep::Insert(2)], "beside, not instead");
    }

    #[test]
    fn a_branch_point_takes_in_its_branches_and_lets_them_go() {
        let fork = graph(&["a", "b a", "c a", "m b,c"]);
        let down = stamp(&fork, &["a"], &["b", "c"]).unwrap();
        assert_eq!(down, (vec![StampStep::Downgrade { from: vec![1, 2], to: 0 }], ids(&["a"])));
        assert_eq!(rows(stamp(&fork, &["b", "c"], &["a"])), ["b", "c"]);
        assert_eq!(rows(stamp(&fork, &["m"], &["b", "c"])), ["m"]);
        assert_eq!(rows(stamp(&fork, &["b", "c"], &[])), ["b", "c"]);
    }

    #[test]
    fn a_dependency_is_on_the_same_line() {
        let across = graph(&["x", "b - - x", "c b"]);
        let up = stamp(&across, &["c"], &["x"]).unwrap();
        assert_eq!(up, (vec![StampStep::Upgrade { from: vec![0], to: 2 }], ids(&["c"])));
        assert_eq!(rows(stamp(&across, &["x"], &["c"])), ["x"]);
        assert_eq!(rows(stamp(&across, &["heads"], &["x"])), ["c"]);
    }

    #[test]
    fn several_targets_that_take_each_others_rows_are_refused() {
        let fork = graph(&["a", "b a", "c a", "m b,c"]);
        let refused = |target: &str, row: &str| {
            Err(IdentifierError::AlreadyMoved { target: target.to_owned(), row: row.to_owned() })
        };
        assert_eq!(stamp(&fork, &["b", "c"], &["m"]), refused("c", "m"));
        assert_eq!(stamp(&fork, &["b", "b"], &[]), Err(IdentifierError::Twice("b".to_owned())));
        assert_eq!(stamp(&fork, &["b", "b"], &["a"]), Err(IdentifierError::Twice("b".to_owned())));
        assert_eq!(rows(stamp(&fork, &["b", "c"], &["b"])), ["b", "c"]);
    }

    #[test]
    fn a_row_that_is_a_target_already_moves_to_the_other_targets() {
        // As in Alembic; `--purge` is what keeps `b`.
        let two = graph(&["a", "b a", "x", "y x"]);
        assert_eq!(rows(stamp(&two, &["heads"], &["b", "x"])), ["y"]);
        assert_eq!(rows(stamp(&two, &["heads"], &["a", "x"])), ["b", "y"]);
        assert_eq!(rows(stamp(&two, &["heads"], &[])), ["b", "y"]);
    }

    #[test]
    fn a_target_between_two_rows_is_refused() {
        let line = graph(&["a", "b a", "c b"]);
        let between =
            IdentifierError::Between { target: "b".to_owned(), upper: "c".to_owned(), lower: "a".to_owned() };
        assert_eq!(stamp(&line, &["b"], &["a", "c"]), Err(between));
        assert_eq!(rows(stamp(&line, &["base"], &["a", "c"])), Vec::<String>::new());
    }

    #[test]
    fn steps_are_counted_on_an_empty_table_only() {
        let line = graph(&["a", "b a", "c b"]);
        assert_eq!(rows(stamp(&line, &["-1"], &[])), ["b"]);
        assert_eq!(stamp(&line, &["-3"], &[]), Err(IdentifierError::TooFar { asked: "-3".to_owned() }));
        assert!(stamp(&line, &["-1"], &["c"]).is_err());
        assert!(stamp(&line, &["+1"], &[]).is_err());
        assert!(stamp(&line, &["c-1"], &[]).is_err());
        assert!(stamp(&line, &["nope"], &[]).is_err());
    }
}
