"""`lazy_object_proxy`: a proxy is used as what its factory returns, so it is that."""


def Proxy(factory):
    return factory()
