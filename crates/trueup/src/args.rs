//! Arguments, as the command line contract states them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};

/// Keeps SQLAlchemy models, migrations and live databases true to each other.
#[derive(Debug, Parser)]
#[command(name = "trueup", version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes, before or after its name.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// The project's folder.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Configuration: alembic.ini, pyproject.toml or trueup.toml (default: found upwards).
    #[arg(short, long, value_name = "FILE", env = "ALEMBIC_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Section of alembic.ini.
    #[arg(short, long, value_name = "SECTION", global = true)]
    pub(crate) name: Option<String>,
    /// Argument for env.py, as Alembic's `-x`.
    #[arg(short = 'x', value_name = "KEY=VALUE", global = true, action = ArgAction::Append)]
    pub(crate) x: Vec<String>,
    /// Database address, such as postgresql://user@host/name or sqlite:///file.db.
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) database: Option<String>,
    /// The database kind, when there is no database.
    #[arg(long, value_name = "DIALECT", global = true, value_parser = ["postgresql", "sqlite"])]
    pub(crate) dialect: Option<String>,
    /// Output format.
    #[arg(long, value_name = "FORMAT", global = true, default_value = "text")]
    pub(crate) format: Format,
    /// Write the output to a file.
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(crate) output: Option<PathBuf>,
    /// Print findings only, no summary.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print more: every finding with its source.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colors.
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub(crate) color: Color,
    /// Do not show progress.
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    pub(crate) fn choice(self) -> anstream::ColorChoice {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
    }
}

/// Commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report everything that is not true: graph, imports, models, revisions, database.
    Check(CheckArgs),
    /// Show what turns one source into another: as operations, or as SQL.
    Diff(DiffArgs),
    /// Write a schema as a text that diffs line by line.
    Snapshot {
        /// The source, as for `diff` [default: revisions, else models].
        #[arg(value_name = "SOURCE")]
        source: Option<String>,
    },
    /// Show the heads of the revisions.
    Heads {
        /// Count `depends_on` as `down_revision`.
        #[arg(long)]
        resolve_dependencies: bool,
    },
    /// Show the branch points of the revisions.
    Branches,
    /// List the revisions, newest first.
    History {
        /// Only these revisions: [start]:[end].
        #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
        rev_range: Option<String>,
        /// Mark the revisions that the database records.
        #[arg(short, long)]
        indicate_current: bool,
    },
    /// Show the revisions that an identifier names.
    Show {
        /// The identifier; `current` asks the database.
        #[arg(value_name = "REV", allow_hyphen_values = true)]
        rev: String,
    },
    /// Show the revisions that the database records.
    Current {
        /// Exit with 1 unless the database is at all heads.
        #[arg(long, visible_alias = "check_heads")]
        check_heads: bool,
    },
    /// Run the revisions up to one.
    Upgrade {
        /// The identifier: an id or its beginning, `head`, `heads`, `+1`, `LABEL@head`; with --sql also START:END.
        #[arg(value_name = "REV", allow_hyphen_values = true)]
        revision: String,
        #[command(flatten)]
        run: RunArgs,
        /// Make a backup first, in DIR or else in the usual folder, and run nothing without it.
        #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with = "sql")]
        backup: Option<String>,
    },
    /// Take revisions back down to one.
    Downgrade {
        /// The identifier: an id or its beginning, `base`, `-1`, `LABEL@-1`; with --sql START:END.
        #[arg(value_name = "REV", allow_hyphen_values = true)]
        revision: String,
        #[command(flatten)]
        run: RunArgs,
        /// Make a backup first, in DIR or else in the usual folder, and run nothing without it.
        #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with = "sql")]
        backup: Option<String>,
    },
    /// Record revisions as applied without running them.
    Stamp {
        /// The identifiers; `heads` and `base` too.
        #[arg(value_name = "REV", required = true, allow_negative_numbers = true)]
        revisions: Vec<String>,
        /// Forget everything that is recorded first.
        #[arg(long)]
        purge: bool,
        /// Stamp even where the schema is not what the revisions build.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Create the version table where it is missing.
    #[command(name = "ensure_version", alias = "ensure-version")]
    EnsureVersion {
        #[command(flatten)]
        run: RunArgs,
    },
    /// Copy the whole database into a file.
    Backup(BackupArgs),
    /// Bring a backup back.
    Restore(RestoreArgs),
    /// Write a new revision file.
    Revision(RevisionArgs),
    /// Write a revision file that brings branches together.
    Merge(MergeArgs),
    /// Open the files of revisions in $EDITOR.
    Edit {
        /// The identifier; `current` asks the database.
        #[arg(value_name = "REV", allow_hyphen_values = true)]
        rev: String,
    },
    /// Make a new migration environment.
    Init {
        /// The folder to make.
        #[arg(value_name = "DIRECTORY")]
        location: PathBuf,
        /// One of those that `list_templates` shows.
        #[arg(short, long, value_name = "NAME", default_value = "generic")]
        template: String,
        /// Make packages of the folders.
        #[arg(long)]
        package: bool,
    },
    /// List what `init` can begin with.
    #[command(name = "list_templates", alias = "list-templates")]
    ListTemplates,
    /// Print the page of a rule, or list all rules.
    Explain {
        /// The rule.
        rule: Option<String>,
    },
}

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Only these groups: graph, project, models, replay, drift.
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Only these rules or groups.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// All but these rules or groups.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Who tells what revisions do: `native` reads them, `auto` also runs those that reading does not prove with the
    /// project's own Alembic, offline; `alembic` runs all of them so.
    #[arg(long, value_name = "ENGINE", default_value = "native", value_parser = ["native", "auto", "alembic"])]
    pub(crate) engine: String,
    /// Where models come from: `text` reads them, `import` runs the project's own code.
    #[arg(long, value_name = "HOW", default_value = "text", value_parser = ["text", "import"])]
    pub(crate) models: String,
    /// The project's Python, for `--engine` and `--models` [default: its virtual environment, else python3].
    #[arg(long, value_name = "FILE")]
    pub(crate) python: Option<PathBuf>,
    /// Hold the database to a file that `snapshot` has written, instead of the revisions.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Lowest severity that makes the exit code 1 [default: error].
    #[arg(long, value_name = "SEVERITY", value_parser = ["error", "warning", "info", "never"])]
    pub(crate) fail_on: Option<String>,
}

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// What is there: `models`, `revisions[@REV]`, `database[:URL]`, `sql:PATH` or `snapshot:FILE`.
    #[arg(value_name = "FROM")]
    pub(crate) from: String,
    /// What it is to become.
    #[arg(value_name = "TO")]
    pub(crate) to: String,
    /// Print statements that can be run.
    #[arg(long)]
    pub(crate) sql: bool,
    /// Print the body of a revision.
    #[arg(long, conflicts_with = "sql")]
    pub(crate) python: bool,
    /// Exit with 1 where there is a difference.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// Arguments of `revision`.
#[derive(Debug, clap::Args)]
pub(crate) struct RevisionArgs {
    /// What the revision does, in a few words.
    #[arg(short, long)]
    pub(crate) message: Option<String>,
    /// Fill in what leads from the revisions to the models.
    #[arg(long)]
    pub(crate) autogenerate: bool,
    /// What the models are compared with.
    #[arg(long, value_parser = ["revisions", "database"], default_value = "revisions", requires = "autogenerate")]
    pub(crate) against: String,
    /// A table or column that was renamed, `users.name=full_name`; may be given several times.
    #[arg(long, value_name = "OLD=NEW", requires = "autogenerate")]
    pub(crate) rename: Vec<String>,
    /// A table or column that goes with its data, though it looks renamed; may be given several times.
    #[arg(long, value_name = "NAME", requires = "autogenerate")]
    pub(crate) drop: Vec<String>,
    /// Write SQL.
    #[arg(long)]
    pub(crate) sql: bool,
    /// The head that it follows; `base` begins a history of its own.
    #[arg(long, value_name = "REV", default_value = "head", allow_hyphen_values = true)]
    pub(crate) head: String,
    /// Let it follow a revision that is no head.
    #[arg(long)]
    pub(crate) splice: bool,
    /// A label for the branch that it begins.
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Option<String>,
    /// The folder to write to, where the project has several.
    #[arg(long, value_name = "DIR")]
    pub(crate) version_path: Option<PathBuf>,
    /// Its id [default: a random one].
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
    /// A revision or label that must be applied before it; may be given several times.
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    pub(crate) depends_on: Vec<String>,
}

/// Arguments of `merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct MergeArgs {
    /// The revisions to bring together; `heads` names all heads.
    #[arg(value_name = "REV", required = true)]
    pub(crate) revisions: Vec<String>,
    /// What the merge is for, in a few words.
    #[arg(short, long)]
    pub(crate) message: Option<String>,
    /// A label for the branch that it begins.
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Option<String>,
    /// Its id [default: a random one].
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
    /// Merge revisions that are no heads.
    #[arg(long)]
    pub(crate) splice: bool,
}

/// Arguments of the commands that run revisions.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// Print the SQL instead of running it; no database is asked.
    #[arg(long)]
    pub(crate) sql: bool,
    /// Show what would run on the database as it is, and change nothing.
    #[arg(long, conflicts_with = "sql")]
    pub(crate) dry_run: bool,
    /// A word for env.py, as Alembic's `--tag`.
    #[arg(long, value_name = "WORD")]
    pub(crate) tag: Option<String>,
    /// Who runs revisions: `native` is trueup alone, `auto` gives what reading does not prove to the project's own
    /// Python, `alembic` gives it everything.
    #[arg(long, value_name = "ENGINE", default_value = "auto", value_parser = ["native", "auto", "alembic"])]
    pub(crate) engine: String,
    /// The project's Python [default: its virtual environment, else python3].
    #[arg(long, value_name = "FILE")]
    pub(crate) python: Option<PathBuf>,
    /// How long a statement waits for a lock before the transaction is tried again, such as 500ms or 5s.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// How long a statement may run, such as 30s or 10min.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) statement_timeout: Option<Duration>,
    /// How long to wait for another run on the same database to end [default: 60s].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
    /// End with exit code 4 where another run is at work.
    #[arg(long, conflicts_with = "wait")]
    pub(crate) no_wait: bool,
    /// Run steps with this hazard: `data-loss` drops tables and columns that have rows.
    #[arg(long, value_name = "HAZARD", value_parser = ["data-loss"])]
    pub(crate) allow: Vec<String>,
    /// Yes to everything that would be refused without `--allow`.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Do not keep the table `trueup_journal`.
    #[arg(long)]
    pub(crate) no_journal: bool,
}

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    /// The folder to write to [default: the settings' `backups`, else .trueup/backups in the project].
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// The backup: an archive of `pg_dump -Fc`, or a copy of an SQLite file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace what the database has.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Restore the backup of a database with another name.
    #[arg(long)]
    pub(crate) force: bool,
    /// Do not keep the table `trueup_journal`.
    #[arg(long)]
    pub(crate) no_journal: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// How long to wait for others.
#[derive(Debug, clap::Args)]
pub(crate) struct WaitArgs {
    /// How long to wait for another run on the same database to end [default: 60s].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
    /// End with exit code 4 where another run is at work.
    #[arg(long, conflicts_with = "wait")]
    pub(crate) no_wait: bool,
}

/// Reads a time: a number with `ms`, `s`, `min` or `h`; seconds where there is no unit.
fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 =
        number.parse().map_err(|_| "a time is a number with a unit, such as 500ms or 5s".to_owned())?;
    let milliseconds = match unit.trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "min" | "m" => 60_000,
        "h" => 3_600_000,
        other => return Err(format!("`{other}` is no unit of time; there are ms, s, min and h")),
    };
    let milliseconds = number.checked_mul(milliseconds);
    milliseconds.map(Duration::from_millis).ok_or_else(|| "that is longer than any run".to_owned())
}
