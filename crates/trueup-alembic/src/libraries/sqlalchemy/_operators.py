"""Operators: which binds more tightly, what is the opposite of each, and which names need quotes.

Where SQLAlchemy writes parentheses decides how a CHECK or an index reads back from SQLite, which keeps the text.
Source: SQLAlchemy 2.0 `sql/operators.py` (`_PRECEDENCE`, `is_precedent`), `sql/default_comparator.py` and the
`RESERVED_WORDS` of `dialects/postgresql/base.py` and `dialects/sqlite/base.py`. Operators are named by their SQL.
"""

_SMALLEST = -100
_LARGEST = 100

_PRECEDENCE = {
    "ANY": 15, "ALL": 15, "[]": 15, "->": 15, "#>": 15, "->>": 15, "#>>": 15,
    "*": 8, "/": 8, "//": 8, "%": 8, "-x": 8, "~x": 8,
    "+": 7, "-": 7, "^": 7, "|": 7, "&": 7, "<<": 7, ">>": 7,
    "||": 5, "@@": 5, "~": 5, "!~": 5, "REGEXP_REPLACE": 5, "ILIKE": 5, "NOT ILIKE": 5, "LIKE": 5, "NOT LIKE": 5,
    "IN": 5, "NOT IN": 5, "IS": 5, "IS NOT": 5, "=": 5, "!=": 5, ">": 5, "<": 5, ">=": 5, "<=": 5,
    "IS DISTINCT FROM": 5, "IS NOT DISTINCT FROM": 5, "BETWEEN": 5, "NOT BETWEEN": 5, "DISTINCT": 5, "NOT": 5,
    "COLLATE": 4, "AND": 3, "DESC": 3, "ASC": 3, "OR": 2, ",": -1, "as boolean": -10,
}

# `(a + b) + c` and `a + (b + c)` need no parentheses.
_SELF_PRECEDENT = ("+", "*", "||", "AND", "OR", "[]", "->", "#>", "->>", "#>>")

_OPPOSITES = (
    ("=", "!="), ("IS", "IS NOT"), ("IN", "NOT IN"), ("LIKE", "NOT LIKE"), ("ILIKE", "NOT ILIKE"), ("<", ">="), (">", "<="),
    ("~", "!~"), ("IS DISTINCT FROM", "IS NOT DISTINCT FROM"), ("BETWEEN", "NOT BETWEEN"),
    ("contains", "not contains"), ("startswith", "not startswith"), ("endswith", "not endswith"),
    ("icontains", "not icontains"), ("istartswith", "not istartswith"), ("iendswith", "not iendswith"),
)
NEGATED = dict(_OPPOSITES)
NEGATED.update({opposite: operator for operator, opposite in _OPPOSITES})

# What gives a truth value. A boolean operand next to these is not compared with 1 where there are no booleans.
COMPARISONS = tuple(NEGATED) + ("@>", "<@", "&&", "?", "@@")


def precedence_of(operator, own, default):
    """The precedence of an operator; one of the project's own (`.op("…")`) has what was given with it."""
    return own if own is not None else _PRECEDENCE.get(operator, default)


def is_precedent(operator, against, own=None, against_own=None):
    """Tells whether an operand with `operator` needs parentheses next to `against`."""
    if operator == against and operator in _SELF_PRECEDENT and own is None:
        return False
    if against is None:
        return True
    return precedence_of(operator, own, _SMALLEST) <= precedence_of(against, against_own, _LARGEST)


_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789_$"

_RESERVED = {
    "postgresql": """
    all analyse analyze and any array as asc asymmetric authorization between binary both case cast check
    collate column constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign
    freeze from full grant group having ilike in initially inner intersect into is isnull join leading left like
    limit localtime localtimestamp natural new not notnull null of off offset old on only or order outer over
    overlaps placing primary references returning right select session_user similar some symmetric table then to
    trailing true union unique user using variadic verbose when where window with
    """.split(),
    "sqlite": """
    add after all alter analyze and as asc attach autoincrement before begin between by cascade case cast check
    collate column commit conflict constraint create cross current_date current_time current_timestamp database
    default deferrable deferred delete desc detach distinct drop each else end escape except exclusive exists
    explain fail false for foreign from full glob group having if ignore immediate in index indexed initially
    inner insert instead intersect into is isnull join key left like limit match natural not notnull null of
    offset on or order outer plan pragma primary query raise references reindex rename replace restrict right
    rollback row select set table temp temporary then to transaction trigger true union unique update using
    vacuum values view virtual when where
    """.split(),
}


def quote(name, dialect=None):
    """A name as SQLAlchemy writes it: in quotes where it would not be read as the same name without."""
    name = str(name)
    is_plain = name and name[0] not in "0123456789$" and all([letter in _SAFE for letter in name])
    if is_plain and name not in _RESERVED.get(getattr(dialect, "name", None), ()):
        return name
    return '"' + name.replace('"', '""') + '"'
