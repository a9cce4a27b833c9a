"""How much is tried: little while one works, much in the sweep."""

import os

SWEEP = os.environ.get("BOOK_SWEEP") == "1"
"""Whether this is the full sweep, ``make test-all``."""


def budget(fast, full):
    """How many: ``fast`` as a rule, ``full`` in the sweep."""
    return full if SWEEP else fast
