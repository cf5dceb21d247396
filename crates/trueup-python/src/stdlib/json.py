"""JSON text."""


class JSONDecodeError(ValueError):
    ...


class JSONEncoder:
    def __init__(self, **kwargs):
        pass

    def default(self, value):
        raise TypeError("not JSON serializable")


class JSONDecoder:
    def __init__(self, **kwargs):
        pass


def dumps(value, **kwargs):
    return _write(value, kwargs)


def _write(value, options):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return _quote(value, options.get("ensure_ascii", True))
    if isinstance(value, (int, float)):
        return str(value)
    separators = options.get("separators") or (", ", ": ")
    if isinstance(value, dict):
        pairs = list(value.items())
        if options.get("sort_keys"):
            pairs = sorted(pairs)
        return "{" + separators[0].join([_quote(str(key), True) + separators[1] + _write(item, options) for key, item in pairs]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + separators[0].join([_write(item, options) for item in value]) + "]"
    default = options.get("default")
    if default is not None:
        return _write(default(value), options)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _quote(text, ensure_ascii):
    ...


def loads(text, **kwargs):
    ...


def load(stream, **kwargs):
    ...


def dump(value, stream, **kwargs):
    pass
