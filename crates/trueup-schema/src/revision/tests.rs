//! The graph against what real Alembic says, and on histories that Alembic refuses.

use std::collections::{BTreeMap, HashMap};

use super::{Bound, Defect, LookupError, Reference, Revision, RevisionGraph, SuggestionReason};
use crate::Origin;

/// What Alembic 1.20.1 (`RevisionMap`, the answer of `iterate_revisions("heads", "base")` turned round) says about
/// random histories with branches, merges, several bases, labels and dependencies, under four hash seeds.
///
/// A line is `id <- down_revision branch_labels depends_on`, in loading order.
const ALEMBIC: &str = include_str!("alembic.txt");

#[derive(Default)]
struct Case<'a> {
    name: &'a str,
    revisions: Vec<Revision>,
    expected: HashMap<&'a str, Vec<&'a str>>,
    labels: BTreeMap<&'a str, Vec<&'a str>>,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name, ..Case::default() });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["=", "labels", id, ref labels @ ..] => {
                case.labels.insert(id, labels.to_vec());
            }
            ["=", key, ref values @ ..] => {
                case.expected.insert(key, values.to_vec());
            }
            [id, "<-", down, labels, depends] => case.revisions.push(revision(id, down, labels, depends)),
            _ => panic!("cannot read `{line}`"),
        }
    }
    cases
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|word| *word != "-" && !word.is_empty()).map(str::to_owned).collect()
}

fn revision(id: &str, down: &str, labels: &str, depends: &str) -> Revision {
    let references =
        |text| list(text).into_iter().map(|target| Reference { target, origin: Origin::none() }).collect();
    Revision {
        id: Some(id.to_owned()),
        down_revisions: references(down),
        branch_labels: list(labels),
        depends_on: references(depends),
        path: format!("versions/{id}.py").into(),
        ..Revision::default()
    }
}

/// Builds a graph of lines `id down_revision branch_labels depends_on`; what is left away at the end is empty.
pub(super) fn graph(lines: &[&str]) -> RevisionGraph {
    let lines = lines.iter().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let at = |index: usize| words.get(index).copied().unwrap_or("-");
        revision(words[0], at(1), at(2), at(3))
    });
    RevisionGraph::build(lines.collect())
}

/// Returns the positions of ids.
pub(super) fn applied(graph: &RevisionGraph, ids: &[&str]) -> Vec<usize> {
    ids.iter().map(|id| graph.get(id).unwrap()).collect()
}

#[test]
fn agrees_with_alembic() {
    for case in cases(ALEMBIC) {
        let graph = RevisionGraph::build(case.revisions);
        let in_loading_order = |revisions: Vec<usize>| {
            let mut revisions = revisions;
            revisions.sort_unstable();
            graph.ids(&revisions)
        };
        let answers = [
            ("heads", graph.ids(graph.heads())),
            ("real", graph.ids(graph.real_heads())),
            ("bases", graph.ids(graph.bases())),
            ("branch", in_loading_order(graph.branch_points())),
            ("merge", in_loading_order(graph.merge_points())),
            ("order", graph.ids(graph.order())),
        ];
        for (key, answer) in answers {
            assert_eq!(answer, case.expected[key], "{key} of {}", case.name);
        }
        for (index, header) in graph.revisions().iter().enumerate() {
            let mut labels = graph.labels(index).to_vec();
            labels.sort();
            let expected = case.labels.get(header.id.as_deref().unwrap()).cloned().unwrap_or_default();
            assert_eq!(labels, expected, "labels of {} of {}", graph.id(index), case.name);
        }
        assert!(graph.defects().is_empty() && graph.disconnected().is_empty(), "{}", case.name);
    }
}

#[test]
fn a_dangling_reference_disconnects_what_builds_on_it() {
    let graph = graph(&["a", "b a", "c gone", "d c"]);
    assert_eq!(graph.ids(graph.order()), ["a", "b"]);
    assert_eq!(graph.ids(graph.disconnected()), ["c", "d"]);
    assert_eq!(graph.ids(graph.heads()), ["b", "d"]);
    assert_eq!(graph.ids(graph.bases()), ["a"]);
    assert_eq!(graph.defects(), [Defect::DanglingDown { revision: 2, reference: 0 }]);
}

#[test]
fn the_last_of_two_twins_takes_the_place_of_the_first() {
    let graph = graph(&["a", "b a", "a -", "c b"]);
    assert_eq!(graph.order(), [2, 1, 3]);
    assert_eq!(graph.disconnected(), [0]);
    assert_eq!(graph.defects(), [Defect::DuplicateId { id: "a".to_owned(), revisions: vec![0, 2] }]);
}

#[test]
fn circles_are_found_and_what_is_beside_them_runs() {
    let lines = graph(&["a c", "b a", "c b", "d c", "x", "y x"]);
    assert_eq!(lines.ids(lines.order()), ["x", "y"]);
    assert_eq!(lines.defects(), [Defect::Cycle { revisions: vec![0, 2, 1], through_dependencies: false }]);
    let itself = graph(&["a a"]);
    assert_eq!(itself.defects(), [Defect::Cycle { revisions: vec![0], through_dependencies: false }]);
    let dependency = graph(&["a - - b", "b a"]);
    assert_eq!(dependency.defects(), [Defect::Cycle { revisions: vec![0, 1], through_dependencies: true }]);
    assert!(dependency.order().is_empty());
}

#[test]
fn labels_that_collide_are_defects() {
    let two = graph(&["a - x", "b a x"]);
    assert_eq!(two.defects(), [Defect::DuplicateLabel { label: "x".to_owned(), revisions: vec![0, 1] }]);
    let id = graph(&["a", "b a a"]);
    assert_eq!(id.defects(), [Defect::DuplicateLabel { label: "a".to_owned(), revisions: vec![0, 1] }]);
}

#[test]
fn finds_by_id_label_and_beginning() {
    let graph = graph(&["ae1027a6acf", "ae10ffff bogus-is-none", "xyz"]);
    assert_eq!(graph.find("ae1027"), Ok(0));
    assert_eq!(graph.find("xyz"), Ok(2));
    assert_eq!(
        graph.find("xy"),
        Err(LookupError::Unknown("xy".to_owned())),
        "ids of three characters are not completed"
    );
    assert!(matches!(graph.find("ae10"), Err(LookupError::Ambiguous { .. })));
    assert!(graph.find("").is_err());
}

#[test]
fn a_range_is_counted_from_what_is_applied_where_the_first_head_is_too_near_to_base() {
    let graph = graph(&["a", "b a", "v", "w v", "x w", "y x", "z y"]);
    let range = |lower: &str, at: &str| {
        let applied = applied(&graph, &[at]);
        graph.range(Bound::Identifier(lower), Bound::Applied(&applied)).map(|found| graph.ids(&found))
    };
    // What alembic 1.20 answers; the heads are `b` and `z`, and there is nothing three below `b`.
    assert_eq!(range("-3", "x").unwrap(), ["x", "w", "v"]);
    assert_eq!(range("-3", "z").unwrap(), ["z", "y", "x", "w"]);
}

#[test]
fn suggestions_say_why() {
    let mut first = revision("20240210_initial", "-", "-", "-");
    first.path = "versions/20240210_initial_migration.py".into();
    let second = revision("b2b2b2b2", "20240210_initial_migration", "-", "-");
    let third = revision("c3", "b2b2b2b3", "-", "-");
    let graph = RevisionGraph::build(vec![first, second, third]);
    let reasons: Vec<_> =
        graph.suggestions().into_iter().map(|(_, _, found)| (found.revision, found.reason)).collect();
    assert_eq!(reasons, [(0, SuggestionReason::FileName), (1, SuggestionReason::Spelling)]);
    let mended = graph.mended();
    assert_eq!(mended.ids(mended.heads()), ["c3"]);
    assert!(mended.defects().is_empty());
}

#[test]
fn a_descendant_is_never_suggested() {
    let graph = graph(&["release_1 release_2x", "release_2 release_1"]);
    assert!(graph.suggestions().is_empty());
}

#[test]
fn ten_thousand_revisions_are_no_matter() {
    // A line with a branch and a merge every ten revisions: deep for recursion, wide for sets of ancestors.
    let revisions = (0..10_000).map(|number: usize| {
        let down = match number {
            0 => "-".to_owned(),
            _ if number % 10 == 9 => format!("r{},r{}", number - 1, number - 4),
            _ => format!("r{}", number - 1),
        };
        revision(&format!("r{number}"), &down, "-", "-")
    });
    let graph = RevisionGraph::build(revisions.collect());
    assert_eq!(graph.order().len(), 10_000);
    assert_eq!(graph.heads().len(), 1);
    let everything_dangles =
        (0..2_000).map(|number| revision(&format!("r{number}"), &format!("gone{number}"), "-", "-"));
    assert_eq!(RevisionGraph::build(everything_dangles.collect()).order().len(), 0);
}
