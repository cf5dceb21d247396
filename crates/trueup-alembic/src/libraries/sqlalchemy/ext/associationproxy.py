"""`sqlalchemy.ext.associationproxy`."""


class AssociationProxy:
    def __init__(self, target_collection, attr, **kw):
        ...

    def __class_getitem__(cls, item):
        return cls


def association_proxy(target_collection, attr, **kw):
    return AssociationProxy(target_collection, attr)
