"""The gradient of a batch, computed by several processes at once. Chapter 5.

The loss is a mean over the rows of the batch, so its gradient is the mean of
the rows' gradients: split the rows into shards, find the gradient of each
shard where its rows are, and weight the answers by their rows. The update
stays in one place.

>>> layers = (network.Layer([[1.0]], [0.0], "identity"),)
>>> X, Y = [[2.0], [4.0], [6.0]], [[0.0], [0.0], [0.0]]
>>> parts = shards(X, Y, 2)
>>> [len(part_X) for part_X, part_Y in parts]
[2, 1]
>>> answers = [
...     network.objective(*part, "half_squared_error")(layers)
...     for part in parts
... ]
>>> [float(gradients.dL_dW[1][0, 0]) for loss, gradients in answers]
[10.0, 36.0]
>>> loss, gradients = combine(answers, rows=[2, 1])
>>> round(float(gradients.dL_dW[1][0, 0]), 9)  # (2 * 10 + 1 * 36) / 3
18.666666667

Dask runs this on one machine or many: `objective`. It is an optional extra
of the package, and nothing else here needs it.
"""

import logging
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from backprop.numerics import checks, network

TIMEOUT = 30
"""Seconds to wait for a scheduler to answer, or for a worker to come."""


def shards(X, Y, workers):
    """The rows of a batch in nearly equal parts, in order, one a worker.

    ``X`` is ``(m, n_0)`` and ``Y`` is ``(m, n_L)``. Returns a list of pairs
    ``(X_i, Y_i)`` of ``m_i`` rows each; no two ``m_i`` differ by more than
    1. Raises ``ValueError`` unless ``X`` and ``Y`` have the same number of
    rows and ``workers`` is a whole number from 1 to m.

    >>> X, Y = np.zeros((5, 2)), np.zeros((5, 1))
    >>> [part_X.shape for part_X, part_Y in shards(X, Y, 2)]
    [(3, 2), (2, 2)]
    """
    X, Y = checks.array("X", X, ndim=2), checks.array("Y", Y, ndim=2)
    checks.as_many("Y", Y, len(X), "row of X")
    workers = checks.whole_number("workers", workers, 1)
    if workers > len(X):
        raise ValueError(
            f"workers: found {workers}, expected at most {len(X)}, the "
            "number of rows"
        )
    parts = np.array_split(X, workers), np.array_split(Y, workers)
    return list(zip(*parts, strict=True))


def combine(answers, rows):
    """Loss and gradients of the whole batch from those of its shards.

    ``L = Σ_i (m_i / m) L_i`` and ``∂L/∂W = Σ_i (m_i / m) ∂L_i/∂W``, the same
    for ``b``; the rows of ``∂L/∂Z`` are stacked. ``answers`` are pairs
    ``(loss, Gradients)``, ``rows`` the m_i. Terms are added in the order
    given, so the same shards give the same last digit. Returns such a pair.
    Raises ``ValueError`` unless there is one m_i for each answer.

    >>> layers = (network.Layer([[1.0]], [0.0], "identity"),)
    >>> answers = [
    ...     network.objective([[x]], [[0.0]], "half_squared_error")(layers)
    ...     for x in (2.0, 4.0)
    ... ]
    >>> combine(answers, rows=[1, 1])[0]
    5.0
    """
    answers = checks.instances("answers", answers, tuple | list, "pairs")
    rows = checks.instances("rows", rows, int | np.integer, "whole numbers")
    for answer in answers:
        if len(answer) != 2 or not isinstance(answer[1], network.Gradients):
            raise ValueError(
                f"answers: found {checks.said(answer)}, expected pairs of a "
                "loss and its Gradients"
            )
    if len(answers) != len(rows):
        raise ValueError(
            f"rows: found {len(rows)} for {len(answers)} answers, expected "
            "one for each, and at least one"
        )
    shares = [m_i / sum(rows) for m_i in rows]
    parts = [gradients for _, gradients in answers]
    loss = sum(
        s * value for s, (value, _) in zip(shares, answers, strict=True)
    )
    return loss, network.Gradients(
        dL_dZ=_by_layer(np.vstack, shares, [part.dL_dZ for part in parts]),
        dL_dW=_by_layer(sum, shares, [part.dL_dW for part in parts]),
        dL_db=_by_layer(sum, shares, [part.dL_db for part in parts]),
        first_W=parts[0].first_W,
    )


@dataclass(frozen=True)
class Objective:
    """A function of the layers that several workers evaluate.

    Called as ``shared(layers)``, it returns the pair of loss and
    `network.Gradients` of the whole batch: what `optimisers.descend` asks
    for. ``dL_dZ`` is empty in it: errors belong to rows, and stay where the
    rows are. ``client`` is the ``distributed.Client`` it works through,
    ``rows`` are the m_i. Made by `objective`.
    """

    client: object
    rows: list
    shards: list = field(repr=False)

    def __call__(self, layers):
        copies = [layers] * len(self.shards)
        answers = _submitted(self.client, _answer, self.shards, copies)
        return combine(
            [_result(self.client, answer) for answer in answers], self.rows
        )


@contextmanager
def objective(X, Y, loss, *, workers=2, cluster=None):
    """The loss of a batch and its gradient, from ``workers`` shards at once.

    Used as ``with objective(X, Y, loss) as shared:``; ``shared(layers)`` is
    what ``network.objective(X, Y, loss)(layers)`` is, up to rounding: an
    `Objective`. ``cluster`` says where: by default on this machine, in
    ``workers`` processes that are started now and closed after the block; or
    the address of a Dask scheduler, ``"tcp://host:8786"``, or a
    ``distributed.Client``, whose workers must have this package too.

    A worker that dies loses nothing. Shards and answers are results of
    *tasks*, pure functions whose arguments the scheduler keeps, so what a
    dead worker held is computed anew by another. (Data scattered to workers
    would have no such recipe.) No worker keeps weights: they travel with
    each task, and change only in the caller, when all gradients are there.
    Scheduler and caller must stay alive, and a worker must be left or come:
    Dask starts a dead local one anew, unless it died while it was starting.
    A task that four workers died of is given up, with ``KilledWorker``.

    Raises ``ValueError`` for rows that do not fit, ``ImportError`` where
    Dask is missing, ``OSError`` where no scheduler answers and
    ``TimeoutError`` where it has no worker for half a minute. A script must
    start processes under ``if __name__ == "__main__":``.

    >>> layers = (network.Layer([[1.0]], [0.0], "identity"),)
    >>> X, Y = [[2.0], [4.0], [6.0]], [[0.0], [0.0], [0.0]]
    >>> with objective(X, Y, "half_squared_error") as shared:
    ...     value, gradients = shared(layers)
    >>> shared.rows, round(value, 9)
    ([2, 1], 9.333333333)
    """
    parts = shards(X, Y, workers)
    with _connected(cluster, workers) as client:
        client.wait_for_workers(1, timeout=TIMEOUT)
        losses = [loss] * len(parts)
        kept = _submitted(
            client, network.objective, *zip(*parts, strict=True), losses
        )
        rows = [len(part_X) for part_X, _ in parts]
        try:
            yield Objective(client, rows, kept)
        finally:
            client.cancel(kept)


@contextmanager
def _connected(cluster, workers):
    """A client of the cluster; what is started here is closed here."""
    distributed = _distributed()
    with ExitStack() as stack:
        if cluster is None:
            cluster = stack.enter_context(_local(distributed, workers))
        if not isinstance(cluster, distributed.Client):
            cluster = stack.enter_context(
                distributed.Client(
                    cluster, timeout=TIMEOUT, set_as_default=False
                )
            )
        yield cluster


@contextmanager
def _local(distributed, workers):
    """One process and one thread a worker; no dashboard, and no reports on
    standard error of workers that come and go. A worker that is away is
    waited for: by default it would be dismissed after 15 seconds."""
    import dask

    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "7 days"}),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # None would take port 8787
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster


def _distributed():
    try:
        import distributed
    except ImportError as error:
        raise ImportError(
            "parallel: found no Dask, expected the optional extra "
            "'parallel' of this package: python -m pip install distributed"
        ) from error
    return distributed


def _submitted(client, function, *columns):
    """The futures of calls, one for each shard, on workers that Dask picks.

    A call carries its arguments, which is the point: Dask's advice against
    large ones does not apply. No worker is asked for by name: a call that
    asks for one that has died can wait for ever.
    """
    import dask

    name = "distributed.admin.large-graph-warning-threshold"
    with dask.config.set({name: sys.maxsize}):
        return client.map(function, *columns, pure=False)


def _result(client, answer):
    """What a worker sent, however long it takes; a `TimeoutError` once there
    is no worker to wait for."""
    while True:
        try:
            return answer.result(timeout=TIMEOUT)
        except TimeoutError:
            client.wait_for_workers(1, timeout=TIMEOUT)


@np.errstate(over="ignore", invalid="ignore")
def _answer(shard, layers):
    """What a worker sends back: no errors ∂L/∂Z, which are one row of
    numbers for each row of the shard. What overflows is infinite or NaN."""
    value, gradients = shard(layers)
    return value, replace(gradients, dL_dZ={})


def _by_layer(join, shares, terms):
    """The weighted terms of each layer, joined."""
    return {
        l: join([s * term[l] for s, term in zip(shares, terms, strict=True)])
        for l in terms[0]
    }
