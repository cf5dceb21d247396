//! The stub modules: what trueup knows of each library, as Python text.

use std::rc::Rc;

use trueup_python::ModuleOrigin;

/// Lists stub modules: dotted name, whether it is a package, file. Sorted by name.
const STUBS: &[(&str, bool, &str)] = &[
    ("advanced_alchemy", true, include_str!("libraries/advanced_alchemy/__init__.py")),
    ("advanced_alchemy.base", false, include_str!("libraries/advanced_alchemy/base.py")),
    ("advanced_alchemy.mixins", true, include_str!("libraries/advanced_alchemy/mixins/__init__.py")),
    ("advanced_alchemy.types", true, include_str!("libraries/advanced_alchemy/types/__init__.py")),
    ("alembic", true, include_str!("libraries/alembic/__init__.py")),
    ("alembic.autogenerate", true, include_str!("libraries/alembic/autogenerate/__init__.py")),
    ("alembic.autogenerate.rewriter", false, include_str!("libraries/alembic/autogenerate/rewriter.py")),
    ("alembic.command", false, include_str!("libraries/alembic/command.py")),
    ("alembic.config", false, include_str!("libraries/alembic/config.py")),
    ("alembic.context", false, include_str!("libraries/alembic/context.py")),
    ("alembic.ddl", true, include_str!("libraries/alembic/ddl/__init__.py")),
    ("alembic.ddl.base", false, include_str!("libraries/alembic/ddl/base.py")),
    ("alembic.ddl.impl", false, include_str!("libraries/alembic/ddl/impl.py")),
    ("alembic.ddl.postgresql", false, include_str!("libraries/alembic/ddl/postgresql.py")),
    ("alembic.ddl.sqlite", false, include_str!("libraries/alembic/ddl/sqlite.py")),
    ("alembic.migration", false, include_str!("libraries/alembic/migration.py")),
    ("alembic.op", false, include_str!("libraries/alembic/op.py")),
    ("alembic.operations", true, include_str!("libraries/alembic/operations/__init__.py")),
    ("alembic.operations.base", false, include_str!("libraries/alembic/operations/base.py")),
    ("alembic.operations.ops", false, include_str!("libraries/alembic/operations/ops.py")),
    ("alembic.runtime", true, include_str!("libraries/alembic/runtime/__init__.py")),
    ("alembic.runtime.environment", false, include_str!("libraries/alembic/runtime/environment.py")),
    ("alembic.runtime.migration", false, include_str!("libraries/alembic/runtime/migration.py")),
    ("alembic.script", true, include_str!("libraries/alembic/script/__init__.py")),
    ("alembic.script.revision", false, include_str!("libraries/alembic/script/revision.py")),
    ("alembic.script.write_hooks", false, include_str!("libraries/alembic/script/write_hooks.py")),
    ("alembic.util", true, include_str!("libraries/alembic/util/__init__.py")),
    ("alembic.util.exc", false, include_str!("libraries/alembic/util/exc.py")),
    ("alembic.util.sqla_compat", false, include_str!("libraries/alembic/util/sqla_compat.py")),
    ("alembic_postgresql_enum", true, include_str!("libraries/alembic_postgresql_enum/__init__.py")),
    ("alembic_utils", true, include_str!("libraries/alembic_utils/__init__.py")),
    ("alembic_utils.pg_extension", false, include_str!("libraries/alembic_utils/pg_extension.py")),
    ("alembic_utils.pg_function", false, include_str!("libraries/alembic_utils/pg_function.py")),
    ("alembic_utils.pg_grant_table", false, include_str!("libraries/alembic_utils/pg_grant_table.py")),
    (
        "alembic_utils.pg_materialized_view",
        false,
        include_str!("libraries/alembic_utils/pg_materialized_view.py"),
    ),
    ("alembic_utils.pg_policy", false, include_str!("libraries/alembic_utils/pg_policy.py")),
    ("alembic_utils.pg_trigger", false, include_str!("libraries/alembic_utils/pg_trigger.py")),
    ("alembic_utils.pg_view", false, include_str!("libraries/alembic_utils/pg_view.py")),
    (
        "alembic_utils.replaceable_entity",
        false,
        include_str!("libraries/alembic_utils/replaceable_entity.py"),
    ),
    ("citext", true, include_str!("libraries/citext/__init__.py")),
    ("fastapi_users_db_sqlalchemy", true, include_str!("libraries/fastapi_users_db_sqlalchemy/__init__.py")),
    (
        "fastapi_users_db_sqlalchemy.access_token",
        false,
        include_str!("libraries/fastapi_users_db_sqlalchemy/access_token.py"),
    ),
    (
        "fastapi_users_db_sqlalchemy.generics",
        false,
        include_str!("libraries/fastapi_users_db_sqlalchemy/generics.py"),
    ),
    ("flask_login", true, include_str!("libraries/flask_login/__init__.py")),
    ("flask_migrate", true, include_str!("libraries/flask_migrate/__init__.py")),
    ("flask_sqlalchemy", true, include_str!("libraries/flask_sqlalchemy/__init__.py")),
    ("flask_sqlalchemy.model", false, include_str!("libraries/flask_sqlalchemy/model.py")),
    ("flask_sqlalchemy.pagination", false, include_str!("libraries/flask_sqlalchemy/pagination.py")),
    ("flask_sqlalchemy.query", false, include_str!("libraries/flask_sqlalchemy/query.py")),
    ("flask_sqlalchemy.session", false, include_str!("libraries/flask_sqlalchemy/session.py")),
    ("geoalchemy2", true, include_str!("libraries/geoalchemy2/__init__.py")),
    ("geoalchemy2.comparator", false, include_str!("libraries/geoalchemy2/comparator.py")),
    ("geoalchemy2.elements", false, include_str!("libraries/geoalchemy2/elements.py")),
    ("geoalchemy2.functions", false, include_str!("libraries/geoalchemy2/functions.py")),
    ("geoalchemy2.shape", false, include_str!("libraries/geoalchemy2/shape.py")),
    ("geoalchemy2.types", false, include_str!("libraries/geoalchemy2/types.py")),
    ("google.protobuf", true, include_str!("libraries/google/protobuf/__init__.py")),
    ("google.protobuf._wire", false, include_str!("libraries/google/protobuf/_wire.py")),
    ("google.protobuf.descriptor", false, include_str!("libraries/google/protobuf/descriptor.py")),
    ("google.protobuf.descriptor_pool", false, include_str!("libraries/google/protobuf/descriptor_pool.py")),
    ("google.protobuf.internal", true, include_str!("libraries/google/protobuf/internal/__init__.py")),
    (
        "google.protobuf.internal.builder",
        false,
        include_str!("libraries/google/protobuf/internal/builder.py"),
    ),
    (
        "google.protobuf.internal.enum_type_wrapper",
        false,
        include_str!("libraries/google/protobuf/internal/enum_type_wrapper.py"),
    ),
    ("google.protobuf.message", false, include_str!("libraries/google/protobuf/message.py")),
    ("google.protobuf.reflection", false, include_str!("libraries/google/protobuf/reflection.py")),
    ("google.protobuf.symbol_database", false, include_str!("libraries/google/protobuf/symbol_database.py")),
    ("lazy_object_proxy", false, include_str!("libraries/lazy_object_proxy.py")),
    ("packaging", true, include_str!("libraries/packaging/__init__.py")),
    ("packaging.version", false, include_str!("libraries/packaging/version.py")),
    ("pgvector", true, include_str!("libraries/pgvector/__init__.py")),
    ("pgvector.sqlalchemy", true, include_str!("libraries/pgvector/sqlalchemy/__init__.py")),
    ("pydantic", true, include_str!("libraries/pydantic/__init__.py")),
    ("sqlalchemy", true, include_str!("libraries/sqlalchemy/__init__.py")),
    ("sqlalchemy._elements", false, include_str!("libraries/sqlalchemy/_elements.py")),
    ("sqlalchemy._trueup", false, include_str!("libraries/sqlalchemy/_trueup.py")),
    ("sqlalchemy.dialects", true, include_str!("libraries/sqlalchemy/dialects/__init__.py")),
    ("sqlalchemy.dialects.mssql", true, include_str!("libraries/sqlalchemy/dialects/mssql.py")),
    ("sqlalchemy.dialects.mysql", true, include_str!("libraries/sqlalchemy/dialects/mysql.py")),
    ("sqlalchemy.dialects.oracle", true, include_str!("libraries/sqlalchemy/dialects/oracle.py")),
    ("sqlalchemy.dialects.postgresql", true, include_str!("libraries/sqlalchemy/dialects/postgresql.py")),
    ("sqlalchemy.dialects.sqlite", true, include_str!("libraries/sqlalchemy/dialects/sqlite.py")),
    ("sqlalchemy.engine", true, include_str!("libraries/sqlalchemy/engine/__init__.py")),
    ("sqlalchemy.engine._empty_query", false, include_str!("libraries/sqlalchemy/engine/_empty_query.py")),
    ("sqlalchemy.engine.base", false, include_str!("libraries/sqlalchemy/engine/base.py")),
    ("sqlalchemy.engine.create", false, include_str!("libraries/sqlalchemy/engine/create.py")),
    ("sqlalchemy.engine.default", false, include_str!("libraries/sqlalchemy/engine/default.py")),
    ("sqlalchemy.engine.interfaces", false, include_str!("libraries/sqlalchemy/engine/interfaces.py")),
    ("sqlalchemy.engine.reflection", false, include_str!("libraries/sqlalchemy/engine/reflection.py")),
    ("sqlalchemy.engine.result", false, include_str!("libraries/sqlalchemy/engine/result.py")),
    ("sqlalchemy.engine.url", false, include_str!("libraries/sqlalchemy/engine/url.py")),
    ("sqlalchemy.event", false, include_str!("libraries/sqlalchemy/event.py")),
    ("sqlalchemy.exc", false, include_str!("libraries/sqlalchemy/exc.py")),
    ("sqlalchemy.ext", true, include_str!("libraries/sqlalchemy/ext/__init__.py")),
    ("sqlalchemy.ext.associationproxy", false, include_str!("libraries/sqlalchemy/ext/associationproxy.py")),
    ("sqlalchemy.ext.asyncio", true, include_str!("libraries/sqlalchemy/ext/asyncio/__init__.py")),
    ("sqlalchemy.ext.asyncio.engine", false, include_str!("libraries/sqlalchemy/ext/asyncio/engine.py")),
    ("sqlalchemy.ext.automap", false, include_str!("libraries/sqlalchemy/ext/automap.py")),
    ("sqlalchemy.ext.compiler", false, include_str!("libraries/sqlalchemy/ext/compiler.py")),
    ("sqlalchemy.ext.declarative", true, include_str!("libraries/sqlalchemy/ext/declarative/__init__.py")),
    ("sqlalchemy.ext.declarative.api", false, include_str!("libraries/sqlalchemy/ext/declarative/api.py")),
    ("sqlalchemy.ext.hybrid", false, include_str!("libraries/sqlalchemy/ext/hybrid.py")),
    ("sqlalchemy.ext.indexable", false, include_str!("libraries/sqlalchemy/ext/indexable.py")),
    ("sqlalchemy.ext.mutable", false, include_str!("libraries/sqlalchemy/ext/mutable.py")),
    ("sqlalchemy.ext.orderinglist", false, include_str!("libraries/sqlalchemy/ext/orderinglist.py")),
    ("sqlalchemy.inspection", false, include_str!("libraries/sqlalchemy/inspection.py")),
    ("sqlalchemy.orm", true, include_str!("libraries/sqlalchemy/orm/__init__.py")),
    ("sqlalchemy.orm._annotations", false, include_str!("libraries/sqlalchemy/orm/_annotations.py")),
    ("sqlalchemy.orm._mapping", false, include_str!("libraries/sqlalchemy/orm/_mapping.py")),
    ("sqlalchemy.orm.attributes", false, include_str!("libraries/sqlalchemy/orm/attributes.py")),
    ("sqlalchemy.orm.collections", false, include_str!("libraries/sqlalchemy/orm/collections.py")),
    ("sqlalchemy.orm.decl_api", false, include_str!("libraries/sqlalchemy/orm/decl_api.py")),
    ("sqlalchemy.orm.decl_base", false, include_str!("libraries/sqlalchemy/orm/decl_base.py")),
    ("sqlalchemy.orm.exc", false, include_str!("libraries/sqlalchemy/orm/exc.py")),
    ("sqlalchemy.orm.interfaces", false, include_str!("libraries/sqlalchemy/orm/interfaces.py")),
    ("sqlalchemy.orm.mapper", false, include_str!("libraries/sqlalchemy/orm/mapper.py")),
    ("sqlalchemy.orm.properties", false, include_str!("libraries/sqlalchemy/orm/properties.py")),
    ("sqlalchemy.orm.query", false, include_str!("libraries/sqlalchemy/orm/query.py")),
    ("sqlalchemy.orm.relationships", false, include_str!("libraries/sqlalchemy/orm/relationships.py")),
    ("sqlalchemy.orm.session", false, include_str!("libraries/sqlalchemy/orm/session.py")),
    ("sqlalchemy.pool", false, include_str!("libraries/sqlalchemy/pool.py")),
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
    ("sqlalchemy_json", false, include_str!("libraries/sqlalchemy_json.py")),
    ("sqlalchemy_utils", true, include_str!("libraries/sqlalchemy_utils/__init__.py")),
    ("sqlalchemy_utils.types", true, include_str!("libraries/sqlalchemy_utils/types/__init__.py")),
    ("sqlalchemy_utils.types.arrow", false, include_str!("libraries/sqlalchemy_utils/types/arrow.py")),
    ("sqlalchemy_utils.types.choice", false, include_str!("libraries/sqlalchemy_utils/types/choice.py")),
    ("sqlalchemy_utils.types.color", false, include_str!("libraries/sqlalchemy_utils/types/color.py")),
    ("sqlalchemy_utils.types.country", false, include_str!("libraries/sqlalchemy_utils/types/country.py")),
    ("sqlalchemy_utils.types.currency", false, include_str!("libraries/sqlalchemy_utils/types/currency.py")),
    ("sqlalchemy_utils.types.email", false, include_str!("libraries/sqlalchemy_utils/types/email.py")),
    (
        "sqlalchemy_utils.types.encrypted",
        true,
        include_str!("libraries/sqlalchemy_utils/types/encrypted/__init__.py"),
    ),
    (
        "sqlalchemy_utils.types.encrypted.encrypted_type",
        false,
        include_str!("libraries/sqlalchemy_utils/types/encrypted/encrypted_type.py"),
    ),
    (
        "sqlalchemy_utils.types.ip_address",
        false,
        include_str!("libraries/sqlalchemy_utils/types/ip_address.py"),
    ),
    ("sqlalchemy_utils.types.json", false, include_str!("libraries/sqlalchemy_utils/types/json.py")),
    ("sqlalchemy_utils.types.locale", false, include_str!("libraries/sqlalchemy_utils/types/locale.py")),
    ("sqlalchemy_utils.types.ltree", false, include_str!("libraries/sqlalchemy_utils/types/ltree.py")),
    ("sqlalchemy_utils.types.password", false, include_str!("libraries/sqlalchemy_utils/types/password.py")),
    (
        "sqlalchemy_utils.types.pg_composite",
        false,
        include_str!("libraries/sqlalchemy_utils/types/pg_composite.py"),
    ),
    (
        "sqlalchemy_utils.types.phone_number",
        false,
        include_str!("libraries/sqlalchemy_utils/types/phone_number.py"),
    ),
    ("sqlalchemy_utils.types.range", false, include_str!("libraries/sqlalchemy_utils/types/range.py")),
    (
        "sqlalchemy_utils.types.scalar_list",
        false,
        include_str!("libraries/sqlalchemy_utils/types/scalar_list.py"),
    ),
    ("sqlalchemy_utils.types.timezone", false, include_str!("libraries/sqlalchemy_utils/types/timezone.py")),
    (
        "sqlalchemy_utils.types.ts_vector",
        false,
        include_str!("libraries/sqlalchemy_utils/types/ts_vector.py"),
    ),
    ("sqlalchemy_utils.types.url", false, include_str!("libraries/sqlalchemy_utils/types/url.py")),
    ("sqlalchemy_utils.types.uuid", false, include_str!("libraries/sqlalchemy_utils/types/uuid.py")),
    ("sqlalchemy_utils.types.weekdays", false, include_str!("libraries/sqlalchemy_utils/types/weekdays.py")),
    ("sqlmodel", true, include_str!("libraries/sqlmodel/__init__.py")),
    ("sqlmodel.ext", true, include_str!("libraries/sqlmodel/ext/__init__.py")),
    ("sqlmodel.ext.asyncio", true, include_str!("libraries/sqlmodel/ext/asyncio/__init__.py")),
    ("sqlmodel.ext.asyncio.session", false, include_str!("libraries/sqlmodel/ext/asyncio/session.py")),
    ("sqlmodel.main", false, include_str!("libraries/sqlmodel/main.py")),
    ("sqlmodel.sql", true, include_str!("libraries/sqlmodel/sql/__init__.py")),
    ("sqlmodel.sql.expression", false, include_str!("libraries/sqlmodel/sql/expression.py")),
    ("sqlmodel.sql.sqltypes", false, include_str!("libraries/sqlmodel/sql/sqltypes.py")),
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
            let errors = trueup_python::parse(text).errors;
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}
