"""Render formulas with KaTeX while the book is built.

Sphinx asks this extension for the HTML of every formula. KaTeX runs here, in
the V8 engine of the ``mini-racer`` package, so the reader's browser needs
neither a script nor the network: a page holds finished HTML, and MathML for
screen readers. A formula that KaTeX cannot parse is a Sphinx warning at its
place in the source, which fails a build with ``-W``.
"""

import atexit
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

KATEX = Path(__file__).parent / "vendor" / "katex.min.js"

logger = logging.getLogger(__name__)


@cache
def engine():
    """Start V8 once, with KaTeX loaded.

    It is closed while its thread still runs: left to the garbage collection
    of an exiting Python, it would wait for that thread for ever.
    """
    context = MiniRacer()
    atexit.register(context.close)
    context.eval(KATEX.read_text(encoding="utf-8"))
    return context


@cache
def render(tex, display):
    """Return the HTML of one formula; raise ``ValueError`` if it is wrong."""
    options = {
        "displayMode": display,
        "output": "htmlAndMathml",
        "throwOnError": True,
        "strict": "error",
    }
    try:
        html = engine().call("katex.renderToString", tex, options)
    except JSEvalException as error:
        raise ValueError(first_line(error)) from None
    return html.replace(' columnspacing=""', "")  # Firefox would complain


def first_line(error):
    """Return KaTeX's message without the JavaScript stack."""
    message = str(error).partition("ParseError: ")[2] or str(error)
    return message.splitlines()[0]


def render_or_warn(tex, display, node):
    """Return the HTML of a formula, or warn and return its source."""
    try:
        return render(tex, display)
    except ValueError as error:
        logger.warning(
            "formula not understood: %s", error, location=node, type="katex"
        )
        return f'<code class="katex-error">{escape(tex)}</code>'


def display_source(text):
    """Return what Sphinx's MathJax writer would typeset for a block.

    Blank lines separate equations, and a line break needs an environment.
    """
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    body = r" \\ ".join(parts)
    if r"\\" in body:
        return rf"\begin{{split}}{body}\end{{split}}"
    return body


def visit_math(translator, node):
    """Write an inline formula."""
    translator.body.append(
        translator.starttag(node, "span", "", CLASS="math notranslate")
    )
    translator.body.append(render_or_warn(node.astext(), False, node))
    translator.body.append("</span>")
    raise nodes.SkipNode


def visit_displaymath(translator, node):
    """Write a display formula, with its number if it has one."""
    tex = node.astext() if node["nowrap"] else display_source(node.astext())
    translator.body.append(
        translator.starttag(node, "div", CLASS="math notranslate")
    )
    translator.body.append('<div class="formula">')
    translator.body.append(render_or_warn(tex, True, node))
    translator.body.append("</div>")
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    """Register the renderer and its style sheet."""
    app.add_html_math_renderer(
        "katex", (visit_math, None), (visit_displaymath, None)
    )
    app.add_css_file("katex/katex.min.css")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
