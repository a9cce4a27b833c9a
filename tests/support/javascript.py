"""Run emitted JavaScript, without a browser, on many points at once."""

import json
from contextlib import contextmanager

from py_mini_racer import MiniRacer

CALL = """
(name, rows) => JSON.stringify(rows.map((row) => {
  const found = name(...row);
  for (const [key, value] of Object.entries(found))
    if (!Number.isFinite(value)) throw `${key} = ${value} at ${row}`;
  return found;
}))"""


class Script:
    """A script with its functions, in an engine, ready to be called."""

    def __init__(self, engine, text):
        self.engine = engine
        self.engine.eval(text.replace("export const ", "const "))

    def rows(self, function, points):
        """Call a function with every row of numbers; a dict for each.

        Raises where a number that comes back is not finite.
        """
        text = json.dumps([list(point) for point in points], allow_nan=False)
        found = self.engine.eval(f"({CALL})({function}, {text})")
        return json.loads(found)


@contextmanager
def running(text):
    """Give a `Script` in an engine of its own, which is closed afterwards.

    One that is not closed can keep Python from exiting.
    """
    with MiniRacer() as engine:
        yield Script(engine, text)
