//! Questions about types that rules ask: what a type holds, what a change of type loses, what a foreign key allows.

use super::{ColumnType, TypeKind};

/// SQLite's type affinity (sqlite.org/datatype3.html §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// `INTEGER`.
    Integer,
    /// `TEXT`.
    Text,
    /// `BLOB`, formerly none.
    Blob,
    /// `REAL`.
    Real,
    /// `NUMERIC`.
    Numeric,
}

/// What happens to existing values when a column's type changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// Every value survives unchanged.
    Lossless,
    /// Some values are changed, cut or refused; the text says why.
    Lossy(&'static str),
    /// The types are not known well enough.
    Unknown,
}

/// Whether a foreign key may connect two types on PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForeignKeyMatch {
    /// The same type, lengths aside.
    Same,
    /// Different types that the server compares, by an operator of both or an implicit cast.
    Comparable,
    /// The server refuses the foreign key.
    Impossible,
    /// The types are not known well enough, as with domains and types of extensions.
    Unknown,
}

impl ColumnType {
    /// Tells whether it holds character strings: `text`, `character varying`, `character`, and SQLite's TEXT
    /// affinity.
    pub fn is_text(&self) -> bool {
        !self.array
            && match self.name.as_str() {
                "text" | "character varying" | "character" | "bpchar" | "name" | "citext" => true,
                _ => self.is_declared() && self.affinity() == Affinity::Text,
            }
    }

    /// Tells whether it holds whole numbers.
    pub fn is_integer(&self) -> bool {
        !self.array
            && (integer_width(&self.name).is_some()
                || (self.is_declared() && self.affinity() == Affinity::Integer))
    }

    /// Tells whether it is `json` or `jsonb`.
    pub fn is_json(&self) -> bool {
        !self.array && (self.name.eq_ignore_ascii_case("json") || self.name.eq_ignore_ascii_case("jsonb"))
    }

    /// Tells whether it is boolean.
    pub fn is_boolean(&self) -> bool {
        !self.array && matches!(self.name.as_str(), "boolean" | "BOOLEAN" | "BOOL")
    }

    /// Tells whether it holds numbers of any sort.
    pub fn is_number(&self) -> bool {
        self.is_integer()
            || (!self.array
                && matches!(
                    self.name.to_ascii_lowercase().as_str(),
                    "numeric" | "decimal" | "real" | "double precision" | "float" | "double"
                ))
    }

    /// Returns the length of a character or bit string type, `50` of `character varying(50)`.
    pub fn length(&self) -> Option<u32> {
        let counted = self.is_text() || matches!(self.name.as_str(), "bit" | "bit varying");
        if counted { self.modifiers.first()?.parse().ok() } else { None }
    }

    /// Returns SQLite's affinity of the declared type.
    pub fn affinity(&self) -> Affinity {
        let name = self.name.to_ascii_uppercase();
        let has = |part: &str| name.contains(part);
        if has("INT") {
            Affinity::Integer
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Affinity::Text
        } else if has("BLOB") || name.is_empty() {
            Affinity::Blob
        } else if has("REAL") || has("FLOA") || has("DOUB") {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }

    /// Returns what happens to existing values when a column changes from this type to another.
    pub fn conversion_to(&self, to: &Self) -> Conversion {
        conversion(self, to)
    }

    /// Returns whether a column of this type can reference a column of another on PostgreSQL.
    pub fn references(&self, referenced: &Self) -> ForeignKeyMatch {
        foreign_key_match(self, referenced)
    }

    /// Tells whether the name is an SQLite declaration, which is in upper case.
    fn is_declared(&self) -> bool {
        self.name.bytes().any(|byte| byte.is_ascii_uppercase()) && self.kind == TypeKind::Builtin
    }
}

/// Returns the bytes of an integer type.
fn integer_width(name: &str) -> Option<u8> {
    match name {
        "smallint" => Some(2),
        "integer" => Some(4),
        "bigint" => Some(8),
        _ => None,
    }
}

fn conversion(from: &ColumnType, to: &ColumnType) -> Conversion {
    use Conversion::{Lossless, Lossy, Unknown};
    if from.is_unknown() || to.is_unknown() {
        return Unknown;
    }
    if from == to {
        return Lossless;
    }
    if from.array != to.array {
        return if to.is_text() { Lossless } else { Lossy("an array and a single value do not convert") };
    }
    if from.is_declared() || to.is_declared() {
        return if from.affinity() == to.affinity() || to.affinity() == Affinity::Blob {
            Lossless
        } else if to.affinity() == Affinity::Text {
            Lossy("values are stored as text")
        } else {
            Lossy("values that look like numbers change their storage class")
        };
    }
    if let (Some(old), Some(new)) = (integer_width(&from.name), integer_width(&to.name)) {
        return if new >= old { Lossless } else { Lossy("larger numbers do not fit") };
    }
    if to.is_text() && !to.array {
        return match (from.length(), to.length()) {
            (_, None) if to.name == "name" => Lossy("values are cut to 63 bytes"),
            (_, None) => Lossless,
            (Some(old), Some(new)) if from.is_text() && new >= old => Lossless,
            _ => Lossy("longer values do not fit"),
        };
    }
    if from.name == to.name && from.namespace == to.namespace {
        return same_name(from, to);
    }
    match (from.name.as_str(), to.name.as_str()) {
        (old, "numeric") if integer_width(old).is_some() => numeric_from_integer(old, to),
        (old, "double precision") if integer_width(old).is_some_and(|width| width <= 4) => Lossless,
        (old, "real") if integer_width(old) == Some(2) => Lossless,
        ("real", "double precision") | ("cidr", "inet") => Lossless,
        ("date", "timestamp without time zone") if to.modifiers.is_empty() => Lossless,
        ("json", "jsonb") => Lossy("order and repetition of keys and white space are lost"),
        ("jsonb", "json") => Lossless,
        ("timestamp without time zone", "timestamp with time zone") => {
            Lossy("values are read in the session's time zone")
        }
        ("timestamp with time zone", "timestamp without time zone") => Lossy("the time zone is lost"),
        ("bit", "bit varying") if to.modifiers.is_empty() || to.modifiers == from.modifiers => Lossless,
        _ if from.kind == TypeKind::UserDefined || to.kind == TypeKind::UserDefined => Unknown,
        _ => Lossy("not every value converts"),
    }
}

fn numeric_from_integer(old: &str, to: &ColumnType) -> Conversion {
    let part = |at: usize| to.modifiers.get(at).and_then(|digits| digits.parse::<i64>().ok());
    let Some(precision) = part(0) else { return Conversion::Lossless };
    let scale = part(1).unwrap_or(0);
    let digits = match integer_width(old) {
        Some(2) => 5,
        Some(4) => 10,
        _ => 19,
    };
    if scale >= 0 && precision - scale >= digits {
        Conversion::Lossless
    } else {
        Conversion::Lossy("larger numbers do not fit")
    }
}

/// Compares two types that differ in their modifiers only.
fn same_name(from: &ColumnType, to: &ColumnType) -> Conversion {
    use Conversion::{Lossless, Lossy};
    let numbers = |found: &ColumnType| -> Option<Vec<i64>> {
        found.modifiers.iter().map(|modifier| modifier.parse().ok()).collect()
    };
    let (Some(old), Some(new)) = (numbers(from), numbers(to)) else { return Conversion::Unknown };
    match (from.name.as_str(), old.as_slice(), new.as_slice()) {
        (_, _, []) => Lossless,
        ("numeric", [old_precision, old_scale], [precision, scale])
            if scale >= old_scale && precision - scale >= old_precision - old_scale =>
        {
            Lossless
        }
        ("numeric", ..) => Lossy("larger or finer numbers do not fit"),
        ("bit varying", [old], [new]) if new >= old => Lossless,
        ("bit" | "bit varying", ..) => Lossy("other lengths do not fit"),
        (_, [old], [new]) if new >= old => Lossless,
        // Six digits of a second are all there is.
        (name, [], [new]) if name.starts_with("time") && *new >= 6 => Lossless,
        (name, ..) if name.starts_with("time") || name.starts_with("interval") => {
            Lossy("fractions of a second are rounded")
        }
        _ => Conversion::Unknown,
    }
}

/// How far a number type is from the narrowest; the server casts upwards by itself.
fn number_rank(name: &str) -> Option<u8> {
    match name {
        "smallint" => Some(0),
        "integer" => Some(1),
        "bigint" => Some(2),
        "numeric" => Some(3),
        "real" => Some(4),
        "double precision" => Some(5),
        _ => None,
    }
}

fn foreign_key_match(from: &ColumnType, to: &ColumnType) -> ForeignKeyMatch {
    use ForeignKeyMatch::{Comparable, Impossible, Same, Unknown};
    if from.is_unknown() || to.is_unknown() {
        return Unknown;
    }
    if from.name == to.name && from.namespace == to.namespace && from.array == to.array {
        return Same;
    }
    if from.is_declared() || to.is_declared() {
        // SQLite compares anything; only the affinity decides whether equal values meet.
        return if from.affinity() == to.affinity() { Same } else { Comparable };
    }
    if from.kind == TypeKind::UserDefined || to.kind == TypeKind::UserDefined {
        return Unknown;
    }
    if from.array || to.array {
        return Impossible;
    }
    if let (Some(referencing), Some(referenced)) = (number_rank(&from.name), number_rank(&to.name)) {
        let both_integers = referencing <= 2 && referenced <= 2;
        let both_floats = referencing >= 4 && referenced >= 4;
        let comparable = both_integers || both_floats || referencing <= referenced;
        return if comparable { Comparable } else { Impossible };
    }
    let padded = |name: &str| matches!(name, "character" | "bpchar" | "name");
    let text = |name: &str| matches!(name, "text" | "character varying" | "character" | "bpchar" | "name");
    if text(&to.name) && (text(&from.name) || (from.name == "\"char\"" && !padded(&to.name))) {
        // `name` and `character` meet in no operator and no implicit cast.
        return if from.name == "name" && to.name != "name" && padded(&to.name) {
            Impossible
        } else {
            Comparable
        };
    }
    let day = |name: &str| name == "date" || name.starts_with("timestamp");
    if day(&from.name) && day(&to.name) {
        return Comparable;
    }
    match (from.name.as_str(), to.name.as_str()) {
        ("inet" | "cidr", "inet" | "cidr") | ("bit" | "bit varying", "bit" | "bit varying") => Comparable,
        ("time without time zone", "time with time zone" | "interval") => Comparable,
        (integer, "oid") if integer_width(integer).is_some() => Comparable,
        _ => Impossible,
    }
}
