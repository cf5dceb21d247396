"""SQL expressions: built by operators and functions, turned into text by `_sql(dialect)`.

Statements on rows (`select`, `update` …) merely remember their parts; `sqlalchemy._rows` writes them, for a dialect of
its own (`_writes_rows`) that also has a say in how columns, values and texts inside of expressions are written.
"""
import datetime
import decimal
import enum
import json
import uuid

from sqlalchemy import types as _types
from sqlalchemy.exc import ArgumentError, CompileError
from sqlalchemy._operators import COMPARISONS, NEGATED, is_precedent, quote as _quote
from sqlalchemy._trueup import copy_object, is_unknown, own_attr, sqlalchemy_version, type_instance, unknown

class quoted_name(str):
    quote = None

    def __new__(cls, value, quote=None):
        new = str.__new__(cls, value)
        new.quote = quote
        return new


def _quote_literal(text):
    return "'" + text.replace("'", "''") + "'"


def _literal_sql(value, dialect, type_=None):
    """Returns a plain value as SQL; `type_` is that of the expression it stands next to."""
    if getattr(dialect, "_writes_rows", False):
        return dialect.value(value, type_)
    if value is not None and isinstance(type_, _types.TypeDecorator) and hasattr(type(type_), "process_bind_param"):
        # What the project makes of its values before a database sees them.
        value, type_ = type_.process_bind_param(value, dialect), type_.impl_instance
    if value is None:
        return "NULL"
    if isinstance(value, enum.Enum):
        return _enum_literal(value, type_)
    if isinstance(value, bool):
        if dialect.name == "sqlite":
            return "1" if value else "0"
        return "true" if value else "false"
    if isinstance(value, (int, float, decimal.Decimal)):
        return str(value)
    if isinstance(value, str):
        return _quote_literal(value)
    if isinstance(value, (list, tuple)):
        items = ", ".join([_literal_sql(item, dialect) for item in value])
        return f"ARRAY[{items}]" if isinstance(type_, _types.ARRAY) else f"({items})"
    if isinstance(value, dict):
        return _quote_literal(json.dumps(value))
    if isinstance(value, datetime.datetime) and dialect.name == "sqlite":
        # The storage format of SQLAlchemy's SQLite dialect always has microseconds.
        day = f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
        return _quote_literal(f"{day} {_time_of_day(value)}")
    if isinstance(value, datetime.time) and dialect.name == "sqlite":
        return _quote_literal(_time_of_day(value))
    if isinstance(value, uuid.UUID) and dialect.name == "sqlite":
        return _quote_literal(value.hex)
    return _quote_literal(str(value))


def _time_of_day(value):
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}.{value.microsecond:06d}"


def _enum_literal(member, type_):
    """A member of an enumeration: its label next to an `Enum`, its value next to anything else."""
    type_ = _undecorated(type_)
    if isinstance(type_, _types.Enum) or not isinstance(member, (int, str)):
        return _quote_literal(type_._label_of(member) if isinstance(type_, _types.Enum) else member.name)
    return str(member.value) if isinstance(member, int) else _quote_literal(str(member.value))


def _unwrapped(value):
    """The expression behind a mapped attribute, a hybrid or a label; plain values are returned as they are."""
    for _ in range(8):
        if isinstance(value, Label):
            value = value.element
        elif not isinstance(value, ClauseElement) and hasattr(value, "__clause_element__"):
            value = value.__clause_element__()
        else:
            break
    return value


def _sql_of(value, dialect, type_=None):
    """Returns the text of an expression or of a plain value."""
    value = _unwrapped(value)
    if isinstance(value, ClauseElement):
        return value._sql(dialect)
    return _literal_sql(value, dialect, type_)


def _grouped(value, against, dialect, type_=None, against_own=None):
    """Returns the text of an operand of `against`, in parentheses where SQLAlchemy's `self_group` puts them."""
    value = _unwrapped(value)
    if isinstance(value, TypeCoerce):
        return _grouped(value.clause, against, dialect, type_, against_own)
    text = _sql_of(value, dialect, type_)
    if not isinstance(value, ClauseElement):
        return text
    operator = value._binding
    if isinstance(value, JSONItem) and value._is_eager(dialect) and against not in (None, ","):
        return f"({text})"
    if operator is not None:
        lacks_truth = against == "NOT" and not value._is_condition
        is_grouped = is_precedent(operator, against, value._own_precedence, against_own) or lacks_truth
        return f"({text})" if is_grouped else text
    if against in ("ANY", "ALL"):
        return f"({text})"
    if against in ("AND", "OR", "as boolean") and isinstance(_type_of(value), _types.Boolean):
        return AsBoolean(value, True)._sql(dialect)
    return text


def _type_of(value):
    """The type of an expression or of a plain value, `NULLTYPE` where there is none or it is not known."""
    return _undecorated(_declared_type_of(value))


def _declared_type_of(value):
    """The same with its `TypeDecorator`, which has a say in how values beside it are written."""
    value = _unwrapped(value)
    if isinstance(value, ClauseElement):
        found = getattr(value, "type", None)
        return _types.NULLTYPE if found is None or is_unknown(found) else found
    for python_type, type_ in _LITERAL_TYPES:
        if isinstance(value, python_type):
            return type_
    return _types.NULLTYPE


_LITERAL_TYPES = (
    (bool, _types.Boolean()),
    (int, _types.Integer()),
    (float, _types.Float()),
    (decimal.Decimal, _types.Numeric()),
    (str, _types.String()),
)


def _undecorated(type_):
    """The type behind a `TypeDecorator`, which is what expressions over it are made of."""
    for _ in range(8):
        if not isinstance(type_, _types.TypeDecorator):
            break
        type_ = type_instance(type_.impl)
    return type_


class ClauseElement:
    _is_data = False
    # The operator that decides about parentheses around the expression, if it has one.
    _binding = None
    _own_precedence = None
    _is_condition = False

    def _children(self):
        """The parts in which columns may be found."""
        parts = [getattr(self, name, None) for name in ("element", "clause", "expr", "left", "right", "lower", "upper", "else_")]
        for name in ("clause_args", "clauses", "items", "whens"):
            parts.extend(getattr(self, name, None) or ())
        return [part for part in parts if part is not None]

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
        return _sum(self, other)

    def __radd__(self, other):
        return _sum(other, self)

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

    def __rtruediv__(self, other):
        return BinaryExpression(other, self, "/")

    def __floordiv__(self, other):
        return self._binary("//", other)

    def __rfloordiv__(self, other):
        return BinaryExpression(other, self, "//")

    def __mod__(self, other):
        return self._binary("%", other)

    def __rmod__(self, other):
        return BinaryExpression(other, self, "%")

    def __neg__(self):
        return UnaryExpression(self, "-x", True)

    def __invert__(self):
        return not_(self)

    def __and__(self, other):
        return and_(self, other)

    def __or__(self, other):
        return or_(self, other)

    def __rand__(self, other):
        return and_(other, self)

    def __ror__(self, other):
        return or_(other, self)

    def __getitem__(self, index):
        own = _type_of(self)
        if isinstance(own, _types.JSON):
            return JSONItem(self, index)
        return Subscript(self, index)

    def op(self, opstring, precedence=0, is_comparison=False, return_type=None, python_impl=None):
        left = self

        def operate(other):
            return BinaryExpression(left, other, opstring, return_type, precedence, is_comparison)

        return operate

    def bool_op(self, opstring, precedence=0, python_impl=None):
        return self.op(opstring, precedence, True, _types.Boolean())

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
        return _like(self, other, "LIKE", escape)

    def not_like(self, other, escape=None):
        return _like(self, other, "NOT LIKE", escape)

    notlike = not_like

    def ilike(self, other, escape=None):
        return _like(self, other, "ILIKE", escape)

    def notilike(self, other, escape=None):
        return _like(self, other, "NOT ILIKE", escape)

    not_ilike = notilike

    def startswith(self, other, escape=None, autoescape=False):
        return _like(self, other, "startswith", escape, autoescape)

    def istartswith(self, other, escape=None, autoescape=False):
        return _like(self, other, "istartswith", escape, autoescape)

    def endswith(self, other, escape=None, autoescape=False):
        return _like(self, other, "endswith", escape, autoescape)

    def iendswith(self, other, escape=None, autoescape=False):
        return _like(self, other, "iendswith", escape, autoescape)

    def contains(self, other, escape=None, autoescape=False, **kw):
        own = _type_of(self)
        is_text = isinstance(own, _types.String) or (isinstance(other, str) and not isinstance(own, (_types.JSON, _types.ARRAY)))
        if not is_text:
            return BinaryExpression(self, other, "@>")
        return _like(self, other, "contains", escape, autoescape)

    def icontains(self, other, escape=None, autoescape=False):
        return _like(self, other, "icontains", escape, autoescape)

    def contained_by(self, other):
        return BinaryExpression(self, other, "<@")

    def overlap(self, other):
        return BinaryExpression(self, other, "&&")

    overlaps = overlap

    def has_key(self, other):
        return BinaryExpression(self, other, "?")

    def match(self, other, **kw):
        return BinaryExpression(self, func.plainto_tsquery(other), "@@")

    def regexp_match(self, pattern, flags=None):
        matched = BinaryExpression(self, pattern, "~")
        matched.flags = flags
        return matched

    def regexp_replace(self, pattern, replacement, flags=None):
        extra = (flags,) if flags is not None else ()
        return Function("REGEXP_REPLACE", self, pattern, replacement, *extra, type_=_type_of(self))

    def concat(self, other):
        return BinaryExpression(self, other, "||")

    def bitwise_and(self, other):
        return self._binary("&", other)

    def bitwise_or(self, other):
        return self._binary("|", other)

    def bitwise_xor(self, other):
        return self._binary("^", other)

    def bitwise_lshift(self, other):
        return self._binary("<<", other)

    def bitwise_rshift(self, other):
        return self._binary(">>", other)

    def bitwise_not(self):
        return UnaryExpression(self, "~x", True)

    def between(self, cleft, cright, symmetric=False):
        return Between(self, cleft, cright, symmetric)

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
        return Over(self, **kw)

    def filter(self, *criterion):
        return FunctionFilter(self, *criterion) if criterion else self

    def within_group(self, *order_by):
        return WithinGroup(self, *order_by)


_BOOLEAN = _types.Boolean()
_TEXT = _types.String()


def _in_list(other):
    return ExpressionList(list(other)) if isinstance(other, (list, tuple, set, frozenset)) else other


def _sum(left, right):
    """`+` of texts is `||`; of what nothing is known, it is what the other side makes of it."""
    types = [_type_of(left), _type_of(right)]
    first = types[0] if not isinstance(types[0], _types.NullType) else types[1]
    for value in (left, right):
        if isinstance(first, _types.NullType) and is_unknown(getattr(_unwrapped(value), "type", None)):
            return unknown("what `+` means depends on the type of a column, which is not known")
    return BinaryExpression(left, right, "||" if isinstance(first, _types.String) else "+")


def _like(left, right, operator, escape, autoescape=False):
    if autoescape:
        escape = escape if escape is not None else "/"
        if escape not in ("%", "_"):
            right = right.replace(escape, escape + escape)
        right = right.replace("%", escape + "%").replace("_", escape + "_")
    found = BinaryExpression(left, right, operator)
    found.escape = escape
    return found


class ExpressionList(ColumnElement):
    def __init__(self, items):
        ...

    def _sql(self, dialect, type_=None):
        return "(" + ", ".join([_sql_of(item, dialect, type_) for item in self.items]) + ")"


class BinaryExpression(ColumnElement):
    escape = None
    flags = None

    def __init__(self, left, right, operator, type_=None, own_precedence=None, is_comparison=False):
        self.left = left
        self.right = right
        self.operator = operator
        self._own_precedence = own_precedence
        self._is_condition = is_comparison or (own_precedence is None and operator in COMPARISONS)
        if type_ is not None:
            self.type = type_instance(type_)
        else:
            self.type = _BOOLEAN if self._is_condition else _type_of_result(left, right, operator)

    @property
    def _binding(self):
        return self.operator

    def _operand(self, value, other, dialect):
        if isinstance(value, BindParameter) and isinstance(value.type, _types.NullType):
            value = value._beside(other)
        return _grouped(value, self.operator, dialect, _declared_type_of(other), self._own_precedence)

    def _sql(self, dialect):
        if getattr(dialect, "_writes_rows", False):
            dialect.check_operator(self)
        left = self._operand(self.left, self.right, dialect)
        if isinstance(self.right, ExpressionList):
            return self._membership(left, dialect)
        right = self._operand(self.right, self.left, dialect)
        # An operator of the project's own is written as it is, whatever it is called.
        write = _BINARY.get(self.operator, _plain) if self._own_precedence is None else _plain
        return write(self, left, right, dialect)

    def _membership(self, left, dialect):
        if isinstance(self.left, ExpressionList) and dialect.name == "sqlite":
            raise CompileError("rows as values of a list are not modelled on SQLite")
        items = self.right._sql(dialect, _declared_type_of(self.left))
        is_negated = self.operator == "NOT IN"
        if not self.right.items:
            if dialect.name == "sqlite":
                items = "(SELECT 1 FROM (SELECT 1) WHERE 1!=1)"
            else:
                items = "(NULL) OR (1 = 1)" if is_negated else "(NULL) AND (1 != 1)"
        text = f"{left} {self.operator} {items}"
        # The brackets are there for the empty list, whose text has an OR.
        return f"({text})" if is_negated else text


def _type_of_result(left, right, operator):
    if operator == "||":
        return _TEXT
    types = [_type_of(left), _type_of(right)]
    if isinstance(types[0], (_types.NullType, _types.Integer)) and not isinstance(types[1], _types.NullType):
        return types[1]
    return types[0]


def _plain(expression, left, right, dialect):
    return f"{left} {expression.operator} {right}"


def _divided(expression, left, right, dialect):
    if dialect.name == "sqlite":
        return f"{left} / ({right} + 0.0)"
    type_ = _type_of(expression.right)
    type_ = type_ if isinstance(type_, _types.Numeric) else _types.Numeric()
    return f"{left} / CAST({_sql_of(expression.right, dialect)} AS {type_._compile(dialect)})"


def _divided_whole(expression, left, right, dialect):
    are_whole = all([isinstance(_type_of(side), _types.Integer) for side in (expression.left, expression.right)])
    return f"{left} / {right}" if are_whole else f"FLOOR({left} / {right})"


def _not_among(expression, left, right, dialect):
    return f"({left} NOT IN {right})"


def _distinct_from(expression, left, right, dialect):
    operator = expression.operator
    if dialect.name == "sqlite":
        operator = "IS" if operator == "IS NOT DISTINCT FROM" else "IS NOT"
    return f"{left} {operator} {right}"


def _bitwise_xor(expression, left, right, dialect):
    return f"{left} {'#' if dialect.name == 'postgresql' else '^'} {right}"


def _liked(expression, left, right, dialect):
    operator = expression.operator
    is_negated = operator.upper().startswith("NOT ")
    kind = operator[4:] if is_negated else operator
    ignores_case = kind in ("ILIKE", "icontains", "istartswith", "iendswith")
    keyword = "LIKE"
    if ignores_case and dialect.name == "postgresql":
        keyword = "ILIKE"
    elif ignores_case:
        left, right = f"lower({left})", f"lower({right})"
    if kind in ("contains", "icontains", "endswith", "iendswith"):
        right = "'%' || " + right
    if kind in ("contains", "icontains", "startswith", "istartswith"):
        right = right + " || '%'"
    escape = f" ESCAPE {_quote_literal(expression.escape)}" if expression.escape is not None else ""
    return f"{left} {'NOT ' if is_negated else ''}{keyword} {right}{escape}"


def _matched(expression, left, right, dialect):
    is_negated = expression.operator == "!~"
    if dialect.name == "sqlite":
        return f"{left} {'NOT ' if is_negated else ''}REGEXP {right}"
    flags = expression.flags
    if flags is None or flags == "i":
        return f"{left} {expression.operator}{'*' if flags else ''} {right}"
    return f"{left} {expression.operator} CONCAT('(?', {_quote_literal(flags)}, ')', {right})"


# How operators are written that do not stand between their operands just so.
_BINARY = {
    "/": _divided,
    "//": _divided_whole,
    "NOT IN": _not_among,
    "IS DISTINCT FROM": _distinct_from,
    "IS NOT DISTINCT FROM": _distinct_from,
    "^": _bitwise_xor,
    "~": _matched,
    "!~": _matched,
}
for _name in ("LIKE", "ILIKE", "contains", "startswith", "endswith", "icontains", "istartswith", "iendswith"):
    _BINARY[_name] = _liked
    _BINARY[NEGATED[_name]] = _liked


class Subscript(BinaryExpression):
    """`column[index]` of an array: PostgreSQL's subscript."""

    def __init__(self, left, right):
        self.left = left
        self.right = right
        self.operator = "[]"
        self.type = getattr(_type_of(left), "item_type", _types.NULLTYPE)

    def _sql(self, dialect):
        index = self.right
        if isinstance(index, slice):
            index = f"{_sql_of(index.start, dialect)}:{_sql_of(index.stop, dialect)}"
        else:
            index = _sql_of(index, dialect)
        return f"{_grouped(self.left, '[]', dialect)}[{index}]"


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
    def _binding(self):
        # What `as_string()` and its like give is cast as a whole.
        return "->>" if self.bare else "->"

    def _is_subscript(self):
        # From 2.0.42 on JSONB is subscripted.
        is_item = self.text_type is None and not isinstance(self.right, (list, tuple))
        return is_item and getattr(self.type, "_is_subscripted", False) and sqlalchemy_version() >= (2, 0)

    def _is_eager(self, dialect):
        """PostgreSQL's operators are in parentheses wherever they are part of an expression."""
        is_cast = self.text_type is not None and not self.bare
        return dialect.name != "sqlite" and not is_cast and not self._is_subscript()

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
        left = _grouped(self.left, self._binding, dialect)
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
            if self._is_subscript():
                is_call = isinstance(_unwrapped(self.left), (FunctionElement, Cast))
                return f"({left})[{right}]" if is_call else f"{left}[{right}]"
            return f"{left} {operator} {right}"
        text = f"{left} {operator}> {right}"
        return text if self.bare else f"CAST(({text}) AS {self.text_type._compile(dialect)})"


class Between(ColumnElement):
    _is_condition = True
    type = _types.Boolean()

    def __init__(self, element, lower, upper, symmetric=False, operator="BETWEEN"):
        ...

    @property
    def _binding(self):
        return self.operator

    def _sql(self, dialect):
        type_ = _declared_type_of(self.element)
        operator = self.operator + (" SYMMETRIC" if self.symmetric else "")
        element = _grouped(self.element, self.operator, dialect)
        return f"{element} {operator} {_sql_of(self.lower, dialect, type_)} AND {_sql_of(self.upper, dialect, type_)}"


class UnaryExpression(ColumnElement):
    def __init__(self, element, operator, prefix):
        self.element = element
        self.operator = operator
        self.prefix = prefix
        self._is_condition = operator == "NOT"
        self.type = _BOOLEAN if operator == "NOT" else _type_of(element)

    @property
    def _binding(self):
        # What orders an index is no operator.
        return self.operator if self.prefix else None

    def _sql(self, dialect):
        element = _grouped(self.element, self.operator, dialect)
        if not self.prefix:
            return f"{element} {self.operator}"
        if self.operator in ("-x", "~x"):
            return self.operator[0] + element
        return f"{self.operator} {element}"


class AsBoolean(ColumnElement):
    """A boolean column as a condition: itself, or a comparison with 1 or 0 where there are no booleans."""

    type = _types.Boolean()

    def __init__(self, element, wanted):
        ...

    def _sql(self, dialect):
        text = _sql_of(self.element, dialect)
        inner = self.element.element if isinstance(self.element, Grouping) else self.element
        if dialect.name != "sqlite" or getattr(inner, "_is_condition", False):
            return text if self.wanted else f"NOT {text}"
        return f"{text} = {'1' if self.wanted else '0'}"


class BooleanClauseList(ColumnElement):
    _is_condition = True
    type = _types.Boolean()

    def __init__(self, operator, clauses):
        ...

    @property
    def _binding(self):
        return self.operator

    def _sql(self, dialect):
        return f" {self.operator} ".join([_grouped(clause, self.operator, dialect) for clause in self.clauses])


class CollationClause(ColumnElement):
    def __init__(self, element, collation):
        ...

    @property
    def type(self):
        return _type_of(self.element)

    _binding = "COLLATE"

    def _sql(self, dialect):
        return f"{_grouped(self.element, 'COLLATE', dialect)} COLLATE {_quote(self.collation, dialect)}"


class CollectionAggregate(ColumnElement):
    def __init__(self, name, element):
        ...

    @property
    def type(self):
        return getattr(_type_of(self.element), "item_type", None) or _types.NULLTYPE

    def _binary(self, operator, other):
        # It stands on the right of its operator, whichever side it was written on.
        return BinaryExpression(other, self, _MIRRORED.get(operator, operator))

    def _sql(self, dialect):
        if isinstance(self.element, DataStatement):
            # The brackets of the query are those of the operator.
            return f"{self.name} {_sql_of(self.element, dialect)}"
        return f"{self.name} ({_sql_of(self.element, dialect)})"


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Grouping(ColumnElement):
    def __init__(self, element):
        ...

    @property
    def type(self):
        return _type_of(self.element)

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
    type = _types.Boolean()

    def _sql(self, dialect):
        return "1" if dialect.name == "sqlite" else "true"


class False_(ColumnElement):
    type = _types.Boolean()

    def _sql(self, dialect):
        return "0" if dialect.name == "sqlite" else "false"


class TextClause(ColumnElement):
    _binds = {}

    def __init__(self, text):
        ...

    def bindparams(self, *binds, **values):
        new = copy_object(self)
        bound = dict(getattr(self, "_bound", {}))
        for bind in binds:
            bound[bind.key] = bind.value
        bound.update(values)
        new._bound = bound
        typed = dict(self._binds)
        for bind in binds:
            typed[bind.key] = bind
        for key, value in values.items():
            typed[key] = typed[key]._with(value) if key in typed else BindParameter(key, value)
        new._binds = typed
        return new

    def params(self, *args, **kw):
        return self.bindparams(**kw)

    def columns(self, *args, **kw):
        return TextualSelect(self)

    def _sql(self, dialect):
        if getattr(dialect, "_writes_rows", False):
            return dialect.text(self)
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
        if getattr(dialect, "_writes_rows", False):
            return dialect.column(self)
        if self.is_literal or getattr(self, "quote", None) is False:
            return self.name
        if getattr(self, "quote", None):
            return '"' + self.name.replace('"', '""') + '"'
        return _quote(self.name, dialect)


class _NotGiven:
    ...


_NOT_GIVEN = _NotGiven()


class BindParameter(ColumnElement):
    def __init__(self, key, value=_NOT_GIVEN, type_=None, unique=False, required=False, quote=None, expanding=False, literal_execute=False, callable_=None):
        self.key = key
        self.required = value is _NOT_GIVEN and callable_ is None
        self.value = None if value is _NOT_GIVEN else value
        self.callable = callable_
        self.expanding = expanding
        self.type = type_instance(type_) if type_ is not None else _types.NULLTYPE

    def _with(self, value):
        """The same parameter with a value."""
        new = copy_object(self)
        new.value = value
        new.required = False
        return new

    def _beside(self, other):
        """The same parameter beside an expression, whose type it takes on."""
        new = copy_object(self)
        new._neighbour = other
        return new

    def _sql(self, dialect):
        if getattr(dialect, "_writes_rows", False):
            return dialect.parameter(self)
        return _literal_sql(self.value, dialect, self.type)


class Cast(ColumnElement):
    def __init__(self, expression, type_):
        self.clause = expression
        self.type = type_instance(type_)

    def _sql(self, dialect):
        if getattr(dialect, "_writes_rows", False):
            return f"CAST({dialect.of_type(self.clause, self.type)} AS {dialect.type_name(self.type)})"
        return f"CAST({_sql_of(self.clause, dialect)} AS {self.type._compile(dialect)})"


class TypeCoerce(ColumnElement):
    def __init__(self, expression, type_):
        self.clause = expression
        self.type = type_instance(type_)

    def _sql(self, dialect):
        if getattr(dialect, "_writes_rows", False):
            return dialect.of_type(self.clause, self.type)
        return _sql_of(self.clause, dialect)


class Extract(ColumnElement):
    def __init__(self, field, expr):
        ...

    type = _types.Integer()

    def _sql(self, dialect):
        expr = _sql_of(self.expr, dialect)
        if dialect.name == "sqlite":
            code = _STRFTIME.get(self.field)
            if code is None:
                raise CompileError(f"{self.field} is not a valid extract argument.")
            return f"CAST(STRFTIME('{code}', {expr}) AS INTEGER)"
        return f"EXTRACT({self.field} FROM {expr})"


_STRFTIME = {
    "month": "%m", "day": "%d", "year": "%Y", "second": "%S", "hour": "%H", "doy": "%j", "minute": "%M", "epoch": "%s", "dow": "%w", "week": "%W",
}


class Case(ColumnElement):
    def __init__(self, *whens, value=None, else_=None):
        if len(whens) == 1 and isinstance(whens[0], (list, tuple)) and whens[0] and isinstance(whens[0][0], tuple):
            whens = tuple(whens[0])
        self.whens = list(whens[0].items()) if len(whens) == 1 and isinstance(whens[0], dict) else list(whens)
        self.value = value
        self.else_ = else_
        self.type = _type_of(self.whens[0][1]) if self.whens else _types.NULLTYPE

    def _sql(self, dialect):
        text = "CASE"
        type_ = None
        if self.value is not None:
            text += " " + _sql_of(self.value, dialect)
            type_ = _type_of(self.value)
        for condition, result in self.whens:
            text += f" WHEN {_grouped(condition, None, dialect, type_)} THEN {_sql_of(result, dialect)}"
        if self.else_ is not None:
            text += " ELSE " + _sql_of(self.else_, dialect)
        return text + " END"


class Over(ColumnElement):
    """`function OVER (…)`."""

    def __init__(self, element, partition_by=None, order_by=None, range_=None, rows=None, groups=None, exclude=None):
        ...

    @property
    def type(self):
        return _type_of(self.element)

    def _sql(self, dialect):
        if self.range_ is not None or self.rows is not None or self.groups is not None or self.exclude is not None:
            raise CompileError("frames of window functions are not modelled")
        parts = []
        for words, expressions in (("PARTITION BY", self.partition_by), ("ORDER BY", self.order_by)):
            if expressions is None:
                continue
            listed = expressions if isinstance(expressions, (list, tuple)) else [expressions]
            parts.append(f"{words} {', '.join([_sql_of(item, dialect) for item in listed])}")
        return f"{_sql_of(self.element, dialect)} OVER ({' '.join(parts)})"


class FunctionFilter(ColumnElement):
    """`aggregate(…) FILTER (WHERE …)`."""

    def __init__(self, element, *criterion):
        self.element = element
        self.criterion = and_(*criterion)

    @property
    def type(self):
        return _type_of(self.element)

    def filter(self, *criterion):
        return FunctionFilter(self.element, self.criterion, *criterion)

    def _sql(self, dialect):
        return f"{_sql_of(self.element, dialect)} FILTER (WHERE {_sql_of(self.criterion, dialect)})"


class WithinGroup(ColumnElement):
    """`aggregate(…) WITHIN GROUP (ORDER BY …)`."""

    def __init__(self, element, *order_by):
        self.element = element
        self.order = order_by

    def _sql(self, dialect):
        order = ", ".join([_sql_of(item, dialect) for item in self.order])
        return f"{_sql_of(self.element, dialect)} WITHIN GROUP (ORDER BY {order})"


class FunctionElement(ColumnElement):
    name = None
    inherit_cache = True
    _is_table = False

    def __init__(self, *clauses, **kw):
        self.clause_args = clauses

    @property
    def clauses(self):
        return list(self.clause_args)

    def _sql(self, dialect):
        compiled = _find_compiled(self, dialect)
        if compiled is not None:
            return compiled
        return _call(self.name, self.clause_args, dialect)

    def alias(self, *args, **kw):
        new = copy_object(self)
        new._is_table = True
        return new

    def table_valued(self, *args, **kw):
        return self.alias()

    def column_valued(self, *args, **kw):
        return self.alias()


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
        elif name.lower() in _TYPED_AS_ARGUMENT and clauses:
            self.type = _type_of(clauses[0])
        else:
            self.type = _FUNCTION_TYPES.get(name.lower(), _types.NULLTYPE)

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
        if lower == "char_length" and dialect.name == "sqlite":
            return _call("length", self.clause_args, dialect)
        return _call(self.name, self.clause_args, dialect)


def _call(name, arguments, dialect):
    return f"{name}({', '.join([_grouped(argument, ',', dialect) for argument in arguments])})"


# Functions whose type SQLAlchemy knows; what other functions return is open.
_TYPED_AS_ARGUMENT = ("coalesce", "max", "min", "sum")
_FUNCTION_TYPES = {
    "char_length": _types.Integer(),
    "concat": _types.String(),
    "count": _types.Integer(),
    "current_date": _types.Date(),
    "current_timestamp": _types.DateTime(),
    "localtimestamp": _types.DateTime(),
    "now": _types.DateTime(),
}


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
    def __init__(self, *clauses, **kw):
        _KnownFunction.__init__(self, *(clauses or (literal_column("*"),)), **kw)


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
        name = _quote(self.sequence.name, dialect)
        if self.sequence.schema is not None:
            name = f"{_quote(self.sequence.schema, dialect)}.{name}"
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


def bindparam(key, value=_NOT_GIVEN, type_=None, **kw):
    return BindParameter(key, value, type_, expanding=kw.get("expanding", False), callable_=kw.get("callable_"))


def outparam(key, type_=None):
    return BindParameter(key, None, type_)


def and_(*clauses):
    return _conjunction("AND", True_, False_, clauses)


def or_(*clauses):
    return _conjunction("OR", False_, True_, clauses)


def _conjunction(operator, neutral, decisive, clauses):
    """`and_(true(), x)` is `x`, `and_(false(), x)` is `false()`, and a list in a list of its kind is one list."""
    constants = {True: True_, False: False_}
    clauses = [constants[clause]() if clause is True or clause is False else _unwrapped(clause) for clause in clauses]
    for clause in clauses:
        if isinstance(clause, decisive):
            return clause
    parts = [clause for clause in clauses if not isinstance(clause, neutral)]
    if not parts and clauses:
        return clauses[0]
    if len(parts) == 1:
        is_column = parts[0]._binding is None and isinstance(_type_of(parts[0]), _types.Boolean)
        return AsBoolean(parts[0], True) if is_column and not isinstance(parts[0], AsBoolean) else parts[0]
    flat = []
    for clause in parts:
        is_same = isinstance(clause, BooleanClauseList) and clause.operator == operator
        flat.extend(clause.clauses if is_same else [clause])
    return BooleanClauseList(operator, flat)


def not_(clause):
    clause = _unwrapped(clause)
    if isinstance(clause, (True_, False_)):
        return false() if isinstance(clause, True_) else true()
    if isinstance(clause, Exists):
        return UnaryExpression(Grouping(clause), "NOT", True)
    if isinstance(clause, AsBoolean):
        return AsBoolean(clause.element, not clause.wanted)
    if isinstance(clause, (BinaryExpression, Between)):
        negated = NEGATED.get(clause.operator) if clause._own_precedence is None else None
        if negated is None:
            clause = Grouping(clause)
        else:
            new = copy_object(clause)
            new.operator = negated
            return new
    if clause._binding is None and isinstance(_type_of(clause), _types.Boolean):
        return AsBoolean(clause, False)
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
    return Between(expr, lower_bound, upper_bound, symmetric)


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
    return Over(element, **kw)


def within_group(element, *order_by):
    return WithinGroup(element, *order_by)


def funcfilter(func, *criterion):
    return func.filter(*criterion)


class Executable:
    ...


class DataStatement(ColumnElement, Executable):
    """A statement on rows: remembers that it is one, and every method returns it."""

    _is_data = True
    _calls = ()
    table = None

    def __init__(self, *args, **kw):
        self.args = args
        self._given = kw

    def _sql(self, dialect):
        if getattr(dialect, "_writes_rows", False):
            return dialect.nested(self)
        raise CompileError("a statement on rows is not written here")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return _Chain(self, name)

    # Of the names that expressions have, too, these are methods of statements.

    def params(self, *args, **kw):
        return _Chain(self, "params")(*args, **kw)

    def distinct(self, *args):
        return _Chain(self, "distinct")(*args)

    def filter(self, *criterion):
        return _Chain(self, "filter")(*criterion)

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
        new._calls = self.statement._calls + ((self.name, args, kw),)
        return new


class _AnyColumns:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name):
        found = ColumnClause(name)
        found._is_anyones = True
        return found


class SelectBase(DataStatement):
    _effect = "select"

    def subquery(self, name=None):
        return Subquery(self, name)

    def alias(self, name=None, flat=False):
        return Subquery(self, name)

    def cte(self, name=None, recursive=False, nesting=False):
        return CTE(self, name, recursive)

    def scalar_subquery(self):
        return ScalarSelect(self)

    as_scalar = scalar_subquery

    def label(self, name):
        return Label(name, ScalarSelect(self))

    def exists(self):
        return Exists(self)

    def union(self, *others):
        return _compound("UNION", (self,) + others)

    def union_all(self, *others):
        return _compound("UNION ALL", (self,) + others)

    def except_(self, *others):
        return _compound("EXCEPT", (self,) + others)

    def except_all(self, *others):
        return _compound("EXCEPT ALL", (self,) + others)

    def intersect(self, *others):
        return _compound("INTERSECT", (self,) + others)

    def intersect_all(self, *others):
        return _compound("INTERSECT ALL", (self,) + others)


class Select(SelectBase):
    ...


class CompoundSelect(SelectBase):
    keyword = None


class Exists(SelectBase):
    _is_condition = True
    type = _BOOLEAN


class ScalarSelect(SelectBase):
    ...


class UpdateBase(DataStatement):
    _effect = "dml"

    def cte(self, name=None, recursive=False, nesting=False):
        return CTE(self, name, recursive)


class Insert(UpdateBase):
    @property
    def excluded(self):
        """The row that an upsert could not insert."""
        return _ExcludedColumns()


class _ExcludedColumns:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name):
        found = ColumnClause(name)
        found._is_excluded = True
        return found


class Update(UpdateBase):
    ...


class Delete(UpdateBase):
    ...


class Values(SelectBase):
    ...


class _Named(SelectBase):
    """What stands in a FROM under a name: another table as it were, with the columns of what it is made of."""

    def __init__(self, element, name=None, recursive=False):
        self.args = (element,)
        self._given = {}
        self._source = element
        self._alias = name
        self._is_recursive = recursive

    @property
    def name(self):
        return self._alias

    @property
    def c(self):
        return _NamedColumns(self)

    @property
    def columns(self):
        return _NamedColumns(self)

    def select(self, *args, **kw):
        return Select(self)

    def join(self, right, onclause=None, isouter=False, full=False):
        return Join(self, right, onclause, isouter, full)

    def outerjoin(self, right, onclause=None, full=False):
        return Join(self, right, onclause, True, full)

    def alias(self, name=None, flat=False):
        return Alias(self, name)


class CTE(_Named):
    def union(self, *others):
        return self._extended("UNION", others)

    def union_all(self, *others):
        return self._extended("UNION ALL", others)

    def _extended(self, keyword, others):
        """The second half of a recursive query, which refers to the first."""
        new = CTE(_compound(keyword, (self._source,) + others), self._alias, self._is_recursive)
        new._restates = self
        return new


class Subquery(_Named):
    ...


class Alias(_Named):
    @property
    def element(self):
        return self._source


class _NamedColumns:
    """`subquery.c`: the columns of what is selected, as columns of the name it is given."""

    def __init__(self, named):
        self._named = named

    def __getattr__(self, name):
        if name.startswith("__") or name == "_named":
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, key):
        if isinstance(key, int):
            return list(self)[key]
        found = ColumnClause(key)
        found.table = self._named
        inner = _column_within(self._named._source, key)
        if inner is not None:
            found.name = inner.name
            found.type = inner.type
        return found

    def __iter__(self):
        return iter([self[key] for key in self.keys()])

    def __len__(self):
        return len(self.keys())

    def __contains__(self, key):
        return key in self.keys()

    def keys(self):
        source = self._named._source
        if isinstance(source, (FromClause, _Named)):
            return list(source.c.keys())
        return unknown("the columns of a query are known only where it is written")

    def values(self):
        return list(self)


def _column_within(source, key):
    """The column of a table behind a name; nothing where a query is behind it."""
    if isinstance(source, FromClause):
        return source.c[key] if key in source.c else None
    if isinstance(source, _Named):
        return source.c[key]
    return None


class Join(SelectBase):
    def __init__(self, left, right, onclause=None, isouter=False, full=False, **kw):
        self.args = (left, right)
        self._given = kw
        self.left_side = left
        self.right_side = right
        self.condition = onclause
        self.is_outer = isouter
        self.is_full = full

    def join(self, right, onclause=None, isouter=False, full=False):
        return Join(self, right, onclause, isouter, full)

    def outerjoin(self, right, onclause=None, full=False):
        return Join(self, right, onclause, True, full)

    def select(self, *args, **kw):
        return Select(self)


class TextualSelect(SelectBase):
    ...


class _Lambda(SelectBase):
    """A statement inside of a lambda, which is not looked into."""


def _compound(keyword, selects):
    new = CompoundSelect(*selects)
    new.keyword = keyword
    return new


def select(*entities, **kw):
    return Select(*entities, **kw)


def insert(table, *args, **kw):
    return Insert(table, *args, **kw)


def update(table, *args, **kw):
    return Update(table, *args, **kw)


def delete(table, *args, **kw):
    return Delete(table, *args, **kw)


def exists(*args, **kw):
    return Exists(*args, **kw)


def union(*selects, **kw):
    return _compound("UNION", selects)


def union_all(*selects, **kw):
    return _compound("UNION ALL", selects)


def except_(*selects, **kw):
    return _compound("EXCEPT", selects)


def except_all(*selects, **kw):
    return _compound("EXCEPT ALL", selects)


def intersect(*selects, **kw):
    return _compound("INTERSECT", selects)


def intersect_all(*selects, **kw):
    return _compound("INTERSECT ALL", selects)


def values(*columns, **kw):
    return Values(*columns)


def join(left, right, onclause=None, isouter=False, full=False, **kw):
    return Join(left, right, onclause, isouter, full, **kw)


def outerjoin(left, right, onclause=None, full=False, **kw):
    return Join(left, right, onclause, True, full, **kw)


def alias(selectable, name=None, **kw):
    return Alias(selectable, name)


def lateral(selectable, name=None):
    return _Lambda(selectable)


def cte(selectable, name=None, recursive=False, **kw):
    return CTE(selectable, name, recursive)


def lambda_stmt(*args, **kw):
    return _Lambda()


# Tables of mapped classes of which an alias was made that is taken for the class itself.
_aliased_tables = []


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
        return Select(self, *args, **kw)

    def insert(self, *args, **kw):
        return Insert(self, *args, **kw)

    def update(self, *args, **kw):
        return Update(self, *args, **kw)

    def delete(self, *args, **kw):
        return Delete(self, *args, **kw)

    def alias(self, name=None, flat=False):
        return Alias(self, name)

    def join(self, right, onclause=None, isouter=False, full=False):
        return Join(self, right, onclause, isouter, full)

    def outerjoin(self, right, onclause=None, full=False):
        return Join(self, right, onclause, True, full)

    def count(self, *args, **kw):
        counted = Select(self)
        counted._calls = (("count", args, kw),)
        return counted


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
