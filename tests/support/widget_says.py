"""What a widget says and draws, held against its Python side's ``run()``.

All digits are shown, so that only rounding may differ: a hundred times as
much as the answer of `run` itself does when every given number is moved by
`NUDGE`. A saturated neuron under a huge learning rate, or a path that jumps
about, multiplies rounding by millions; a wrong formula is not excused.
"""

import itertools
import math
import re

import numpy as np
from backprop import widgets
from backprop.symbolic import emit_network
from backprop.widgets.network_stepper.numbers import SIZES, starting_numbers
from backprop.widgets.stepper import steps

NUMBER = r"(?:−?\d[\d.]*(?:e[+−]\d+)?|too large|no value|beyond all bounds)"
NUDGE = 1e-13
SLACK = 100
ROUNDING = 1e-11
"""Relative; a formula has tens of operations, with 1e-16 each."""

TINY = 1e-14
"""What is left where two numbers of the order of 1 cancel."""

STEPS = [*steps.WORDS]


def numbers(text):
    """Every number of a text, as floats; NaN where there are words for it."""
    found = re.findall(NUMBER, text)
    return [
        float(one.rstrip(".").replace("−", "-"))
        if re.search(r"\d", one)
        else math.nan
        for one in found
    ]


def flat(value):
    """All numbers of nested lists, in their order; NaN for None."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return [one for part in value for one in flat(part)]
    return [math.nan if value is None else float(value)]


# ---- the comparison


def assert_agrees(name, shown):
    """What is shown in a state is what ``run()`` computes there.

    ``shown`` has the ``state`` (that of a link is enough, then what was
    drawn for Python is not looked at), the ``text`` of the live line and,
    for the network stepper, the ``rows``. Returns how many numbers agreed to
    nine digits or more.
    """
    state = shown["state"]
    found = FOUND[name](shown)
    wanted = wanted_in(name, state)
    around = [wanted_in(name, nudged(name, state, way)) for way in (1, -1)]
    sharp = 0
    for part, values in found.items():
        others = [one[part] for one in around]
        if any(len(one) != len(wanted[part]) for one in others):
            continue  # by rounding alone it ends an update earlier
        assert len(values) == len(wanted[part]), (part, values, wanted[part])
        for one, *three in zip(values, wanted[part], *others, strict=True):
            gap = allowed(*three)
            assert same(one, three[0], gap), (part, one, three[0], gap, shown)
            sharp += gap <= 1e-9 * max(1, abs(three[0]))
    if name in IN_WORDS:
        IN_WORDS[name](ready(name, state), shown)
    return sharp


def allowed(value, *around):
    """How far a number may be from that of `run`."""
    moved = [abs(one - value) for one in around if math.isfinite(one)]
    return TINY + ROUNDING * abs(value) + SLACK * max(moved, default=0)


def same(one, other, gap):
    """Whether two numbers agree; what is none agrees with what is none."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return not (math.isfinite(one) or math.isfinite(other))
    return abs(one - other) <= gap


def nudged(name, state, way):
    """The state with every real number moved a little."""
    ways = itertools.cycle([way, -1, -way, way, 1])

    def move(value, low, high):
        if isinstance(value, list | tuple):
            return [move(one, low, high) for one in value]
        return min(high, max(low, value * (1 + next(ways) * NUDGE)))

    ends = {k: v for k, v in ready(name).ranges.items() if len(v) == 2}
    given = {k: v for k, v in state.items() if k in ends}
    return state | {k: move(v, *ends[k]) for k, v in given.items()}


def wanted_in(name, state):
    """The numbers of ``run()`` in a state."""
    widget = ready(name, state)
    with np.errstate(all="ignore"):
        return WANTED[name](widget, widget.run())


_ready = {}


def ready(name, state=None):
    """The widget with the shared traits of a state."""
    cls = getattr(widgets, name)
    if name not in _ready:
        _ready[name] = cls()
    widget = _ready[name]
    if state is None:
        return widget
    given = {k: state[k] for k in [*widget.shared, "steps"] if k in state}
    given |= {k: v for k, v in state.items() if k in FIXED and hasattr(cls, k)}
    if name == "NetworkStepper":
        return cls(**fitting(given))
    with widget.hold_sync(), widget.hold_trait_notifications():
        for trait, value in given.items():
            setattr(widget, trait, value)
    return widget


def fitting(given):
    """As the view does: what belongs to other sizes gives way."""
    sizes = given["sizes"]
    start = starting_numbers(sizes)
    names, last = emit_network.parameters(SIZES[sizes]), network_steps(sizes)
    given = given | {"step": min(given["step"], len(last) - 1)}
    if given["selected"] not in names:
        given["selected"] = "w1_11"
    same = all(shape(given[k]) == shape(start[k]) for k in start)
    return given if same else given | start


def shape(value):
    """Nested lists with their numbers left out."""
    return [shape(one) for one in value] if np.iterable(value) else 0


def network_steps(sizes):
    """The steps of a network, each with its numbers."""
    return [*emit_network.steps(SIZES[sizes]).items()]


FIXED = ("x", "y", "b")
"""Traits that a page may have set, though a link leaves them out."""


# ---- one function for what is shown, one for what should be


def explorer_found(shown):
    return {"said": numbers(shown["text"])[:3]}


def explorer_wanted(_, run):
    return {"said": [run["z"], run["a"], run["da_dz"]]}


def stepper_found(shown):
    text = shown["text"]
    if STEPS[shown["state"]["step"]] == "L_new":
        return {"said": numbers(text)[:4]}
    return {"said": numbers(text.split(" = ", 1)[1])[:1]}


def stepper_wanted(widget, run):
    step = STEPS[widget.step]
    return {"said": losses(run) if step == "L_new" else [run[step]]}


def losses(run):
    """Before, after, the change predicted, the change made."""
    change = run["L_new"] - run["L"]
    return [run["L"], run["L_new"], run["predicted"], change]


LAST = re.compile(rf"After (\d+) updates?: w = ({NUMBER}), L = ({NUMBER})")
LIMIT = re.compile(rf"the limit here is η < ({NUMBER})")


def rate_found(shown):
    text, path = shown["text"], shown["state"].get("path")
    end, limit = LAST.search(text), LIMIT.search(text)
    found = (
        {"end": flat([numbers(one) for one in end.groups()])} if end else {}
    )
    if limit:
        found["limit"] = numbers(limit[1])
    return found if path is None else found | {"path": flat(path)}


def rate_wanted(widget, run):
    end = [len(run) - 1, *run[-1]] if run else []
    limit = widget.limit
    return {
        "end": end,
        "path": flat(run),
        "limit": [math.nan if limit is None else limit],
    }


def rate_in_words(widget, shown):
    """What is said of a run is true of the weights of ``run()``."""
    text, run = shown["text"], widget.run()
    assert ("limit here" in text or "limit itself" in text) == (
        widget.limit is not None
    ), shown
    if len(run) <= widget.steps:
        assert "diverges: " in text, shown
        return
    assert "beyond all bounds" not in text, shown
    moves = np.diff([w for w, _ in run[-3:]])
    if len(moves) < 2 or min(abs(moves)) < 1e-6 * max(1, abs(run[-1][0])):
        return
    turns = moves[0] * moves[1] < 0
    if "oscillates and converges" in text or "between two points" in text:
        assert turns, shown
    if "from one side" in text or "crawls" in text or "slides on" in text:
        assert not turns, shown


def surface_found(shown):
    found, path = {}, shown["state"].get("path")
    if "Start (w, b)" in shown["text"]:
        found = {"start": numbers(shown["text"])[:3]}
    return found if path is None else found | {"path": flat(path)}


def surface_wanted(_, run):
    return {"start": flat(run[:1]), "path": flat(run)}


def playground_found(shown):
    state, said = shown["state"], numbers(shown["text"])
    found = {"said": [said[0], *said[2:5]]}
    for name in ("history", "layers"):
        if name in state:
            found[name] = flat(state[name])
    return found


def playground_wanted(widget, run):
    at = widget.update if run["diverged"] is None else run["diverged"] - 1
    _, *both = run["history"][-1]
    return {
        "said": [at, widget.eta, *both],
        "history": flat(run["history"]),
        "layers": flat(run["layers"]),
    }


def shapes_found(shown):
    drawn = shown["state"].get("drawn", {})
    found = {f"drawn {name}": flat(array) for name, array in drawn.items()}
    if "Entry" in shown["text"]:
        entry = shown["text"].split("Entry")[1].split(": ", 1)[1]
        found["entry"] = numbers(entry.split(" = ")[-1])[:1]
    return found


def shapes_wanted(widget, run):
    found = {f"drawn {name}": flat(array) for name, array in run.items()}
    rows = np.atleast_2d(run.get(widget.array, [[math.nan]]))
    row, column = (
        min(at, size - 1)
        for at, size in zip(
            (widget.row, widget.column), rows.shape, strict=True
        )
    )
    return found | {"entry": [float(rows[row][column])]}


def badge(words):
    """A verdict of Python as the view puts it beside a small grid."""
    if words.startswith("wrong: "):
        some = words.removeprefix("wrong: ").removesuffix(" entries")
        return f"✗ {some.replace(' of ', '/')}"
    if words.startswith("wrong shape"):
        return "✗ shape"
    if words == "not reached":
        return "no value"
    return "" if words == "right" else words.split(":")[0]


def shapes_in_words(widget, shown):
    """The verdicts on all arrays are those of ``verdicts()``."""
    if "marks" in shown:
        verdicts = widget.verdicts().values()
        assert sorted(shown["marks"]) == sorted(map(badge, verdicts)), shown


def network_found(shown):
    text, step = shown["text"], network_step(shown["state"])[0]
    if step == "update":
        found = {"said": numbers(text.split(": ", 1)[1])[:3]}
    elif step == "L_new":
        found = {"said": numbers(text)[:4]}
    else:
        found = {"said": numbers(text.split(" = ", 1)[1].split(" (after")[0])}
    if "rows" in shown:
        ends = [row.split(" = ")[-1] for row in shown["rows"]]
        found["rows"] = [numbers(end)[-1] for end in ends]
    return found


def network_wanted(widget, run):
    step, names = network_step({"sizes": widget.sizes, "step": widget.step})
    start = {"a": "a", "d": "dL_dz"}.get(step[0], "")
    said = [run[name] for name in names if name.startswith(start)]
    if step == "W":
        said = [run[n] for n in names if n.startswith("dL_dw")]
    if step == "update":
        before, after = entry(widget), run[f"{widget.selected}_new"]
        said = [before, after, after - before]
    elif step == "L_new":
        said = losses(run)
    return {"said": said, "rows": [run[name] for name in names]}


def network_step(state):
    """The name of the step that is shown, and its numbers."""
    found = network_steps(state["sizes"])
    return found[min(state["step"], len(found) - 1)]


def entry(widget):
    """The selected weight or bias."""
    letter, *place = widget.selected.replace("_", "")
    value = widget.W if letter == "w" else widget.b
    for unit in place:
        value = value[int(unit) - 1]
    return value


FOUND = {
    "ActivationExplorer": explorer_found,
    "LearningRateExplorer": rate_found,
    "LossSurface": surface_found,
    "NetworkStepper": network_found,
    "ShapeExplorer": shapes_found,
    "Stepper": stepper_found,
    "TrainingPlayground": playground_found,
}
WANTED = {
    "ActivationExplorer": explorer_wanted,
    "LearningRateExplorer": rate_wanted,
    "LossSurface": surface_wanted,
    "NetworkStepper": network_wanted,
    "ShapeExplorer": shapes_wanted,
    "Stepper": stepper_wanted,
    "TrainingPlayground": playground_wanted,
}
IN_WORDS = {
    "LearningRateExplorer": rate_in_words,
    "ShapeExplorer": shapes_in_words,
}
