"""UUIDs: those from text, numbers and names are known, fresh ones are not."""
import hashlib


def _random():
    ...


def _bytes_of(digits):
    ...


class UUID:
    def __init__(self, hex=None, bytes=None, int=None, version=None, **kwargs):
        if bytes is not None:
            self.hex = hashlib._hex(bytes)
        elif int is not None:
            self.hex = f"{int:032x}"
        elif hex is None:
            self.hex = _random()
        else:
            self.hex = hex.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "").lower()

    @property
    def bytes(self):
        return _bytes_of(self.hex)

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
    digits = _random()
    return digits and UUID(digits)


def _named(version, digest):
    digits = hashlib._hex(digest)
    # RFC 4122 §4.3: the version and the variant replace six bits.
    variant = "89ab"["0123456789abcdef".index(digits[16]) % 4]
    return UUID(digits[:12] + version + digits[13:16] + variant + digits[17:32])


def uuid3(namespace, name):
    data = name.encode() if isinstance(name, str) else name
    return _named("3", hashlib.md5(namespace.bytes + data).digest())


def uuid5(namespace, name):
    data = name.encode() if isinstance(name, str) else name
    return _named("5", hashlib.sha1(namespace.bytes + data).digest())


uuid4 = uuid1
uuid6 = uuid1
uuid7 = uuid1

NAMESPACE_DNS = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_URL = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_OID = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
NAMESPACE_X500 = UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")
