//! Builds the graph: which files count, which references lead where, what is wrong.

use std::collections::{BTreeMap, HashMap};

use super::graph::{Defect, Node, RevisionGraph};
use super::{Revision, labels, order};

impl RevisionGraph {
    /// Builds the graph of revisions that are given in the order in which Alembic loads their files.
    ///
    /// It never fails: whatever is wrong is a [`Defect`], and what is left is a graph.
    pub fn build(revisions: Vec<Revision>) -> Self {
        let nodes = revisions.iter().map(|_| Node::default()).collect();
        let mut graph = Self { revisions, nodes, ..Self::default() };
        load(&mut graph);
        map_labels(&mut graph);
        connect(&mut graph);
        normalize_dependencies(&mut graph);
        let loaded = graph.loaded.clone();
        graph.heads = loaded.iter().copied().filter(|revision| graph.is_head(*revision)).collect();
        graph.real_heads = loaded.iter().copied().filter(|revision| graph.is_real_head(*revision)).collect();
        graph.bases = loaded
            .iter()
            .copied()
            .filter(|revision| graph.revisions[*revision].down_revisions.is_empty())
            .collect();
        labels::propagate(&mut graph);
        order::arrange(&mut graph);
        graph
    }

    /// Returns the graph with other targets of `down_revision`: one replacement per revision and reference.
    ///
    /// This is how a mended graph is looked at before anything is written.
    pub fn with_references(&self, replacements: &[(usize, usize, String)]) -> Self {
        let mut revisions = self.revisions.clone();
        for (revision, reference, target) in replacements {
            if let Some(reference) =
                revisions.get_mut(*revision).and_then(|revision| revision.down_revisions.get_mut(*reference))
            {
                reference.target.clone_from(target);
            }
        }
        Self::build(revisions)
    }
}

/// Decides which files take part, as Alembic's map does: a later file of the same id replaces the earlier one.
fn load(graph: &mut RevisionGraph) {
    let mut twins: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let mut places = Vec::new();
    for (index, revision) in graph.revisions.iter().enumerate() {
        let Some(id) = &revision.id else {
            graph.defects.push(Defect::NoId { revision: index });
            continue;
        };
        match first_of.get(id.as_str()) {
            Some(&place) => twins.entry(place).or_default().push(index),
            None => {
                first_of.insert(id, places.len());
                places.push(index);
            }
        }
        graph.by_id.insert(id.clone(), index);
    }
    for (place, later) in twins {
        let id = graph.revisions[places[place]].id.clone().unwrap_or_default();
        let mut all = vec![places[place]];
        all.extend(later);
        places[place] = all.last().copied().unwrap_or(places[place]);
        graph.defects.push(Defect::DuplicateId { id, revisions: all });
    }
    for &index in &places {
        graph.nodes[index].takes_part = true;
    }
    graph.loaded = places;
}

fn map_labels(graph: &mut RevisionGraph) {
    for &index in &graph.loaded {
        for label in &graph.revisions[index].branch_labels {
            let taken = graph.by_id.get(label).or_else(|| graph.by_label.get(label)).copied();
            match taken {
                Some(other) => graph
                    .defects
                    .push(Defect::DuplicateLabel { label: label.clone(), revisions: vec![other, index] }),
                None => {
                    graph.by_label.insert(label.clone(), index);
                }
            }
        }
    }
}

/// Resolves references. `down_revision` is looked up among ids and, as Alembic happens to do, among labels.
fn connect(graph: &mut RevisionGraph) {
    for &index in &graph.loaded {
        let revision = &graph.revisions[index];
        let lookup = |target: &str| graph.by_id.get(target).or_else(|| graph.by_label.get(target)).copied();
        let (mut down, mut dependencies) = (Vec::new(), Vec::new());
        for (position, reference) in revision.down_revisions.iter().enumerate() {
            match lookup(&reference.target) {
                Some(target) => push_new(&mut down, target),
                None => graph.defects.push(Defect::DanglingDown { revision: index, reference: position }),
            }
        }
        for (position, reference) in revision.depends_on.iter().enumerate() {
            match lookup(&reference.target) {
                Some(target) => push_new(&mut dependencies, target),
                None => {
                    graph.defects.push(Defect::DanglingDependency { revision: index, reference: position });
                }
            }
        }
        graph.nodes[index].down = down;
        graph.nodes[index].dependencies = dependencies;
    }
    for at in 0..graph.loaded.len() {
        let index = graph.loaded[at];
        for target in graph.nodes[index].down.clone() {
            graph.nodes[target].next.push(index);
            graph.nodes[target].all_next.push(index);
        }
        for target in graph.nodes[index].dependencies.clone() {
            if !graph.nodes[index].down.contains(&target) {
                graph.nodes[target].all_next.push(index);
            }
        }
    }
}

/// Leaves out dependencies that an ancestor (by `down_revision`) has too, as `RevisionMap._normalize_depends_on` does.
fn normalize_dependencies(graph: &mut RevisionGraph) {
    for at in 0..graph.loaded.len() {
        let index = graph.loaded[at];
        let mut wanted = graph.nodes[index].dependencies.clone();
        if !wanted.is_empty() {
            for ancestor in graph.reachable(&[index], |node| &node.down) {
                if ancestor != index {
                    wanted.retain(|dependency| !graph.nodes[ancestor].dependencies.contains(dependency));
                }
                if wanted.is_empty() {
                    break;
                }
            }
        }
        let mut all = graph.nodes[index].down.clone();
        for dependency in wanted {
            push_new(&mut all, dependency);
        }
        graph.nodes[index].normalized_down = all;
    }
}

fn push_new(list: &mut Vec<usize>, value: usize) {
    if !list.contains(&value) {
        list.push(value);
    }
}
