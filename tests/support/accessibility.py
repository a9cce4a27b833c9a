"""What axe-core has against a page, and text that is too pale to read."""

from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

# Of what is right one element a rule is kept; style sheets are not asked for
# again, for no rule that is on reads them. These replace the library's own
# options, which say the first too.
OPTIONS = {"resultTypes": ["violations"], "preload": False}
CONTRAST = "color-contrast"
ALL_RULES_BUT_CONTRAST = OPTIONS | {"rules": {CONTRAST: {"enabled": False}}}
CONTRAST_ALONE = OPTIONS | {"runOnly": [CONTRAST]}
LEFT = "[data-contrast-left]"
PALE = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Violation:
    """One element that breaks one rule."""

    rule: str
    impact: str
    html: str
    why: str


def violations(page, context=None, options=OPTIONS):
    """Return every violation, of whatever level."""
    found = Axe().run(page, context=context, options=options).response
    assert found["passes"] or options == CONTRAST_ALONE, "nothing to look at"
    return [
        Violation(
            rule["id"],
            rule["impact"],
            node["html"][:200],
            node["failureSummary"],
        )
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def pale(page, drawn=True):
    """Return what text has too little contrast with its ground.

    Four fifths of a run of axe go to this one rule, which asks for every
    text what lies under it. Here the colours of a text and of its ancestors
    are enough. Drawings and texts on pictures are left to axe, or left out
    unless ``drawn``.
    """
    found = page.evaluate(PALE)
    assert found["triples"], "nothing to look at"
    if not drawn or not found["left"]:
        return found["pale"]
    left = violations(page, [LEFT], CONTRAST_ALONE)
    return found["pale"] + [f"{one.why}: {one.html}" for one in left]
