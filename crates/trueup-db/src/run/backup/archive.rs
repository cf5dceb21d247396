//! What `pg_restore` tells of an archive: its head and list as text, its data as `COPY` blocks.
//!
//! Nothing is run and no file is opened here. Source of the forms: what `pg_restore --list` and `pg_restore --data-only`
//! of PostgreSQL 15 print; the tests hold pieces of both.

use std::collections::BTreeSet;
use std::io::{self, BufRead};

use trueup_schema::ObjectName;

use super::programs::major_in;

/// The list of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// The database that it was made of.
    pub(super) database: String,
    /// Major version of the `pg_dump` that made it.
    pub(super) dumped_by: u32,
    /// Its tables, foreign ones too, each `NAMESPACE NAME OWNER`.
    tables: BTreeSet<String>,
}

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableData {
    pub(super) name: ObjectName,
    pub(super) rows: u64,
    /// The rows themselves, where they were wanted.
    pub(super) texts: Vec<String>,
}

impl Contents {
    /// Reads what `pg_restore --list` prints.
    pub(super) fn read(list: &str) -> Self {
        let mut contents = Self::default();
        for line in list.lines() {
            if let Some(comment) = line.strip_prefix(';') {
                match comment.trim().split_once(": ") {
                    Some(("dbname", name)) => name.clone_into(&mut contents.database),
                    Some(("Dumped by pg_dump version", version)) => {
                        contents.dumped_by = major_in(version).unwrap_or_default();
                    }
                    _ => {}
                }
            } else if let Some(table) = table_of(line) {
                contents.tables.insert(table.to_owned());
            }
        }
        contents
    }

    /// Returns how many tables the archive creates.
    pub(super) fn tables(&self) -> usize {
        self.tables.len()
    }

    /// Tells whether the archive creates a table, rather than adding rows to one that an extension creates.
    pub(super) fn creates(&self, table: &ObjectName) -> bool {
        let namespace = table.namespace.as_deref().unwrap_or_default();
        let beginning = format!("{namespace} {} ", table.name);
        self.tables.range(beginning.clone()..).next().is_some_and(|entry| entry.starts_with(&beginning))
    }
}

/// Returns `NAMESPACE NAME OWNER` of an entry such as `215; 1259 16389 TABLE public book app`.
fn table_of(line: &str) -> Option<&str> {
    let (_id, entry) = line.split_once("; ")?;
    let mut words = entry.splitn(3, ' ');
    let (_class, _oid, entry) = (words.next()?, words.next()?, words.next()?);
    let table = entry.strip_prefix("FOREIGN TABLE ").or_else(|| entry.strip_prefix("TABLE "))?;
    let is_other = ["DATA ", "ATTACH "].iter().any(|word| table.starts_with(word));
    (!is_other).then_some(table)
}

/// Reads what `pg_restore --data-only` writes to its end; keeps the rows of tables with the name `kept`.
pub(super) fn read_data(mut output: impl BufRead, kept: &str) -> io::Result<Vec<TableData>> {
    let mut tables: Vec<TableData> = Vec::new();
    let mut open: Option<TableData> = None;
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        match &mut open {
            Some(_) if line == b"\\.\n" => tables.extend(open.take()),
            Some(table) => {
                table.rows += 1;
                if table.name.name == kept {
                    table.texts.push(String::from_utf8_lossy(line.trim_ascii_end()).into_owned());
                }
            }
            None => {
                let name = std::str::from_utf8(&line).ok().and_then(copied_table);
                open = name.map(|name| TableData { name, rows: 0, texts: Vec::new() });
            }
        }
        line.clear();
    }
    match open {
        Some(table) => Err(io::Error::other(format!("the rows of `{}` have no end", table.name))),
        None => Ok(tables),
    }
}

/// Returns the table of `COPY public."my table" (id, name) FROM stdin;`.
fn copied_table(line: &str) -> Option<ObjectName> {
    let rest = line.strip_prefix("COPY ")?;
    if !line.trim_end().ends_with(" FROM stdin;") {
        return None;
    }
    let (namespace, rest) = identifier(rest)?;
    let (name, _) = identifier(rest.strip_prefix('.')?)?;
    Some(ObjectName { namespace: Some(namespace), name })
}

/// Reads an identifier, quoted or not, and returns what follows it.
fn identifier(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', ' ', '('])?;
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let (before, after) = rest.split_once('"')?;
        name.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = ";\n; Archive created at 2026-11-21 12:00:00 UTC\n;     dbname: my app\n;     TOC Entries: 9\n\
        ;     Dumped from database version: 15.18 (Debian 15.18-0+deb12u1)\n\
        ;     Dumped by pg_dump version: 16.2\n;\n; Selected TOC Entries:\n;\n\
        215; 1259 16389 TABLE public book app\n216; 1259 16390 FOREIGN TABLE far book app\n\
        3299; 0 16389 TABLE DATA public book app\n3300; 0 0 TABLE DATA public spatial_ref_sys app\n\
        3147; 0 0 TABLE ATTACH public part app\n3151; 0 0 COMMENT public TABLE book app\n\
        214; 1259 16388 SEQUENCE public book_id_seq app\n";

    #[test]
    fn the_list_names_database_version_and_tables() {
        let contents = Contents::read(LIST);
        assert_eq!((contents.database.as_str(), contents.dumped_by, contents.tables()), ("my app", 16, 2));
        let creates = |name: &str| {
            contents.creates(&ObjectName { namespace: Some("public".to_owned()), name: name.to_owned() })
        };
        assert!(creates("book"));
        assert!(!creates("boo"), "the beginning of a name is another name");
        assert!(!creates("spatial_ref_sys"), "an extension creates it");
    }

    #[test]
    fn rows_are_counted_between_copy_and_its_end() {
        let data = "SET x = 1;\nCOPY public.book (id, name) FROM stdin;\n1\ta\n2\tCOPY x.y (a) FROM stdin;\n\\.\n\n\
            COPY \"My \"\"x\"\".\".alembic_version (version_num) FROM stdin;\na1\n\\.\nSELECT 1;\n";
        let tables = read_data(data.as_bytes(), "alembic_version").expect("complete");
        assert_eq!((tables[0].name.to_string().as_str(), tables[0].rows), ("public.book", 2));
        assert_eq!(tables[1].name.namespace.as_deref(), Some("My \"x\"."));
        assert_eq!(tables[1].texts, ["a1"]);
        assert_eq!(tables.len(), 2);
        let cut = "COPY public.book (id) FROM stdin;\n1\n";
        assert!(read_data(cut.as_bytes(), "").is_err());
    }
}
