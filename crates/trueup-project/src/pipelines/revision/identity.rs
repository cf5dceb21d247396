//! Where a new revision goes in the graph: its id, what it follows and depends on, its label.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use trueup_schema::revision::{End, IdentifierError, RevisionGraph};

use super::{Follows, RevisionError, RevisionRequest, refused};
use crate::pipelines::writing::{Event, Tell};

/// What Alembic's identifiers use themselves (alembic 1.20, `script/revision.py`).
const ILLEGAL: [char; 4] = ['@', '-', '+', ':'];
/// Words that mean something else wherever a revision is named.
const RESERVED: [&str; 4] = ["head", "heads", "base", "current"];
/// The length of `version_num` in the version table.
const VERSION_COLUMN_CHARACTERS: usize = 32;

/// Returns the id: the one that was asked for, else twelve random digits, as Alembic makes them.
pub(super) fn id(
    graph: &RevisionGraph,
    asked: Option<&str>,
    tell: &mut Tell<'_>,
) -> Result<String, RevisionError> {
    let Some(id) = asked.filter(|id| !id.is_empty()) else { return Ok(random_id(graph)) };
    let illegal: Vec<String> =
        ILLEGAL.iter().filter(|sign| id.contains(**sign)).map(|sign| format!("`{sign}`")).collect();
    if !illegal.is_empty() {
        let message = format!(
            "the revision id `{id}` contains {}, which identifiers use themselves",
            illegal.join(", ")
        );
        return Err(refused(message, "use letters, digits and `_`").into());
    }
    if RESERVED.contains(&id) || id.trim() != id {
        let message = format!("no command could name a revision with the id `{id}`");
        return Err(refused(message, "use letters, digits and `_`").into());
    }
    if id.contains(['/', '\\']) || id.chars().any(char::is_control) {
        let message =
            format!("the revision id `{}` does not fit into the name of a file", id.escape_default());
        return Err(refused(message, "use letters, digits and `_`").into());
    }
    if let Some(taken) = graph.get(id) {
        let message = format!("the revision id `{id}` is taken by `{}`", graph.revisions()[taken].path);
        return Err(refused(message, "leave `--rev-id` away, or choose another one").into());
    }
    if let Some(owner) = graph.label_owner(id) {
        let message = format!("`{id}` is the branch label of `{}`", graph.id(owner));
        return Err(refused(message, "leave `--rev-id` away, or choose another one").into());
    }
    let length = id.chars().count();
    if length > VERSION_COLUMN_CHARACTERS {
        tell(Event::Warns(
            &format!(
                "the revision id `{id}` has {length} characters, and the version table's column holds 32"
            ),
            Some("PostgreSQL refuses to record it unless env.py makes the column wider"),
        ));
    }
    Ok(id.to_owned())
}

/// Returns an id that no revision has.
fn random_id(graph: &RevisionGraph) -> String {
    loop {
        // The standard library's hasher is seeded by the operating system, anew for each of these.
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u32(std::process::id());
        let digits = format!("{:016x}", hasher.finish());
        let id = digits[4..].to_owned();
        if graph.get(&id).is_none() && graph.label_owner(&id).is_none() {
            return id;
        }
    }
}

/// Returns the revisions that the new one follows; none for a new base.
pub(super) fn down(graph: &RevisionGraph, request: &RevisionRequest) -> Result<Vec<usize>, RevisionError> {
    let asked = match &request.follows {
        Follows::Head(head) => std::slice::from_ref(head),
        Follows::Merge(revisions) => revisions,
    };
    let mut found = Vec::new();
    for text in asked {
        for revision in graph.resolve(text)?.into_iter().filter_map(End::revision) {
            if found.contains(&revision) {
                let message = format!("`{}` is named twice", graph.id(revision));
                return Err(refused(message, "name every revision once").into());
            }
            found.push(revision);
        }
    }
    let is_merge = matches!(request.follows, Follows::Merge(_));
    if is_merge || found.len() > 1 {
        can_be_merged(graph, &found)?;
    }
    let followed = found.iter().find(|revision| !graph.is_head(**revision)).filter(|_| !request.splice);
    if let Some(followed) = followed {
        let id = graph.id(*followed);
        let next = graph.ids(graph.next(*followed)).join("`, `");
        let message = format!("`{id}` is no head: `{next}` follows it");
        return Err(refused(message, "name a head, or begin a branch there with `--splice`").into());
    }
    Ok(found)
}

fn can_be_merged(graph: &RevisionGraph, found: &[usize]) -> Result<(), RevisionError> {
    match found {
        [] => return Err(refused("there is nothing to merge", "`trueup heads` shows what could be").into()),
        [only] => {
            let message = format!("`{}` alone cannot be merged", graph.id(*only));
            return Err(
                refused(message, "name two revisions or more, or `heads` where there are several").into()
            );
        }
        _ => {}
    }
    for upper in found {
        let below = graph.ancestors(*upper);
        if let Some(lower) = found.iter().find(|lower| *lower != upper && below.contains(lower)) {
            let (upper, lower) = (graph.id(*upper).to_owned(), graph.id(*lower).to_owned());
            return Err(IdentifierError::Overlap { upper, lower }.into());
        }
    }
    Ok(())
}

/// Refuses a label that means something already.
pub(super) fn label(graph: &RevisionGraph, id: &str, label: Option<&str>) -> Result<(), RevisionError> {
    let Some(label) = label else { return Ok(()) };
    if label.is_empty() || label.contains(ILLEGAL) || RESERVED.contains(&label) {
        let message = format!("no command could name a branch with the label `{label}`");
        return Err(refused(message, "use letters, digits and `_`").into());
    }
    let owner = graph.label_owner(label).or_else(|| graph.get(label));
    if let Some(owner) = owner {
        let message = format!("the branch label `{label}` is taken by the revision `{}`", graph.id(owner));
        return Err(refused(
            message,
            format!("choose another one, or go on with that branch: `--head {label}@head`"),
        )
        .into());
    }
    if label == id {
        let message = format!("the branch label `{label}` is the revision's own id");
        return Err(refused(message, "choose another one").into());
    }
    Ok(())
}

/// Returns the dependencies: labels as they are, everything else as the id that it means.
pub(super) fn depends_on(graph: &RevisionGraph, asked: &[String]) -> Result<Vec<String>, RevisionError> {
    let one = |text: &String| {
        let name = text.rsplit('@').next().unwrap_or_default();
        if name.starts_with('-') {
            // What is counted from the heads changes with them, and a dependency must not.
            let message = format!("`{text}` is no revision to depend on");
            return Err(refused(message, "name a revision or a branch label").into());
        }
        let found: Vec<usize> = graph.resolve(text)?.into_iter().filter_map(End::revision).collect();
        match found[..] {
            [revision] if graph.labels(revision).contains(text) => Ok(text.clone()),
            [revision] => Ok(graph.id(revision).to_owned()),
            [] => Err(refused(
                format!("`{text}` is no revision to depend on"),
                "name a revision or a branch label",
            )
            .into()),
            _ => {
                let message = format!("`{text}` is not one revision: `{}`", graph.ids(&found).join("`, `"));
                Err(refused(message, "name them one by one: `--depends-on` may be given several times")
                    .into())
            }
        }
    };
    asked.iter().map(one).collect()
}
