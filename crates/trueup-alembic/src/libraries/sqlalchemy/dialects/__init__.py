"""Dialects, and the object that types and expressions are compiled for."""
from sqlalchemy.dialects import mysql, postgresql, sqlite


class Dialect:
    """What `bind.dialect` is: enough for code that asks for names and capabilities."""

    paramstyle = "named"
    supports_native_enum = False
    supports_native_boolean = False
    server_version_info = (15, 0)

    def __init__(self, name, driver=None):
        self.name = name
        self.driver = driver if driver is not None else ("psycopg2" if name == "postgresql" else "pysqlite")
        self.supports_native_enum = name == "postgresql"
        self.supports_native_boolean = name == "postgresql"
        self.default_schema_name = "public" if name == "postgresql" else "main"
        self.supports_comments = name == "postgresql"
        self.supports_sequences = name == "postgresql"
        self.supports_alter = name == "postgresql"
        self.max_identifier_length = 63 if name == "postgresql" else 9999
        self.dialect_description = f"{name}+{self.driver}"

    def type_descriptor(self, type_):
        return type_() if isinstance(type_, type) else type_

    def has_table(self, connection, table_name, schema=None, **kw):
        return connection._has_table(table_name, schema)

    @property
    def identifier_preparer(self):
        return IdentifierPreparer(self)

    @property
    def type_compiler(self):
        return TypeCompiler(self)

    @property
    def type_compiler_instance(self):
        return TypeCompiler(self)

    def _compiler(self):
        return SQLCompiler(self)


class IdentifierPreparer:
    def __init__(self, dialect=None):
        ...

    def quote(self, name, force=None):
        from sqlalchemy._operators import quote

        return quote(name, self.dialect)

    def quote_identifier(self, name):
        return '"' + name.replace('"', '""') + '"'

    quote_schema = quote

    def format_table(self, table, use_schema=True, name=None):
        schema = f"{self.quote(table.schema)}." if use_schema and table.schema else ""
        return schema + self.quote(name or table.name)

    def format_column(self, column, **kw):
        return self.quote(column.name)

    def format_sequence(self, sequence, **kw):
        return self.quote(sequence.name)


class TypeCompiler:
    def __init__(self, dialect):
        ...

    def process(self, type_, **kw):
        return type_._compile(self.dialect)


class SQLCompiler:
    """What functions decorated with `@compiles` get as their compiler."""

    def __init__(self, dialect):
        self.dialect = dialect
        self.preparer = IdentifierPreparer(dialect)
        self.type_compiler = TypeCompiler(dialect)
        self.sql_compiler = self

    def process(self, element, **kw):
        from sqlalchemy._elements import _sql_of
        from sqlalchemy.types import TypeEngine

        if isinstance(element, TypeEngine):
            return element._compile(self.dialect)
        return _sql_of(element, self.dialect)

    def visit_unary(self, element, **kw):
        return self.process(element)

    def visit_function(self, element, **kw):
        return f"{element.name}({', '.join([self.process(clause) for clause in element.clauses])})"

    def render_literal_value(self, value, type_):
        from sqlalchemy._elements import _literal_sql

        return _literal_sql(value, self.dialect, type_)

    def __getattr__(self, name):
        if name.startswith("visit_"):
            # The compiler's visitor of a type: the text the type has without its own rule.
            return lambda element, **kw: element._compile(self.dialect)
        raise AttributeError(name)
