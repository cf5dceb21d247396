//! What `trueup init` makes is a project that real Alembic works with: heads, a revision, an upgrade of a real database.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::venv;

/// The address in a template that stands for the user's own.
const PLACEHOLDER: &str = "driver://user:pass@localhost/dbname";

/// Makes a project from every template and lets both programs work in it.
pub(super) fn check(python: &Path, trueup: &Path, folder: &Path) -> Result<()> {
    let templates = ["generic", "async", "multidb", "pyproject", "pyproject_async"];
    for template in templates {
        let is_async = template.ends_with("async");
        let python = if is_async {
            venv::python("alembic-async", &["alembic", "sqlalchemy[asyncio]", "aiosqlite"])?
        } else {
            python.to_path_buf()
        };
        let root = folder.join(format!("init-{template}"));
        fs::create_dir_all(&root)?;
        project(&python, trueup, &root, template).with_context(|| format!("`init -t {template}`"))?;
    }
    println!("{} templates of `init` work with real Alembic", templates.len());
    Ok(())
}

fn project(python: &Path, trueup: &Path, root: &Path, template: &str) -> Result<()> {
    let alembic = python.with_file_name("alembic");
    run(trueup, root, &["init", "-t", template, "migrations"])?;
    let ini = root.join("alembic.ini");
    let driver = if template.ends_with("async") { "sqlite+aiosqlite" } else { "sqlite" };
    let text = fs::read_to_string(&ini)?.replace(PLACEHOLDER, &format!("{driver}:///app.db"));
    ensure!(text.contains(driver), "alembic.ini has no address to replace");
    fs::write(&ini, text)?;
    ensure!(run(&alembic, root, &["heads"])?.is_empty(), "a new project has heads");
    run(trueup, root, &["revision", "-m", "create the users table", "--rev-id", "a1"])?;
    run(&alembic, root, &["revision", "-m", "create the orders table", "--rev-id", "b2"])?;
    run(trueup, root, &["revision", "-m", "create the invoices table", "--rev-id", "c3"])?;
    ensure!(run(&alembic, root, &["heads"])? == "c3 (head)\n", "Alembic sees another head");
    run(&alembic, root, &["upgrade", "head"])?;
    let names: &[&str] = if template == "multidb" { &["app.db", "app.db2"] } else { &["app.db"] };
    for name in names {
        let database = rusqlite::Connection::open(root.join(name))?;
        let id: String = database
            .query_row("SELECT version_num FROM alembic_version", [], |row| row.get(0))
            .with_context(|| format!("the version table of {name}"))?;
        ensure!(id == "c3", "{name} is at `{id}`");
    }
    run(&alembic, root, &["downgrade", "base"])?;
    let found = run(trueup, root, &["check", "--only", "graph", "--fail-on", "info", "-q"])?;
    ensure!(found.is_empty(), "trueup finds: {found}");
    Ok(())
}

/// Returns what a program prints; it must succeed.
fn run(program: &Path, root: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .env_remove("DATABASE_URL")
        .env_remove("TRUEUP_DATABASE_URL")
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{} {} failed:\n{text}{errors}", program.display(), arguments.join(" "));
    }
    Ok(text)
}
