"""Plant defects, one at a time; say which the tests notice: ``make plants``.

Each plant of `table` is put into a copy of the sources; what is generated
from them is generated anew, so that the fault itself is noticed and not that
a bundle is stale; then the tests run that should notice. A plant is *noticed*
when a test fails, and *missed* when all pass. One that cannot be planted,
since its text is not there or stands there twice, ends with an error.

    python tests/plants             all of them
    python tests/plants momentum    those with this word in their name
"""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import house
import table

FAILED = 1  # what pytest returns when tests fail, and nothing else happens
SCRIPTS = (".js", ".mjs", ".css")
MISSES = 5  # so many plants may be left to the full sweep


class Copy:
    """A copy of the sources, in which one defect at a time is planted."""

    def __init__(self, folder):
        self.root = house.clean_copy(Path(folder) / "book")
        tools = house.ROOT / "code" / "frontend" / "node_modules"
        (self.root / "code" / "frontend" / "node_modules").symlink_to(tools)
        self.environment = os.environ | {
            "PYTHONPATH": str(self.root / "code"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, *command, folder="."):
        """Run a command in the copy; return its code and what it said."""
        done = subprocess.run(
            command,
            cwd=self.root / folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def generate(self):
        """Write formulas and bundles anew; raise where that fails."""
        for command, folder in (
            ([sys.executable, "-m", "backprop.widgets"], "."),
            (["node", "build.mjs"], "code/frontend"),
        ):
            code, said = self.run(*command, folder=folder)
            if code:
                raise RuntimeError(said)

    def noticed(self, plant):
        """Whether a test notices a plant; and what the tests said."""
        path = self.root / plant.file
        text = path.read_text(encoding="utf-8")
        if text.count(plant.old) != 1:
            raise ValueError(
                f"{plant.name}: found its text {text.count(plant.old)} times "
                f"in {plant.file}, expected it once"
            )
        kept = self.root.with_name("kept")
        shutil.copytree(self.root / "code" / "backprop", kept)
        try:
            path.write_text(
                text.replace(plant.old, plant.new), encoding="utf-8"
            )
            if plant.generates:
                self.generate()
            options = ["-x", "-q", "-n0", "-p", "no:cacheprovider"]
            marks = ["-m", ""] if plant.sweep else []
            command = [sys.executable, "-m", "pytest", *options, *marks]
            code, said = self.run(*command, *plant.tests.split())
            if code not in (0, FAILED):
                raise RuntimeError(f"{plant.name}: {said[-2000:]}")
            return code == FAILED, said
        finally:
            path.write_text(text, encoding="utf-8")
            shutil.rmtree(self.root / "code" / "backprop")
            kept.rename(self.root / "code" / "backprop")


def report(plant, seen, said, seconds):
    """Print a row: the plant, who noticed it, how long it took."""
    failed = [line for line in said.splitlines() if line.startswith("FAILED")]
    by = failed[0].split(" - ")[0].removeprefix("FAILED ") if failed else ""
    words = "noticed" if seen else "MISSED"
    where = "sweep" if plant.sweep else "fast"
    print(f"{words:<8} {where:<6}{seconds:>5.0f} s  {plant.name:<44} {by}")
    sys.stdout.flush()


def main(words=()):
    """Print the table; return 1 if a plant was missed."""
    chosen = [
        plant
        for plant in table.PLANTS
        if all(word in plant.name for word in words)
    ]
    with TemporaryDirectory() as folder:
        free, jobs = SimpleQueue(), int(os.environ.get("JOBS", "2"))
        for number in range(jobs):
            free.put(Copy(Path(folder) / str(number)))

        def judge(plant):
            copy, start = free.get(), time.monotonic()
            try:
                seen, said = copy.noticed(plant)
            finally:
                free.put(copy)
            report(plant, seen, said, time.monotonic() - start)
            return seen

        with ThreadPoolExecutor(jobs) as workers:
            seen = list(workers.map(judge, chosen))
    late = sum(plant.sweep for plant in chosen)
    print(
        f"{sum(seen)} of {len(seen)} noticed, {late} of them by the full "
        f"sweep alone (at most {MISSES})"
    )
    return int(not all(seen) or late > MISSES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
