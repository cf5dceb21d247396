//! The revision graph and the questions it answers.

use std::collections::{BTreeMap, HashMap};

use super::Revision;

/// Revisions with the edges between them.
///
/// Revisions are named by their position in the list the graph was built from, which is the order in which Alembic
/// loads files. A revision takes part in the graph when it has an id and no later file has the same one; the others
/// (see [`RevisionGraph::takes_part`]) are kept, but have no edges.
///
/// ```
/// use trueup_schema::revision::{Reference, Revision, RevisionGraph};
/// use trueup_schema::Origin;
///
/// let first = Revision { id: Some("a1".into()), ..Revision::default() };
/// let down = Reference { target: "a1".into(), origin: Origin::none() };
/// let second = Revision { id: Some("b2".into()), down_revisions: vec![down], ..Revision::default() };
/// let graph = RevisionGraph::build(vec![first, second]);
/// assert_eq!(graph.ids(graph.heads()), ["b2"]);
/// assert_eq!(graph.order(), [0, 1]);
/// assert!(graph.defects().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct RevisionGraph {
    pub(super) revisions: Vec<Revision>,
    pub(super) nodes: Vec<Node>,
    pub(super) by_id: HashMap<String, usize>,
    pub(super) by_label: BTreeMap<String, usize>,
    /// Positions of the revisions that take part, in the order of Alembic's map (a twin keeps the place of the first).
    pub(super) loaded: Vec<usize>,
    pub(super) heads: Vec<usize>,
    pub(super) real_heads: Vec<usize>,
    pub(super) bases: Vec<usize>,
    pub(super) order: Vec<usize>,
    pub(super) disconnected: Vec<usize>,
    pub(super) defects: Vec<Defect>,
}

/// The edges of one revision.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) takes_part: bool,
    /// Revisions that `down_revision` names and that exist.
    pub(super) down: Vec<usize>,
    /// Revisions that `depends_on` names and that exist.
    pub(super) dependencies: Vec<usize>,
    /// `down` and the dependencies that no ancestor depends on already.
    pub(super) normalized_down: Vec<usize>,
    /// Revisions whose `down_revision` names this one.
    pub(super) next: Vec<usize>,
    /// Revisions whose `down_revision` or `depends_on` names this one.
    pub(super) all_next: Vec<usize>,
    /// Branch labels, its own first.
    pub(super) labels: Vec<String>,
}

/// Something in the headers at which Alembic would stop, or which it would get wrong in silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The file tells no revision id.
    NoId {
        /// The file.
        revision: usize,
    },
    /// Several files have the same id; Alembic keeps the last one it loads and forgets the others.
    DuplicateId {
        /// The id.
        id: String,
        /// The files in loading order; the last one wins.
        revisions: Vec<usize>,
    },
    /// `down_revision` names an id that no file has.
    DanglingDown {
        /// The revision that names it.
        revision: usize,
        /// Position in its `down_revisions`.
        reference: usize,
    },
    /// `depends_on` names neither an id nor a branch label.
    DanglingDependency {
        /// The revision that names it.
        revision: usize,
        /// Position in its `depends_on`.
        reference: usize,
    },
    /// A branch label is used by two revisions, or is some revision's id.
    DuplicateLabel {
        /// The label.
        label: String,
        /// The revisions that carry it, or carry it as their id.
        revisions: Vec<usize>,
    },
    /// Revisions that follow each other in a circle; a single one follows itself.
    Cycle {
        /// The members, each followed by the next, beginning with the first in loading order.
        revisions: Vec<usize>,
        /// Whether the circle closes only through `depends_on`.
        through_dependencies: bool,
    },
}

/// Why a text names no revision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// No id, label or beginning of an id.
    #[error("no such revision or branch `{0}`")]
    Unknown(String),
    /// The beginning of several ids.
    #[error("several revisions start with `{prefix}`: {}", candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// Ids that start so.
        candidates: Vec<String>,
    },
}

impl RevisionGraph {
    /// Returns all revisions, in the order the graph was built from.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// Returns a revision's id, or its file name if it has none.
    pub fn id(&self, revision: usize) -> &str {
        let revision = &self.revisions[revision];
        revision.id.as_deref().unwrap_or_else(|| revision.file_stem())
    }

    /// Returns the ids of several revisions.
    pub fn ids(&self, revisions: &[usize]) -> Vec<String> {
        revisions.iter().map(|revision| self.id(*revision).to_owned()).collect()
    }

    /// Tells whether a revision is part of the graph: it has an id, and no later file has the same one.
    pub fn takes_part(&self, revision: usize) -> bool {
        self.nodes[revision].takes_part
    }

    /// Returns the revision with exactly that id.
    pub fn get(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Returns the revision that carries a branch label itself (not by inheritance).
    pub fn label_owner(&self, label: &str) -> Option<usize> {
        self.by_label.get(label).copied()
    }

    /// Returns all branch labels with the revisions that carry them.
    pub fn label_owners(&self) -> &BTreeMap<String, usize> {
        &self.by_label
    }

    /// Returns the revision that an id, a branch label or the beginning of an id names.
    ///
    /// As in Alembic the beginning may have any length, but is matched only against ids of more than three
    /// characters (alembic 1.20, `RevisionMap._revision_for_ident`).
    ///
    /// # Errors
    /// When nothing, or more than one revision, is named.
    pub fn find(&self, text: &str) -> Result<usize, LookupError> {
        self.find_among(text, |_| true)
    }

    /// Does the same, but takes beginnings of ids only for revisions that are wanted.
    pub(super) fn find_among(
        &self,
        text: &str,
        is_wanted: impl Fn(usize) -> bool,
    ) -> Result<usize, LookupError> {
        if let Some(revision) = self.get(text).or_else(|| self.label_owner(text)) {
            return Ok(revision);
        }
        let long_enough = |name: &str| name.chars().count() > 3 && name.starts_with(text);
        let ids = self.loaded.iter().copied().filter(|revision| long_enough(self.id(*revision)));
        let labels =
            self.by_label.iter().filter(|(label, _)| long_enough(label)).map(|(_, revision)| *revision);
        let mut candidates: Vec<usize> = ids.chain(labels).filter(|revision| is_wanted(*revision)).collect();
        candidates.dedup();
        match candidates[..] {
            _ if text.is_empty() => Err(LookupError::Unknown(text.to_owned())),
            [] => Err(LookupError::Unknown(text.to_owned())),
            [revision] => Ok(revision),
            _ => Err(LookupError::Ambiguous { prefix: text.to_owned(), candidates: self.ids(&candidates) }),
        }
    }

    /// Returns the heads: revisions that no `down_revision` names, in loading order.
    pub fn heads(&self) -> &[usize] {
        &self.heads
    }

    /// Returns the heads that no `depends_on` names either; these are the rows of the version table at the end.
    pub fn real_heads(&self) -> &[usize] {
        &self.real_heads
    }

    /// Returns the bases: revisions without `down_revision`, in loading order.
    pub fn bases(&self) -> &[usize] {
        &self.bases
    }

    /// Returns the revisions that more than one `down_revision` names.
    pub fn branch_points(&self) -> Vec<usize> {
        self.loaded.iter().copied().filter(|revision| self.is_branch_point(*revision)).collect()
    }

    /// Returns the revisions with more than one `down_revision`.
    pub fn merge_points(&self) -> Vec<usize> {
        self.loaded.iter().copied().filter(|revision| self.is_merge_point(*revision)).collect()
    }

    /// Tells whether no `down_revision` names a revision.
    pub fn is_head(&self, revision: usize) -> bool {
        self.takes_part(revision) && self.nodes[revision].next.is_empty()
    }

    /// Tells whether neither a `down_revision` nor a `depends_on` names a revision.
    pub fn is_real_head(&self, revision: usize) -> bool {
        self.takes_part(revision) && self.nodes[revision].all_next.is_empty()
    }

    /// Tells whether more than one `down_revision` names a revision.
    pub fn is_branch_point(&self, revision: usize) -> bool {
        self.nodes[revision].next.len() > 1
    }

    /// Tells whether a revision has more than one `down_revision`, as written.
    pub fn is_merge_point(&self, revision: usize) -> bool {
        self.takes_part(revision) && self.revisions[revision].down_revisions.len() > 1
    }

    /// Returns the branch labels of a revision: its own, those of ancestors, and those that Alembic hands down.
    pub fn labels(&self, revision: usize) -> &[String] {
        &self.nodes[revision].labels
    }

    /// Returns the revisions that `down_revision` names, as far as they exist.
    pub fn down(&self, revision: usize) -> &[usize] {
        &self.nodes[revision].down
    }

    /// Returns the revisions that `depends_on` names, as far as they exist.
    pub fn dependencies(&self, revision: usize) -> &[usize] {
        &self.nodes[revision].dependencies
    }

    /// Returns the revisions whose `down_revision` names a revision, in loading order.
    pub fn next(&self, revision: usize) -> &[usize] {
        &self.nodes[revision].next
    }

    /// Returns the revisions whose `down_revision` or `depends_on` names a revision, in loading order.
    pub fn all_next(&self, revision: usize) -> &[usize] {
        &self.nodes[revision].all_next
    }

    /// Returns a revision and all it builds on, dependencies included, nearest first.
    pub fn ancestors(&self, revision: usize) -> Vec<usize> {
        self.reachable(&[revision], |node| &node.normalized_down)
    }

    /// Returns a revision and all that builds on it, dependencies included, nearest first.
    pub fn descendants(&self, revision: usize) -> Vec<usize> {
        self.reachable(&[revision], |node| &node.all_next)
    }

    /// Returns the order in which `upgrade heads` runs the revisions on an empty database.
    ///
    /// Revisions that do not rest on a base, because a reference dangles or runs in a circle, are not in it; they are
    /// in [`RevisionGraph::disconnected`].
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Returns the revisions that no upgrade can reach, in loading order: those that build on a dangling reference or
    /// a cycle, those without an id, and those that a later file of the same id replaces.
    pub fn disconnected(&self) -> &[usize] {
        &self.disconnected
    }

    /// Returns everything at which Alembic would stop, in loading order per kind.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// Returns sets of revisions that hang together through `down_revision` and `depends_on`, biggest first.
    pub fn components(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.nodes.len()];
        let mut components = Vec::new();
        for &start in &self.loaded {
            if seen[start] {
                continue;
            }
            seen[start] = true;
            let mut members = vec![start];
            let mut at = 0;
            while let Some(&member) = members.get(at) {
                at += 1;
                let node = &self.nodes[member];
                for &neighbour in node.down.iter().chain(&node.dependencies).chain(&node.all_next) {
                    if !std::mem::replace(&mut seen[neighbour], true) {
                        members.push(neighbour);
                    }
                }
            }
            members.sort_unstable();
            components.push(members);
        }
        components.sort_by_key(|members| std::cmp::Reverse(members.len()));
        components
    }

    /// Returns the starts and everything reachable along the given edges, each once, breadth first.
    pub(super) fn reachable<'a>(
        &'a self,
        starts: &[usize],
        edges: impl Fn(&'a Node) -> &'a [usize],
    ) -> Vec<usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        for &start in starts {
            if !std::mem::replace(&mut seen[start], true) {
                found.push(start);
            }
        }
        let mut at = 0;
        while let Some(&member) = found.get(at) {
            at += 1;
            for &neighbour in edges(&self.nodes[member]) {
                if !std::mem::replace(&mut seen[neighbour], true) {
                    found.push(neighbour);
                }
            }
        }
        found
    }
}
