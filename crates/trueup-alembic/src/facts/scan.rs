//! The package scan: which modules may define tables, by a look at their text.

/// What the text of a module that defines tables or their base contains.
const SIGNS: &[&str] = &[
    "__tablename__",
    "Table(",
    "declarative_base",
    "DeclarativeBase",
    "as_declarative",
    "SQLModel",
    "db.Model",
    ".Model)",
    "MetaData(",
    "map_imperatively",
    "mapped_column",
    "registry(",
    "table=True",
];

/// Returns the names of modules that may define tables, from (name, text).
pub fn scan_candidates(modules: &[(&str, &str)]) -> Vec<String> {
    let may_define = |text: &str| {
        let mentions_library =
            ["sqlalchemy", "sqlmodel", "db", "Base", "orm"].iter().any(|word| text.contains(word));
        mentions_library && SIGNS.iter().any(|sign| text.contains(sign))
    };
    modules.iter().filter(|(_, text)| may_define(text)).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::scan_candidates;

    #[test]
    fn modules_with_tables_are_candidates_and_others_are_not() {
        let modules = [
            ("app.models", "from app.db import Base\nclass User(Base):\n    __tablename__ = 'users'\n"),
            ("app.views", "from app.models import User\ndef show(): ...\n"),
            ("app.tables", "from sqlalchemy import Table, MetaData\nt = Table('t', MetaData())\n"),
            ("app.text", "TITLE = 'Table of contents'\n"),
        ];
        assert_eq!(scan_candidates(&modules), ["app.models", "app.tables"]);
    }
}
