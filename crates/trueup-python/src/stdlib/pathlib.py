"""Paths as text; of the disk, what is in the project is known."""
import io
import os


class PurePath:
    def __init__(self, *parts):
        self._path = os.path.normpath(os.path.join(*parts)) if parts else "."

    def __truediv__(self, other):
        return type(self)(self._path, str(other))

    def __rtruediv__(self, other):
        return type(self)(str(other), self._path)

    def joinpath(self, *others):
        return type(self)(self._path, *[str(other) for other in others])

    def __str__(self):
        return self._path

    def __repr__(self):
        return f"PosixPath('{self._path}')"

    def __fspath__(self):
        return self._path

    def __eq__(self, other):
        return isinstance(other, PurePath) and self._path == other._path

    def __hash__(self):
        return hash(self._path)

    def as_posix(self):
        return self._path

    @property
    def parent(self):
        return type(self)(os.path.dirname(self._path) or ".")

    @property
    def parents(self):
        found = []
        current = self
        while True:
            above = current.parent
            if above == current or len(found) > 64:
                return found
            found.append(above)
            current = above

    @property
    def name(self):
        return os.path.basename(self._path)

    @property
    def stem(self):
        return os.path.splitext(self.name)[0]

    @property
    def suffix(self):
        return os.path.splitext(self.name)[1]

    @property
    def parts(self):
        return tuple(self._path.split("/"))

    def with_suffix(self, suffix):
        return type(self)(os.path.splitext(self._path)[0] + suffix)

    def with_name(self, name):
        return type(self)(os.path.join(os.path.dirname(self._path), name))

    def relative_to(self, other):
        return os.path._disk(other)


class Path(PurePath):
    @classmethod
    def cwd(cls):
        return os.getcwd()

    @classmethod
    def home(cls):
        return os.getcwd()

    def resolve(self, strict=False):
        return self

    def absolute(self):
        return self

    def expanduser(self):
        return self

    def exists(self):
        return os.path.exists(self._path)

    def is_file(self):
        return os.path.isfile(self._path)

    def is_dir(self):
        return os.path.isdir(self._path)

    def read_text(self, *args, **kwargs):
        return os.path._read(self._path)

    def read_bytes(self):
        return os.path._read(self._path).encode("utf-8")

    def open(self, mode="r", *args, **kwargs):
        return io.open(self._path, mode)

    def iterdir(self):
        return [type(self)(self._path, name) for name in os.path._names(self._path)]

    def glob(self, pattern):
        first, *rest = pattern.split("/")
        if first == "**":
            return os.path._disk(self._path)
        if "*" in first or "?" in first or "[" in first:
            if "[" in first:
                return os.path._disk(self._path)
            found = [path for path in self.iterdir() if os.path._matches(path.name, first)]
        else:
            found = [self.joinpath(first)]
        if rest:
            return [inner for path in found for inner in path.glob("/".join(rest))]
        return found

    def rglob(self, pattern):
        return os.path._disk(self._path)

    def __lt__(self, other):
        return self._path < other._path

    def mkdir(self, *args, **kwargs):
        pass


PosixPath = Path
PurePosixPath = PurePath
