"""Files by pattern."""
import os.path as _path
import pathlib as _pathlib


def glob(pathname, *, root_dir=None, recursive=False, include_hidden=False):
    if root_dir is not None or "**" in pathname:
        return _path._disk(pathname)
    folder = _path.dirname(pathname)
    found = _pathlib.Path(folder or ".").glob(_path.basename(pathname))
    return [str(path) for path in found]


def iglob(pathname, **options):
    return glob(pathname, **options)
