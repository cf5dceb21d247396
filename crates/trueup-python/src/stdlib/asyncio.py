"""Coroutines run at once where they are awaited or given to `run`."""


def run(value, **kwargs):
    return value


def get_event_loop():
    return _Loop()


get_running_loop = get_event_loop
new_event_loop = get_event_loop


def set_event_loop(loop):
    pass


def iscoroutinefunction(value):
    return False


def gather(*values, **kwargs):
    return list(values)


def sleep(seconds):
    return None


class _Loop:
    def run_until_complete(self, value):
        return value

    def close(self):
        pass

    def is_running(self):
        return False


class Lock:
    ...


class Event:
    ...
