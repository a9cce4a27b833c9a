"""A figure as a small SVG that stands in a page by itself.

What a browser does not draw is left out, and coordinates have one digit
after the point: a tenth of a point is less than a pixel of a screen.
"""

import io
import re

PLAIN = dict.fromkeys(("Creator", "Date", "Format", "Type"))
"""No metadata: the same figure is the same text, whenever it is drawn."""

GLYPH = re.compile(r' d="([^"]*)" transform="scale\(0\.015625\)"')
PLACES = re.compile(r'( (?:d|x|y)="|translate\()([^")]*)')
OUTLINE = re.compile(r' d="([MLQCZz\d. -]*)"')
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
HALO = re.compile(
    r'<path d="([^"]*)" style="([^"]*)"/><path d="\1" style="(fill:[^";]*)"/>'
)
"""A text with a halo: matplotlib draws its outline, and then itself."""

MARKS = re.compile(r'<use [^>]*style="([^"]*)"/>(?:<use [^>]*style="\1"/>)+')
"""Many points of one style, as a scatter of data has them."""


def small_svg(figure):
    """The figure as SVG text, from ``<svg`` to ``</svg>``.

    >>> from backprop.plotting import sheet
    >>> small_svg(sheet()[0])[:4]
    '<svg'
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata=PLAIN)
    svg = file.getvalue()
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.S)
    svg = re.sub(r">\s+<", "><", svg.strip())
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = PLACES.sub(_short, GLYPH.sub(_coarse, svg))
    svg = OUTLINE.sub(lambda d: f' d="{_relative(d[1])}"', svg)
    svg = MARKS.sub(_styled_once, svg)
    svg = HALO.sub(r'<path d="\1" style="\2; paint-order: stroke"/>', svg)
    return re.sub(r"([;:]) ", r"\1", svg)


def svg_address(svg):
    """SVG text as the address of an image, for the ``src`` of ``<img>``.

    Shorter than in base 64, and a compressed page stays small.

    >>> svg_address('<svg fill="#fff"/>')
    "data:image/svg+xml,%3Csvg fill='%23fff'/%3E"
    """
    text = svg.replace('"', "'").replace("\n", " ")
    for sign in "%#<>":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return f"data:image/svg+xml,{text}"


def _styled_once(match):
    """Points of one style in a group that has it."""
    points = match[0].replace(f' style="{match[1]}"', "")
    return f'<g style="{match[1]}">{points}</g>'


def _coarse(match):
    """The outline of a letter, to an eight hundredth of its height."""
    outline = NUMBER.sub(lambda n: f"{float(n[0]) / 8:.0f}", match[1])
    return f' d="{outline}" transform="scale(0.125)"'


def _short(match):
    """Round the numbers of an attribute; no blanks around letters."""
    numbers = NUMBER.sub(lambda n: _rounded(n[0]), match[2])
    return match[1] + re.sub(r"\s*([A-Za-z])\s*", r"\1", numbers).strip()


def _relative(outline):
    """An outline by its moves instead of its places: fewer digits.

    Tenths are counted in whole numbers, so that nothing adds up.

    >>> _relative("M10.5 20L11 20Q12 20 12 21.5z")
    'M10.5 20l.5 0q1 0 1 1.5z'
    """
    written, here, start = [], (0, 0), (0, 0)
    for letter, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", outline):
        tenths = [round(10 * float(n)) for n in NUMBER.findall(numbers)]
        if letter in "Zz":
            here = start
        elif letter == "M":
            here = start = tuple(tenths[-2:])
        else:
            moves = [n - here[i % 2] for i, n in enumerate(tenths)]
            here, tenths = tuple(tenths[-2:]), moves
        written.append(letter if letter == "M" else letter.lower())
        written.append(" ".join(map(_tenth, tenths)).replace(" -", "-"))
    return "".join(written)


def _tenth(count):
    """So many tenths, as short as SVG allows: ``.5``, ``-.5``, ``12``."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{count / 10:.12g}")


def _rounded(number):
    """One digit after the point, none where it is 0, and no -0."""
    return f"{round(float(number), 1) + 0.0:.1f}".removesuffix(".0")
