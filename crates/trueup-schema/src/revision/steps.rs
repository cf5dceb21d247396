//! Which revisions a command runs, and in which order: `upgrade`, `downgrade`, the range of `history`.
//!
//! What is asked for is an identifier (see `identifier`), what there is are the revisions that a database has applied:
//! the rows of its version table. The sets and their order are Alembic's (alembic 1.20, `RevisionMap.iterate_revisions`
//! and what it calls), so that a database which one tool has moved half the way is moved on by the other.

use super::RevisionGraph;
use super::identifier::{End, IdentifierError, Overrun, Relative, relative};
use super::order;

type Found<T> = Result<T, IdentifierError>;

/// One end of a range: an identifier, or what a database has applied (`current`).
#[derive(Clone, Copy, Debug)]
pub enum Bound<'a> {
    /// An identifier as written; empty means the outermost end.
    Identifier(&'a str),
    /// The rows of the version table.
    Applied(&'a [usize]),
}

impl RevisionGraph {
    /// Returns the revisions that rows of a version table name.
    ///
    /// # Errors
    /// When no file has such an id, or when one row is part of what another row stands for.
    pub fn applied(&self, rows: &[String]) -> Found<Vec<usize>> {
        let find = |row: &String| self.get(row).ok_or_else(|| IdentifierError::UnknownApplied(row.clone()));
        let applied: Vec<usize> = rows.iter().map(find).collect::<Result<_, _>>()?;
        Ok(applied)
    }

    /// Returns everything that is applied where the version table names these revisions.
    pub fn active(&self, applied: &[usize]) -> Vec<usize> {
        self.reachable(applied, |node| &node.normalized_down)
    }

    /// Returns what `current` lists: the applied revisions, and below them the tips of branches that were applied as
    /// dependencies. (`RevisionMap._get_all_current`.)
    pub fn current(&self, applied: &[usize]) -> Vec<usize> {
        let active = self.active(applied);
        let marks = self.marks(&active);
        let is_tip = |revision: &usize| {
            let above = self.reachable(&[*revision], |node| &node.next);
            !above.into_iter().any(|other| other != *revision && marks[other])
        };
        active.into_iter().filter(is_tip).collect()
    }

    /// Returns the revisions that `upgrade` to a target runs, in that order.
    ///
    /// # Errors
    /// When the target names nothing, or nothing that lies above what is applied.
    pub fn upgrade_steps(&self, target: &str, applied: &[usize]) -> Found<Vec<usize>> {
        let targets =
            self.upgrade_targets(Bound::Identifier(target), Bound::Applied(applied), Overrun::Ends)?;
        self.refuse_overlap(&targets)?;
        self.refuse_overlap(applied)?;
        let mut wanted = self.marks(&self.active(&targets));
        for revision in self.active(applied) {
            wanted[revision] = false;
        }
        let mut steps = order::arranged(self, &wanted, &targets);
        steps.reverse();
        Ok(steps)
    }

    /// Returns the revisions whose downgrade runs on the way to a target, in that order.
    ///
    /// # Errors
    /// When the target names nothing, or nothing that lies below what is applied.
    pub fn downgrade_steps(&self, target: &str, applied: &[usize]) -> Found<Vec<usize>> {
        let (branch, end) = self.downgrade_target(target, applied)?;
        let mut roots = match end {
            End::Base => self.bases().to_vec(),
            End::Revision(revision) => self.next(revision).to_vec(),
        };
        let not_below = || IdentifierError::NotBelow { target: target.to_owned() };
        if let Some(branch) = branch.filter(|_| roots.len() > 1) {
            let below = self.marks(&self.reachable(&[branch], |node| &node.down));
            roots.retain(|root| below[*root]);
            if roots.is_empty() {
                return Err(not_below());
            }
        }
        let active = self.marks(&self.active(applied));
        let mut dropped = self.marks(&self.reachable(&roots, |node| &node.all_next));
        for (dropped, active) in dropped.iter_mut().zip(active) {
            *dropped &= active;
        }
        let is_nothing = !dropped.contains(&true);
        if is_nothing && end.revision().is_some_and(|revision| !applied.contains(&revision)) {
            return Err(not_below());
        }
        Ok(order::arranged(self, &dropped, applied))
    }

    /// Returns the revisions from one end of a range to the other, both included, the uppermost first.
    ///
    /// # Errors
    /// When an end names nothing, or the upper one does not build on the lower one.
    pub fn range(&self, lower: Bound<'_>, upper: Bound<'_>) -> Found<Vec<usize>> {
        let lower = outermost(lower, "base");
        let upper = outermost(upper, "heads");
        let mut targets = self.upgrade_targets(upper, lower, Overrun::Stays)?;
        if let Bound::Identifier(text) = lower
            && let Some((branch, _)) = text.split_once('@')
        {
            // A revision stands for the branch whose label it has; without one, for its own line.
            let named = self.branch(branch)?;
            let own = match self.label_owner(branch) {
                Some(_) => vec![branch.to_owned()],
                None => self.labels(named).to_vec(),
            };
            let line = self.lineage(&[named]);
            targets.retain(|target| match own[..] {
                [] => line[*target],
                _ => self.labels(*target).iter().any(|label| own.contains(label)),
            });
        }
        self.refuse_overlap(&targets)?;
        let current = self.lower_end(lower, upper)?;
        self.refuse_overlap(&current)?;
        let mut wanted = self.marks(&self.active(&targets));
        if current.iter().any(|revision| !wanted[*revision]) {
            let written = |bound: Bound<'_>| match bound {
                Bound::Identifier(text) => text.to_owned(),
                Bound::Applied(_) => "current".to_owned(),
            };
            return Err(IdentifierError::NotAbove { upper: written(upper), lower: written(lower) });
        }
        for revision in self.active(&current) {
            wanted[revision] = false;
        }
        for &revision in &current {
            wanted[revision] = true;
        }
        if !current.is_empty() {
            let above = self.marks(&self.reachable(&current, |node| &node.next));
            for (wanted, above) in wanted.iter_mut().zip(above) {
                *wanted &= above;
            }
        }
        Ok(order::arranged(self, &wanted, &targets))
    }

    fn lower_end(&self, lower: Bound<'_>, upper: Bound<'_>) -> Found<Vec<usize>> {
        let text = match lower {
            Bound::Applied(revisions) => return Ok(revisions.to_vec()),
            Bound::Identifier(text) => text,
        };
        let ends = match relative(text) {
            // Counted from the heads; what would be below base is base.
            Some(Relative { branch, symbol: None, steps }) if steps < 0 => {
                let on_branch = |head: &&usize| {
                    branch.is_none_or(|branch| self.labels(**head).iter().any(|label| label == branch))
                };
                let heads: Vec<usize> = self.real_heads().iter().filter(on_branch).copied().collect();
                let walk = |head: usize, overrun| self.walk(text, End::Revision(head), steps, None, overrun);
                let stay = |head: usize| walk(head, Overrun::Stays);
                match (heads.first(), upper) {
                    // The first head is too near to base: Alembic then counts from the upper end.
                    (Some(&first), Bound::Applied(applied)) if walk(first, Overrun::Ends)?.is_none() => {
                        stay(self.downgrade_start(text, branch, applied)?)?.into_iter().collect()
                    }
                    _ => heads
                        .into_iter()
                        .map(stay)
                        .collect::<Found<Vec<_>>>()?
                        .into_iter()
                        .flatten()
                        .collect(),
                }
            }
            _ => self.resolve(text)?,
        };
        Ok(ends.into_iter().filter_map(End::revision).collect())
    }

    /// Returns what is to be reached: the revisions that a target names, counted from the lower end where it counts.
    fn upgrade_targets(&self, target: Bound<'_>, lower: Bound<'_>, overrun: Overrun) -> Found<Vec<usize>> {
        let text = match target {
            Bound::Applied(revisions) => return Ok(revisions.to_vec()),
            Bound::Identifier(text) => text,
        };
        let Some(way) = relative(text) else {
            return Ok(unique(self.resolve(text)?.into_iter().filter_map(End::revision)));
        };
        let too_far = || IdentifierError::TooFar { asked: text.to_owned() };
        let end = match way.symbol {
            Some(symbol) => {
                let start = match way.branch.filter(|_| way.steps <= 0) {
                    Some(branch) => self.resolve_one(&format!("{branch}@{symbol}"))?,
                    None => self.resolve_one(symbol)?,
                };
                let branch = way.branch.filter(|_| way.steps > 0);
                self.walk(text, start, way.steps, branch, overrun)?
            }
            None if way.steps <= 0 => {
                let direction = "an upgrade counts upwards, as in `+1`";
                return Err(IdentifierError::WrongWay { asked: text.to_owned(), direction });
            }
            None => {
                let starts = self.upgrade_starts(way.branch, lower)?;
                let start = match starts[..] {
                    [] => End::Base,
                    [only] => End::Revision(only),
                    _ => {
                        let applied = self.ids(&starts);
                        return Err(IdentifierError::SeveralApplied { asked: text.to_owned(), applied });
                    }
                };
                self.walk(text, start, way.steps, way.branch, overrun)?
            }
        };
        // Base is no revision that an upgrade could end at.
        Ok(vec![end.and_then(End::revision).ok_or_else(too_far)?])
    }

    /// Returns from where `+n` counts: the applied revisions, on a branch those of the branch, or where it forks off.
    fn upgrade_starts(&self, branch: Option<&str>, lower: Bound<'_>) -> Found<Vec<usize>> {
        let current = match lower {
            Bound::Applied(revisions) => revisions.to_vec(),
            Bound::Identifier(text) => self.resolve(text)?.into_iter().filter_map(End::revision).collect(),
        };
        let Some(branch) = branch else { return Ok(current) };
        let on_branch = self.lineage_of_text(branch)?;
        let starts: Vec<usize> = current.iter().copied().filter(|revision| on_branch[*revision]).collect();
        if !starts.is_empty() {
            return Ok(starts);
        }
        let active: Vec<usize> =
            self.active(&current).into_iter().filter(|revision| on_branch[*revision]).collect();
        let below: Vec<usize> = active
            .iter()
            .flat_map(|revision| self.nodes[*revision].normalized_down.iter().copied())
            .collect();
        Ok(active.into_iter().filter(|revision| !below.contains(revision)).collect())
    }

    /// Returns the branch that a downgrade is held to, and where it leads.
    fn downgrade_target(&self, text: &str, applied: &[usize]) -> Found<(Option<usize>, End)> {
        let Some(way) = relative(text) else {
            let (branch, symbol) = match text.rsplit_once('@') {
                Some((branch, symbol)) if !branch.is_empty() => (Some(self.branch(branch)?), symbol),
                Some((_, symbol)) => (None, symbol),
                None => (None, text),
            };
            return Ok((branch, self.resolve_one(symbol)?));
        };
        let too_far = || IdentifierError::TooFar { asked: text.to_owned() };
        let label = way.branch.map(|branch| self.branch(branch)).transpose()?;
        let (branch, start) = match way.symbol {
            Some(symbol) if way.steps >= 0 => (label, self.resolve_one(symbol)?),
            Some(symbol) => match way.branch {
                Some(branch) => (label, self.resolve_one(&format!("{branch}@{symbol}"))?),
                None => (None, self.resolve_one(symbol)?),
            },
            None if way.steps >= 0 => {
                let direction = "a downgrade counts downwards, as in `-1`";
                return Err(IdentifierError::WrongWay { asked: text.to_owned(), direction });
            }
            None => {
                let start = self.downgrade_start(text, way.branch, applied)?;
                (label.or(Some(start)), End::Revision(start))
            }
        };
        let walked_branch = way.branch.filter(|_| way.steps >= 0);
        let end = self.walk(text, start, way.steps, walked_branch, Overrun::Ends)?.ok_or_else(too_far)?;
        Ok((branch, end))
    }

    /// Returns the applied revision from which `-n` counts.
    fn downgrade_start(&self, asked: &str, branch: Option<&str>, applied: &[usize]) -> Found<usize> {
        let starts = match branch {
            None => applied.to_vec(),
            Some(branch) => {
                let on_branch = self.lineage_of_text(branch)?;
                let direct: Vec<usize> =
                    applied.iter().copied().filter(|revision| on_branch[*revision]).collect();
                if direct.is_empty() {
                    // The branch was applied as a dependency of another one.
                    self.current(applied).into_iter().filter(|revision| on_branch[*revision]).collect()
                } else {
                    direct
                }
            }
        };
        match unique(starts.into_iter())[..] {
            [] => Err(IdentifierError::TooFar { asked: asked.to_owned() }),
            [only] => Ok(only),
            // Alembic takes the row that the database happens to return first.
            ref several => {
                Err(IdentifierError::SeveralApplied { asked: asked.to_owned(), applied: self.ids(several) })
            }
        }
    }

    /// Refuses revisions of which one is part of what another stands for.
    fn refuse_overlap(&self, revisions: &[usize]) -> Found<()> {
        if revisions.len() < 2 {
            return Ok(());
        }
        for &upper in revisions {
            let below = self.marks(&self.active(&[upper]));
            let Some(&lower) = revisions.iter().find(|lower| **lower != upper && below[**lower]) else {
                continue;
            };
            return Err(IdentifierError::Overlap {
                upper: self.id(upper).to_owned(),
                lower: self.id(lower).to_owned(),
            });
        }
        Ok(())
    }

    fn marks(&self, revisions: &[usize]) -> Vec<bool> {
        let mut marks = vec![false; self.nodes.len()];
        for &revision in revisions {
            marks[revision] = true;
        }
        marks
    }
}

fn outermost<'a>(bound: Bound<'a>, default: &'a str) -> Bound<'a> {
    match bound {
        Bound::Identifier("") => Bound::Identifier(default),
        other => other,
    }
}

/// Returns each revision once, at its first place.
pub(super) fn unique(revisions: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut seen = Vec::new();
    for revision in revisions {
        if !seen.contains(&revision) {
            seen.push(revision);
        }
    }
    seen
}
