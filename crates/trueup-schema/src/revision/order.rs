//! The order in which revisions run, and the circles that prevent it.

use super::graph::{Defect, RevisionGraph};

/// Finds cycles, sets apart what rests on none of the bases, and orders the rest.
pub(super) fn arrange(graph: &mut RevisionGraph) {
    find_cycles(graph);
    let connected = connected(graph);
    graph.order = upgrade_order(graph, &connected);
    graph.disconnected = (0..graph.nodes.len()).filter(|revision| !connected[*revision]).collect();
}

/// Tells for every revision whether all it builds on exists and leads down to a base.
fn connected(graph: &RevisionGraph) -> Vec<bool> {
    let mut missing = vec![0_usize; graph.nodes.len()];
    let mut ready = Vec::new();
    for &index in &graph.loaded {
        let node = &graph.nodes[index];
        missing[index] =
            node.down.len() + node.dependencies.iter().filter(|target| !node.down.contains(target)).count();
        if missing[index] == 0 && !dangles(graph, index) {
            ready.push(index);
        }
    }
    let mut connected = vec![false; graph.nodes.len()];
    while let Some(index) = ready.pop() {
        connected[index] = true;
        for &next in &graph.nodes[index].all_next {
            missing[next] -= 1;
            if missing[next] == 0 && !dangles(graph, next) {
                ready.push(next);
            }
        }
    }
    connected
}

fn dangles(graph: &RevisionGraph, index: usize) -> bool {
    let resolves = |target: &str| graph.by_id.contains_key(target) || graph.by_label.contains_key(target);
    let revision = &graph.revisions[index];
    revision.down_revisions.iter().chain(&revision.depends_on).any(|reference| !resolves(&reference.target))
}

/// Orders all connected revisions as an upgrade of an empty database runs them.
fn upgrade_order(graph: &RevisionGraph, connected: &[bool]) -> Vec<usize> {
    let is_top = |index: &usize| !graph.nodes[*index].all_next.iter().any(|next| connected[*next]);
    let tops: Vec<usize> =
        graph.loaded.iter().copied().filter(|index| connected[*index] && is_top(index)).collect();
    let mut order = arranged(graph, connected, &tops);
    order.reverse();
    order
}

/// Orders the wanted revisions below some heads, from the top down, as `RevisionMap._topological_sort` of Alembic 1.20
/// does, without its set of ancestors per head: it walks down from the heads, one line at a time, and leaves a line for
/// another whenever the revision it comes to still has something above it. An upgrade runs that list backwards.
pub(super) fn arranged(graph: &RevisionGraph, wanted: &[bool], heads: &[usize]) -> Vec<usize> {
    // Only edges between wanted revisions count.
    let mut waiting_above: Vec<usize> =
        graph.nodes.iter().map(|node| node.all_next.iter().filter(|next| wanted[**next]).count()).collect();
    let mut on_a_line = vec![false; graph.nodes.len()];
    for &index in heads {
        on_a_line[index] = wanted[index];
    }
    let mut lines: Vec<usize> = graph.loaded.iter().copied().filter(|index| on_a_line[*index]).collect();
    let mut done = vec![false; graph.nodes.len()];
    let mut search = UpwardSearch { stamp: vec![0; graph.nodes.len()], round: 0 };
    let mut downwards = Vec::new();
    let mut line = 0;
    while !lines.is_empty() {
        let candidate = lines[line];
        if waiting_above[candidate] > 0 {
            match search.first_line_above(graph, candidate, &lines, line, wanted, &done) {
                Some(other) => line = other,
                // Cannot happen below heads that include all tops; ending here keeps a mistake from becoming a hang.
                None => break,
            }
            continue;
        }
        downwards.push(candidate);
        done[candidate] = true;
        on_a_line[candidate] = false;
        let node = &graph.nodes[candidate];
        for &below in
            node.down.iter().chain(node.dependencies.iter().filter(|below| !node.down.contains(below)))
        {
            waiting_above[below] = waiting_above[below].saturating_sub(1);
        }
        let mut below = node
            .normalized_down
            .iter()
            .copied()
            .filter(|below| wanted[*below] && !done[*below] && !on_a_line[*below]);
        if let Some(first) = below.next() {
            let rest: Vec<usize> = below.collect();
            lines[line] = first;
            on_a_line[first] = true;
            for other in rest {
                on_a_line[other] = true;
                lines.push(other);
            }
        } else {
            lines.remove(line);
            line = line.saturating_sub(1);
        }
    }
    downwards
}

/// Looks upwards for the lines that must be walked before a revision; stamps save clearing a set per search.
struct UpwardSearch {
    stamp: Vec<u32>,
    round: u32,
}

impl UpwardSearch {
    fn first_line_above(
        &mut self,
        graph: &RevisionGraph,
        candidate: usize,
        lines: &[usize],
        current: usize,
        connected: &[bool],
        done: &[bool],
    ) -> Option<usize> {
        self.round += 1;
        let mut stack = vec![candidate];
        while let Some(index) = stack.pop() {
            for &above in &graph.nodes[index].all_next {
                if connected[above] && !done[above] && self.stamp[above] != self.round {
                    self.stamp[above] = self.round;
                    stack.push(above);
                }
            }
        }
        let found =
            |(position, index): &(usize, &usize)| *position != current && self.stamp[**index] == self.round;
        lines.iter().enumerate().find(found).map(|(position, _)| position)
    }
}

/// Reports every circle: first those of `down_revision` alone, then those that need a `depends_on` to close.
fn find_cycles(graph: &mut RevisionGraph) {
    let down = circles(graph, |index| graph.nodes[index].down.clone());
    let in_down: Vec<bool> = {
        let mut marks = vec![false; graph.nodes.len()];
        for &index in down.iter().flatten() {
            marks[index] = true;
        }
        marks
    };
    let all = circles(graph, |index| {
        let node = &graph.nodes[index];
        node.down.iter().chain(&node.dependencies).copied().collect()
    });
    for revisions in down {
        graph.defects.push(Defect::Cycle { revisions, through_dependencies: false });
    }
    for revisions in all {
        if !revisions.iter().any(|index| in_down[*index]) {
            graph.defects.push(Defect::Cycle { revisions, through_dependencies: true });
        }
    }
}

/// Returns one circle per strongly connected part, each member followed by the one it builds on.
fn circles(graph: &RevisionGraph, edges: impl Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    let edges: Vec<Vec<usize>> = (0..graph.nodes.len()).map(edges).collect();
    let mut found = Vec::new();
    for mut part in strong_components(&edges) {
        part.sort_unstable();
        let first = part[0];
        if part.len() == 1 && !edges[first].contains(&first) {
            continue;
        }
        found.push(shortest_circle(&edges, first, &part));
    }
    found.sort();
    found
}

/// Returns the shortest way from a revision back to itself within its part.
fn shortest_circle(edges: &[Vec<usize>], start: usize, part: &[usize]) -> Vec<usize> {
    let mut came_from: std::collections::HashMap<usize, usize> = std::collections::HashMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &next in &edges[at] {
            if next == start {
                let mut circle = vec![at];
                let mut back = at;
                while back != start {
                    back = came_from[&back];
                    circle.push(back);
                }
                circle.reverse();
                return circle;
            }
            if part.binary_search(&next).is_ok() && !came_from.contains_key(&next) {
                came_from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    part.to_vec()
}

/// Returns the strongly connected parts of a graph that is given as the targets of each node, every node in one part.
///
/// (Tarjan's algorithm, without recursion: histories are deep.)
pub fn strong_components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let count = edges.len();
    let (mut number, mut low) = (vec![UNSEEN; count], vec![0; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut parts, mut next_number) = (Vec::new(), Vec::new(), 0);
    for root in 0..count {
        if number[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((at, edge)) = calls.pop() {
            if edge == 0 {
                number[at] = next_number;
                low[at] = next_number;
                next_number += 1;
                stack.push(at);
                on_stack[at] = true;
            } else {
                let child = edges[at][edge - 1];
                if on_stack[child] {
                    low[at] = low[at].min(low[child]);
                }
            }
            if let Some(&child) = edges[at].get(edge) {
                calls.push((at, edge + 1));
                if number[child] == UNSEEN {
                    calls.push((child, 0));
                }
                continue;
            }
            if low[at] == number[at] {
                let mut part = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    part.push(member);
                    if member == at {
                        break;
                    }
                }
                parts.push(part);
            }
        }
    }
    parts
}
