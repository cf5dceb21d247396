"""Regular expressions."""

IGNORECASE = 2
I = 2
MULTILINE = 8
M = 8
DOTALL = 16
S = 16
VERBOSE = 64
X = 64
ASCII = 256
A = 256
UNICODE = 32
U = 32


class error(Exception):
    ...


class Match:
    def __init__(self, string, spans, names, values):
        self.string = string
        self._spans = spans
        self._names = names
        self._values = values

    @property
    def lastindex(self):
        # Of nested groups the outer one, which ends last, is the last to be closed.
        last = None
        for at in range(1, len(self._values)):
            if self._values[at] is not None and (last is None or self._spans[at][1] > self._spans[last][1]):
                last = at
        return last

    @property
    def lastgroup(self):
        last = self.lastindex
        for name, at in self._names.items():
            if at == last:
                return name
        return None

    def group(self, *which):
        if not which:
            return self._values[0]
        found = [self._one(item) for item in which]
        return found[0] if len(found) == 1 else tuple(found)

    def _one(self, which):
        if isinstance(which, str):
            return self._values[self._names[which]]
        return self._values[which]

    def __getitem__(self, which):
        return self._one(which)

    def groups(self, default=None):
        return tuple([default if value is None else value for value in self._values[1:]])

    def groupdict(self, default=None):
        return {name: default if self._values[at] is None else self._values[at] for name, at in self._names.items()}

    def start(self, which=0):
        return self._spans[which][0]

    def end(self, which=0):
        return self._spans[which][1]

    def span(self, which=0):
        return self._spans[which]


def _find(pattern, flags, string, anchored, pos=0, endpos=None):
    """Returns all matches as (spans, names, values); `anchored` is "match", "fullmatch" or None."""
    ...


class Pattern:
    def __init__(self, pattern, flags=0):
        self.pattern = pattern
        self.flags = flags

    def _first(self, string, anchored, pos, endpos):
        found = _find(self.pattern, self.flags, string, anchored, pos, endpos)
        return Match(string, *found[0]) if found else None

    def match(self, string, pos=0, endpos=None):
        return self._first(string, "match", pos, endpos)

    def fullmatch(self, string, pos=0, endpos=None):
        return self._first(string, "fullmatch", pos, endpos)

    def search(self, string, pos=0, endpos=None):
        return self._first(string, None, pos, endpos)

    def finditer(self, string, pos=0, endpos=None):
        return iter([Match(string, *found) for found in _find(self.pattern, self.flags, string, None, pos, endpos)])

    def findall(self, string, pos=0, endpos=None):
        result = []
        for spans, names, values in _find(self.pattern, self.flags, string, None, pos, endpos):
            if len(values) == 1:
                result.append(values[0])
            elif len(values) == 2:
                result.append(values[1] or "")
            else:
                result.append(tuple([value or "" for value in values[1:]]))
        return result

    def sub(self, repl, string, count=0):
        result = ""
        position = 0
        done = 0
        for found in _find(self.pattern, self.flags, string, None):
            if count and done >= count:
                break
            match = Match(string, *found)
            result += string[position:match.start()]
            result += repl(match) if callable(repl) else _expand(repl, match)
            position = match.end()
            done += 1
        return result + string[position:]

    def subn(self, repl, string, count=0):
        return (self.sub(repl, string, count), len(_find(self.pattern, self.flags, string, None)))

    def split(self, string, maxsplit=0):
        result = []
        position = 0
        for found in _find(self.pattern, self.flags, string, None):
            if maxsplit and len(result) >= maxsplit:
                break
            match = Match(string, *found)
            if match.end() == match.start():
                continue
            result.append(string[position:match.start()])
            result.extend(match.groups())
            position = match.end()
        result.append(string[position:])
        return result


def _expand(template, match):
    result = ""
    position = 0
    while position < len(template):
        letter = template[position]
        if letter == "\\" and position + 1 < len(template):
            follower = template[position + 1]
            if follower.isdigit():
                result += match.group(int(follower)) or ""
                position += 2
                continue
            if follower == "g" and "<" in template[position:] and ">" in template[position:]:
                end = template.index(">", position)
                name = template[position + 3:end]
                result += match.group(int(name) if name.isdigit() else name) or ""
                position = end + 1
                continue
            result += {"n": "\n", "t": "\t", "\\": "\\"}.get(follower, "\\" + follower)
            position += 2
            continue
        result += letter
        position += 1
    return result


def compile(pattern, flags=0):
    return pattern if isinstance(pattern, Pattern) else Pattern(pattern, flags)


def match(pattern, string, flags=0):
    return compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    return compile(pattern, flags).fullmatch(string)


def search(pattern, string, flags=0):
    return compile(pattern, flags).search(string)


def findall(pattern, string, flags=0):
    return compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    return compile(pattern, flags).finditer(string)


def sub(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).subn(repl, string, count)


def split(pattern, string, maxsplit=0, flags=0):
    return compile(pattern, flags).split(string, maxsplit)


def escape(pattern):
    return "".join(["\\" + letter if not (letter.isalnum() or letter == "_") else letter for letter in pattern])
