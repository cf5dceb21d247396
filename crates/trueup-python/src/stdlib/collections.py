"""Containers."""
import collections.abc as abc


class OrderedDict(dict):
    def move_to_end(self, key, last=True):
        value = self.pop(key)
        self[key] = value


class defaultdict(dict):
    def __init__(self, default_factory=None, *args, **kwargs):
        self.default_factory = default_factory
        self.update(*args, **kwargs)

    def __getitem__(self, key):
        if key not in self:
            return self.__missing__(key)
        return self.get(key)

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self.default_factory()
        self[key] = value
        return value


class Counter(dict):
    def __init__(self, items=(), **kwargs):
        for item in items:
            self[item] = self.get(item, 0) + 1

    def most_common(self, n=None):
        ordered = sorted(self.items(), key=lambda pair: -pair[1])
        return ordered if n is None else ordered[:n]


class ChainMap(dict):
    def __init__(self, *maps):
        for mapping in reversed(maps):
            self.update(mapping)


class UserDict(dict):
    ...


class UserList(list):
    ...


class deque(list):
    def __init__(self, items=(), maxlen=None):
        self.extend(items)

    def appendleft(self, item):
        self.insert(0, item)

    def popleft(self):
        return self.pop(0)

    def extendleft(self, items):
        for item in items:
            self.insert(0, item)


def namedtuple(typename, field_names, **kwargs):
    names = field_names.replace(",", " ").split() if isinstance(field_names, str) else list(field_names)
    defaults = list(kwargs.get("defaults") or ())

    class _Named:
        _fields = tuple(names)

        def __init__(self, *args, **keywords):
            values = dict(zip(names[len(names) - len(defaults):], defaults))
            values.update(dict(zip(names, args)))
            values.update(keywords)
            for name in names:
                if name not in values:
                    raise TypeError(f"{typename}() missing required argument: '{name}'")
                setattr(self, name, values[name])

        def __iter__(self):
            return iter([getattr(self, name) for name in names])

        def __getitem__(self, index):
            return [getattr(self, name) for name in names][index]

        def __len__(self):
            return len(names)

        def __eq__(self, other):
            return tuple(self) == tuple(other)

        def __hash__(self):
            return hash(tuple(self))

        def _asdict(self):
            return {name: getattr(self, name) for name in names}

        def _replace(self, **keywords):
            values = self._asdict()
            values.update(keywords)
            return type(self)(**values)

    _Named.__name__ = typename
    return _Named
