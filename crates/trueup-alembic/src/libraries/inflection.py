"""`inflection` 0.5: names of classes and tables in each other's shape. The rules are those of `inflection` (MIT)."""
import re

from sqlalchemy._trueup import unknown

PLURALS = [
    (r"(?i)(quiz)$", r"\1zes"),
    (r"(?i)^(oxen)$", r"\1"),
    (r"(?i)^(ox)$", r"\1en"),
    (r"(?i)(m|l)ice$", r"\1ice"),
    (r"(?i)(m|l)ouse$", r"\1ice"),
    (r"(?i)(passer)s?by$", r"\1sby"),
    (r"(?i)(matr|vert|ind)(?:ix|ex)$", r"\1ices"),
    (r"(?i)(x|ch|ss|sh)$", r"\1es"),
    (r"(?i)([^aeiouy]|qu)y$", r"\1ies"),
    (r"(?i)(hive)$", r"\1s"),
    (r"(?i)([lr])f$", r"\1ves"),
    (r"(?i)([^f])fe$", r"\1ves"),
    (r"(?i)sis$", "ses"),
    (r"(?i)([ti])a$", r"\1a"),
    (r"(?i)([ti])um$", r"\1a"),
    (r"(?i)(buffal|potat|tomat)o$", r"\1oes"),
    (r"(?i)(bu)s$", r"\1ses"),
    (r"(?i)(alias|status)$", r"\1es"),
    (r"(?i)(octop|vir)i$", r"\1i"),
    (r"(?i)(octop|vir)us$", r"\1i"),
    (r"(?i)^(ax|test)is$", r"\1es"),
    (r"(?i)s$", "s"),
    (r"$", "s"),
]

UNCOUNTABLES = {"equipment", "fish", "information", "jeans", "money", "rice", "series", "sheep", "species"}

# The later a word is declared there, the earlier it is tried: `human` before `man`.
_IRREGULAR = [
    ("zombie", "zombies"),
    ("cow", "kine"),
    ("move", "moves"),
    ("sex", "sexes"),
    ("child", "children"),
    ("human", "humans"),
    ("man", "men"),
    ("person", "people"),
]


def underscore(word):
    word = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", word)
    word = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", word)
    return word.replace("-", "_").lower()


def camelize(string, uppercase_first_letter=True):
    words = "".join([part[:1].upper() + part[1:] for part in string.split("_")])
    return words if uppercase_first_letter else string[:1].lower() + words[1:]


def dasherize(word):
    return word.replace("_", "-")


def humanize(word):
    word = re.sub(r"_id$", "", word).replace("_", " ").lower()
    return word[:1].upper() + word[1:]


def pluralize(word):
    if not word or word.lower() in UNCOUNTABLES:
        return word
    lower = word.lower()
    for singular, plural in _IRREGULAR:
        # The rules for irregular words look at the end of a word, and keep the case of its first letter.
        for ending in (singular, plural):
            if lower.endswith(ending):
                at = len(word) - len(ending)
                first = plural[0].upper() if word[at].isupper() else plural[0]
                return word[:at] + first + plural[1:]
    for rule, replacement in PLURALS:
        if re.search(rule, word):
            return re.sub(rule, replacement, word)
    return word


def tableize(word):
    return pluralize(underscore(word))


def singularize(word):
    return unknown("`inflection.singularize` is not computed")


def titleize(word):
    return unknown("`inflection.titleize` is not computed")


def parameterize(string, separator="-"):
    return unknown("`inflection.parameterize` is not computed")


def transliterate(string):
    return unknown("`inflection.transliterate` is not computed")


def ordinalize(number):
    return unknown("`inflection.ordinalize` is not computed")
