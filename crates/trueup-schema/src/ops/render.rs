//! SQL text of columns, constraints, indexes and whole tables.
//!
//! Every identifier is quoted: it is the one spelling no reserved word can break. Expressions are written as they
//! were read.

use super::{Constraint, columns};
use crate::expr::lexer::{Kind, tokens};
use crate::name::quote_identifier;
use crate::{
    Check, Column, ColumnType, Deferrable, Dialect, Exclude, ForeignKey, Generated, Grant, Identity, Index,
    IndexKey, IndexPart, NullsOrder, ObjectName, Policy, PrimaryKey, ReferentialAction, SequenceOptions,
    SqlExpr, Table, Trigger, TypeKind, Unique, naming,
};

/// Returns a text as a string literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(crate) fn if_exists(yes: bool) -> &'static str {
    if yes { "IF EXISTS " } else { "" }
}

pub(crate) fn cascade(yes: bool) -> &'static str {
    if yes { " CASCADE" } else { "" }
}

/// Returns a `DROP` statement.
pub(crate) fn drop(kind: &str, name: &ObjectName, exists: bool, cascades: bool) -> String {
    format!("DROP {kind} {}{}{}", if_exists(exists), name.to_sql(), cascade(cascades))
}

/// Returns the statements that rename an object and move it to another namespace.
pub(crate) fn rename(kind: &str, old: &ObjectName, new: &ObjectName, exists: bool) -> Vec<String> {
    let mut statements = Vec::new();
    let exists = if_exists(exists);
    let mut current = old.clone();
    if old.namespace != new.namespace {
        let namespace = new.namespace.as_deref().unwrap_or(Dialect::Postgresql.default_namespace());
        statements.push(format!(
            "ALTER {kind} {exists}{} SET SCHEMA {}",
            old.to_sql(),
            quote_identifier(namespace)
        ));
        current.namespace.clone_from(&new.namespace);
    }
    if old.name != new.name {
        statements.push(format!(
            "ALTER {kind} {exists}{} RENAME TO {}",
            current.to_sql(),
            quote_identifier(&new.name)
        ));
    }
    statements
}

/// Returns a `COMMENT ON` statement; the name is SQL already.
pub(crate) fn comment(kind: &str, name: &str, text: Option<&str>) -> String {
    let text = text.map_or_else(|| "NULL".to_owned(), literal);
    format!("COMMENT ON {kind} {name} IS {text}")
}

/// Returns a type as SQL, user-defined names quoted.
pub(crate) fn column_type(column_type: &ColumnType) -> String {
    if column_type.kind != TypeKind::UserDefined || column_type.name.starts_with('"') {
        return column_type.to_string();
    }
    let name = ObjectName { namespace: column_type.namespace.clone(), name: column_type.name.clone() };
    let modifiers = if column_type.modifiers.is_empty() {
        String::new()
    } else {
        format!("({})", column_type.modifiers.join(","))
    };
    format!("{}{modifiers}{}", name.to_sql(), if column_type.array { "[]" } else { "" })
}

/// Returns a collation as SQL; a dot separates a namespace.
pub(crate) fn collation(name: &str) -> String {
    match name.split_once('.') {
        Some((namespace, name)) if namespace.starts_with("pg_") => {
            format!("{}.{}", quote_identifier(namespace), quote_identifier(name))
        }
        _ => quote_identifier(name),
    }
}

/// Returns a column's definition, or nothing when its type is not known.
pub(crate) fn column(dialect: Dialect, column: &Column) -> Option<String> {
    column_with_key(dialect, column, None)
}

fn column_with_key(dialect: Dialect, column: &Column, key: Option<&PrimaryKey>) -> Option<String> {
    if column.column_type.is_unknown() {
        return None;
    }
    let mut sql = quote_identifier(&column.name);
    let mut type_name = column_type(&column.column_type);
    // SQLite has neither serial nor identity: its rowid does that.
    let generated = match &column.generated {
        Some(Generated::Serial { .. } | Generated::Identity(_)) if dialect.is_sqlite() => None,
        generated => generated.as_ref(),
    };
    if let Some(Generated::Serial { sequence }) = generated {
        if let Some(serial) = serial_type(&column.column_type) {
            serial.clone_into(&mut type_name);
        } else {
            sql += &format!(" {type_name} DEFAULT {}", columns::next_value(dialect, sequence).text());
            type_name.clear();
        }
    }
    if !type_name.is_empty() {
        sql += &format!(" {type_name}");
    }
    if let Some(name) = &column.collation {
        sql += &format!(" COLLATE {}", collation(name));
    }
    if let Some(default) = &column.default {
        sql += &format!(" DEFAULT {}", default_text(dialect, default));
    }
    match generated {
        Some(Generated::Identity(options)) => sql += &format!(" {}", identity(options)),
        Some(Generated::Computed(computed)) => {
            let stored = if computed.stored { "STORED" } else { "VIRTUAL" };
            sql += &format!(" GENERATED ALWAYS AS {} {stored}", parenthesised(&computed.expr));
        }
        Some(Generated::Serial { .. }) | None => {}
    }
    if !column.nullable {
        sql += " NOT NULL";
    }
    if let Some(key) = key {
        let name = key.name.as_deref().map(constraint_name).unwrap_or_default();
        sql += &format!(" {name}PRIMARY KEY AUTOINCREMENT");
    }
    Some(sql)
}

fn serial_type(column_type: &ColumnType) -> Option<&'static str> {
    match column_type.name.as_str() {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}

/// Returns a default as SQL; SQLite wants parentheses around all that is no literal.
pub(crate) fn default_text(dialect: Dialect, default: &SqlExpr) -> String {
    let text = default.text().trim();
    let is_literal = match tokens(dialect, text).as_slice() {
        [sign, number] => (sign.is_symbol("-") || sign.is_symbol("+")) && number.kind == Kind::Number,
        all => all.len() <= 1,
    };
    if !dialect.is_sqlite() || is_literal || encloses(text) { text.to_owned() } else { format!("({text})") }
}

/// Returns an expression in exactly one pair of parentheses around the whole.
fn parenthesised(expr: &SqlExpr) -> String {
    let text = expr.text().trim();
    if encloses(text) { text.to_owned() } else { format!("({text})") }
}

/// Tells whether the first parenthesis is closed by the last character.
fn encloses(text: &str) -> bool {
    if !text.starts_with('(') || !text.ends_with(')') {
        return false;
    }
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 && at + 1 < text.len() {
                    return false;
                }
            }
            _ => {}
        }
    }
    depth == 0
}

/// Returns `GENERATED … AS IDENTITY`.
pub(crate) fn identity(identity: &Identity) -> String {
    let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let mut plain = identity.sequence.clone();
    plain.data_type = None;
    let mut options = sequence_options(&plain);
    if let Some(name) = &identity.sequence_name {
        // Documented nowhere, but accepted by every version: it is what pg_dump writes.
        options = format!(" SEQUENCE NAME {}{options}", name.to_sql());
    }
    let options = options.trim();
    let options = if options.is_empty() { String::new() } else { format!(" ({options})") };
    format!("GENERATED {when} AS IDENTITY{options}")
}

/// Returns the options of a sequence that differ from the server's defaults, each with a leading space.
pub(crate) fn sequence_options(options: &SequenceOptions) -> String {
    let mut sql = String::new();
    if let Some(data_type) = &options.data_type {
        sql += &format!(" AS {data_type}");
    }
    let numbers = [
        ("START WITH", options.start),
        ("INCREMENT BY", options.increment),
        ("MINVALUE", options.min_value),
        ("MAXVALUE", options.max_value),
        ("CACHE", options.cache),
    ];
    for (word, number) in numbers {
        if let Some(number) = number {
            sql += &format!(" {word} {number}");
        }
    }
    if options.cycle {
        sql += " CYCLE";
    }
    sql
}

/// Returns every option of a sequence, the defaults too, for an existing one.
pub(crate) fn all_sequence_options(options: &SequenceOptions) -> String {
    let number = |word: &str, none: &str, number: Option<i64>| {
        number.map_or_else(|| format!(" {none}"), |number| format!(" {word} {number}"))
    };
    let data_type = options.data_type.as_deref().unwrap_or("bigint");
    let mut sql = format!(" AS {data_type}");
    if let Some(start) = options.start {
        sql += &format!(" START WITH {start}");
    }
    sql += &number("INCREMENT BY", "INCREMENT BY 1", options.increment);
    sql += &number("MINVALUE", "NO MINVALUE", options.min_value);
    sql += &number("MAXVALUE", "NO MAXVALUE", options.max_value);
    sql += &number("CACHE", "CACHE 1", options.cache);
    sql += if options.cycle { " CYCLE" } else { " NO CYCLE" };
    sql
}

/// Returns what a column needs after its definition: the sequence's own name, the comment.
pub(crate) fn after_column(dialect: Dialect, table: &ObjectName, column: &Column) -> Vec<String> {
    let mut statements = Vec::new();
    if let Some(Generated::Serial { sequence }) = &column.generated
        && !dialect.is_sqlite()
        && serial_type(&column.column_type).is_some()
    {
        let default_name = naming::sequence(&table.name, &column.name).first();
        let default_name = table.sibling(default_name);
        // Without a name the server chooses one.
        if *sequence != default_name && !sequence.name.is_empty() {
            statements.extend(rename("SEQUENCE", &default_name, sequence, false));
        }
    }
    if let Some(text) = &column.comment
        && dialect.has_comments()
    {
        let name = format!("{}.{}", table.to_sql(), quote_identifier(&column.name));
        statements.push(comment("COLUMN", &name, Some(text)));
    }
    statements
}

pub(crate) fn constraint_name(name: &str) -> String {
    format!("CONSTRAINT {} ", quote_identifier(name))
}

fn name_of(name: Option<&String>) -> String {
    name.map(|name| constraint_name(name)).unwrap_or_default()
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quote_identifier(column)).collect::<Vec<_>>().join(", ")
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(columns)) }
}

pub(crate) fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::Immediate => " DEFERRABLE",
        Deferrable::Deferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

pub(crate) fn deferrable_of(constraint: &Constraint) -> &'static str {
    match constraint {
        Constraint::PrimaryKey(key) => deferrable(key.deferrable),
        Constraint::Unique(unique) => deferrable(unique.deferrable),
        Constraint::ForeignKey(key) => deferrable(key.deferrable),
        Constraint::Exclude(exclude) => deferrable(exclude.deferrable),
        Constraint::Check(_) => "",
    }
}

/// Returns a constraint as it stands in `CREATE TABLE` or after `ADD`.
pub(crate) fn constraint(dialect: Dialect, constraint: &Constraint) -> String {
    match constraint {
        Constraint::PrimaryKey(key) => primary_key(key),
        Constraint::ForeignKey(key) => foreign_key(dialect, key),
        Constraint::Unique(key) => unique(key),
        Constraint::Check(found) => check(found),
        Constraint::Exclude(found) => exclude(dialect, found),
    }
}

fn primary_key(key: &PrimaryKey) -> String {
    let (name, columns) = (name_of(key.name.as_ref()), list(&key.columns));
    format!("{name}PRIMARY KEY ({columns}){}{}", include(&key.include), deferrable(key.deferrable))
}

fn unique(unique: &Unique) -> String {
    let (name, columns) = (name_of(unique.name.as_ref()), list(&unique.columns));
    let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    format!("{name}UNIQUE{nulls} ({columns}){}{}", include(&unique.include), deferrable(unique.deferrable))
}

/// Returns a CHECK constraint.
pub(crate) fn check(check: &Check) -> String {
    let inherit = if check.no_inherit { " NO INHERIT" } else { "" };
    let valid = if check.not_valid { " NOT VALID" } else { "" };
    format!("{}CHECK {}{inherit}{valid}", name_of(check.name.as_ref()), parenthesised(&check.expr))
}

/// Returns a CHECK constraint with its condition in canonical form.
pub(crate) fn check_canonical(check: &Check) -> String {
    let name = check.name.as_ref().map(|name| format!("CONSTRAINT {name} ")).unwrap_or_default();
    let inherit = if check.no_inherit { " NO INHERIT" } else { "" };
    let valid = if check.not_valid { " NOT VALID" } else { "" };
    format!("{name}CHECK ({}){inherit}{valid}", check.expr.canonical())
}

fn foreign_key(dialect: Dialect, key: &ForeignKey) -> String {
    // SQLite refers within its own file, and its grammar has no place for a namespace here.
    let referenced = if dialect.is_sqlite() {
        quote_identifier(&key.referenced_table.name)
    } else {
        key.referenced_table.to_sql()
    };
    let mut sql =
        format!("{}FOREIGN KEY ({}) REFERENCES {referenced}", name_of(key.name.as_ref()), list(&key.columns));
    if !key.referenced_columns.is_empty() {
        sql += &format!(" ({})", list(&key.referenced_columns));
    }
    if key.match_full {
        sql += " MATCH FULL";
    }
    sql += &action("ON DELETE", &key.on_delete);
    sql += &action("ON UPDATE", &key.on_update);
    sql += deferrable(key.deferrable);
    if key.not_valid {
        sql += " NOT VALID";
    }
    sql
}

fn action(event: &str, action: &ReferentialAction) -> String {
    let columns = |columns: &[String]| {
        if columns.is_empty() { String::new() } else { format!(" ({})", list(columns)) }
    };
    match action {
        ReferentialAction::NoAction => String::new(),
        ReferentialAction::Restrict => format!(" {event} RESTRICT"),
        ReferentialAction::Cascade => format!(" {event} CASCADE"),
        ReferentialAction::SetNull(of) => format!(" {event} SET NULL{}", columns(of)),
        ReferentialAction::SetDefault(of) => format!(" {event} SET DEFAULT{}", columns(of)),
    }
}

fn exclude(dialect: Dialect, exclude: &Exclude) -> String {
    let elements: Vec<String> = exclude
        .elements
        .iter()
        .map(|element| format!("{} WITH {}", part(dialect, &element.part), element.operator))
        .collect();
    let predicate =
        exclude.predicate.as_ref().map(|expr| format!(" WHERE {}", parenthesised(expr))).unwrap_or_default();
    let name = name_of(exclude.name.as_ref());
    let method = quote_identifier(&exclude.method);
    format!(
        "{name}EXCLUDE USING {method} ({}){predicate}{}",
        elements.join(", "),
        deferrable(exclude.deferrable)
    )
}

/// Returns the `COMMENT ON CONSTRAINT` statement of a constraint that has a comment.
pub(crate) fn constraint_comment(table: &ObjectName, constraint: &Constraint) -> Option<String> {
    let text = match constraint {
        Constraint::PrimaryKey(key) => key.comment.as_ref(),
        Constraint::ForeignKey(key) => key.comment.as_ref(),
        Constraint::Unique(unique) => unique.comment.as_ref(),
        Constraint::Check(check) => check.comment.as_ref(),
        Constraint::Exclude(_) => None,
    }?;
    let name = quote_identifier(constraint.name()?);
    Some(comment("CONSTRAINT", &format!("{name} ON {}", table.to_sql()), Some(text)))
}

/// Returns a key part of an index.
pub(crate) fn part(dialect: Dialect, part: &IndexPart) -> String {
    let mut sql = match &part.key {
        IndexKey::Column(column) => quote_identifier(column),
        IndexKey::Expression(expr) if dialect.is_sqlite() => expr.text().trim().to_owned(),
        IndexKey::Expression(expr) => parenthesised(expr),
    };
    if let Some(name) = &part.collation {
        sql += &format!(" COLLATE {}", collation(name));
    }
    if let Some(class) = &part.operator_class {
        // Operator class parameters come with the name: `gist_trgm_ops(siglen='32')`.
        sql += &format!(" {class}");
    }
    if part.descending {
        sql += " DESC";
    }
    match part.nulls {
        Some(NullsOrder::First) => sql += " NULLS FIRST",
        Some(NullsOrder::Last) => sql += " NULLS LAST",
        None => {}
    }
    sql
}

/// Returns a storage parameter as SQL.
pub(crate) fn storage_parameter(name: &str, value: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '_';
    if !value.is_empty() && value.chars().all(word) {
        format!("{name} = {value}")
    } else {
        format!("{name} = {}", literal(value))
    }
}

/// Returns a `CREATE INDEX` statement.
pub(crate) fn index(
    dialect: Dialect,
    table: &ObjectName,
    index: &Index,
    concurrently: bool,
    if_not_exists: bool,
) -> String {
    let sqlite = dialect.is_sqlite();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let concurrently = if concurrently && !sqlite { "CONCURRENTLY " } else { "" };
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    // PostgreSQL puts an index beside its table and takes no namespace; SQLite takes it on the index only.
    let (name, on) = if sqlite {
        (table.sibling(index.name.as_str()).to_sql(), quote_identifier(&table.name))
    } else {
        (quote_identifier(&index.name), table.to_sql())
    };
    let name = if index.name.is_empty() { String::new() } else { format!("{name} ") };
    let method = if sqlite || index.method == "btree" {
        String::new()
    } else {
        format!("USING {} ", quote_identifier(&index.method))
    };
    let parts: Vec<String> = index.parts.iter().map(|found| part(dialect, found)).collect();
    let mut sql =
        format!("CREATE {unique}INDEX {concurrently}{exists}{name}ON {on} {method}({})", parts.join(", "));
    if !sqlite {
        sql += &include(&index.include);
        if index.nulls_not_distinct {
            sql += " NULLS NOT DISTINCT";
        }
        if !index.storage.is_empty() {
            let parameters: Vec<String> =
                index.storage.iter().map(|(name, value)| storage_parameter(name, value)).collect();
            sql += &format!(" WITH ({})", parameters.join(", "));
        }
    }
    if let Some(predicate) = &index.predicate {
        sql += &format!(" WHERE {}", predicate.text().trim());
    }
    sql
}

/// Returns the statements that create a trigger as it is.
pub(crate) fn trigger(dialect: Dialect, table: &ObjectName, trigger: &Trigger) -> Vec<String> {
    let mut statements = vec![trigger.definition.text().trim().trim_end_matches(';').to_owned()];
    if dialect.is_sqlite() {
        // The body's last semicolon belongs to it: `… END`.
        return statements;
    }
    let name = quote_identifier(&trigger.name);
    if !trigger.enabled {
        statements.push(format!("ALTER TABLE {} DISABLE TRIGGER {name}", table.to_sql()));
    }
    if let Some(text) = &trigger.comment {
        statements.push(comment("TRIGGER", &format!("{name} ON {}", table.to_sql()), Some(text)));
    }
    statements
}

/// Returns a role as SQL; `public` is a keyword there.
pub(crate) fn role(role: &str) -> String {
    if role.eq_ignore_ascii_case("public") { "PUBLIC".to_owned() } else { quote_identifier(role) }
}

/// Returns a privilege as SQL, with the columns of a column privilege quoted.
pub(crate) fn privilege(privilege: &str) -> String {
    match privilege.split_once('(') {
        Some((word, column)) => {
            let column = column.trim_end_matches(')').trim().to_lowercase();
            format!("{} ({})", word.trim().to_uppercase(), quote_identifier(&column))
        }
        None => privilege.to_uppercase(),
    }
}

pub(crate) fn grant(table: &ObjectName, grant: &Grant) -> String {
    let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
    format!("GRANT {} ON {} TO {}{option}", privilege(&grant.privilege), table.to_sql(), role(&grant.role))
}

/// Returns a `CREATE POLICY` statement.
pub(crate) fn policy(table: &ObjectName, policy: &Policy) -> String {
    let mut sql = format!("CREATE POLICY {} ON {}", quote_identifier(&policy.name), table.to_sql());
    if !policy.permissive {
        sql += " AS RESTRICTIVE";
    }
    sql += &format!(" FOR {}", policy.command.to_uppercase());
    if !policy.roles.is_empty() {
        let roles: Vec<String> = policy.roles.iter().map(|name| role(name)).collect();
        sql += &format!(" TO {}", roles.join(", "));
    }
    if let Some(using) = &policy.using {
        sql += &format!(" USING {}", parenthesised(using));
    }
    if let Some(check) = &policy.with_check {
        sql += &format!(" WITH CHECK {}", parenthesised(check));
    }
    sql
}

/// Returns a function's name with its argument types.
pub(crate) fn function_signature(name: &ObjectName, arguments: &[ColumnType]) -> String {
    let types: Vec<String> = arguments.iter().map(column_type).collect();
    format!("{}({})", name.to_sql(), types.join(", "))
}

/// Returns the statements that create a table with all it carries.
pub(crate) fn table(dialect: Dialect, table: &Table, if_not_exists: bool) -> Vec<String> {
    let name = table.name.to_sql();
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    if let Some(module) = &table.virtual_module {
        return vec![format!("CREATE VIRTUAL TABLE {exists}{name} USING {module}")];
    }
    let from_parent = table.columns.is_empty() && table.partition_of.is_some();
    let mut statements = Vec::new();
    if let (true, Some((parent, bound))) = (from_parent, &table.partition_of) {
        statements.push(format!(
            "CREATE TABLE {exists}{name} PARTITION OF {} {bound}{}",
            parent.to_sql(),
            tail(table)
        ));
    } else {
        let Some(body) = table_body(dialect, table) else { return Vec::new() };
        let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
        statements.push(format!("CREATE {unlogged}TABLE {exists}{name} ({body}){}", tail(table)));
    }
    for column in &table.columns {
        statements.extend(after_column(dialect, &table.name, column));
    }
    for found in &table.indexes {
        statements.push(index(dialect, &table.name, found, false, false));
        if let Some(text) = &found.comment
            && dialect.has_comments()
        {
            let name = table.name.sibling(found.name.as_str()).to_sql();
            statements.push(comment("INDEX", &name, Some(text)));
        }
    }
    if let (false, Some((parent, bound))) = (from_parent, &table.partition_of) {
        statements.push(format!("ALTER TABLE {} ATTACH PARTITION {name} {bound}", parent.to_sql()));
    }
    if dialect.has_comments() {
        statements.extend(table.comment.as_deref().map(|text| comment("TABLE", &name, Some(text))));
        let constraints = table.constraints();
        statements.extend(constraints.iter().filter_map(|found| constraint_comment(&table.name, found)));
    }
    for found in &table.triggers {
        statements.extend(trigger(dialect, &table.name, found));
    }
    if !dialect.is_sqlite() {
        statements.extend(security(table, &name));
    }
    statements
}

/// Returns columns and constraints, or nothing when a type is not known.
fn table_body(dialect: Dialect, table: &Table) -> Option<String> {
    let mut items = Vec::new();
    let inline = table.primary_key.as_ref().filter(|key| key.autoincrement && key.columns.len() == 1);
    for found in &table.columns {
        let key = inline.filter(|key| key.columns[0] == found.name);
        items.push(column_with_key(dialect, found, key)?);
    }
    for found in table.constraints() {
        if !(inline.is_some() && matches!(found, Constraint::PrimaryKey(_))) {
            items.push(constraint(dialect, &found));
        }
    }
    Some(items.join(", "))
}

/// Returns what follows the body of `CREATE TABLE`.
fn tail(table: &Table) -> String {
    let mut sql = String::new();
    if !table.inherits.is_empty() {
        let parents: Vec<String> = table.inherits.iter().map(ObjectName::to_sql).collect();
        sql += &format!(" INHERITS ({})", parents.join(", "));
    }
    if let Some(partitioning) = &table.partitioning {
        let parts: Vec<String> =
            partitioning.parts.iter().map(|found| part(Dialect::Postgresql, found)).collect();
        sql += &format!(" PARTITION BY {} ({})", partitioning.strategy.to_uppercase(), parts.join(", "));
    }
    if !table.storage.is_empty() {
        let parameters: Vec<String> =
            table.storage.iter().map(|(name, value)| storage_parameter(name, value)).collect();
        sql += &format!(" WITH ({})", parameters.join(", "));
    }
    let mut options = Vec::new();
    if table.strict {
        options.push("STRICT");
    }
    if table.without_rowid {
        options.push("WITHOUT ROWID");
    }
    if !options.is_empty() {
        sql += &format!(" {}", options.join(", "));
    }
    sql
}

/// Returns the statements for row security, policies and privileges.
fn security(table: &Table, name: &str) -> Vec<String> {
    let mut statements = Vec::new();
    if table.row_security {
        statements.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"));
    }
    if table.force_row_security {
        statements.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
    }
    statements.extend(table.policies.iter().map(|found| policy(&table.name, found)));
    statements.extend(table.grants.iter().map(|found| grant(&table.name, found)));
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_that_are_no_literal_get_parentheses_on_sqlite() {
        let written = |text: &str| default_text(Dialect::Sqlite, &SqlExpr::new(Dialect::Sqlite, text));
        for literal in
            ["1", "-1.5e3", "+ 2", "'a (b'", "x'00'", "NULL", "CURRENT_TIMESTAMP", "\"a b\"", "(1 + 1)"]
        {
            assert_eq!(written(literal), literal);
        }
        for expression in ["1 + 1", "'a' || 'b'", "(1) + (2)", "lower('A')", "x'00' || 'a'", "- a"] {
            assert_eq!(written(expression), format!("({expression})"));
        }
    }
}
