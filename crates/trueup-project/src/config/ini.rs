//! Reads INI files the way Python's `ConfigParser` does, as far as Alembic relies on it.
//!
//! Sections, `key = value` and `key: value`, values that go on in indented lines, `#` and `;` comments at the start
//! of a line, case-insensitive keys, a `DEFAULT` section, and `%(name)s` interpolation with `%%` for a percent sign.

use indexmap::IndexMap;

/// An INI file: sections in order, each with its keys and raw values.
#[derive(Clone, Debug, Default)]
pub struct Ini {
    sections: IndexMap<String, IndexMap<String, Entry>>,
    /// Lines that are neither a section, a key nor a comment: number (from 1) and what is wrong.
    pub problems: Vec<(usize, String)>,
}

/// A raw value and the line it starts in, from 1.
#[derive(Clone, Debug)]
struct Entry {
    value: String,
    line: usize,
}

/// How deeply `%(a)s` may refer to values that refer to values; `ConfigParser` stops at the same depth.
const MAX_INTERPOLATION_DEPTH: usize = 10;

/// How long a value may become; values that repeat each other grow tenfold with every line.
const MAX_VALUE_BYTES: usize = 1 << 20;

impl Ini {
    /// Reads a file's text; what cannot be read becomes a problem, the rest is kept.
    pub fn parse(text: &str) -> Self {
        let mut ini = Self::default();
        let mut section: Option<String> = None;
        let mut key: Option<String> = None;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => {
                ini.problems.push((1, "it starts with a byte order mark, at which Alembic stops".to_owned()));
                rest
            }
            None => text,
        };
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') || content.starts_with(';') {
                continue;
            }
            let indented = line.starts_with([' ', '\t']);
            if indented && let (Some(section), Some(key)) = (&section, &key) {
                if let Some(entry) = ini.sections.get_mut(section).and_then(|entries| entries.get_mut(key)) {
                    entry.value.push('\n');
                    entry.value.push_str(content);
                }
                continue;
            }
            if let Some(name) =
                content.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name)
            {
                if ini.sections.contains_key(name) && name != "DEFAULT" {
                    ini.problems
                        .push((number, format!("there are two sections `[{name}]`: Alembic stops here")));
                }
                ini.sections.entry(name.to_owned()).or_default();
                section = Some(name.to_owned());
                key = None;
                continue;
            }
            let Some(current) = &section else {
                ini.problems.push((number, "a value before the first `[section]`".to_owned()));
                continue;
            };
            let Some(at) = content.find(['=', ':']) else {
                ini.problems
                    .push((number, format!("`{content}` is neither `key = value` nor a `[section]`")));
                continue;
            };
            let name = content[..at].trim().to_lowercase();
            let value = content[at + 1..].trim().to_owned();
            let entries = ini.sections.entry(current.clone()).or_default();
            if entries.contains_key(&name) {
                ini.problems.push((number, format!("`{name}` is set twice: Alembic stops here")));
            }
            entries.insert(name.clone(), Entry { value, line: number });
            key = Some(name);
        }
        ini
    }

    /// Tells whether a section exists.
    pub fn has_section(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// Returns the names of all sections.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }

    /// Returns the keys of a section, those of `DEFAULT` included.
    pub fn keys(&self, section: &str) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for name in ["DEFAULT", section] {
            for key in self.sections.get(name).into_iter().flat_map(IndexMap::keys) {
                if !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
        }
        keys
    }

    /// Returns the line that sets a key, from 1.
    pub fn line(&self, section: &str, key: &str) -> Option<usize> {
        self.sections.get(section)?.get(key).map(|entry| entry.line)
    }

    /// Returns a value with `%(…)s` replaced from the section, `DEFAULT` and `extra`; `Err` names what is missing.
    ///
    /// # Errors
    /// The name in a `%(name)s` that nothing defines, or text that is no valid interpolation.
    pub fn get(&self, section: &str, key: &str, extra: &[(&str, &str)]) -> Option<Result<String, String>> {
        let raw = self.raw(section, key)?;
        Some(self.interpolate(section, raw, extra, 0))
    }

    fn raw(&self, section: &str, key: &str) -> Option<&str> {
        let own = self.sections.get(section).and_then(|entries| entries.get(key));
        own.or_else(|| self.sections.get("DEFAULT")?.get(key)).map(|entry| entry.value.as_str())
    }

    fn interpolate(
        &self,
        section: &str,
        raw: &str,
        extra: &[(&str, &str)],
        depth: usize,
    ) -> Result<String, String> {
        if depth > MAX_INTERPOLATION_DEPTH {
            return Err("values refer to each other in a circle".to_owned());
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                out.push('%');
                rest = after;
            } else if let Some((name, after)) =
                rest.strip_prefix('(').and_then(|inner| inner.split_once(")s"))
            {
                let name = name.to_lowercase();
                if let Some((_, value)) = extra.iter().find(|(key, _)| *key == name) {
                    out.push_str(value);
                } else {
                    let value =
                        self.raw(section, &name).ok_or_else(|| format!("nothing defines `%({name})s`"))?;
                    out.push_str(&self.interpolate(section, value, extra, depth + 1)?);
                }
                if out.len() > MAX_VALUE_BYTES {
                    return Err("the value becomes longer than a megabyte".to_owned());
                }
                rest = after;
            } else {
                return Err("a `%` must be written `%%`, or start `%(name)s`".to_owned());
            }
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, key: &str) -> Result<String, String> {
        Ini::parse(text).get("alembic", key, &[("here", "/project")]).expect("the key is there")
    }

    #[test]
    fn values_are_interpolated_and_percent_signs_unescaped() {
        assert_eq!(
            value("[alembic]\nscript_location = %(here)s/migrations\n", "script_location").unwrap(),
            "/project/migrations"
        );
        assert_eq!(
            value("[alembic]\nfile_template = %%(year)d_%%(rev)s\n", "file_template").unwrap(),
            "%(year)d_%(rev)s"
        );
        assert_eq!(
            value("[DEFAULT]\nroot = db\n[alembic]\nscript_location: %(root)s/m\n", "script_location")
                .unwrap(),
            "db/m"
        );
    }

    #[test]
    fn indented_lines_go_on_with_a_value() {
        let text = "[alembic]\nversion_locations =\n    a\n    # not this\n    b\n[other]\nx = 1\n";
        assert_eq!(value(text, "version_locations").unwrap(), "\na\nb");
    }

    #[test]
    fn bad_interpolation_is_named() {
        assert_eq!(value("[alembic]\na = %(nothing)s\n", "a").unwrap_err(), "nothing defines `%(nothing)s`");
        assert!(value("[alembic]\na = %(b)s\nb = %(a)s\n", "a").unwrap_err().contains("circle"));
        assert!(value("[alembic]\na = 50%\n", "a").unwrap_err().contains("%%"));
    }

    #[test]
    fn values_that_repeat_each_other_stay_small() {
        let mut text = "[alembic]\na0 = xxxxxxxxxx\n".to_owned();
        for level in 1..=9 {
            text.push_str(&format!("a{level} = {}\n", format!("%(a{})s", level - 1).repeat(10)));
        }
        assert!(value(&text, "a9").unwrap_err().contains("megabyte"));
        assert_eq!(value(&text, "a2").unwrap().len(), 1_000);
    }

    #[test]
    fn what_config_parser_refuses_is_a_problem() {
        let ini = Ini::parse("\u{feff}[alembic]\na = 1\na = 2\n[alembic]\nb = 3\n");
        assert_eq!(ini.problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 4]);
        assert!(ini.has_section("alembic"));
    }

    #[test]
    fn lines_that_cannot_be_read_are_reported_with_their_number() {
        let ini = Ini::parse("lost = 1\n[alembic]\nnonsense\nkey = 1\n");
        assert_eq!(ini.problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3]);
        assert!(ini.get("alembic", "key", &[]).is_some());
    }
}
