"""SQLAlchemy's DDL elements: MetaData, Table, Column, constraints, indexes, sequences.

They only remember what was said and to whom it belongs; turning them into a schema is done by trueup, which reads
these objects' attributes. Source: SQLAlchemy 2.0 `sql/schema.py`.
"""
from sqlalchemy import types as _types
from sqlalchemy._elements import (
    ClauseElement,
    ColumnClause,
    ColumnCollection,
    ColumnElement,
    Executable,
    FromClause,
    TableClause,
    TextClause,
    next_value,
    quoted_name,
    text,
)
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy._trueup import copy_object, is_unknown, note_unknown, type_instance

BLANK_SCHEMA = "__blank_schema__"
RETAIN_SCHEMA = "__retain_schema__"
SCHEMA_DEFAULT = None
NULL_UNSPECIFIED = "__null_unspecified__"

DEFAULT_NAMING_CONVENTION = {"ix": "ix_%(column_0_label)s"}


class conv(str):
    """A name that no convention may change: `op.f("…")`."""


class _NoneName:
    ...


_NONE_NAME = _NoneName()


class SchemaItem:
    info = None
    comment = None
    _ddl_if = None

    def ddl_if(self, dialect=None, callable_=None, state=None):
        if dialect is not None:
            self._ddl_if = (dialect,) if isinstance(dialect, str) else tuple(dialect)
        return self

    def _set_parent(self, parent):
        pass


class SchemaConst:
    BLANK_SCHEMA = BLANK_SCHEMA


_ALL_METADATA = []


class MetaData(SchemaItem):
    bind = None

    def __init__(self, bind=None, schema=None, quote_schema=None, naming_convention=None, info=None):
        if isinstance(bind, str):
            schema = bind
        # A namespace that only the environment knows is taken for the default one, and noted.
        self.schema = None if note_unknown("MetaData", schema, "the schema") else schema
        self.naming_convention = naming_convention if naming_convention else DEFAULT_NAMING_CONVENTION
        self._tables = {}
        self.info = info if info is not None else {}
        self._sequences = {}
        self._types = []
        self._duplicates = []
        self._detached = []
        _ALL_METADATA.append(self)

    @property
    def tables(self):
        self._before_listing()
        return self._tables

    @property
    def sorted_tables(self):
        tables = list(self.tables.values())
        tables.sort(key=lambda table: table.key)
        found = []
        for table in tables:
            _after_referenced(table, found, [])
        return found

    def _before_listing(self):
        ...

    def create_all(self, bind=None, tables=None, checkfirst=True, **kw):
        ...

    def drop_all(self, bind=None, tables=None, checkfirst=True, **kw):
        ...

    def reflect(self, bind=None, schema=None, views=False, only=None, extend_existing=False, autoload_replace=True, resolve_fks=True, **kw):
        ...

    def clear(self):
        self._tables.clear()

    def remove(self, table):
        self._tables.pop(table.key, None)

    def __contains__(self, key):
        return (key if isinstance(key, str) else key.key) in self.tables

    def __bool__(self):
        return True


def _after_referenced(table, found, above):
    """Appends a table to those that are sorted, after the tables that its foreign keys refer to."""
    if table in found or table in above:
        return
    for key in table._foreign_keys:
        target = key.target_fullname.rpartition(".")[0]
        referenced = table.metadata._tables.get(target)
        if referenced is not None and not key.use_alter:
            _after_referenced(referenced, found, above + [table])
    found.append(table)


class Table(SchemaItem, FromClause):
    __visit_name__ = "table"
    _prefixes = ()
    comment = None

    def __new__(cls, *args, **kw):
        # A second `Table("t", metadata)` of the same metadata is the first one, unless it is a new definition.
        if len(args) >= 2 and isinstance(args[1], MetaData):
            schema = kw.get("schema", None)
            if schema is None or is_unknown(schema):
                schema = args[1].schema
            elif schema == BLANK_SCHEMA:
                schema = None
            key = args[0] if schema is None else f"{schema}.{args[0]}"
            existing = args[1]._tables.get(key)
            if existing is not None:
                if len(args) == 2 and not kw.get("autoload_with"):
                    return existing
                if kw.get("keep_existing"):
                    return existing
                if kw.get("extend_existing"):
                    return existing
                args[1]._duplicates.append(existing)
        return object.__new__(cls)

    def __init__(self, name, metadata, *args, **kw):
        if "_all_columns" in self.__dict__:
            if kw.get("extend_existing") and not kw.get("keep_existing"):
                for item in args:
                    self._attach(item)
            return
        self.name = str(name)
        self.metadata = metadata
        schema = kw.pop("schema", None)
        if schema is None or note_unknown(self.name, schema, "the schema"):
            schema = metadata.schema
        elif schema == BLANK_SCHEMA:
            schema = None
        self.schema = schema
        self.key = self.name if schema is None else f"{schema}.{self.name}"
        self.fullname = self.key
        self._all_columns = {}
        self.constraints = set()
        self.indexes = set()
        self._foreign_keys = []
        self._prefixes = kw.pop("prefixes", None) or ()
        self.comment = kw.pop("comment", None)
        self.info = kw.pop("info", None) or {}
        self.implicit_returning = kw.pop("implicit_returning", True)
        autoload_with = kw.pop("autoload_with", None)
        autoload = kw.pop("autoload", False)
        self._extends_existing = bool(kw.pop("extend_existing", False) or kw.pop("keep_existing", False))
        kw.pop("keep_existing", None)
        self.kwargs = kw
        metadata._tables[self.key] = self
        if autoload_with is not None or autoload:
            self._autoload(autoload_with, args)
        for item in args:
            self._attach(item)

    def _autoload(self, bind, args):
        ...

    def _attach(self, item):
        if is_unknown(item):
            # A constraint or option that nothing is known of must not take the table along.
            note_unknown(self.name, item, "an item")
            return
        if isinstance(item, SchemaItem):
            item._set_parent(self)
            return
        if item is None:
            return
        if isinstance(item, (list, tuple)):
            for inner in item:
                self._attach(inner)
            return
        if hasattr(item, "__clause_element__"):
            item = item.__clause_element__()
        item._set_parent(self)

    @property
    def c(self):
        return ColumnCollection(self._all_columns)

    @property
    def columns(self):
        return ColumnCollection(self._all_columns)

    @property
    def primary_key(self):
        for constraint in self.constraints:
            if isinstance(constraint, PrimaryKeyConstraint):
                return constraint
        key = PrimaryKeyConstraint()
        key.columns = [column for column in self._all_columns.values() if column.primary_key]
        key.table = self
        return key

    @property
    def foreign_keys(self):
        return set(self._foreign_keys)

    @property
    def foreign_key_constraints(self):
        return set([item for item in self.constraints if isinstance(item, ForeignKeyConstraint)])

    def append_column(self, column, replace_existing=False):
        column._set_parent(self)

    def append_constraint(self, constraint):
        constraint._set_parent(self)

    def add_is_dependent_on(self, table):
        pass

    def exists(self, bind=None):
        ...

    def create(self, bind=None, checkfirst=False):
        ...

    def drop(self, bind=None, checkfirst=False):
        ...

    def to_metadata(self, metadata, schema=RETAIN_SCHEMA, referred_schema_fn=None, name=None):
        if schema == RETAIN_SCHEMA:
            schema = self.schema
        new = Table(name or self.name, metadata, *[column._copy(with_keys=True) for column in self._all_columns.values()], schema=schema, comment=self.comment, **self.kwargs)
        new._copied_from = self
        for constraint in self.constraints:
            if not getattr(constraint, "_column_flag", False):
                new._attach(constraint.copy())
        for index in self.indexes:
            if not index._column_flag:
                expressions = [item.__clause_element__() if hasattr(item, "__clause_element__") else item for item in index.expressions]
                expressions = [new._all_columns[item.key] if isinstance(item, Column) else item for item in expressions]
                Index(index.name, *expressions, unique=index.unique, _table=new, **index.kwargs)
        return new

    tometadata = to_metadata

    def alias(self, *args, **kw):
        return TableClause.alias(self, *args, **kw)

    def select(self, *args, **kw):
        return TableClause.select(self, *args, **kw)

    def insert(self, *args, **kw):
        return TableClause.insert(self, *args, **kw)

    def update(self, *args, **kw):
        return TableClause.update(self, *args, **kw)

    def delete(self, *args, **kw):
        return TableClause.delete(self, *args, **kw)

    def join(self, *args, **kw):
        return TableClause.join(self, *args, **kw)

    def outerjoin(self, *args, **kw):
        return TableClause.outerjoin(self, *args, **kw)

    def count(self, *args, **kw):
        return TableClause.count(self)

    def __str__(self):
        return self.key


class Column(SchemaItem, ColumnClause):
    __visit_name__ = "column"
    inherit_cache = True
    table = None
    server_onupdate = None
    _creation_order = 0

    def __init__(self, *args, **kwargs):
        ...

    def _set_parent(self, table):
        ...

    @property
    def foreign_keys(self):
        return set(self._foreign_keys)

    def references(self, column):
        return any([key._references(column) for key in self._foreign_keys])

    def append_foreign_key(self, key):
        key.parent = self
        self._foreign_keys.append(key)

    def copy(self, **kw):
        return self._copy(**kw)

    def _copy(self, **kw):
        ...

    def __clause_element__(self):
        return self

    def __hash__(self):
        return id(self)


class ForeignKey(SchemaItem):
    parent = None
    constraint = None

    def __init__(
        self,
        column,
        _constraint=None,
        use_alter=False,
        name=None,
        onupdate=None,
        ondelete=None,
        deferrable=None,
        initially=None,
        link_to_name=False,
        match=None,
        info=None,
        comment=None,
        _unresolvable=False,
        **dialect_kw,
    ):
        ...

    def _set_parent(self, column):
        self.parent = column

    def _copy(self, **kw):
        return copy_object(self)

    copy = _copy

    @property
    def target_fullname(self):
        target = getattr(self, "_spec", None) or self.column
        if isinstance(target, str):
            return target
        if hasattr(target, "__clause_element__"):
            target = target.__clause_element__()
        return f"{target.table.fullname}.{target.key}"

    def _references(self, column):
        return self.target_fullname == f"{column.table.fullname}.{column.key}"


class DefaultGenerator(Executable, SchemaItem):
    def _set_parent(self, column):
        column.default = self


class ColumnDefault(DefaultGenerator):
    def __init__(self, arg, **kw):
        ...


class FetchedValue(SchemaItem):
    is_server_default = True

    def __init__(self, for_update=False):
        ...

    def _set_parent(self, column):
        column.server_default = self


class DefaultClause(FetchedValue):
    def __init__(self, arg, for_update=False, _reflected=False):
        ...


PassiveDefault = DefaultClause


class Sequence(DefaultGenerator, ColumnElement):
    __visit_name__ = "sequence"

    def __init__(
        self,
        name,
        start=None,
        increment=None,
        minvalue=None,
        maxvalue=None,
        nominvalue=None,
        nomaxvalue=None,
        cycle=None,
        schema=None,
        cache=None,
        order=None,
        data_type=None,
        optional=False,
        quote=None,
        metadata=None,
        quote_schema=None,
        for_update=False,
    ):
        self.name = name
        self.start = start
        self.increment = increment
        self.minvalue = minvalue
        self.maxvalue = maxvalue
        self.cycle = cycle
        self.schema = schema
        self.cache = cache
        self.data_type = type_instance(data_type) if data_type is not None else None
        self.optional = optional
        self.metadata = metadata
        if metadata is not None:
            if schema is None and metadata.schema is not None:
                self.schema = metadata.schema
            metadata._sequences[name] = self

    def next_value(self):
        return next_value(self)

    def create(self, bind=None, checkfirst=True):
        ...

    def drop(self, bind=None, checkfirst=True):
        ...

    def _set_parent(self, column):
        column.default = self


class Computed(FetchedValue):
    __visit_name__ = "computed_column"

    def __init__(self, sqltext, persisted=None):
        ...

    def _set_parent(self, column):
        column.computed = self


class IdentityOptions:
    ...


class Identity(FetchedValue):
    __visit_name__ = "identity_column"

    def __init__(
        self,
        always=False,
        on_null=None,
        start=None,
        increment=None,
        minvalue=None,
        maxvalue=None,
        nominvalue=None,
        nomaxvalue=None,
        cycle=None,
        cache=None,
        order=None,
    ):
        ...

    def _set_parent(self, column):
        column.identity = self


class Constraint(SchemaItem):
    __visit_name__ = "constraint"
    name = None
    table = None
    parent = None
    deferrable = None
    initially = None
    _column_flag = False

    def _set_parent(self, parent):
        self.table = parent
        self.parent = parent
        # Columns of a table attach it by themselves, and the table's arguments do once more: hence a set.
        parent.constraints.add(self)

    def copy(self, **kw):
        return self._copy(**kw)

    def _copy(self, **kw):
        new = copy_object(self)
        new.table = None
        new.parent = None
        return new


class ColumnCollectionMixin:
    ...


class ColumnCollectionConstraint(ColumnCollectionMixin, Constraint):
    """A constraint over columns; the columns may be named by strings until a table is known."""

    def __init__(self, *columns, name=None, deferrable=None, initially=None, info=None, comment=None, **dialect_kw):
        self.columns = list(columns)
        self.name = name
        self.deferrable = deferrable
        self.initially = initially
        self.info = info
        self.comment = comment
        self.dialect_kw = dialect_kw
        _attach_to_table_of(self, columns)

    def _copy(self, **kw):
        new = copy_object(self)
        new.table = None
        new.parent = None
        new.columns = [column if isinstance(column, str) else column.key for column in self.columns]
        return new

    def __iter__(self):
        return iter(self.columns)

    def __len__(self):
        return len(self.columns)

    def contains_column(self, column):
        return any([item is column or item == getattr(column, "key", None) for item in self.columns if isinstance(item, str) or item is column])


def _attach_to_table_of(item, columns):
    """An index or constraint over columns that belong to a table joins that table by itself."""
    found = [_column_of(column) for column in columns if is_unknown(column) or not isinstance(column, str)]
    for column in found:
        if column is not None and isinstance(column.table, Table):
            item._set_parent(column.table)
            return
    for column in found:
        if column is not None:
            column._waiting.append(item)
            return


def _column_of(value):
    if not is_unknown(value) and isinstance(value, Column):
        return value
    if hasattr(value, "__clause_element__"):
        value = value.__clause_element__()
    if isinstance(value, Column):
        return value
    for name in ("element", "clause", "left"):
        inner = getattr(value, name, None) if isinstance(value, ClauseElement) else None
        if inner is not None and inner is not value:
            found = _column_of(inner)
            if found is not None:
                return found
    for inner in getattr(value, "clause_args", ()) if isinstance(value, ClauseElement) else ():
        found = _column_of(inner)
        if found is not None:
            return found
    return None


def _columns_in(table, items):
    """Columns and expressions, with the table's columns for keys."""
    known = table._all_columns if table is not None else {}
    return [known.get(item, item) if isinstance(item, str) else item for item in items]


def _columns_of(expression):
    """The columns of tables that an expression mentions, in the order in which SQLAlchemy finds them: breadth first."""
    found = []
    level = [expression]
    for _ in range(40):
        following = []
        for item in level:
            if is_unknown(item):
                continue
            if not isinstance(item, Column) and hasattr(item, "__clause_element__"):
                item = item.__clause_element__()
            if isinstance(item, Column):
                found.append(item)
            elif isinstance(item, ClauseElement):
                following.extend(item._children())
            elif isinstance(item, (list, tuple)):
                following.extend(item)
        level = following
        if not level:
            break
    return found


def _name_token(function, kind, subject, table):
    """Calls a function of a naming convention with a constraint as SQLAlchemy has it once its table is known."""
    if isinstance(subject, ForeignKey):
        named = ForeignKeyConstraint([subject.parent], [subject.column], name=subject.name)
    elif subject is None:
        named = PrimaryKeyConstraint()
        named.columns = [column for column in table._all_columns.values() if column.primary_key]
    elif isinstance(subject, Column):
        named = {"uq": UniqueConstraint, "ck": ColumnCollectionConstraint, "ix": _ColumnIndex}[kind]()
        named.columns = [subject]
    else:
        named = copy_object(subject)
    named.table = table
    named.parent = table
    if not isinstance(named, Index):
        if isinstance(named, CheckConstraint):
            named.columns = _columns_of(named.sqltext)
        elif isinstance(named, PrimaryKeyConstraint) and not named.columns:
            named.columns = [column for column in table._all_columns.values() if column.primary_key]
        columns = _columns_in(table, named.columns)
        named.columns = ColumnCollection({getattr(column, "key", column): column for column in columns})
    return function(named, table)


class PrimaryKeyConstraint(ColumnCollectionConstraint):
    __visit_name__ = "primary_key_constraint"

    def _set_parent(self, table):
        self.table = table
        self.parent = table
        for item in [item for item in table.constraints if isinstance(item, PrimaryKeyConstraint)]:
            table.constraints.discard(item)
        table.constraints.add(self)


class UniqueConstraint(ColumnCollectionConstraint):
    __visit_name__ = "unique_constraint"


class CheckConstraint(Constraint):
    __visit_name__ = "table_or_column_check_constraint"

    def __init__(
        self,
        sqltext,
        name=None,
        deferrable=None,
        initially=None,
        table=None,
        info=None,
        _create_rule=None,
        _autoattach=True,
        _type_bound=False,
        comment=None,
        **dialect_kw,
    ):
        self.sqltext = text(sqltext) if isinstance(sqltext, str) else sqltext
        self.name = name
        self.deferrable = deferrable
        self.initially = initially
        self.info = info
        self.comment = comment
        self.dialect_kw = dialect_kw
        if table is not None:
            self._set_parent(table)
        elif not isinstance(sqltext, str):
            _attach_to_table_of(self, [sqltext])

    def _set_parent(self, parent):
        if isinstance(parent, Column):
            self._column = parent
            parent.constraints.append(self)
            return
        self.table = parent
        self.parent = parent
        parent.constraints.add(self)


class ForeignKeyConstraint(ColumnCollectionConstraint):
    __visit_name__ = "foreign_key_constraint"

    def __init__(
        self,
        columns,
        refcolumns,
        name=None,
        onupdate=None,
        ondelete=None,
        deferrable=None,
        initially=None,
        use_alter=False,
        link_to_name=False,
        match=None,
        table=None,
        info=None,
        comment=None,
        **dialect_kw,
    ):
        self.columns = list(columns)
        self.refcolumns = list(refcolumns)
        self.name = name
        self.onupdate = onupdate
        self.ondelete = ondelete
        self.deferrable = deferrable
        self.initially = initially
        self.use_alter = use_alter
        self.match = match
        self.info = info
        self.comment = comment
        self.dialect_kw = dialect_kw
        if table is not None:
            self._set_parent(table)

    @property
    def elements(self):
        keys = [ForeignKey(column) for column in self.refcolumns]
        for key, column in zip(keys, _columns_in(self.table, self.columns)):
            key.parent = column
            key.constraint = self
        return keys

    @property
    def column_keys(self):
        return [column if isinstance(column, str) else column.key for column in self.columns]

    @property
    def referred_table(self):
        column = self.refcolumns[0]
        if not isinstance(column, str):
            return column.table
        name, _, _ = column.rpartition(".")
        metadata = getattr(getattr(self, "table", None), "metadata", None)
        if metadata is not None and name in metadata._tables:
            return metadata._tables[name]
        # A reflected key's table, of which only the name is known here.
        namespace, _, table = name.rpartition(".")
        return Table(table, MetaData(), schema=namespace or None)

    @property
    def column_keys(self):
        return [column if isinstance(column, str) else column.key for column in self.columns]


class Index(ColumnCollectionMixin, SchemaItem):
    __visit_name__ = "index"
    table = None
    _column_flag = False

    def __init__(self, name, *expressions, unique=False, quote=None, info=None, _table=None, _column_flag=False, **dialect_kw):
        self.name = name
        self.expressions = list(expressions)
        self.unique = unique
        self.info = info
        self._column_flag = _column_flag
        self.kwargs = dialect_kw
        self.dialect_kwargs = dialect_kw
        if _table is not None:
            self._set_parent(_table)
        else:
            _attach_to_table_of(self, expressions)

    @property
    def columns(self):
        found = [_columns_of(item) for item in _columns_in(self.table, self.expressions)]
        return ColumnCollection({columns[0].key: columns[0] for columns in found if columns})

    def _set_parent(self, table):
        self.table = table
        table.indexes.add(self)

    def create(self, bind=None, checkfirst=False):
        ...

    def drop(self, bind=None, checkfirst=False):
        ...


class _ColumnIndex(ColumnCollectionConstraint):
    """The index of `index=True`, as functions of a naming convention see it."""

    unique = False

    @property
    def expressions(self):
        return list(self.columns)


class DDLElement(Executable, ClauseElement):
    target = None
    on = None
    dialect = None

    def execute_if(self, dialect=None, callable_=None, state=None):
        new = copy_object(self)
        new._only = (dialect,) if isinstance(dialect, str) else dialect
        return new

    def against(self, target):
        return self


ExecutableDDLElement = DDLElement


class DDL(DDLElement):
    __visit_name__ = "ddl"

    def __init__(self, statement, context=None):
        ...

    def __call__(self, target=None, bind=None, **kw):
        pass


class _CreateDropBase(DDLElement):
    def __init__(self, element, if_exists=False, if_not_exists=False, **kw):
        ...


class CreateTable(_CreateDropBase):
    ...


class DropTable(_CreateDropBase):
    ...


class CreateIndex(_CreateDropBase):
    ...


class DropIndex(_CreateDropBase):
    ...


class CreateSequence(_CreateDropBase):
    ...


class DropSequence(_CreateDropBase):
    ...


class CreateSchema(_CreateDropBase):
    ...


class DropSchema(_CreateDropBase):
    def __init__(self, element, cascade=False, if_exists=False, **kw):
        ...


class CreateColumn(DDLElement):
    def __init__(self, element):
        ...


class AddConstraint(_CreateDropBase):
    ...


class DropConstraint(_CreateDropBase):
    def __init__(self, element, cascade=False, if_exists=False, **kw):
        ...


class SetTableComment(_CreateDropBase):
    ...


class DropTableComment(_CreateDropBase):
    ...


class SetColumnComment(_CreateDropBase):
    ...


class DropColumnComment(_CreateDropBase):
    ...


class ThreadLocalMetaData(MetaData):
    ...


def insert_sentinel(name=None, type_=None, **kw):
    return Column(name, type_ if type_ is not None else _types.Integer())
