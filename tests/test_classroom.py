"""The page for instructors says what the chapters say."""

import re
from urllib.parse import parse_qs, urlsplit

import chapter
import house
import pytest
from backprop import classroom

PAGE = house.ROOT / "book" / "instructors.md"
BOOK = classroom.chapters(house.ROOT / "book")
each_chapter = pytest.mark.parametrize("name", BOOK)
SMALL = """\
(ch-small)=
# Small

*A chapter, for a test.*

## What you will be able to do

- **compute** $|a|$;
- **predict** it.

## Before you start

| you need | how much | where |
| --- | --- | --- |
| numbers | necessary | school |
| music | helpful | school |

**Time:** 7 minutes, and 3 for the exercises.

Look. **Predict first:** is $|a|$ positive?

```{code-cell} ipython3
w = widgets.LossSurface(a=a)

w
```

**Predict first.** and now?

```{code-cell} ipython3
Watch(a)
```

```{exercise-start} Predict the sign
:label: ex-small-sign
```
"""


def test_all_numbered_chapters_are_found_in_order():
    assert list(BOOK) == [path.stem for path in house.chapters()]


def test_a_chapter_is_read():
    small = classroom.read("small", SMALL)
    assert small.title == "Small"
    assert small.promise == "A chapter, for a test."
    assert small.goals == ("**compute** $|a|$", "**predict** it")
    assert small.needs == ("numbers",)
    assert (small.minutes, small.exercise_minutes) == (7, 3)
    first, second = small.questions
    assert first == classroom.Question("Is $|a|$ positive?", "LossSurface")
    assert second == classroom.Question("And now?")
    assert small.exercises == (
        classroom.Exercise("ex-small-sign", "Predict the sign"),
    )


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("**Time:** 7 minutes", "time"),
        ("# Small", "title"),
        ("*A chapter", "promise"),
        ("## Before you", "Before you start"),
    ],
)
def test_a_part_that_is_missing_is_named(part, named):
    with pytest.raises(ValueError, match=f"small: found no .*{named}"):
        classroom.read("small", SMALL.replace(part, "so it was"))


def test_where_there_are_no_chapters_it_says_so(tmp_path):
    with pytest.raises(ValueError, match="found no chapters in"):
        classroom.chapters(tmp_path)


@each_chapter
def test_nothing_of_a_chapter_is_missed(name):
    text = (house.ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    read = BOOK[name]
    goals = chapter.section(text, "What you will be able to do")
    assert len(read.goals) == len(re.findall(r"^- ", goals, re.M))
    assert len(read.questions) == text.count("**Predict first")
    starts = re.findall(r"\{exercise(?:-start)?\}", text)
    assert len(read.exercises) == len(starts)
    assert read.needs
    assert {e.kind for e in read.exercises} >= {
        "predict",
        "derive",
        "break it",
    }


@each_chapter
def test_what_is_said_of_a_chapter_has_it_all(name):
    said = classroom.about(BOOK[name])
    for exercise in BOOK[name].exercises:
        assert f"<{exercise.label}>" in said
    for question in BOOK[name].questions:
        assert question.text.replace("|", r"\|") in said
    assert str(BOOK[name].minutes) in said


@each_chapter
def test_the_page_has_a_section_for_every_chapter(name):
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(
        rf"^### {re.escape(BOOK[name].title)}\n(.*?)(?=^##)", text, re.M | re.S
    )
    assert found, f"no section for {name}"
    assert f"{{chapter-facts}} {name}\n" in found[1]
    assert "What goes wrong:" in found[1]
    assert f"]({name}.md#" in found[1]


def test_the_overview_adds_up():
    *_, last = classroom.overview(BOOK).splitlines()
    minutes = sum(c.minutes for c in BOOK.values())
    exercises = sum(len(c.exercises) for c in BOOK.values())
    assert last.startswith(f"| **all** | {minutes} | ")
    assert f"| {exercises} |" in last


def test_a_plan_adds_up_and_names_what_it_leaves_out():
    names = list(BOOK)
    made = classroom.plan(BOOK, {"1": (names[1:3], names[:1])})
    first, second, third = (BOOK[name] for name in names[:3])
    talked = classroom.in_fives(1.5 * (second.minutes + third.minutes))
    home = first.minutes + sum(
        c.exercise_minutes for c in (first, second, third)
    )
    assert f"| {talked} | {home} |" in made
    _, left = made.split("Not in this plan: ")
    assert all((f"ch-{name}`" in left) == (name in names[3:]) for name in BOOK)


def test_a_plan_with_all_chapters_leaves_none_out():
    assert "Not in" not in classroom.plan(BOOK, {"1": (list(BOOK), [])})


def test_the_one_session_adds_up():
    text = chapter.section(PAGE.read_text(encoding="utf-8"), "One session")
    *parts, together = map(int, re.findall(r"^\| \**(\d+)", text, re.M))
    assert sum(parts) == together


def test_a_bar_does_not_end_a_cell_of_a_table():
    assert classroom.table(("a",), [("$|a|$",)]).endswith(r"| $\|a\|$ |")


@pytest.mark.parametrize(
    ("repository", "folder"),
    [
        ("https://HOST/TEACHER/BOOK", "BOOK"),
        ("https://HOST/TEACHER/BOOK.git", "BOOK"),
        ("https://HOST/TEACHER/BOOK/", "BOOK"),
    ],
)
def test_a_link_says_what_nbgitpuller_reads(repository, folder):
    link = classroom.git_link("https://HUB/", repository, "book/a b.md", "x&y")
    parts = urlsplit(link)
    assert parts.path == "/hub/user-redirect/git-pull"
    assert parse_qs(parts.query) == {
        "repo": [repository],
        "branch": ["x&y"],
        "urlpath": [f"lab/tree/{folder}/book/a b.md"],
    }


@pytest.mark.parametrize("wrong", ["hub", "repository"])
def test_an_address_without_its_beginning_is_refused(wrong):
    given = {"hub": "https://HUB", "repository": "https://HOST/BOOK"}
    with pytest.raises(ValueError, match=f"{wrong}: found 'example'"):
        classroom.git_link(**given | {wrong: "example"}, page="a.md")
