//! Reading a type's text into its canonical form.
//!
//! The PostgreSQL table was read back from `format_type()` of PostgreSQL 15; `tests/normal/types.rs` holds every
//! spelling against what the server printed.

use super::{ColumnType, TypeKind};
use crate::Dialect;
use crate::expr::lexer::{Kind, Token, tokens};

/// Splits a canonical name around the place of its modifiers: `timestamp(3) with time zone`.
pub(super) fn split_modifier_position(name: &str) -> (&str, &str) {
    match name.find(" with") {
        Some(at) if name.starts_with("time") => name.split_at(at),
        _ => (name, ""),
    }
}

/// Returns the canonical type of SQL text.
pub(super) fn parse(dialect: Dialect, text: &str) -> ColumnType {
    match dialect {
        Dialect::Postgresql => postgresql(text),
        Dialect::Sqlite => sqlite(text),
    }
}

/// Returns the type behind a serial pseudo-type.
pub(super) fn serial_base(text: &str) -> Option<&'static str> {
    match tokens(Dialect::Postgresql, text).as_slice() {
        [token] if matches!(token.kind, Kind::Word | Kind::Quoted) => serial_name(&token.text),
        _ => None,
    }
}

fn serial_name(name: &str) -> Option<&'static str> {
    match name {
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        "smallserial" | "serial2" => Some("smallint"),
        _ => None,
    }
}

fn builtin(name: &str, raw: &str) -> ColumnType {
    ColumnType {
        name: name.to_owned(),
        namespace: None,
        modifiers: Vec::new(),
        array: false,
        kind: TypeKind::Builtin,
        raw: raw.trim().to_owned(),
    }
}

/// Reads a PostgreSQL type.
fn postgresql(text: &str) -> ColumnType {
    let all = tokens(Dialect::Postgresql, text);
    if all.is_empty() {
        return ColumnType::unknown("the type is empty");
    }
    let mut reader = Reader { tokens: &all, at: 0 };
    let mut found = reader.type_name(text);
    reader.array(&mut found);
    if reader.at < all.len() {
        // Not a type we can read: the text as it stands, so that equal text still compares equal.
        let words: Vec<&str> = text.split_whitespace().collect();
        found = ColumnType { kind: TypeKind::UserDefined, ..builtin(&words.join(" "), text) };
    }
    found
}

/// Reads a type out of tokens; used for casts inside of expressions too.
pub(crate) struct Reader<'a, 'text> {
    pub(crate) tokens: &'a [Token<'text>],
    pub(crate) at: usize,
}

impl<'text> Reader<'_, 'text> {
    fn peek(&self) -> Option<&Token<'text>> {
        self.tokens.get(self.at)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(found);
        found
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(found);
        found
    }

    /// Reads brackets or the word ARRAY behind a type.
    pub(crate) fn array(&mut self, found: &mut ColumnType) {
        if self.word("array") {
            found.array = true;
        }
        while self.symbol("[") {
            if self.peek().is_some_and(|token| token.kind == Kind::Number) {
                self.at += 1;
            }
            if !self.symbol("]") {
                return;
            }
            found.array = true;
        }
    }

    /// Reads a name with its modifiers, without brackets.
    pub(crate) fn type_name(&mut self, raw: &str) -> ColumnType {
        let Some(first) = self.peek() else { return ColumnType::unknown("the type is empty") };
        let (first_kind, first_text) = (first.kind, first.text.as_ref().to_owned());
        if !matches!(first_kind, Kind::Word | Kind::Quoted) {
            return ColumnType { kind: TypeKind::UserDefined, ..builtin(&first_text, raw) };
        }
        self.at += 1;
        let mut names = vec![first_text];
        while self.peek().is_some_and(|token| token.is_symbol(".")) {
            self.at += 1;
            let Some(next) = self.peek() else { break };
            names.push(next.text.as_ref().to_owned());
            self.at += 1;
        }
        if names.len() == 1
            && first_kind == Kind::Word
            && let Some(found) = self.keyword_type(&names[0], raw)
        {
            return found;
        }
        let name = names.pop().unwrap_or_default();
        let namespace = names.pop();
        let modifiers = self.modifiers();
        let in_catalog = namespace.as_deref().is_none_or(|namespace| namespace == "pg_catalog");
        if in_catalog {
            if let Some(found) = catalog_type(&name, modifiers.clone(), raw) {
                return found;
            }
            // The array type of a built-in one; with any other name a user's own type is meant (`_status` for the
            // time that `status` is rebuilt), since nobody writes the array of one so.
            if let Some(element) = name.strip_prefix('_')
                && let Some(element) = catalog_type(element, modifiers.clone(), raw)
            {
                return ColumnType { array: true, ..element };
            }
        }
        let namespace = namespace.filter(|namespace| namespace != "public" && namespace != "pg_catalog");
        let modifiers = spatial_modifiers(&name, modifiers);
        ColumnType { namespace, modifiers, kind: TypeKind::UserDefined, ..builtin(&name, raw) }
    }

    /// Reads the types that SQL spells with several words, or whose meaning differs from the catalog's name.
    fn keyword_type(&mut self, word: &str, raw: &str) -> Option<ColumnType> {
        let found = match word {
            "int" | "integer" => builtin("integer", raw),
            "bigint" => builtin("bigint", raw),
            "smallint" => builtin("smallint", raw),
            "real" => builtin("real", raw),
            "boolean" => builtin("boolean", raw),
            "double" if self.word("precision") => builtin("double precision", raw),
            "dec" | "decimal" => catalog_type("numeric", self.modifiers(), raw)?,
            "float" => self.float(raw),
            "character" | "char" => self.character(raw),
            "nchar" => self.character(raw),
            "national" if self.word("character") || self.word("char") => self.character(raw),
            "varchar" => catalog_type("varchar", self.modifiers(), raw)?,
            "bit" if self.word("varying") => catalog_type("varbit", self.modifiers(), raw)?,
            "bit" => {
                let modifiers = self.modifiers();
                let modifiers = if modifiers.is_empty() { vec!["1".to_owned()] } else { modifiers };
                ColumnType { modifiers, ..builtin("bit", raw) }
            }
            "time" | "timestamp" => self.time(word, raw),
            "interval" => self.interval(raw),
            _ => builtin(serial_name(word)?, raw),
        };
        Some(found)
    }

    /// `float(p)`: up to 24 binary digits are `real`.
    fn float(&mut self, raw: &str) -> ColumnType {
        let digits = self.modifiers().first().and_then(|digits| digits.parse::<u32>().ok());
        builtin(if digits.is_some_and(|digits| digits <= 24) { "real" } else { "double precision" }, raw)
    }

    fn character(&mut self, raw: &str) -> ColumnType {
        let name = if self.word("varying") { "character varying" } else { "character" };
        let mut modifiers = self.modifiers();
        if modifiers.is_empty() && name == "character" {
            modifiers.push("1".to_owned());
        }
        ColumnType { modifiers, ..builtin(name, raw) }
    }

    fn time(&mut self, word: &str, raw: &str) -> ColumnType {
        let modifiers = self.modifiers();
        let before = self.at;
        let with = self.word("with");
        let zone = (with || self.word("without")) && self.word("time") && self.word("zone");
        if !zone {
            self.at = before;
        }
        let zone = if zone && with { "with" } else { "without" };
        ColumnType { modifiers, ..builtin(&format!("{word} {zone} time zone"), raw) }
    }

    /// `interval [fields] [(p)]`.
    fn interval(&mut self, raw: &str) -> ColumnType {
        const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
        let mut name = "interval".to_owned();
        if let Some(field) = FIELDS.iter().find(|field| self.word(field)) {
            name.push(' ');
            name.push_str(field);
            if self.word("to") {
                for field in FIELDS.iter().filter(|field| self.word(field)).take(1) {
                    name.push_str(" to ");
                    name.push_str(field);
                }
            }
        }
        let modifiers = self.modifiers();
        ColumnType { modifiers, ..builtin(&name, raw) }
    }

    /// Reads `(10, -2)`.
    fn modifiers(&mut self) -> Vec<String> {
        let before = self.at;
        if !self.symbol("(") {
            return Vec::new();
        }
        let mut modifiers = vec![String::new()];
        loop {
            let Some(token) = self.peek() else {
                self.at = before;
                return Vec::new();
            };
            match token.text.as_ref() {
                ")" if token.kind == Kind::Punctuation => break,
                "," if token.kind == Kind::Punctuation => modifiers.push(String::new()),
                text => {
                    let text = text.to_owned();
                    if let Some(last) = modifiers.last_mut() {
                        last.push_str(&text);
                    }
                }
            }
            self.at += 1;
        }
        self.at += 1;
        modifiers.retain(|modifier| !modifier.is_empty());
        modifiers
    }
}

/// Catalog names (`pg_type.typname`) that `format_type()` prints in SQL's words.
const CATALOG_NAMES: [(&str, &str); 14] = [
    ("int4", "integer"),
    ("int8", "bigint"),
    ("int2", "smallint"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("bool", "boolean"),
    ("varchar", "character varying"),
    ("timetz", "time with time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("time", "time without time zone"),
    ("timestamp", "timestamp without time zone"),
    ("varbit", "bit varying"),
    ("interval", "interval"),
    ("numeric", "numeric"),
];

/// Types that are printed under their catalog name.
const PLAIN_NAMES: &[&str] = &[
    "text",
    "bytea",
    "name",
    "json",
    "jsonb",
    "jsonpath",
    "uuid",
    "date",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "money",
    "xml",
    "tsvector",
    "tsquery",
    "oid",
    "xid",
    "xid8",
    "cid",
    "tid",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "regclass",
    "regproc",
    "regprocedure",
    "regoper",
    "regoperator",
    "regtype",
    "regrole",
    "regnamespace",
    "regconfig",
    "regdictionary",
    "regcollation",
    "txid_snapshot",
    "pg_snapshot",
    "pg_lsn",
    "refcursor",
    "aclitem",
    "oidvector",
    "int2vector",
    "void",
    "record",
    "trigger",
    "event_trigger",
    "cstring",
    "internal",
    "any",
    "anyelement",
    "anyarray",
    "anynonarray",
    "anyenum",
    "anyrange",
    "anymultirange",
    "anycompatible",
    "anycompatiblearray",
];

/// Returns a built-in type under its catalog name.
fn catalog_type(name: &str, mut modifiers: Vec<String>, raw: &str) -> Option<ColumnType> {
    let canonical = match name {
        // As catalog names these three differ from the SQL words of the same letters: no implied length.
        "char" => "\"char\"",
        "bit" if modifiers.is_empty() => "\"bit\"",
        "bit" => "bit",
        "bpchar" if modifiers.is_empty() => "bpchar",
        "bpchar" => "character",
        _ => CATALOG_NAMES
            .iter()
            .find(|(catalog, _)| *catalog == name)
            .map(|(_, canonical)| *canonical)
            .or_else(|| PLAIN_NAMES.iter().find(|plain| **plain == name).copied())?,
    };
    if canonical == "numeric" && modifiers.len() == 1 {
        modifiers.push("0".to_owned());
    }
    Some(ColumnType { modifiers, ..builtin(canonical, raw) })
}

/// Spells PostGIS modifiers as `postgis_typmod_out` does: `geometry(POINT, 4326)` is `geometry(Point,4326)`.
fn spatial_modifiers(name: &str, modifiers: Vec<String>) -> Vec<String> {
    const SHAPES: [&str; 15] = [
        "GeometryCollection",
        "CompoundCurve",
        "MultiLineString",
        "MultiPolygon",
        "MultiSurface",
        "MultiPoint",
        "MultiCurve",
        "CircularString",
        "CurvePolygon",
        "LineString",
        "PolyhedralSurface",
        "Geometry",
        "Polygon",
        "Point",
        "Triangle",
    ];
    if !matches!(name, "geometry" | "geography") || modifiers.is_empty() {
        return modifiers;
    }
    let given = modifiers[0].to_ascii_lowercase();
    let shape = SHAPES.iter().find_map(|shape| {
        let dimensions = given.strip_prefix(&shape.to_ascii_lowercase())?;
        matches!(dimensions, "" | "z" | "m" | "zm")
            .then(|| format!("{shape}{}", dimensions.to_ascii_uppercase()))
    });
    let Some(shape) = shape else { return modifiers };
    let reference = match modifiers.get(1).map(String::as_str) {
        None | Some("0" | "-1") if name == "geography" => Some("4326".to_owned()),
        None | Some("0" | "-1") => None,
        Some(given) => Some(given.to_owned()),
    };
    match reference {
        None if shape == "Geometry" => Vec::new(),
        None => vec![shape],
        Some(reference) => vec![shape, reference],
    }
}

/// Reads the declared type of an SQLite column: what was written, in upper case, white space folded.
fn sqlite(text: &str) -> ColumnType {
    let all = tokens(Dialect::Sqlite, text);
    let open = all.iter().position(|token| token.is_symbol("(")).unwrap_or(all.len());
    let join = |part: &[Token<'_>], separator: &str| {
        part.iter().map(|token| token.text.to_uppercase()).collect::<Vec<_>>().join(separator)
    };
    let close = all.iter().rposition(|token| token.is_symbol(")")).unwrap_or(all.len());
    let inner = all.get(open + 1..close).unwrap_or(&[]);
    let modifiers = if inner.is_empty() {
        Vec::new()
    } else {
        inner.split(|token| token.is_symbol(",")).map(|part| join(part, "")).collect()
    };
    let mut name = join(&all[..open], " ");
    let rest = all.get(close + 1..).unwrap_or(&[]);
    if !rest.is_empty() && close >= open {
        // `INT(10) UNSIGNED` is no SQLite syntax, but declarations come from elsewhere too.
        name = format!("{name} {}", join(rest, " "));
    }
    ColumnType { modifiers, ..builtin(name.trim(), text) }
}
