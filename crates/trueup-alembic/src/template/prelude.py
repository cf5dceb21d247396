"""What a template finds beside its own names: the values that Alembic hands over, Mako's filters and loops."""


class Undefined:
    """A name that nobody has set: false, and an error where it is written."""

    def __init__(self, name):
        self._name = name

    def __bool__(self):
        return False

    def __str__(self):
        raise NameError("`" + self._name + "` is not set; it would come from env.py, or from a block of the template")


class Context:
    def __init__(self, data, write):
        self._data = data
        self._write = write

    def get(self, key, default=None):
        return self._data.get(key, default)

    def keys(self):
        return list(self._data.keys())

    def write(self, text):
        self._write(text)

    @property
    def kwargs(self):
        return dict(self._data)

    def __getitem__(self, key):
        return self._data[key]

    def __contains__(self, key):
        return key in self._data


class Config:
    """The configuration as alembic.ini has it; `[tool.alembic]` is read by `get_alembic_option` only."""

    def __init__(self, sections, name, options, file):
        self._sections = sections
        self._options = options
        self.config_ini_section = name
        self.config_file_name = file
        self.attributes = {}

    def get_section(self, name, default=None):
        return dict(self._sections[name]) if name in self._sections else default

    def get_section_option(self, section, name, default=None):
        return self._sections.get(section, {}).get(name.lower(), default)

    def get_main_option(self, name, default=None):
        return self.get_section_option(self.config_ini_section, name, default)

    def get_alembic_option(self, name, default=None):
        return self._options.get(name, default)

    def set_section_option(self, section, name, value):
        self._sections.setdefault(section, {})[name.lower()] = value

    def set_main_option(self, name, value):
        self.set_section_option(self.config_ini_section, name, value)


class Loop:
    """`loop` of `% for`: where in the loop the template is."""

    def __init__(self, items, parent):
        self._items = list(items)
        self.index = -1
        self.parent = parent

    def __len__(self):
        return len(self._items)

    @property
    def reverse_index(self):
        return len(self._items) - self.index - 1

    @property
    def first(self):
        return self.index == 0

    @property
    def last(self):
        return self.index == len(self._items) - 1

    @property
    def even(self):
        return self.index % 2 == 0

    @property
    def odd(self):
        return self.index % 2 == 1

    def cycle(self, *values):
        return values[self.index % len(values)]


class Date:
    def __init__(self, year, month, day, weekday, day_of_year):
        self.year = year
        self.month = month
        self.day = day
        self._weekday = weekday
        self._day_of_year = day_of_year

    def isoformat(self):
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def __str__(self):
        return self.isoformat()

    def weekday(self):
        return self._weekday

    def isoweekday(self):
        return self._weekday + 1

    def strftime(self, format):
        return _strftime(self, format, {"H": 0, "M": 0, "S": 0, "f": 0}, "", "")

    def __format__(self, spec):
        return self.strftime(spec) if spec else str(self)


class CreateDate:
    """The date of creation, with what templates ask of a `datetime`."""

    def __init__(self, day, hour, minute, second, microsecond, offset, zone, timestamp):
        self._day = day
        self.year = day.year
        self.month = day.month
        self.day = day.day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.tzinfo = zone
        self._offset = offset
        self._timestamp = timestamp

    def date(self):
        return self._day

    def weekday(self):
        return self._day.weekday()

    def isoweekday(self):
        return self._day.isoweekday()

    def tzname(self):
        return self.tzinfo

    def timestamp(self):
        return self._timestamp

    def replace(self, microsecond=None, tzinfo=""):
        micro = self.microsecond if microsecond is None else microsecond
        zone, offset = (None, None) if tzinfo is None else (self.tzinfo, self._offset)
        return CreateDate(self._day, self.hour, self.minute, self.second, micro, offset, zone, self._timestamp)

    def _shift(self, colon):
        if self._offset is None:
            return ""
        minutes = abs(self._offset) // 60
        return ("-" if self._offset < 0 else "+") + f"{minutes // 60:02d}{colon}{minutes % 60:02d}"

    def isoformat(self, sep="T", timespec="auto"):
        text = f"{self._day.isoformat()}{sep}{self.hour:02d}:{self.minute:02d}"
        if timespec == "minutes":
            return text + self._shift(":")
        text += f":{self.second:02d}"
        if timespec == "milliseconds":
            text += f".{self.microsecond // 1000:03d}"
        elif timespec == "microseconds" or (timespec == "auto" and self.microsecond):
            text += f".{self.microsecond:06d}"
        return text + self._shift(":")

    def __str__(self):
        return self.isoformat(" ")

    def strftime(self, format):
        clock = {"H": self.hour, "M": self.minute, "S": self.second, "f": self.microsecond}
        return _strftime(self._day, format, clock, self._shift(""), self.tzinfo or "")

    def __format__(self, spec):
        return self.strftime(spec) if spec else str(self)


DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def _strftime(day, format, clock, shift, zone):
    hour = clock["H"]
    parts = {
        "Y": f"{day.year}",
        "y": f"{day.year % 100:02d}",
        "m": f"{day.month:02d}",
        "d": f"{day.day:02d}",
        "e": f"{day.day:2d}",
        "j": f"{day._day_of_year:03d}",
        "H": f"{hour:02d}",
        "I": f"{(hour + 11) % 12 + 1:02d}",
        "p": "AM" if hour < 12 else "PM",
        "M": f"{clock['M']:02d}",
        "S": f"{clock['S']:02d}",
        "f": f"{clock['f']:06d}",
        "A": DAYS[day._weekday],
        "a": DAYS[day._weekday][:3],
        "w": f"{(day._weekday + 1) % 7}",
        "u": f"{day._weekday + 1}",
        "B": MONTHS[day.month - 1],
        "b": MONTHS[day.month - 1][:3],
        "h": MONTHS[day.month - 1][:3],
        "z": shift,
        "Z": zone,
        "%": "%",
    }
    parts["F"] = f"{day.year}-{parts['m']}-{parts['d']}"
    parts["T"] = f"{parts['H']}:{parts['M']}:{parts['S']}"
    parts["R"] = f"{parts['H']}:{parts['M']}"
    parts["D"] = f"{parts['m']}/{parts['d']}/{parts['y']}"
    out = ""
    sign = False
    for letter in format:
        if sign:
            if letter not in parts:
                raise ValueError("`%" + letter + "` of strftime is not evaluated")
            out += parts[letter]
            sign = False
        elif letter == "%":
            sign = True
        else:
            out += letter
    return out + ("%" if sign else "")


def comma(value):
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)


def html_escape(value):
    return str(value).replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;").replace("'", "&#39;").replace('"', "&#34;")


def xml_escape(value):
    return value.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;").replace('"', "&#34;").replace("'", "&#39;")


def trim(value):
    return value.strip()


class Decode:
    def __getattr__(self, encoding):
        return str


decode = Decode()
