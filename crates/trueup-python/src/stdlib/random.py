"""Chance is not known."""


def _chance(*args, **kwargs):
    ...


random = _chance
randint = _chance
choice = _chance
choices = _chance
sample = _chance
uniform = _chance
getrandbits = _chance


def seed(*args):
    pass


def shuffle(items):
    pass
