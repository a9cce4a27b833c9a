"""A chapter for a class: the exercises stay, their solutions do not.

``make handout`` writes all chapters; ``python -m backprop.handout`` those that
are named. Both start from the notebooks of the built book, which open in every
notebook program. In the place of each solution stands room for the student's
own. `answers` collects what was written there, or anywhere below the exercise.
"""

import argparse
import json
from itertools import groupby
from pathlib import Path

WORDS, CODE = "*Your answer:*", "# your code"


def source(cell):
    """The text of a cell."""
    return "".join(cell["source"])


def room(label):
    """Two cells for the answer to an exercise: for words and for code."""
    words = {
        "cell_type": "markdown",
        "id": f"{label}-words",
        "metadata": {"given": WORDS},
        "source": WORDS,
    }
    code = {
        "cell_type": "code",
        "id": f"{label}-code",
        "metadata": {"given": CODE},
        "source": CODE,
    }
    return [words, code]


def without_solutions(cells):
    """A list of cells with room for an answer in place of each solution.

    >>> cell = {"metadata": {"solution": "ex-a"}, "source": "It is 3."}
    >>> [made["source"] for made in without_solutions([cell])]
    ['*Your answer:*', '# your code']
    """
    left = []
    for label, group in groupby(
        cells, lambda cell: cell["metadata"].get("solution")
    ):
        left += room(label) if label else group
    return left


def marked(cells):
    """Cells with what `answers` needs to know in their metadata.

    ``handout`` names the exercise that begins there; it is empty where the
    text goes on after one. ``given`` is what an exercise says.
    """
    made, inside = [], False
    for cell in cells:
        marks = dict(cell["metadata"])
        if "exercise" in marks:
            marks |= {"handout": marks.pop("exercise"), "given": source(cell)}
        elif inside and "given" not in marks:
            marks["handout"] = ""
        inside = "given" in marks
        made.append(cell | {"metadata": marks})
    return made


def not_run(cell):
    """A cell without outputs."""
    if cell["cell_type"] != "code":
        return cell
    return cell | {"outputs": [], "execution_count": None}


def notebook(built):
    """A handout, made of a notebook of the built book; both are dicts.

    Raises ``ValueError`` if no cell is marked as a solution: then it is
    another notebook, and its solutions would stay.
    """
    if not any("solution" in cell["metadata"] for cell in built["cells"]):
        raise ValueError(
            "built: found no solution in it, expected a chapter's notebook "
            "from the built book"
        )
    cells = [not_run(cell) for cell in without_solutions(built["cells"])]
    about = {k: v for k, v in built["metadata"].items() if k != "widgets"}
    return built | {"cells": marked(cells), "metadata": about}


def read(path):
    """A notebook as a dict."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write(built, folder):
    """Write the handout of a built notebook into a folder; return its path."""
    path = Path(folder) / Path(built).name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notebook(read(built)), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def answers(path):
    """What a student wrote into a handout: a dict, by exercise.

    All that stands between an exercise and the next one, or the next part of
    the chapter, is the answer to it, in the order of the notebook. An exercise
    that was left as it was handed out is not in it. Raises ``ValueError`` for
    a notebook in which no exercise is marked.
    """
    cells = read(path)["cells"]
    if not any("handout" in cell["metadata"] for cell in cells):
        raise ValueError(
            f"path: found no exercise of a handout in {str(path)!r}, "
            "expected a handout"
        )
    label, found = "", {}
    for cell in cells:
        marks = cell["metadata"]
        label = marks.get("handout", label)
        own = source(cell).replace(marks.get("given", ""), "").strip()
        if label and own:
            found.setdefault(label, []).append(own)
    return {label: "\n\n".join(texts) for label, texts in found.items()}


def main(arguments=None):
    """Write the handouts that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m backprop.handout",
        description="Write chapters as notebooks without their solutions.",
    )
    parser.add_argument(
        "chapters", nargs="+", help="notebooks of the built book"
    )
    parser.add_argument("--to", default="handouts", help="the folder to fill")
    chosen = parser.parse_args(arguments)
    for built in chosen.chapters:
        print(write(built, chosen.to))


if __name__ == "__main__":
    main()
