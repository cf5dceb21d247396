"""Functions of trueup itself that the stubs need."""


def copy_object(value):
    ...


def evaluate_annotations(cls):
    ...


def place_of_attribute(cls, name):
    ...


def type_instance(value):
    return value() if isinstance(value, type) else value
