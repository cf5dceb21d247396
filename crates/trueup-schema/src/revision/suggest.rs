//! Guesses what a dangling reference was meant to name, and says why.

use super::graph::{Defect, RevisionGraph};

/// What a dangling reference was probably meant to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The revision.
    pub revision: usize,
    /// Why it is the one.
    pub reason: SuggestionReason,
}

/// Why a revision is suggested, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuggestionReason {
    /// The reference is the name of that revision's file.
    FileName,
    /// The reference is the `Revision ID:` in that revision's docstring.
    DocstringId,
    /// The docstring's `Revises:` names it, where `down_revision` names nothing.
    DocstringRevises,
    /// The reference is the beginning of its id, or its id the beginning of the reference.
    Prefix,
    /// The reference differs from its id in case or in a few characters.
    Spelling,
}

impl SuggestionReason {
    /// Tells whether the evidence names the revision, rather than only resembling it.
    pub fn is_strong(self) -> bool {
        self != Self::Spelling
    }
}

impl RevisionGraph {
    /// Returns what a reference was probably meant to name, if exactly one revision fits best.
    ///
    /// A revision is never suggested to itself or to what it builds on.
    pub fn suggest(&self, revision: usize, target: &str) -> Option<Suggestion> {
        let header = &self.revisions[revision];
        let mut is_above = vec![false; self.revisions.len()];
        for above in self.descendants(revision) {
            is_above[above] = true;
        }
        let candidates: Vec<usize> =
            self.loaded.iter().copied().filter(|candidate| !is_above[*candidate]).collect();
        let only = |reason: SuggestionReason, fits: &dyn Fn(usize) -> bool| {
            let mut fitting = candidates.iter().copied().filter(|candidate| fits(*candidate));
            let first = fitting.next()?;
            fitting.next().is_none().then_some(Suggestion { revision: first, reason })
        };
        only(SuggestionReason::FileName, &|candidate| {
            let stem = self.revisions[candidate].file_stem();
            !stem.is_empty() && target.strip_suffix(".py").unwrap_or(target) == stem
        })
        .or_else(|| {
            only(SuggestionReason::DocstringId, &|candidate| {
                self.revisions[candidate].docstring_revision.as_deref().map(str::trim) == Some(target)
            })
        })
        .or_else(|| {
            let revises = header.docstring_revises.as_deref()?.trim();
            // Several `Revises:` belong to a merge, where it cannot be told which one is meant.
            (header.down_revisions.len() == 1 && revises != target).then_some(())?;
            only(SuggestionReason::DocstringRevises, &|candidate| self.id(candidate) == revises)
        })
        .or_else(|| only(SuggestionReason::Prefix, &|candidate| is_prefix(self.id(candidate), target)))
        .or_else(|| self.nearest_spelling(&candidates, target))
    }

    /// Returns the suggestion for every dangling `down_revision`: revision, position of the reference, suggestion.
    pub fn suggestions(&self) -> Vec<(usize, usize, Suggestion)> {
        let suggested = self.defects.iter().filter_map(|defect| {
            let Defect::DanglingDown { revision, reference } = *defect else { return None };
            let target = &self.revisions[revision].down_revisions[reference].target;
            Some((revision, reference, self.suggest(revision, target)?))
        });
        suggested.collect()
    }

    /// Returns the graph as it would be with every suggestion taken, for telling what would be left to mend.
    pub fn mended(&self) -> Self {
        let suggestions = self.suggestions();
        if suggestions.is_empty() {
            return self.clone();
        }
        let replacements: Vec<(usize, usize, String)> = suggestions
            .into_iter()
            .map(|(revision, reference, suggestion)| {
                (revision, reference, self.id(suggestion.revision).to_owned())
            })
            .collect();
        self.with_references(&replacements)
    }

    fn nearest_spelling(&self, candidates: &[usize], target: &str) -> Option<Suggestion> {
        if target.chars().count() < 4 {
            return None;
        }
        let allowed = if looks_random(target) { 1 } else { (target.chars().count() / 5).clamp(1, 4) };
        let mut best: Option<(usize, usize)> = None;
        let mut tied = false;
        for &candidate in candidates {
            let id = self.id(candidate);
            // One edit leaves all but one character in place: told without a table of distances, since a project of
            // thousands of revisions may lack thousands of targets.
            if id.len().abs_diff(target.len()) > 4 * allowed || (allowed == 1 && !may_be_one_edit(id, target))
            {
                continue;
            }
            let distance = if id.eq_ignore_ascii_case(target) { 0 } else { edit_distance(id, target) };
            if distance > allowed {
                continue;
            }
            match best {
                Some((_, least)) if distance > least => {}
                Some((_, least)) if distance == least => tied = true,
                _ => (best, tied) = (Some((candidate, distance)), false),
            }
        }
        best.filter(|_| !tied)
            .map(|(revision, _)| Suggestion { revision, reason: SuggestionReason::Spelling })
    }
}

/// Tells whether one is the beginning of the other and long enough for that to mean something.
fn is_prefix(id: &str, target: &str) -> bool {
    let shorter = id.len().min(target.len());
    shorter >= 4 && (id.starts_with(target) || target.starts_with(id))
}

/// Tells whether an id is made of hexadecimal digits only: two such ids that differ in two characters are not related,
/// whereas one character may well be a typing mistake.
fn looks_random(id: &str) -> bool {
    id.len() >= 8 && id.chars().all(|character| character.is_ascii_hexdigit())
}

/// Tells whether two texts, without what they share at both ends, are short enough to be one edit apart.
///
/// Counted in bytes: where a character may have four, too much is let through rather than too little.
fn may_be_one_edit(left: &str, right: &str) -> bool {
    if left.eq_ignore_ascii_case(right) {
        return true;
    }
    let widest = if left.is_ascii() && right.is_ascii() { 1 } else { char::MAX.len_utf8() };
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let shared =
        |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(one, other)| one == other).count();
    let start = shared(&mut left.iter().zip(right));
    let end = shared(&mut left[start..].iter().rev().zip(right[start..].iter().rev()));
    left.len().max(right.len()) - start - end <= widest
}

/// Returns how many characters must be inserted, removed or replaced to turn one text into the other.
pub fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
