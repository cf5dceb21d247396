"""Functions of trueup itself that the stubs need."""


def copy_object(value):
    ...


def type_instance(value):
    return value() if isinstance(value, type) else value


def annotations_of(cls):
    """The annotations of the class itself, evaluated, by name."""
    ...


def evaluate_forward(cls, name, text):
    """The value of a text in an annotation of the class, evaluated where the annotation was written."""
    ...


def own_names(cls):
    """The names assigned in the class body, in order."""
    ...


def own_attr(cls, name, default=None):
    """`cls.__dict__.get(name, default)`, without a dict of everything."""
    ...


def has_own_attr(cls, name):
    """`name in cls.__dict__`, without a dict of everything."""
    ...


def sqlalchemy_version():
    """Major and minor version of SQLAlchemy that the project is made for."""
    ...


def library_version(package):
    """Major, minor and patch number of the library that the project is made for, `None` where nothing says it.

    The patch number is `None` where more than one release is possible.
    """
    ...


def unknown(reason):
    ...


def set_class_attr(cls, name, value):
    """Sets an attribute of a class without asking its metaclass."""
    ...


def note_unknown(cls, value, what):
    """Tells whether a value is unknown, and notes that the class is lost for it."""
    ...


def return_annotation(fn):
    """What a function says it returns, evaluated; `None` when it says nothing."""
    ...


def is_unknown(value):
    ...
