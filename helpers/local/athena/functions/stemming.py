"""word_stem(): the Snowball stemmer for English, "Porter 2" (snowballstem.org/algorithms/english)."""

import re

from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_VOWELS = "aeiouy"
_DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
_WHOLE = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl",
    "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
    **{w: w for w in ("sky", "news", "howe", "atlas", "cosmos", "bias", "andes")},
}  # fmt: skip
_AFTER_1A = {"inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"}
_STEP_2 = {
    "ization": "ize", "ational": "ate", "fulness": "ful", "ousness": "ous", "iveness": "ive", "tional": "tion",
    "biliti": "ble", "lessli": "less", "entli": "ent", "ation": "ate", "alism": "al", "aliti": "al",
    "ousli": "ous", "iviti": "ive", "fulli": "ful", "enci": "ence", "anci": "ance", "abli": "able",
    "izer": "ize", "ator": "ate", "alli": "al", "bli": "ble", "ogi": "og", "li": "",
}  # fmt: skip
_STEP_3 = {
    "ational": "ate", "tional": "tion", "alize": "al", "icate": "ic", "iciti": "ic", "ative": "", "ical": "ic",
    "ness": "", "ful": "",
}  # fmt: skip
_STEP_4 = ("ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize",
           "ion", "al", "er", "ic")  # fmt: skip


def stem(word):
    """The stem of an English word in lower case."""
    word = word.lower()
    if len(word) <= 2 or word in _WHOLE:
        return _WHOLE.get(word, word)
    word = re.sub(r"^y|(?<=[aeiouy])y", "Y", word.removeprefix("'"))
    r1, r2 = _regions(word)
    word = re.sub(r"('s'|'s|')$", "", word)
    word = _step_1a(word)
    if word in _AFTER_1A:
        return word.lower()
    word = _step_1b(word, r1)
    word = re.sub(r"(?<=.[^aeiouy])[yY]$", "i", word)
    word = _step_2(word, r1)
    word = _step_3(word, r1, r2)
    word = _step_4(word, r2)
    bare = word[:-1]
    lone_e = word.endswith("e") and (len(bare) >= r2 or (len(bare) >= r1 and not _short_syllable(bare)))
    if lone_e or (word.endswith("ll") and len(bare) >= r2):
        word = bare
    return word.lower()


def _regions(word):
    """Where R1 and R2 start: behind the first consonant after a vowel, and again."""
    special = re.match("gener|commun|arsen", word)
    r1 = special.end() if special else _behind(word, 0)
    return r1, _behind(word, r1)


def _behind(word, start):
    found = re.compile("[aeiouy][^aeiouy]").search(word, start)
    return found.end() if found else len(word)


def _short_syllable(word):
    return re.search("[^aeiouy][aeiouy][^aeiouywxY]$|^[aeiouy][^aeiouy]$", word) is not None


def _step_1a(word):
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith(("us", "ss")):
        return word
    return word[:-1] if re.search("[aeiouy].+s$", word) else word


def _step_1b(word, r1):
    for suffix in ("eedly", "eed"):
        if word.endswith(suffix):
            return word[: -len(suffix)] + "ee" if len(word) - len(suffix) >= r1 else word
    found = re.search("(ingly|edly|ing|ed)$", word)
    if not found or not re.search(f"[{_VOWELS}]", word[: found.start()]):
        return word
    word = word[: found.start()]
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if word.endswith(_DOUBLES):
        return word[:-1]
    return word + "e" if r1 >= len(word) and _short_syllable(word) else word


def _step_2(word, r1):
    suffix = next((s for s in _STEP_2 if word.endswith(s)), None)
    if suffix is None or len(word) - len(suffix) < r1:
        return word
    base = word[: -len(suffix)]
    if (suffix == "ogi" and not base.endswith("l")) or (suffix == "li" and not re.search("[cdeghkmnrt]$", base)):
        return word
    return base + _STEP_2[suffix]


def _step_3(word, r1, r2):
    suffix = next((s for s in _STEP_3 if word.endswith(s)), None)
    if suffix is None or len(word) - len(suffix) < (r2 if suffix == "ative" else r1):
        return word
    return word[: -len(suffix)] + _STEP_3[suffix]


def _step_4(word, r2):
    suffix = next((s for s in _STEP_4 if word.endswith(s)), None)
    if suffix is None or len(word) - len(suffix) < r2:
        return word
    base = word[: -len(suffix)]
    return word if suffix == "ion" and not base.endswith(("s", "t")) else base


def _stem_in(word, language):
    if language != "en":
        raise Refused(f"word_stem for the language {language} is not offered here", "NOT_SUPPORTED")
    return stem(word)


python("t_word_stem", _stem_in, ["VARCHAR", "VARCHAR"], "VARCHAR")
scalar("word_stem(varchar(n)) -> varchar(n)", "t_word_stem({0}, 'en')")
scalar("word_stem(varchar(n), varchar) -> varchar(n)", "t_word_stem({0}, {1})")
