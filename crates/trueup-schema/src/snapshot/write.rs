//! A schema becomes lines.

use super::line::{Fields, Value, shown};
use super::{fingerprint, head};
use crate::{
    Check, Column, ColumnType, Deferrable, Domain, EnumType, Exclude, ForeignKey, Function, Generated, Grant,
    Index, IndexKey, IndexPart, NullsOrder, ObjectName, Policy, PrimaryKey, ReferentialAction, Schema,
    Sequence, SequenceOptions, SqlExpr, Table, Trigger, TypeKind, Unique, View,
};

/// Returns the whole file.
pub(super) fn text(schema: &Schema) -> String {
    let body = Writer { schema, form: Form::Readable }.schema();
    let head = head(schema.dialect);
    let fingerprint = fingerprint(schema);
    let gap = if body.is_empty() { "" } else { "\n" };
    format!("{head}fingerprint {fingerprint}\n{gap}{body}")
}

/// Returns a text that is the same for equivalent schemas, whatever their order and spelling.
pub(super) fn canonical(schema: &Schema) -> String {
    head(schema.dialect) + &Writer { schema, form: Form::Canonical }.schema()
}

/// What the lines are for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// For people and for reading back.
    Readable,
    /// For comparing.
    Canonical,
}

struct Writer<'a> {
    schema: &'a Schema,
    form: Form,
}

/// Lines of one object, with what belongs to them below.
#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn of(fields: &Fields) -> Self {
        Self(vec![shown(fields)])
    }

    /// Puts lines one level below.
    fn below(&mut self, lines: Self) {
        self.0.extend(lines.0.into_iter().map(|line| format!("  {line}")));
    }

    fn line_below(&mut self, fields: &Fields) {
        self.below(Self::of(fields));
    }

    fn comment(&mut self, comment: Option<&String>) {
        if let Some(comment) = comment {
            self.line_below(&Fields::new("comment").word(comment));
        }
    }

    /// Puts groups of lines one level below, sorted.
    fn sorted_below(&mut self, groups: impl Iterator<Item = Self>) {
        let mut groups: Vec<Self> = groups.collect();
        groups.sort_by(|left, right| left.0.cmp(&right.0));
        for group in groups {
            self.below(group);
        }
    }
}

impl Writer<'_> {
    fn schema(&self) -> String {
        let schema = self.schema;
        let mut namespaces = schema.namespaces.clone();
        namespaces.sort();
        let mut groups: Vec<Lines> =
            namespaces.iter().map(|name| Lines::of(&Fields::new("namespace").word(name))).collect();
        groups.extend(sorted(schema.extensions.iter()).into_iter().map(|extension| {
            let fields = Fields::new("extension").word(&extension.name);
            Lines::of(&fields.text("in", extension.namespace.as_deref()))
        }));
        groups.extend(sorted(schema.enums.iter()).into_iter().map(enum_type));
        groups.extend(sorted(schema.domains.iter()).into_iter().map(|found| self.domain(found)));
        groups.extend(sorted(schema.sequences.iter()).into_iter().map(sequence));
        groups.extend(sorted(schema.functions.iter()).into_iter().map(|found| self.function(found)));
        for table in sorted(schema.tables.iter()) {
            groups.push(match self.form {
                Form::Readable => self.table(table),
                Form::Canonical => self.table(&schema.normal_table(table)),
            });
        }
        groups.extend(sorted(schema.views.iter()).into_iter().map(|found| self.view(found)));
        groups.extend(
            schema
                .unmodelled
                .iter()
                .map(|object| Lines::of(&Fields::new("unmodelled").word(&object.kind).word(&object.name))),
        );
        let mut out = String::new();
        for line in groups.into_iter().flat_map(|group| group.0) {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    fn domain(&self, domain: &Domain) -> Lines {
        let fields = Fields::new("domain")
            .value(Value::name(&domain.name))
            .value(self.column_type(&domain.base_type))
            .flag("not_null", domain.not_null)
            .text("collation", domain.collation.as_deref());
        let fields = default(fields, self.form, domain.default.as_ref(), &domain.base_type);
        let mut lines = Lines::of(&fields);
        lines.comment(domain.comment.as_ref());
        lines.sorted_below(domain.checks.iter().map(|found| check(self.form, found)));
        lines
    }

    fn function(&self, function: &Function) -> Lines {
        let arguments = function
            .argument_types
            .iter()
            .map(|argument| Fields::default().value(self.column_type(argument)));
        let fields = Fields::new(&function.kind)
            .value(Value::name(&function.name))
            .value(Value::List(arguments.collect()));
        let mut lines = Lines::of(&fields);
        lines.comment(function.comment.as_ref());
        lines.below(self.definition(&function.definition));
        lines
    }

    fn view(&self, view: &View) -> Lines {
        // Names of columns follow from the query, and not every source tells them.
        let columns: &[String] = if self.form == Form::Readable { &view.columns } else { &[] };
        let fields = Fields::new(if view.materialized { "materialized_view" } else { "view" })
            .value(Value::name(&view.name))
            .names("columns", columns);
        let mut lines = Lines::of(&fields);
        lines.comment(view.comment.as_ref());
        lines.below(self.definition(&view.query));
        lines.sorted_below(view.indexes.iter().map(|found| index(self.form, found)));
        lines.sorted_below(view.triggers.iter().map(|found| self.trigger(found)));
        lines
    }

    fn table(&self, table: &Table) -> Lines {
        let mut lines = Lines::of(&Fields::new("table").value(Value::name(&table.name)));
        lines.comment(table.comment.as_ref());
        properties(self.form, table, &mut lines);
        for column in &table.columns {
            lines.below(self.column(column));
        }
        lines.sorted_below(table.primary_key.iter().map(primary_key));
        lines.sorted_below(table.uniques.iter().map(unique));
        lines.sorted_below(table.excludes.iter().map(|found| exclude(self.form, found)));
        lines.sorted_below(table.checks.iter().map(|found| check(self.form, found)));
        lines.sorted_below(table.foreign_keys.iter().map(foreign_key));
        lines.sorted_below(table.indexes.iter().map(|found| index(self.form, found)));
        lines.sorted_below(table.triggers.iter().map(|found| self.trigger(found)));
        lines.sorted_below(table.policies.iter().map(|found| policy(self.form, found)));
        lines.sorted_below(table.grants.iter().map(grant));
        lines
    }

    fn column(&self, column: &Column) -> Lines {
        let mut fields = Fields::new("column")
            .word(&column.name)
            .value(self.column_type(&column.column_type))
            .flag("not_null", !column.nullable)
            .text("collation", column.collation.as_deref());
        fields = default(fields, self.form, column.default.as_ref(), &column.column_type);
        match &column.generated {
            Some(Generated::Serial { sequence }) => {
                fields = fields.option("serial", Some(Value::name(sequence)));
            }
            Some(Generated::Identity(identity)) => {
                let when = if identity.always { "always" } else { "by_default" };
                fields = fields.text("identity", Some(when));
                fields = sequence_options(fields, &identity.sequence.normal());
                fields = fields.option("sequence", identity.sequence_name.as_ref().map(Value::name));
            }
            Some(Generated::Computed(computed)) => {
                let key = if computed.stored { "stored" } else { "virtual" };
                fields = fields.option(key, expression(self.form, Some(&computed.expr)));
            }
            None => {}
        }
        let mut lines = Lines::of(&fields);
        lines.comment(column.comment.as_ref());
        lines
    }

    /// Returns a type as `format_type()` prints it where reading that gives the same type, else in its parts.
    fn column_type(&self, column_type: &ColumnType) -> Value {
        if let TypeKind::Unknown(reason) = &column_type.kind {
            let reason = (self.form == Form::Readable).then_some(reason.as_str());
            return Value::List(vec![Fields::new("unknown").text("because", reason)]);
        }
        let text = column_type.to_string();
        let read = ColumnType::parse(self.schema.dialect, &text);
        if read == *column_type && read.kind == column_type.kind {
            return Value::word(&text);
        }
        let kind = if column_type.kind == TypeKind::Builtin { "builtin" } else { "user_defined" };
        let fields = Fields::new(kind)
            .word(&column_type.name)
            .flag("array", column_type.array)
            .text("in", column_type.namespace.as_deref())
            .names("modifiers", &column_type.modifiers);
        Value::List(vec![fields])
    }

    fn trigger(&self, trigger: &Trigger) -> Lines {
        let fields = Fields::new("trigger").word(&trigger.name).flag("disabled", !trigger.enabled);
        let mut lines = Lines::of(&fields);
        lines.comment(trigger.comment.as_ref());
        lines.below(self.definition(&trigger.definition));
        lines
    }

    /// Returns a body line by line, or in quotes where lines would not bring it back.
    fn definition(&self, definition: &SqlExpr) -> Lines {
        if self.form == Form::Canonical {
            return Lines::of(&Fields::new("definition").word(definition.canonical()));
        }
        let text = definition.text();
        let is_plain = !text.is_empty()
            && text.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
        if !is_plain {
            return Lines::of(&Fields::new("definition").word(text));
        }
        let line = |line: &str| if line.is_empty() { "|".to_owned() } else { format!("| {line}") };
        Lines(text.split('\n').map(line).collect())
    }
}

fn sorted<'a, K: Ord + 'a, V: 'a>(entries: impl Iterator<Item = (&'a K, &'a V)>) -> Vec<&'a V> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|left, right| left.0.cmp(right.0));
    entries.into_iter().map(|(_, value)| value).collect()
}

/// Returns an expression as it was read: normal forms leave out casts, which a server may need.
fn expression(form: Form, expr: Option<&SqlExpr>) -> Option<Value> {
    let shown = |expr: &SqlExpr| {
        let is_read_back = || SqlExpr::new(expr.dialect(), expr.text()) == *expr;
        let text =
            if form == Form::Readable && is_read_back() { expr.text().trim() } else { expr.canonical() };
        Value::word(text)
    };
    expr.map(shown)
}

/// Returns a default with its key: what its literals mean hangs on the column's type, mostly.
fn default(fields: Fields, form: Form, expr: Option<&SqlExpr>, column_type: &ColumnType) -> Fields {
    let Some(expr) = expr else { return fields };
    let is_of_type = SqlExpr::default_value(expr.dialect(), expr.text(), column_type) == *expr;
    match form {
        Form::Readable if is_of_type => fields.text("default", Some(expr.text().trim())),
        Form::Readable => fields.option("default_as_is", expression(form, Some(expr))),
        Form::Canonical => fields.text("default", Some(expr.canonical())),
    }
}

fn enum_type(found: &EnumType) -> Lines {
    let mut lines = Lines::of(&Fields::new("enum").value(Value::name(&found.name)));
    lines.comment(found.comment.as_ref());
    for label in &found.labels {
        lines.line_below(&Fields::new("label").word(label));
    }
    lines
}

fn sequence(sequence: &Sequence) -> Lines {
    let fields = Fields::new("sequence").value(Value::name(&sequence.name));
    let mut lines = Lines::of(&sequence_options(fields, &sequence.options.normal()));
    lines.comment(sequence.comment.as_ref());
    if let Some((table, column)) = &sequence.owned_by {
        lines.line_below(&Fields::new("owned_by").value(Value::name(table)).word(column));
    }
    lines
}

fn sequence_options(fields: Fields, options: &SequenceOptions) -> Fields {
    let number = |number: Option<i64>| number.map(|number| Value::word(&number.to_string()));
    fields
        .text("type", options.data_type.as_deref())
        .option("start", number(options.start))
        .option("increment", number(options.increment))
        .option("min", number(options.min_value))
        .option("max", number(options.max_value))
        .option("cache", number(options.cache))
        .flag("cycle", options.cycle)
}

fn properties(form: Form, table: &Table, lines: &mut Lines) {
    if let Some((parent, bound)) = &table.partition_of {
        lines.line_below(&Fields::new("partition_of").value(Value::name(parent)).word(bound));
    }
    let mut inherits: Vec<&ObjectName> = table.inherits.iter().collect();
    inherits.sort();
    for parent in inherits {
        lines.line_below(&Fields::new("inherits").value(Value::name(parent)));
    }
    if let Some(partitioning) = &table.partitioning {
        let fields = Fields::new("partition_by").word(&partitioning.strategy);
        lines.line_below(&fields.value(parts(form, &partitioning.parts)));
    }
    let flags = [
        (table.unlogged, "unlogged"),
        (table.strict, "strict"),
        (table.without_rowid, "without_rowid"),
        (table.row_security, "row_security"),
        (table.force_row_security, "force_row_security"),
    ];
    for (_, word) in flags.iter().filter(|(is_set, _)| *is_set) {
        lines.line_below(&Fields::new(word));
    }
    for (name, value) in &table.storage {
        lines.line_below(&Fields::new("storage").word(name).word(value));
    }
    if let Some(module) = &table.virtual_module {
        lines.line_below(&Fields::new("virtual").word(module));
    }
}

fn primary_key(key: &PrimaryKey) -> Lines {
    let fields = Fields::new("primary_key")
        .value(Value::words(&key.columns))
        .flag("autoincrement", key.autoincrement)
        .text("name", key.name.as_deref())
        .names("include", &key.include)
        .text("deferrable", deferrable(key.deferrable));
    commented(&fields, key.comment.as_ref())
}

fn unique(unique: &Unique) -> Lines {
    let fields = Fields::new("unique")
        .value(Value::words(&unique.columns))
        .flag("nulls_not_distinct", unique.nulls_not_distinct)
        .text("name", unique.name.as_deref())
        .names("include", &unique.include)
        .text("deferrable", deferrable(unique.deferrable));
    commented(&fields, unique.comment.as_ref())
}

fn check(form: Form, check: &Check) -> Lines {
    let mut fields = Fields::new("check");
    if let Some(condition) = expression(form, Some(&check.expr)) {
        fields = fields.value(condition);
    }
    let fields = fields
        .flag("no_inherit", check.no_inherit)
        .flag("not_valid", check.not_valid)
        .text("name", check.name.as_deref());
    commented(&fields, check.comment.as_ref())
}

fn exclude(form: Form, exclude: &Exclude) -> Lines {
    let elements = exclude
        .elements
        .iter()
        .map(|element| part(form, &element.part).text("with", Some(&element.operator)));
    let fields = Fields::new("exclude")
        .word(&exclude.method)
        .value(Value::List(elements.collect()))
        .text("name", exclude.name.as_deref())
        .option("where", expression(form, exclude.predicate.as_ref()))
        .text("deferrable", deferrable(exclude.deferrable));
    Lines::of(&fields)
}

fn foreign_key(key: &ForeignKey) -> Lines {
    let fields = Fields::new("foreign_key")
        .value(Value::words(&key.columns))
        .word("references")
        .value(Value::name(&key.referenced_table))
        .value(Value::words(&key.referenced_columns))
        .flag("match_full", key.match_full)
        .flag("not_valid", key.not_valid)
        .text("name", key.name.as_deref())
        .option("on_delete", action(&key.on_delete))
        .option("on_update", action(&key.on_update))
        .text("deferrable", deferrable(key.deferrable));
    commented(&fields, key.comment.as_ref())
}

fn action(action: &ReferentialAction) -> Option<Value> {
    let with = |word: &str, columns: &[String]| {
        if columns.is_empty() {
            Value::word(word)
        } else {
            Value::List(vec![Fields::new(word).value(Value::words(columns))])
        }
    };
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some(Value::word("restrict")),
        ReferentialAction::Cascade => Some(Value::word("cascade")),
        ReferentialAction::SetNull(columns) => Some(with("set_null", columns)),
        ReferentialAction::SetDefault(columns) => Some(with("set_default", columns)),
    }
}

fn deferrable(deferrable: Deferrable) -> Option<&'static str> {
    match deferrable {
        Deferrable::No => None,
        Deferrable::Immediate => Some("immediate"),
        Deferrable::Deferred => Some("deferred"),
    }
}

fn index(form: Form, index: &Index) -> Lines {
    let storage = index.storage.iter().map(|(name, value)| Fields::new(name).word(value));
    let fields = Fields::new("index")
        .word(&index.name)
        .value(parts(form, &index.parts))
        .flag("unique", index.unique)
        .flag("nulls_not_distinct", index.nulls_not_distinct)
        .flag("invalid", !index.valid)
        .text("using", (index.method != "btree").then_some(index.method.as_str()))
        .names("include", &index.include)
        .option("where", expression(form, index.predicate.as_ref()))
        .option("storage", (!index.storage.is_empty()).then(|| Value::List(storage.collect())));
    commented(&fields, index.comment.as_ref())
}

fn parts(form: Form, parts: &[IndexPart]) -> Value {
    Value::List(parts.iter().map(|found| part(form, found)).collect())
}

fn part(form: Form, part: &IndexPart) -> Fields {
    let fields = match &part.key {
        IndexKey::Column(name) => Fields::new(name),
        IndexKey::Expression(expr) => Fields::default().option("expression", expression(form, Some(expr))),
    };
    let nulls = part.nulls.map(|nulls| match nulls {
        NullsOrder::First => "first",
        NullsOrder::Last => "last",
    });
    fields
        .flag("desc", part.descending)
        .text("nulls", nulls)
        .text("collation", part.collation.as_deref())
        .text("class", part.operator_class.as_deref())
}

fn policy(form: Form, policy: &Policy) -> Lines {
    let fields = Fields::new("policy")
        .word(&policy.name)
        .word(&policy.command)
        .flag("restrictive", !policy.permissive)
        .names("to", &policy.roles)
        .option("using", expression(form, policy.using.as_ref()))
        .option("with_check", expression(form, policy.with_check.as_ref()));
    Lines::of(&fields)
}

fn grant(grant: &Grant) -> Lines {
    let fields = Fields::new("grant").word(&grant.privilege).flag("grantable", grant.grantable);
    Lines::of(&fields.text("to", Some(&grant.role)))
}

fn commented(fields: &Fields, comment: Option<&String>) -> Lines {
    let mut lines = Lines::of(fields);
    lines.comment(comment);
    lines
}
