//! Starts a server that all test processes of one user share, and that ends by itself.
//!
//! Every server has a *run folder*: data, socket, log, and a file `users` on which each test process holds a shared
//! lock while it lives. A small shell process, the *keeper*, starts the server, waits until it can lock that file
//! alone, stops the server and removes the folder. The system drops a process's locks however the process ends, so a
//! panic, an abort or a kill of the tests leaves nothing behind, and nothing has to be counted.
//!
//! A file `current` beside the run folders names the one to join; the file `setup` is locked while a process looks for
//! a server or starts one.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::binaries::Binaries;

/// Seconds for which a server outlives its last user: long enough for `cargo test` to begin the next test binary.
const GRACE_SECONDS: &str = "3";

/// How long a server may take to accept connections; an overloaded machine needs seconds.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Waits for the last user, stops the server, removes its folder. Arguments: run folder, grace, server command.
const KEEPER: &str = r#"
run=$1; grace=$2; shift 2
"$@" </dev/null >"$run/log" 2>&1 &
server=$!
while kill -0 "$server" 2>/dev/null; do
    flock "$run/users" true
    sleep "$grace"
    exec 8>>"$run/users"
    flock --nonblock 8 && break
    exec 8>&-
done
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$run"
"#;

/// Keeps the server up while it lives.
#[derive(Debug)]
pub(super) struct Lease {
    _users: File,
}

/// A server that accepts connections.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) port: u16,
    pub(super) socket_folder: PathBuf,
    pub(super) lease: Lease,
}

/// What becomes of a commit when the machine loses power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// It may be lost, which is faster; tests need nothing else.
    Off,
    /// It stays: the settings that a server has by itself.
    Default,
}

impl Durability {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Off => {
                &["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]
            }
            Self::Default => &[],
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Off => "",
            Self::Default => "-durable",
        }
    }
}

/// Joins the server that other test processes use, or starts one.
pub(super) fn join_or_start(binaries: &Binaries, durability: Durability) -> Result<Running, String> {
    let base = base_folder(binaries, durability)?;
    let _setup = locked(&base.join("setup"))?;
    if let Some(running) = join(&base) {
        return Ok(running);
    }
    remove_abandoned(&base);
    let account = Account::for_server()?;
    let mut failure = String::new();
    // The free port that is chosen can be taken by somebody else before the server binds it.
    for _ in 0..3 {
        match start(&base, binaries, account.as_ref(), durability) {
            Ok(running) => return Ok(running),
            Err(error) => failure = error,
        }
    }
    Err(format!("PostgreSQL {} ({}) does not start: {failure}", binaries.major, binaries.origin))
}

fn join(base: &Path) -> Option<Running> {
    let run = PathBuf::from(fs::read_to_string(base.join("current")).ok()?);
    let users = File::open(run.join("users")).ok()?;
    // Waits while a keeper is stopping this very server; the attempt to connect then tells.
    users.lock_shared().ok()?;
    let port = fs::read_to_string(run.join("port")).ok()?.parse().ok()?;
    accepts(port).then(|| Running { port, socket_folder: run, lease: Lease { _users: users } })
}

/// Removes the run folders of processes that were killed before their keeper existed, which the missing port shows.
///
/// Nobody else is starting a server meanwhile, because we hold the lock on `setup`.
fn remove_abandoned(base: &Path) {
    for folder in fs::read_dir(base).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if folder.is_dir() && !folder.join("port").exists() {
            // It is only space in the temporary folder; a failure is nobody's problem.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn start(
    base: &Path,
    binaries: &Binaries,
    account: Option<&Account>,
    durability: Durability,
) -> Result<Running, String> {
    let folder = tempfile::Builder::new()
        .prefix("run-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir_in(base)
        .map_err(|error| format!("{}: {error}", base.display()))?;
    let run = folder.path().to_path_buf();
    let describe = |error: std::io::Error| format!("{}: {error}", run.display());
    if let Some(account) = account {
        chown(&run, Some(account.user), Some(account.group)).map_err(describe)?;
    }
    let users = File::create(run.join("users")).map_err(describe)?;
    users.lock_shared().map_err(describe)?;
    initialise(binaries, &run, account)?;
    let port = free_port().map_err(describe)?;
    fs::write(run.join("port"), port.to_string()).map_err(describe)?;
    let mut keeper = keep(binaries, &run, port, account, durability)?;
    // From here on the keeper removes the folder.
    let run = folder.keep();
    wait_until_ready(&run, port, &mut keeper)?;
    fs::write(base.join("current"), run.display().to_string()).map_err(|error| error.to_string())?;
    Ok(Running { port, socket_folder: run, lease: Lease { _users: users } })
}

/// Creates the cluster. `-N` skips waiting for the disk, which is what takes the time; tests need no durability.
fn initialise(binaries: &Binaries, run: &Path, account: Option<&Account>) -> Result<(), String> {
    let mut command = as_account(account, &binaries.folder.join("initdb"));
    command.arg("-D").arg(run.join("data"));
    command.args(["-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]);
    succeed(command.current_dir(run))
}

fn keep(
    binaries: &Binaries,
    run: &Path,
    port: u16,
    account: Option<&Account>,
    durability: Durability,
) -> Result<Child, String> {
    if !in_path("flock") {
        return Err("the program `flock` (package util-linux) is missing".to_owned());
    }
    let mut keeper = Command::new("sh");
    keeper.args(["-c", KEEPER, "trueup-test-postgres"]).arg(run).arg(GRACE_SECONDS);
    let server = as_account(account, &binaries.folder.join("postgres"));
    keeper.arg(server.get_program()).args(server.get_args());
    keeper.arg("-D").arg(run.join("data")).arg("-k").arg(run).arg("-p").arg(port.to_string());
    let settings = ["listen_addresses=127.0.0.1", "max_connections=200", "timezone=UTC", "log_timezone=UTC"];
    for setting in settings.iter().chain(durability.settings()) {
        keeper.args(["-c", setting]);
    }
    // A group of its own, so that an interrupt at the terminal ends the tests and leaves the keeper to clean up; no
    // shared output, so that a pipe on the test run closes with the tests.
    keeper.process_group(0).current_dir(run);
    keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.spawn().map_err(|error| format!("sh: {error}"))
}

fn wait_until_ready(run: &Path, port: u16, keeper: &mut Child) -> Result<(), String> {
    let begin = Instant::now();
    while begin.elapsed() < START_LIMIT {
        if accepts(port) {
            return Ok(());
        }
        let log = fs::read_to_string(run.join("log")).unwrap_or_default();
        let ended = keeper.try_wait().is_ok_and(|status| status.is_some());
        if ended || log.contains("FATAL") && !log.contains("starting up") {
            return Err(format!("it says:\n{log}"));
        }
        sleep(Duration::from_millis(20));
    }
    Err(format!("no answer within {} seconds", START_LIMIT.as_secs()))
}

fn accepts(port: u16) -> bool {
    super::connect(&format!("postgresql://postgres@127.0.0.1:{port}/postgres")).is_ok()
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// One folder per user and server, in the temporary folder because a socket's path may have no more than 107 bytes.
fn base_folder(binaries: &Binaries, durability: Durability) -> Result<PathBuf, String> {
    let user = user_id()?;
    let top = env::temp_dir().join(format!("trueup-pg-{user}"));
    let base = top.join(format!("{}-{}{}", binaries.major, binaries.kind, durability.suffix()));
    let describe = |error: std::io::Error| format!("{}: {error}", base.display());
    fs::create_dir_all(&base).map_err(describe)?;
    // The name is predictable; somebody else's folder of that name must not be trusted.
    if fs::symlink_metadata(&top).map_err(describe)?.uid() != user {
        return Err(format!("{} belongs to another user", top.display()));
    }
    for folder in [&top, &base] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(describe)?;
    }
    Ok(base)
}

/// The user and group that run the server when we are root, which the server refuses to be.
#[derive(Debug, Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// `None` when we are not root and the server runs as ourselves.
    fn for_server() -> Result<Option<Self>, String> {
        if user_id()? != 0 {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
        let found = ["postgres", "nobody"].iter().find_map(|name| Self::named(&accounts, name));
        found.map(Some).ok_or_else(|| {
            "the server refuses root and there is neither a user postgres nor nobody".to_owned()
        })
    }

    /// A line is `name:password:user:group:…`.
    fn named(accounts: &str, name: &str) -> Option<Self> {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Self { user: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }
}

/// The command to run a program as the server's account; `setpriv` replaces itself, so the process id is the program's.
fn as_account(account: Option<&Account>, program: &Path) -> Command {
    let Some(Account { user, group }) = account else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups").arg("--");
    command.arg(program);
    command
}

/// Our own user, read from a file we create because the standard library has no call for it.
pub(super) fn user_id() -> Result<u32, String> {
    let file = tempfile::tempfile().and_then(|file| file.metadata());
    file.map(|metadata| metadata.uid()).map_err(|error| format!("{}: {error}", env::temp_dir().display()))
}

/// Opens a file and waits for its lock, which lasts as long as the returned value.
pub(super) fn locked(path: &Path) -> Result<File, String> {
    let open = OpenOptions::new().create(true).append(true).open(path);
    open.and_then(|file| file.lock().map(|()| file)).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs a command to its end; the error holds its output.
pub(super) fn succeed(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&text).trim()))
}

fn in_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
