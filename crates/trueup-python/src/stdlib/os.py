"""The operating system: paths are text, the environment is not known."""
import os.path as path

sep = "/"
linesep = "\n"
pathsep = ":"
name = "posix"
curdir = "."
pardir = ".."


def _environment(name):
    ...


class _Environ:
    """`os.environ`: every variable is unknown."""

    def __getitem__(self, name):
        return _environment(name)

    def get(self, name, default=None):
        return _environment(name)

    def __contains__(self, name):
        return _environment(name)

    def __setitem__(self, name, value):
        pass

    def __delitem__(self, name):
        pass

    def setdefault(self, name, default=None):
        return _environment(name)

    def pop(self, name, default=None):
        return _environment(name)

    def update(self, *args, **kwargs):
        pass

    def copy(self):
        return self

    def items(self):
        return _environment("*")

    def keys(self):
        return _environment("*")


environ = _Environ()


def getenv(name, default=None):
    return _environment(name)


def putenv(name, value):
    pass


def getcwd():
    return _environment("PWD")


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
    return _environment("PID")


def listdir(folder="."):
    return path._names(path.normpath(folder))


def walk(*args):
    return _environment("*")


def urandom(n):
    return _environment("*")
