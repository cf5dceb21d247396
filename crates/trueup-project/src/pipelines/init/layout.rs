//! The templates of `init`: which files each has.

/// A template of `init`.
#[derive(Debug)]
pub struct Template {
    /// Its name, as Alembic calls it.
    pub name: &'static str,
    /// What it is, in a few words.
    pub summary: &'static str,
    /// Names and texts of the files in the folder.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// alembic.ini; `{script_location}` stands for the folder.
    pub(super) ini: &'static str,
    /// `[tool.alembic]` of pyproject.toml, where the template has it.
    pub(super) toml: Option<&'static str>,
}

const SCRIPT: &str = include_str!("templates/script.py.mako");
const ENV: &str = include_str!("templates/env.py");
const ASYNC_ENV: &str = include_str!("templates/async_env.py");
const INI: &str = include_str!("templates/alembic.ini");
const CONNECTION_INI: &str = include_str!("templates/connection.ini");
const TOML: &str = include_str!("templates/pyproject.toml");

/// All templates, the usual one first.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "generic",
        summary: "one database",
        files: &[("env.py", ENV), ("README", "Migrations of one database.\n"), ("script.py.mako", SCRIPT)],
        ini: INI,
        toml: None,
    },
    Template {
        name: "async",
        summary: "one database with an asynchronous driver",
        files: &[
            ("env.py", ASYNC_ENV),
            ("README", "Migrations of one database, run by an asynchronous driver.\n"),
            ("script.py.mako", SCRIPT),
        ],
        ini: INI,
        toml: None,
    },
    Template {
        name: "multidb",
        summary: "several databases with one history",
        files: &[
            ("env.py", include_str!("templates/multidb_env.py")),
            ("README", include_str!("templates/multidb_README")),
            ("script.py.mako", include_str!("templates/multidb_script.py.mako")),
        ],
        ini: include_str!("templates/multidb.ini"),
        toml: None,
    },
    Template {
        name: "pyproject",
        summary: "one database, configured in pyproject.toml",
        files: &[
            ("env.py", ENV),
            ("README", "Migrations of one database; their settings are in pyproject.toml.\n"),
            ("script.py.mako", SCRIPT),
        ],
        ini: CONNECTION_INI,
        toml: Some(TOML),
    },
    Template {
        name: "pyproject_async",
        summary: "one database with an asynchronous driver, configured in pyproject.toml",
        files: &[
            ("env.py", ASYNC_ENV),
            (
                "README",
                "Migrations of one database, run by an asynchronous driver; their settings are in pyproject.toml.\n",
            ),
            ("script.py.mako", SCRIPT),
        ],
        ini: CONNECTION_INI,
        toml: Some(TOML),
    },
];
