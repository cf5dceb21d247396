"""Dates and times: constructed ones are known, the clock is not."""

MINYEAR = 1
MAXYEAR = 9999


def _clock():
    ...


def _now(local):
    """Tells year to microsecond, where the program runs or in UTC."""
    ...


class timedelta:
    def __init__(self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0):
        total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
        self._microseconds = int(total * 1000000 + milliseconds * 1000 + microseconds)

    @property
    def days(self):
        return self._microseconds // 86400000000

    @property
    def seconds(self):
        return self._microseconds // 1000000 % 86400

    def total_seconds(self):
        return self._microseconds / 1000000

    def __eq__(self, other):
        return isinstance(other, timedelta) and self._microseconds == other._microseconds

    def __hash__(self):
        return hash(self._microseconds)

    def __neg__(self):
        return timedelta(microseconds=-self._microseconds)

    def __mul__(self, other):
        return timedelta(microseconds=self._microseconds * other)

    def __add__(self, other):
        if isinstance(other, timedelta):
            return timedelta(microseconds=self._microseconds + other._microseconds)
        return NotImplemented


class tzinfo:
    ...


class timezone(tzinfo):
    def __init__(self, offset, name=None):
        self.offset = offset

    def __str__(self):
        return "UTC"


timezone.utc = timezone(timedelta(0))
UTC = timezone.utc


def _day_number(year, month, day):
    """Days since 0000-03-01 of the proleptic Gregorian calendar, whose years are taken to begin in March."""
    year -= month <= 2
    month = (month + 9) % 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1


def _day_of(number):
    """The inverse of `_day_number`, as year, month, day."""
    era, rest = divmod(number, 146097)
    year = (rest - rest // 1460 + rest // 36524 - rest // 146096) // 365
    rest -= 365 * year + year // 4 - year // 100
    month = (5 * rest + 2) // 153
    day = rest - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return era * 400 + year + (month <= 2), month, day


class date:
    def __init__(self, year, month, day):
        self.year = year
        self.month = month
        self.day = day

    @classmethod
    def today(cls):
        parts = _now(True)
        return parts and cls(*parts[:3])

    @classmethod
    def fromisoformat(cls, text):
        return _clock()

    def isoformat(self):
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def __str__(self):
        return self.isoformat()

    def __eq__(self, other):
        return isinstance(other, date) and self.isoformat() == other.isoformat()

    def __hash__(self):
        return hash(self.isoformat())

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        days = other._microseconds // 86400000000
        return type(self)(*_day_of(_day_number(self.year, self.month, self.day) + days))

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return self + timedelta(microseconds=-other._microseconds)
        if isinstance(other, date):
            mine = _day_number(self.year, self.month, self.day)
            return timedelta(days=mine - _day_number(other.year, other.month, other.day))
        return NotImplemented

    def __lt__(self, other):
        return self.isoformat() < other.isoformat()

    def strftime(self, format):
        return _clock()

    def replace(self, **parts):
        return type(self)(*[parts.get(name, getattr(self, name)) for name in ("year", "month", "day")])


class time:
    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, **kwargs):
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.tzinfo = tzinfo

    def isoformat(self):
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        return text + f".{self.microsecond:06d}" if self.microsecond else text

    def __str__(self):
        return self.isoformat()


class datetime(date):
    def __init__(self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, **kwargs):
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.tzinfo = tzinfo

    @classmethod
    def now(cls, tz=None):
        if tz is not None and tz is not UTC:
            return _clock()
        parts = _now(tz is None)
        return parts and cls(*parts, tzinfo=tz)

    @classmethod
    def today(cls):
        return cls.now()

    @classmethod
    def utcnow(cls):
        parts = _now(False)
        return parts and cls(*parts)

    @classmethod
    def fromtimestamp(cls, *args, **kwargs):
        return _clock()

    utcfromtimestamp = fromtimestamp

    @classmethod
    def strptime(cls, *args):
        return _clock()

    @classmethod
    def combine(cls, day, moment, **kwargs):
        return cls(day.year, day.month, day.day, moment.hour, moment.minute, moment.second, moment.microsecond)

    def _moment(self):
        """Microseconds since the day 0."""
        day = _day_number(self.year, self.month, self.day)
        return ((day * 24 + self.hour) * 60 + self.minute) * 60000000 + self.second * 1000000 + self.microsecond

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        day, rest = divmod(self._moment() + other._microseconds, 86400000000)
        hour, rest = divmod(rest, 3600000000)
        minute, rest = divmod(rest, 60000000)
        second, microsecond = divmod(rest, 1000000)
        return type(self)(*_day_of(day), hour, minute, second, microsecond, self.tzinfo)

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return self + timedelta(microseconds=-other._microseconds)
        if isinstance(other, datetime) and (self.tzinfo is None) == (other.tzinfo is None):
            if self.tzinfo is None or self.tzinfo is other.tzinfo:
                return timedelta(microseconds=self._moment() - other._moment())
            return _clock()
        return NotImplemented

    def replace(self, **parts):
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
        return type(self)(*[parts.get(name, getattr(self, name)) for name in names])

    def isoformat(self, sep="T", timespec="auto"):
        text = f"{self.year:04d}-{self.month:02d}-{self.day:02d}{sep}{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        if self.microsecond:
            text += f".{self.microsecond:06d}"
        return text + "+00:00" if self.tzinfo is UTC else text

    def __str__(self):
        return self.isoformat(" ")

    def timestamp(self):
        return _clock()

    def date(self):
        return date(self.year, self.month, self.day)

    def time(self):
        return time(self.hour, self.minute, self.second, self.microsecond)

    def astimezone(self, tz=None):
        return _clock()
