"""The wire format of protocol buffers, as far as descriptors are written in it."""


def _varint(data, at):
    number = 0
    shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7


def fields(data):
    """Returns pairs of field number and value: a number, or bytes."""
    found = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
        else:
            length = 8
            if kind == 2:
                length, at = _varint(data, at)
            elif kind == 5:
                length = 4
            value = data[at:at + length]
            at += length
        found.append((key >> 3, value))
    return found


def field(data, number, default=None):
    """Returns the last value of a field."""
    for found, value in fields(data):
        if found == number:
            default = value
    return default


def text(data, number):
    return field(data, number, b"").decode("utf-8")
