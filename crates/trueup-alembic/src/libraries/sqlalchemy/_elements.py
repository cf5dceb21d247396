"""SQL expressions: built by operators and functions, turned into text by `_sql(dialect)`.

Only what can end in DDL is exact (defaults, CHECK conditions, index expressions and predicates); statements on
rows (`select`, `update` …) merely remember their parts, because running them is a data step.
"""
import datetime
import decimal
import enum
import uuid

from sqlalchemy import types as _types
from sqlalchemy.exc import ArgumentError, CompileError
from sqlalchemy._trueup import copy_object, own_attr, sqlalchemy_version, type_instance

_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789_"


class quoted_name(str):
    quote = None

    def __new__(cls, value, quote=None):
        return str.__new__(cls, value)


def _quote(name):
    name = str(name)
    if name and not name[0].isdigit() and all([letter in _SAFE for letter in name]):
        return name
    return '"' + name.replace('"', '""') + '"'


def _quote_literal(text):
    return "'" + text.replace("'", "''") + "'"


def _literal_sql(value, dialect):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        if dialect.name == "sqlite":
            return "1" if value else "0"
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, enum.Enum):
        return _quote_literal(value.name)
    if isinstance(value, str):
        return _quote_literal(value)
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join([_literal_sql(item, dialect) for item in value]) + ")"
    return _quote_literal(str(value))


def _sql_of(value, dialect):
    """Returns the text of an expression or of a plain value."""
    if hasattr(value, "__clause_element__"):
        value = value.__clause_element__()
    if isinstance(value, ClauseElement):
        return value._sql(dialect)
    return _literal_sql(value, dialect)


def _grouped(value, dialect):
    text = _sql_of(value, dialect)
    if isinstance(value, JSONItem) and dialect.name == "sqlite":
        # It is a call there, not an operator.
        return text
    if isinstance(value, (BinaryExpression, BooleanClauseList, UnaryExpression)):
        return f"({text})"
    return text


def _undecorated(type_):
    """The type behind a `TypeDecorator`, which is what expressions over it are made of."""
    for _ in range(8):
        if not isinstance(type_, _types.TypeDecorator):
            break
        type_ = type_instance(type_.impl)
    return type_


class ClauseElement:
    _is_data = False

    def _sql(self, dialect):
        compiled = _find_compiled(self, dialect)
        if compiled is not None:
            return compiled
        raise CompileError(f"{type(self).__name__} cannot be written in DDL")

    def compile(self, bind=None, dialect=None, **kw):
        return Compiled(self, dialect if dialect is not None else getattr(bind, "dialect", None))

    def self_group(self, against=None):
        return self

    def params(self, *args, **kw):
        return self

    def unique_params(self, *args, **kw):
        return self

    def execution_options(self, **kw):
        return self

    def __bool__(self):
        raise TypeError("Boolean value of this clause is not defined")


class Compiled:
    def __init__(self, element, dialect):
        ...

    def __str__(self):
        return self.element._sql(self.dialect)

    @property
    def string(self):
        return self.element._sql(self.dialect)


class ColumnOperators:
    def _binary(self, operator, other):
        return BinaryExpression(self, other, operator)

    def __eq__(self, other):
        if other is None:
            return BinaryExpression(self, null(), "IS")
        return self._binary("=", other)

    def __ne__(self, other):
        if other is None:
            return BinaryExpression(self, null(), "IS NOT")
        return self._binary("!=", other)

    def __hash__(self):
        return id(self)

    def __lt__(self, other):
        return self._binary("<", other)

    def __le__(self, other):
        return self._binary("<=", other)

    def __gt__(self, other):
        return self._binary(">", other)

    def __ge__(self, other):
        return self._binary(">=", other)

    def __add__(self, other):
        concatenates = isinstance(getattr(self, "type", None), _types.String) or isinstance(other, str)
        return self._binary("||" if concatenates else "+", other)

    def __radd__(self, other):
        return BinaryExpression(other, self, "||" if isinstance(other, str) else "+")

    def __sub__(self, other):
        return self._binary("-", other)

    def __rsub__(self, other):
        return BinaryExpression(other, self, "-")

    def __mul__(self, other):
        return self._binary("*", other)

    def __rmul__(self, other):
        return BinaryExpression(other, self, "*")

    def __truediv__(self, other):
        return self._binary("/", other)

    def __mod__(self, other):
        return self._binary("%", other)

    def __neg__(self):
        return UnaryExpression(self, "-", True)

    def __invert__(self):
        return not_(self)

    def __and__(self, other):
        return and_(self, other)

    def __or__(self, other):
        return or_(self, other)

    def __getitem__(self, index):
        if isinstance(_undecorated(getattr(self, "type", None)), _types.JSON):
            return JSONItem(self, index)
        return BinaryExpression(self, index, "->")

    def op(self, opstring, precedence=0, is_comparison=False, return_type=None, python_impl=None):
        left = self

        def operate(other):
            return BinaryExpression(left, other, opstring)

        return operate

    def bool_op(self, opstring, precedence=0, python_impl=None):
        return self.op(opstring)

    def operate(self, op, *other, **kw):
        return op(self, *other)

    def is_(self, other):
        return BinaryExpression(self, null() if other is None else other, "IS")

    def is_not(self, other):
        return BinaryExpression(self, null() if other is None else other, "IS NOT")

    isnot = is_not

    def is_distinct_from(self, other):
        return BinaryExpression(self, other, "IS DISTINCT FROM")

    def is_not_distinct_from(self, other):
        return BinaryExpression(self, other, "IS NOT DISTINCT FROM")

    isnot_distinct_from = is_not_distinct_from

    def in_(self, other):
        return BinaryExpression(self, _in_list(other), "IN")

    def not_in(self, other):
        return BinaryExpression(self, _in_list(other), "NOT IN")

    notin_ = not_in

    def like(self, other, escape=None):
        return BinaryExpression(self, other, "LIKE")

    def not_like(self, other, escape=None):
        return BinaryExpression(self, other, "NOT LIKE")

    notlike = not_like

    def ilike(self, other, escape=None):
        return BinaryExpression(self, other, "ILIKE")

    def notilike(self, other, escape=None):
        return BinaryExpression(self, other, "NOT ILIKE")

    not_ilike = notilike

    def startswith(self, other, **kw):
        return BinaryExpression(self, other + "%" if isinstance(other, str) else other, "LIKE")

    def endswith(self, other, **kw):
        return BinaryExpression(self, "%" + other if isinstance(other, str) else other, "LIKE")

    def contains(self, other, **kw):
        if isinstance(other, str):
            return BinaryExpression(self, "%" + other + "%", "LIKE")
        return BinaryExpression(self, other, "@>")

    def contained_by(self, other):
        return BinaryExpression(self, other, "<@")

    def overlap(self, other):
        return BinaryExpression(self, other, "&&")

    overlaps = overlap

    def has_key(self, other):
        return BinaryExpression(self, other, "?")

    def match(self, other, **kw):
        return BinaryExpression(self, func.to_tsquery(other), "@@")

    def regexp_match(self, pattern, flags=None):
        return BinaryExpression(self, pattern, "~")

    def concat(self, other):
        return BinaryExpression(self, other, "||")

    def between(self, cleft, cright, symmetric=False):
        return Between(self, cleft, cright)

    def distinct(self):
        return UnaryExpression(self, "DISTINCT", True)

    def asc(self):
        return UnaryExpression(self, "ASC", False)

    def desc(self):
        return UnaryExpression(self, "DESC", False)

    def nulls_first(self):
        return UnaryExpression(self, "NULLS FIRST", False)

    def nulls_last(self):
        return UnaryExpression(self, "NULLS LAST", False)

    nullsfirst = nulls_first
    nullslast = nulls_last

    def collate(self, collation):
        return CollationClause(self, collation)

    def cast(self, type_):
        return Cast(self, type_)

    def label(self, name):
        return Label(name, self)

    def any_(self):
        return CollectionAggregate("ANY", self)

    def all_(self):
        return CollectionAggregate("ALL", self)

    @property
    def astext(self):
        return BinaryExpression(self.left, self.right, "->>") if isinstance(self, BinaryExpression) else Cast(self, _types.Text())

    def as_string(self):
        return self.astext

    def as_integer(self):
        return Cast(self.astext, _types.Integer())

    def as_boolean(self):
        return Cast(self.astext, _types.Boolean())

    def as_float(self):
        return Cast(self.astext, _types.Float())


class ColumnElement(ColumnOperators, ClauseElement):
    type = _types.NULLTYPE
    primary_key = False
    foreign_keys = []
    key = None

    @property
    def comparator(self):
        return self

    def over(self, **kw):
        return self

    def filter(self, *criterion):
        return self

    def within_group(self, *order_by):
        return self


def _in_list(other):
    return ExpressionList(list(other)) if isinstance(other, (list, tuple, set, frozenset)) else other


class ExpressionList(ColumnElement):
    def __init__(self, items):
        ...

    def _sql(self, dialect):
        return "(" + ", ".join([_sql_of(item, dialect) for item in self.items]) + ")"


class BinaryExpression(ColumnElement):
    def __init__(self, left, right, operator, type_=None):
        ...

    def _sql(self, dialect):
        return f"{_grouped(self.left, dialect)} {self.operator} {_grouped(self.right, dialect)}"


class JSONItem(BinaryExpression):
    """`column["key"]` of a JSON column, as a document or, with `text_type`, as a value of another type.

    Source: SQLAlchemy 2.0 `visit_json_getitem_op_binary` and `visit_json_path_getitem_op_binary` of both dialects.
    """

    def __init__(self, left, right, text_type=None, bare=False):
        self.left = left
        self.right = right
        self.operator = "->"
        self.text_type = text_type
        self.bare = bare
        self.type = left.type if text_type is None else text_type

    @property
    def astext(self):
        return JSONItem(self.left, self.right, _types.Text(), True)

    def as_string(self):
        return JSONItem(self.left, self.right, _types.Unicode())

    def as_integer(self):
        return JSONItem(self.left, self.right, _types.Integer())

    def as_float(self):
        return JSONItem(self.left, self.right, _types.Float())

    def as_boolean(self):
        return JSONItem(self.left, self.right, _types.Boolean())

    def as_json(self):
        return self

    def _sql(self, dialect):
        path = list(self.right) if isinstance(self.right, (list, tuple)) else None
        left = _grouped(self.left, dialect)
        if dialect.name == "sqlite":
            steps = [self.right] if path is None else path
            steps = [f"[{step}]" if isinstance(step, int) else f'."{step}"' for step in steps]
            text = f"JSON_EXTRACT({left}, {_quote_literal('$' + ''.join(steps))})"
            if self.text_type is None:
                return f"JSON_QUOTE({text})"
            # From 2.1 on values are cast on SQLite too.
            is_cast = not self.bare and sqlalchemy_version() >= (2, 1)
            return f"CAST({text} AS {self.text_type._compile(dialect)})" if is_cast else text
        operator = "->" if path is None else "#>"
        right = _literal_sql(self.right if path is None else "{" + ", ".join([str(step) for step in path]) + "}", dialect)
        if self.text_type is None:
            return f"{left} {operator} {right}"
        text = f"{left} {operator}> {right}"
        return text if self.bare else f"CAST(({text}) AS {self.text_type._compile(dialect)})"


class Between(ColumnElement):
    def __init__(self, element, lower, upper):
        ...

    def _sql(self, dialect):
        lower = _grouped(self.lower, dialect)
        return f"{_grouped(self.element, dialect)} BETWEEN {lower} AND {_grouped(self.upper, dialect)}"


class UnaryExpression(ColumnElement):
    def __init__(self, element, operator, prefix):
        ...

    def _sql(self, dialect):
        if self.prefix:
            return f"{self.operator} {_grouped(self.element, dialect)}"
        return f"{_sql_of(self.element, dialect)} {self.operator}"


class BooleanClauseList(ColumnElement):
    def __init__(self, operator, clauses):
        ...

    def _sql(self, dialect):
        return f" {self.operator} ".join([_grouped(clause, dialect) for clause in self.clauses])


class CollationClause(ColumnElement):
    def __init__(self, element, collation):
        ...

    def _sql(self, dialect):
        return f'{_grouped(self.element, dialect)} COLLATE "{self.collation}"'


class CollectionAggregate(ColumnElement):
    def __init__(self, name, element):
        ...

    def _sql(self, dialect):
        return f"{self.name} ({_sql_of(self.element, dialect)})"


class Grouping(ColumnElement):
    def __init__(self, element):
        ...

    def _sql(self, dialect):
        return f"({_sql_of(self.element, dialect)})"


class Label(ColumnElement):
    def __init__(self, name, element, type_=None):
        ...

    def _sql(self, dialect):
        return _sql_of(self.element, dialect)


class Null(ColumnElement):
    def _sql(self, dialect):
        return "NULL"


class True_(ColumnElement):
    def _sql(self, dialect):
        return "1" if dialect.name == "sqlite" else "true"


class False_(ColumnElement):
    def _sql(self, dialect):
        return "0" if dialect.name == "sqlite" else "false"


class TextClause(ColumnElement):
    def __init__(self, text):
        ...

    def bindparams(self, *binds, **values):
        new = copy_object(self)
        bound = dict(getattr(self, "_bound", {}))
        for bind in binds:
            bound[bind.key] = bind.value
        bound.update(values)
        new._bound = bound
        return new

    def columns(self, *args, **kw):
        return Select()

    def _sql(self, dialect):
        text = self.text
        for key, value in getattr(self, "_bound", {}).items():
            text = text.replace(":" + key, _literal_sql(value, dialect))
        return text.replace("\\:", ":")

    def __str__(self):
        return self.text


class ColumnClause(ColumnElement):
    table = None
    is_literal = False

    def __init__(self, text, type_=None, is_literal=False, _selectable=None):
        self.name = text
        self.key = text
        self.is_literal = is_literal
        self.type = type_instance(type_) if type_ is not None else _types.NULLTYPE

    def _sql(self, dialect):
        return self.name if self.is_literal else _quote(self.name)


class BindParameter(ColumnElement):
    def __init__(self, key, value=None, type_=None, unique=False, required=False, quote=None, expanding=False, literal_execute=False, callable_=None):
        self.key = key
        self.value = value
        self.type = type_instance(type_) if type_ is not None else _types.NULLTYPE

    def _sql(self, dialect):
        return _literal_sql(self.value, dialect)


class Cast(ColumnElement):
    def __init__(self, expression, type_):
        self.clause = expression
        self.type = type_instance(type_)

    def _sql(self, dialect):
        return f"CAST({_sql_of(self.clause, dialect)} AS {self.type._compile(dialect)})"


class TypeCoerce(ColumnElement):
    def __init__(self, expression, type_):
        self.clause = expression
        self.type = type_instance(type_)

    def _sql(self, dialect):
        return _sql_of(self.clause, dialect)


class Extract(ColumnElement):
    def __init__(self, field, expr):
        ...

    def _sql(self, dialect):
        return f"EXTRACT({self.field} FROM {_sql_of(self.expr, dialect)})"


class Case(ColumnElement):
    def __init__(self, *whens, value=None, else_=None):
        if len(whens) == 1 and isinstance(whens[0], (list, tuple)) and whens[0] and isinstance(whens[0][0], tuple):
            whens = tuple(whens[0])
        self.whens = list(whens[0].items()) if len(whens) == 1 and isinstance(whens[0], dict) else list(whens)
        self.value = value
        self.else_ = else_

    def _sql(self, dialect):
        text = "CASE"
        if self.value is not None:
            text += " " + _sql_of(self.value, dialect)
        for condition, result in self.whens:
            text += f" WHEN {_sql_of(condition, dialect)} THEN {_sql_of(result, dialect)}"
        if self.else_ is not None:
            text += " ELSE " + _sql_of(self.else_, dialect)
        return text + " END"


class FunctionElement(ColumnElement):
    name = None
    inherit_cache = True

    def __init__(self, *clauses, **kw):
        self.clause_args = clauses

    @property
    def clauses(self):
        return list(self.clause_args)

    def _sql(self, dialect):
        compiled = _find_compiled(self, dialect)
        if compiled is not None:
            return compiled
        return f"{self.name}({', '.join([_sql_of(clause, dialect) for clause in self.clause_args])})"

    def alias(self, *args, **kw):
        return self

    def table_valued(self, *args, **kw):
        return self


class GenericFunction(FunctionElement):
    def __init_subclass__(cls, **kw):
        name = own_attr(cls, "identifier") or own_attr(cls, "name") or cls.__name__
        if isinstance(name, str):
            _GENERIC_FUNCTIONS[name.lower()] = cls

    def __init__(self, *clauses, **kw):
        self.clause_args = clauses
        if getattr(self, "name", None) is None:
            self.name = type(self).__name__


class Function(FunctionElement):
    def __init__(self, name, *clauses, type_=None, packagenames=None, **kw):
        self.name = name
        self.clause_args = clauses
        if type_ is not None:
            self.type = type_instance(type_)

    def _sql(self, dialect):
        compiled = _find_compiled(self, dialect)
        if compiled is not None:
            return compiled
        # SQLAlchemy's own functions that are no calls on a dialect.
        lower = self.name.lower()
        if lower in ("current_timestamp", "current_date", "current_time", "current_user", "session_user", "localtime", "localtimestamp", "user"):
            return lower.upper()
        if lower == "now" and dialect.name == "sqlite":
            return "CURRENT_TIMESTAMP"
        return f"{self.name}({', '.join([_sql_of(clause, dialect) for clause in self.clause_args])})"


def _find_compiled(element, dialect):
    """The text that a function decorated with `@compiles` gives; `None` without one."""
    ...


class _KnownFunction(Function):
    """A function with a class of its own, which `@compiles` can be told of."""

    def __init__(self, *clauses, **kw):
        Function.__init__(self, type(self).__name__, *clauses, **kw)


class now(_KnownFunction):
    ...


class current_timestamp(_KnownFunction):
    ...


class coalesce(_KnownFunction):
    ...


class count(_KnownFunction):
    ...


class random(_KnownFunction):
    ...


# Functions that have a class, by name: SQLAlchemy's own, and those that projects derive from `GenericFunction`.
_GENERIC_FUNCTIONS = {"now": now, "current_timestamp": current_timestamp, "coalesce": coalesce, "count": count, "random": random}


class _FunctionGenerator:
    def __init__(self, path=None):
        self._path = path or ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _FunctionGenerator(self._path + (name[:-1] if name.endswith("_") else name,))

    def __call__(self, *clauses, **kw):
        known = _GENERIC_FUNCTIONS.get(self._path[0].lower()) if len(self._path) == 1 else None
        if known is not None:
            return known(*clauses, **kw)
        return Function(".".join(self._path), *clauses, **kw)


func = _FunctionGenerator()
modifier = func


class next_value(ColumnElement):
    def __init__(self, seq, **kw):
        self.sequence = seq

    def _sql(self, dialect):
        name = self.sequence.name if self.sequence.schema is None else f"{self.sequence.schema}.{self.sequence.name}"
        return f"nextval('{name}')"


def null():
    return Null()


def true():
    return True_()


def false():
    return False_()


def text(text):
    return TextClause(text)


def literal_column(text, type_=None):
    return ColumnClause(text, type_, is_literal=True)


def column(text, type_=None, is_literal=False, _selectable=None):
    return ColumnClause(text, type_, is_literal)


def literal(value, type_=None, literal_execute=False):
    return BindParameter(None, value, type_)


def bindparam(key, value=None, type_=None, **kw):
    return BindParameter(key, value, type_)


def outparam(key, type_=None):
    return BindParameter(key, None, type_)


def and_(*clauses):
    clauses = [clause for clause in clauses if clause is not True]
    return clauses[0] if len(clauses) == 1 else BooleanClauseList("AND", clauses)


def or_(*clauses):
    clauses = [clause for clause in clauses if clause is not False]
    return clauses[0] if len(clauses) == 1 else BooleanClauseList("OR", clauses)


def not_(clause):
    if isinstance(clause, BinaryExpression):
        negated = {"=": "!=", "!=": "=", "IS": "IS NOT", "IS NOT": "IS", "IN": "NOT IN", "NOT IN": "IN", "LIKE": "NOT LIKE", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}.get(clause.operator)
        if negated is not None:
            return BinaryExpression(clause.left, clause.right, negated)
    return UnaryExpression(clause, "NOT", True)


def cast(expression, type_):
    return Cast(expression, type_)


def try_cast(expression, type_):
    return Cast(expression, type_)


def type_coerce(expression, type_):
    return TypeCoerce(expression, type_)


def extract(field, expr, **kw):
    return Extract(field, expr)


def case(*whens, value=None, else_=None):
    return Case(*whens, value=value, else_=else_)


def collate(expression, collation):
    return CollationClause(expression, collation)


def between(expr, lower_bound, upper_bound, symmetric=False):
    return Between(expr, lower_bound, upper_bound)


def distinct(expr):
    return UnaryExpression(expr, "DISTINCT", True)


def asc(column):
    return UnaryExpression(column, "ASC", False)


def desc(column):
    return UnaryExpression(column, "DESC", False)


def nulls_first(column):
    return UnaryExpression(column, "NULLS FIRST", False)


def nulls_last(column):
    return UnaryExpression(column, "NULLS LAST", False)


nullsfirst = nulls_first
nullslast = nulls_last


def any_(expr):
    return CollectionAggregate("ANY", expr)


def all_(expr):
    return CollectionAggregate("ALL", expr)


def tuple_(*clauses, types=None):
    return ExpressionList(list(clauses))


def label(name, element, type_=None):
    return Label(name, element)


def over(element, **kw):
    return element


def within_group(element, *order_by):
    return element


def funcfilter(func, *criterion):
    return func


class Executable:
    ...


class DataStatement(ColumnElement, Executable):
    """A statement on rows: remembers that it is one, and every method returns it."""

    _is_data = True
    _calls = ()
    table = None

    def __init__(self, *args, **kw):
        self.args = args

    def _sql(self, dialect):
        raise CompileError("a statement on rows is not written here")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return _Chain(self, name)

    @property
    def c(self):
        return _AnyColumns()

    @property
    def columns(self):
        return _AnyColumns()

    def __eq__(self, other):
        return BinaryExpression(self, other, "=")

    def __iter__(self):
        return iter([])


class _Chain:
    """A method of a statement that is about to be called; the statement remembers which tables it was given."""

    def __init__(self, statement, name):
        ...

    def __call__(self, *args, **kw):
        new = copy_object(self.statement)
        new._calls = self.statement._calls + ((self.name, args),)
        return new


class _AnyColumns:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return ColumnClause(name)

    def __getitem__(self, name):
        return ColumnClause(name)


class SelectBase(DataStatement):
    _effect = "select"


class Select(SelectBase):
    ...


class CompoundSelect(SelectBase):
    ...


class Exists(SelectBase):
    ...


class ScalarSelect(SelectBase):
    ...


class UpdateBase(DataStatement):
    _effect = "dml"


class Insert(UpdateBase):
    ...


class Update(UpdateBase):
    ...


class Delete(UpdateBase):
    ...


class Values(SelectBase):
    ...


class CTE(SelectBase):
    ...


class Subquery(SelectBase):
    ...


class Alias(SelectBase):
    ...


class Join(SelectBase):
    ...


class TextualSelect(SelectBase):
    ...


def select(*entities, **kw):
    return Select(*entities)


def insert(table, **kw):
    return Insert(table)


def update(table, **kw):
    return Update(table)


def delete(table, **kw):
    return Delete(table)


def exists(*args, **kw):
    return Exists(*args)


def union(*selects, **kw):
    return CompoundSelect(*selects)


union_all = union
except_ = union
except_all = union
intersect = union
intersect_all = union


def values(*columns, **kw):
    return Values(*columns)


def join(left, right, onclause=None, **kw):
    return Join(left, right)


outerjoin = join


def alias(selectable, name=None, **kw):
    return Alias(selectable)


def lateral(selectable, name=None):
    return Alias(selectable)


def cte(selectable, name=None, **kw):
    return CTE(selectable)


def lambda_stmt(*args, **kw):
    return Select()


class FromClause(ClauseElement):
    ...


class TableClause(FromClause):
    """`table("name", column(…))`: a light table for data steps."""

    schema = None

    def __init__(self, name, *columns, **kw):
        self.name = name
        self.schema = kw.get("schema")
        self._columns = {}
        for item in columns:
            item.table = self
            self._columns[item.key] = item

    @property
    def c(self):
        return ColumnCollection(self._columns)

    @property
    def columns(self):
        return ColumnCollection(self._columns)

    def select(self, *args, **kw):
        return Select(self)

    def insert(self, *args, **kw):
        return Insert(self)

    def update(self, *args, **kw):
        return Update(self)

    def delete(self, *args, **kw):
        return Delete(self)

    def alias(self, *args, **kw):
        return self

    def join(self, *args, **kw):
        return Join(self)

    outerjoin = join

    def count(self, *args, **kw):
        return Select(self)


def table(name, *columns, **kw):
    return TableClause(name, *columns, **kw)


class ColumnCollection:
    """The columns of a table, by attribute, key or position, in order."""

    def __init__(self, columns):
        self._all = columns

    def __getattr__(self, name):
        if name.startswith("__") or name == "_all":
            raise AttributeError(name)
        if name in self._all:
            return self._all[name]
        raise AttributeError(name)

    def __getitem__(self, key):
        if isinstance(key, int):
            return list(self._all.values())[key]
        return self._all[key]

    def __contains__(self, key):
        if isinstance(key, str):
            return key in self._all
        return any([item is key for item in self._all.values()])

    def __iter__(self):
        return iter(list(self._all.values()))

    def __len__(self):
        return len(self._all)

    def keys(self):
        return list(self._all.keys())

    def values(self):
        return list(self._all.values())

    def items(self):
        return list(self._all.items())

    def get(self, key, default=None):
        return self._all.get(key, default)

    def contains_column(self, column):
        return any([item is column for item in self._all.values()])
