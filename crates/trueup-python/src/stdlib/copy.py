"""Copies."""


def _shallow(value):
    ...


def copy(value):
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list):
        return list(value)
    if isinstance(value, set):
        return set(value)
    method = getattr(value, "__copy__", None)
    return method() if method is not None and not isinstance(value, type) else _shallow(value)


def deepcopy(value, memo=None):
    if type(value) is dict:
        return {key: deepcopy(item) for key, item in value.items()}
    if type(value) is list:
        return [deepcopy(item) for item in value]
    if type(value) is tuple:
        return tuple([deepcopy(item) for item in value])
    return copy(value)
