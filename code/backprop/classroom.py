"""What a teacher wants to know of the chapters, read from the chapters.

A page for instructors that repeated times, goals and questions would fall
behind. So these functions read the chapters' Markdown, and return Markdown,
which the book's build puts into the page (``book/_ext/class_facts.py``).
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

TIME = r"^\*\*Time:\*\* (\d+) minutes, and (\d+) for the exercises"
ASKED = (
    r"\*\*Predict first[.:]\*\* ?(.+)\n"
    r"\n```\{code-cell\}.*\n((?:(?!```).*\n)*)"
)
"""A question, and the cell that follows."""
TALK = 1.5
"""How much longer a class takes that talks than a reader who is alone."""

KINDS = ("predict", "derive", "code", "break it", "explore")
FIRST_WORDS = {
    "Predict": "predict",
    "Derive": "derive",
    "Code": "code",
    "Break": "break it",
}
"""An exercise says in the first word of its title of which kind it is; one
that does not is there to be explored."""


@dataclass(frozen=True)
class Exercise:
    """An exercise: its ``label``, its ``title``, and one of the `KINDS`."""

    label: str
    title: str

    @property
    def kind(self):
        """Which kind it is, by the first word of its title.

        >>> Exercise("ex-a", "Break it: the wrong sign").kind
        'break it'
        """
        return FIRST_WORDS.get(self.title.split()[0], "explore")


@dataclass(frozen=True)
class Question:
    """What a chapter asks before a widget, or before a computation."""

    text: str
    widget: str = ""


@dataclass(frozen=True)
class Chapter:
    """What one chapter says about itself."""

    name: str
    title: str
    promise: str
    goals: tuple
    needs: tuple
    minutes: int
    exercise_minutes: int
    questions: tuple
    exercises: tuple

    @property
    def widgets(self):
        """The names of the widgets that have a question, in order, once."""
        found = [q.widget for q in self.questions if q.widget]
        return tuple(dict.fromkeys(found))


def chapters(folder):
    """Read all chapters: a dict of `Chapter`, by name, in the book's order.

    ``folder`` holds the pages; the list of them is in the folder above. A
    chapter is a page that says how much time it takes. Raises ``ValueError``
    where there is none: an installed package has no chapters with it.
    """
    folder = Path(folder).resolve()
    listed = folder.parent / "_toc.yml"
    found = {}
    if listed.is_file():
        toc = listed.read_text(encoding="utf-8")
        for name in re.findall(rf"file: {folder.name}/(\S+)", toc):
            text = (folder / f"{name}.md").read_text(encoding="utf-8")
            if re.search(TIME, text, re.M):
                found[name] = read(name, text)
    if not found:
        raise ValueError(
            f"folder: found no chapters in {folder}, expected the folder "
            "'book' of the book's sources"
        )
    return found


def read(name, text):
    """Read one chapter from its text.

    Raises ``ValueError`` where a part of the frame is missing, and says
    which.
    """
    time = _find(name, "line with its time", TIME, text)
    title = _find(name, "title", r"^# (.+)$", text)
    promise = _find(name, "promise", r"^\*([A-Z].*)\*$", text)
    goals = _section(name, "What you will be able to do", text)
    needs = _section(name, "Before you start", text)
    return Chapter(
        name=name,
        title=title[1],
        promise=promise[1],
        goals=tuple(re.findall(r"^- (.+?)[;.]?$", goals, re.M)),
        needs=tuple(re.findall(r"^\| (.+?) \| necessary", needs, re.M)),
        minutes=int(time[1]),
        exercise_minutes=int(time[2]),
        questions=tuple(_questions(text)),
        exercises=tuple(
            Exercise(label, title)
            for title, label in re.findall(
                r"\{exercise(?:-start)?\} (.+)\n:label: (\S+)", text
            )
        ),
    )


def overview(book):
    """A table of all chapters: minutes, exercises, widgets, and the sums."""
    rows = [
        (
            f"{{ref}}`ch-{c.name}`",
            c.minutes,
            c.exercise_minutes,
            len(c.exercises),
            ", ".join(map(in_words, c.widgets)),
        )
        for c in book.values()
    ]
    sums = [sum(row[i] for row in rows) for i in (1, 2, 3)]
    head = ("chapter", "minutes", "for exercises", "exercises", "widgets")
    return table(head, [*rows, ("**all**", *sums, "")])


def about(chapter):
    """What to know before teaching a chapter, as Markdown."""
    parts = [
        f"{chapter.minutes} minutes, and {chapter.exercise_minutes} for the "
        f"exercises. It needs: {'; '.join(chapter.needs)}. Goals:",
        "\n".join(f"- {goal}" for goal in chapter.goals),
    ]
    if chapter.questions:
        rows = [(_before(q), q.text) for q in chapter.questions]
        parts.append(table(("before", "ask the class"), rows))
    kinds = [k for k in KINDS if _of_kind(chapter, k)]
    rows = [(k, "; ".join(_of_kind(chapter, k))) for k in kinds]
    parts.append(table(("kind", "exercises"), rows))
    return "\n\n".join(parts)


def sessions(lines):
    """Read a course, a session on each line: what `plan` wants.

    >>> sessions(["1: backward | forward", "2: update"])
    {'1': (['backward'], ['forward']), '2': (['update'], [])}
    """
    read = {}
    for line in lines:
        title, _, names = line.partition(":")
        together, _, before = names.partition("|")
        read[title.strip()] = (together.split(), before.split())
    return read


def plan(book, sessions):
    """A table of sessions.

    ``sessions`` has for each title two lists of chapters: those for the
    class, and those to be read before it. Class time is the chapters' time,
    ``TALK`` times as long; at home, students read and do the exercises of all.
    Chapters that no session has are named below the table.
    """
    rows = []
    for title, (together, before) in sessions.items():
        taken, read = (
            [book[n] for n in names] for names in (together, before)
        )
        talked = TALK * sum(c.minutes for c in taken)
        home = sum(c.minutes for c in read)
        home += sum(c.exercise_minutes for c in read + taken)
        row = (title, _links(before), _links(together), in_fives(talked), home)
        rows.append(row)
    head = ("session", "read before", "in class", "minutes", "at home")
    used = {n for lists in sessions.values() for names in lists for n in names}
    left = [name for name in book if name not in used]
    rest = f"\n\nNot in this plan: {_links(left)}." if left else ""
    return table(head, rows) + rest


def git_link(hub, repository, page, branch="main"):
    """A link that copies the book into a student's folder and opens a page.

    ``hub`` is the address of a JupyterHub with nbgitpuller, ``repository``
    the address of the git repository with the book, ``page`` a file in it.

    >>> link = git_link("https://HUB", "https://HOST/BOOK", "book/update.md")
    >>> for part in link.replace("?", "&").split("&"):
    ...     print(part)
    https://HUB/hub/user-redirect/git-pull
    repo=https%3A%2F%2FHOST%2FBOOK
    branch=main
    urlpath=lab%2Ftree%2FBOOK%2Fbook%2Fupdate.md
    """
    for name, value in (("hub", hub), ("repository", repository)):
        if "://" not in value:
            raise ValueError(
                f"{name}: found {value!r}, expected an address with https://"
            )
    folder = repository.rstrip("/").removesuffix(".git").rsplit("/", 1)[-1]
    options = {
        "repo": repository,
        "branch": branch,
        "urlpath": f"lab/tree/{folder}/{page.lstrip('/')}",
    }
    query = urlencode(options, quote_via=quote, safe="")
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{query}"


def in_fives(minutes):
    """Minutes, rounded up to a multiple of five.

    >>> in_fives(67.5)
    70
    """
    return 5 * math.ceil(minutes / 5)


def in_words(name):
    """A class's name in words.

    >>> in_words("LearningRateExplorer")
    'learning rate explorer'
    """
    return " ".join(re.findall(r"[A-Z][a-z]*", name)).lower()


def table(head, rows):
    """Rows as a Markdown table.

    >>> print(table(("a", "b"), [(1, 2)]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [head, ["---"] * len(head), *rows]
    cells = [
        [str(cell).replace("|", r"\|") for cell in line] for line in lines
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _find(name, part, pattern, text):
    """The first match, or an error that names the part."""
    found = re.search(pattern, text, re.M)
    if not found:
        raise ValueError(f"{name}: found no {part}, expected one")
    return found


def _section(name, title, text):
    """What stands under a heading of the second level."""
    pattern = rf"^## {title}\s*\n((?:(?!^## ).*\n)*)"
    return _find(name, f"section {title!r}", pattern, text)[1]


def _questions(text):
    """Every question to predict, with the widget in the cell that follows."""
    from backprop import widgets

    for found in re.finditer(ASKED, text):
        calls = re.findall(r"\b([A-Z]\w+)\(", found[2])
        known = [name for name in calls if name in widgets.__all__]
        question = found[1][0].upper() + found[1][1:]
        yield Question(question, known[0] if known else "")


def _links(names):
    """Links to chapters, in one line."""
    return ", ".join(f"{{ref}}`ch-{name}`" for name in names)


def _before(question):
    return in_words(question.widget) if question.widget else "the next cell"


def _of_kind(chapter, kind):
    """Links to a chapter's exercises of a kind."""
    return [
        f"{{ref}}`{e.title} <{e.label}>`"
        for e in chapter.exercises
        if e.kind == kind
    ]
