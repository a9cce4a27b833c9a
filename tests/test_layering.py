"""Which package may import which: the witnesses stay independent.

``numerics`` and ``symbolic`` derive the same numbers in two ways; if one
imported the other, their agreement would prove nothing.
"""

import ast
import sys

import house
import pytest

CODE = house.ROOT / "code"
MAY_IMPORT = {
    "numerics": {"numpy", "backprop.numerics"},
    "symbolic": {"sympy", "backprop.notation", "backprop.symbolic"},
    "plotting": {
        "numpy",
        "matplotlib",
        "backprop.plotting",
        # only where figures are shown in a notebook
        "IPython",
        "matplotlib_inline",
    },
    # the names of the widgets
    "classroom.py": {"backprop.widgets"},
    "handout.py": set(),
    "parallel.py": {"numpy", "dask", "distributed", "backprop.numerics"},
    "notation.py": set(),
    # IPython only where the bar is in a notebook
    "progress.py": {"tqdm", "IPython"},
    # what says which argument is wrong
    "worked_examples.py": {"backprop.numerics.checks"},
}


def modules(part):
    """The Python files of a package, or the one module itself."""
    path = CODE / "backprop" / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def package_of(path):
    """The dotted package that relative imports in a file start from."""
    return list(path.relative_to(CODE).parent.parts)


def imported(source, package):
    """The full names of everything that a source text imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            kept = package[: len(package) + 1 - node.level]
            start = kept if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def allowed(name, permitted):
    top = name.split(".")[0]
    return top in sys.stdlib_module_names or any(
        name == root or name.startswith(f"{root}.") for root in permitted
    )


CASES = [(part, path) for part in MAY_IMPORT for path in modules(part)]


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_every_part_is_there(part):
    assert modules(part)


@pytest.mark.parametrize(
    ("part", "path"),
    CASES,
    ids=[str(path.relative_to(CODE / "backprop")) for _, path in CASES],
)
def test_a_module_imports_only_what_it_may(part, path):
    found = imported(path.read_text(encoding="utf-8"), package_of(path))
    outside = [n for n in found if not allowed(n, MAY_IMPORT[part])]
    assert outside == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import numpy as np", ["numpy"]),
        ("def f():\n    import torch.nn", ["torch.nn"]),
        ("from backprop import symbolic", ["backprop.symbolic"]),
        ("from ..symbolic import emit", ["backprop.symbolic.emit"]),
        ("from . import checks", ["backprop.numerics.checks"]),
        ("from .. import symbolic", ["backprop.symbolic"]),
    ],
)
def test_every_form_of_import_is_seen(source, names):
    assert list(imported(source, ["backprop", "numerics"])) == names


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("backprop.symbolic", "numerics"),
        ("backprop.numerics.neuron", "symbolic"),
        ("backprop.numericsx", "numerics"),
        ("backprop", "numerics"),
        ("sympy", "numerics"),
        ("numpy", "symbolic"),
        ("torch", "numerics"),
        ("backprop.numerics", "plotting"),
    ],
)
def test_what_is_not_allowed_is_refused(name, part):
    assert not allowed(name, MAY_IMPORT[part])


def test_code_is_a_folder_and_no_package():
    # a package named code would hide the standard library's module
    assert not (CODE / "__init__.py").exists()
