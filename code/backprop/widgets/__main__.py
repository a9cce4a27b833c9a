"""Write the generated sources of the front end: ``make generate``."""

from pathlib import Path

from backprop.symbolic import emit, emit_own
from backprop.widgets import registry
from backprop.widgets.core import schema

GENERATED = Path(__file__).parent / "generated"


def generated():
    """File name -> text, freshly emitted."""
    files = {
        "schema.js": schema.module(),
        "formulas.js": emit.module(),
        "own.js": emit_own.module(),
    }
    for cls in registry.values():
        files |= cls.emitted()
    return files


def main():
    """Write every generated file."""
    for name, text in generated().items():
        (GENERATED / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
