"""Data classes: `__init__` from the annotated attributes, base classes first."""


class _Missing:
    ...


MISSING = _Missing()
KW_ONLY = _Missing()


class Field:
    def __init__(self, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None, kw_only=False):
        self.name = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.metadata = metadata or {}


def field(**kwargs):
    return Field(**{key: value for key, value in kwargs.items() if key not in ("doc",)})


class InitVar:
    def __class_getitem__(cls, item):
        return item


def _collect(cls):
    found = {}
    for base in reversed(cls.__mro__):
        for known in base.__dict__.get("__dataclass_fields__", {}).values():
            found[known.name] = known
    for name in getattr(cls, "__annotations__", {}):
        value = cls.__dict__.get(name, MISSING)
        if not isinstance(value, Field):
            value = Field(default=value)
        elif value.default is not MISSING:
            setattr(cls, name, value.default)
        value.name = name
        found[name] = value
    return found


def dataclass(cls=None, **options):
    if cls is None:
        return lambda decorated: dataclass(decorated, **options)
    collected = _collect(cls)
    cls.__dataclass_fields__ = collected

    def __init__(self, *args, **kwargs):
        position = 0
        for known in collected.values():
            if known.init and position < len(args):
                setattr(self, known.name, args[position])
                position += 1
            elif known.init and known.name in kwargs:
                setattr(self, known.name, kwargs[known.name])
            elif known.default is not MISSING:
                setattr(self, known.name, known.default)
            elif known.default_factory is not MISSING:
                setattr(self, known.name, known.default_factory())
            elif known.init:
                raise TypeError(f"__init__() missing required argument: '{known.name}'")
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    def __eq__(self, other):
        return type(self) is type(other) and all([getattr(self, name) == getattr(other, name) for name in collected])

    def __hash__(self):
        return hash(tuple([getattr(self, name) for name in collected]))

    if "__init__" not in cls.__dict__ and options.get("init", True):
        cls.__init__ = __init__
    if "__eq__" not in cls.__dict__ and options.get("eq", True):
        cls.__eq__ = __eq__
        cls.__hash__ = __hash__
    return cls


def fields(value):
    return tuple(value.__dataclass_fields__.values())


def asdict(value, **kwargs):
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def astuple(value, **kwargs):
    return tuple([getattr(value, name) for name in value.__dataclass_fields__])


def replace(value, **changes):
    known = {name: getattr(value, name) for name in value.__dataclass_fields__}
    known.update(changes)
    return type(value)(**known)


def is_dataclass(value):
    return hasattr(value, "__dataclass_fields__")
