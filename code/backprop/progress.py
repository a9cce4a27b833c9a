"""Long work: a bar while somebody watches, and the seconds it took.

A build, a test, or a script whose output goes to a file gets no bar, so that
nothing of one is left in a page. Chapter 6, "Training a network".

>>> work = Watch(range(3), total=3, words="counting")
>>> list(work)
[0, 1, 2]
>>> work.seconds > 0.0
True
"""

import time

from tqdm.auto import tqdm

DELAY = 0.5
"""Work shorter than this many seconds shows no bar, not even for a moment."""


class Watch:
    """An iterable like the given one, with a `tqdm` bar and a stopwatch.

    ``total`` is how many things will come, if that is known, and ``words``
    stand before the bar. The bar appears after `DELAY`, where `is_watched`
    says that there is somebody to see it, and goes when the work is done.

    >>> work = Watch("ab")
    >>> work.seconds
    0.0
    >>> "".join(work)
    'ab'
    """

    def __init__(self, iterable, total=None, words=None):
        self._iterable, self._total, self._words = iterable, total, words
        self._begin = self._end = None

    @property
    def seconds(self):
        """How long it took, from the first thing asked for to the end.

        A float: so far, while the work goes on; 0 before it begins.
        """
        if self._begin is None:
            return 0.0
        end = time.perf_counter() if self._end is None else self._end
        return end - self._begin

    def __iter__(self):
        """Hand on one thing after the other, and move the bar."""
        self._begin, self._end = time.perf_counter(), None
        try:
            yield from tqdm(
                self._iterable,
                desc=self._words,
                total=self._total,
                disable=_disable(),
                delay=DELAY,
                leave=False,
            )
        finally:
            self._end = time.perf_counter()


def is_watched(shell):
    """Whether somebody sees a notebook's output while the work goes on.

    ``shell`` is what ``IPython.get_ipython()`` returns in a notebook. With
    every cell the front end says whether its reader can be asked for input,
    which is ``allow_stdin`` in the Jupyter messaging protocol. JupyterLab
    and its like say yes. What runs a notebook with nobody there, as the
    build of this book does, says no; and who says nothing is taken for that.

    >>> class Shell:
    ...     def get_parent(self):
    ...         return {"content": {"code": "1 + 1", "allow_stdin": False}}
    >>> is_watched(Shell())
    False
    """
    content = shell.get_parent().get("content", {})
    return bool(content.get("allow_stdin", False))


def _disable():
    """What `tqdm` is told; None means a bar in a terminal only."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    return not is_watched(shell) if hasattr(shell, "get_parent") else None
