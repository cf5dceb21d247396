"""`packaging.version`: versions that compare by their numbers.

Pre-releases, post-releases and local parts sort as the release they belong to; revisions compare with releases.
"""


class InvalidVersion(ValueError):
    ...


def _numbers(text):
    text = text.strip().lower().removeprefix("v").split("+")[0].split("!")[-1]
    numbers = []
    for part in text.split("."):
        digits = ""
        for letter in part:
            if not letter.isdigit():
                break
            digits += letter
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return numbers


class Version:
    def __init__(self, version):
        self._text = str(version)
        self.release = tuple(_numbers(self._text))
        if not self.release:
            raise InvalidVersion(f"Invalid version: '{version}'")

    def _key(self):
        numbers = list(self.release)
        while numbers and numbers[-1] == 0:
            numbers.pop()
        return tuple(numbers)

    @property
    def major(self):
        return self.release[0]

    @property
    def minor(self):
        return self.release[1] if len(self.release) > 1 else 0

    @property
    def micro(self):
        return self.release[2] if len(self.release) > 2 else 0

    @property
    def base_version(self):
        return ".".join([str(number) for number in self.release])

    public = base_version
    is_prerelease = False
    is_devrelease = False

    def __str__(self):
        return self._text

    def __eq__(self, other):
        return self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def __lt__(self, other):
        return self._key() < other._key()

    def __le__(self, other):
        return self._key() <= other._key()

    def __gt__(self, other):
        return self._key() > other._key()

    def __ge__(self, other):
        return self._key() >= other._key()


LegacyVersion = Version


def parse(version):
    return Version(version)
