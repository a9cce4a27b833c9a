"""Tables for instructors that are read from the chapters at every build.

``chapters-overview`` is a table of all chapters, ``chapter-facts``
says what one chapter takes, asks and sets, and ``sessions`` lays out a course.
What they print is made by `backprop.classroom`.
"""

from pathlib import Path

from backprop import classroom
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


class Facts(SphinxDirective):
    """Put Markdown that is made from the chapters into a page."""

    def run(self):
        """Parse the Markdown; build the page again if a chapter changes."""
        folder = Path(self.env.doc2path(self.env.docname)).parent
        try:
            book = classroom.chapters(folder)
            lines = self.markdown(book).splitlines()
        except (KeyError, ValueError) as error:
            raise self.error(f"no facts: {error}") from None
        for name in book:
            self.env.note_dependency(str(folder / f"{name}.md"))
        self.env.note_dependency(str(folder.parent / "_toc.yml"))
        holder = nodes.container()
        source = StringList(lines, source=self.env.docname)
        self.state.nested_parse(source, self.content_offset, holder)
        return holder.children


class Overview(Facts):
    """A table of all chapters."""

    def markdown(self, book):
        """Return the table."""
        return classroom.overview(book)


class ChapterFacts(Facts):
    """What one chapter takes, asks and sets."""

    required_arguments = 1

    def markdown(self, book):
        """Return its facts; the argument is its name."""
        return classroom.about(book[self.arguments[0]])


class Sessions(Facts):
    """A course: on each line a session, its chapters, and what is read before.

    A line is ``title: chapters | chapters``.
    """

    has_content = True

    def markdown(self, book):
        """Return the plan."""
        return classroom.plan(book, classroom.sessions(self.content))


def setup(app):
    """Announce the directives."""
    app.add_directive("chapters-overview", Overview)
    app.add_directive("chapter-facts", ChapterFacts)
    app.add_directive("sessions", Sessions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
