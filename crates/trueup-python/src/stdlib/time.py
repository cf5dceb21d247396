"""The clock is not known."""


def _clock():
    ...


def time():
    return _clock()


perf_counter = time
monotonic = time
time_ns = time
process_time = time


def sleep(seconds):
    pass


def strftime(*args):
    return _clock()


def gmtime(*args):
    return _clock()


localtime = gmtime
