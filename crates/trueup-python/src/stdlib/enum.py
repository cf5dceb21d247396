"""Enumerations; `Enum.__init_subclass__` turns the assignments of a class body into members."""


class EnumMeta(type):
    def __call__(cls, *args, **kwargs): ...

    def __getitem__(cls, name): ...

    def __iter__(cls): ...

    def __len__(cls): ...

    def __contains__(cls, item): ...

    @property
    def __members__(cls): ...


EnumType = EnumMeta


class auto:
    def __init__(self): ...


class Enum(metaclass=EnumMeta):
    def __init_subclass__(cls, **keywords): ...

    def __repr__(self): ...

    def __str__(self):
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec):
        return format(str(self), spec)


class ReprEnum(Enum):
    pass


class IntEnum(int, ReprEnum):
    def __str__(self):
        return str(self.value)


class StrEnum(str, ReprEnum):
    def __str__(self):
        return self.value


class Flag(Enum):
    def __or__(self, other): ...

    def __and__(self, other): ...


class IntFlag(int, Flag):
    pass


def unique(cls):
    return cls


def verify(*constraints):
    return unique


def member(value):
    return value


class nonmember:
    def __init__(self, value):
        self.value = value
