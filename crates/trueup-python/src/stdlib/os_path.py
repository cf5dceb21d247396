"""`os.path`: paths are text with `/`; what is on the disk is not known."""

sep = "/"


def _disk(path):
    ...


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


def exists(path):
    return _disk(path)


isfile = exists
isdir = exists
getsize = exists
getmtime = exists
commonpath = exists
