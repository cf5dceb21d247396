//! Runs SQL migrations in memory, statement by statement, and tells what a server would say.

use std::rc::Rc;
use std::sync::Arc;

use trueup_lint::context::{Body, BodyForm, OperationContext, RevisionFacts, Step};
use trueup_lint::{Cause, Report as Findings, engine};
use trueup_schema::{ApplyError, Dialect, Location, ObjectName, Operation, Origin, Schema, Severity, Span};
use trueup_sql::{Effect, ReadContext, ReadError, ReadResult, StatementEffect};

use super::{data, finding, foreign, line_of, shadowed};
use crate::sql_source::SqlMigration;

/// The schema that SQL files build, while they run.
pub(super) struct SqlReplay {
    pub(super) schema: Schema,
    /// The schema as the reader of SQL simulates it, to answer conditions from.
    simulated: Option<Schema>,
    /// The schema after the last migration.
    snapshot: Rc<Schema>,
    dialect: Dialect,
    /// Whether every file could be read.
    is_whole: bool,
    unclear: Vec<Unclear>,
}

/// A statement whose effect is not in the schema, because it fails or cannot be read.
struct Unclear {
    cause: Cause,
    /// Its text in lower case, to look for names in.
    text: String,
}

/// What a migration did.
pub(super) struct Replayed {
    pub(super) before: Rc<Schema>,
    pub(super) after: Rc<Schema>,
    pub(super) facts: RevisionFacts,
    /// Whether the effect of every statement is known.
    pub(super) is_proved: bool,
    /// What was passed over on purpose.
    pub(super) notices: Vec<String>,
}

impl Replayed {
    /// Tells whether it takes anything away, or has a way back that could; only then is there anything to judge as a
    /// whole, and judging looks at every table.
    pub(super) fn can_lose(&self) -> bool {
        const TAKES: &[&str] = &["drop_", "alter_", "rename_"];
        let takes = |step: &Step| TAKES.iter().any(|prefix| step.operation.name().starts_with(prefix));
        self.facts.downgrade.form != BodyForm::Unknown || self.facts.upgrade.steps.iter().any(takes)
    }
}

/// The cause that a file could not be read, which explains everything that is missing.
pub(super) fn unread() -> Cause {
    Cause::Once("undecodable-source", "sql".to_owned())
}

/// One statement under way.
pub(super) struct Statement<'a> {
    pub(super) path: &'a Arc<str>,
    /// The text of the file.
    pub(super) text: &'a str,
    /// Its bytes in the file.
    pub(super) span: Span,
    /// Its text.
    pub(super) sql: &'a str,
}

impl Statement<'_> {
    /// Returns its first line as a place.
    pub(super) fn place(&self) -> Location {
        Location::at(self.path.clone(), line_of(self.text, self.span.start as usize, self.span.end as usize))
    }

    fn cause(&self) -> Cause {
        Cause::Once("sql-statement", format!("{}:{}", self.path, self.span.start))
    }

    /// Returns the file's name, for messages.
    fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

impl SqlReplay {
    pub(super) fn new(schema: Schema, is_whole: bool) -> Self {
        Self {
            dialect: schema.dialect,
            simulated: Some(schema.clone()),
            snapshot: Rc::new(schema.clone()),
            schema,
            is_whole,
            unclear: Vec::new(),
        }
    }

    /// Tells whether a statement that could not be carried out may have made a table.
    pub(super) fn is_unclear(&self, name: &ObjectName) -> bool {
        !self.is_whole || self.unclear.iter().any(|unclear| mentions(&unclear.text, &name.name))
    }

    /// Runs one migration and reports what is wrong with it.
    pub(super) fn migration(&mut self, migration: &SqlMigration, findings: &mut Findings) -> Replayed {
        let before = self.snapshot.clone();
        let up = migration.up_text();
        let context = context(&migration.path, migration.up.start);
        let (result, simulated) = trueup_sql::read_onto(self.dialect, up, &context, self.simulated.take());
        self.simulated = simulated;
        let unclear = self.unclear.len();
        let (mut steps, mut notices) = (Vec::new(), Vec::new());
        for effect in &result.statements {
            notices.extend(effect.notices.iter().cloned());
            let statement = Statement {
                path: &migration.path,
                text: &migration.text,
                span: shifted(effect.span, migration.up.start),
                sql: up.get(effect.span.start as usize..effect.span.end as usize).unwrap_or_default(),
            };
            let error = error_in(&result, effect.span).map(|error| ReadError {
                message: error.message.clone(),
                span: shifted(error.span, migration.up.start),
            });
            self.statement(&statement, effect, error.as_ref(), (&result, &mut steps), findings);
        }
        let is_proved = self.unclear.len() == unclear;
        let form = match (is_proved, steps.is_empty()) {
            (false, _) => BodyForm::Partly,
            (true, true) => BodyForm::Empty,
            (true, false) => BodyForm::Steps,
        };
        let place = line_of(&migration.text, migration.up.start as usize, migration.up.end as usize);
        let upgrade = Body { form, steps, origin: Origin::at(migration.path.clone(), place) };
        let downgrade = self.downgrade(migration);
        let facts = RevisionFacts { upgrade, downgrade, swallowed: Vec::new() };
        self.snapshot = Rc::new(self.schema.clone());
        Replayed { before, after: self.snapshot.clone(), facts, is_proved, notices }
    }

    fn statement(
        &mut self,
        statement: &Statement<'_>,
        effect: &StatementEffect,
        error: Option<&ReadError>,
        (result, steps): (&ReadResult, &mut Vec<Step>),
        findings: &mut Findings,
    ) {
        if let Some(form) = foreign::form(self.dialect, statement.sql, error.is_some()) {
            let finding = foreign::finding(self.dialect, &form, statement);
            self.give_up(statement, finding, findings);
            return;
        }
        if let (Some(error), Effect::Opaque(_)) = (error, &effect.effect) {
            let message = format!("`{}` is not valid SQL: {}", statement.file(), error.message);
            let finding = finding("failing-operation", message)
                .at(Some(Location::at(statement.path.clone(), error.span)))
                .help(format!("{} stops here with a syntax error", foreign::display(self.dialect)));
            self.give_up(statement, finding, findings);
            return;
        }
        if let Effect::Opaque(reason) = &effect.effect {
            let message = format!("what `{}` does here is not known: {reason}", statement.file());
            let finding = finding("unproven-revision", message)
                .at(Some(statement.place()))
                .help("what follows is checked as if this statement changed nothing");
            self.give_up(statement, finding, findings);
            return;
        }
        if let Some(error) = error {
            // Its reader understood all of it: the grammar may be behind the server, so this is no verdict.
            let message = format!("`{}` may not be valid SQL: {}", statement.file(), error.message);
            let mut finding = finding("failing-operation", message)
                .at(Some(Location::at(statement.path.clone(), error.span)));
            finding.severity = Severity::Warning;
            findings.push(finding);
        }
        for operation in &effect.operations {
            self.operation(statement, operation, (result, steps), findings);
        }
    }

    fn operation(
        &mut self,
        statement: &Statement<'_>,
        operation: &Operation,
        (result, steps): (&ReadResult, &mut Vec<Step>),
        findings: &mut Findings,
    ) {
        if let Some(skipped) = shadowed::skipped(&self.schema, operation) {
            if let Some((finding, explains)) = skipped.finding(&self.schema, statement) {
                findings.push_cause(finding, explains);
            }
            return;
        }
        let place = statement.place().span.unwrap_or(statement.span);
        let step = Step::new(operation.clone(), Origin::at(statement.path.clone(), place));
        // Rules look at the schema before, so they run first: a copy per operation would cost more than all the rest.
        let context = OperationContext {
            operation,
            step: &step,
            before: &self.schema,
            revision: None,
            dialect: self.dialect,
            in_upgrade: true,
        };
        engine::check_operation(&context, findings);
        let applied = match operation {
            Operation::RunData(_) => data::tables_exist(&self.schema, statement.sql, &result.session),
            _ => operation.apply(&mut self.schema),
        };
        match applied {
            Ok(()) => steps.push(step),
            Err(error) => self.failed(statement, &error, findings),
        }
    }

    fn failed(&mut self, statement: &Statement<'_>, error: &ApplyError, findings: &mut Findings) {
        if matches!(error, ApplyError::NotModelled { .. }) {
            let message = format!("what `{}` does here is not known: {error}", statement.file());
            let finding = finding("unproven-revision", message).at(Some(statement.place()));
            self.give_up(statement, finding, findings);
            return;
        }
        let message = format!("`{}` cannot be applied: {error}", statement.file());
        let mut finding =
            finding("failing-operation", message).at(Some(statement.place())).help(help_for(error));
        if let ApplyError::Exists { name, .. } = error {
            let known = self.schema.tables.values().find(|table| table.name.name == *name);
            finding = finding.related(known.and_then(|table| table.origin.location()), "it was created here");
        }
        let explained_by = self.causes_of(error);
        let explains = vec![statement.cause()];
        self.remember(statement);
        findings.add(finding, explains, explained_by);
    }

    /// Reports a statement whose effect is lost.
    fn give_up(
        &mut self,
        statement: &Statement<'_>,
        finding: trueup_schema::Diagnostic,
        findings: &mut Findings,
    ) {
        self.remember(statement);
        findings.push_cause(finding, vec![statement.cause()]);
    }

    fn remember(&mut self, statement: &Statement<'_>) {
        self.unclear.push(Unclear { cause: statement.cause(), text: statement.sql.to_lowercase() });
    }

    /// Returns earlier statements that may have made what is missing now.
    fn causes_of(&self, error: &ApplyError) -> Vec<Cause> {
        let ApplyError::Missing { kind, name, table } = error else { return Vec::new() };
        let bare = name.rsplit('.').next().unwrap_or(name);
        let mentioned = self.unclear.iter().filter(|unclear| {
            mentions(&unclear.text, bare)
                && table.as_ref().is_none_or(|table| mentions(&unclear.text, &table.name))
        });
        let mut causes: Vec<Cause> = mentioned.map(|unclear| unclear.cause.clone()).collect();
        if let Some(table) = table {
            causes.push(Cause::Object(*kind, format!("{table}.{name}")));
        }
        if !self.is_whole {
            causes.push(unread());
        }
        causes
    }

    /// Reads the way back; where there is none, nothing can be said about it.
    fn downgrade(&self, migration: &SqlMigration) -> Body {
        let Some(down) = &migration.down else { return Body::default() };
        let context = ReadContext { schema: Some(&self.schema), ..context(&down.path, down.span.start) };
        let result = trueup_sql::read(self.dialect, down.down_text(), &context);
        let mut steps = Vec::new();
        let mut is_known = result.errors.is_empty();
        for effect in &result.statements {
            is_known &= !matches!(effect.effect, Effect::Opaque(_));
            let span = shifted(effect.span, down.span.start);
            let line = line_of(&down.text, span.start as usize, span.end as usize);
            let origin = Origin::at(down.path.clone(), line);
            steps.extend(
                effect.operations.iter().map(|operation| Step::new(operation.clone(), origin.clone())),
            );
        }
        let form = match (is_known, steps.is_empty()) {
            (false, _) => BodyForm::Partly,
            (true, true) => BodyForm::Empty,
            (true, false) => BodyForm::Steps,
        };
        let place = line_of(&down.text, down.span.start as usize, down.span.end as usize);
        Body { form, steps, origin: Origin::at(down.path.clone(), place) }
    }
}

fn context(path: &Arc<str>, offset: u32) -> ReadContext<'static> {
    ReadContext { path: Some(path.clone()), offset, ..ReadContext::default() }
}

fn error_in(result: &ReadResult, span: Span) -> Option<&ReadError> {
    result.errors.iter().find(|error| error.span.start >= span.start && error.span.start <= span.end)
}

fn shifted(span: Span, offset: u32) -> Span {
    Span::new(span.start + offset, span.end + offset)
}

/// Tells whether a text in lower case has a name as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let is_part =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    !name.is_empty()
        && text.match_indices(&name).any(|(at, _)| {
            !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next())
        })
}

fn help_for(error: &ApplyError) -> &'static str {
    match error {
        ApplyError::Missing { .. } => {
            "no SQL file before this one creates it, or one of them drops or renames it"
        }
        ApplyError::Exists { .. } => "a file before this one has made it already: keep one of the two",
        ApplyError::Needed { .. } => "drop what needs it first",
        _ => "on an empty database, the files stop running here",
    }
}
