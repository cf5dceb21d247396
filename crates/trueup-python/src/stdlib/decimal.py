"""Decimal numbers, kept as text: they only stand in defaults."""

ROUND_HALF_UP = "ROUND_HALF_UP"


class Decimal:
    def __init__(self, value="0", context=None):
        self._text = str(value)

    def __str__(self):
        return self._text

    def __eq__(self, other):
        return isinstance(other, Decimal) and self._text == other._text

    def __hash__(self):
        return hash(self._text)

    def __float__(self):
        return float(self._text)

    def __int__(self):
        return int(float(self._text))
