"""Write the generated sources of the front end: ``make generate``."""

from pathlib import Path

from backprop.symbolic import emit, emit_own
from backprop.widgets import network_steps, steps

SOURCES = Path(__file__).parent / "frontend" / "src"


def generated():
    """File name -> text, freshly emitted."""
    return {
        "formulas.js": emit.module(),
        "mathml.js": steps.generated(),
        "networks.js": network_steps.generated(),
        "own.js": emit_own.module(),
    }


def main():
    """Write every generated file."""
    for name, text in generated().items():
        (SOURCES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
