"""A widget with an activation, which may be the reader's own."""

import numpy as np
import sympy as sp
import traitlets
from sympy.printing.codeprinter import PrintMethodNotImplementedError

from backprop.numerics import activations
from backprop.symbolic import catalogue, emit
from backprop.widgets.core.base import BookWidget

LIMIT = 1e100
"""Beyond this a weight is called diverged: its square is still finite."""

ACTIVATION_WORDS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "softplus": "softplus",
    "identity": "identity (linear)",
}


class NeuronWidget(BookWidget):
    """A widget about one neuron: an activation, a name or the reader's own.

    ``activation`` may be set to a name or to a SymPy expression in
    ``backprop.symbolic.z``; formulas, derivative and steps follow. Raises
    ``TraitError`` for anything else.
    """

    activation = traitlets.TraitType("sigmoid").tag(
        sync=True, to_json=lambda value, _: _name(value)
    )
    custom = traitlets.Dict().tag(sync=True)
    _formulas = None

    @traitlets.default("choices")
    def _choices(self):
        return {"activation": [list(row) for row in ACTIVATION_WORDS.items()]}

    @traitlets.validate("activation")
    def _check_activation(self, proposal):
        given = proposal.value
        if isinstance(given, str) and given == self.custom.get("name"):
            return self._own
        try:
            catalogue.activation(given)
            if not isinstance(given, str):
                self._adopt(given)
        except PrintMethodNotImplementedError:
            raise traitlets.TraitError(
                f"activation: found {given}, expected an expression in "
                "functions that JavaScript has"
            ) from None
        except (ValueError, TypeError, sp.SympifyError) as error:
            raise traitlets.TraitError(str(error)) from None
        return given

    @traitlets.validate("custom")
    def _check_custom(self, proposal):
        if proposal.value not in ({}, self._formulas):
            raise traitlets.TraitError(
                "custom: found formulas of its own, expected those that "
                "follow from activation"
            )
        return proposal.value

    def _adopt(self, expression):
        """Give the view the formulas before it hears of the new name."""
        name = _name(expression)
        self._formulas = {"name": name, **self.custom_parts(expression)}
        self.custom = self._formulas
        self._own = expression
        rows = [list(row) for row in ACTIVATION_WORDS.items()]
        self.choices = {**self.choices, "activation": [*rows, [name, name]]}

    def custom_parts(self, expression):
        """What the view needs for an activation that it does not have."""
        return {
            "activation": emit.activation_function("activation", expression),
            "neuron": emit.neuron_function(
                "neuron", expression, "half_squared_error"
            ),
        }

    def page_state(self):
        """As in a page, where an activation has only its name."""
        return super().page_state() | {"activation": _name(self.activation)}

    def numeric_activation(self):
        """The activation for `backprop.numerics`."""
        if isinstance(self.activation, str):
            return activations.get(self.activation)
        f = catalogue.activation(self.activation)
        return activations.Activation(
            _name(self.activation),
            _in_numpy(f),
            _in_numpy(sp.diff(f, catalogue.z)),
        )


def _in_numpy(expression):
    """An expression in ``z`` as a function, with numpy's rules for 1/0."""
    function = sp.lambdify(catalogue.z, expression, "numpy")

    def value(at):
        at = np.asarray(at, dtype=float)[()]
        with np.errstate(all="ignore"):
            found = function(at)
        # A constant comes as one number, whatever the shape of z.
        return np.broadcast_to(found, at.shape)[()]

    return value


def _name(activation):
    return activation if isinstance(activation, str) else str(activation)
