//! `post_write_hooks`: what a project runs on every new revision file.

/// The section of alembic.ini.
pub(super) const SECTION: &str = "post_write_hooks";

/// Something that is run on a new revision file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    /// Its name.
    pub name: String,
    /// `type`, `options`, `cwd` and what its type needs.
    pub values: Vec<(String, String)>,
}

impl Hook {
    /// Returns one of its values.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Returns the hooks of a section: `hooks` names them, their values are `name.key`.
pub(super) fn from_ini(values: &[(String, String)]) -> Vec<Hook> {
    let names = values.iter().find(|(key, _)| key == "hooks").map(|(_, names)| names.as_str());
    let names = names.unwrap_or_default().split([',', ' ', '\n']).filter(|name| !name.is_empty());
    let hook = |name: &str| {
        let own = |(key, value): &(String, String)| {
            Some((key.strip_prefix(name)?.strip_prefix('.')?.to_owned(), value.clone()))
        };
        Hook { name: name.to_owned(), values: values.iter().filter_map(own).collect() }
    };
    names.map(hook).collect()
}

/// Returns the hooks of `[[tool.alembic.post_write_hooks]]`.
pub(super) fn from_toml(hooks: &toml::Value, unescape: impl Fn(&str) -> String) -> Vec<Hook> {
    let tables = hooks.as_array().into_iter().flatten().filter_map(toml::Value::as_table);
    let hook = |table: &toml::Table| {
        let texts = table.iter().filter_map(|(key, value)| Some((key.clone(), unescape(value.as_str()?))));
        let (name, values): (Vec<_>, Vec<_>) = texts.partition(|(key, _)| key == "name");
        Hook { name: name.into_iter().map(|(_, name)| name).next().unwrap_or_default(), values }
    };
    tables.map(hook).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_are_named_in_one_value_and_told_in_others() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let hooks = from_ini(&[
            pair("hooks", "ruff, black"),
            pair("ruff.type", "exec"),
            pair("ruff.executable", "ruff"),
            pair("black.type", "console_scripts"),
            pair("blacker.type", "module"),
        ]);
        assert_eq!(hooks.iter().map(|hook| hook.name.as_str()).collect::<Vec<_>>(), ["ruff", "black"]);
        assert_eq!(hooks[0].value("executable"), Some("ruff"));
        assert_eq!((hooks[1].value("type"), hooks[1].values.len()), (Some("console_scripts"), 1));
    }

    #[test]
    fn hooks_of_toml_are_tables() {
        let document: toml::Table =
            toml::from_str("[[hooks]]\nname = \"ruff\"\ntype = \"module\"\ncwd = \"%(here)s/x\"\n")
                .expect("it is TOML");
        let hooks = from_toml(&document["hooks"], |text| text.replace("%(here)s", "/p"));
        assert_eq!(hooks[0].name, "ruff");
        assert_eq!((hooks[0].value("type"), hooks[0].value("cwd")), (Some("module"), Some("/p/x")));
    }
}
