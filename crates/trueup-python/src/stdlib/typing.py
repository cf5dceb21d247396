"""Annotations as values: `Optional[int]` remembers its origin and its arguments, nothing is checked."""

TYPE_CHECKING = False


class _GenericAlias:
    """`X[a, b]`."""

    def __init__(self, origin, args):
        self.__origin__ = origin
        self.__args__ = args

    def __eq__(self, other):
        return isinstance(other, _GenericAlias) and self.__origin__ is other.__origin__ and self.__args__ == other.__args__

    def __hash__(self):
        # The parameters of `Callable[[int], str]` are a list.
        args = [tuple(item) if isinstance(item, list) else item for item in self.__args__]
        return hash((id(self.__origin__), tuple(args)))

    def __call__(self, *args, **kwargs):
        return self.__origin__(*args, **kwargs)

    def __getitem__(self, item):
        return _GenericAlias(self.__origin__, _as_tuple(item))

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __mro_entries__(self, bases):
        return (self.__origin__,)

    def __repr__(self):
        return f"{_name(self.__origin__)}[{', '.join([_name(item) for item in self.__args__])}]"


def _name(item):
    # `<class 'app.Thing'>` is written as `app.Thing`.
    return repr(item)[8:-2] if isinstance(item, type) else repr(item)


def _as_tuple(item):
    return item if isinstance(item, tuple) else (item,)


class _SpecialForm:
    def __init__(self, name):
        self._name = name

    def __getitem__(self, item):
        return _GenericAlias(self, _as_tuple(item))

    def __call__(self, *args, **kwargs):
        return self

    def __repr__(self):
        return "typing." + self._name

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


class _UnionForm(_SpecialForm):
    def __getitem__(self, item):
        members = []
        for member in _as_tuple(item):
            inner = member.__args__ if isinstance(member, _GenericAlias) and member.__origin__ is self else (member,)
            for single in inner:
                if single is None:
                    single = type(None)
                if not any([single is known for known in members]):
                    members.append(single)
        return members[0] if len(members) == 1 else _GenericAlias(self, tuple(members))


class _OptionalForm(_SpecialForm):
    def __getitem__(self, item):
        return Union[item, type(None)]


class _LiteralAlias(_GenericAlias):
    __literal__ = True


class _LiteralForm(_SpecialForm):
    def __getitem__(self, item):
        return _LiteralAlias(self, _as_tuple(item))


class _AnnotatedAlias(_GenericAlias):
    def __init__(self, origin, metadata):
        self.__origin__ = origin
        self.__args__ = (origin,)
        self.__metadata__ = metadata

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def __getitem__(self, item):
        return self


class _AnnotatedForm(_SpecialForm):
    def __getitem__(self, item):
        items = _as_tuple(item)
        return _AnnotatedAlias(items[0], tuple(items[1:]))


Union = _UnionForm("Union")
Optional = _OptionalForm("Optional")
Literal = _LiteralForm("Literal")
Annotated = _AnnotatedForm("Annotated")
Any = _SpecialForm("Any")
AnyStr = _SpecialForm("AnyStr")
ClassVar = _SpecialForm("ClassVar")
Final = _SpecialForm("Final")
Callable = _SpecialForm("Callable")
NoReturn = _SpecialForm("NoReturn")
Never = _SpecialForm("Never")
Self = _SpecialForm("Self")
LiteralString = _SpecialForm("LiteralString")
Concatenate = _SpecialForm("Concatenate")
TypeAlias = _SpecialForm("TypeAlias")
TypeGuard = _SpecialForm("TypeGuard")
Required = _SpecialForm("Required")
NotRequired = _SpecialForm("NotRequired")
ReadOnly = _SpecialForm("ReadOnly")
Unpack = _SpecialForm("Unpack")


class _BuiltinForm(_SpecialForm):
    def __init__(self, origin):
        self._name = origin.__name__
        self._origin = origin

    def __getitem__(self, item):
        return _GenericAlias(self._origin, _as_tuple(item))

    def __mro_entries__(self, bases):
        return (self._origin,)

    def __call__(self, *args, **kwargs):
        return self._origin(*args, **kwargs)


List = _BuiltinForm(list)
Dict = _BuiltinForm(dict)
Set = _BuiltinForm(set)
FrozenSet = _BuiltinForm(frozenset)
Tuple = _BuiltinForm(tuple)
Type = _BuiltinForm(type)
DefaultDict = _BuiltinForm(dict)
OrderedDict = _BuiltinForm(dict)


class Generic:
    def __class_getitem__(cls, item):
        return cls


class Protocol:
    def __class_getitem__(cls, item):
        return cls


class _Abstract:
    def __class_getitem__(cls, item):
        return _GenericAlias(cls, _as_tuple(item))


class Iterable(_Abstract):
    ...


class Iterator(Iterable):
    ...


class Generator(Iterator):
    ...


class AsyncIterable(_Abstract):
    ...


class AsyncIterator(AsyncIterable):
    ...


class AsyncGenerator(AsyncIterator):
    ...


class Awaitable(_Abstract):
    ...


class Coroutine(Awaitable):
    ...


class Container(_Abstract):
    ...


class Collection(Iterable):
    ...


class Sequence(Collection):
    ...


class MutableSequence(Sequence):
    ...


class Mapping(Collection):
    ...


class MutableMapping(Mapping):
    ...


class AbstractSet(Collection):
    ...


class Hashable(_Abstract):
    ...


class Sized(_Abstract):
    ...


class ContextManager(_Abstract):
    ...


class AsyncContextManager(_Abstract):
    ...


class SupportsInt(_Abstract):
    ...


class IO(_Abstract):
    ...


class TextIO(IO):
    ...


class BinaryIO(IO):
    ...


Pattern = _SpecialForm("Pattern")
Match = _SpecialForm("Match")
Text = str


class TypeVar:
    def __init__(self, name, *constraints, **kwargs):
        self.__name__ = name


class ParamSpec(TypeVar):
    args = None
    kwargs = None


class TypeVarTuple(TypeVar):
    ...


class TypeAliasType:
    def __init__(self, name, value, **kwargs):
        self.__name__ = name
        self.__value__ = value


class NewType:
    def __init__(self, name, supertype):
        self.__name__ = name
        self.__supertype__ = supertype

    def __call__(self, value):
        return value


class ForwardRef:
    def __init__(self, arg, **kwargs):
        self.__forward_arg__ = arg


class TypedDict(dict):
    ...


class NamedTuple:
    """`class P(NamedTuple)`: fields are the annotations, in order."""

    def __init__(self, *args, **kwargs):
        values = dict(zip(self._field_names(), args))
        values.update(kwargs)
        for name in self._field_names():
            if name in values:
                setattr(self, name, values[name])

    @classmethod
    def _field_names(cls):
        return list(cls.__annotations__.keys())

    def __iter__(self):
        return iter([getattr(self, name) for name in self._field_names()])

    def __getitem__(self, index):
        return [getattr(self, name) for name in self._field_names()][index]

    def __len__(self):
        return len(self._field_names())

    def _asdict(self):
        return {name: getattr(self, name) for name in self._field_names()}


def cast(type_, value):
    return value


def assert_never(value):
    return value


def assert_type(value, type_):
    return value


def reveal_type(value):
    return value


def overload(function):
    return function


def final(function):
    return function


def override(function):
    return function


def runtime_checkable(cls):
    return cls


def no_type_check(function):
    return function


def dataclass_transform(**kwargs):
    return lambda decorated: decorated


def deprecated(message, **kwargs):
    return lambda decorated: decorated


def get_origin(annotation):
    return getattr(annotation, "__origin__", None)


def get_args(annotation):
    return getattr(annotation, "__args__", ())


def get_type_hints(value, *args, **kwargs):
    return dict(getattr(value, "__annotations__", {}))
