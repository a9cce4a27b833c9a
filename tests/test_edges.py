"""Whatever a public function is given, its answer is right, or an error that
names the argument, what was found and what was expected.

Every public function of `backprop.numerics`, `backprop.symbolic`,
`backprop.parallel` and `backprop.worked_examples` is called with each argument
replaced by what it should not be, one at a time. The table is made from the
signatures: a new function is in it by itself, for its arguments bear the names
that all others bear.
"""

import inspect
import time
from collections import Counter
from copy import deepcopy
from dataclasses import fields, is_dataclass
from importlib import import_module
from itertools import islice

import numpy as np
import pytest
from backprop import numerics, symbolic
from backprop.numerics import data, losses, network, neuron
from backprop.numerics.optimisers import Momentum, move

HUNG = 5.0  # seconds
HALF = "half_squared_error"
LAYERS = network.initialise((2, 3, 2), np.random.default_rng(0), "xavier")
X, Y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
LOGITS = network.initialise((2, 2), np.random.default_rng(0), last="identity")
STEP = neuron.forward(0.5, 0.1, 2.0, "tanh")


def square(w, rows=None):
    """A loss with its gradient."""
    return w * w, 2 * w


def gradients():
    """What the backward pass gives for these layers."""
    return network.objective(X, Y, HALF)(LAYERS)[1]


# ---- what is right ----------------------------------------------------------

# By the name of an argument; each is made anew for every call.
RIGHT = {
    "A": lambda: Y + 2.0,
    "Y": lambda: Y.copy(),
    "Z": lambda: Y + 3.0,
    "X": lambda: X.copy(),
    "W": lambda: X.copy(),
    "z": lambda: np.array([1.0, 2.0]),
    "a": lambda: np.array([1.0, 2.0]),
    "b": lambda: np.array([1.0, 3.0]),
    "activation": lambda: "tanh",
    "answers": lambda: [network.objective(X, Y, HALF)(LAYERS)] * 2,
    "at_least": lambda: 3.0,
    "backward": lambda: neuron.backward(STEP, 2.0, 0.5, HALF),
    "batch_size": lambda: 2,
    "batches": lambda: [np.array([0]), np.array([1])] * 2,
    "beta": lambda: 0.5,
    "cache": lambda: network.forward(LAYERS, X),
    "classes": lambda: 2,
    "data": lambda: data.DataSet("some", X, [0, 1], 2),
    "digits": lambda: 6,
    "eta": lambda: 0.5,
    "expression": lambda: symbolic.z**2,
    "forward": lambda: STEP,
    "function": lambda: np.square,
    "gradient": lambda: 4.0,
    "gradients": gradients,
    "held_out": lambda: 0.5,
    "id": lambda: "mazur_2_2_2",
    "labels": lambda: np.array([0, 1]),
    "last": lambda: "identity",
    "layers": lambda: LAYERS,
    "loss": lambda: HALF,
    "loss_and_gradient": lambda: square,
    "m": lambda: 4,
    "name": lambda: "a name",
    "noise": lambda: 0.5,
    "parameters": lambda: 2.0,
    "point": lambda: 2.0,
    "predicted": lambda: np.array([1, 1]),
    "prime": lambda: np.square,
    "published": lambda: "0.25",
    "quantity": lambda: "z",
    "raises": lambda: False,
    "rng": lambda: np.random.default_rng(1),
    "rows": lambda: [2, 2],
    "rtol": lambda: 1e-6,
    "rule": lambda: Momentum(0.5),
    "scheme": lambda: "he",
    "sizes": lambda: (2, 3, 2),
    "start": lambda: 3.0,
    "step": lambda: 6e-6,
    "steps": lambda: 3,
    "units": lambda: 3,
    "update": lambda: move,
    "values": lambda: {"z": 2.0},
    "value": lambda: losses.half_squared_error,
    "value_and_prime": lambda: np.modf,
    "from_logits": lambda: False,
    "check_targets": lambda: np.square,
    "w": lambda: 0.5,
    "workers": lambda: 2,
    "x": lambda: 2.0,
    "y": lambda: 0.5,
}

# Where a function means something else by a name.
HERE = {
    ("symbolic.network", "sizes"): lambda: (2, 1),
    ("symbolic.matrix_gradients", "sizes"): lambda: (2, 1),
    ("symbolic.prove_matrix_form", "sizes"): lambda: (2, 1),
    ("symbolic.network", "m"): lambda: 2,
    ("symbolic.matrix_gradients", "m"): lambda: 2,
    ("symbolic.prove_matrix_form", "m"): lambda: 2,
    ("symbolic.count_multiplications", "layers"): lambda: 2,
    ("worked_examples.agrees", "value"): lambda: 0.25,
    ("binary_cross_entropy", "Y"): RIGHT["Y"],
    ("check_fits", "activation"): lambda: "identity",
    ("accuracy", "labels"): RIGHT["labels"],
    ("neuron.forward", "b"): lambda: 0.1,
    ("neuron.update", "b"): lambda: 0.1,
    ("Layer", "b"): lambda: np.array([1.0, 3.0]),
    ("Loss", "gradient"): lambda: losses.half_squared_error_gradient,
}

# What is taken though it is not what stands in RIGHT, and why.
OTHER_SHAPES = {"one axis more", "one axis less", "three axes"}
MORE_OR_FEWER = {"no rows", "one row more", "an empty list"}
NOT_FINITE = {"NaN", "infinity", "an entry is NaN", "an entry is infinity"}
NUMBERS = {"a seed", "minus one", "half", "a huge whole number", "True"}
WELCOME = [
    # entry by entry, whatever the shape; NaN stays NaN
    ("activations", "z", OTHER_SHAPES | MORE_OR_FEWER | NOT_FINITE | NUMBERS),
    ("activations", "a", OTHER_SHAPES | MORE_OR_FEWER | NOT_FINITE | NUMBERS),
    # the outputs of a run that has diverged: so is its loss
    ("losses", "A", NOT_FINITE),
    ("losses", "Z", NOT_FINITE),
    # no digit of what is not finite is right, which is what is asked
    ("agreement.digits", "a", NOT_FINITE),
    ("agreement.digits", "b", NOT_FINITE),
    # a gradient that is not finite is wrong, and the report says so
    ("gradcheck.check", "gradient", NOT_FINITE),
    # is held against the digits that it has
    ("gradcheck.check", "gradient", {"as float32"}),
    # as many rows as one likes; a mean is refused where there are none
    ("losses.softmax", "Z", {"one row more"}),
    ("network.forward", "X", MORE_OR_FEWER),
    ("network.predict", "X", MORE_OR_FEWER),
    ("data.one_hot", "labels", MORE_OR_FEWER),
    # a run that has diverged moves on
    ("optimisers.move", "parameters", NOT_FINITE),
    ("optimisers.move", "gradient", NOT_FINITE),
    # a constant is a function too, and a symbol of one's own an expression
    ("symbolic", "activation", NUMBERS - {"True"}),
    ("symbolic", "loss", NUMBERS - {"True"}),
    ("symbolic.formula", "expression", NUMBERS - {"True"}),
    # never at the published precision
    ("worked_examples.agrees", "value", NOT_FINITE),
    ("worked_examples.agrees", "units", {"half"}),
    # left out
    ("symbolic.formula", "values", {"None"}),
    ("symbolic.matrix_gradients", "activation", {"None"}),
    ("network.initialise", "last", {"None"}),
    ("activations.Activation", "value_and_prime", {"None"}),
    ("optimisers.descend", "batches", {"None", "an empty list"}),
    # a function is asked when it is called
    ("activations.Activation", "", {"a function", "a class"}),
    ("losses.Loss", "", {"a function", "a class"}),
]


def is_welcome(short, name, label):
    """Whether this is taken, as `WELCOME` has it."""
    return any(
        short.startswith(of) and argument in ("", name) and label in labels
        for of, argument, labels in WELCOME
    )


def as_right(right, thing):
    """What a thing means where this is right; None where it means nothing."""
    if isinstance(right, str) and thing == THINGS["a text"]:
        return thing
    if isinstance(right, bool) or isinstance(thing, bool):
        return (
            thing
            if isinstance(right, bool | float) and isinstance(thing, bool)
            else None
        )
    if isinstance(right, float) and isinstance(thing, int | float):
        return float(thing) if abs(thing) < 1e300 else None
    for kind in (int, np.random.Generator, network.Cache):
        if isinstance(right, kind) and isinstance(thing, kind):
            return thing
    return thing if right is thing else None


# Right for another loss than that of one number, which is what is given here.
NO_LAYERS = "optimisers.descend", "start", "layers"

# Made by functions, not by readers; and what starts processes.
RECORDS = {"Agreement", "Cache", "Gradients", "Forward", "Backward", "Step"}
RECORDS |= {"Disagreement", "GradientMismatch", "Rule", "Objective"}
NOT_CALLED = RECORDS | {"parallel.objective"}


def public():
    """Every public function and class: its name and itself."""
    for name in symbolic.__all__:
        found = getattr(symbolic, name)
        if inspect.isfunction(found):
            yield f"symbolic.{name}", found
    modules = [f"numerics.{name}" for name in numerics.__all__]
    for name in [*modules, "parallel", "worked_examples"]:
        module = import_module(f"backprop.{name}")
        for member, found in vars(module).items():
            own = getattr(found, "__module__", "") == module.__name__
            short = f"{name.rpartition('.')[2]}.{member}"
            if member.startswith("_") or not own or not callable(found):
                continue
            if {member, short} & NOT_CALLED:
                continue
            yield short, found


def arguments(short, function):
    """The right value of each argument that has to be given or may be."""
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if name == "unchecked":
            continue
        member = short.partition(".")[2]
        make = HERE.get((short, name)) or HERE.get((member, name))
        make = make or RIGHT.get(name)
        assert make, f"{short}: what is right for {name}? Enter it in RIGHT."
        found[name] = make()
    return found


def call(function, given):
    """The result; a generator's first ones, and a function's own result."""
    parameters = inspect.signature(function).parameters
    first = [
        given.pop(name)
        for name, one in parameters.items()
        if one.kind == one.POSITIONAL_ONLY and name in given
    ]
    if any(p.kind == p.VAR_KEYWORD for p in parameters.values()):
        more = {"one": 1.0, "other": 1.0} if first else {}
        given = given | more
    result = function(*first, **given)
    if inspect.isgenerator(result):
        return [*islice(result, 3)]
    if inspect.isfunction(result):
        return result(LAYERS)
    return result


# ---- what is wrong ----------------------------------------------------------


class Table:
    """Rows with an index, which numpy would take without it."""

    def __init__(self, values):
        self.values, self.index = np.asarray(values), [3, 1, 2]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)

    def to_numpy(self):
        return self.values


THINGS = {
    "None": None,
    "a text": "texte",
    "bytes": b"tanh",
    "an object": object(),
    "a function": lambda *_: None,
    "a dictionary": {"a": 1},
    "an empty list": [],
    "a complex number": 1j,
    "a list of None": [None],
    "rows of different lengths": [[1.0], [1.0, 2.0]],
    "layers": LAYERS,
    "a layer": LAYERS[0],
    "a cache": network.forward(LAYERS, X),
    "a class": network.Layer,
    "a seed": 12345,
    "minus one": -1,
    "half": 0.51,
    "a huge whole number": 10**12,
    "beyond the floats": 10**400,
    "NaN": np.nan,
    "infinity": np.inf,
    "True": True,
    "a module": np.random,
    "a generator": np.random.default_rng(2),
    "an old generator": np.random.RandomState(0),
}


def afresh(thing):
    """A generator as it was at first; nothing else changes when it is used."""
    return deepcopy(thing) if isinstance(thing, np.random.Generator) else thing


def converted(value):
    """The same numbers in other types, which are right if float64 is."""
    array = np.asarray(value)
    for kind in (np.int64, np.uint8, np.float32, bool):
        yield f"as {np.dtype(kind)}", array.astype(kind)
    yield "as a list", array.tolist()


def spoilt(value):
    """Arrays that are none of real numbers, or of another form."""
    array = np.asarray(value, dtype=float)
    yield "complex", array + 0j
    yield "of objects", array.astype(object)
    yield "of texts", array.astype(str)
    yield "masked", np.ma.masked_equal(array, array.flat[0])
    yield "with an index", Table(array)
    yield "one axis more", array[np.newaxis]
    yield "one axis less", array[0] if array.ndim else np.array([])
    yield "no rows", array[:0]
    yield "one row more", np.concatenate([array, array[:1]])
    yield "three axes", np.zeros((2, 2, 2))
    for name, one in (("NaN", np.nan), ("infinity", np.inf)):
        broken = array.copy()
        broken.flat[0] = one
        yield f"an entry is {name}", broken


def wrong(right):
    """What an argument is replaced by: its name, it, and what it equals."""
    for name, thing in THINGS.items():
        if not (callable(right) and name == "a class"):
            yield name, afresh(thing), as_right(right, afresh(thing))
    if isinstance(right, np.ndarray):
        for name, same in converted(right):
            yield name, same, np.asarray(same).astype(right.dtype)
        for name, other in spoilt(right):
            yield name, other, None
    if isinstance(right, float):
        for kind in (np.float32, np.float64, np.int64, np.array):
            same = kind(right)
            yield f"as {kind.__name__}", same, float(same)


# ---- the table --------------------------------------------------------------


def is_clear(error, names):
    """Whether an error names an argument, and says found and expected."""
    text = str(error)
    return (
        isinstance(error, TypeError | ValueError)
        and "expected" in text
        and any(name in text for name in names)
        and ("found" in text or "returned" in text)
    )


def flat(value):
    """All numbers of a result, whatever they are in."""
    if isinstance(value, np.ndarray) or np.isscalar(value) or value is None:
        return [np.asarray(value).tolist()]
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return [number for one in value for number in flat(one)]
    return [repr(type(value))]


def judged(short, function, name, label, thing, same):
    """One word on one cell of the table, and why."""
    given = arguments(short, function)
    names = [*given, "layer"]
    started = time.perf_counter()
    error = found = None
    try:
        with np.errstate(all="ignore"):
            found = call(function, given | {name: thing})
    except Exception as raised:
        error = raised
    if time.perf_counter() - started > HUNG:
        return "hung", ""
    if error:
        what = f"{type(error).__name__}: {error}"
        return ("clear", "") if is_clear(error, names) else ("obscure", what)
    if is_welcome(short, name, label):
        return "right", ""
    if same is None:
        return "silent", repr(found)[:90]
    expected = call(function, arguments(short, function) | {name: same})
    if repr(flat(found)) == repr(flat(expected)):
        return "right", ""
    return "silent", f"{flat(found)} and not {flat(expected)}"[:200]


def table():
    """Every cell: function, argument, what was given, word, why."""
    for short, function in public():
        for name, right in arguments(short, function).items():
            for label, thing, same in wrong(right):
                if (short, name, label) == NO_LAYERS:
                    continue
                word, why = judged(short, function, name, label, thing, same)
                yield short, name, label, word, why


@pytest.mark.filterwarnings("ignore")
def test_every_cell_is_clear_or_right(record_property):
    cells = [*table()]
    count = Counter(word for *_, word, _ in cells)
    record_property("cells", dict(count))
    bad = [cell for cell in cells if cell[3] not in ("clear", "right")]
    assert not bad, f"{count}\n" + "\n".join(map(str, bad))


def test_what_is_right_is_accepted():
    for short, function in public():
        call(function, arguments(short, function))
