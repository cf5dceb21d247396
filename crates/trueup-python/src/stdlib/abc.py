"""Abstract classes: the marks are kept, nothing is enforced."""


class ABCMeta(type):
    ...


class ABC:
    ...


def abstractmethod(function):
    return function


abstractproperty = property
abstractclassmethod = classmethod
abstractstaticmethod = staticmethod
