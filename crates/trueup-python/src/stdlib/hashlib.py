"""Digests are not computed."""


def _digest(*args, **kwargs):
    ...


md5 = _digest
sha1 = _digest
sha256 = _digest
sha512 = _digest
blake2b = _digest
new = _digest
