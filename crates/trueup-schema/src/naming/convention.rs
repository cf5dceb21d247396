//! SQLAlchemy's naming conventions: `MetaData(naming_convention={...})`.

use std::collections::BTreeMap;

use super::md5;
use crate::Dialect;

/// What a template of a convention is for, with SQLAlchemy's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConventionKind {
    /// `ix`: indexes.
    Index,
    /// `uq`: unique constraints.
    Unique,
    /// `ck`: checks, those of `Boolean` and `Enum` columns included.
    Check,
    /// `fk`: foreign keys.
    ForeignKey,
    /// `pk`: primary keys.
    PrimaryKey,
}

impl ConventionKind {
    /// Returns the kind of a key of the dictionary: `ix`, `uq`, `ck`, `fk`, `pk`, or the name of SQLAlchemy's class.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "ix" | "Index" => Some(Self::Index),
            "uq" | "UniqueConstraint" => Some(Self::Unique),
            "ck" | "CheckConstraint" => Some(Self::Check),
            "fk" | "ForeignKeyConstraint" => Some(Self::ForeignKey),
            "pk" | "PrimaryKeyConstraint" => Some(Self::PrimaryKey),
            _ => None,
        }
    }

    /// Returns the short key of the dictionary.
    pub fn key(self) -> &'static str {
        match self {
            Self::Index => "ix",
            Self::Unique => "uq",
            Self::Check => "ck",
            Self::ForeignKey => "fk",
            Self::PrimaryKey => "pk",
        }
    }
}

/// The name that the source gives to a constraint or index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GivenName {
    /// None.
    #[default]
    None,
    /// A plain name; a template with `%(constraint_name)s` still applies to it.
    Plain(String),
    /// `conv("…")` or `op.f("…")`: final.
    Final(String),
}

/// What the tokens of a template can refer to.
#[derive(Clone, Debug, Default)]
pub struct ConventionFacts {
    /// The name in the source.
    pub given: GivenName,
    /// Namespace of the table as the source spells it; it is part of `column_N_label`.
    pub namespace: Option<String>,
    /// Table.
    pub table: String,
    /// Names of the columns. For an expression, every column it mentions that SQLAlchemy knows of; a check given as
    /// text has none.
    pub columns: Vec<String>,
    /// `Column.key` of the columns; empty means the same as the names.
    pub column_keys: Vec<String>,
    /// Referenced table, for a foreign key.
    pub referred_table: String,
    /// Referenced columns, for a foreign key.
    pub referred_columns: Vec<String>,
    /// Values of tokens that the convention defines itself by a function.
    pub custom: BTreeMap<String, String>,
}

/// Why a convention gives no name; SQLAlchemy raises in the same case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConventionError {
    /// The template wants the given name, and there is none.
    #[error("the naming convention needs an explicit name for this constraint (`%(constraint_name)s`)")]
    NameRequired,
    /// The template has a token that nobody defines.
    #[error("the naming convention has an unknown token `{0}`")]
    UnknownToken(String),
    /// The template is not a `%` template.
    #[error("the naming convention `{0}` is not a valid template")]
    BadTemplate(String),
    /// The convention has no template for indexes, and the index has no name.
    #[error("the index has no name and the naming convention has no `ix`")]
    IndexWithoutName,
    /// A plain name is longer than the dialect allows.
    #[error("the name `{0}` is longer than {1} characters")]
    NameTooLong(String, usize),
}

/// The templates of one `MetaData`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convention {
    templates: BTreeMap<ConventionKind, String>,
}

impl Default for Convention {
    /// Returns SQLAlchemy's own convention: only indexes, `ix_%(column_0_label)s`.
    fn default() -> Self {
        Self { templates: BTreeMap::from([(ConventionKind::Index, "ix_%(column_0_label)s".to_owned())]) }
    }
}

impl Convention {
    /// Returns a convention of templates; as in SQLAlchemy, an empty one means the default, and one without `ix`
    /// has no template for indexes at all. Where `ix` and `Index` are both given, the last wins.
    pub fn new(templates: impl IntoIterator<Item = (ConventionKind, String)>) -> Self {
        let templates: BTreeMap<_, _> = templates.into_iter().collect();
        if templates.is_empty() { Self::default() } else { Self { templates } }
    }

    /// Returns the template of a kind.
    pub fn template(&self, kind: ConventionKind) -> Option<&str> {
        self.templates.get(&kind).map(String::as_str)
    }

    /// Returns the templates with their keys, as `MetaData(naming_convention=…)` takes them.
    pub fn templates(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.templates.iter().map(|(kind, template)| (kind.key(), template.as_str()))
    }

    /// Returns the name that SQLAlchemy renders, `None` when it renders the constraint without a name.
    ///
    /// Names that a template made, and final ones, are shortened to the dialect's limit; a plain name beyond it is
    /// an error.
    ///
    /// # Errors
    /// The cases in which SQLAlchemy raises; see [`ConventionError`].
    pub fn apply(
        &self,
        dialect: Dialect,
        kind: ConventionKind,
        facts: &ConventionFacts,
    ) -> Option<Result<String, ConventionError>> {
        let template = self.template(kind);
        match (&facts.given, template) {
            (GivenName::Final(name), _) => Some(Ok(sqlalchemy_label(dialect, name))),
            (GivenName::Plain(_), Some(template)) if template.contains("constraint_name") => {
                Some(expand(template, facts).map(|name| sqlalchemy_label(dialect, &name)))
            }
            (GivenName::Plain(name), _) => Some(plain_name(dialect, name)),
            (GivenName::None, Some(template)) => {
                Some(expand(template, facts).map(|name| sqlalchemy_label(dialect, &name)))
            }
            (GivenName::None, None) if kind == ConventionKind::Index => {
                Some(Err(ConventionError::IndexWithoutName))
            }
            (GivenName::None, None) => None,
        }
    }
}

/// Returns a generated name as SQLAlchemy renders it: beyond the dialect's limit, the first *limit* − 8 characters,
/// `_` and the last four digits of the name's MD5.
///
/// SQLAlchemy 2.1, `IdentifierPreparer._truncate_and_render_maxlen_name`; it counts characters, not bytes, so the
/// server may cut names of other letters once more, which is included here.
pub fn sqlalchemy_label(dialect: Dialect, name: &str) -> String {
    let limit = character_limit(dialect);
    let shortened = if name.chars().count() > limit {
        let head: String = name.chars().take(limit - 8).collect();
        let digest = md5::hex(name.as_bytes());
        format!("{head}_{}", &digest[digest.len() - 4..])
    } else {
        name.to_owned()
    };
    as_stored(dialect, &shortened)
}

fn plain_name(dialect: Dialect, name: &str) -> Result<String, ConventionError> {
    let limit = character_limit(dialect);
    if name.chars().count() > limit {
        return Err(ConventionError::NameTooLong(name.to_owned(), limit));
    }
    Ok(as_stored(dialect, name))
}

fn as_stored(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgresql => super::stored_identifier(name).to_owned(),
        Dialect::Sqlite => name.to_owned(),
    }
}

/// Returns the dialect's `max_identifier_length`; SQLAlchemy's default is 9999.
fn character_limit(dialect: Dialect) -> usize {
    dialect.max_identifier_bytes().unwrap_or(9999)
}

/// Expands a template of Python's `%` formatting with names in parentheses.
fn expand(template: &str, facts: &ConventionFacts) -> Result<String, ConventionError> {
    let bad = || ConventionError::BadTemplate(template.to_owned());
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (token, after) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(bad)?;
        let conversion = after.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(bad)?;
        if &after[conversion..=conversion] != "s" {
            return Err(bad());
        }
        out.push_str(&padded(&token_value(token, facts)?, &after[..conversion]).ok_or_else(bad)?);
        rest = &after[conversion + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Pads and cuts a value as the flags, width and precision of `%-5.3s` say.
fn padded(value: &str, spec: &str) -> Option<String> {
    let left = spec.contains('-');
    let spec = spec.trim_start_matches(['-', '+', ' ', '#', '0']);
    let (width, precision) = spec.split_once('.').unwrap_or((spec, ""));
    let number = |digits: &str| if digits.is_empty() { Some(None) } else { digits.parse().ok().map(Some) };
    let (width, precision): (Option<usize>, Option<usize>) = (number(width)?, number(precision)?);
    // A width beyond any identifier can only be a mistake; the memory is not spent on it.
    let width = width.unwrap_or(0).min(10_000);
    let value: String = value.chars().take(precision.unwrap_or(usize::MAX)).collect();
    Some(if left { format!("{value:<width$}") } else { format!("{value:>width$}") })
}

fn token_value(token: &str, facts: &ConventionFacts) -> Result<String, ConventionError> {
    if let Some(value) = facts.custom.get(token) {
        return Ok(value.clone());
    }
    match token {
        "table_name" => return Ok(facts.table.clone()),
        "referred_table_name" if !facts.referred_table.is_empty() => return Ok(facts.referred_table.clone()),
        "constraint_name" => {
            return match &facts.given {
                GivenName::Plain(name) | GivenName::Final(name) => Ok(name.clone()),
                GivenName::None => Err(ConventionError::NameRequired),
            };
        }
        _ => {}
    }
    column_token(token, facts).ok_or_else(|| ConventionError::UnknownToken(token.to_owned()))
}

/// Reads `[referred_]column_<number>[N|_N]_{name,key,label}`.
fn column_token(token: &str, facts: &ConventionFacts) -> Option<String> {
    let (referred, rest) = match token.strip_prefix("referred_column_") {
        Some(rest) => (true, rest),
        None => (false, token.strip_prefix("column_")?),
    };
    let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let position: usize = rest[..digits].parse().ok()?;
    let (separator, attribute) = match &rest[digits..] {
        rest if rest.starts_with("_N_") => (Some("_"), &rest[3..]),
        rest if rest.starts_with("N_") => (Some(""), &rest[2..]),
        rest => (None, rest.strip_prefix('_')?),
    };
    let value = |index: usize| -> Option<String> {
        if referred {
            return if attribute == "name" { facts.referred_columns.get(index).cloned() } else { None };
        }
        let name = facts.columns.get(index).map_or("", String::as_str);
        match attribute {
            "name" => Some(name.to_owned()),
            "key" => Some(facts.column_keys.get(index).map_or(name, String::as_str).to_owned()),
            "label" if index >= facts.columns.len() => Some(String::new()),
            "label" => Some(match &facts.namespace {
                Some(namespace) => format!("{}_{}_{name}", namespace.replace('.', "_"), facts.table),
                None => format!("{}_{name}", facts.table),
            }),
            _ => None,
        }
    };
    match separator {
        // SQLAlchemy only replaces a zero before the N.
        Some(_) if position != 0 => None,
        Some(separator) => {
            let count = if referred { facts.referred_columns.len() } else { facts.columns.len() };
            let values: Option<Vec<String>> = (0..count).map(value).collect();
            values.map(|values| values.join(separator))
        }
        None => value(position),
    }
}
