"""Text that a caller or a browser sends is data: none of it is executed.

The plants hold a text that sets an environment variable when it is
evaluated, in every kind of container and object that SymPy, numpy or Python
would look into. They go wherever an expression, a number or sizes go.
"""

import array
import contextlib
import inspect
import os
import warnings
from collections import (
    ChainMap,
    Counter,
    OrderedDict,
    UserDict,
    UserList,
    UserString,
    defaultdict,
    deque,
    namedtuple,
)
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from types import MappingProxyType, SimpleNamespace

import anywidget
import numpy as np
import pytest
import sympy as sp
import traitlets
from backprop import symbolic, widgets
from backprop.symbolic import (
    Derivation,
    Stage,
    catalogue,
    emit,
    emit_network,
    emit_own,
    given,
    latex,
    models,
    x,
    z,
)
from backprop.widgets.core import own
from backprop.widgets.stepper import steps

MARK = "PLANTED"
CODE = f"__import__('os').environ.__setitem__('{MARK}', 'yes')"


def ran():
    """Whether a plant has run since the last question."""
    return os.environ.pop(MARK, None) is not None


class Text(str):
    """A text that is not quite one."""


class Sequence:
    """What can be iterated like a range."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        if index >= 2:
            raise IndexError
        return CODE


class Calls:
    """An object with one method that a library would call."""

    def __init__(self, method):
        self.method = method

    def __repr__(self):
        return f"Calls({self.method!r})"


def calling(method, result):
    """An object that runs the plant when this method is called."""

    def run(self, *_):
        os.environ[MARK] = "yes"
        return result

    return type("Calls", (Calls,), {method: run})(method)


@dataclass
class Record:
    z: str = CODE


Pair = namedtuple("Pair", "z value")

CONTAINERS = {
    "list": lambda: [CODE],
    "nested list": lambda: [[z, [CODE]]],
    "tuple": lambda: (CODE, z),
    "dict value": lambda: {"z": CODE},
    "dict key": lambda: {CODE: 1},
    "set": lambda: {CODE},
    "frozenset": lambda: frozenset({CODE}),
    "generator": lambda: (one for one in [CODE]),
    "iterator": lambda: iter([CODE]),
    "map": lambda: map(str, [CODE]),
    "filter": lambda: filter(None, [CODE]),
    "zip": lambda: zip([CODE], [CODE], strict=True),
    "enumerate": lambda: enumerate([CODE]),
    "reversed": lambda: reversed([CODE]),
    "keys": lambda: {CODE: 1}.keys(),
    "values": lambda: {"z": CODE}.values(),
    "sequence": Sequence,
    "array of objects": lambda: np.array([CODE, z], dtype=object),
    "array of text": lambda: np.array([CODE]),
    "array of no axes": lambda: np.array(CODE),
    "record array": lambda: np.array([(CODE,)], dtype=[("z", "U99")]),
    "bytes": lambda: CODE.encode(),
    "bytearray": lambda: bytearray(CODE.encode()),
    "memoryview": lambda: memoryview(CODE.encode()),
    "array.array": lambda: array.array("B", CODE.encode()),
    "deque": lambda: deque([CODE]),
    "UserList": lambda: UserList([CODE]),
    "UserString": lambda: UserString(CODE),
    "UserDict": lambda: UserDict({"z": CODE}),
    "OrderedDict": lambda: OrderedDict({"z": CODE}),
    "defaultdict": lambda: defaultdict(str, {"z": CODE}),
    "Counter": lambda: Counter([CODE]),
    "ChainMap": lambda: ChainMap({"z": CODE}),
    "mapping proxy": lambda: MappingProxyType({"z": CODE}),
    "named tuple": lambda: Pair(CODE, 1),
    "dataclass": Record,
    "namespace": lambda: SimpleNamespace(z=CODE),
    "partial": lambda: partial(str, CODE),
    "str": lambda: CODE,
    "str subclass": lambda: Text(CODE),
    "text of numpy": lambda: np.str_(CODE),
    "Tuple": lambda: sp.Tuple(z, sp.Symbol(CODE)),
    "Matrix": lambda: sp.Matrix([[sp.Symbol(CODE)]]),
    "ImmutableMatrix": lambda: sp.ImmutableMatrix([[sp.Symbol(CODE)]]),
    "Dict": lambda: sp.Dict({z: sp.Symbol(CODE)}),
    "FiniteSet": lambda: sp.FiniteSet(sp.Symbol(CODE)),
    "symbol": lambda: sp.Symbol(CODE) + z,
    "function": lambda: sp.Function(CODE)(z),
    "relation": lambda: sp.Symbol(CODE) > z,
    "lambda": lambda: lambda: exec(CODE),
    "_sympy_": lambda: calling("_sympy_", z),
    "__sympify__": lambda: calling("__sympify__", z),
    "__float__": lambda: calling("__float__", 1.0),
    "__int__": lambda: calling("__int__", 1),
    "__index__": lambda: calling("__index__", 1),
    "__str__": lambda: calling("__str__", "z"),
    "__iter__": lambda: calling("__iter__", iter([1])),
    "__array__": lambda: calling("__array__", np.ones(1)),
    "_repr_latex_": lambda: calling("_repr_latex_", "z"),
    "_latex": lambda: calling("_latex", "z"),
}
if find_spec("pandas"):
    import pandas

    CONTAINERS["Series"] = lambda: pandas.Series([CODE])
every_container = pytest.mark.parametrize("kind", CONTAINERS)

U, L = sp.symbols("u L")
ONE = symbolic.neuron()
AT = {"w": 1, "b": 1, "x": 1, "y": 1}
EXACT = ONE.evaluate(AT)
PATH = ONE["dL_dw"].paths[0]

CALLS = {
    "activation": catalogue.activation,
    "loss": catalogue.loss,
    "AnyActivation": symbolic.AnyActivation,
    "AnySlope": catalogue.AnySlope,
    "neuron": symbolic.neuron,
    "neuron loss": lambda p: symbolic.neuron(loss=p),
    "network": symbolic.network,
    "network size": lambda p: symbolic.network((2, p)),
    "network activation": lambda p: symbolic.network((1, 1), p),
    "network loss": lambda p: symbolic.network((1, 1), loss=p),
    "network m": lambda p: symbolic.network((1, 1), m=p),
    "matrix": symbolic.matrix_gradients,
    "matrix activation": lambda p: symbolic.matrix_gradients((1, 1), p),
    "matrix loss": lambda p: symbolic.matrix_gradients((1, 1), loss=p),
    "matrix m": lambda p: symbolic.matrix_gradients((1, 1), m=p),
    "proof": symbolic.prove_matrix_form,
    "proof loss": lambda p: symbolic.prove_matrix_form((1, 1), loss=p),
    "proof m": lambda p: symbolic.prove_matrix_form((1, 1), m=p),
    "symbol": models.symbol,
    "sizes": models.check_sizes,
    "multiplications": symbolic.multiplications,
    "count layers": lambda p: symbolic.count_multiplications(p, 2),
    "count units": lambda p: symbolic.count_multiplications(2, p),
    "Stage": lambda p: Stage(U, p),
    "Stage symbol": lambda p: Stage(p, x),
    "local": lambda p: ONE.stage("z").local(p),
    "latex_local": lambda p: ONE.stage("z").latex_local(p),
    "latex_local values": lambda p: ONE.stage("a").latex_local(z, {"z": p}),
    "latex_local all": lambda p: ONE.stage("a").latex_local(z, p),
    "stage values": lambda p: ONE.stage("z").latex(p),
    "stage value": lambda p: ONE.stage("z").latex(EXACT | {"x": p}),
    "stage digits": lambda p: ONE.stage("z").latex(EXACT, p),
    "Derivation": Derivation,
    "Derivation stage": lambda p: Derivation([p]),
    "inputs": lambda p: Derivation([Stage(L, x)], p),
    "input": lambda p: Derivation([Stage(L, x)], [p]),
    "partial": lambda p: ONE[p],
    "stage": ONE.stage,
    "composed": ONE.composed,
    "direct": ONE.direct,
    "expand": ONE.expand,
    "evaluate": ONE.evaluate,
    "evaluate value": lambda p: ONE.evaluate(AT | {"w": p}),
    "evaluate digits": lambda p: ONE.evaluate(AT, p),
    "partial values": lambda p: ONE["dL_dw"].latex(p),
    "partial value": lambda p: ONE["dL_dw"].latex(EXACT | {"x": p}),
    "partial digits": lambda p: ONE["dL_dw"].latex(EXACT, p),
    "path values": lambda p: PATH.latex(p),
    "path value": lambda p: PATH.latex(EXACT | {"x": p}),
    "formula": symbolic.formula,
    "formula values": lambda p: symbolic.formula(x, p),
    "formula value": lambda p: symbolic.formula(x, {"x": p}),
    "formula digits": lambda p: symbolic.formula(x, {"x": 1}, p),
    "product": lambda p: latex.join_product((x, p), latex.Printer()),
    "number": lambda p: latex.Printer().number(p),
    "emitted name": lambda p: emit.function(p, (x,), {"s": x}),
    "emitted argument": lambda p: emit.function("f", (p,), {"s": x}),
    "emitted line": lambda p: emit.function("f", (x,), {"s": p}),
    "emitted lines": lambda p: emit.function("f", (x,), p),
    "emitted rows": lambda p: emit.rows_function(
        "f", {"X": (x,)}, {"S": ("s",)}, {"s": p}
    ),
    "emitted neuron": lambda p: emit.neuron_function("f", p, HALF),
    "emitted loss": lambda p: emit.neuron_function("f", "tanh", p),
    "emitted activation": lambda p: emit.activation_function("f", p),
    "emitted layer": lambda p: emit.layer_functions("f", p),
    "stable": emit.stable,
    "stable slope": emit.stable_slope,
    "stable loss": emit.stable_loss,
    "emitted sizes": emit_network.derivation,
    "emitted parameters": emit_network.parameters,
    "emitted steps": emit_network.steps,
    "emitted network": lambda p: emit_network.network_function("f", p),
    "emitted rules": emit_network.rules,
    "emitted uses": emit_network.uses,
    "emitted title": emit_network.title,
    "own neuron": emit_own.neuron_function,
    "own backward": emit_own.backward_function,
    "given expression": partial(given.expression, "it"),
    "given node": partial(given.node, "it"),
    "given number": partial(given.number, "it"),
    "given whole": lambda p: given.whole("it", p, 1, 9),
    "given symbol": partial(given.symbol, "it"),
    "given mapping": lambda p: given.number(
        "it", [*given.mapping("it", p).values()][0]
    ),
    "steps": steps.steps,
    "own tree": own.plain,
    "own numeric": lambda p: own.numeric("it", p),
}
HALF = "half_squared_error"

ONLY_PRINTED = {
    (call, kind)
    for call in ("AnyActivation", "AnySlope", "formula", "product")
    for kind in ("symbol", "function", "ImmutableMatrix")
}
"""What is an expression of SymPy with a strange name in it: nothing but
printing is done with it there."""


@pytest.fixture(autouse=True)
def _no_plant_has_run():
    ran()
    yield
    assert not ran()


@pytest.mark.parametrize("kind", ["list", "dict value", "set", "iterator"])
def test_the_plant_is_alive(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(AttributeError, sp.SympifyError):
            sp.sympify(CONTAINERS[kind]())
    assert ran()


@pytest.mark.parametrize("method", ["_sympy_", "__float__", "__str__"])
def test_the_plants_that_are_methods_are_alive(method):
    plant = CONTAINERS[method]()
    if method == "__str__":
        str(plant)
    else:
        sp.sympify(plant)
    assert ran()


REFUSALS = ValueError, TypeError, KeyError


@every_container
def test_nothing_runs_in_symbolic(kind):
    for name, call in CALLS.items():
        try:
            call(CONTAINERS[kind]())
        except REFUSALS:
            taken = False
        else:
            taken = True
        assert not ran(), name
        assert taken == ((name, kind) in ONLY_PRINTED), name


def test_every_public_function_is_planted():
    """Each function of a module here is called above, or takes no data."""
    source = inspect.getsource(inspect.getmodule(ran))
    modules = {
        "symbolic": symbolic,
        "models": models,
        "emit": emit,
        "emit_network": emit_network,
        "emit_own": emit_own,
        "catalogue": catalogue,
    }
    for home, module in modules.items():
        for name, part in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(part):
                continue
            if not part.__module__.startswith("backprop."):
                continue
            if name in HARMLESS or not inspect.signature(part).parameters:
                continue
            assert f".{name}" in source, f"{home}.{name}"


HARMLESS = {
    # what they take comes from the derivation, not from a caller
    "after_slope",
    "statements",
    "derivation_function",
    "slope_lines",
    "value_lines",
    # the name of an operation in a table
    "derivative",
    "rule",
}

CLASSES = [
    getattr(widgets, name) for name in widgets.__all__ if name != "link"
]
OURS = {
    cls: sorted(
        {*cls.class_traits(sync=True)}
        - {*anywidget.AnyWidget.class_traits(sync=True)}
    )
    for cls in CLASSES
}


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_nothing_runs_in_the_state_of_a_widget(cls):
    for trait in OURS[cls]:
        widget = cls()
        for kind, make in CONTAINERS.items():
            for plant in (make(), [make()]):
                with contextlib.suppress(*REFUSALS, traitlets.TraitError):
                    widget.set_state({trait: plant})
                assert not ran(), (trait, kind)
    assert OURS[cls]


@every_container
def test_a_widget_takes_no_container_for_an_activation(kind):
    widget = widgets.ActivationExplorer(activation="tanh")
    for plant in (CONTAINERS[kind](), [CONTAINERS[kind]()]):
        with pytest.raises(traitlets.TraitError, match="activation: found"):
            widget.activation = plant
        with pytest.raises(traitlets.TraitError, match="activation: found"):
            widgets.ActivationExplorer(activation=plant)
    assert widget.activation == "tanh"
    assert widget.custom == {}
