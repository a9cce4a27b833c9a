"""Gradient descent on quadratics, where every iterate has a closed form."""

import re
from types import GeneratorType

import numpy as np
import pytest
from backprop.numerics.optimisers import Step, descend

ROUNDING = 1e-12
"""Relative to the largest iterate: 40 updates of one rounding each."""


def bowl(curvature):
    """½ λ w² and its gradient λ w."""
    return lambda w: (0.5 * curvature * w**2, curvature * w)


def vector_bowl(w):
    """½ |w|² and its gradient w."""
    return 0.5 * float(np.sum(w * w)), w


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99, 1.0, 1.5, 1.99, 2.0, 2.5])
@pytest.mark.parametrize("curvature", [0.1, 1.0, 30.0])
def test_iterates_are_geometric(share, curvature):
    eta, start = share / curvature, 3.0
    records = list(descend(bowl(curvature), start, eta, 40))
    assert [record.step for record in records] == list(range(41))
    w = np.array([record.parameters for record in records])
    closed = start * (1 - share) ** np.arange(41)
    np.testing.assert_allclose(
        w, closed, rtol=0, atol=ROUNDING * np.abs(closed).max()
    )
    for record in records:
        assert record.loss == 0.5 * curvature * record.parameters**2
        assert record.gradient == curvature * record.parameters


@pytest.mark.parametrize(
    ("share", "converges"),
    [(0.001, True), (1.0, True), (1.999, True), (2.1, False), (5.0, False)],
)
def test_it_converges_below_two_over_the_curvature(share, converges):
    *_, last = descend(bowl(4.0), 1.0, share / 4.0, 20_000)
    assert (abs(last.parameters) < 1e-6) == converges
    assert (last.step == 20_000) == converges


def test_at_two_over_the_curvature_it_bounces_for_ever():
    found = [s.parameters for s in descend(bowl(4.0), 1.0, 0.5, 5)]
    assert found == [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]


@pytest.mark.parametrize("start", [1.0, np.ones(2), [1.0, 1.0]])
@pytest.mark.parametrize("eta", [3.0, 1e150])
def test_divergence_ends_with_one_record_that_is_not_finite(start, eta):
    records = list(descend(vector_bowl, start, eta, 100_000))
    assert 2 <= len(records) < 2000
    assert all(np.isfinite(r.loss) for r in records[:-1])
    assert not np.isfinite(records[-1].loss)


def test_overflow_in_plain_python_is_divergence_too():
    records = list(descend(bowl(1.0), 1.0, 3.0, 100_000))
    assert records[-1].loss == np.inf
    assert np.isfinite([r.loss for r in records[:-1]]).all()


def test_an_overflowing_step_is_divergence_and_no_warning():
    def cliff(w):
        return 1.0, np.full(2, 1e300)

    records = list(descend(cliff, np.zeros(2), 1e20, 5))
    assert np.isinf(records[1].parameters).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_ends_it(bad):
    records = list(
        descend(lambda w: (1.0, np.array([0.0, bad])), [0, 0], 1, 9)
    )
    assert len(records) == 1


def test_it_is_a_generator_that_leaves_the_start_alone():
    start = np.array([1.0, 2.0])
    steps = descend(vector_bowl, start, 0.5, 3)
    assert isinstance(steps, GeneratorType)
    first = next(steps)
    start[0] = 99.0
    assert list(first.parameters) == [1.0, 2.0]
    assert list(next(steps).parameters) == [0.5, 1.0]
    assert list(first.parameters) == [1.0, 2.0]
    one, other = (list(descend(bowl(1.0), 8.0, 0.5, 9)) for _ in range(2))
    assert one == other


def test_the_errors_of_floating_point_are_as_they_were_between_steps():
    before = np.geterr()
    for _ in descend(vector_bowl, np.ones(2), 3.0, 5):
        assert np.geterr() == before


def test_a_record_cannot_be_changed():
    record = next(descend(bowl(1.0), 1.0, 0.5, 1))
    assert record == Step(0, 1.0, 0.5, 1.0)
    with pytest.raises(AttributeError):
        record.loss = 0.0


@pytest.mark.parametrize("eta", [0, -1.0, np.nan, np.inf, True, "1", [1.0]])
def test_eta_is_refused_before_the_first_step(eta):
    with pytest.raises(ValueError, match="eta: found .*, expected"):
        descend(bowl(1.0), 1.0, eta, 5)


@pytest.mark.parametrize("steps", [-1, 1.5, "3", None])
def test_steps_are_refused_before_the_first_step(steps):
    expected = f"steps: found {steps!r}, expected a whole number from 0"
    with pytest.raises(ValueError, match=re.escape(expected)):
        descend(bowl(1.0), 1.0, 0.1, steps)


def test_no_steps_is_the_start():
    assert len(list(descend(bowl(1.0), 1.0, 0.1, 0))) == 1
