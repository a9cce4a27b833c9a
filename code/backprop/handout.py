"""A chapter for a class: the exercises stay, their solutions do not.

Run as ``python -m backprop.handout book/update.md --to handouts``; ``make
handout`` writes all chapters. In the place of each solution stands room for
the student's own. `answers` collects what was written there. To write handouts
takes jupytext, which the book's requirements.txt installs.
"""

import argparse
import json
import re
from pathlib import Path

SOLUTION = re.compile(
    r"^```\{solution-start\} (\S+)\n.*?^```\{solution-end\}\n```\n"
    r"|^```\{solution\} (\S+)\n.*?^```\n",
    re.M | re.S,
)
WORDS, CODE = "*Your answer:*", "# your code"
ROOM = f"""
+++ {{"answer": "LABEL"}}

{WORDS}

```{{code-cell}} ipython3
---
answer: LABEL
---
{CODE}
```

+++
"""


def without_solutions(text):
    """A chapter's text with room for an answer in place of each solution.

    >>> chapter = "```{solution} ex-a\\n\\nIt is 3.\\n```\\n"
    >>> "It is 3" in without_solutions(chapter)
    False
    """
    return SOLUTION.sub(
        lambda found: ROOM.replace("LABEL", found[1] or found[2]), text
    )


def notebook(text):
    """A chapter's text as a notebook without solutions and outputs.

    Raises ``ValueError`` if a solution is left, which would be one that is
    written in a way unknown here.
    """
    import jupytext

    left = without_solutions(text)
    if "{solution" in left:
        place = left.index("{solution")
        raise ValueError(
            f"text: found {left[place : place + 40]!r} after all solutions "
            "were taken out, expected none"
        )
    made = jupytext.reads(left, fmt="md:myst")
    made.metadata.pop("jupytext", None)
    return made


def write(page, folder):
    """Write the handout of a page into a folder; return its path."""
    import jupytext

    page, folder = Path(page), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{page.stem}.ipynb"
    jupytext.write(notebook(page.read_text(encoding="utf-8")), path)
    return path


def answers(path):
    """What a student wrote into a handout: a dict, by exercise.

    An exercise that was left as it was handed out is not in it.
    """
    written = json.loads(Path(path).read_text(encoding="utf-8"))
    found = {}
    for cell in written["cells"]:
        text = "".join(cell["source"])
        text = text.replace(WORDS, "").replace(CODE, "").strip()
        if "answer" in cell["metadata"] and text:
            found.setdefault(cell["metadata"]["answer"], []).append(text)
    return {label: "\n\n".join(texts) for label, texts in found.items()}


def main(arguments=None):
    """Write the handouts that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m backprop.handout",
        description="Write chapters as notebooks without their solutions.",
    )
    parser.add_argument("pages", nargs="+", help="chapters, as Markdown")
    parser.add_argument("--to", default="handouts", help="the folder to fill")
    chosen = parser.parse_args(arguments)
    for page in chosen.pages:
        print(write(page, chosen.to))


if __name__ == "__main__":
    main()
