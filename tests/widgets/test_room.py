"""Nothing is cut off, nothing is out of sight of what moves it, nothing jumps
away under the pointer."""

import pytest
import sympy as sp
from backprop import widgets
from backprop.symbolic import z
from backprop.widgets.shape_explorer.widget import EQUATIONS, GIVEN, MISTAKES
from budget import budget

pytestmark = pytest.mark.site

NAMES = [name for name in widgets.__all__ if name != "link"]
BOOK = 688  # pixels: a column of the book
PHONE = 343
DEEP = {"sizes": "2-2-2-2", "step": 13}


def column(width, height=900):
    """A page whose only column is so wide: there is a margin of 8 pixels."""
    return {"viewport": {"width": width + 16, "height": height}}


# How much of the page one must see to see a slider and a drawing, whole.
SEEN_TOGETHER = """slider => {
  const { top, bottom } = slider.getBoundingClientRect();
  const spans = [...slider.closest(".bp").querySelectorAll("svg")]
    .map(svg => svg.getBoundingClientRect())
    .map(svg => Math.max(bottom, svg.bottom) - Math.min(top, svg.top));
  return Math.min(...spans);
}"""

# These two change the words below them and nothing that is drawn.
COUNTERS = {"layers", "units in each"}


@pytest.mark.parametrize("width", [BOOK, PHONE])
@pytest.mark.parametrize("name", NAMES)
def test_a_slider_is_seen_with_what_it_moves(name, width, show):
    more = DEEP if name == "NetworkStepper" else {}
    with show(getattr(widgets, name)(**more), **column(width)) as reader:
        for slider in reader.widget().get_by_role("slider").all():
            if slider.get_attribute("aria-label") in COUNTERS:
                continue
            assert slider.evaluate(SEEN_TOGETHER) <= 660


# Texts that are wider than their box, and boxes that leave the widget.
CUT = """(host, selector) => {
  const edge = host.querySelector(".bp:not(.bp-fallback)")
    .getBoundingClientRect().right;
  return [...host.querySelectorAll(selector)]
    .filter(e => getComputedStyle(e).visibility !== "hidden")
    .filter(e => e.scrollWidth > e.clientWidth + 1
      || e.getBoundingClientRect().right > edge)
    .map(e => [e.className, e.textContent, e.scrollWidth, e.clientWidth]);
}"""


@pytest.mark.parametrize("width", [BOOK, PHONE])
@pytest.mark.parametrize("preset", ["mazur_2_2_2", ""])
def test_every_formula_of_the_network_is_whole(preset, width, show):
    stepper = widgets.NetworkStepper(preset=preset)
    with show(stepper, **column(width)) as reader:
        for tab in reader.widget().locator(".bp-step").all():
            tab.click()
            cut = reader.widget().evaluate(CUT, ".bp-formulas")
            assert cut == [], tab.text_content()


# With every mistake, every array large.
EVERY_ARRAY = f"""host => {{
  const [back, next] = ["Back", "Next"].map(name =>
    [...host.querySelectorAll("button")].find(e => e.textContent === name));
  const off = button => button.getAttribute("aria-disabled") === "true";
  const parts = ".bp-cell, .bp-option > span";
  let [seen, cut] = [0, []];
  for (const pill of host.querySelectorAll(".bp-pill")) {{
    pill.click();
    while (!off(back)) back.click();
    for (;;) {{
      cut.push(...({CUT})(host, parts));
      seen += 1;
      if (off(next)) break;
      next.click();
    }}
  }}
  return [seen, cut];
}}"""

SIZES = [(6, 6, 5, 5), (1, 1, 1, 6)]
SIZES += budget([], [(6, 5, 5, 5), (4, 2, 3, 2)])


@pytest.mark.parametrize("width", [BOOK, PHONE])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_every_entry_and_every_mark_is_whole(sizes, width, show):
    m, inputs, hidden, outputs = sizes
    explorer = widgets.ShapeExplorer(
        m=m, inputs=inputs, hidden=hidden, outputs=outputs
    )
    with show(explorer, **column(width)) as reader:
        seen, cut = reader.widget().evaluate(EVERY_ARRAY)
        assert seen == len(MISTAKES) * len([*GIVEN, *EQUATIONS])
        assert cut == []


@pytest.mark.parametrize("width", [BOOK, PHONE])
def test_all_digits_of_the_gradients_stay_inside(width, show):
    playground = widgets.TrainingPlayground(update=60, exact=True)
    with show(playground, **column(width)) as reader:
        reader.page.wait_for_function(
            "document.querySelector('.bp-norm .bp-reading').textContent"
        )
        assert reader.widget().evaluate(CUT, ".bp-norm, .bp-norm *") == []


@pytest.mark.parametrize("width", [BOOK, PHONE])
def test_pointing_at_a_unit_moves_nothing(width, show):
    playground = widgets.TrainingPlayground(update=60)
    with show(playground, clock=True, **column(width, 2000)) as reader:
        reader.page.clock.run_for(300)
        unit = reader.widget().locator(".bp-unit").nth(5)
        before = unit.bounding_box()
        caption = reader.widget().locator(".bp-caption")
        words = caption.text_content()
        unit.hover()
        reader.page.clock.run_for(100)
        assert caption.text_content() != words
        # the frame of the chosen unit is thicker
        assert unit.bounding_box() == pytest.approx(before, abs=2.5)


# What is wrong with the texts of a drawing: cut off, on top of each other, or
# too small to read.
WRONG_TEXTS = """svg => {
  const { overflow } = getComputedStyle(svg);
  const edge = (overflow === "visible" ? svg.closest(".bp") : svg)
    .getBoundingClientRect();
  const scale = svg.getScreenCTM().a;
  const texts = [...svg.querySelectorAll("text")]
    .filter(text => text.textContent)
    .map(text => ({
      words: text.textContent,
      size: scale * parseFloat(getComputedStyle(text).fontSize),
      box: text.getBoundingClientRect(),
    }));
  const cut = ({ box }) => box.left < edge.left || box.right > edge.right
    || box.top < edge.top || box.bottom > edge.bottom;
  const meet = ({ box: a }, { box: b }) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  return texts.flatMap((text, i) => [
    ...(cut(text) ? [`cut: ${text.words}`] : []),
    ...(text.size < 11 ? [`small: ${text.words}`] : []),
    ...texts.slice(0, i).filter(other => meet(text, other))
      .map(other => `${text.words} on ${other.words}`),
  ]);
}"""
LONG = {"x": -4.0, "w": 4.0, "b": -4.0, "y": 0.3}
WIDE = {"x": -5.0, "w": -5.0, "b": 5.0, "y": -2.0, "activation": "relu"}


@pytest.mark.parametrize("width", [BOOK, PHONE])
@pytest.mark.parametrize("numbers", [{}, LONG, WIDE], ids=str)
def test_every_number_of_the_graph_can_be_read(numbers, width, show):
    stepper = widgets.Stepper(step=7, **numbers)
    with show(stepper, **column(width)) as reader:
        graph = reader.widget().locator("svg.bp-graph")
        assert graph.locator("text:not(:empty)").count() > 14
        assert graph.evaluate(WRONG_TEXTS) == []


def test_the_tangent_stays_in_the_plot(show):
    explorer = widgets.ActivationExplorer(activation=sp.sin(3 * z))
    with show(explorer) as reader:
        choices = reader.chooser().locator("option").all()
        for option in [each.get_attribute("value") for each in choices]:
            reader.chooser().select_option(option)
            slider = reader.slider("z")
            for place in (-8, -7.95, -1, -0.05, 0, 0.9, 3.3, 8):
                slider.fill(str(place))
                frame = reader.widget().evaluate(
                    """host => {
                      const box = e => host.querySelector(e)
                        .getBoundingClientRect();
                      const [x, y] = [...host.querySelectorAll(
                        ".bp-axis path")].map(e => e.getBoundingClientRect());
                      const line = box(".bp-dashed");
                      return [line.left - x.left, x.right - line.right,
                        line.top - y.top, y.bottom - line.bottom];
                    }"""
                )
                assert min(frame) > -3, (option, place)  # the line is thick
