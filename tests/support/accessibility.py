"""What axe-core has against a page, or against a part of it."""

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe

# Of what is right one element a rule is kept; style sheets are not asked for
# again, for no rule that is on reads them. These replace the library's own
# options, which say the first too.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


@dataclass(frozen=True)
class Violation:
    """One element that breaks one rule."""

    rule: str
    impact: str
    html: str
    why: str


def violations(page, context=None):
    """Return every violation, of whatever level."""
    found = Axe().run(page, context=context, options=OPTIONS).response
    assert found["passes"], "axe had nothing to look at"
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
