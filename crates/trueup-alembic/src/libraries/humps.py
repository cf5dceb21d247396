"""`pyhumps` 3: case of names. Only names of whole words are known; how acronyms and digits are split differs by version."""
import re

from sqlalchemy._trueup import unknown


def decamelize(text):
    if re.fullmatch(r"[A-Za-z][a-z]*([A-Z][a-z]+)*", text):
        return re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower()
    return unknown(f"how `humps` splits `{text}` into words is not known")


def pascalize(text):
    return unknown("`humps.pascalize` is not computed")


def camelize(text):
    return unknown("`humps.camelize` is not computed")


def depascalize(text):
    return decamelize(text)
