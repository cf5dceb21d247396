//! Kinds of faults, and which are tried how often.

use trueup_schema::Dialect;

use super::proxy::Phase;
use crate::random::Random;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    KillAtStatement,
    KillAnytime,
    SessionsEnded,
    NetworkCut,
    ServerCrash,
    DiskFull,
    LockShort,
    LockLong,
    RunAtWork,
    Crowd,
    Refused,
    Interrupt,
    Timeout,
}

/// What `--only` takes, what the table says, and the share of the runs of the first kind on PostgreSQL and on SQLite.
const KINDS: [(Kind, &str, &str, [f64; 2]); 13] = [
    (
        Kind::KillAtStatement,
        "kill-statement",
        "killed (`kill -9`) at a chosen statement or write",
        [1.0, 1.0],
    ),
    (Kind::KillAnytime, "kill-anytime", "killed (`kill -9`) at any instant", [0.4, 0.4]),
    (Kind::SessionsEnded, "sessions-ended", "its sessions ended by the server", [0.2, 0.0]),
    (Kind::NetworkCut, "network-cut", "its connections cut without a word", [0.2, 0.0]),
    (Kind::ServerCrash, "server-crash", "the server stopped at once and started again", [0.12, 0.0]),
    (Kind::DiskFull, "disk-full", "the disk full", [0.1, 0.2]),
    (Kind::LockShort, "lock-short", "a lock held by somebody else for a moment", [0.05, 0.05]),
    (Kind::LockLong, "lock-long", "a lock held by somebody else for long", [0.02, 0.02]),
    (Kind::RunAtWork, "run-at-work", "another run stands still in the middle", [0.04, 0.0]),
    (Kind::Crowd, "crowd", "twenty runs at once", [0.1, 0.1]),
    (Kind::Refused, "refused", "a statement that the rows do not allow", [0.06, 0.06]),
    (Kind::Interrupt, "interrupt", "Ctrl-C", [0.3, 0.3]),
    (Kind::Timeout, "timeout", "`statement_timeout`", [0.12, 0.0]),
];

impl Kind {
    /// Returns all in the order of the table.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| *kind)
    }

    /// Returns the kind of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known, ..)| *known == name).map(|(kind, ..)| *kind)
    }

    /// Returns the name that `--only` takes.
    pub(super) fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns what the table says.
    pub(super) fn words(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str, [f64; 2]) {
        KINDS.iter().find(|(kind, ..)| *kind == self).unwrap_or(&KINDS[0])
    }

    /// Returns how often it is tried where so many runs are wanted of the first kind.
    pub(super) fn runs(self, dialect: Dialect, wanted: usize) -> usize {
        let share = self.row().3[usize::from(dialect.is_sqlite())];
        (wanted as f64 * share).ceil() as usize
    }
}

/// One run that is disturbed. Numbers are drawn from a large range and cut down to what the scenario has when it is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) kind: Kind,
    pub(super) dialect: Dialect,
    /// Position in the scenarios of the dialect.
    pub(super) scenario: usize,
    /// Which of the possible places in the run, as a share of all.
    pub(super) place: f64,
    pub(super) phase: Phase,
    /// Whatever else is to be chosen.
    pub(super) choice: usize,
}

/// Plans all runs of a kind; the places are spread evenly over the scenario.
pub(super) fn plan(kind: Kind, dialect: Dialect, wanted: usize, random: &mut Random) -> Vec<Case> {
    let runs = kind.runs(dialect, wanted);
    (0..runs)
        .map(|at| Case {
            kind,
            dialect,
            scenario: scenario(kind, at),
            // The scenario and the phase change with every run, so that each group is spread for itself.
            place: ((at / 8) as f64 + fraction(random)) / (runs as f64 / 8.0).max(1.0).ceil(),
            phase: if (at / 4).is_multiple_of(2) { Phase::Sent } else { Phase::Answered },
            choice: random.below(1 << 20),
        })
        .collect()
}

/// Some faults fit one scenario only.
fn scenario(kind: Kind, at: usize) -> usize {
    match kind {
        Kind::Refused | Kind::LockShort | Kind::LockLong => 0,
        Kind::Crowd => [3, 0, 1][at % 3],
        _ => at % 4,
    }
}

fn fraction(random: &mut Random) -> f64 {
    random.below(1 << 20) as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use trueup_schema::Dialect;

    use super::{Kind, plan};
    use crate::random::Random;

    #[test]
    fn places_are_spread_over_every_scenario() {
        let cases = plan(Kind::KillAtStatement, Dialect::Postgresql, 400, &mut Random::new(1));
        assert_eq!(cases.len(), 400);
        for scenario in 0..4 {
            let mut places: Vec<f64> =
                cases.iter().filter(|case| case.scenario == scenario).map(|case| case.place).collect();
            places.sort_by(f64::total_cmp);
            assert!(places[0] < 0.05 && places[99] > 0.95 && places[99] < 1.0, "{places:?}");
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] < 0.05), "{places:?}");
        }
        assert!(plan(Kind::Timeout, Dialect::Sqlite, 400, &mut Random::new(1)).is_empty());
    }

    #[test]
    fn names_are_understood() {
        assert!(Kind::all().all(|kind| Kind::named(kind.name()) == Some(kind)));
    }
}
