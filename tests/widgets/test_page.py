"""The widgets in a bare page: a real browser, no kernel, no network."""

import accessibility
import pytest
import sympy as sp
import widget_page
from backprop import widgets
from backprop.symbolic import catalogue, z
from backprop.widgets.core.links import box_html
from backprop.widgets.stepper import steps
from ipywidgets import HBox, IntSlider, VBox
from widget_page import hash_of
from widget_says import FOUND, wanted_in

pytestmark = pytest.mark.site

NAMES = [name for name in widgets.__all__ if name != "link"]
every_widget = pytest.mark.parametrize("name", NAMES)
with_handle = pytest.mark.parametrize(
    "name", ["ActivationExplorer", "LearningRateExplorer", "LossSurface"]
)
STEPS = [*steps.WORDS]
NETWORK_STEPS = widgets.NetworkStepper().steps()
TITLES = ["z", "a", "L", "∂L/∂a", "∂a/∂z", "∂L/∂z", "∂L/∂w", "∂L/∂b"]
TITLES += ["new w", "new b", "new L"]
DIGITS = pytest.approx


def make(name, **state):
    return getattr(widgets, name)(**state)


# A path and a training gather the rounding of all their updates.
GATHERED = {"LearningRateExplorer": 1e-9, "TrainingPlayground": 1e-9}


def assert_shows_its_run(reader, index=0, name="Stepper"):
    """With all digits on: the line says what ``run()`` computes."""
    state = reader.states()[index]
    assert state["exact"] is True
    found = FOUND[name]({"state": state, "text": reader.live(index)})
    wanted = wanted_in(name, state)
    assert found
    for part, values in found.items():
        near = DIGITS(wanted[part], rel=GATHERED.get(name, 0), abs=1e-12)
        assert values == near, part


@every_widget
def test_it_is_drawn(name, show):
    with show(make(name)) as reader:
        widget = reader.widget()
        assert widget.locator("svg").first.is_visible()
        assert reader.live().strip()
        assert widget.locator("svg:visible").count()
        assert not widget.locator("table").is_visible()
        assert not widget.locator("img").is_visible()
        box = widget.locator("svg").first.bounding_box()
        assert min(box["width"], box["height"]) > 20


@every_widget
def test_every_slider_moves_one_trait_and_the_drawing(name, show):
    with show(make(name, exact=True)) as reader:
        sliders = reader.widget().get_by_role("slider")
        assert sliders.count()
        for slider in sliders.all():
            for key in ("ArrowRight", "End", "ArrowLeft", "Home"):
                before, drawn = reader.states()[0], reader.html()
                slider.press(key)
                now = reader.states()[0]
                changed = [k for k in now if now[k] != before[k]]
                assert len(changed) == 1, (key, changed)
                assert reader.html() != drawn
            assert_shows_its_run(reader, name=name)


@every_widget
def test_home_and_end_reach_the_ends(name, show):
    with show(make(name)) as reader:
        for slider in reader.widget().get_by_role("slider").all():
            for key, end in (("Home", "min"), ("End", "max")):
                slider.press(key)
                value = float(slider.input_value())
                limit = float(slider.get_attribute(end))
                step = float(slider.get_attribute("step"))
                assert abs(value - limit) < step
                assert slider.get_attribute("aria-valuetext")


# z is negative there, where no two activations are alike
BELOW = {
    "ActivationExplorer": {"z": -0.7},
    "NetworkStepper": {"x": [-3.0, 1.0], "step": 1},
    "Stepper": {"w": -0.5, "step": 1},
    "LearningRateExplorer": {"start": -0.5},
    "LossSurface": {"w": -0.5},
    "TrainingPlayground": {},
    "ShapeExplorer": {"array": "A[1]"},
}


@every_widget
def test_every_activation_can_be_chosen(name, show):
    with show(make(name, exact=True, **BELOW[name])) as reader:
        select = reader.chooser()
        options = select.locator("option").evaluate_all(
            "all => all.map(option => option.value)"
        )
        assert options == [*catalogue.ACTIVATIONS]
        drawn = set()
        for option in options:
            select.select_option(option)
            assert reader.states()[0]["activation"] == option
            assert_shows_its_run(reader, name=name)
            drawn.add(reader.html())
        assert len(drawn) == len(options)


@every_widget
def test_all_digits_are_one_click_away(name, show):
    with show(make(name)) as reader:
        box = reader.all_digits()
        few = reader.live()
        box.check()
        many = reader.live()
        assert len(many) > len(few)
        assert_shows_its_run(reader, name=name)
        box.press("Space")
        assert reader.live() == few


@every_widget
def test_an_activation_of_the_reader_is_drawn(name, show):
    swish = z / (1 + sp.exp(-z))
    below = make(name, exact=True, activation=swish, **BELOW[name])
    with show(below) as reader:
        select = reader.chooser()
        assert select.input_value() == str(swish)
        own = reader.live()
        select.select_option("tanh")
        assert reader.live() != own
        select.select_option(str(swish))
        assert reader.live() == own


@pytest.mark.parametrize("expression", [1 / z, sp.log(z)], ids=str)
@every_widget
def test_a_place_without_a_value_is_no_nan(name, expression, show):
    for negative in ({}, {"z": -3.0}, {"w": -3.0}, {"start": -3.0}):
        widget = make(name, activation=expression)
        if not all(map(widget.has_trait, negative)):
            continue
        for trait, value in negative.items():
            setattr(widget, trait, value)
        with show(widget) as reader:
            assert reader.live().strip()


def current(reader):
    """The step that is marked, by its place."""
    tabs = reader.widget().locator(".bp-step")
    marked = tabs.evaluate_all(
        "all => all.flatMap((t, i) => t.ariaCurrent === 'step' ? [i] : [])"
    )
    assert len(marked) == 1
    return marked[0]


@pytest.mark.parametrize("until", ["L", "dL_db", "L_new"])
def test_the_steps_show_what_run_computes(until, show):
    count = STEPS.index(until) + 1
    with show(make("Stepper", until=until, exact=True)) as reader:
        tabs = reader.widget().locator(".bp-step")
        assert tabs.all_text_contents() == TITLES[:count]
        for index in [*range(count), 0]:
            tabs.nth(index).click()
            assert current(reader) == index
            assert_shows_its_run(reader)
            title = reader.widget().locator(".bp-title").text_content()
            assert title.startswith(f"Step {index + 1} of {count}.")
            assert reader.widget().locator(".bp-panel math").count() == 2
            assert "@" not in reader.widget().locator(".bp-panel").inner_html()
        assert reader.button("Next update").count() == (until == "L_new")


def test_a_step_has_the_colour_of_its_direction(show):
    with show(make("Stepper"), make("NetworkStepper")) as reader:
        for index in (0, 1):
            for tab in reader.widget(index).locator(".bp-step").all():
                title = tab.text_content()
                back = "∂" in title or "δ" in title
                back |= title in ("new w", "new b", "new W, b")
                tab.click()
                tab.blur()
                ground = tab.evaluate("e => getComputedStyle(e).background")
                colour = "rgb(168, 67, 0)" if back else "rgb(0, 114, 178)"
                assert colour in ground, title


@pytest.mark.parametrize(
    "name", ["Stepper", "LearningRateExplorer", "TrainingPlayground"]
)
def test_a_learning_rate_from_a_slider_has_three_digits(name, show):
    with show(make(name, exact=True)) as reader:
        slider = reader.widget().get_by_role("slider", name="η").first
        for _ in range(12):
            slider.press("ArrowRight")
            eta = reader.states()[0]["eta"]
            assert eta == float(f"{eta:.3g}")


def test_next_and_back(show):
    with show(make("Stepper")) as reader:
        for index in range(1, len(STEPS)):
            reader.button("Next").click()
            assert current(reader) == index
        assert reader.button("Next").get_attribute("aria-disabled") == "true"
        for index in range(len(STEPS) - 2, -1, -1):
            reader.button("Back").click()
            assert current(reader) == index
        assert reader.button("Back").get_attribute("aria-disabled") == "true"


@pytest.mark.parametrize("focus", ["z", "Next", "Back", "Play"])
def test_the_arrow_keys_walk(focus, show):
    with show(make("Stepper")) as reader:
        reader.button(focus).focus()
        press = reader.page.keyboard.press
        walk = [("ArrowRight", 1), ("ArrowDown", 2), ("ArrowLeft", 1)]
        walk += [("ArrowUp", 0), ("ArrowLeft", 0), ("End", 10)]
        walk += [("ArrowRight", 10), ("ArrowLeft", 9), ("Home", 0)]
        for key, place in [*walk, ("ArrowRight", 1)]:
            press(key)
            assert current(reader) == place, key


def test_the_focus_stays_at_the_last_step(show):
    with show(make("Stepper")) as reader:
        reader.button("Next").focus()
        for _ in range(14):
            reader.page.keyboard.press("Enter")
        assert current(reader) == 10
        reader.page.keyboard.press("ArrowLeft")
        assert current(reader) == 9


def test_play_walks_and_pause_stops(show):
    with show(make("Stepper"), clock=True) as reader:
        reader.button("Play").click()
        for place in (1, 2, 3):
            reader.page.clock.run_for(1600)
            assert current(reader) == place
        reader.button("Pause").click()
        reader.page.clock.run_for(10_000)
        assert current(reader) == 3
        reader.button("Play").click()
        reader.button("Back").click()
        reader.page.clock.run_for(10_000)
        assert current(reader) == 2
        reader.button("Play").click()
        reader.page.clock.run_for(30_000)
        assert current(reader) == 10
        reader.button("Play").click()
        assert current(reader) == 0


def test_next_update_goes_on_from_the_new_weights(show):
    stepper = make("Stepper", exact=True)
    with show(stepper) as reader:
        for count in (1, 2, 3):
            reader.button("new L").click()
            reader.button("Next update").click()
            now = reader.states()[0]
            run = stepper.run()
            assert now["w"] == DIGITS(run["w_new"], rel=1e-12)
            assert now["b"] == DIGITS(run["b_new"], rel=1e-12)
            assert (now["step"], now["update"]) == (0, count)
            assert f"after {count} update" in reader.live()
            stepper = make("Stepper", **now)
            assert_shows_its_run(reader)


def test_weights_out_of_range_end_the_updates(show):
    far = make("Stepper", eta=1e12, step=10)
    with show(far) as reader:
        assert "far too large" in reader.live()
        before = reader.states()
        reader.button("Next update").click(force=True)
        assert reader.states() == before


def edges(reader):
    """The class of every edge of the graph."""
    return (
        reader.widget()
        .locator(".bp-edge")
        .evaluate_all("all => all.map(edge => edge.getAttribute('class'))")
    )


def test_a_step_lights_its_edges(show):
    with show(make("Stepper")) as reader:
        for index, step in enumerate(STEPS):
            reader.widget().locator(".bp-step").nth(index).click()
            lit = [c for c in edges(reader) if "bp-lit" in c]
            assert len(lit) == len(steps.EDGES[step])
            backward = 3 <= index < len(STEPS) - 1
            way = "bp-gradient" if backward else "bp-forward"
            assert all(way in each for each in lit)


def centre(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_with_mouse(reader, start, way):
    mouse = reader.page.mouse
    mouse.move(*start)
    mouse.down()
    for part in (0.3, 0.6, 1):
        mouse.move(start[0] + part * way[0], start[1] + part * way[1])
    mouse.up()


def drag_with_finger(reader, start, way):
    session = reader.page.context.new_cdp_session(reader.page)

    def touch(kind, *points):
        session.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [{"x": x, "y": y} for x, y in points],
            },
        )

    touch("touchStart", start)
    for part in (0.3, 0.6, 1):
        here = start[0] + part * way[0], start[1] + part * way[1]
        touch("touchMove", here)
    touch("touchEnd")


@pytest.mark.parametrize("drag", [drag_with_mouse, drag_with_finger])
@with_handle
def test_the_handle_is_dragged(name, drag, show):
    touch = {"has_touch": drag is drag_with_finger}
    with show(make(name, exact=True), **touch) as reader:
        handle = reader.widget().locator(".bp-handle").first
        handle.scroll_into_view_if_needed()
        before, top = reader.states()[0], reader.page.evaluate("scrollY")
        start = centre(handle.bounding_box())
        drag(reader, start, (40, -20))
        now = reader.states()[0]
        changed = {k for k in now if now[k] != before[k]}
        assert changed
        assert changed <= {"z", "w", "b", "start"}
        assert_shows_its_run(reader, name=name)
        assert centre(handle.bounding_box())[0] == DIGITS(start[0] + 40, abs=4)
        assert reader.page.evaluate("scrollY") == top


@with_handle
def test_the_room_around_the_handle_drags_it(name, show):
    with show(make(name)) as reader:
        handle = reader.widget().locator(".bp-handle").first
        handle.scroll_into_view_if_needed()
        before, box = reader.states()[0], handle.bounding_box()
        (x, y), aside = centre(box), 0.7 * box["width"]
        drag_with_mouse(reader, (x + aside, y - aside), (-40, 20))
        assert reader.states()[0] != before


def test_linked_widgets_follow_each_other(show):
    one, other, third = (make("ActivationExplorer") for _ in range(3))
    tie = widgets.link(one, "z", other, "z")
    with show(one, other, third) as reader:
        reader.slider("z", 0).press("ArrowRight")
        assert reader.live(0) == reader.live(1) != reader.live(2)
        reader.slider("z", 1).press("End")
        assert reader.live(0) == reader.live(1) != reader.live(2)
        first, second, last = reader.states()
        assert first["z"] == second["z"] == 8 != last["z"]
    tie.unlink()


def test_links_of_links_reach_all(show):
    many = [make("ActivationExplorer") for _ in range(5)]
    for one, other in ((0, 1), (2, 3), (0, 2), (3, 4)):
        tie = widgets.link(many[one], "z", many[other], "z")
    tie.unlink()
    with show(*many) as reader:
        reader.slider("z", 1).press("End")
        assert [state["z"] for state in reader.states()] == [8, 8, 8, 8, 0.9]


def test_widgets_run_in_a_box_in_a_box(show):
    inner = HBox([make("ActivationExplorer"), IntSlider()])
    outer = box_html(VBox([inner, make("Stepper")]))
    with show(outer) as reader:
        reader.slider("z", 0).press("End")
        assert reader.states()[0]["z"] == 8
        assert reader.live(1)


def test_an_address_of_an_open_page_sets_its_widgets(show):
    with show(make("ActivationExplorer")) as reader:
        before = reader.live()
        fragment = hash_of({"z": 3.0})
        reader.page.evaluate("hash => { location.hash = hash; }", fragment)
        reader.page.wait_for_function(
            "old => document.querySelector('.bp-live').textContent !== old",
            arg=before,
        )
        assert reader.states()[0]["z"] == 3


def test_different_widgets_are_linked_too(show):
    stepper, surface = make("Stepper"), make("LossSurface")
    widgets.link(stepper, "w", surface, "w")
    with show(stepper, surface) as reader:
        reader.slider("w", 0).press("ArrowRight")
        first, second = reader.states()
        assert first["w"] == second["w"] == 0.85
        reader.slider("w", 1).press("Home")
        first, second = reader.states()
        assert first["w"] == second["w"] == -4


def test_a_link_restores_every_widget(show):
    both = [make(name) for name in NAMES] * 2
    with show(*both) as reader:
        for index in range(len(both)):
            reader.chooser(index=index).select_option("relu")
            slider = reader.widget(index).get_by_role("slider").first
            for _ in range(index + 1):
                slider.press("ArrowRight")
        reader.all_digits(1).check()
        states = reader.states()
        shown = [reader.live(i) for i in range(len(both))]
        stands = [reader.values(i) for i in range(len(both))]
        fragment = reader.page.evaluate("location.hash")
        assert reader.widget().locator(".bp-note").text_content()
    with show(*both, hash=fragment) as reader:
        assert [reader.live(i) for i in range(len(both))] == shown
        assert [reader.values(i) for i in range(len(both))] == stands
        assert reader.states() == states


def every(state):
    """An address that offers one state to each of the widgets."""
    return hash_of(*[state] * len(NAMES))


BAD_HASHES = [
    "#widgets=",
    "#widgets=%",
    "#widgets=%7B%7D",
    "#widgets=null",
    "#widgets=[[[",
    "#somewhere",
    every(None),
    every([1, 2]),
    every({"z": "1", "w": "1", "start": [], "eta": None, "b": {}}),
    every({"z": 1e7, "w": -1e7, "start": 1e300, "eta": 0, "b": 1e9}),
    every({"activation": "swish", "exact": "yes", "eta": -1}),
    every({"activation": "__proto__", "view": "stepper"}),
    every({"activation": "constructor", "custom": {"name": "x"}}),
    every({"step": -1, "update": -1}),
    every({"step": 1e9, "update": 0.5}),
    every({"step": 2.5, "steps": 2.5}),
    every({"steps": 1e9}),
]


@pytest.fixture(scope="module")
def untouched(browser, tmp_path_factory):
    """What a page with one widget of each kind shows, and its state."""
    folder = tmp_path_factory.mktemp("page")
    path = widget_page.write(folder, [make(name) for name in NAMES])
    with widget_page.reading(browser, path.as_uri()) as reader:
        shown = [reader.html(index) for index in range(len(NAMES))]
        return path, shown, reader.states()


@pytest.mark.parametrize("fragment", BAD_HASHES)
def test_a_bad_address_changes_nothing(fragment, browser, untouched):
    path, shown, states = untouched
    with widget_page.reading(browser, path.as_uri() + fragment) as reader:
        assert [reader.html(i) for i in range(len(NAMES))] == shown
        assert reader.states() == states
        reader.check()


def assert_stands_still(reader, widget):
    """The picture and the table of this widget are what is seen."""
    head, rows = widget.steps_table()
    fallback = reader.fallback()
    table, picture = fallback.locator("table"), fallback.locator("img")
    assert table.is_visible()
    assert table.locator("th").all_text_contents() == head
    assert table.locator("tbody tr").count() == len(rows)
    assert picture.is_visible()
    assert picture.get_attribute("alt") == widget.still_words()
    top, below = picture.bounding_box(), table.bounding_box()
    assert min(top["width"], top["height"]) > 150
    assert top["y"] + top["height"] <= below["y"]


@every_widget
def test_without_javascript_picture_and_table_stand_there(name, show):
    widget = make(name)
    with show(widget, java_script_enabled=False) as reader:
        assert_stands_still(reader, widget)


@every_widget
def test_print_has_picture_and_table_and_no_dead_control(name, show):
    widget = make(name)
    with show(widget) as reader:
        reader.page.emulate_media(media="print")
        assert_stands_still(reader, widget)
        shown = reader.widget()
        assert not shown.locator(".bp-live").is_visible()
        for control in shown.locator("input, select, button, svg").all():
            assert not control.is_visible()
        reader.page.emulate_media(media="screen")
        assert not reader.fallback().is_visible()
        assert shown.locator(".bp-live").is_visible()


@every_widget
def test_a_screen_reader_meets_one_of_the_two(name, show):
    with show(make(name)) as reader:
        heard = reader.widget().aria_snapshot()
        assert "table" not in heard
        assert "slider" in heard
        reader.page.emulate_media(media="print")
        heard = reader.widget().aria_snapshot()
        assert "table" in heard
        assert "slider" not in heard


@pytest.mark.parametrize("media", ["screen", "print"])
def test_the_picture_is_turned_over_in_the_dark_but_not_on_paper(media, show):
    script = "e => getComputedStyle(e).filter"
    for theme in ("light", "dark"):
        with show(make("Stepper"), theme=theme) as reader:
            reader.page.emulate_media(media=media)
            found = reader.fallback().locator("img").evaluate(script)
            dark = theme == "dark" and media == "screen"
            assert found.startswith("invert(0.88)" if dark else "none")


@pytest.mark.parametrize(
    ("width", "scale"), [(375, 1), (640, 2), (320, 4)], ids=str
)
def test_no_page_scrolls_sideways(width, scale, show):
    # 200 % zoom of 1280 pixels is 640 wide, 400 % is 320.
    view = {"viewport": {"width": width, "height": 700}}
    view |= {"device_scale_factor": scale}
    wide = "document.documentElement.scrollWidth"
    with show(*(make(name, exact=True) for name in NAMES), **view) as reader:
        for option in catalogue.ACTIVATIONS:
            for index in range(len(NAMES)):
                select = reader.chooser(index=index)
                select.select_option(option)
            assert reader.page.evaluate(wide) <= width
        for tab in reader.page.locator(".bp-step").all():
            tab.click()
            assert reader.page.evaluate(wide) <= width


COLOURS = """host => [...host.querySelectorAll(".bp, .bp *")]
  .filter(e => !e.closest("math") && e.getClientRects().length)
  .map(e => getComputedStyle(e)).map(s => [s.color, s.fill, s.stroke,
    s.backgroundColor].join(" "))"""


@every_widget
def test_a_theme_switch_changes_the_colours(name, show):
    with show(make(name)) as reader:
        light = reader.widget().evaluate(COLOURS)
        switch = "t => { document.documentElement.dataset.theme = t; }"
        reader.page.evaluate(switch, "dark")
        dark = reader.widget().evaluate(COLOURS)
        changed = [a for a, b in zip(light, dark, strict=True) if a != b]
        assert len(changed) == len(light)
        reader.page.evaluate(switch, "light")
        assert reader.widget().evaluate(COLOURS) == light


@every_widget
def test_nothing_moves_by_itself(name, show):
    with show(make(name), reduced_motion="reduce") as reader:
        before = reader.html()
        reader.page.wait_for_timeout(2000)
        assert reader.html() == before
        reader.widget().get_by_role("slider").first.press("ArrowRight")
        assert reader.page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme, width, show):
    view = {"viewport": {"width": width, "height": 900}}
    parts = [make(name, exact=True) for name in NAMES]
    parts += [make("Stepper", step=step) for step in (4, 10)]
    with show(*parts, theme=theme, **view) as reader:
        assert accessibility.violations(reader.page, ".bp-host") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_tables(theme, show):
    parts = [make(name) for name in NAMES]
    fill = "html => document.querySelector('main').innerHTML = html"
    with show(*parts, theme=theme) as reader:
        text = "".join(part.page_html() for part in parts)
        reader.page.evaluate(fill, text)
        assert reader.page.locator("table:visible").count() == len(NAMES)
        assert reader.page.locator("img:visible").count() == len(NAMES)
        assert accessibility.violations(reader.page, ".bp-host") == []


@every_widget
def test_the_focus_is_seen(name, show):
    script = "e => getComputedStyle(e).outlineStyle + e.tagName"
    with show(make(name)) as reader:
        seen = set()
        for _ in range(30):
            reader.page.keyboard.press("Tab")
            focused = reader.page.locator(":focus")
            if not focused.count():
                break
            style = focused.evaluate(script)
            assert style.startswith("solid"), style
            seen.add(style.removeprefix("solid"))
        assert {"INPUT", "SELECT", "BUTTON"} <= seen


def test_many_widgets_on_a_page(show):
    parts = [make(name) for name in NAMES * 6]
    with show(*parts) as reader:
        texts = [reader.live(index) for index in range(len(parts))]
        assert all(texts)
        reader.widget(9).get_by_role("slider").first.press("End")
        now = [reader.live(index) for index in range(len(parts))]
        assert [i for i in range(len(parts)) if now[i] != texts[i]] == [9]
        ids = "document.querySelectorAll('.bp-host [id]').length"
        assert reader.page.evaluate(ids) == 0


def test_words_cannot_become_elements(show):
    widget = make("Stepper")
    rows = widget.choices["activation"]
    rows = [["sigmoid", "</script><img src=x>"], *rows[1:]]
    widget.choices = {"activation": rows}
    with show(widget) as reader:
        option = reader.widget().locator("option").first
        assert option.text_content() == "</script><img src=x>"
        assert reader.page.locator("img:not(.bp-still)").count() == 0
