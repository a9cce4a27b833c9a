"""Formulas as MathML, which every browser shows without a script or font."""

import html
import re

from latex2mathml.converter import convert


def mathml(latex):
    """LaTeX as MathML, large as in a line of its own."""
    text = convert(latex).replace(
        'xmlns="http://www.w3.org/1998/Math/MathML" display="inline"',
        'displaystyle="true"',
    )
    return re.sub("&#x[0-9A-F]+;", _character, text)


def _character(reference):
    """A character for its number, but for those that are markup."""
    character = html.unescape(reference[0])
    return reference[0] if character in "<>&" else character
