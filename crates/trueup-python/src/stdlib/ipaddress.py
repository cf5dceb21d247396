"""IP addresses: classes that annotations name; what they compute is not known."""


def _computed(*args, **kwargs):
    ...


class _Address:
    def __init__(self, address):
        self._text = address

    def __str__(self):
        return self._text if isinstance(self._text, str) else _computed()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return _computed()


class IPv4Address(_Address):
    pass


class IPv6Address(_Address):
    pass


class IPv4Interface(IPv4Address):
    pass


class IPv6Interface(IPv6Address):
    pass


class IPv4Network(_Address):
    pass


class IPv6Network(_Address):
    pass


class AddressValueError(ValueError):
    pass


class NetmaskValueError(ValueError):
    pass


ip_address = _computed
ip_interface = _computed
ip_network = _computed
