"""Streams of text; files are read, never written."""
import os.path as _path


class TextIOBase:
    pass


class StringIO(TextIOBase):
    def __init__(self, initial_value="", newline="\n"):
        self._text = initial_value
        self._at = 0

    def read(self, size=-1):
        rest = self._text[self._at:]
        self._at = self._at + len(rest)
        return rest

    def readlines(self, hint=-1):
        return self.read().splitlines(True)

    def readline(self, size=-1):
        lines = self._text[self._at:].splitlines(True)
        line = lines[0] if lines else ""
        self._at = self._at + len(line)
        return line

    def __iter__(self):
        return iter(self.readlines())

    def seek(self, offset, whence=0):
        self._at = offset
        return offset

    def getvalue(self):
        return self._text

    def write(self, text):
        self._text = self._text + text
        return len(text)

    def close(self):
        pass

    def flush(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None


def open(file, mode="r", *args, **kwargs):
    if mode in ("r", "rt", "tr"):
        return StringIO(_path._read(_path.normpath(file)))
    return _path._disk(str(file))
