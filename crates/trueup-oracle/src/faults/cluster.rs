//! A PostgreSQL server of our own, which may be stopped as a crash would stop it.
//!
//! The server that tests share is not to be used here: it is others' too, and it acknowledges commits that it would lose.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// How long a server may take to accept connections.
const START_LIMIT: Duration = Duration::from_mins(1);

/// A file system of its own is this large when there is room.
const ROOMY: &str = "size=512m";

/// A running server; it ends with the value.
pub(super) struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
    port: u16,
    server: Mutex<Option<Child>>,
    is_root: bool,
    mounted: Option<PathBuf>,
}

impl Cluster {
    /// Starts a new server.
    pub(super) fn start() -> Result<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("trueup-faults-").tempdir()?;
        let is_root = folder.path().metadata()?.uid() == 0;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777))?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let cluster = Self { folder, programs, port, server: Mutex::new(None), is_root, mounted: None };
        let mut initdb = cluster.program("initdb");
        initdb.arg("-D").arg(cluster.data());
        succeed(initdb.args(["-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]))?;
        cluster.launch()?;
        Ok(cluster)
    }

    /// Returns the address of a database.
    pub(super) fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// Returns the port that it listens on.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the version that the server tells.
    pub(super) fn version(&self) -> Result<String> {
        Ok(self.psql("postgres", "SHOW server_version")?.trim().to_owned())
    }

    /// Runs SQL and returns what `psql` prints: a line for each row, `|` between cells.
    pub(super) fn psql(&self, database: &str, sql: &str) -> Result<String> {
        let mut psql = self.psql_command(database);
        let output = psql.args(["-c", sql]).stdin(Stdio::null()).output().context("psql")?;
        if !output.status.success() {
            bail!("psql: {}\nin: {sql}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Returns the client, to be given statements.
    pub(super) fn psql_command(&self, database: &str) -> Command {
        let mut psql = Command::new("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)]);
        psql
    }

    /// Stops the server as a crash would, without a checkpoint, and starts it again.
    pub(super) fn crash(&self) -> Result<()> {
        self.stop();
        self.launch()
    }

    /// Makes a small file system and a tablespace `small` on it; `None` where that is not allowed.
    pub(super) fn small_tablespace(&mut self) -> Result<Option<()>> {
        let place = self.folder.path().join("small");
        fs::create_dir(&place)?;
        if !mount(&place, ROOMY) {
            return Ok(None);
        }
        self.mounted = Some(place.clone());
        let inside = place.join("space");
        fs::create_dir(&inside)?;
        succeed(Command::new("chown").arg("postgres").arg(&inside))?;
        self.psql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", inside.display()))?;
        Ok(Some(()))
    }

    /// Leaves so many bytes free on the small file system; `None` makes it roomy.
    pub(super) fn leave_free(&self, bytes: Option<u64>) -> Result<()> {
        let Some(place) = &self.mounted else { return Ok(()) };
        resize(place, bytes)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The server refuses to be run by root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if self.is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }

    fn launch(&self) -> Result<()> {
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log"))?;
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).args(["-k", "", "-p"]).arg(self.port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            // What is lost when the machine loses power is not tried; what a process has written stays.
            "fsync=off",
            "max_connections=150",
            "shared_buffers=32MB",
            "timezone=UTC",
            "autovacuum=off",
        ] {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        *self.server.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some(command.spawn().context("postgres")?);
        let begun = Instant::now();
        while self.psql("postgres", "SELECT 1").is_err() {
            ensure!(
                begun.elapsed() < START_LIMIT,
                "the server does not start; see {}/log",
                self.folder.path().display()
            );
            sleep(Duration::from_millis(30));
        }
        Ok(())
    }

    /// `SIGQUIT` to the postmaster is what `pg_ctl stop -m immediate` sends.
    fn stop(&self) {
        let server = self.server.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(mut server) = server {
            signal(server.id(), "QUIT");
            let _ = server.wait();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        if let Some(place) = &self.mounted {
            let _ = Command::new("umount").arg(place).status();
        }
    }
}

/// Returns the address of a database behind a port of this machine.
pub(super) fn url(port: u16, database: &str) -> String {
    format!("postgresql://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
}

/// Sends a signal to a process that we have started.
pub(super) fn signal(process: u32, name: &str) {
    let _ =
        Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).stderr(Stdio::null()).status();
}

/// Mounts a file system in memory; tells whether it was allowed.
pub(super) fn mount(place: &Path, options: &str) -> bool {
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(place).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Resizes a file system in memory so that so many bytes are free.
pub(super) fn resize(place: &Path, free: Option<u64>) -> Result<()> {
    let options = match free {
        None => format!("remount,{ROOMY}"),
        Some(bytes) => {
            let output = Command::new("df").args(["--output=used", "-B1"]).arg(place).output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let used: u64 = text.lines().nth(1).context("df says nothing")?.trim().parse()?;
            format!("remount,size={}", used + bytes)
        }
    };
    succeed(Command::new("mount").args(["-o", &options]).arg(place))
}

/// The programs of the newest server that is installed.
fn programs() -> Result<PathBuf> {
    let major = |path: &PathBuf| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = folders.map(|entry| entry.path().join("bin")).collect();
    found.retain(|path| path.join("initdb").is_file());
    found.sort_by_key(major);
    let in_path = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file()));
    found.pop().or(in_path).context("no PostgreSQL server is installed")
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        bail!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&text).trim());
    }
    Ok(())
}
