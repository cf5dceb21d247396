"""`sqlalchemy.orm.collections`."""


class InstrumentedList(list):
    ...


def attribute_mapped_collection(*args, **kw):
    return dict


def attribute_keyed_dict(*args, **kw):
    return dict
