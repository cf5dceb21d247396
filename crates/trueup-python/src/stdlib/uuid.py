"""UUIDs: those from text are known, fresh ones are not."""


def _random():
    ...


class UUID:
    def __init__(self, hex=None, bytes=None, int=None, version=None, **kwargs):
        if hex is None:
            self.hex = _random()
        else:
            self.hex = hex.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "").lower()

    def __str__(self):
        h = self.hex
        return f"{h[0:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:32]}"

    def __repr__(self):
        return f"UUID('{self}')"

    def __eq__(self, other):
        return isinstance(other, UUID) and self.hex == other.hex

    def __hash__(self):
        return hash(self.hex)


def uuid1(*args):
    return _random()


uuid3 = uuid1
uuid4 = uuid1
uuid5 = uuid1
uuid6 = uuid1
uuid7 = uuid1

NAMESPACE_DNS = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_URL = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_OID = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
