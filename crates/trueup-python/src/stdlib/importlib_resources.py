"""Files beside the modules of a package."""
import contextlib as _contextlib
import importlib as _importlib
import os.path as _path
import pathlib as _pathlib


def files(anchor):
    module = _importlib.import_module(anchor) if isinstance(anchor, str) else anchor
    file = getattr(module, "__file__", None)
    if file is None:
        return _path._disk(str(anchor))
    return _pathlib.Path(file).parent


def read_text(package, resource, encoding="utf-8", errors="strict"):
    return files(package).joinpath(resource).read_text()


def read_binary(package, resource):
    return files(package).joinpath(resource).read_bytes()


def open_text(package, resource, encoding="utf-8", errors="strict"):
    return files(package).joinpath(resource).open()


def is_resource(package, name):
    return files(package).joinpath(name).is_file()


@_contextlib.contextmanager
def as_file(path):
    yield path


@_contextlib.contextmanager
def path(package, resource):
    yield files(package).joinpath(resource)
