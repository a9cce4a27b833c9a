"""Write the bibliography as a list that screen readers understand.

Docutils gives the entries the role ``doc-biblioentry`` inside an element with
the role ``list``, which allows ``listitem`` only.
"""

from docutils import nodes


def visit_citation(translator, node):
    """Open an entry, and the list before its first one."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div role="list" class="citation-list">\n')
    translator.body.append(
        translator.starttag(node, "div", CLASS="citation", ROLE="listitem")
    )


def depart_citation(translator, node):
    """Close an entry, and the list after its last one."""
    translator.body.append("</div>\n")
    following = node.next_node(descend=False, siblings=True)
    if not isinstance(following, nodes.citation):
        translator.body.append("</div>\n")


def setup(app):
    """Take the place of docutils' two methods."""
    app.add_node(
        nodes.citation, override=True, html=(visit_citation, depart_citation)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
