"""Numbers."""

pi = 3.141592653589793
e = 2.718281828459045
inf = float("inf")
nan = float("nan")


def floor(x):
    whole = int(x)
    return whole - 1 if x < whole else whole


def ceil(x):
    whole = int(x)
    return whole + 1 if x > whole else whole


def trunc(x):
    return int(x)


def sqrt(x):
    return x ** 0.5


def pow(x, y):
    return float(x) ** y


def isnan(x):
    return x != x


def isinf(x):
    return x in (inf, -inf)
