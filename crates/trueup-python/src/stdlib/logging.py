"""Logging: nothing is written."""

CRITICAL = 50
FATAL = 50
ERROR = 40
WARNING = 30
WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0


class Logger:
    name = "root"
    level = 0
    handlers = []
    disabled = False
    propagate = True

    def __init__(self, name="root", level=0):
        self.name = name
        self.handlers = []

    def debug(self, *args, **kwargs):
        pass

    info = debug
    warning = debug
    warn = debug
    error = debug
    exception = debug
    critical = debug
    fatal = debug
    log = debug
    setLevel = debug
    addHandler = debug
    removeHandler = debug
    addFilter = debug

    def isEnabledFor(self, level):
        return False

    def getEffectiveLevel(self):
        return 30

    def getChild(self, suffix):
        return self

    def hasHandlers(self):
        return False


class Handler:
    def __init__(self, *args, **kwargs):
        pass

    def setFormatter(self, formatter):
        pass

    def setLevel(self, level):
        pass


class StreamHandler(Handler):
    ...


class FileHandler(Handler):
    ...


class NullHandler(Handler):
    ...


class Formatter:
    def __init__(self, *args, **kwargs):
        pass


class Filter:
    ...


class LoggerAdapter(Logger):
    ...


root = Logger()


def getLogger(name=None):
    return Logger(name or "root")


def basicConfig(**kwargs):
    pass


def debug(*args, **kwargs):
    pass


info = debug
warning = debug
warn = debug
error = debug
exception = debug
critical = debug
log = debug
disable = debug
captureWarnings = debug
addLevelName = debug


def getLevelName(level):
    return str(level)
