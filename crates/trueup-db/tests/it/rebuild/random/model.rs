//! Random tables: what they are, and many ways to write the same.

use std::fmt::Write;

/// xorshift64*; the same seed gives the same cases everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03 | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap_or(0) % bound.max(1)
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ModelColumn {
    pub(super) name: String,
    /// Its name before the batch.
    pub(super) key: String,
    pub(super) declared: String,
    pub(super) not_null: bool,
    pub(super) default: Option<String>,
    pub(super) collation: Option<&'static str>,
    /// Key of the column that it is computed from, and whether it is stored.
    pub(super) computed: Option<(String, bool)>,
    pub(super) is_unique: bool,
    /// `CHECK (x IS NOT -1)` behind it.
    pub(super) checked: bool,
    pub(super) refers: bool,
    /// The text that was written for it at first.
    pub(super) written: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    Unique(Vec<String>),
    Check(String),
    ForeignKey(String),
}

/// An index: name, keys of columns with their direction, whether on an expression of the first, and partial.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ModelIndex {
    pub(super) name: String,
    pub(super) columns: Vec<(String, bool)>,
    pub(super) on_expression: bool,
    pub(super) partial: bool,
}

/// A table `t`; columns are named by their keys. The first is always the integer key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Model {
    pub(super) columns: Vec<ModelColumn>,
    pub(super) rules: Vec<(String, Rule)>,
    pub(super) indexes: Vec<ModelIndex>,
    pub(super) autoincrement: bool,
    pub(super) key_of_table: bool,
    pub(super) strict: bool,
    pub(super) without_rowid: bool,
    /// Names of columns that were dropped.
    pub(super) gone: Vec<String>,
}

pub(super) const NAMES: &[&str] =
    &["a", "bb", "Cc", "select", "x y", "größe", "1st", "q\"q", "t", "d,d", "e)e", "new", "rowid", "f--f"];

/// How a text is written: quotes, comments, white space.
pub(super) struct Style<'r>(pub(super) Option<&'r mut Random>);

impl Style<'_> {
    pub(super) fn name(&mut self, name: &str) -> String {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let Some(random) = &mut self.0 else { return quoted };
        let plain = name.chars().all(|c| c.is_ascii_lowercase()) && !["select", "new", "t"].contains(&name);
        match random.below(4) {
            0 if plain => name.to_owned(),
            1 if !name.contains('"') => format!("[{name}]"),
            2 => format!("`{name}`"),
            _ => quoted,
        }
    }

    fn blank(&mut self) -> &'static str {
        let Some(random) = &mut self.0 else { return " " };
        const BLANKS: &[&str] = &[" ", " ", " ", "\n  ", " /* ,( */ ", " -- c, )'\n"];
        let blank: &&str = random.pick(BLANKS);
        blank
    }

    fn comma(&mut self) -> &'static str {
        let Some(random) = &mut self.0 else { return ", " };
        const COMMAS: &[&str] =
            &[", ", ",\n  ", "\n  , ", ", -- it's\n  ", " /* x */,", ",\n  -- next (\n  "];
        let comma: &&str = random.pick(COMMAS);
        comma
    }
}

impl Model {
    pub(super) fn column(&self, key: &str) -> &ModelColumn {
        self.columns.iter().find(|column| column.key == key).unwrap_or_else(|| panic!("{key}: {self:?}"))
    }

    fn definition(&self, column: &ModelColumn, is_key: bool, style: &mut Style<'_>) -> String {
        let mut text = style.name(&column.name);
        let mut put = |part: String, style: &mut Style<'_>| {
            let blank = style.blank();
            write!(text, "{blank}{part}").unwrap_or_default();
        };
        put(column.declared.clone(), style);
        if is_key && !self.key_of_table {
            let counts = if self.autoincrement { " AUTOINCREMENT" } else { "" };
            put(format!("PRIMARY KEY{counts}"), style);
        }
        if column.not_null {
            put("NOT NULL".to_owned(), style);
        }
        if let Some(default) = &column.default {
            put(format!("DEFAULT {default}"), style);
        }
        if let Some(collation) = column.collation {
            put(format!("COLLATE {collation}"), style);
        }
        if column.is_unique {
            put("UNIQUE".to_owned(), style);
        }
        if column.checked {
            let name = style.name(&column.name);
            put(format!("CHECK ({name} IS NOT -1)"), style);
        }
        if column.refers {
            put("REFERENCES parent (id) ON DELETE SET NULL DEFERRABLE".to_owned(), style);
        }
        if let Some((from, stored)) = &column.computed {
            let from = style.name(&self.column(from).name.clone());
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            // SQLite counts a comment before these words as part of the type.
            put(format!("GENERATED ALWAYS AS ({from} || '!') {kind}"), &mut Style(None));
        }
        text
    }

    fn rule(&self, name: &str, rule: &Rule, style: &mut Style<'_>) -> String {
        let mut named = |key: &String| style.name(&self.column(key).name);
        match rule {
            Rule::Unique(columns) => {
                let columns: Vec<String> = columns.iter().map(&mut named).collect();
                format!("CONSTRAINT {name} UNIQUE ({})", columns.join(", "))
            }
            Rule::Check(column) => format!("CONSTRAINT {name} CHECK ({} IS NOT '~')", named(column)),
            Rule::ForeignKey(column) => {
                format!("CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES parent (id)", named(column))
            }
        }
    }

    /// Returns the statement that creates the table; notes what is written for each column.
    pub(super) fn create(&mut self, style: &mut Style<'_>) -> String {
        let mut parts = Vec::new();
        for at in 0..self.columns.len() {
            let is_key = self.columns[at].key == "id";
            let text = self.definition(&self.columns[at], is_key, style);
            self.columns[at].written.clone_from(&text);
            parts.push(text);
        }
        if self.key_of_table {
            parts.push("PRIMARY KEY (id)".to_owned());
        }
        for (name, rule) in &self.rules {
            parts.push(self.rule(name, rule, style));
        }
        let mut text = format!("CREATE TABLE t ({}", style.blank());
        for (at, part) in parts.iter().enumerate() {
            let comma = if at == 0 { "" } else { style.comma() };
            write!(text, "{comma}{part}").unwrap_or_default();
        }
        let options = [(self.strict, "STRICT"), (self.without_rowid, "WITHOUT ROWID")];
        let options: Vec<&str> =
            options.into_iter().filter(|(on, _)| *on).map(|(_, option)| option).collect();
        format!("{text}{}) {}", style.blank(), options.join(", "))
    }

    /// Returns the statement that creates an index.
    pub(super) fn create_index(&self, index: &ModelIndex, style: &mut Style<'_>) -> String {
        let mut parts = Vec::new();
        for (at, (key, descending)) in index.columns.iter().enumerate() {
            let name = style.name(&self.column(key).name);
            let direction = if *descending { " DESC" } else { "" };
            let is_expression = at == 0 && index.on_expression;
            let key = if is_expression { format!("coalesce({name}, 'none')") } else { name };
            parts.push(format!("{key}{direction}"));
        }
        let predicate = match (index.partial, index.columns.first()) {
            (true, Some((key, _))) => format!(" WHERE {} IS NOT NULL", style.name(&self.column(key).name)),
            _ => String::new(),
        };
        format!("CREATE INDEX {} ON t ({}){predicate}", index.name, parts.join(", "))
    }

    /// Tells whether anything but the column's own definition needs it.
    pub(super) fn is_needed(&self, key: &str) -> bool {
        let computes = |column: &ModelColumn| column.computed.as_ref().is_some_and(|(from, _)| from == key);
        key == "id"
            || self.columns.iter().any(computes)
            || self.rules.iter().any(|(_, rule)| matches!(rule, Rule::Check(column) if column == key))
            || self.indexes.iter().any(|index| index.columns.iter().any(|(column, _)| column == key))
    }
}
