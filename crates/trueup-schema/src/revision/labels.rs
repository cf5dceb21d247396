//! Hands branch labels on, as Alembic does: to all descendants, and down a straight line to where it branches off.

use super::graph::RevisionGraph;

/// Gives every revision the labels of the branch it is on.
pub(super) fn propagate(graph: &mut RevisionGraph) {
    let owners: Vec<usize> = {
        let mut owners: Vec<usize> = graph.by_label.values().copied().collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    };
    for &owner in &owners {
        let own: Vec<String> = graph
            .by_label
            .iter()
            .filter(|(_, other)| **other == owner)
            .map(|(label, _)| label.clone())
            .collect();
        let mut receivers = graph.reachable(&[owner], |node| &node.next);
        if rises_straight(graph, owner) {
            receivers.extend(straight_line_below(graph, owner));
        }
        for receiver in receivers {
            let labels = &mut graph.nodes[receiver].labels;
            for label in &own {
                if !labels.contains(label) {
                    labels.push(label.clone());
                }
            }
        }
    }
}

/// Tells whether the branch above a revision is one line without branch or merge points, dependencies considered.
///
/// Alembic walks down from the last descendant it meets and stops at the first such point; it gets below the labelled
/// revision only when there is none above it. (Alembic 1.20, `RevisionMap._add_branches`.)
fn rises_straight(graph: &RevisionGraph, owner: usize) -> bool {
    graph.reachable(&[owner], |node| &node.next).into_iter().all(|member| is_on_a_line(graph, member))
}

fn straight_line_below(graph: &RevisionGraph, owner: usize) -> Vec<usize> {
    let mut line = Vec::new();
    let mut at = owner;
    while let Some(&below) = graph.nodes[at].down.first() {
        if !is_on_a_line(graph, below) || line.contains(&below) || below == owner {
            break;
        }
        line.push(below);
        at = below;
    }
    line
}

fn is_on_a_line(graph: &RevisionGraph, revision: usize) -> bool {
    graph.nodes[revision].all_next.len() <= 1 && !graph.is_merge_point(revision)
}
