//! Operations in words: what is done to which object, and how it is then.

use trueup_schema::ops::{AlterColumn, Constraint, LabelPosition, TableChange};
use trueup_schema::{
    Column, ForeignKey, Generated, Index, IndexKey, ObjectName, Operation, ReferentialAction, Schema,
    SequenceOptions,
};

/// Longest detail that is given in full.
const LONGEST: usize = 100;

/// An operation in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happens to the object.
    pub change: Change,
    /// What kind of object, `foreign key`.
    pub kind: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// The table that it belongs to, or that it is.
    pub table: Option<String>,
    /// What it then is, or from what to what it changes.
    pub detail: String,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It comes.
    Add,
    /// It goes.
    Remove,
    /// It changes.
    Alter,
}

impl Change {
    /// Returns the word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Alter => "alter",
        }
    }
}

/// Returns an operation in words, given the schema before it.
pub(super) fn words(operation: &Operation, before: &Schema) -> Words {
    use Change::{Add, Alter, Remove};
    match operation {
        Operation::CreateTable(op) => {
            let columns = op.table.columns.len();
            let plural = if columns == 1 { "" } else { "s" };
            at(Add, "table", &op.table.name, format!("{columns} column{plural}")).of(&op.table.name)
        }
        Operation::DropTable(op) => at(Remove, "table", &op.table, String::new()).of(&op.table),
        Operation::RenameTable(op) => at(Alter, "table", &op.table, to(&op.new_name)).of(&op.table),
        Operation::AlterTable(op) => named(Alter, "table", "", table_change(&op.change)).of(&op.table),
        Operation::AddColumn(op) => named(Add, "column", &op.column.name, column(&op.column)).of(&op.table),
        Operation::DropColumn(op) => {
            let old = before.table(&op.table).and_then(|table| table.column(&op.column));
            named(Remove, "column", &op.column, old.map(column).unwrap_or_default()).of(&op.table)
        }
        Operation::AlterColumn(op) => named(Alter, "column", &op.column, altered(op, before)).of(&op.table),
        Operation::RenameColumn(op) => {
            named(Alter, "column", &op.column, format!("now `{}`", op.new_name)).of(&op.table)
        }
        Operation::AddConstraint(op) => {
            let kind = op.constraint.kind().object_kind().words();
            let name = op.constraint.name().unwrap_or_default();
            named(Add, &kind, name, constraint(&op.constraint)).of(&op.table)
        }
        Operation::DropConstraint(op) => {
            let constraints =
                before.table(&op.table).map(trueup_schema::Table::constraints).unwrap_or_default();
            let old = constraints.iter().find(|old| match &op.name {
                Some(name) => old.name() == Some(name),
                None => old.columns() == op.columns && op.kind.is_none_or(|kind| kind == old.kind()),
            });
            let kind = op.kind.or_else(|| old.map(Constraint::kind));
            let kind = kind.map_or_else(|| "constraint".to_owned(), |kind| kind.object_kind().words());
            let name = op.name.as_deref().unwrap_or_default();
            named(Remove, &kind, name, old.map(constraint).unwrap_or_default()).of(&op.table)
        }
        Operation::RenameConstraint(op) => {
            named(Alter, "constraint", &op.name, format!("now `{}`", op.new_name)).of(&op.table)
        }
        Operation::ValidateConstraint(op) => {
            named(Alter, "constraint", &op.name, "is checked on all rows".to_owned()).of(&op.table)
        }
        Operation::CreateIndex(op) => named(Add, "index", &op.index.name, index(&op.index)).of(&op.table),
        Operation::DropIndex(op) => {
            let owner = before.table_of_index(&op.index);
            let old = owner.and_then(|table| table.index(&op.index.name)).map(index);
            let words = named(Remove, "index", &op.index.name, old.unwrap_or_default());
            match op.table.as_ref().or_else(|| owner.map(|table| &table.name)) {
                Some(table) => words.of(table),
                None => words,
            }
        }
        Operation::RenameIndex(op) => {
            let words = named(Alter, "index", &op.index.name, format!("now `{}`", op.new_name));
            match before.table_of_index(&op.index) {
                Some(table) => words.of(&table.name),
                None => words,
            }
        }
        Operation::CreateTrigger(op) => named(Add, "trigger", &op.trigger.name, String::new()).of(&op.table),
        Operation::DropTrigger(op) => {
            let words = named(Remove, "trigger", &op.name, String::new());
            match &op.table {
                Some(table) => words.of(table),
                None => words,
            }
        }
        Operation::EnableTrigger(op) => {
            let detail = if op.enabled { "enabled" } else { "disabled" };
            named(Alter, "trigger", op.name.as_deref().unwrap_or("all"), detail.to_owned()).of(&op.table)
        }
        Operation::CreatePolicy(op) => {
            named(Add, "policy", &op.policy.name, format!("for {}", op.policy.command)).of(&op.table)
        }
        Operation::AlterPolicy(op) => named(Alter, "policy", &op.policy.name, String::new()).of(&op.table),
        Operation::DropPolicy(op) => named(Remove, "policy", &op.name, String::new()).of(&op.table),
        Operation::GrantPrivilege(op) => {
            let option = if op.grant.grantable { " with grant option" } else { "" };
            named(Add, "privilege", &op.grant.privilege, format!("to {}{option}", op.grant.role))
                .of(&op.table)
        }
        Operation::RevokePrivilege(op) => {
            named(Remove, "privilege", &op.grant.privilege, format!("of {}", op.grant.role)).of(&op.table)
        }
        Operation::SetComment(op) => {
            let text = op.comment.as_ref().map_or_else(|| "none".to_owned(), |text| format!("“{text}”"));
            let words = named(Alter, &op.target.kind.words(), &op.target.name, format!("comment {text}"));
            let of = op.target.table.clone().or_else(|| {
                (op.target.kind == trueup_schema::ObjectKind::Table).then(|| op.target.name.clone())
            });
            Words { table: of, ..words }
        }
        other => beside_tables(other, before),
    }
}

/// Operations on objects that belong to no table.
fn beside_tables(operation: &Operation, before: &Schema) -> Words {
    use Change::{Add, Alter, Remove};
    match operation {
        Operation::CreateNamespace(op) => named(Add, "namespace", &op.name, String::new()),
        Operation::DropNamespace(op) => named(Remove, "namespace", &op.name, String::new()),
        Operation::CreateExtension(op) => named(Add, "extension", &op.extension.name, String::new()),
        Operation::DropExtension(op) => named(Remove, "extension", &op.name, String::new()),
        Operation::CreateEnum(op) => {
            at(Add, "enum", &op.enum_type.name, format!("({})", op.enum_type.labels.join(", ")))
        }
        Operation::AddEnumLabel(op) => {
            let place = match &op.position {
                Some(LabelPosition::Before(label)) => format!(", before `{label}`"),
                Some(LabelPosition::After(label)) => format!(", after `{label}`"),
                None => String::new(),
            };
            at(Alter, "enum", &op.name, format!("has `{}` too{place}", op.label))
        }
        Operation::RenameEnumLabel(op) => {
            at(Alter, "enum", &op.name, format!("`{}` is now `{}`", op.label, op.new_label))
        }
        Operation::CreateDomain(op) => at(Add, "domain", &op.domain.name, op.domain.base_type.to_string()),
        Operation::AlterDomain(op) => at(Alter, "domain", &op.domain.name, op.domain.base_type.to_string()),
        Operation::DropType(op) => at(
            Remove,
            if before.domains.contains_key(&op.name) { "domain" } else { "enum" },
            &op.name,
            String::new(),
        ),
        Operation::RenameType(op) => at(Alter, "type", &op.name, to(&op.new_name)),
        Operation::CreateSequence(op) => {
            at(Add, "sequence", &op.sequence.name, options(&op.sequence.options))
        }
        Operation::AlterSequence(op) => {
            at(Alter, "sequence", &op.sequence.name, options(&op.sequence.options))
        }
        Operation::DropSequence(op) => at(Remove, "sequence", &op.name, String::new()),
        Operation::RenameSequence(op) => at(Alter, "sequence", &op.name, to(&op.new_name)),
        Operation::CreateView(op) => at(
            if op.or_replace { Alter } else { Add },
            view(op.view.materialized),
            &op.view.name,
            String::new(),
        ),
        Operation::DropView(op) => at(Remove, view(op.materialized), &op.name, String::new()),
        Operation::RenameView(op) => at(Alter, "view", &op.name, to(&op.new_name)),
        Operation::CreateFunction(op) => {
            let types: Vec<String> = op.function.argument_types.iter().map(ToString::to_string).collect();
            let change = if op.or_replace { Alter } else { Add };
            at(change, &op.function.kind, &op.function.name, format!("({})", types.join(", ")))
        }
        Operation::DropFunction(op) => {
            let types = op.argument_types.iter().flatten().map(ToString::to_string);
            at(Remove, "function", &op.name, format!("({})", types.collect::<Vec<_>>().join(", ")))
        }
        Operation::CreateUnmodelled(op) => {
            named(Add, &op.object.kind, &op.object.name, "not modelled".to_owned())
        }
        Operation::DropUnmodelled(op) => {
            named(Remove, &op.object.kind, &op.object.name, "not modelled".to_owned())
        }
        Operation::Opaque(op) => named(Alter, "statement", "", shortened(&op.sql)),
        Operation::RunData(op) => named(Alter, "rows", "", shortened(&op.sql)),
        other => named(Alter, other.name(), "", String::new()),
    }
}

impl Words {
    fn of(self, table: &ObjectName) -> Self {
        Self { table: Some(table.to_string()), ..self }
    }
}

fn named(change: Change, kind: &str, name: &str, detail: String) -> Words {
    Words { change, kind: kind.to_owned(), name: name.to_owned(), table: None, detail: shortened(&detail) }
}

fn at(change: Change, kind: &str, name: &ObjectName, detail: String) -> Words {
    named(change, kind, &name.to_string(), detail)
}

fn to(name: &ObjectName) -> String {
    format!("now `{name}`")
}

fn view(materialized: bool) -> &'static str {
    if materialized { "materialized view" } else { "view" }
}

/// Returns a text on one line, cut where it is long.
fn shortened(text: &str) -> String {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match one.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &one[..at]),
        None => one,
    }
}

fn column(column: &Column) -> String {
    let mut parts = vec![column.column_type.to_string()];
    if !column.nullable {
        parts.push("not null".to_owned());
    }
    if let Some(default) = &column.default {
        parts.push(format!("default {}", default.canonical()));
    }
    parts.extend(column.generated.as_ref().map(generated));
    parts.join(" ")
}

fn generated(generated: &Generated) -> String {
    match generated {
        Generated::Serial { .. } => "serial".to_owned(),
        Generated::Identity(identity) if identity.always => "identity always".to_owned(),
        Generated::Identity(_) => "identity by default".to_owned(),
        Generated::Computed(computed) => format!("generated as {}", computed.expr.canonical()),
    }
}

fn altered(op: &AlterColumn, before: &Schema) -> String {
    let old = before.table(&op.table).and_then(|table| table.column(&op.column));
    let none = || "none".to_owned();
    let mut parts = Vec::new();
    if let Some(new) = &op.column_type {
        let was = old.map_or_else(String::new, |old| format!("{} → ", old.column_type));
        parts.push(format!("{was}{new}"));
    }
    if let Some(nullable) = op.nullable {
        parts.push(if nullable { "null allowed" } else { "not null" }.to_owned());
    }
    if let Some(new) = &op.default {
        let was =
            old.and_then(|old| old.default.as_ref()).map_or_else(none, |expr| expr.canonical().to_owned());
        let new = new.as_ref().map_or_else(none, |expr| expr.canonical().to_owned());
        parts.push(format!("default {was} → {new}"));
    }
    if let Some(new) = &op.generated {
        let was = old.and_then(|old| old.generated.as_ref()).map_or_else(none, generated);
        parts.push(format!("{was} → {}", new.as_ref().map_or_else(none, generated)));
    }
    if let Some(new) = &op.collation {
        let was = old.and_then(|old| old.collation.clone()).unwrap_or_else(none);
        parts.push(format!("collation {was} → {}", new.clone().unwrap_or_else(none)));
    }
    if let Some(new) = &op.comment {
        parts.push(new.as_ref().map_or_else(|| "no comment".to_owned(), |text| format!("comment “{text}”")));
    }
    parts.join(", ")
}

fn constraint(constraint: &Constraint) -> String {
    match constraint {
        Constraint::ForeignKey(key) => foreign_key(key),
        Constraint::Check(check) => check.expr.canonical().to_owned(),
        Constraint::Exclude(exclude) => format!("using {}", exclude.method),
        other => format!("({})", other.columns().join(", ")),
    }
}

fn foreign_key(key: &ForeignKey) -> String {
    let action = |word: &str, action: &ReferentialAction| {
        let does = match action {
            ReferentialAction::NoAction => return String::new(),
            ReferentialAction::Restrict => "restrict",
            ReferentialAction::Cascade => "cascade",
            ReferentialAction::SetNull(_) => "set null",
            ReferentialAction::SetDefault(_) => "set default",
        };
        format!(" on {word} {does}")
    };
    let target = if key.referenced_columns.is_empty() {
        key.referenced_table.to_string()
    } else {
        format!("{} ({})", key.referenced_table, key.referenced_columns.join(", "))
    };
    let (columns, deleted) = (key.columns.join(", "), action("delete", &key.on_delete));
    format!("({columns}) → {target}{deleted}{}", action("update", &key.on_update))
}

fn index(index: &Index) -> String {
    let parts: Vec<&str> = index
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Column(name) => name.as_str(),
            IndexKey::Expression(expr) => expr.canonical(),
        })
        .collect();
    let unique = if index.unique { "unique " } else { "" };
    let method = if index.method == "btree" { String::new() } else { format!(" using {}", index.method) };
    let predicate =
        index.predicate.as_ref().map(|expr| format!(" where {}", expr.canonical())).unwrap_or_default();
    format!("{unique}({}){method}{predicate}", parts.join(", "))
}

fn options(options: &SequenceOptions) -> String {
    let options = options.normal();
    let number = |word: &str, value: Option<i64>| value.map(|value| format!("{word} {value}"));
    let parts = [
        options.data_type.clone(),
        number("start", options.start),
        number("increment", options.increment),
        number("min", options.min_value),
        number("max", options.max_value),
        number("cache", options.cache),
        options.cycle.then(|| "cycle".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn table_change(change: &TableChange) -> String {
    let onoff = |on: bool, what: &str| if on { what.to_owned() } else { format!("no {what}") };
    match change {
        TableChange::Comment(Some(text)) => format!("comment “{text}”"),
        TableChange::Comment(None) => "no comment".to_owned(),
        TableChange::RowSecurity(on) => onoff(*on, "row security"),
        TableChange::ForceRowSecurity(on) => onoff(*on, "forced row security"),
        TableChange::Unlogged(on) => onoff(*on, "unlogged"),
        TableChange::Storage(all) => {
            let parts =
                all.iter().map(|(name, value)| format!("{name} = {}", value.as_deref().unwrap_or("default")));
            parts.collect::<Vec<_>>().join(", ")
        }
        TableChange::AttachPartition { partition, bound } => format!("partition `{partition}` {bound}"),
        TableChange::DetachPartition(partition) => format!("without partition `{partition}`"),
        TableChange::Inherit { parent, add: true } => format!("inherits `{parent}`"),
        TableChange::Inherit { parent, add: false } => format!("no longer inherits `{parent}`"),
        TableChange::Strict(on) => onoff(*on, "strict"),
        TableChange::WithoutRowid(true) => "without rowid".to_owned(),
        TableChange::WithoutRowid(false) => "with rowid".to_owned(),
    }
}
