"""The chain rule, one stage at a time.

A computation is a list of stages: each defines one symbol by symbols that
came before, and the last one is the loss. Working back from the loss, the
derivative with respect to a symbol ``v`` is the sum, over the stages ``u``
that use ``v``, of ``∂L/∂u`` times the local partial ``∂u/∂v``. Nothing is
simplified on the way: the stages are the explanation. Chapters 2 and 4.

>>> u, v, L = sp.symbols("u v L")
>>> chain = Derivation([Stage(u, 3 * v), Stage(L, u**2)])
>>> chain["dL_dv"].product
6*u
>>> chain.direct(v)
18*v
"""

from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from backprop.symbolic import given
from backprop.symbolic.latex import Formula, Printer, join_product, join_sum


@dataclass(frozen=True)
class Stage:
    """A symbol and its definition by earlier symbols.

    The definition may also be a text in the book's `grammar`, or a number.
    Raises ``ValueError`` for anything else.

    >>> Stage(sp.Symbol("u"), "3*v^2").definition
    3*v**2
    """

    symbol: sp.Symbol
    definition: sp.Expr

    def __post_init__(self):
        """Check both: nothing but expressions is ever evaluated."""
        given.symbol("symbol", self.symbol)
        checked = given.expression("definition", self.definition)
        object.__setattr__(self, "definition", checked)

    def local(self, v):
        """The local partial ``∂symbol/∂v``, in this stage's own symbols.

        >>> u, v = sp.symbols("u v")
        >>> Stage(u, v**2).local(v)
        2*v
        """
        return sp.diff(self.definition, given.symbol("v", v))

    def latex_local(self, v, values=None, digits=6):
        """``∂symbol/∂v = …`` as a formula; with ``values`` (what
        `Derivation.evaluate` returns) also with the numbers put in."""
        printer, local = Printer(), self.local(v)
        left = printer.fraction(self.symbol, v)
        lines = [f"{left} &= {printer.doprint(local)}"]
        if values is not None:
            numbers = Printer(values, digits)
            known = {
                s: given.number(s.name, values[s.name])
                for s in local.free_symbols
            }
            result = numbers.number(local.subs(known))
            lines.append(f"&= {numbers.doprint(local)} = {result}")
        return Formula.aligned(lines)

    def latex(self, values=None, digits=6):
        """``symbol = definition``; with ``values`` (a mapping of names to
        numbers) also with the numbers put in, and the result."""
        printer = Printer()
        lines = [
            f"{printer.doprint(self.symbol)} &= "
            f"{printer.doprint(self.definition)}"
        ]
        if values is not None:
            numbers = Printer(values, digits)
            result = numbers.number(values[self.symbol.name])
            lines.append(f"&= {numbers.doprint(self.definition)} = {result}")
        return Formula.aligned(lines)


@dataclass(frozen=True)
class Path:
    """One way from a symbol to the loss.

    ``symbols`` runs from the loss back to the symbol; ``factors`` are the
    local partials between neighbours, in the same order.
    """

    symbols: tuple
    factors: tuple

    @property
    def product(self):
        """The product of the local partials along the path."""
        return sp.Mul(*self.factors)

    def latex(self, values=None, digits=6):
        """The chain of partials, and what each of them is."""
        printer = Printer()
        pairs = zip(self.symbols, self.symbols[1:], strict=False)
        chain = r" \cdot ".join(printer.fraction(u, v) for u, v in pairs)
        lines = [f"& {chain}", f"&= {join_product(self.factors, printer)}"]
        if values is not None:
            numbers = Printer(values, digits)
            lines.append(f"&= {join_product(self.factors, numbers)}")
        return Formula.aligned(lines)


@dataclass(frozen=True)
class Partial:
    """The derivative of the loss with respect to one symbol.

    ``terms`` has one ``(stage, upstream, local)`` for each stage that uses
    the symbol: ``upstream`` is the symbol of ∂L/∂(stage), or 1 for the loss
    itself, and ``local`` the local partial. ``paths`` are all ways from the
    symbol to the loss.
    """

    loss: sp.Symbol
    symbol: sp.Symbol
    terms: tuple
    paths: tuple

    @property
    def name(self):
        """The Python name, ``dL_dw``."""
        return f"d{self.loss}_d{self.symbol}"

    @property
    def local(self):
        """The local partials, one for each stage that uses the symbol."""
        return tuple(local for _, _, local in self.terms)

    @property
    def rule(self):
        """``Σ upstream · local``: one step of the chain rule."""
        return sp.Add(*(up * local for _, up, local in self.terms))

    @property
    def product(self):
        """The product so far: local partials only, summed over paths."""
        return sp.Add(*(path.product for path in self.paths))

    def latex(self, values=None, digits=6):
        """The chain rule, the local partials, the product so far.

        With ``values`` (what `Derivation.evaluate` returns) the numbers are
        put in and the result is given.
        """
        printer = Printer()
        left = printer.fraction(self.loss, self.symbol)
        lines = [f"{left} &= {self._chain(printer)}"]
        if any(stage.symbol != self.loss for stage, _, _ in self.terms):
            lines[0] += f" = {self._rule(printer)}"
            lines.append(f"&= {self._product(printer)}")
        if values is not None:
            numbers = Printer(values, digits)
            result = numbers.number(values[self.name])
            lines.append(f"&= {self._rule(numbers)} = {result}")
        return Formula.aligned(lines)

    def _chain(self, printer):
        """∂L/∂u · ∂u/∂v in words of fractions; for the last stage, itself."""
        parts = []
        for stage, _, local in self.terms:
            if stage.symbol == self.loss:
                parts.append(printer.doprint(local))
                continue
            up = printer.fraction(self.loss, stage.symbol)
            down = printer.fraction(stage.symbol, self.symbol)
            parts.append(rf"{up} \cdot {down}")
        return join_sum(parts)

    def _rule(self, printer):
        return join_sum(
            join_product((local,) if up == 1 else (up, local), printer)
            for _, up, local in self.terms
        )

    def _product(self, printer):
        return join_sum(
            join_product(path.factors, printer) for path in self.paths
        )


class Derivation:
    """Stages, and the derivative of the last with respect to everything.

    ``stages`` come in the order of the forward pass. Indexing by name gives
    a `Partial`: ``derivation["dL_dw"]``. ``inputs`` gives the order of the
    symbols that no stage defines, by default the order of their first use;
    it may name symbols that no stage uses.
    Raises ``ValueError`` where a stage redefines a symbol or uses one that
    is defined only later.
    """

    def __init__(self, stages, inputs=None):
        self.stages = _checked(stages)
        self.loss = self.stages[-1].symbol
        found = _inputs(self.stages)
        self.inputs = found if inputs is None else _symbols(inputs)
        defined = {stage.symbol for stage in self.stages}
        if set(found) - set(self.inputs) or defined & set(self.inputs):
            raise ValueError(
                f"inputs: found {self.inputs}, expected {found} in any order"
            )

    @cached_property
    def partials(self):
        """Name -> `Partial`, in the order of the backward pass."""
        found = {}
        defined = [stage.symbol for stage in self.stages[:-1]]
        for symbol in [*reversed(defined), *self.inputs]:
            partial = self._derive(symbol, found)
            found[partial.name] = partial
        return found

    def __getitem__(self, name):
        try:
            return self.partials[name]
        except KeyError:
            raise ValueError(
                f"name: found {name!r}, expected one of "
                f"{', '.join(self.partials)}"
            ) from None

    def stage(self, name):
        """The `Stage` that defines the symbol of that name."""
        for stage in self.stages:
            if stage.symbol.name == name:
                return stage
        raise ValueError(
            f"name: found {name!r}, expected one of "
            f"{', '.join(stage.symbol.name for stage in self.stages)}"
        )

    def composed(self, symbol=None):
        """A stage's definition with all earlier stages put in, an
        expression in the inputs alone; by default that of the loss."""
        inner = {}
        for stage in self.stages:
            inner[stage.symbol] = stage.definition.subs(inner)
        wanted = self.loss if symbol is None else symbol
        return inner[given.symbol("symbol", wanted)]

    def direct(self, symbol):
        """∂L/∂symbol the other way: compose first, differentiate once.

        The answer is the same and explains nothing; it is a check. Raises
        ``ValueError`` for a symbol that is no input: the composed loss does
        not contain it.
        """
        if given.symbol("symbol", symbol) not in self.inputs:
            raise ValueError(
                f"symbol: found {symbol}, expected one of the inputs "
                f"{', '.join(map(str, self.inputs))}"
            )
        return sp.diff(self.composed(), symbol)

    def expand(self, expression):
        """An expression in stage symbols as one in the inputs alone."""
        expression = given.expression("expression", expression)
        for stage in reversed(self.stages):
            expression = expression.subs(stage.symbol, stage.definition)
        return expression

    def evaluate(self, values, digits=30):
        """Every stage and every partial, to ``digits`` decimal digits.

        ``values`` maps input names to numbers; floats are taken exactly as
        stored. Returns a dict of names to SymPy numbers: inputs, stages and
        partials. Raises ``ValueError`` for missing or unknown names, and for
        NaN or infinity.

        >>> u, v, L = sp.symbols("u v L")
        >>> chain = Derivation([Stage(u, 3 * v), Stage(L, u**2)])
        >>> chain.evaluate({"v": 2.0})["dL_dv"]
        36.0000000000000000000000000000
        """
        given.whole("digits", digits, 1, given.MOST_DIGITS)
        known = self._inputs_from(given.mapping("values", values))
        for stage in self.stages:
            known[stage.symbol] = stage.definition.subs(known)
        for partial in self.partials.values():
            known[sp.Symbol(partial.name)] = partial.rule.subs(known)
        return {
            symbol.name: value.evalf(digits) for symbol, value in known.items()
        }

    def numpy_function(self):
        """The stages as one numpy function, compiled from this derivation.

        It takes the inputs by name (floats or arrays) and returns a dict of
        names to values: the stages, then the partials. The code is the
        derivation line by line, with no simplification.

        >>> u, v, L = sp.symbols("u v L")
        >>> chain = Derivation([Stage(u, 3 * v), Stage(L, u**2)])
        >>> chain.numpy_function()(v=2.0)
        {'u': 6.0, 'L': 36.0, 'dL_du': 12.0, 'dL_dv': 36.0}
        """
        lines = [(stage.symbol, stage.definition) for stage in self.stages]
        lines += [
            (sp.Symbol(partial.name), partial.rule)
            for partial in self.partials.values()
        ]
        symbols = [symbol for symbol, _ in lines]
        compiled = sp.lambdify(
            self.inputs,
            symbols,
            modules="numpy",
            cse=lambda outputs: (lines, outputs),
        )
        names = [symbol.name for symbol in symbols]

        def function(**values):
            return dict(zip(names, compiled(**values), strict=True))

        return function

    def _derive(self, symbol, found):
        terms, paths = [], []
        for stage in self.stages:
            if symbol not in stage.definition.free_symbols:
                continue
            local = stage.local(symbol)
            if stage.symbol == self.loss:
                terms.append((stage, sp.Integer(1), local))
                paths.append(Path((self.loss, symbol), (local,)))
                continue
            upstream = found[f"d{self.loss}_d{stage.symbol}"]
            terms.append((stage, sp.Symbol(upstream.name), local))
            paths += [
                Path((*path.symbols, symbol), (*path.factors, local))
                for path in upstream.paths
            ]
        return Partial(self.loss, symbol, tuple(terms), tuple(paths))

    def _inputs_from(self, values):
        names = {symbol.name for symbol in self.inputs}
        if set(values) != names:
            raise ValueError(
                f"values: found {sorted(values)}, expected {sorted(names)}"
            )
        return {
            symbol: sp.Rational(given.number(symbol.name, values[symbol.name]))
            for symbol in self.inputs
        }


def _checked(stages):
    """A tuple of at least one `Stage`."""
    good = isinstance(stages, tuple | list) and len(stages) > 0
    if not (good and all(isinstance(stage, Stage) for stage in stages)):
        raise ValueError(
            f"stages: found {given.shown(stages)}, expected a list of Stage"
        )
    return tuple(stages)


def _symbols(inputs):
    """A tuple of symbols."""
    if not isinstance(inputs, tuple | list):
        raise ValueError(
            f"inputs: found {given.shown(inputs)}, expected a list of symbols"
        )
    return tuple(given.symbol("inputs", symbol) for symbol in inputs)


def _inputs(stages):
    """Symbols that are used and never defined, in order of first use."""
    symbols = [stage.symbol for stage in stages]
    if len(set(symbols)) < len(symbols):
        raise ValueError(f"stages: {symbols} defines a symbol twice")
    inputs = []
    for index, stage in enumerate(stages):
        used = sorted(stage.definition.free_symbols, key=str)
        too_early = set(used) & set(symbols[index:])
        if too_early:
            raise ValueError(
                f"stages: {stage.symbol} uses {too_early}, not yet defined"
            )
        inputs += [v for v in used if v not in symbols + inputs]
    return tuple(inputs)
