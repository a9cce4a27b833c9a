"""Shards of a batch: their mean is the batch, here and on a real cluster.

The cluster is real: processes of their own, killed where a test says so.
"""

import os
import sys
import time
from dataclasses import replace

import distributed
import numpy as np
import psutil
import pytest
from backprop import parallel
from backprop.numerics import losses, network, optimisers

ROUNDING = 1e-12
"""Relative to the largest entry: the same sums, in another order."""

ROWS, STEPS, ETA = 103, 50, 0.5
DEATH, SHORT = 5, 10
"""A worker dies at this step, of so many: each costs a new process."""

LOSS = "softmax_cross_entropy"


def example(loss=LOSS, rows=ROWS):
    """Layers, inputs and targets that suit every loss."""
    rng = np.random.default_rng(70)
    layers = network.initialise(
        (2, 8, 3), rng, activation="tanh", last="identity"
    )
    X, Y = rng.normal(size=(rows, 2)), rng.uniform(size=(rows, 3))
    return layers, X, Y / Y.sum(axis=1, keepdims=True)


def numbers(layers):
    """Every weight and bias, in one vector."""
    parts = [p for layer in layers for p in (layer.W, layer.b)]
    return np.concatenate([part.ravel() for part in parts])


def every_gradient(gradients):
    parts = []
    for l in sorted(gradients.dL_dW):
        parts += [gradients.dL_dW[l], gradients.dL_db[l]]
    return np.concatenate([part.ravel() for part in parts])


def assert_near(found, expected):
    np.testing.assert_allclose(
        found, expected, rtol=0, atol=ROUNDING * np.abs(expected).max()
    )


def steps_of(objective, steps):
    return optimisers.descend(
        objective, example()[0], ETA, steps, update=network.update
    )


def trained(objective, steps=STEPS):
    """The numbers after all updates."""
    *_, last = steps_of(objective, steps)
    return numbers(last.parameters)


def homes(objective, count=2):
    """The workers that hold one of the first ``count`` shards."""
    held = objective.client.who_has(objective.shards[:count])
    return set().union(*held.values())


def kill(objective, count=1):
    """Kill those workers; SIGKILL, or its like, leaves no time for goodbye."""
    pids = objective.client.run(os.getpid)
    for home in homes(objective, count):
        psutil.Process(pids[home]).kill()


class Killing:
    """A client one of whose workers is killed while it has tasks to do."""

    def __init__(self, objective):
        self.objective = objective
        self.wait_for_workers = objective.client.wait_for_workers

    def map(self, *columns, **options):
        futures = self.objective.client.map(*columns, **options)
        kill(self.objective)
        return futures


@pytest.fixture(scope="module")
def shared():
    """The objective on a local cluster of two processes."""
    with parallel.objective(*example()[1:], LOSS) as objective:
        yield objective


def here(workers=2):
    """The same shards in the same order, in this process."""
    parts = parallel.shards(*example()[1:], workers)
    each = [network.objective(*part, LOSS) for part in parts]
    rows = [len(part_X) for part_X, _ in parts]

    def objective(layers):
        return parallel.combine([one(layers) for one in each], rows)

    return objective


# ---- without a cluster ----------------------------------------------------


@pytest.mark.parametrize("loss", losses.LOSSES)
@pytest.mark.parametrize("cuts", [[], [1], [1, 91], [30, 60, 90]])
def test_the_mean_of_the_shards_is_the_batch(loss, cuts):
    layers, X, Y = example()
    parts = list(zip(np.split(X, cuts), np.split(Y, cuts), strict=True))
    answers = [network.objective(*part, loss)(layers) for part in parts]
    rows = [len(part_X) for part_X, _ in parts]
    value, gradients = parallel.combine(answers, rows)
    expected, whole = network.objective(X, Y, loss)(layers)
    assert value == pytest.approx(expected, rel=ROUNDING)
    assert_near(every_gradient(gradients), every_gradient(whole))
    assert_near(gradients.dL_dX, whole.dL_dX)


@pytest.mark.parametrize(
    ("workers", "sizes"),
    [(1, [7]), (2, [4, 3]), (3, [3, 2, 2]), (7, [1] * 7)],
)
def test_shards_are_nearly_equal_and_in_order(workers, sizes):
    _, X, Y = example(rows=7)
    parts = parallel.shards(X, Y, workers)
    assert [len(part_X) for part_X, _ in parts] == sizes
    np.testing.assert_array_equal(np.vstack([x for x, _ in parts]), X)
    np.testing.assert_array_equal(np.vstack([y for _, y in parts]), Y)


@pytest.mark.parametrize(
    ("X", "Y", "workers", "words"),
    [
        ([[1.0]], [[1.0]], 0, "workers: found 0, expected .* from 1"),
        ([[1.0]], [[1.0]], 2, "workers: found 2, expected at most 1"),
        ([[1.0]], [[1.0]], 1.0, "workers: found 1.0, expected a whole"),
        ([[1.0]], [[1.0], [2.0]], 1, "Y: found 2 rows, expected 1"),
        ([1.0], [[1.0]], 1, r"X: found shape \(1,\)"),
        ([[1.0]], [[np.nan]], 1, "Y: found nan"),
    ],
)
def test_bad_shards(X, Y, workers, words):
    with pytest.raises(ValueError, match=words):
        parallel.shards(X, Y, workers)
    with (
        pytest.raises(ValueError, match=words),
        parallel.objective(X, Y, LOSS, workers=workers),
    ):
        pass


def test_an_answer_without_rows():
    layers, X, Y = example()
    answer = network.objective(X, Y, LOSS)(layers)
    with pytest.raises(ValueError, match="rows: found 1 for 2 answers"):
        parallel.combine([answer, answer], rows=[5])
    with pytest.raises(ValueError, match="answers: found none, expected"):
        parallel.combine([], rows=[])


def test_without_dask_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ImportError, match="optional extra 'parallel'"),
        parallel.objective(*example()[1:], LOSS),
    ):
        pass


# ---- on a cluster ---------------------------------------------------------


def test_the_weights_are_those_of_one_process(shared):
    assert len(shared.client.run(os.getpid)) == 2
    assert shared.rows == [52, 51]  # uneven
    single = trained(network.objective(*example()[1:], LOSS))
    assert_near(trained(shared), single)


@pytest.mark.parametrize("count", [1, 2])
def test_a_death_between_updates_loses_nothing(shared, count):
    for step in steps_of(shared, SHORT):
        if step.step == DEATH:
            kill(shared, count)
    np.testing.assert_array_equal(
        numbers(step.parameters), trained(here(), SHORT)
    )


def test_a_death_during_an_update_loses_nothing(shared):
    dying = replace(shared, client=Killing(shared))
    calls = iter(range(SHORT + 1))

    def objective(layers):
        return (dying if next(calls) == DEATH else shared)(layers)

    np.testing.assert_array_equal(
        trained(objective, SHORT), trained(here(), SHORT)
    )


def test_every_worker_takes_part(shared):
    shared.client.wait_for_workers(2, timeout=parallel.TIMEOUT)
    with parallel.objective(
        *example()[1:], LOSS, cluster=shared.client
    ) as other:
        other(example()[0])
        assert len(homes(other)) == 2


def test_a_scheduler_by_its_address(shared):
    address = shared.client.scheduler.address
    with parallel.objective(
        *example()[1:], LOSS, workers=5, cluster=address
    ) as other:
        found = trained(other, SHORT)
        assert other.client is not shared.client
    assert other.client.status == "closed"
    # five terms, whoever is ready first: the same to the last digit
    np.testing.assert_array_equal(found, trained(here(5), SHORT))


def test_a_client_stays_open_and_keeps_no_rows(shared):
    layers, X, Y = example()
    with parallel.objective(X, Y, LOSS, cluster=shared.client) as other:
        other(layers)
        assert other.client is shared.client
    assert shared.client.status == "running"
    assert {shard.status for shard in other.shards} == {"cancelled"}


def test_a_worker_s_error_is_the_caller_s(shared):
    _, X, Y = example()
    narrow = (network.Layer(np.ones((3, 5)), np.zeros(3), "identity"),)
    with pytest.raises(ValueError, match="layer 1: W has shape"):
        shared(narrow)
    with (
        parallel.objective(X, 2 * Y, LOSS, cluster=shared.client) as other,
        pytest.raises(ValueError, match="Y: found a target outside"),
    ):
        other(example()[0])


def test_errors_of_rows_stay_with_the_rows(shared):
    _, gradients = shared(example()[0])
    assert gradients.dL_dZ == {}


def test_it_becomes_nobody_s_default(shared):
    with pytest.raises(ValueError, match="No clients found"):
        distributed.default_client()


def test_many_rows_are_no_warning(shared):
    X, Y = np.zeros((260_000, 2)), np.full((260_000, 3), 1 / 3)
    assert X.nbytes + Y.nbytes > 10e6  # where Dask advises against it
    with parallel.objective(X, Y, LOSS, workers=1, cluster=shared.client) as o:
        value, _ = o(example()[0])
    assert value == pytest.approx(np.log(3))


def test_a_local_cluster_is_silent_and_ends(capfd):
    layers, X, Y = example()
    with parallel.objective(X, Y, LOSS, workers=1) as objective:
        pids = list(objective.client.run(os.getpid).values())
        objective(layers)
        kill(objective)
        objective(layers)
        pids += objective.client.run(os.getpid).values()
    assert len(set(pids)) == 2
    assert not any(map(psutil.pid_exists, pids))
    assert capfd.readouterr() == ("", "")


def test_an_answer_may_take_longer_than_the_wait_for_workers(
    shared, monkeypatch
):
    monkeypatch.setattr(parallel, "TIMEOUT", 0.05)
    slow = shared.client.submit(time.sleep, 0.4, pure=False)
    assert parallel._result(shared.client, slow) is None


def test_without_a_worker_the_wait_ends(monkeypatch):
    monkeypatch.setattr(parallel, "TIMEOUT", 5)
    with (
        distributed.LocalCluster(
            n_workers=1, processes=False, dashboard_address="127.0.0.1:0"
        ) as cluster,
        parallel.objective(
            *example()[1:], LOSS, cluster=cluster.scheduler_address
        ) as objective,
    ):
        objective(example()[0])
        cluster.scale(0)
        for _ in range(600):
            if not cluster.scheduler.workers:
                break
            time.sleep(0.05)
        monkeypatch.setattr(parallel, "TIMEOUT", 0.2)
        with pytest.raises(TimeoutError, match="0/1 workers"):
            objective(example()[0])


def test_no_scheduler_answers(monkeypatch):
    monkeypatch.setattr(parallel, "TIMEOUT", 0.2)
    with (
        pytest.raises(OSError, match="tcp://127.0.0.1:9"),
        parallel.objective(*example()[1:], LOSS, cluster="tcp://127.0.0.1:9"),
    ):
        pass


def test_a_scheduler_without_workers(monkeypatch):
    monkeypatch.setattr(parallel, "TIMEOUT", 3)  # to connect, too
    with (
        distributed.LocalCluster(
            n_workers=0, dashboard_address="127.0.0.1:0"
        ) as empty,
        pytest.raises(TimeoutError, match="0/1 workers"),
        parallel.objective(
            *example()[1:], LOSS, cluster=empty.scheduler_address
        ),
    ):
        pass
