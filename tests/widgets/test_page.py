"""The widgets in a bare page: a real browser, no kernel, no network."""

import pytest
import widget_modules
from backprop import widgets
from backprop.widgets.core.links import box_html
from backprop.widgets.stepper import steps
from ipywidgets import HBox, IntSlider, VBox
from widget_says import assert_agrees

pytestmark = pytest.mark.site

with_handle = pytest.mark.parametrize(
    "name", ["ActivationExplorer", "LearningRateExplorer", "LossSurface"]
)
STEPS = [*steps.WORDS]
TITLES = ["z", "a", "L", "∂L/∂a", "∂a/∂z", "∂L/∂z", "∂L/∂w", "∂L/∂b"]
TITLES += ["new w", "new b", "new L"]
DIGITS = pytest.approx


def make(name, **state):
    return getattr(widgets, name)(**state)


def assert_shows_its_run(reader, index=0, name="Stepper", **given):
    """With all digits on: the line says what ``run()`` computes."""
    state = reader.states()[index]
    assert state["exact"] is True
    shown = {"state": state, "text": reader.live(index)}
    assert assert_agrees(make(name, **given), shown) > 0


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
            assert_shows_its_run(reader, until=until)
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
            reader.button("new w").click()
            assert f"(update {count + 1})" in reader.live()
            reader.button("z").click()
            stepper = make("Stepper", **now)
            assert_shows_its_run(reader)
        reader.slider("w").press("ArrowRight")
        assert "update" not in reader.live()  # these weights are by hand


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


@pytest.mark.parametrize("media", ["screen", "print"])
def test_the_picture_is_turned_over_in_the_dark_but_not_on_paper(media, show):
    script = "e => getComputedStyle(e).filter"
    for theme in ("light", "dark"):
        with show(make("Stepper"), theme=theme) as reader:
            reader.page.emulate_media(media=media)
            found = reader.fallback().locator("img").evaluate(script)
            dark = theme == "dark" and media == "screen"
            assert found.startswith("invert(0.88)" if dark else "none")


def test_words_cannot_become_elements(show):
    widget = make("Stepper")
    rows = widget.choices["activation"]
    rows = [["sigmoid", "</script><img src=x>"], *rows[1:]]
    widget.choices = {"activation": rows}
    with show(widget) as reader:
        option = reader.widget().locator("option").first
        assert option.text_content() == "</script><img src=x>"
        assert reader.page.locator("img:not(.bp-still)").count() == 0


DRAG = """([name, state]) => {
  const model = new Model(state);
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  const stop = views[name].render({ model, el: place });
  const handle = place.querySelector(".bp-handle");
  const { left, top } = handle.getBoundingClientRect();
  const point = (target, type, by) => target.dispatchEvent(
    new PointerEvent(`pointer${type}`, { bubbles: true, view: window,
      clientX: left + 5 - by, clientY: top + 5 + by }));
  const now = () => JSON.stringify(stateOf(model));
  const seen = [now()];
  point(handle, "down", 0);
  point(window, "move", 20);
  seen.push(now());
  stop();
  point(window, "move", 40);
  seen.push(now());
  point(window, "up", 40);
  place.remove();
  return seen;
}"""


@with_handle
def test_a_drag_ends_with_its_view(name, views):
    widget = make(name)
    given = [widget.view, widget_modules.state_of(widget)]
    before, dragged, ended = views.evaluate(DRAG, given)
    assert before != dragged == ended
