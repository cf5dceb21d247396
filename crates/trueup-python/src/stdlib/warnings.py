"""Warnings: nothing is printed."""


def warn(*args, **kwargs):
    pass


def simplefilter(*args, **kwargs):
    pass


def filterwarnings(*args, **kwargs):
    pass


def warn_explicit(*args, **kwargs):
    pass


class catch_warnings:
    def __init__(self, **kwargs):
        pass

    def __enter__(self):
        return []

    def __exit__(self, *details):
        return None


def deprecated(message, **kwargs):
    return lambda decorated: decorated
