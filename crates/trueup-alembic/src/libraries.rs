//! The stub modules: what trueup knows of each library, as Python text.

use std::rc::Rc;

use trueup_python::ModuleOrigin;

/// Lists stub modules: dotted name, whether it is a package, file. Sorted by name.
const STUBS: &[(&str, bool, &str)] = &[
    ("sqlalchemy", true, include_str!("libraries/sqlalchemy/__init__.py")),
    ("sqlalchemy._elements", false, include_str!("libraries/sqlalchemy/_elements.py")),
    ("sqlalchemy._trueup", false, include_str!("libraries/sqlalchemy/_trueup.py")),
    ("sqlalchemy.dialects", true, include_str!("libraries/sqlalchemy/dialects/__init__.py")),
    ("sqlalchemy.dialects.mssql", true, include_str!("libraries/sqlalchemy/dialects/mssql.py")),
    ("sqlalchemy.dialects.mysql", true, include_str!("libraries/sqlalchemy/dialects/mysql.py")),
    ("sqlalchemy.dialects.oracle", true, include_str!("libraries/sqlalchemy/dialects/oracle.py")),
    ("sqlalchemy.dialects.postgresql", true, include_str!("libraries/sqlalchemy/dialects/postgresql.py")),
    ("sqlalchemy.dialects.sqlite", true, include_str!("libraries/sqlalchemy/dialects/sqlite.py")),
    ("sqlalchemy.exc", false, include_str!("libraries/sqlalchemy/exc.py")),
    ("sqlalchemy.schema", false, include_str!("libraries/sqlalchemy/schema.py")),
    ("sqlalchemy.sql", true, include_str!("libraries/sqlalchemy/sql/__init__.py")),
    ("sqlalchemy.sql.ddl", false, include_str!("libraries/sqlalchemy/sql/ddl.py")),
    ("sqlalchemy.sql.elements", false, include_str!("libraries/sqlalchemy/sql/elements.py")),
    ("sqlalchemy.sql.expression", false, include_str!("libraries/sqlalchemy/sql/expression.py")),
    ("sqlalchemy.sql.functions", false, include_str!("libraries/sqlalchemy/sql/functions.py")),
    ("sqlalchemy.sql.naming", false, include_str!("libraries/sqlalchemy/sql/naming.py")),
    ("sqlalchemy.sql.operators", false, include_str!("libraries/sqlalchemy/sql/operators.py")),
    ("sqlalchemy.sql.schema", false, include_str!("libraries/sqlalchemy/sql/schema.py")),
    ("sqlalchemy.sql.selectable", false, include_str!("libraries/sqlalchemy/sql/selectable.py")),
    ("sqlalchemy.sql.sqltypes", false, include_str!("libraries/sqlalchemy/sql/sqltypes.py")),
    ("sqlalchemy.sql.type_api", false, include_str!("libraries/sqlalchemy/sql/type_api.py")),
    ("sqlalchemy.sql.util", false, include_str!("libraries/sqlalchemy/sql/util.py")),
    ("sqlalchemy.types", false, include_str!("libraries/sqlalchemy/types.py")),
];

/// Tells whether a top-level name is a library that trueup knows.
pub fn is_library(top_level: &str) -> bool {
    STUBS.iter().any(|(name, _, _)| *name == top_level)
}

/// Returns the stub of a module.
pub(crate) fn stub(name: &str) -> Option<ModuleOrigin> {
    let at = STUBS.binary_search_by(|(candidate, _, _)| (*candidate).cmp(name)).ok()?;
    let (name, is_package, text) = STUBS[at];
    Some(ModuleOrigin::Source {
        path: Rc::from(format!("<{name}>")),
        text: Rc::from(text),
        is_package,
        is_library: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_are_sorted_so_that_they_can_be_found() {
        assert!(STUBS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn stubs_are_valid_python() {
        for (name, _, text) in STUBS {
            let (_, errors) = trueup_python::parse(text);
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}
