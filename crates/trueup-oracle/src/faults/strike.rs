//! Disturbs one run in one way.

use std::process::{Child, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::cluster::{self, Cluster, signal};
use super::database::Database;
use super::fault::{Case, Kind};
use super::judge::Outcome;
use super::program::{Ended, HANGS};
use super::project;
use super::proxy::{Deed, Phase, Proxy};
use super::scenario::{Place, Prepared, has_strace};

/// How many run at once.
const CROWD: usize = 20;

/// Runs a case; `None` where this machine does not allow it.
pub(super) fn run(
    case: &Case,
    name: &str,
    prepared: &Prepared<'_>,
    place: &Place<'_>,
) -> Result<Option<Outcome>> {
    let on_disk = if case.kind == Kind::DiskFull { Some("small") } else { None };
    if on_disk.is_some() && case.dialect.is_sqlite() {
        return file_on_full_disk(case, prepared, place);
    }
    let database = prepared.base.copy(name, place.folder, on_disk)?;
    if case.kind == Kind::ServerCrash {
        // What a sequence has given out in a database that was copied since the last checkpoint is not in the log.
        database.execute("CHECKPOINT")?;
    }
    let strike = Strike { case, prepared, place, database: &database };
    let outcome = match case.kind {
        Kind::KillAtStatement if case.dialect.is_sqlite() => strike.kill_at_call(),
        Kind::KillAtStatement | Kind::SessionsEnded | Kind::NetworkCut | Kind::ServerCrash => {
            strike.at_statement().map(Some)
        }
        Kind::Interrupt if !case.dialect.is_sqlite() && case.choice.is_multiple_of(2) => {
            strike.at_statement().map(Some)
        }
        Kind::KillAnytime => strike.at_any_time("KILL").map(Some),
        Kind::Interrupt => strike.at_any_time("INT").map(Some),
        Kind::DiskFull => strike.full_tablespace().map(Some),
        Kind::LockShort | Kind::LockLong => strike.locked().map(Some),
        Kind::RunAtWork => strike.run_at_work().map(Some),
        Kind::Crowd => strike.crowd().map(Some),
        Kind::Refused => strike.refused().map(Some),
        Kind::Timeout => strike.timeout().map(Some),
    };
    database.drop();
    outcome
}

struct Strike<'s, 'a> {
    case: &'s Case,
    prepared: &'s Prepared<'a>,
    place: &'s Place<'a>,
    database: &'s Database<'a>,
}

impl<'a> Strike<'_, 'a> {
    fn cluster(&self) -> Result<&'a Cluster> {
        self.place.cluster.context("no server was started")
    }

    fn seconds(&self, least: f64, most: f64) -> Duration {
        Duration::from_secs_f64(least + (most - least) * self.case.place)
    }

    /// Judges what is left and runs again.
    fn judged(&self, ended: &Ended) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        outcome.left(self.prepared, self.database, ended)?;
        outcome.again(self.prepared, self.database, self.place)?;
        Ok(outcome)
    }

    /// Does what the kind says at a statement.
    fn at_statement(&self) -> Result<Outcome> {
        let at = 1 + (self.case.place * self.prepared.statements as f64) as usize;
        // What happens borrows from here, and the proxy's threads may live longer: they only ask for it.
        let (order, orders) = channel::<Sender<()>>();
        let deed: Deed = Box::new(move || {
            let (done, is_done) = channel();
            if order.send(done).is_ok() {
                let _ = is_done.recv();
            }
        });
        let proxy = Proxy::start(self.cluster()?.port(), at, self.case.phase, deed)?;
        let cut = proxy.cutter();
        let running = self.prepared.call.start(&self.database.url(Some(proxy.port())), self.place.folder)?;
        let process = running.process();
        let ended = std::thread::scope(|scope| {
            let deeds = scope.spawn(move || {
                for done in orders {
                    let result = self.deed(process, &cut);
                    let _ = done.send(());
                    result?;
                }
                Ok(())
            });
            let ended = running.wait();
            drop(proxy);
            deeds.join().unwrap_or_else(|_| anyhow::bail!("panic"))?;
            ended
        })?;
        self.judged(&ended)
    }

    fn deed(&self, process: u32, cut: &dyn Fn()) -> Result<()> {
        match self.case.kind {
            Kind::SessionsEnded => self.database.terminate(match self.case.choice % 3 {
                0 => "true",
                1 => "application_name = 'trueup (lock)'",
                _ => "application_name <> 'trueup (lock)'",
            })?,
            Kind::NetworkCut => cut(),
            Kind::ServerCrash => self.cluster()?.crash()?,
            Kind::Interrupt => signal(process, "INT"),
            _ => signal(process, "KILL"),
        }
        Ok(())
    }

    /// Ends the process at a system call by which SQLite changes a file.
    fn kill_at_call(&self) -> Result<Option<Outcome>> {
        if !has_strace() {
            return Ok(None);
        }
        let all: Vec<(&str, usize)> = self
            .prepared
            .calls
            .iter()
            .flat_map(|(name, count)| (1..=*count).map(move |at| (*name, at)))
            .collect();
        let (name, at) = all[((self.case.place * all.len() as f64) as usize).min(all.len() - 1)];
        let mut call = self.prepared.call.clone();
        let filter = format!("trace={name}");
        let injection = format!("inject={name}:signal=KILL:when={at}");
        let strace = ["strace", "-f", "-qq", "-e", &filter, "-e", &injection, "-o", "/dev/null"];
        call.program.splice(0..0, strace.map(str::to_owned));
        let ended = call.run(&self.database.url(None), self.place.folder)?;
        self.judged(&ended).map(Some)
    }

    /// Sends a signal some time after the start.
    fn at_any_time(&self, name: &str) -> Result<Outcome> {
        let running = self.prepared.call.start(&self.database.url(None), self.place.folder)?;
        sleep(self.prepared.took.mul_f64(self.case.place * 1.1));
        signal(running.process(), name);
        self.judged(&running.wait()?)
    }

    /// A tablespace with less room than the run needs.
    fn full_tablespace(&self) -> Result<Outcome> {
        let cluster = self.cluster()?;
        cluster.leave_free(Some(self.seconds(0.0, 900_000.0).as_secs()))?;
        let ended = self.prepared.call.run(&self.database.url(None), self.place.folder)?;
        let mut outcome = Outcome::default();
        cluster.leave_free(None)?;
        outcome.left(self.prepared, self.database, &ended)?;
        outcome.again(self.prepared, self.database, self.place)?;
        Ok(outcome)
    }

    /// Somebody holds a lock, for a moment or until the run has given up.
    fn locked(&self) -> Result<Outcome> {
        let is_short = self.case.kind == Kind::LockShort;
        let held = if is_short { self.seconds(0.2, 2.5) } else { HANGS };
        let call = self.prepared.call.with(&[
            "--lock-timeout",
            "200ms",
            "--wait",
            if is_short { "20s" } else { "1s" },
        ]);
        let holder = Holder::take(self.case, self.database, held)?;
        let ended = call.run(&self.database.url(None), self.place.folder)?;
        holder.release(self.database)?;
        let mut outcome = Outcome::default();
        outcome.left(self.prepared, self.database, &ended)?;
        outcome.struck = true;
        if ended.is_good() != is_short {
            outcome.problems.push(format!("a lock for {held:?}: {}\n{}", ended.words(), ended.text.trim()));
        }
        outcome.again(self.prepared, self.database, self.place)?;
        Ok(outcome)
    }

    /// One run stands still at a statement, another one comes, then the first goes on.
    fn run_at_work(&self) -> Result<Outcome> {
        let cluster = self.cluster()?;
        let at = 1 + (self.case.place * self.prepared.statements as f64) as usize;
        let process = Arc::new(OnceLock::<u32>::new());
        let own = Arc::clone(&process);
        let stop: Deed = Box::new(move || own.get().into_iter().for_each(|process| signal(*process, "STOP")));
        let proxy = Proxy::start(cluster.port(), at, Phase::Answered, stop)?;
        let first = self.prepared.call.start(&self.database.url(Some(proxy.port())), self.place.folder)?;
        let _ = process.set(first.process());
        let begun = Instant::now();
        while !proxy.has_struck() && begun.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(2));
        }
        sleep(Duration::from_millis(20));
        let call = self.prepared.call.with(&["--wait", "1s"]);
        let second = call.run(&self.database.url(None), self.place.folder)?;
        signal(first.process(), "CONT");
        let first = first.wait()?;
        let mut outcome = Outcome::default();
        outcome.hear("second: ", &second);
        if second.code != Some(0) && second.code != Some(4) {
            outcome.problems.push(format!("the second run: {}\n{}", second.words(), second.text.trim()));
        }
        outcome.left(self.prepared, self.database, &first)?;
        outcome.struck = true;
        outcome.again(self.prepared, self.database, self.place)?;
        Ok(outcome)
    }

    /// Many runs at once: one does it, the others find it done.
    fn crowd(&self) -> Result<Outcome> {
        let start = |_| self.prepared.call.start(&self.database.url(None), self.place.folder);
        let all = (0..CROWD).map(start).collect::<Result<Vec<_>>>()?;
        let mut outcome = Outcome::default();
        let mut last = Ended::default();
        for running in all {
            last = running.wait()?;
            outcome.hear("", &last);
            if !last.is_good() && last.code != Some(4) {
                outcome.problems.push(format!("{}\n{}", last.words(), last.text.trim()));
            }
        }
        outcome.arrived(self.prepared, self.database, &Ended { code: Some(0), ..last })?;
        outcome.struck = true;
        Ok(outcome)
    }

    /// A row is there that one of the revisions refuses; then it is gone.
    fn refused(&self) -> Result<Outcome> {
        let obstacle = &project::OBSTACLES[self.case.choice % project::OBSTACLES.len()];
        self.database.execute(obstacle.insert)?;
        let ended = self.prepared.call.run(&self.database.url(None), self.place.folder)?;
        self.database.execute(obstacle.delete)?;
        let mut outcome = self.judged(&ended)?;
        if ended.is_good() {
            outcome.problems.push(format!("{} is not noticed", obstacle.name));
        }
        Ok(outcome)
    }

    /// Statements may run for milliseconds only.
    fn timeout(&self) -> Result<Outcome> {
        let limit = format!("{}ms", 1 + self.case.choice % 12);
        let call = self.prepared.call.with(&["--statement-timeout", &limit]);
        let ended = call.run(&self.database.url(None), self.place.folder)?;
        self.judged(&ended)
    }
}

/// Somebody who holds a lock.
enum Holder {
    Postgres(Child),
    Sqlite(JoinHandle<()>, Sender<()>),
}

impl Holder {
    fn take(case: &Case, database: &Database<'_>, held: Duration) -> Result<Self> {
        match database {
            Database::Postgres { cluster, name } => {
                let table = ["customers", "orders", "order_lines"][case.choice % 3];
                let mode = if case.choice.is_multiple_of(2) { "ACCESS EXCLUSIVE" } else { "ROW EXCLUSIVE" };
                let seconds = held.as_secs_f64();
                let sql =
                    format!("BEGIN; LOCK TABLE {table} IN {mode} MODE; SELECT pg_sleep({seconds}); COMMIT");
                let mut psql = cluster.psql_command(name);
                let child = psql.env("PGAPPNAME", "holder").args(["-c", &sql]).stdin(Stdio::null());
                let child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
                let locked = format!(
                    "SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass AND pid <> pg_backend_pid()"
                );
                while cluster.psql(name, &locked)?.trim() == "0" {
                    sleep(Duration::from_millis(10));
                }
                Ok(Self::Postgres(child))
            }
            Database::Sqlite { file } => {
                let begin = if case.choice.is_multiple_of(2) { "BEGIN IMMEDIATE" } else { "BEGIN EXCLUSIVE" };
                let connection = rusqlite::Connection::open(file)?;
                connection.execute_batch(begin)?;
                let (end, ends) = channel();
                let thread = std::thread::spawn(move || {
                    let _ = ends.recv_timeout(held);
                    let _ = connection.execute_batch("ROLLBACK");
                });
                Ok(Self::Sqlite(thread, end))
            }
        }
    }

    fn release(self, database: &Database<'_>) -> Result<()> {
        match self {
            Self::Postgres(mut child) => {
                database.terminate("application_name = 'holder'")?;
                child.wait()?;
            }
            Self::Sqlite(thread, end) => {
                let _ = end.send(());
                let _ = thread.join();
            }
        }
        Ok(())
    }
}

/// A file of SQLite on a file system with less room than the run needs.
fn file_on_full_disk(case: &Case, prepared: &Prepared<'_>, place: &Place<'_>) -> Result<Option<Outcome>> {
    let disk = tempfile::tempdir_in(place.folder)?;
    if !cluster::mount(disk.path(), "size=64m") {
        return Ok(None);
    }
    let result = (|| {
        let database = prepared.base.copy("small", disk.path(), None)?;
        let strike = Strike { case, prepared, place, database: &database };
        cluster::resize(disk.path(), Some(strike.seconds(0.0, 700_000.0).as_secs()))?;
        let ended = prepared.call.run(&database.url(None), place.folder)?;
        cluster::resize(disk.path(), None)?;
        let outcome = strike.judged(&ended)?;
        Ok(Some(outcome))
    })();
    let _ = std::process::Command::new("umount").arg(disk.path()).status();
    result
}
