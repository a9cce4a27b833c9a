"""Published worked examples, with every digit their sources print.

The numbers are in ``worked_examples.json`` beside this file. Of each
example it holds the inputs; what the source publishes, as the strings that
are printed there; the same quantities recomputed in float64; what a named
mistake gives instead; and a verdict. Chapter 4 replays one of them.

>>> mazur = load("mazur_2_2_2")
>>> agrees(0.2983711087600027, mazur["published"]["E_total"])
True
>>> agrees(0.2910277736935993, mazur["published"]["E_after_1_update"])
False
"""

import json
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources

from backprop.numerics import checks


def ids():
    """The name of every example, in the order of the file.

    Returns a tuple of strings.

    >>> ids()[:2]
    ('mazur_2_2_2', 'rgu_worked_example_3_1')
    """
    return tuple(_examples())


def load(id):
    """One example as a dictionary, a copy that is yours to change.

    Its keys are ``id, title, sources, architecture, inputs, published,
    verdict`` and, where they apply, ``loss, eta, convention, precision,
    recomputed, bug_variants, last_digit_off``. Values under ``published``
    are strings. ``last_digit_off`` names published values that are right
    but for one unit of the last digit. Raises ``ValueError`` for an unknown
    id.

    >>> load("mazur_2_2_2")["inputs"]["x"]
    [0.05, 0.1]
    """
    examples = _examples()
    if not isinstance(id, str) or id not in examples:
        raise ValueError(
            f"id: found {checks.said(id)}, expected one of "
            f"{', '.join(examples)}"
        )
    return deepcopy(examples[id])


def published_digits(published):
    """The value of a printed number and half a unit of its last digit.

    ``"-2.406e-3"`` is printed to the sixth decimal, so any number within
    ``0.5 · 10⁻⁶`` of it would have been printed so. Returns two floats.
    Raises ``ValueError`` for what is not one finite decimal number.

    >>> published_digits("0.25")
    (0.25, 0.005)
    >>> published_digits("-2.406e-3")
    (-0.002406, 5e-07)
    """
    value = _decimal(published)
    return float(value), float(_unit(value) / 2)


def agrees(value, published, units=0.5):
    """Is a number the published one, at the published precision?

    True where ``|value - published| <= units ·`` one unit of the last
    printed digit. Half a unit is rounding; ``units=1`` also lets pass a
    source that cuts digits off. Trailing zeros count as printed digits.
    The comparison is exact, in decimals. Returns a bool; False where
    ``value`` is not finite. Raises ``ValueError`` as `published_digits`.

    >>> agrees(0.6896, "0.69"), agrees(0.6896, "0.690"), agrees(0.5, "0.69")
    (True, True, False)
    >>> agrees(0.13117, "0.1311"), agrees(0.13117, "0.1311", units=1)
    (False, True)
    """
    printed = _decimal(published)
    units = Decimal(checks.between("units", units, 0.0, 1e9))
    value = Decimal(checks.any_number("value", value))
    if not value.is_finite():
        return False
    return abs(value - printed) <= units * _unit(printed)


@cache
def _examples():
    """Every example by its id, in the order of the file."""
    text = (
        resources.files("backprop")
        .joinpath("worked_examples.json")
        .read_text(encoding="utf-8")
    )
    return {example["id"]: example for example in json.loads(text)["examples"]}


def _decimal(published):
    """The printed string as an exact decimal."""
    try:
        value = Decimal(published if isinstance(published, str) else "")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise ValueError(
            f"published: found {checks.said(published)}, expected a string "
            "that is one decimal number"
        )
    return value


def _unit(value):
    """One unit of the last printed digit."""
    return Decimal(1).scaleb(value.as_tuple().exponent)
