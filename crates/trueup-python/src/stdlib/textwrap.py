"""Text layout."""


def dedent(text):
    lines = text.split("\n")
    margin = None
    for line in lines:
        stripped = line.lstrip(" \t")
        if not stripped:
            continue
        indent = line[:len(line) - len(stripped)]
        if margin is None or margin.startswith(indent):
            margin = indent
        elif not indent.startswith(margin):
            common = 0
            while common < len(indent) and common < len(margin) and indent[common] == margin[common]:
                common += 1
            margin = margin[:common]
    margin = margin or ""
    return "\n".join([line[len(margin):] if line.strip() else "" for line in lines])


def indent(text, prefix, predicate=None):
    return "\n".join([prefix + line if line.strip() else line for line in text.split("\n")])


def shorten(text, width, **kwargs):
    return text


def fill(text, width=70, **kwargs):
    return text


def wrap(text, width=70, **kwargs):
    return [text]
