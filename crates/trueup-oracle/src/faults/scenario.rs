//! What is run, and what an undisturbed run of it leaves after every revision.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use trueup_schema::Dialect;

use super::cluster::Cluster;
use super::database::Database;
use super::program::Call;
use super::project::{self, HEAD, Transactions};
use super::proxy::{Phase, Proxy};
use super::state::State;

/// A run that faults are let loose on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    transactions: Transactions,
    /// SQLite's write-ahead log instead of its rollback journal.
    wal: bool,
    /// The revision that the database is at, with rows of an application from the third on.
    pub(super) from: usize,
    /// The revision that is asked for.
    pub(super) to: usize,
}

const UP: Scenario =
    Scenario { name: "up", transactions: Transactions::Whole, wal: false, from: 3, to: HEAD };
const DOWN: Scenario = Scenario { name: "down", from: HEAD, to: 2, ..UP };
const NEW: Scenario = Scenario { name: "new", from: 0, ..UP };
const SINGLE: Scenario = Scenario { name: "single", transactions: Transactions::PerRevision, ..UP };
const WAL: Scenario = Scenario { name: "wal", wal: true, ..UP };

/// Returns what is run on a kind of database; the first is the plain upgrade.
pub(super) fn all(dialect: Dialect) -> [Scenario; 4] {
    if dialect.is_sqlite() { [UP, DOWN, WAL, NEW] } else { [UP, DOWN, SINGLE, NEW] }
}

/// A scenario with a database to copy and all that is known of its undisturbed run.
pub(super) struct Prepared<'a> {
    pub(super) scenario: Scenario,
    pub(super) base: Database<'a>,
    pub(super) call: Call,
    /// What an undisturbed run leaves at each revision on its way.
    pub(super) states: BTreeMap<usize, State>,
    /// How long it takes.
    pub(super) took: Duration,
    /// How many statements it sends to a server.
    pub(super) statements: usize,
    /// How often it makes each of the system calls that change a file of SQLite.
    pub(super) calls: Vec<(&'static str, usize)>,
}

/// The system calls by which SQLite makes something durable.
const CALLS: [&str; 5] = ["pwrite64", "fdatasync", "fsync", "ftruncate", "unlink"];

/// Where everything lies.
pub(super) struct Place<'a> {
    pub(super) trueup: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) cluster: Option<&'a Cluster>,
}

impl Place<'_> {
    /// Returns the call that brings a project to a revision.
    pub(super) fn call(&self, transactions: Transactions, from: usize, to: usize) -> Result<Call> {
        let project: PathBuf = self.folder.join(format!("{transactions:?}"));
        if !project.exists() {
            project::write(&project, transactions)?;
        }
        let command = if from <= to { "upgrade" } else { "downgrade" };
        let target = match to {
            0 => "base".to_owned(),
            HEAD => "head".to_owned(),
            number => project::id(number),
        };
        let arguments = [command, &target, "--engine", "native"].map(str::to_owned).to_vec();
        let program = vec![self.trueup.display().to_string()];
        Ok(Call { program, project, arguments })
    }
}

impl<'a> Prepared<'a> {
    /// Makes the base and runs the scenario step by step and as a whole.
    pub(super) fn make(place: &Place<'a>, dialect: Dialect, scenario: Scenario) -> Result<Self> {
        let Scenario { name, transactions, from, to, .. } = scenario;
        let base = Database::empty(dialect, place.cluster, place.folder, &format!("base_{name}"))?;
        let move_to = |database: &Database<'_>, from, to| -> Result<()> {
            let ended = place.call(transactions, from, to)?.run(&database.url(None), place.folder)?;
            ensure!(
                ended.is_good(),
                "an undisturbed run from {from} to {to}: {}\n{}",
                ended.words(),
                ended.text
            );
            Ok(())
        };
        if from > 0 {
            if scenario.wal {
                let Database::Sqlite { file } = &base else { unreachable!("only SQLite has it") };
                rusqlite::Connection::open(file)?.pragma_update(None, "journal_mode", "wal")?;
            }
            move_to(&base, 0, from)?;
            base.execute(&project::rows(from))?;
        }
        let copy = base.copy(&format!("steps_{name}"), place.folder, None)?;
        let mut states = BTreeMap::from([(from, copy.state()?)]);
        let mut at = from;
        while at != to {
            let next = if from < to { at + 1 } else { at - 1 };
            move_to(&copy, at, next)?;
            states.insert(next, copy.state()?);
            at = next;
        }
        copy.drop();
        let call = place.call(transactions, from, to)?;
        let mut prepared =
            Self { scenario, base, call, states, took: Duration::ZERO, statements: 0, calls: Vec::new() };
        prepared.measure(place)?;
        Ok(prepared)
    }

    /// Returns what the database is to have at the end.
    pub(super) fn goal(&self) -> &State {
        &self.states[&self.scenario.to]
    }

    /// Runs the whole once and counts what it does.
    fn measure(&mut self, place: &Place<'_>) -> Result<()> {
        let database = self.base.copy(&format!("whole_{}", self.scenario.name), place.folder, None)?;
        let ended = match &database {
            Database::Postgres { cluster, .. } => {
                let proxy = Proxy::start(cluster.port(), 0, Phase::Sent, Box::new(|| {}))?;
                let ended = self.call.run(&database.url(Some(proxy.port())), place.folder)?;
                self.statements = proxy.sent();
                ended
            }
            Database::Sqlite { .. } => {
                let ended = self.call.run(&database.url(None), place.folder)?;
                self.calls = self.count_calls(place)?;
                ended
            }
        };
        ensure!(ended.is_good(), "an undisturbed run: {}\n{}", ended.words(), ended.text);
        let difference = database.state()?.against(self.goal());
        ensure!(difference.is_none(), "one run leaves something else than its steps: {difference:?}");
        self.took = ended.took;
        database.drop();
        Ok(())
    }

    fn count_calls(&self, place: &Place<'_>) -> Result<Vec<(&'static str, usize)>> {
        if !has_strace() {
            return Ok(Vec::new());
        }
        let database = self.base.copy(&format!("calls_{}", self.scenario.name), place.folder, None)?;
        let log = place.folder.join("calls");
        let filter = format!("trace={}", CALLS.join(","));
        let mut call = self.call.clone();
        let strace = ["strace", "-f", "-qq", "-e", &filter, "-o", &log.display().to_string()];
        call.program.splice(0..0, strace.map(str::to_owned));
        let ended = call.run(&database.url(None), place.folder)?;
        ensure!(ended.is_good(), "under strace: {}\n{}", ended.words(), ended.text);
        let text = std::fs::read_to_string(&log)?;
        database.drop();
        let count = |name: &str| text.lines().filter(|line| line.contains(&format!(" {name}("))).count();
        Ok(CALLS.map(|name| (name, count(name))).into_iter().filter(|(_, count)| *count > 0).collect())
    }
}

/// Tells whether processes can be stopped at a system call.
pub(super) fn has_strace() -> bool {
    Command::new("strace").arg("-V").output().is_ok_and(|output| output.status.success())
}
