"""The operating system: paths are text, the environment is not known."""
import os.path as path

sep = "/"
linesep = "\n"
pathsep = ":"
name = "posix"
curdir = "."
pardir = ".."


def _environment(name, default=None):
    ...


def _required(name):
    """The same, with a `KeyError` where there is no such variable."""
    ...


def _is_set(name):
    ...


def _outside(what):
    ...


class _Environ:
    """`os.environ`: every variable is unknown, unless whoever reads the project lends an environment."""

    def __getitem__(self, name):
        return _required(name)

    def get(self, name, default=None):
        return _environment(name, default)

    def __contains__(self, name):
        return _is_set(name)

    def __setitem__(self, name, value):
        pass

    def __delitem__(self, name):
        pass

    def setdefault(self, name, default=None):
        return _environment(name, default)

    def pop(self, name, default=None):
        return _environment(name, default)

    def update(self, *args, **kwargs):
        pass

    def copy(self):
        return self

    def items(self):
        return _outside("*")

    def keys(self):
        return _outside("*")


environ = _Environ()


def getenv(name, default=None):
    return _environment(name, default)


def putenv(name, value):
    pass


def getcwd():
    return _outside("PWD")


def fspath(value):
    return str(value)


class PathLike:
    def __class_getitem__(cls, item):
        return cls


def makedirs(*args, **kwargs):
    pass


def chdir(path):
    pass


def getpid():
    return _outside("PID")


def listdir(folder="."):
    return path._names(path.normpath(folder))


def walk(*args):
    return _outside("*")


def urandom(n):
    return _outside("*")
