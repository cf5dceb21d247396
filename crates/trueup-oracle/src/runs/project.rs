//! Generated projects: revisions on a line or on a graph, an env.py in one of the shapes that occur, on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use trueup_schema::Dialect;
use trueup_schema::revision::RevisionGraph;

use super::data::{self, Rows};
use crate::differential::histories::{self, Body, Databases};
use crate::graphs::generate::{self, Line};
use crate::random::Random;

/// A revision file.
#[derive(Clone)]
pub(super) struct Revision {
    pub(super) id: String,
    pub(super) down: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) depends: Vec<String>,
    pub(super) body: Body,
}

/// What `env.py` passes to `context.configure()` beside the connection.
#[derive(Clone, Default)]
pub(super) struct Environment {
    /// Keyword arguments.
    options: Vec<&'static str>,
    has_convention: bool,
}

/// A project in memory.
#[derive(Clone)]
pub(super) struct Project {
    pub(super) databases: Databases,
    pub(super) revisions: Vec<Revision>,
    environment: Environment,
}

impl Project {
    /// Generates a project.
    pub(super) fn generate(random: &mut Random) -> Self {
        let databases =
            *random.pick(&[Databases::Both, Databases::Both, Databases::Postgresql, Databases::Sqlite]);
        let lines = if random.one_in(2) { line(random) } else { graph(random) };
        let mut revisions = bodies(lines, databases, random);
        if random.one_in(5) {
            let body = &mut random.pick_mut(&mut revisions).body;
            let steps = if random.one_in(4) { &mut body.down } else { &mut body.up };
            let at = random.below(steps.len() + 1);
            steps.insert(at, data::failing(random));
        }
        Self { databases, revisions, environment: Environment::generate(random) }
    }

    /// Returns the databases that the project runs on.
    pub(super) fn dialects(&self) -> Vec<Dialect> {
        match self.databases {
            Databases::Both => vec![Dialect::Sqlite, Dialect::Postgresql],
            Databases::Postgresql => vec![Dialect::Postgresql],
            Databases::Sqlite => vec![Dialect::Sqlite],
        }
    }

    /// Returns the graph of its revisions.
    pub(super) fn graph(&self) -> RevisionGraph {
        let line = |revision: &Revision| Line {
            id: revision.id.clone(),
            down: revision.down.clone(),
            labels: revision.labels.clone(),
            depends: revision.depends.clone(),
        };
        RevisionGraph::build(self.revisions.iter().map(|revision| line(revision).revision()).collect())
    }

    /// Writes the project into a folder, in the place of what is there.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder.join("alembic/versions"))?;
        fs::write(folder.join("alembic.ini"), INI)?;
        fs::write(folder.join("alembic/env.py"), self.environment.text())?;
        fs::write(folder.join("helpers.py"), histories::MODULE)?;
        for revision in &self.revisions {
            fs::write(folder.join(format!("alembic/versions/{}_step.py", revision.id)), revision.text())?;
        }
        Ok(())
    }
}

/// Returns revisions one after the other.
fn line(random: &mut Random) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for number in 0..=random.below(6) {
        let id = format!("{:03x}{number:x}{:02x}", 0xb10 + random.below(6), random.below(256));
        let down = lines.last().map(|last| last.id.clone()).into_iter().collect();
        lines.push(Line { id, down, labels: Vec::new(), depends: Vec::new() });
    }
    lines
}

/// Returns a graph without defects, as the other comparisons use it.
fn graph(random: &mut Random) -> Vec<Line> {
    loop {
        let lines = generate::graph(random);
        if lines.len() <= 9
            && RevisionGraph::build(lines.iter().map(Line::revision).collect()).defects().is_empty()
        {
            return lines;
        }
    }
}

/// Fills revisions: each goes on with what one of those below has built, or begins anew.
fn bodies(lines: Vec<Line>, databases: Databases, random: &mut Random) -> Vec<Revision> {
    let order: Vec<String> = {
        let graph = RevisionGraph::build(lines.iter().map(Line::revision).collect());
        graph.ids(graph.order())
    };
    let mut lines: BTreeMap<String, Line> = lines.into_iter().map(|line| (line.id.clone(), line)).collect();
    let mut built: BTreeMap<String, (histories::Line, Option<Rows>)> = BTreeMap::new();
    let mut out = Vec::new();
    for (number, id) in order.into_iter().enumerate() {
        let Some(Line { down, labels, depends, .. }) = lines.remove(&id) else { continue };
        let inherited = down.iter().find_map(|below| built.remove(below));
        let (mut line, mut rows) =
            inherited.unwrap_or_else(|| (histories::Line::new(databases, number), None));
        let mut body = line.revision(random);
        data::extend(&mut rows, line.number(), random, &mut body);
        built.insert(id.clone(), (line, rows));
        out.push(Revision { id, down, labels, depends, body });
    }
    out
}

impl Revision {
    /// The text of the file.
    fn text(&self) -> String {
        let literal = |values: &[String]| match values {
            [] => "None".to_owned(),
            [only] => format!("\"{only}\""),
            several => {
                let quoted: Vec<String> = several.iter().map(|value| format!("\"{value}\"")).collect();
                format!("({})", quoted.join(", "))
            }
        };
        let id = &self.id;
        let mut out = format!(
            "\"\"\"step {id}\n\nRevision ID: {id}\nRevises: {}\n\"\"\"\nimport datetime\n\nfrom alembic import op\n\
             import sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\nimport helpers\n\nrevision = \"{id}\"\n\
             down_revision = {}\nbranch_labels = {}\ndepends_on = {}\n\n",
            self.down.join(", "),
            literal(&self.down),
            literal(&self.labels),
            literal(&self.depends)
        );
        for line in &self.body.module {
            out.push_str(line);
            out.push('\n');
        }
        let mut function = |name: &str, steps: &mut dyn Iterator<Item = &Vec<String>>| {
            out.push_str(&format!("\n\ndef {name}():\n"));
            let lines: Vec<String> = steps.flatten().map(|line| format!("    {line}\n")).collect();
            out.push_str(&if lines.is_empty() { "    pass\n".to_owned() } else { lines.concat() });
        };
        function("upgrade", &mut self.body.up.iter());
        function("downgrade", &mut self.body.down.iter().rev());
        out
    }
}

impl Environment {
    fn generate(random: &mut Random) -> Self {
        let mut environment = Self { has_convention: random.one_in(5), ..Self::default() };
        if random.one_in(3) {
            environment.options.push("transaction_per_migration=True");
        }
        if random.one_in(10) {
            environment.options.push("version_table=\"own_version\"");
        }
        if random.one_in(12) {
            environment.options.push("version_table_pk=False");
        }
        if random.one_in(12) {
            environment.options.push("transactional_ddl=True");
        }
        if random.one_in(30) {
            environment.options.push("on_version_apply=lambda **_: None");
        }
        environment
    }

    fn text(&self) -> String {
        let convention = if self.has_convention { CONVENTION } else { "None" };
        let options = self.options.iter().flat_map(|option| [", ", option]).collect::<String>();
        ENV.replace("CONVENTION", convention).replace("OPTIONS", &options)
    }
}

const INI: &str =
    "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = %(here)s\npath_separator = os\n";

const CONVENTION: &str = "sa.MetaData(naming_convention={\"ix\": \"ix_%(column_0_label)s\", \
\"uq\": \"uq_%(table_name)s_%(column_0_name)s\", \"ck\": \"ck_%(table_name)s_%(constraint_name)s\", \
\"fk\": \"fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s\", \"pk\": \"pk_%(table_name)s\"})";

const ENV: &str = "import sqlalchemy as sa
from alembic import context

target_metadata = CONVENTION


def run_migrations_offline():
    url = context.config.get_main_option(\"sqlalchemy.url\")
    context.configure(
        url=url, target_metadata=target_metadata, literal_binds=True, dialect_opts={\"paramstyle\": \"named\"}OPTIONS
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online():
    engine = sa.create_engine(context.config.get_main_option(\"sqlalchemy.url\"), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadataOPTIONS)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
";
