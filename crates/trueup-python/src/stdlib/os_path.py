"""`os.path`: paths are text with `/`; of the disk, what is in the project is known."""

sep = "/"


def _disk(path):
    ...


def _read(path):
    ...


def _names(path):
    ...


def _is_folder(path):
    ...


def _matches(name, pattern):
    if not pattern:
        return not name
    if pattern[0] == "*":
        for at in range(len(name) + 1):
            if _matches(name[at:], pattern[1:]):
                return True
        return False
    return bool(name) and pattern[0] in ("?", name[0]) and _matches(name[1:], pattern[1:])


def join(first, *rest):
    result = str(first)
    for part in rest:
        part = str(part)
        if part.startswith("/"):
            result = part
        elif not result or result.endswith("/"):
            result += part
        else:
            result += "/" + part
    return result


def dirname(path):
    path = str(path)
    if "/" not in path:
        return ""
    head = path[:path.rfind("/")]
    return head or "/"


def basename(path):
    return str(path).split("/")[-1]


def split(path):
    return (dirname(path), basename(path))


def splitext(path):
    base = basename(path)
    dot = base.rfind(".")
    if dot <= 0:
        return (str(path), "")
    return (str(path)[:len(str(path)) - (len(base) - dot)], base[dot:])


def normpath(path):
    path = str(path)
    parts = []
    for part in path.split("/"):
        if part == "..":
            if parts and parts[-1] != "..":
                parts.pop()
            elif not path.startswith("/"):
                parts.append(part)
        elif part and part != ".":
            parts.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(parts) or "."


def abspath(path):
    return normpath(path)


realpath = abspath


def expanduser(path):
    return path


def expandvars(path):
    return path


def isabs(path):
    return str(path).startswith("/")


def relpath(path, start="."):
    return _disk(path)


def isdir(path):
    return _is_folder(normpath(path))


def isfile(path):
    return not _is_folder(normpath(path))


def exists(path):
    # A path that is neither is unknown, and so is the sum.
    return isdir(path) or True


def getsize(path):
    return _disk(path)


getmtime = getsize
commonpath = getsize
