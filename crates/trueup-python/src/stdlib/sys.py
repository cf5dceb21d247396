"""The interpreter: a recent Python on Linux."""

version_info = (3, 12, 0, "final", 0)
version = "3.12.0"
platform = "linux"
path = []
argv = []
maxsize = 9223372036854775807
byteorder = "little"


def _loaded_modules():
    ...


modules = _loaded_modules()


class _Stream:
    def write(self, text):
        pass

    def flush(self):
        pass

    def isatty(self):
        return False


stdout = _Stream()
stderr = _Stream()
stdin = _Stream()


def exit(status=None):
    raise SystemExit(status)


def exc_info():
    return (None, None, None)


def getsizeof(value):
    return 0


def getrecursionlimit():
    return 1000


def setrecursionlimit(limit):
    pass


def intern(text):
    return text
