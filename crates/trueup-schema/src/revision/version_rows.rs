//! The rows of Alembic's version table, and what each step of a run does to them.
//!
//! The table holds the tips of what is applied: every revision that nothing else applied builds on, `depends_on`
//! included. A step takes rows away and brings others; one of each together is an UPDATE, what is left over are DELETEs
//! or INSERTs. Which rows these are, and in which statement, is as Alembic has it (alembic 1.20, `runtime/migration.py`:
//! `HeadMaintainer` and the steps it asks), so that one tool can go on where the other one stopped; `cargo xtask graphs`
//! holds the two against each other. Alembic keeps rows in Python sets, and which of several rows it UPDATEs changes
//! from run to run; here it is the last one that the header of the revision names.
//!
//! Nothing is executed here, and nothing is said about the table itself: its name, and whether it is there.

use std::collections::BTreeSet;

use super::RevisionGraph;
use super::stamp::StampStep;

/// One statement on the version table; each must meet exactly one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionChange {
    /// `INSERT INTO alembic_version (version_num) VALUES ('…')`.
    Insert(String),
    /// `DELETE FROM alembic_version WHERE version_num = '…'`.
    Delete(String),
    /// `UPDATE alembic_version SET version_num = 'to' WHERE version_num = 'from'`.
    Update {
        /// The id that the row has.
        from: String,
        /// The id that it gets.
        to: String,
    },
}

/// The rows of the version table while a run goes on.
///
/// A step is told to it when the step is done, in the order of the run. It does not ask whether the step makes sense
/// here: of a step for other rows it gives statements that meet no row, which whoever executes them has to notice.
///
/// ```
/// use trueup_schema::revision::{Revision, RevisionGraph, VersionChange, VersionRows};
///
/// let graph = RevisionGraph::build(vec![Revision { id: Some("a1".into()), ..Revision::default() }]);
/// let mut rows = VersionRows::new(&[]);
/// assert_eq!(rows.upgraded(&graph, 0), [VersionChange::Insert("a1".into())]);
/// assert_eq!(rows.downgraded(&graph, 0), [VersionChange::Delete("a1".into())]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionRows {
    rows: BTreeSet<usize>,
}

impl VersionRows {
    /// Returns the rows that name the applied revisions.
    pub fn new(applied: &[usize]) -> Self {
        Self { rows: applied.iter().copied().collect() }
    }

    /// Returns the revisions that the rows name, in the order of the graph.
    pub fn revisions(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows.iter().copied()
    }

    /// Notes that a revision's `upgrade()` has run; returns the statements that record it, in their order.
    pub fn upgraded(&mut self, graph: &RevisionGraph, revision: usize) -> Vec<VersionChange> {
        // Everything else that the revision builds on lies below other rows, and these stay.
        let below = &graph.nodes[revision].normalized_down;
        let removed = below.iter().copied().filter(|below| self.rows.contains(below)).collect();
        self.make(graph, RowMove { removed, added: vec![revision] })
    }

    /// Notes that a revision's `downgrade()` has run; returns the statements that record it, in their order.
    pub fn downgraded(&mut self, graph: &RevisionGraph, revision: usize) -> Vec<VersionChange> {
        let added = self.uncovered(graph, revision);
        self.make(graph, RowMove { removed: vec![revision], added })
    }

    /// Notes that a step of `stamp` is done; returns the statements that record it, in their order.
    pub fn stamped(&mut self, graph: &RevisionGraph, step: &StampStep) -> Vec<VersionChange> {
        let row_move = self.stamp_move(step);
        self.make(graph, row_move)
    }

    /// Returns the revisions that become tips when the one above them goes: those below it that no other row stands for.
    fn uncovered(&self, graph: &RevisionGraph, revision: usize) -> Vec<usize> {
        let below = &graph.nodes[revision].normalized_down;
        let others: Vec<usize> = self.rows.iter().copied().filter(|row| *row != revision).collect();
        let covered = match (&others[..], &below[..]) {
            // The usual history, one line, needs no look at all that lies below.
            ([], [] | [_]) => return below.clone(),
            ([], _) => {
                let lower =
                    below.iter().flat_map(|below| graph.nodes[*below].normalized_down.iter().copied());
                graph.active(&lower.collect::<Vec<_>>())
            }
            _ => graph.active(&others),
        };
        below.iter().copied().filter(|below| !covered.contains(below)).collect()
    }

    /// Returns which rows a step of `stamp` replaces by which.
    pub(super) fn stamp_move(&self, step: &StampStep) -> RowMove {
        match step {
            StampStep::Delete(row) => RowMove { removed: vec![*row], added: Vec::new() },
            StampStep::Insert(revision) => RowMove { removed: Vec::new(), added: vec![*revision] },
            // An earlier target has led the rows up another branch; this one gets a row of its own.
            StampStep::Upgrade { from, to } if !self.has_all(from) && !self.rows.contains(to) => {
                RowMove { removed: Vec::new(), added: vec![*to] }
            }
            StampStep::Upgrade { from, to } | StampStep::Downgrade { from, to } => {
                RowMove { removed: from.clone(), added: vec![*to] }
            }
        }
    }

    fn has_all(&self, revisions: &[usize]) -> bool {
        revisions.iter().all(|revision| self.rows.contains(revision))
    }

    /// Tells whether the table has a row for a revision.
    pub(super) fn contains(&self, revision: usize) -> bool {
        self.rows.contains(&revision)
    }

    /// Replaces rows.
    pub(super) fn apply(&mut self, row_move: &RowMove) {
        for row in &row_move.removed {
            self.rows.remove(row);
        }
        self.rows.extend(&row_move.added);
    }

    fn make(&mut self, graph: &RevisionGraph, row_move: RowMove) -> Vec<VersionChange> {
        self.apply(&row_move);
        row_move.changes(graph)
    }
}

/// The rows that a step takes away and those that it brings; at least one of the two is at most one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowMove {
    pub(super) removed: Vec<usize>,
    pub(super) added: Vec<usize>,
}

impl RowMove {
    /// Returns the statements: the last of both sides together, the others before it.
    fn changes(mut self, graph: &RevisionGraph) -> Vec<VersionChange> {
        let id = |revision: usize| graph.id(revision).to_owned();
        let pair = match (&self.removed[..], &self.added[..]) {
            ([.., _], [.., _]) => self.removed.pop().zip(self.added.pop()),
            _ => None,
        };
        let deletes = self.removed.into_iter().map(|row| VersionChange::Delete(id(row)));
        let inserts = self.added.into_iter().map(|row| VersionChange::Insert(id(row)));
        let update = pair.map(|(from, to)| VersionChange::Update { from: id(from), to: id(to) });
        deletes.chain(inserts).chain(update).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{VersionChange, VersionRows};
    use crate::revision::RevisionGraph;
    use crate::revision::tests::{applied, graph};

    /// A statement and its ids: `+b` is an INSERT, `-a` a DELETE, `a>b` an UPDATE.
    fn short(changes: Vec<VersionChange>) -> String {
        let word = |change| match change {
            VersionChange::Insert(id) => format!("+{id}"),
            VersionChange::Delete(id) => format!("-{id}"),
            VersionChange::Update { from, to } => format!("{from}>{to}"),
        };
        changes.into_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    fn rows(graph: &RevisionGraph, rows: &VersionRows) -> Vec<String> {
        graph.ids(&rows.revisions().collect::<Vec<_>>())
    }

    /// Returns the statements of every step of an upgrade, and the rows at its end.
    fn upgrade(graph: &RevisionGraph, target: &str, from: &[&str]) -> (Vec<String>, Vec<String>) {
        let applied = applied(graph, from);
        let mut version = VersionRows::new(&applied);
        let steps = graph.upgrade_steps(target, &applied).unwrap();
        let changes = steps.iter().map(|step| short(version.upgraded(graph, *step))).collect();
        (changes, rows(graph, &version))
    }

    fn downgrade(graph: &RevisionGraph, target: &str, from: &[&str]) -> (Vec<String>, Vec<String>) {
        let applied = applied(graph, from);
        let mut version = VersionRows::new(&applied);
        let steps = graph.downgrade_steps(target, &applied).unwrap();
        let changes = steps.iter().map(|step| short(version.downgraded(graph, *step))).collect();
        (changes, rows(graph, &version))
    }

    fn run(changes: &[&str], rows: &[&str]) -> (Vec<String>, Vec<String>) {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        (own(changes), own(rows))
    }

    #[test]
    fn one_line_is_one_row() {
        let line = graph(&["a", "b a", "c b"]);
        assert_eq!(upgrade(&line, "head", &[]), run(&["+a", "a>b", "b>c"], &["c"]));
        assert_eq!(downgrade(&line, "base", &["c"]), run(&["c>b", "b>a", "-a"], &[]));
        assert_eq!(downgrade(&line, "-1", &["c"]), run(&["c>b"], &["b"]));
    }

    #[test]
    fn a_branch_gets_a_row_of_its_own_and_loses_it() {
        let fork = graph(&["a", "b a", "c a"]);
        assert_eq!(upgrade(&fork, "heads", &["a"]), run(&["a>c", "+b"], &["b", "c"]));
        assert_eq!(downgrade(&fork, "a", &["b", "c"]), run(&["-b", "c>a"], &["a"]));
    }

    #[test]
    fn every_base_is_a_row() {
        let bases = graph(&["a", "b", "c b"]);
        assert_eq!(upgrade(&bases, "c", &["a"]), run(&["+b", "b>c"], &["a", "c"]));
        assert_eq!(downgrade(&bases, "c@base", &["a", "c"]), run(&["c>b", "-b"], &["a"]));
    }

    #[test]
    fn a_merge_deletes_all_rows_but_the_last_of_its_header() {
        let merge = graph(&["a", "b a", "c a", "d a", "m b,c,d"]);
        assert_eq!(upgrade(&merge, "m", &["b", "c", "d"]), run(&["-b -c d>m"], &["m"]));
        assert_eq!(downgrade(&merge, "a", &["m"]).0[0], "+b +c m>d");
    }

    #[test]
    fn unmerging_inserts_all_rows_but_the_last_of_the_header() {
        let merge = graph(&["a", "b", "c", "m a,b,c"]);
        assert_eq!(
            downgrade(&merge, "base", &["m"]).0[0],
            "+a +b m>c",
            "the branches were there before they were merged"
        );
        assert_eq!(downgrade(&merge, "base", &["m"]).1, Vec::<String>::new());
    }

    #[test]
    fn other_rows_take_no_part_in_a_merge() {
        let merge = graph(&["a", "b", "x", "m a,b"]);
        assert_eq!(upgrade(&merge, "m", &["a", "b", "x"]), run(&["-a b>m"], &["x", "m"]));
        assert_eq!(downgrade(&merge, "a", &["m", "x"]).0[0], "+a m>b");
    }

    #[test]
    fn a_merge_of_what_other_rows_stand_for_takes_only_what_is_a_row() {
        // `b` lies below `n`, which stays.
        let merge = graph(&["a", "b", "n b", "m a,b"]);
        assert_eq!(upgrade(&merge, "m", &["a", "n"]), run(&["a>m"], &["n", "m"]));
        assert_eq!(upgrade(&merge, "m", &["n"]).0, ["+a", "a>m"]);
        let both = graph(&["a", "b", "n a,b", "m a,b"]);
        assert_eq!(upgrade(&both, "m", &["n"]), run(&["+m"], &["n", "m"]));
        let mut version = VersionRows::new(&applied(&both, &["n", "m"]));
        assert_eq!(short(version.downgraded(&both, 2)), "-n", "`m` stands for `a` and `b`");
        assert_eq!(short(version.downgraded(&both, 3)), "+a m>b");
    }

    #[test]
    fn a_dependency_gives_its_row_to_what_depends_on_it() {
        let across = graph(&["a", "x", "b a - x"]);
        assert_eq!(upgrade(&across, "b", &["a", "x"]), run(&["-a x>b"], &["b"]));
        assert_eq!(upgrade(&across, "b", &[]).1, ["b"]);
        let (changes, rows) = downgrade(&across, "a", &["b"]);
        assert_eq!((changes, rows), run(&["+a b>x"], &["a", "x"]));
    }

    #[test]
    fn a_dependency_that_another_row_stands_for_is_left_alone() {
        let across = graph(&["x", "y x", "b - - x"]);
        assert_eq!(upgrade(&across, "b", &["y"]), run(&["+b"], &["y", "b"]));
        assert_eq!(downgrade(&across, "b@base", &["y", "b"]), run(&["-b"], &["y"]));
        assert_eq!(upgrade(&across, "b", &["x"]), run(&["x>b"], &["b"]));
        assert_eq!(upgrade(&across, "y", &["b"]), run(&["+y"], &["y", "b"]));
    }

    #[test]
    fn a_merge_that_depends_on_a_revision_below_it_is_still_a_merge() {
        // Alembic looks for a row `a`, which there is not, and stops: KeyError.
        let merge = graph(&["a", "b a", "c a", "m b,c - a"]);
        assert_eq!(upgrade(&merge, "m", &["b", "c"]), run(&["-b c>m"], &["m"]));
        assert_eq!(downgrade(&merge, "c", &["m"]).0[0], "+b m>c");
    }

    #[test]
    fn beside_another_row_a_dependency_on_an_ancestor_comes_back_as_a_row() {
        // So does Alembic, whose next upgrade then refuses rows that overlap; alone, the revision leaves `b` only.
        let across = graph(&["a", "b a", "h", "r b - a"]);
        assert_eq!(downgrade(&across, "b", &["h", "r"]), run(&["+b r>a"], &["a", "b", "h"]));
        assert!(across.upgrade_steps("r", &applied(&across, &["a", "b", "h"])).is_err());
        assert_eq!(downgrade(&across, "b", &["r"]), run(&["r>b"], &["b"]));
    }

    #[test]
    fn a_step_for_other_rows_meets_no_row() {
        let line = graph(&["a", "b a"]);
        let mut version = VersionRows::new(&[]);
        assert_eq!(short(version.downgraded(&line, 1)), "b>a");
    }
}
