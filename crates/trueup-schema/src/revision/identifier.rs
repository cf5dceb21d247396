//! Identifiers as people write them: `head`, `ae10`, `sales@head`, `base`, `-2`, `ae10+1`.
//!
//! The grammar and its meaning are Alembic's (alembic 1.20, `script/revision.py`); what an identifier means relative to
//! the revisions that a database has applied is in `steps`. An identifier that means nothing ends in an
//! [`IdentifierError`], which says why in words that lead out.

use super::RevisionGraph;
use super::graph::LookupError;

/// Where an identifier leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Before the first revision.
    Base,
    /// At a revision, by its position in the graph.
    Revision(usize),
}

impl End {
    /// Returns the revision, if it is one.
    pub fn revision(self) -> Option<usize> {
        match self {
            Self::Base => None,
            Self::Revision(revision) => Some(revision),
        }
    }
}

/// Why an identifier cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// No id, label or beginning of an id, or the beginning of several.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// What stands before `@` is neither a branch label nor a revision.
    #[error("no branch is called `{0}`")]
    NoBranch(String),
    /// The revision exists, but not on that branch.
    #[error("revision `{revision}` is not on the branch `{branch}`")]
    NotOnBranch {
        /// Id of the revision.
        revision: String,
        /// The branch as written.
        branch: String,
    },
    /// `head` where there are several.
    #[error("`{asked}` is not one revision: the heads are {}", list(heads))]
    SeveralHeads {
        /// What was asked for, `head` or `branch@head`.
        asked: String,
        /// Ids of the heads.
        heads: Vec<String>,
    },
    /// Counting leads to a fork.
    #[error("`{asked}` is not one revision: {at} leads to {}", list(candidates))]
    Fork {
        /// What was asked for.
        asked: String,
        /// Where the ways part, in words.
        at: String,
        /// Ids behind the fork.
        candidates: Vec<String>,
    },
    /// Counting leads out of the history.
    #[error("`{asked}` leads out of the history")]
    TooFar {
        /// What was asked for.
        asked: String,
    },
    /// A number of steps in the direction that the command does not go.
    #[error("`{asked}` goes the wrong way: {direction}")]
    WrongWay {
        /// What was asked for.
        asked: String,
        /// What the command does, in words.
        direction: &'static str,
    },
    /// Steps are counted from the applied revisions, and there are several of them.
    #[error("`{asked}` counts from the applied revision, and there are several: {}", list(applied))]
    SeveralApplied {
        /// What was asked for.
        asked: String,
        /// Ids of the applied revisions.
        applied: Vec<String>,
    },
    /// Two revisions were asked for of which one builds on the other.
    #[error("`{upper}` builds on `{lower}`: asking for both says the same thing twice")]
    Overlap {
        /// Id of the one that includes the other.
        upper: String,
        /// Id of the other.
        lower: String,
    },
    /// The two ends of a range are not one above the other.
    #[error("`{upper}` does not build on `{lower}`")]
    NotAbove {
        /// The upper end as written.
        upper: String,
        /// The lower end as written.
        lower: String,
    },
    /// A downgrade to a revision that is not applied.
    #[error("`{target}` is not below what is applied")]
    NotBelow {
        /// The target as written.
        target: String,
    },
    /// A stamp between two rows of the version table of which one builds on the other.
    #[error("`{target}` lies between two rows of the version table, `{upper}` and `{lower}`")]
    Between {
        /// Id of the target.
        target: String,
        /// Id of the row above it.
        upper: String,
        /// Id of the row below it.
        lower: String,
    },
    /// A stamp with several targets that would move the same row.
    #[error("`{row}` cannot move to `{target}`: another target of the same stamp has moved it before")]
    AlreadyMoved {
        /// Id of the target that finds the row gone.
        target: String,
        /// Id of the row.
        row: String,
    },
    /// A stamp that names the same revision twice.
    #[error("`{0}` is asked for twice")]
    Twice(String),
    /// A revision that a database has applied and that the project does not have.
    #[error("the database is at `{0}`, which no revision file has")]
    UnknownApplied(String),
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

type Found<T> = Result<T, IdentifierError>;

/// `branch@symbol-2` taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Relative<'a> {
    pub(super) branch: Option<&'a str>,
    pub(super) symbol: Option<&'a str>,
    pub(super) steps: i64,
}

/// Reads a number of steps with what they are counted from; `None` for an absolute identifier.
pub(super) fn relative(text: &str) -> Option<Relative<'_>> {
    let sign = text.rfind(['+', '-'])?;
    let digits = &text[sign + 1..];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let steps = text[sign..].parse().ok()?;
    let (branch, symbol) = match text[..sign].rsplit_once('@') {
        Some((branch, symbol)) if !branch.is_empty() => (Some(branch), symbol),
        Some(_) => return None,
        None => (None, &text[..sign]),
    };
    let is_word = symbol.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    is_word.then_some(Relative { branch, symbol: (!symbol.is_empty()).then_some(symbol), steps })
}

fn split_branch(text: &str) -> (Option<&str>, &str) {
    match text.split_once('@') {
        Some((branch, rest)) => ((!branch.is_empty()).then_some(branch), rest),
        None => (None, text),
    }
}

impl RevisionGraph {
    /// Returns what an identifier names without regard to any database: no revision for `base`, several for `heads`.
    ///
    /// # Errors
    /// When it names nothing, or more than one where one is meant.
    pub fn resolve(&self, text: &str) -> Found<Vec<End>> {
        let (branch, rest) = split_branch(text);
        match rest {
            "heads" => Ok(self.heads_of(branch)?.into_iter().map(End::Revision).collect()),
            "head" => Ok(self.only_head(text, branch)?.map(End::Revision).into_iter().collect()),
            "base" => Ok(Vec::new()),
            _ => match rest.parse::<i64>() {
                Ok(steps) if steps < 0 => self.below_heads(text, branch, steps),
                _ => Ok(vec![End::Revision(self.named(rest, branch)?)]),
            },
        }
    }

    /// Returns the one revision that an identifier names.
    pub(super) fn resolve_one(&self, text: &str) -> Found<End> {
        let found = self.resolve(text)?;
        match found[..] {
            [] => Ok(End::Base),
            [only] => Ok(only),
            _ => Err(IdentifierError::SeveralHeads {
                asked: text.to_owned(),
                heads: self.ids(&found.iter().filter_map(|end| end.revision()).collect::<Vec<_>>()),
            }),
        }
    }

    /// Returns the real heads, or the heads of a branch.
    fn heads_of(&self, branch: Option<&str>) -> Found<Vec<usize>> {
        let Some(branch) = branch else { return Ok(self.real_heads().to_vec()) };
        let on_branch = self.lineage(&[self.branch(branch)?]);
        Ok(self.heads().iter().copied().filter(|head| on_branch[*head]).collect())
    }

    fn only_head(&self, asked: &str, branch: Option<&str>) -> Found<Option<usize>> {
        let heads = match branch {
            Some(_) => self.heads_of(branch)?,
            None => self.heads().to_vec(),
        };
        match heads[..] {
            [] => Ok(None),
            [head] => Ok(Some(head)),
            _ => Err(IdentifierError::SeveralHeads { asked: asked.to_owned(), heads: self.ids(&heads) }),
        }
    }

    /// Walks down from every head; `-1` of a history with one head is the revision before it.
    fn below_heads(&self, asked: &str, branch: Option<&str>, steps: i64) -> Found<Vec<End>> {
        let mut found = Vec::new();
        for &head in self.real_heads() {
            if branch.is_some_and(|branch| !self.labels(head).iter().any(|label| label == branch)) {
                continue;
            }
            let too_far = || IdentifierError::TooFar { asked: asked.to_owned() };
            found.push(
                self.walk(asked, End::Revision(head), steps, None, Overrun::Ends)?.ok_or_else(too_far)?,
            );
        }
        Ok(found)
    }

    /// Returns the revision that an id, label or beginning of an id names, on a branch if one is given.
    pub(super) fn named(&self, text: &str, branch: Option<&str>) -> Found<usize> {
        let Some(branch_text) = branch else { return Ok(self.find(text)?) };
        let on_branch = self.lineage(&[self.branch(branch_text)?]);
        match self.find_among(text, |revision| on_branch[revision]) {
            Ok(revision) if on_branch[revision] => Ok(revision),
            Ok(revision) => Err(IdentifierError::NotOnBranch {
                revision: self.id(revision).to_owned(),
                branch: branch_text.to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the revision that a branch is named after: the owner of the label, or any revision of the branch.
    pub(super) fn branch(&self, text: &str) -> Found<usize> {
        self.find(text).map_err(|_| IdentifierError::NoBranch(text.to_owned()))
    }

    /// Tells of every revision whether it is one of these, above one or below one, dependencies left aside.
    pub(super) fn lineage(&self, revisions: &[usize]) -> Vec<bool> {
        let mut marks = vec![false; self.nodes.len()];
        let up = self.reachable(revisions, |node| &node.next);
        let down = self.reachable(revisions, |node| &node.down);
        for revision in up.into_iter().chain(down) {
            marks[revision] = true;
        }
        marks
    }

    /// Goes a number of steps up (positive) or down from a place, along a branch where going up needs one.
    ///
    /// Returns nothing where the walk leads out of the history, unless it may end there.
    pub(super) fn walk(
        &self,
        asked: &str,
        start: End,
        steps: i64,
        branch: Option<&str>,
        overrun: Overrun,
    ) -> Found<Option<End>> {
        let on_branch = match branch {
            Some(branch) if steps > 0 => Some(self.lineage_of_text(branch)?),
            _ => None,
        };
        let mut at = start;
        for _ in 0..steps.unsigned_abs() {
            let next: Vec<End> = match at {
                End::Base if steps < 0 => Vec::new(),
                End::Base => self.bases().iter().copied().map(End::Revision).collect(),
                End::Revision(revision) if steps > 0 => {
                    self.next(revision).iter().copied().map(End::Revision).collect()
                }
                End::Revision(revision) if self.down(revision).is_empty() => vec![End::Base],
                End::Revision(revision) => self.down(revision).iter().copied().map(End::Revision).collect(),
            };
            let is_on_branch = |end: &End| match (&on_branch, end) {
                (Some(marks), End::Revision(revision)) => marks[*revision],
                _ => true,
            };
            let next: Vec<End> = next.into_iter().filter(is_on_branch).collect();
            at = match next[..] {
                [] if overrun == Overrun::Stays => return Ok(Some(at)),
                [] => return Ok(None),
                [only] => only,
                _ => return Err(self.fork(asked, at, &next)),
            };
        }
        Ok(Some(at))
    }

    fn fork(&self, asked: &str, at: End, next: &[End]) -> IdentifierError {
        let candidates: Vec<usize> = next.iter().filter_map(|end| end.revision()).collect();
        IdentifierError::Fork {
            asked: asked.to_owned(),
            at: at
                .revision()
                .map_or_else(|| "base".to_owned(), |revision| format!("`{}`", self.id(revision))),
            candidates: self.ids(&candidates),
        }
    }

    /// Returns the lineage of a branch that is named by any identifier, `sales` or `sales@head`.
    pub(super) fn lineage_of_text(&self, text: &str) -> Found<Vec<bool>> {
        Ok(match self.lineage_names(text)?[..] {
            [] => vec![true; self.nodes.len()],
            ref named => self.lineage(named),
        })
    }

    /// Does the same, with dependencies.
    pub(super) fn lineage_with_dependencies(&self, text: &str) -> Found<Vec<bool>> {
        let named = self.lineage_names(text)?;
        if named.is_empty() {
            return Ok(vec![true; self.nodes.len()]);
        }
        let mut marks = vec![false; self.nodes.len()];
        let up = self.reachable(&named, |node| &node.all_next);
        for revision in up.into_iter().chain(self.active(&named)) {
            marks[revision] = true;
        }
        Ok(marks)
    }

    /// Returns the revisions whose lines an identifier speaks of; none for `base`, from which all lines rise.
    fn lineage_names(&self, text: &str) -> Found<Vec<usize>> {
        let (branch, rest) = split_branch(text);
        let mut named = Vec::new();
        if let Some(branch) = branch {
            named.push(self.branch(branch)?);
        }
        match rest {
            "base" => {}
            "heads" | "head" => named.extend(self.resolve(text)?.into_iter().filter_map(End::revision)),
            _ => named.push(self.named(rest, None)?),
        }
        Ok(named)
    }
}

/// What happens where a walk leads out of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overrun {
    /// It leads nowhere.
    Ends,
    /// It stays at the last place.
    Stays,
}

#[cfg(test)]
mod tests {
    use super::{Relative, relative};

    #[test]
    fn relative_identifiers_are_taken_apart() {
        let cases = [
            ("+2", Some((None, None, 2))),
            ("-1", Some((None, None, -1))),
            ("ae10+2", Some((None, Some("ae10"), 2))),
            ("sales@-1", Some((Some("sales"), None, -1))),
            ("sales@head-1", Some((Some("sales"), Some("head"), -1))),
            ("ae10", None),
            ("head", None),
            ("ae10-", None),
            ("a.b-2", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(branch, symbol, steps)| Relative { branch, symbol, steps });
            assert_eq!(relative(text), expected, "{text}");
        }
    }
}
