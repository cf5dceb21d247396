"""Packages and the files in them."""
import importlib.resources as _resources


def get_data(package, resource):
    return _resources.files(package).joinpath(resource).read_bytes()


def extend_path(path, name):
    return path
