//! What was found, counted.

use std::collections::BTreeMap;

/// Counters of one worker, or of all.
#[derive(Default)]
pub(super) struct Tally {
    /// Databases on which a project ran.
    pub(super) trials: usize,
    /// Commands after which both databases were the same.
    pub(super) alike: usize,
    /// Scripts of which the text is the same.
    pub(super) scripts: usize,
    /// Scripts that are spelled otherwise and do the same.
    pub(super) respelled: BTreeMap<String, usize>,
    pub(super) refused: BTreeMap<String, usize>,
    pub(super) unproven: BTreeMap<String, usize>,
    pub(super) explained: BTreeMap<String, usize>,
    /// Kinds of differences.
    pub(super) different: BTreeMap<String, usize>,
}

impl Tally {
    pub(super) fn refused(&mut self, theirs: &str, ours: &str) {
        count(&mut self.refused, format!("{} | {}", in_few_words(theirs), in_few_words(ours)));
    }

    pub(super) fn unproven(&mut self, error: &str) {
        let line = error.lines().find(|line| line.starts_with("error: ")).unwrap_or(error);
        let reason = line.split_once("is not proved: ").map_or(line, |(_, reason)| reason);
        count(&mut self.unproven, in_few_words(reason));
    }

    pub(super) fn explained(&mut self, reason: &str) {
        count(&mut self.explained, reason.to_owned());
    }

    pub(super) fn respelled(&mut self, example: &str) {
        count(&mut self.respelled, example.to_owned());
    }

    /// Adds a difference; tells how many of its kind there were before.
    pub(super) fn different(&mut self, kind: &str) -> usize {
        let counter = self.different.entry(in_few_words(kind)).or_default();
        *counter += 1;
        *counter - 1
    }

    /// Takes over the counters of a worker.
    pub(super) fn add(&mut self, other: Self) {
        self.trials += other.trials;
        self.alike += other.alike;
        self.scripts += other.scripts;
        let maps = [
            (&mut self.respelled, other.respelled),
            (&mut self.refused, other.refused),
            (&mut self.unproven, other.unproven),
            (&mut self.explained, other.explained),
            (&mut self.different, other.different),
        ];
        for (own, others) in maps {
            for (reason, number) in others {
                *own.entry(reason).or_default() += number;
            }
        }
    }

    /// Prints everything, the summary last.
    pub(super) fn print(&self) {
        let sections = [
            ("refused by both", &self.refused),
            ("not proved, so not by trueup alone", &self.unproven),
            ("spelled otherwise with the same effect", &self.respelled),
            ("on purpose", &self.explained),
            ("DIFFERENT", &self.different),
        ];
        for (head, reasons) in sections {
            for (reason, number) in reasons {
                println!("{head}, {number}: {reason}");
            }
        }
        println!("{}", self.summary());
    }

    /// The figures in one line.
    pub(super) fn summary(&self) -> String {
        let sum = |reasons: &BTreeMap<String, usize>| reasons.values().sum::<usize>();
        format!(
            "{} databases: {} commands alike, {} scripts alike and {} spelled otherwise, {} refused by both, \
             {} not proved, {} explained, {} different",
            self.trials,
            self.alike,
            self.scripts,
            sum(&self.respelled),
            sum(&self.refused),
            sum(&self.unproven),
            sum(&self.explained),
            sum(&self.different)
        )
    }
}

fn count(reasons: &mut BTreeMap<String, usize>, reason: String) {
    *reasons.entry(reason).or_default() += 1;
}

/// The first line of a sentence without what differs from project to project.
pub(super) fn in_few_words(reason: &str) -> String {
    let line = reason.lines().next().unwrap_or_default();
    let plain = line.split(['"', '\'', '`']).step_by(2).collect::<Vec<_>>().join("…");
    plain.chars().filter(|letter| !letter.is_ascii_digit()).take(130).collect()
}
