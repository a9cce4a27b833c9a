"""A widget with an activation, which may be the reader's own."""

import traitlets

from backprop.numerics import activations
from backprop.symbolic import catalogue
from backprop.widgets.core import own
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

    ``activation`` may be set to a name, to a text such as
    ``"z * sigmoid(z)"`` (`backprop.symbolic.grammar`) or to a SymPy
    expression in ``backprop.symbolic.z``; formulas, derivative and steps
    follow. Raises ``TraitError`` for anything else.
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
            expression = catalogue.activation(given)
            if not (isinstance(given, str) and given in ACTIVATION_WORDS):
                self._adopt(given, expression)
        except ValueError as error:
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

    def _adopt(self, given, expression):
        """Give the view the tree before it hears of the new name."""
        name = _name(given)
        numeric = own.numeric(name, expression)
        self._formulas = {"name": name, **self.custom_parts(expression)}
        self.custom = self._formulas
        self._own, self._numeric = given, numeric
        rows = [list(row) for row in ACTIVATION_WORDS.items()]
        self.choices = {**self.choices, "activation": [*rows, [name, name]]}

    def custom_parts(self, expression):
        """What the view needs for an activation that it does not have."""
        return {"tree": own.plain(expression)}

    def page_state(self):
        """As in a page, where an activation has only its name."""
        return super().page_state() | {"activation": _name(self.activation)}

    def numeric_activation(self):
        """The activation for `backprop.numerics`."""
        name = _name(self.activation)
        if name in ACTIVATION_WORDS:
            return activations.get(name)
        return self._numeric


def _name(activation):
    return activation if isinstance(activation, str) else str(activation)
