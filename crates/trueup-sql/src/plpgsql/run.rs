//! Runs a parsed body over the simulated schema.

use std::collections::BTreeMap;

use trueup_schema::ops::RunData;
use trueup_schema::{ApplyError, Dialect, Operation};

use super::condition::failure_conditions;
use super::effect::{grants, is_data, only_data, returns, spares_schema};
use super::parse::{Block, Header, Node, returned};
use crate::catalog::{Scope, Value, evaluate, query_rows};
use crate::cursor::Cursor;
use crate::postgres::changing_call;
use crate::reader::{Outcome, Reader};
use crate::result::Effect;
use crate::split::pieces;

/// Rounds of all loops of a block together.
const MAX_ROUNDS: usize = 2_000;

/// Runs a block and tells what the whole statement does; `start` is the place of its body, if places carry over.
pub(super) fn run(reader: &mut Reader, statement: &str, block: &Block<'_>, start: Option<u32>) -> Outcome {
    let mut inner = reader.clone();
    match start {
        Some(start) => inner.offset += start,
        None => inner.path = None,
    }
    let mut run = Run {
        reader: inner,
        variables: BTreeMap::new(),
        operations: Vec::new(),
        notices: Vec::new(),
        rounds: 0,
        guarded: 0,
        doubt: None,
    };
    match run.block(block) {
        Flow::Go | Flow::Return => {}
        Flow::Failed(failure) => {
            return Outcome::opaque(statement, format!("it fails: {}", failure.message));
        }
        Flow::Opaque(reason) => return Outcome::opaque(statement, reason),
    }
    reader.session = run.reader.session;
    let mut operations = run.operations;
    let effect = if operations.iter().any(|operation| !matches!(operation, Operation::RunData(_))) {
        Effect::Schema
    } else if only_data(&block.body) && block.handlers.is_empty() {
        // What the block does to rows is one step, whatever its statements are.
        operations = vec![RunData { sql: statement.to_owned() }.into()];
        Effect::Data
    } else {
        Effect::Schema
    };
    Outcome { operations, effect, notices: run.notices }
}

/// Where the run goes after a statement.
enum Flow {
    Go,
    Return,
    Failed(Failure),
    Opaque(String),
}

/// An error that a handler can catch.
struct Failure {
    /// Names of the condition, such as `duplicate_table`.
    conditions: &'static [&'static str],
    message: String,
}

#[derive(Clone)]
struct Run {
    reader: Reader,
    variables: BTreeMap<String, Value>,
    operations: Vec<Operation>,
    notices: Vec<String>,
    rounds: usize,
    /// How many blocks with handlers are open.
    guarded: usize,
    /// Why it is not known whether what follows runs: a RETURN behind a condition that is not known.
    doubt: Option<String>,
}

impl Run {
    fn block(&mut self, block: &Block<'_>) -> Flow {
        for (name, value) in &block.declared {
            let value = value.as_ref().map_or(Value::Null, |value| self.value(value));
            self.variables.insert(name.clone(), value);
        }
        if block.handlers.is_empty() {
            return self.nodes(&block.body);
        }
        let before = (self.reader.schema.clone(), self.operations.len(), self.reader.session.clone());
        self.guarded += 1;
        let flow = self.nodes(&block.body);
        self.guarded -= 1;
        let Flow::Failed(failure) = flow else { return flow };
        let handler = block.handlers.iter().find(|(conditions, _)| {
            conditions
                .iter()
                .any(|condition| condition == "others" || failure.conditions.contains(&condition.as_str()))
        });
        let Some((_, handler)) = handler else { return Flow::Failed(failure) };
        // The server undoes the whole block before the handler runs.
        (self.reader.schema, self.reader.session) = (before.0, before.2);
        self.operations.truncate(before.1);
        self.notices.push(format!("caught: {}", failure.message));
        self.nodes(handler)
    }

    fn nodes(&mut self, nodes: &[Node<'_>]) -> Flow {
        for node in nodes {
            match self.node(node) {
                Flow::Go => {}
                other => return other,
            }
        }
        Flow::Go
    }

    fn node(&mut self, node: &Node<'_>) -> Flow {
        match node {
            Node::Block(block) => self.block(block),
            Node::If(arms) => self.arms(arms),
            Node::Loop(header, body) => self.repeat(header, body),
            Node::Assign(name, expression) => {
                let value = self.value(expression);
                self.variables.insert(name.clone(), value);
                Flow::Go
            }
            Node::Execute(expression, targets) => self.execute(expression, targets),
            Node::SelectInto { targets, before, after } => {
                let text = format!("{} {}", before.whole(), after.whole());
                self.select_into(targets, &text);
                Flow::Go
            }
            Node::Forget(names) => {
                for name in names {
                    self.variables.insert(name.clone(), Value::Unknown);
                }
                Flow::Go
            }
            Node::Fail => Flow::Failed(Failure {
                conditions: &["raise_exception", "P0001"],
                message: "it raises an exception".to_owned(),
            }),
            Node::Return => Flow::Return,
            Node::Nothing => Flow::Go,
            Node::Other(tokens) => {
                if is_data(tokens) {
                    return Flow::Go;
                }
                Flow::Opaque(format!("`{}` is not followed", first_line(tokens.whole())))
            }
            Node::Perform(tokens) => {
                let schema = self.reader.schema.as_ref();
                if let Some(name) = schema.and_then(|schema| changing_call(schema, tokens)) {
                    return Flow::Opaque(format!("it calls `{name}`, whose body changes the schema"));
                }
                let query = tokens.whole().get("PERFORM".len()..).unwrap_or_default();
                self.operations.push(RunData { sql: format!("SELECT{query}") }.into());
                self.variables.insert("found".to_owned(), Value::Unknown);
                Flow::Go
            }
            Node::Sql(tokens) => self.sql(tokens),
        }
    }

    fn arms(&mut self, arms: &[(Option<Cursor<'_>>, Vec<Node<'_>>)]) -> Flow {
        for (position, (condition, body)) in arms.iter().enumerate() {
            let Some(condition) = condition else { return self.nodes(body) };
            match self.value(condition) {
                Value::Bool(true) => return self.nodes(body),
                Value::Bool(false) | Value::Null => {}
                _ => {
                    let reason = format!("whether `{}` holds is not known", first_line(condition.whole()));
                    return self.any_arm(&arms[position..], reason);
                }
            }
        }
        Flow::Go
    }

    /// Runs one of several arms without knowing which: that is fine where the schema is the same after all of them.
    fn any_arm(&mut self, arms: &[(Option<Cursor<'_>>, Vec<Node<'_>>)], reason: String) -> Flow {
        if arms.iter().all(|(_, body)| spares_schema(body)) {
            for (_, body) in arms {
                self.skip(body, &reason);
            }
            return Flow::Go;
        }
        let mut runs = Vec::new();
        for (_, body) in arms {
            let mut run = self.clone();
            match run.nodes(body) {
                Flow::Go => runs.push(run),
                // An arm that raises ends the revision: what follows is about databases where it does not run.
                Flow::Failed(_) if self.guarded == 0 => {}
                _ => return Flow::Opaque(reason),
            }
        }
        if arms.iter().all(|(condition, _)| condition.is_some()) {
            runs.push(self.clone());
        }
        let same = runs.windows(2).all(|pair| pair[0].has_effect_of(&pair[1], self.operations.len()));
        match runs.into_iter().next() {
            Some(run) if same => {
                *self = run;
                for (_, body) in arms {
                    self.skip(body, &reason);
                }
                Flow::Go
            }
            _ => Flow::Opaque(reason),
        }
    }

    /// Tells whether two runs did the same to the schema since they had so many operations.
    fn has_effect_of(&self, other: &Self, since: usize) -> bool {
        let changes = |run: &Self| -> Vec<Operation> {
            let new = run.operations.iter().skip(since);
            new.filter(|operation| !matches!(operation, Operation::RunData(_))).cloned().collect()
        };
        self.reader.session == other.reader.session && changes(self) == changes(other)
    }

    /// Passes over statements that may or may not run and leave the schema alone.
    fn skip(&mut self, nodes: &[Node<'_>], reason: &str) {
        self.forget(nodes);
        if returns(nodes) {
            self.doubt = Some(reason.to_owned());
        }
        if grants(nodes) {
            self.notices.push(format!("privileges are left out: {reason}"));
        }
    }

    fn repeat(&mut self, header: &Header<'_>, body: &[Node<'_>]) -> Flow {
        let values = match header {
            Header::Query(name, query) => query_rows(&self.scope(), query.whole()).map(|rows| {
                let record = |row: Vec<(String, Value)>| {
                    let single = row.first().map_or(Value::Null, |(_, value)| value.clone());
                    let mut fields: Vec<(String, Value)> =
                        row.into_iter().map(|(field, value)| (format!("{name}.{field}"), value)).collect();
                    fields.push((name.clone(), single));
                    fields
                };
                rows.into_iter().map(record).collect::<Vec<_>>()
            }),
            Header::Range(name, from, to) => match (self.value(from), self.value(to)) {
                (Value::Number(from), Value::Number(to)) if to - from < MAX_ROUNDS as i64 => {
                    Some((from..=to).map(|number| vec![(name.clone(), Value::Number(number))]).collect())
                }
                _ => None,
            },
            Header::Array(name, array) => match self.value(array) {
                Value::Array(items) => {
                    Some(items.into_iter().map(|item| vec![(name.clone(), item)]).collect())
                }
                _ => None,
            },
            Header::Open => None,
        };
        let Some(values) = values else {
            let reason = "how often its loop runs is not known";
            if spares_schema(body) {
                self.skip(body, reason);
                return Flow::Go;
            }
            return Flow::Opaque(reason.to_owned());
        };
        for fields in values {
            self.rounds += 1;
            if self.rounds > MAX_ROUNDS {
                return Flow::Opaque("its loops run too often".to_owned());
            }
            self.variables.extend(fields);
            match self.nodes(body) {
                Flow::Go => {}
                other => return other,
            }
        }
        Flow::Go
    }

    /// What statements assign that may or may not run is unknown afterwards.
    fn forget(&mut self, nodes: &[Node<'_>]) {
        for node in nodes {
            match node {
                Node::Assign(name, _) => {
                    self.variables.insert(name.clone(), Value::Unknown);
                }
                Node::SelectInto { targets: names, .. } | Node::Execute(_, names) | Node::Forget(names) => {
                    self.assign_unknown(names);
                }
                Node::If(arms) => arms.iter().for_each(|(_, body)| self.forget(body)),
                Node::Loop(_, body) => self.forget(body),
                Node::Block(block) => {
                    self.forget(&block.body);
                    block.handlers.iter().for_each(|(_, body)| self.forget(body));
                }
                Node::Sql(tokens) => self.assign_unknown(&returned(tokens)),
                _ => {}
            }
        }
    }

    /// What a query assigns that is not known; a target can be a record with fields.
    fn assign_unknown(&mut self, targets: &[String]) {
        for target in targets {
            let prefix = format!("{target}.");
            self.variables.retain(|name, _| !name.starts_with(&prefix));
            self.variables.insert(target.clone(), Value::Unknown);
        }
        self.variables.insert("found".to_owned(), Value::Unknown);
    }

    /// `SELECT a, b INTO x, y`: the first row, or NULL where there is none; one target can be a record.
    fn select_into(&mut self, targets: &[String], query: &str) {
        self.assign_unknown(targets);
        let Some(rows) = query_rows(&self.scope(), query) else { return };
        self.variables.insert("found".to_owned(), Value::Bool(!rows.is_empty()));
        let Some(row) = rows.into_iter().next() else {
            let nothing = targets.iter().map(|target| (target.clone(), Value::Null));
            self.variables.extend(nothing);
            return;
        };
        if let [target] = targets {
            let fields = row.iter().map(|(field, value)| (format!("{target}.{field}"), value.clone()));
            self.variables.extend(fields);
        }
        let values = targets.iter().cloned().zip(row.into_iter().map(|(_, value)| value));
        self.variables.extend(values);
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            schema: self.reader.schema.as_ref(),
            session: &self.reader.session,
            variables: &self.variables,
        }
    }

    fn value(&self, expression: &Cursor<'_>) -> Value {
        evaluate(&self.scope(), expression)
    }

    fn execute(&mut self, expression: &Cursor<'_>, targets: &[String]) -> Flow {
        let text = self.value(expression);
        if !targets.is_empty() {
            self.assign_unknown(targets);
        }
        let Value::Text(sql) = text else {
            let node = [Node::Execute(expression.clone(), targets.to_vec())];
            if spares_schema(&node) {
                self.skip(&node, "a part of the text of EXECUTE is not known");
                return Flow::Go;
            }
            let expression = first_line(expression.whole());
            return Flow::Opaque(format!("the text of `EXECUTE {expression}` is not known"));
        };
        let found = pieces(Dialect::Postgresql, &sql);
        if let Some((message, _)) = found.errors.first() {
            return Flow::Opaque(format!("the text of EXECUTE could not be read: {message}"));
        }
        // What stands in a computed text has no place in the file.
        let path = self.reader.path.take();
        let mut flow = Flow::Go;
        for piece in &found.statements {
            flow = self.sql(&Cursor::new(Dialect::Postgresql, &sql, &piece.tokens));
            if !matches!(flow, Flow::Go) {
                break;
            }
        }
        self.reader.path = path;
        flow
    }

    fn sql(&mut self, tokens: &Cursor<'_>) -> Flow {
        if is_data(tokens) && !tokens.is("SELECT") {
            self.operations.push(RunData { sql: tokens.whole().to_owned() }.into());
            self.assign_unknown(&returned(tokens));
            return Flow::Go;
        }
        // A nested DO would nest this function; nobody writes one.
        let read = if tokens.is("DO") { None } else { Some(self.reader.dispatch(tokens)) };
        let outcome = match read {
            Some(Ok(outcome)) => outcome,
            Some(Err(unread)) => return Flow::Opaque(format!("it could not be read: {}", unread.message)),
            None => return Flow::Opaque("a DO block inside of another is not followed".to_owned()),
        };
        self.notices.extend(outcome.notices);
        if let Effect::Opaque(reason) = outcome.effect {
            return Flow::Opaque(reason);
        }
        for operation in outcome.operations {
            if let Err(failure) = self.apply(operation) {
                return failure;
            }
        }
        Flow::Go
    }

    /// Applies an operation; inside of a block with handlers a refusal is an exception.
    fn apply(&mut self, mut operation: Operation) -> Result<(), Flow> {
        if let Some(doubt) = self.doubt.as_ref().filter(|_| !matches!(operation, Operation::RunData(_))) {
            return Err(Flow::Opaque(doubt.clone()));
        }
        if self.guarded > 0 && self.reader.schema.is_none() && !tolerate(&mut operation) {
            let reason = format!("whether {} fails is not known", operation.name().replace('_', " "));
            return Err(Flow::Opaque(reason));
        }
        if let Some(schema) = &mut self.reader.schema {
            match operation.apply(schema) {
                Ok(()) | Err(ApplyError::NotModelled { .. }) => {}
                Err(error) if self.guarded > 0 => {
                    let conditions = failure_conditions(&operation, &error);
                    return Err(Flow::Failed(Failure { conditions, message: error.to_string() }));
                }
                // Whoever replays the operation will report the refusal with its place.
                Err(_) => {}
            }
        }
        self.operations.push(operation);
        Ok(())
    }
}

/// Makes an operation that a handler would forgive skip what exists; `false` if it cannot.
fn tolerate(operation: &mut Operation) -> bool {
    match operation {
        Operation::CreateEnum(op) => op.if_not_exists = true,
        Operation::CreateTable(op) => op.if_not_exists = true,
        Operation::CreateIndex(op) => op.if_not_exists = true,
        Operation::CreateSequence(op) => op.if_not_exists = true,
        Operation::CreateExtension(op) => op.if_not_exists = true,
        Operation::CreateNamespace(op) => op.if_not_exists = true,
        Operation::AddColumn(op) => op.if_not_exists = true,
        Operation::AddEnumLabel(op) => op.if_not_exists = true,
        Operation::DropTable(op) => op.if_exists = true,
        Operation::DropColumn(op) => op.if_exists = true,
        Operation::DropIndex(op) => op.if_exists = true,
        Operation::DropConstraint(op) => op.if_exists = true,
        Operation::DropType(op) => op.if_exists = true,
        Operation::RunData(_) => {}
        _ => return false,
    }
    true
}

fn first_line(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &folded[..end]),
        None => folded,
    }
}
