//! `--sql`: what a run would send, as text for somebody else to run.
//!
//! The order of the statements, the comments before each revision and the transactions are Alembic's (alembic 1.20,
//! `MigrationContext.run_migrations` with `as_sql`), so that what reads Alembic's scripts reads these.

use std::collections::BTreeSet;

use trueup_alembic::replay::{Action, ScriptStep, TableRebuild};
use trueup_schema::revision::{RevisionGraph, VersionChange, VersionRows};
use trueup_schema::{Dialect, ObjectName, Operation, Origin, Schema};
use trueup_sql::{ReadContext, RebuildInput, Stored, StoredColumn, laid_out, read, rebuild};

use super::plan::{Base, Obstacle, Plan, PlannedStep};
use super::settings::Environment;
use super::{NotRun, Project, RunEngine, RunFailure, RunFailureKind, RunRequest, Way, placed};
use crate::config::Configuration;
use crate::pipelines::check::CheckRequest;
use crate::pipelines::check::drift::Expected;
use crate::pipelines::target::{dialect_of, read_env, version_table};
use crate::python::{self, Recorded};

/// Returns the SQL of the revisions between two identifiers, `START:END` or `END`.
///
/// `dialect` is the kind of database where no address says it.
///
/// # Errors
/// When an identifier names nothing, or a revision cannot be written down without a database.
pub fn sql(
    configuration: &Configuration,
    request: &RunRequest,
    identifiers: &str,
    way: Way,
    dialect: Option<Dialect>,
) -> Result<String, NotRun> {
    let (start, end) = match (identifiers.split_once(':'), way) {
        (Some((start, end)), _) => (start, end),
        (None, Way::Up) => ("base", identifiers),
        (None, Way::Down) => {
            return Err(RunFailure::new(
                RunFailureKind::Request,
                "`downgrade --sql` needs to know where the database is",
            )
            .hint(format!("write `downgrade --sql START:{identifiers}`; no database is asked"))
            .into());
        }
    };
    offline(configuration, request, dialect, |project, table| {
        let graph = &project.prepared.graph;
        let applied = starting(graph, start)?;
        let revisions = match way {
            Way::Up => graph.upgrade_steps(end, &applied)?,
            Way::Down => graph.downgrade_steps(end, &applied)?,
        };
        let mut plan = Plan::make(
            &project.prepared,
            &revisions,
            way,
            &VersionRows::new(&applied),
            Base { schema: schema_at(project, &applied), with_rows: None, attempted: false },
        );
        settle(project, request, &mut plan)?;
        let mut text = Text::new(&project.environment, project.dialect(), table);
        text.is_new = applied.is_empty();
        text.is_for_any = true;
        if plan.steps.is_empty() {
            text.in_one(|_| {});
        }
        text.plan(&project.start(), &plan)?;
        Ok(text.finish())
    })
}

/// Returns the SQL that creates the version table.
///
/// # Errors
/// When env.py names a version table that is not known.
pub fn ensure_version_sql(
    configuration: &Configuration,
    request: &RunRequest,
    dialect: Option<Dialect>,
) -> Result<String, NotRun> {
    offline(configuration, request, dialect, |project, table| {
        let mut text = Text::new(&project.environment, project.dialect(), table);
        text.in_one(Text::version_table);
        Ok(text.finish())
    })
}

/// Returns the SQL of a plan; what stands in its way is a comment.
pub(super) fn plan_text(
    project: &Project<'_>,
    table: &ObjectName,
    plan: &Plan,
    is_new: bool,
) -> Result<String, NotRun> {
    let mut text = Text::new(&project.environment, project.dialect(), table);
    text.is_new = is_new;
    text.plan(&project.start(), plan)?;
    Ok(text.finish())
}

/// Reads a project for which no database is asked.
pub(super) fn offline<T>(
    configuration: &Configuration,
    request: &RunRequest,
    dialect: Option<Dialect>,
    act: impl FnOnce(&Project<'_>, &ObjectName) -> Result<T, NotRun>,
) -> Result<T, NotRun> {
    let env = read_env(configuration, &request.database.environment);
    let settings = configuration.settings.dialect.as_deref().and_then(Dialect::from_name);
    let dialect = dialect.or_else(|| dialect_of(configuration, &request.database, &env)).or(settings);
    let asked = CheckRequest { dialect, ..CheckRequest::default() };
    let project = Project::read(configuration, &asked, &env, &request.database.environment)?;
    let table = version_table(&env, project.dialect());
    act(&project, &table).map_err(|problem| placed(configuration, problem))
}

/// Returns what is applied where the database is said to be at an identifier.
pub(super) fn starting(graph: &RevisionGraph, identifier: &str) -> Result<Vec<usize>, NotRun> {
    let named: Result<Vec<_>, _> = identifier
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty() && *word != "base")
        .map(|word| graph.resolve(word))
        .collect();
    Ok(named?.into_iter().flatten().filter_map(trueup_schema::revision::End::revision).collect())
}

/// Returns the schema that the revisions build up to those that are applied.
fn schema_at(project: &Project<'_>, applied: &[usize]) -> Option<Schema> {
    (!applied.is_empty()).then(|| expected_at(project, applied).schema)
}

/// Returns what a database has where the revisions that are applied have built it.
pub(super) fn expected_at(project: &Project<'_>, applied: &[usize]) -> Expected {
    let graph = &project.prepared.graph;
    let active: BTreeSet<usize> = graph.active(applied).into_iter().collect();
    let order: Vec<usize> =
        graph.order().iter().copied().filter(|revision| active.contains(revision)).collect();
    let replayed = project.prepared.replay(&order, None, Way::Up, None);
    Expected { kept: replayed.schema_without_losses(|_| true), schema: replayed.schema }
}

/// Asks the project's own Python for what the text does not prove; refuses what remains.
fn settle(project: &Project<'_>, request: &RunRequest, plan: &mut Plan) -> Result<(), NotRun> {
    let all = request.engine == RunEngine::Alembic;
    let is_open = |step: &PlannedStep| all || matches!(step.obstacle, Some(Obstacle::Unproven { .. }));
    let wanted: Vec<String> =
        plan.steps.iter().filter(|step| is_open(step)).map(|step| step.id.clone()).collect();
    // What Python is asked for is the upgrade.
    if request.engine != RunEngine::Native
        && plan.steps.iter().all(|step| step.way == Way::Up)
        && !wanted.is_empty()
    {
        let told = ask(project, request, wanted);
        for step in &mut plan.steps {
            let Some(Recorded::Statements(statements)) = told.get(&step.id) else { continue };
            let sent = |sql: &String| ScriptStep { action: Action::Sql(sql.clone()), origin: Origin::none() };
            step.script = statements.iter().map(sent).collect();
            step.obstacle = None;
        }
    }
    let Some((step, obstacle)) = plan.steps.iter().find_map(|step| Some((step, step.obstacle.as_ref()?)))
    else {
        return Ok(());
    };
    let name = step.way.function();
    let (message, origin, kind) = match obstacle {
        Obstacle::Unproven { reason, origin } => {
            let message = format!(
                "what the {name} of `{}` does cannot be written down without its database: {reason}",
                step.id
            );
            (message, origin, RunFailureKind::Refused)
        }
        Obstacle::Fails { message, origin } => {
            let message = format!("the {name} of `{}` would fail: {message}", step.id);
            (message, origin, RunFailureKind::Database)
        }
    };
    let mut failure = RunFailure::new(kind, message);
    failure.location = origin.location();
    Err(failure.hint("run it on the database itself, without `--sql`").into())
}

fn ask(
    project: &Project<'_>,
    request: &RunRequest,
    revisions: Vec<String>,
) -> std::collections::BTreeMap<String, Recorded> {
    let configuration = project.configuration;
    let python = request
        .python
        .clone()
        .unwrap_or_else(|| python::interpreter(&configuration.root, &request.database.environment));
    let asked = python::Request {
        config: configuration.file.clone(),
        section: configuration.section.clone(),
        script_location: configuration.script_location.clone(),
        version_locations: configuration.version_locations.clone(),
        dialect: project.dialect().name(),
        naming_convention: project.prepared.naming_convention(),
        revisions,
        models: false,
    };
    // Without Python there is no answer, and what is not answered is refused with its own reason.
    python::ask(&python, &configuration.root, &asked).map(|answer| answer.revisions).unwrap_or_default()
}

/// A script on the way.
pub(super) struct Text<'a> {
    environment: &'a Environment,
    dialect: Dialect,
    table: &'a ObjectName,
    lines: String,
    /// The version table is not there yet.
    pub(super) is_new: bool,
    /// Nobody has asked the database on which it will run.
    is_for_any: bool,
    /// Tables that the script itself makes.
    made: BTreeSet<ObjectName>,
    in_transaction: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(environment: &'a Environment, dialect: Dialect, table: &'a ObjectName) -> Self {
        Self {
            environment,
            dialect,
            table,
            lines: String::new(),
            is_new: false,
            is_for_any: false,
            made: BTreeSet::new(),
            in_transaction: false,
        }
    }

    /// Writes what a whole run is made of, in a transaction where a run is one.
    pub(super) fn in_one(&mut self, write: impl FnOnce(&mut Self)) {
        let is_one = self.environment.is_one_transaction(self.dialect);
        if is_one {
            self.begin();
        }
        write(self);
        if is_one {
            self.commit();
        }
    }

    /// Writes one step, in a transaction where each revision has its own.
    pub(super) fn in_each(&mut self, write: impl FnOnce(&mut Self)) {
        let has_transactions = self.environment.transactional.unwrap_or(self.dialect.transactional_ddl());
        let is_each = has_transactions && !self.environment.is_one_transaction(self.dialect);
        if is_each {
            self.begin();
        }
        write(self);
        if is_each {
            self.commit();
        }
    }

    /// Writes a plan; `start` is what env.py does before it.
    pub(super) fn plan(&mut self, start: &[Operation], plan: &Plan) -> Result<(), NotRun> {
        let is_one = self.environment.is_one_transaction(self.dialect);
        let has_transactions = self.environment.transactional.unwrap_or(self.dialect.transactional_ddl());
        if is_one && !plan.steps.is_empty() {
            self.begin();
        }
        for operation in start {
            operation.to_sql(self.dialect).iter().for_each(|sql| self.statement(sql));
        }
        for step in &plan.steps {
            if !is_one && has_transactions {
                self.begin();
            }
            if std::mem::take(&mut self.is_new) {
                self.version_table();
            }
            self.step(step)?;
            if !is_one && has_transactions {
                self.commit();
            }
        }
        if is_one && !plan.steps.is_empty() {
            self.commit();
        }
        Ok(())
    }

    fn step(&mut self, step: &PlannedStep) -> Result<(), NotRun> {
        self.comment(&format!("Running {} {}", step.way.function(), step.line));
        match &step.obstacle {
            Some(Obstacle::Unproven { reason, .. }) => {
                self.comment(&format!("not proved, so the project's own Python runs it: {reason}"));
            }
            Some(Obstacle::Fails { message, .. }) => self.comment(&format!("this would fail: {message}")),
            None => {}
        }
        let mut schema = step.before.clone();
        for action in &step.script {
            self.action(action, &mut schema, step)?;
        }
        for change in &step.changes {
            self.change(change);
        }
        Ok(())
    }

    fn action(&mut self, step: &ScriptStep, schema: &mut Schema, of: &PlannedStep) -> Result<(), NotRun> {
        match &step.action {
            Action::Operation(operation) => {
                self.note_made(operation);
                let statements = operation.to_sent_sql(self.dialect);
                for sql in &statements {
                    self.statement(&laid_out(self.dialect, sql));
                }
                let _ = operation.apply(schema);
            }
            Action::Sql(sql) => {
                self.statement(sql);
                follow(schema, sql);
            }
            Action::Rows(sql) => self.statement(sql),
            Action::Rebuild(batch) => {
                let statements = rebuilt(schema, batch).map_err(|reason| {
                    let mut failure = RunFailure::new(
                        RunFailureKind::Refused,
                        format!("`{}` of `{}` cannot be rebuilt: {reason}", batch.table, of.id),
                    );
                    failure.location = step.origin.location();
                    NotRun::from(failure)
                })?;
                for sql in &statements {
                    self.statement(sql);
                }
                if let Some(after) = &batch.after {
                    schema.insert_table(after.clone());
                }
            }
            Action::Autocommit(true) | Action::Commit if self.in_transaction => {
                self.commit();
                if matches!(step.action, Action::Commit) {
                    self.begin();
                }
            }
            Action::Autocommit(false)
                if self.environment.transactional.unwrap_or(self.dialect.transactional_ddl()) =>
            {
                self.begin();
            }
            Action::Autocommit(_) | Action::Commit | Action::Begin => {}
            Action::Savepoint => self.statement("SAVEPOINT trueup"),
            Action::Release => self.statement("RELEASE SAVEPOINT trueup"),
            Action::RollbackTo => {
                self.statement("ROLLBACK TO SAVEPOINT trueup");
                self.statement("RELEASE SAVEPOINT trueup");
            }
            Action::Empty(table) => return self.premise(table, step, of),
            Action::Swallowed(reason) => self.comment(&format!("the revision tries and gives up: {reason}")),
            Action::Live(reason) => self.comment(&format!("not known without the database: {reason}")),
        }
        Ok(())
    }

    /// Follows which tables the script itself makes.
    fn note_made(&mut self, operation: &Operation) {
        match operation {
            Operation::CreateTable(op) if !op.if_not_exists => {
                self.made.insert(op.table.name.clone());
            }
            Operation::RenameTable(op) if self.made.remove(&op.table) => {
                self.made.insert(op.new_name.clone());
            }
            _ => {}
        }
    }

    /// Writes that what follows holds only where a table has no rows.
    ///
    /// A script may be run on any database, and must not leave out without a word what a revision does to rows.
    fn premise(&mut self, table: &ObjectName, step: &ScriptStep, of: &PlannedStep) -> Result<(), NotRun> {
        if self.made.contains(table) {
            return Ok(());
        }
        self.comment(&format!("this holds where `{table}` has no rows"));
        if !self.is_for_any {
            return Ok(());
        }
        if !self.dialect.has_blocks() {
            let message = format!(
                "what the {} of `{}` does cannot be written down without its database: it hangs on the rows of `{table}`",
                of.way.function(),
                of.id
            );
            let mut failure = RunFailure::new(RunFailureKind::Refused, message);
            failure.location = step.origin.location();
            return Err(failure.hint("run it on the database itself, without `--sql`").into());
        }
        let message =
            format!("`{}` does something with the rows of {table}, which this script cannot know", of.id);
        self.statement(&format!(
            "DO $trueup$ BEGIN IF EXISTS (SELECT 1 FROM {}) THEN RAISE EXCEPTION USING MESSAGE = '{}'; END IF; END $trueup$",
            table.to_sql(),
            message.replace('\'', "''")
        ));
        Ok(())
    }

    /// Writes the statement that creates the version table.
    pub(super) fn version_table(&mut self) {
        let table = self.table_name();
        let key = if self.environment.version_table_primary_key {
            format!(", \n    CONSTRAINT {}_pkc PRIMARY KEY (version_num)", self.table.name)
        } else {
            String::new()
        };
        self.statement(&format!("CREATE TABLE {table} (\n    version_num VARCHAR(32) NOT NULL{key}\n)"));
    }

    /// Returns the version table's name with the quotes that it needs.
    fn table_name(&self) -> String {
        let sql = laid_out(self.dialect, &format!("DROP TABLE {}", self.table.to_sql()));
        sql.trim_start_matches("DROP TABLE ").to_owned()
    }

    /// Writes what becomes of the version table.
    pub(super) fn change(&mut self, change: &VersionChange) {
        let table = self.table_name();
        let text = |id: &str| format!("'{}'", id.replace('\'', "''"));
        let sql = match change {
            VersionChange::Insert(id) => format!("INSERT INTO {table} (version_num) VALUES ({})", text(id)),
            VersionChange::Delete(id) => {
                format!("DELETE FROM {table} WHERE {table}.version_num = {}", text(id))
            }
            VersionChange::Update { from, to } => format!(
                "UPDATE {table} SET version_num={} WHERE {table}.version_num = {}",
                text(to),
                text(from)
            ),
        };
        self.statement(&sql);
    }

    pub(super) fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.lines.push_str(&format!("-- {line}\n"));
        }
        self.lines.push('\n');
    }

    fn statement(&mut self, sql: &str) {
        let sql = sql.trim().trim_end_matches(';').trim_end();
        if !sql.is_empty() {
            self.lines.push_str(sql);
            self.lines.push_str(";\n\n");
        }
    }

    pub(super) fn begin(&mut self) {
        self.in_transaction = true;
        self.statement("BEGIN");
    }

    pub(super) fn commit(&mut self) {
        self.in_transaction = false;
        self.statement("COMMIT");
    }

    pub(super) fn finish(self) -> String {
        self.lines
    }
}

/// Applies a statement to a schema; what is not understood changes nothing that a rebuild could need.
fn follow(schema: &mut Schema, sql: &str) {
    let context = ReadContext { schema: Some(schema), check_data: false, ..ReadContext::default() };
    let result = read(schema.dialect, sql, &context);
    for operation in result.statements.into_iter().flat_map(|statement| statement.operations) {
        let _ = operation.apply(schema);
    }
}

/// Returns the statements that rebuild a table which is known from the revisions only.
fn rebuilt(schema: &Schema, batch: &TableRebuild) -> Result<Vec<String>, String> {
    let known = batch.copy_from.as_ref().or_else(|| schema.table(&batch.table));
    let known = known.ok_or_else(|| "no revision before it creates the table".to_owned())?;
    let mut alone = Schema::new(schema.dialect);
    alone.insert_table(known.clone());
    let (mut table, mut indexes, mut triggers) = (String::new(), Vec::new(), Vec::new());
    for operation in trueup_schema::diff(&Schema::new(schema.dialect), &alone) {
        let mut sql = operation.to_sql(schema.dialect);
        match operation {
            Operation::CreateTable(_) => {
                indexes.extend(sql.split_off(1).into_iter().map(|sql| Stored { name: String::new(), sql }));
                table = sql.pop().unwrap_or_default();
            }
            Operation::CreateIndex(op) => {
                let named = |sql| Stored { name: op.index.name.as_str().to_owned(), sql };
                indexes.extend(sql.into_iter().map(named));
            }
            Operation::CreateTrigger(op) => {
                let named = |sql| Stored { name: op.trigger.name.clone(), sql };
                triggers.extend(sql.into_iter().map(named));
            }
            _ => {}
        }
    }
    let columns = known.columns.iter().map(|column| StoredColumn {
        name: column.name.clone(),
        hidden: match &column.generated {
            Some(trueup_schema::Generated::Computed(computed)) if computed.stored => 3,
            Some(trueup_schema::Generated::Computed(_)) => 2,
            _ => 0,
        },
    });
    let mut input = RebuildInput::new(batch.table.clone(), table, columns.collect());
    input.indexes = indexes;
    input.triggers = triggers;
    super::rebuild::take_batch(&mut input, batch);
    let planned = rebuild(&input).map_err(|refusal| refusal.to_string())?;
    Ok(planned.statements().map(str::to_owned).collect())
}
