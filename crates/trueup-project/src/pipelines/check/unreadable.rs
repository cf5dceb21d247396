//! What could not be read: configuration, files, env.py and models, each told once and with its place.

use std::sync::Arc;

use trueup_alembic::models::ModelProblem;
use trueup_alembic::{ProjectReading, ReadingNote};
use trueup_lint::Cause;
use trueup_python::ast::{ClassDef, Expr, ExprKind, ModuleAst, Stmt, StmtKind};
use trueup_schema::facts::ImportResolution;
use trueup_schema::{Location, ObjectKind, ObjectName, ObjectRef, Span};

use super::Checking;
use crate::files;
use crate::sources::ProjectSources;

impl Checking<'_> {
    /// Reports lines of the configuration that cannot be used, and version locations that are no folder.
    pub(super) fn setting_problems(&mut self) {
        for (path, line, message) in &self.configuration.notes {
            let shown = files::relative(&self.configuration.root, path);
            let text: Option<Arc<str>> = files::read_source(path).ok();
            let span = text.as_deref().zip(*line).and_then(|(text, line)| line_span(text, line));
            // A line with an address would be shown with its password.
            let holds_address = |span: &Span| {
                let shown = text.as_deref().and_then(|text| text.get(span.start as usize..span.end as usize));
                shown.is_none_or(|shown| shown.contains("://"))
            };
            let line = line.filter(|_| span.as_ref().is_some_and(holds_address));
            let span = span.filter(|span| !holds_address(span));
            let place = line.map(|line| format!(" line {line}")).unwrap_or_default();
            if let Some(text) = &text {
                self.texts.insert(shown.clone(), text.clone());
            }
            let location = match span {
                Some(span) => Location::at(shown.clone(), span),
                None => Location::file(shown.clone()),
            };
            if let Some(rule) = trueup_lint::rule("unusable-setting") {
                self.findings.push(rule.finding(format!("`{shown}`{place}: {message}")).at(Some(location)));
            }
        }
    }

    /// Adds files that could not be read to the facts, for the rule `undecodable-source`.
    ///
    /// Names that such a file may define are not called missing.
    pub(super) fn unreadable_files(&mut self, sources: &ProjectSources, reading: &mut ProjectReading) {
        for (file, problem) in sources.unreadable() {
            let path = files::relative(&self.configuration.root, &file);
            let location = match problem.span() {
                Some(span) => Location::at(path.clone(), span),
                None => Location::file(path.clone()),
            };
            let modules = &mut reading.facts.modules;
            let Some(position) = modules.iter().position(|module| module.path == path) else {
                self.unreadable_stray(&path, &problem.reason, location);
                continue;
            };
            modules[position].problems.insert(0, (problem.reason, Some(location)));
            let name = modules[position].name.clone();
            for import in modules.iter_mut().flat_map(|module| &mut module.imports) {
                if import.module == name && matches!(import.resolution, ImportResolution::MissingName(_)) {
                    import.resolution = ImportResolution::External;
                }
            }
        }
    }

    /// Reports a file that is read although it is no module of the project, such as env.py in `my migrations/`.
    fn unreadable_stray(&mut self, path: &str, reason: &str, location: Location) {
        if self.revisions.iter().any(|file| &*file.revision.path == path) {
            return;
        }
        if let Some(rule) = trueup_lint::rule("undecodable-source") {
            let finding = rule
                .finding(format!("`{path}` cannot be read: {reason}"))
                .at(Some(location))
                .help("mend the file; what it declares is unknown until then");
            self.findings.push(finding);
        }
    }

    /// Reports where env.py stops.
    pub(super) fn env_problems(&mut self, reading: &ProjectReading) {
        let Some(env) = self.configuration.script_location.as_ref().map(|folder| folder.join("env.py"))
        else {
            return;
        };
        let path = files::relative(&self.configuration.root, &env);
        let stop = self.notes_in(reading, &path).into_iter().find(Failed::is_certain);
        let Some(Failed { note, location, .. }) = stop else { return };
        let Some(rule) = trueup_lint::rule("failing-env") else { return };
        let finding = rule
            .finding(format!("env.py stops here: {}", note.message))
            .at(Some(location))
            .help("Alembic stops here too, at every command that runs env.py");
        self.findings.push_unless(finding, vec![Cause::Module(path.to_string())]);
    }

    /// Reports models whose definition could not be evaluated, and returns the tables that they name: nothing is
    /// known of them, so they are not compared.
    pub(super) fn unread_models(&mut self, reading: &ProjectReading) -> Vec<ObjectName> {
        let mut tables = Vec::new();
        let paths: Vec<Arc<str>> = reading.facts.modules.iter().map(|module| module.path.clone()).collect();
        for path in paths {
            for Failed { note, location, defined, .. } in self.notes_in(reading, &path) {
                let Some(Defined { kind, name, table }) = defined else { continue };
                tables.extend(table.map(ObjectName::new));
                let Some(rule) = trueup_lint::rule("unreadable-model") else { continue };
                let finding = rule
                    .finding(format!("`{name}` cannot be read: {}", note.message))
                    .at(Some(location))
                    .about(ObjectRef::new(kind, name))
                    .help("its table is unknown and not compared; Python may stop here as well");
                self.findings.push(finding);
            }
        }
        tables
    }

    /// Tells whether [`unread_models`](Self::unread_models) reports a problem already, as one of a whole definition.
    pub(super) fn is_unread_model(&self, reading: &ProjectReading, problem: &ModelProblem) -> bool {
        let Some(location) = &problem.location else { return false };
        self.notes_in(reading, &location.path).iter().any(|failed| {
            failed.defined.is_some() && failed.note.message == problem.message && failed.location == *location
        })
    }

    /// Returns what went wrong in the top-level statements of a file: the first note of each, with the statement.
    fn notes_in<'n>(&self, reading: &'n ProjectReading, path: &str) -> Vec<Failed<'n>> {
        let here = |note: &&ReadingNote| {
            !note.missing_module
                && note
                    .location
                    .as_ref()
                    .is_some_and(|location| &*location.path == path && location.span.is_some())
        };
        let mut notes = reading.notes.iter().filter(here).peekable();
        let Some(text) = notes.peek().and_then(|_| self.texts.get(path)) else { return Vec::new() };
        let ast = trueup_python::parse(text);
        let broken = !ast.errors.is_empty();
        let mut found: Vec<Failed<'n>> = Vec::new();
        for note in notes.filter(|_| !broken) {
            let Some(location) = note.location.clone() else { continue };
            let Some(stmt) = location.span.and_then(|span| statement_at(&ast, span)) else { continue };
            if !found.iter().any(|known| known.start == stmt.span.start) {
                let is_raise = matches!(stmt.kind, StmtKind::Raise { .. });
                let (start, defined) = (stmt.span.start, defined_table(stmt));
                found.push(Failed { note, location, start, is_raise, defined });
            }
        }
        found.sort_by_key(|failed| failed.start);
        found
    }
}

/// A top-level statement that could not be evaluated.
struct Failed<'n> {
    note: &'n ReadingNote,
    location: Location,
    start: u32,
    is_raise: bool,
    defined: Option<Defined>,
}

impl Failed<'_> {
    /// Tells whether Python would stop here too, whatever the environment gives it.
    ///
    /// An attribute that `None` does not have tells nothing: outside, an engine may stand where there is none here. Imports
    /// have rules of their own.
    fn is_certain(&self) -> bool {
        const CERTAIN: [&str; 4] =
            ["SystemExit", "NameError", "evaluation takes too long", "calls are nested"];
        self.is_raise || CERTAIN.iter().any(|start| self.note.message.starts_with(start))
    }
}

/// What a statement would have defined.
struct Defined {
    kind: ObjectKind,
    name: String,
    /// The table's name, where it is a literal.
    table: Option<String>,
}

fn statement_at(ast: &ModuleAst, span: Span) -> Option<&Stmt> {
    ast.body
        .iter()
        .find(|stmt| stmt.span.start <= span.start && span.start < stmt.span.end.max(stmt.span.start + 1))
}

/// Returns the model or table that a statement defines: a class with a table, or `name = Table(…)`.
fn defined_table(stmt: &Stmt) -> Option<Defined> {
    match &stmt.kind {
        StmtKind::ClassDef(def) => {
            let named = def.body.iter().find_map(|stmt| match &stmt.kind {
                StmtKind::Assign { targets, value } => {
                    targets.iter().any(is_table_name).then_some(Some(value))
                }
                StmtKind::AnnAssign { target, value, .. } => is_table_name(target).then_some(value.as_ref()),
                StmtKind::FunctionDef(def) => (&*def.name == "__tablename__").then_some(None),
                _ => None,
            });
            let table = match named {
                Some(name) => name.and_then(text_of),
                // SQLModel names the table after the class.
                None if asks_for_table(def) => Some(def.name.to_lowercase()),
                None => return None,
            };
            Some(Defined { kind: ObjectKind::Class, name: def.name.to_string(), table })
        }
        StmtKind::Assign { targets, value } => {
            let ExprKind::Call(call) = &value.kind else { return None };
            let (ExprKind::Name(called) | ExprKind::Attribute { attr: called, .. }) = &call.function.kind
            else {
                return None;
            };
            let [Expr { kind: ExprKind::Name(name), .. }] = targets.as_slice() else { return None };
            let table = call.args.first().and_then(text_of);
            (&**called == "Table").then(|| Defined { kind: ObjectKind::Table, name: name.to_string(), table })
        }
        _ => None,
    }
}

/// Tells whether a class is `class Hero(SQLModel, table=True)`.
fn asks_for_table(def: &ClassDef) -> bool {
    def.keywords
        .iter()
        .any(|(name, value)| name.as_deref() == Some("table") && matches!(value.kind, ExprKind::Bool(true)))
}

fn text_of(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

fn is_table_name(target: &Expr) -> bool {
    matches!(&target.kind, ExprKind::Name(name) if matches!(&**name, "__tablename__" | "__table__"))
}

/// Returns the place of a line, numbered from 1, without the white space around it.
fn line_span(text: &str, number: usize) -> Option<Span> {
    let line = text.split('\n').nth(number.checked_sub(1)?)?;
    let before = line.len() - line.trim_start().len();
    let start = text.split('\n').take(number - 1).map(|line| line.len() + 1).sum::<usize>() + before;
    Some(Span::new(start as u32, (start + line.trim().len()) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_without_its_indentation() {
        let text = "[a]\n  b = 1\r\nc\n";
        let shown = |line| line_span(text, line).map(|span| &text[span.start as usize..span.end as usize]);
        assert_eq!([shown(1), shown(2), shown(3), shown(9)], [Some("[a]"), Some("b = 1"), Some("c"), None]);
    }

    #[test]
    fn classes_and_tables_are_told_from_other_statements() {
        let named = |text: &str| {
            let ast = trueup_python::parse(text);
            ast.body.first().and_then(defined_table).map(|defined| defined.name)
        };
        assert_eq!(named("class A(Base):\n    __tablename__ = 'a'\n").as_deref(), Some("A"));
        assert_eq!(named("users = sa.Table('users', metadata)\n").as_deref(), Some("users"));
        assert_eq!(named("class A:\n    pass\n"), None);
        assert_eq!(named("users = load()\n"), None);
    }
}
