"""The training playground: its traits, and what it does in a page."""

import json
import re

import accessibility
import numpy as np
import pytest
import traitlets
import widget_page
from backprop import plotting, widgets
from backprop.numerics import data
from backprop.widgets import TrainingPlayground
from widget_numbers import norms_of
from widget_page import hash_of

site = pytest.mark.site

# What the book promises for a hundred updates; see test_training_kernel.py.
TOLERANCE = 1e-10
# Longer than any replay takes on a slow and busy computer, in milliseconds.
PATIENCE = 60_000


# ---- in Python -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("hidden", [0]),
        ("hidden", [9]),
        ("hidden", [1, 2, 3, 4]),
        ("hidden", [2.0]),
        ("hidden", [True]),
        ("hidden", 8),
        ("hidden", "88"),
        ("hidden", None),
        ("data", "circles"),
        ("data", 1),
        ("pace", "3"),
        ("pace", 10),
        ("batch_size", 0),
        ("batch_size", 201),
        ("batch_size", 1.5),
        ("seed", -1),
        ("seed", 2**32),
        ("update", -1),
        ("update", 20_001),
    ],
)
def test_a_bad_value_is_refused_and_the_old_one_stays(name, bad):
    playground = TrainingPlayground()
    old = getattr(playground, name)
    with pytest.raises(traitlets.TraitError, match=name):
        setattr(playground, name, bad)
    assert getattr(playground, name) == old


def test_the_words_of_a_refusal():
    playground = TrainingPlayground()
    with pytest.raises(traitlets.TraitError) as refusal:
        playground.hidden = [3, 9]
    assert str(refusal.value) == (
        "hidden: found [3, 9], expected at most 3 whole numbers from 1 to 8"
    )
    with pytest.raises(traitlets.TraitError) as refusal:
        playground.data = "circles"
    assert str(refusal.value) == (
        "data: found 'circles', expected one of xor, moons, spirals"
    )


@pytest.mark.parametrize("good", [[], [1], [8, 8, 8], (2, 3)])
def test_hidden_layers(good):
    playground = TrainingPlayground(hidden=good, data="xor")
    assert playground.hidden == [*good]
    layers = playground.run(3)["layers"]
    sizes = [2, *good, 2]
    shapes = [np.shape(layer["W"]) for layer in layers]
    assert shapes == [*zip(sizes[1:], sizes[:-1], strict=True)]


def test_the_points_are_plain_and_never_shared_out_twice():
    for name in ("xor", "moons", "spirals"):
        training, held_out = TrainingPlayground(data=name).examples()
        assert (len(training), len(held_out)) == (200, 100)
        for some in (training, held_out):
            assert np.array_equal(some.X, some.X.round(3))
            assert 0.35 < some.labels.mean() < 0.65
        both = {tuple(row) for row in training.X}
        assert not both & {tuple(row) for row in held_out.X}
    json.dumps(TrainingPlayground().page_state(), allow_nan=False)


@pytest.mark.parametrize("name", ["xor", "moons", "spirals"])
def test_the_default_network_learns_every_data_set(name):
    run = TrainingPlayground(data=name)
    _, rows = run.steps_table()
    assert rows[0][0] == "0"
    step, loss, _, right, held_out = rows[-1]
    assert step == "1000"
    assert float(loss) < 0.2 * float(rows[0][1])
    assert int(right) >= 190
    assert int(held_out) >= 94


def test_a_run_depends_on_the_traits_alone():
    one = TrainingPlayground(update=40)
    other = TrainingPlayground(update=40)
    assert one.run() == other.run() == one.run(40)
    for name, value in [("eta", 0.2), ("seed", 2), ("batch_size", 11)]:
        setattr(other, name, value)
        assert other.run() != one.run()
        setattr(other, name, getattr(one, name))
    assert other.run() == one.run()


def test_data_of_the_reader():
    playground = TrainingPlayground()
    moons = data.moons(40, np.random.default_rng(1))
    playground.add("own", moons, data.xor())
    playground.data = "own"
    training, held_out = playground.examples()
    assert np.array_equal(training.X, moons.X)
    assert np.array_equal(held_out.labels, data.xor().labels)
    assert ["own", "own"] in playground.choices["data"]
    assert len(playground.run(5)["history"]) == 6
    spirals = data.spirals(30, np.random.default_rng(1), classes=3)
    with pytest.raises(ValueError, match=r"training: found .* 3 classes"):
        playground.add("three", spirals, moons)
    with pytest.raises(ValueError, match="held_out: found 7"):
        playground.add("seven", moons, 7)
    assert "three" not in playground.sets
    assert "own" not in TrainingPlayground().sets


def test_the_still_picture_shows_the_run():
    playground = TrainingPlayground(data="moons", update=304)
    with plotting.in_style():
        left, right = playground.still().axes
    history = np.array(playground.run()["history"])
    for line, column in zip(right.lines, (1, 2), strict=True):
        shown = line.get_xydata()
        np.testing.assert_allclose(shown, history[:, [0, column]])
    marks = [line for line in left.lines if line.get_linestyle() == "None"]
    assert sum(len(line.get_xydata()) for line in marks) == 67
    words = playground.still_words()
    loss = playground.run()["history"]
    assert loss[-1][0] == 304
    assert f"{loss[-1][1]:.4g} on the training data" in words
    assert "after 304 updates" in words


# ---- in a page -----------------------------------------------------------


@pytest.fixture
def open_page(browser, tmp_path):
    """Return a function that shows playgrounds and gives a `Reader`."""
    opened = []

    def show(*parts, hash="", theme="light", **options):
        path = widget_page.write(tmp_path, parts, theme)
        context = widget_page.reading(browser, path.as_uri() + hash, **options)
        opened.append(context)
        return context.__enter__()

    yield show
    for context in opened:
        context.__exit__(None, None, None)


def live(reader, index=0):
    return reader.widget(index).locator(".bp-live")


def wait_for(reader, words, index=0):
    """Wait until the line says this; return what it says."""
    line = live(reader, index).filter(has_text=re.compile(words))
    line.wait_for(timeout=PATIENCE)
    return line.text_content()


def state(reader, index=0):
    return reader.states()[index]


def losses(text):
    """The two losses that a line says."""
    found = re.search(r"loss (\S+) on the training data, (\S+) on", text)
    return [float(number) for number in found.groups()]


def assert_is_run(text, shown):
    """The line, with all digits, says what numpy computes."""
    playground = TrainingPlayground(**shown)
    history = playground.run()["history"]
    assert history[-1][0] == shown["update"]
    for found, expected in zip(losses(text), history[-1][1:], strict=True):
        assert abs(found - expected) <= TOLERANCE * max(1, abs(expected))


@site
def test_one_update_at_a_time(open_page):
    reader = open_page(TrainingPlayground(exact=True))
    for count in range(1, 6):
        reader.button("One update").click()
        text = wait_for(reader, f"^Update {count} ")
        shown = state(reader)
        assert shown["update"] == count
        assert_is_run(text, shown)
    reader.button("Reset").click()
    wait_for(reader, "^Update 0 ")
    assert state(reader)["update"] == 0
    reader.check()


@site
def test_play_pause_and_what_is_drawn_equals_numpy(open_page):
    reader = open_page(TrainingPlayground(exact=True, pace="1"), clock=True)
    reader.button("Play").click()
    reader.page.clock.run_for(300)
    wait_for(reader, "training goes on")
    reader.button("Pause").click()
    reader.page.clock.run_for(100)
    text = wait_for(reader, "correct are")
    shown = state(reader)
    assert 15 < shown["update"] < 20
    assert reader.button("Play").count() == 1
    assert_is_run(text, shown)
    reader.page.clock.run_for(500)
    assert state(reader) == shown
    assert live(reader).text_content() == text
    reader.check()


@site
def test_play_with_the_keyboard(open_page):
    reader = open_page(TrainingPlayground())
    reader.button("Play").focus()
    reader.page.keyboard.press("Enter")
    wait_for(reader, "training goes on")
    assert reader.page.locator(":focus").text_content() == "Pause"
    reader.page.keyboard.press("Space")
    wait_for(reader, "correct are")


@site
def test_the_live_line_is_not_flooded(open_page):
    reader = open_page(TrainingPlayground(), clock=True)
    reader.page.evaluate(
        """() => {
          window.said = [];
          const line = document.querySelector(".bp-live");
          new MutationObserver(() => said.push(performance.now()))
            .observe(line, { childList: true, characterData: true,
              subtree: true });
        }"""
    )
    reader.button("Play").click()
    reader.page.clock.run_for(3100)
    gaps = np.diff(reader.page.evaluate("said"))
    assert len(gaps) >= 4
    assert gaps[1:].min() >= 1000  # the first says that training goes on


@site
def test_a_link_makes_the_run_again(open_page):
    shown = {"data": "moons", "hidden": [5], "activation": "relu"}
    shown |= {"eta": 0.1, "batch_size": 20, "seed": 7, "update": 100}
    shown |= {"exact": True, "pace": "100"}
    reader = open_page(TrainingPlayground(), hash=hash_of(shown))
    text = wait_for(reader, "^Update 100 ")
    assert state(reader) == shown
    assert_is_run(text, shown)
    reader.check()


@site
def test_a_change_makes_as_many_updates_again(open_page):
    reader = open_page(TrainingPlayground(exact=True, update=60))
    first = wait_for(reader, "^Update 60 ")
    reader.slider("η").press("ArrowRight")
    second = wait_for(reader, r"^Update 60 .*η = 0\.3[12]")
    assert first != second
    assert_is_run(second, state(reader))
    reader.chooser("units in layer 1").select_option("3")
    wait_for(reader, "^Update 60 ")
    assert state(reader)["hidden"] == [3, 8]
    reader.chooser("hidden layers").select_option("3")
    assert state(reader)["hidden"] == [3, 8, 8]
    reader.chooser("hidden layers").select_option("0")
    assert state(reader)["hidden"] == []
    assert reader.chooser("units in layer 1").count() == 0
    assert_is_run(wait_for(reader, "^Update 60 "), state(reader))
    reader.button("New weights").click()
    text = wait_for(reader, "^Update 0 ")
    assert state(reader)["seed"] == 2
    assert_is_run(text, state(reader))
    reader.check()


@site
@pytest.mark.parametrize("eta", [1e6, 1e12])
def test_what_diverges_is_said_in_words(eta, open_page):
    wild = TrainingPlayground(activation="relu", eta=eta, update=100)
    expected = wild.run()["diverged"]
    reader = open_page(wild)
    text = wait_for(reader, "diverges")
    assert f"Update {expected} diverges" in text
    assert "Try a smaller η" in text
    assert state(reader)["update"] == 100  # what was asked for stays
    for name in ("Play", "One update"):
        assert reader.button(name).get_attribute("aria-disabled") == "true"
        before = reader.live()
        reader.button(name).click(force=True)
        assert reader.live() == before
    reader.check()


@site
def test_playing_stops_where_it_diverges(open_page):
    wild = TrainingPlayground(activation="relu", eta=1e4)
    expected = wild.run(200)["diverged"]
    reader = open_page(wild)
    reader.button("Play").click()
    text = wait_for(reader, "diverges")
    assert f"Update {expected} diverges" in text
    assert state(reader)["update"] == expected - 1
    assert reader.button("Pause").count() == 0
    reader.check()


@site
def test_a_loss_worse_than_guessing_is_remarked(open_page):
    reader = open_page(TrainingPlayground(eta=1e3, update=60))
    text = wait_for(reader, "^Update 60 ")
    assert "worse than guessing" in text
    assert "η" in text.split("guessing")[1]


def corner(reader, index=0):
    """The pixels of the map, and of the network's drawing, as text."""
    reader.wait_until_drawn()
    return reader.widget(index).evaluate(
        "e => [...e.querySelectorAll('canvas')].map(c => c.toDataURL())"
    )


@site
def test_a_unit_shows_its_own_map(open_page):
    reader = open_page(TrainingPlayground(update=20))
    wait_for(reader, "^Update 20 ")
    plain, _ = corner(reader)
    caption = reader.widget().locator(".bp-aside").first
    units = reader.widget().locator("[data-at]")
    assert units.count() == 2 + 8 + 8 + 2
    seen = {plain}
    for place in ("1,0", "1,7", "2,3"):
        unit = reader.widget().locator(f'[data-at="{place}"]')
        unit.hover()
        layer, number = place.split(",")
        words = f"Unit {int(number) + 1} of layer {layer}, over the inputs"
        assert caption.text_content().startswith(words)
        assert unit.get_attribute("aria-pressed") == "true"
        assert "bias" in unit.get_attribute("aria-label")
        seen.add(corner(reader)[0])
    assert len(seen) == 4
    reader.page.mouse.move(5, 5)
    assert corner(reader)[0] == plain
    assert caption.text_content().startswith("The output")


@site
def test_units_by_keyboard(open_page):
    reader = open_page(TrainingPlayground(hidden=[3]))
    units = reader.widget().locator("[data-at]")
    stops = units.evaluate_all("all => all.map(u => u.tabIndex)")
    assert sorted(stops) == [-1] * (len(stops) - 1) + [0]
    reader.widget().locator('[data-at="0,0"]').focus()
    walk = [("Right", "1,0"), ("Down", "1,1"), ("Down", "1,2")]
    walk += [("Down", "1,2"), ("Right", "2,1"), ("Right", "2,1")]
    walk += [("Up", "2,0"), ("Left", "1,0"), ("Left", "0,0")]
    for key, place in [*walk, ("Left", "0,0")]:
        reader.page.keyboard.press(f"Arrow{key}")
        focused = reader.page.locator(":focus")
        assert focused.get_attribute("data-at") == place
        assert focused.get_attribute("aria-pressed") == "true"
    reader.button("Play").focus()
    pressed = reader.widget().locator('[aria-pressed="true"]')
    assert pressed.count() == 0


@site
def test_units_by_touch(open_page):
    reader = open_page(TrainingPlayground(), has_touch=True)
    unit = reader.widget().locator('[data-at="2,4"]')
    unit.scroll_into_view_if_needed()
    unit.tap()
    caption = reader.widget().locator(".bp-aside").first
    assert caption.text_content().startswith("Unit 5 of layer 2")


@site
def test_two_playgrounds_on_a_page(open_page):
    parts = [TrainingPlayground(data=name) for name in ("xor", "moons")]
    reader = open_page(*parts)
    other = reader.live(1)
    reader.button("Play", 0).click()
    wait_for(reader, "training goes on", 0)
    assert reader.live(1) == other
    reader.button("Play", 1).click()
    wait_for(reader, "training goes on", 1)
    reader.button("Pause", 0).click()
    wait_for(reader, "correct are", 0)
    reader.button("Pause", 1).click()
    wait_for(reader, "correct are", 1)
    one, two = (shown["update"] for shown in reader.states())
    assert one > 0
    assert two > 0
    reader.check()


@site
def test_the_run_before_stays_as_a_grey_line(open_page):
    reader = open_page(TrainingPlayground(update=60, hidden=[4]), clock=True)
    reader.page.clock.run_for(100)
    wait_for(reader, "^Update 60 ")
    curve = reader.widget().locator(".bp-curve").first
    before = reader.widget().locator("path.bp-last")
    named = reader.widget().get_by_text("the run before")
    assert before.get_attribute("d") == ""
    assert not named.is_visible()
    drawn = curve.get_attribute("d")
    reader.slider("batch size").press("End")
    reader.page.clock.run_for(100)
    wait_for(reader, "epoch 60")
    assert before.get_attribute("d") == drawn  # the axes are the same
    assert named.is_visible()
    now = curve.get_attribute("d")
    assert now != drawn
    reader.button("Reset").click()
    reader.page.clock.run_for(100)
    wait_for(reader, "^Update 0 ")
    assert before.get_attribute("d") == now
    reader.button("Play").click()  # a run that is broken off is one too
    reader.page.clock.run_for(500)
    reader.button("Reset").click()
    reader.page.clock.run_for(100)
    wait_for(reader, "^Update 0 ")
    points = before.get_attribute("d").count("L")
    assert points > 20


@site
def test_the_gradients_and_the_curves_are_of_the_drawn_weights(open_page):
    reader = open_page(TrainingPlayground(update=30, exact=True, hidden=[4]))
    wait_for(reader, "^Update 30 ")
    shown = reader.widget().locator(".bp-norm .bp-reading")
    found = [float(text) for text in shown.all_text_contents()]
    playground = TrainingPlayground(**state(reader))
    assert norms_of(playground) == pytest.approx(found, rel=1e-9)


def count_frames(reader):
    """Count, from now on, the animation frames that are asked for."""
    reader.page.evaluate(
        """() => {
          window.asked = 0;
          const ask = requestAnimationFrame;
          window.requestAnimationFrame = (act) => {
            window.asked += 1;
            return ask(act);
          };
        }"""
    )


def frames_in(reader, milliseconds):
    """How many frames are asked for in some time."""
    before = reader.page.evaluate("asked")
    reader.page.clock.run_for(milliseconds)
    return reader.page.evaluate("asked") - before


# Until the browser has told everyone that a widget is on or off the screen:
# who watched it before is told before.
IS_ON_SCREEN = """(host, expected) => new Promise((done) => {
  new IntersectionObserver(([{ isIntersecting }], eyes) => {
    if (isIntersecting !== expected) return;
    eyes.disconnect();
    done();
  }).observe(host);
})"""


@site
def test_nothing_runs_when_the_widget_is_gone(open_page):
    reader = open_page(TrainingPlayground(), clock=True)
    count_frames(reader)
    reader.button("Play").click()
    assert frames_in(reader, 500) > 1
    host = reader.widget().element_handle()
    host.evaluate("host => host.remove()")
    host.evaluate(IS_ON_SCREEN, False)
    assert frames_in(reader, 500) == 0


@site
def test_nothing_runs_when_nothing_is_to_be_done(open_page):
    reader = open_page(TrainingPlayground(update=30), clock=True)
    count_frames(reader)
    reader.page.clock.run_for(500)
    wait_for(reader, "^Update 30 ")
    assert frames_in(reader, 500) == 0


# A machine on which an update takes half a millisecond, and a picture ten.
SLOW_MACHINE = """() => {
  const { now } = performance;
  let worked = 0;
  performance.now = () => now.call(performance) + (worked += 0.5);
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...all) {
    worked += 10;
    return clearRect.apply(this, all);
  };
}"""


@site
def test_slow_pictures_do_not_slow_a_run_that_is_made_again(open_page):
    reader = open_page(TrainingPlayground(update=200), clock=True)
    reader.page.clock.run_for(1000)
    reader.page.evaluate(SLOW_MACHINE)
    for key in ("End", "Home", "End"):
        before = wait_for(reader, "^Update 200 ")
        reader.slider("η").press(key)
        reader.page.clock.run_for(16 * 20)  # 16 updates in each frame
        assert wait_for(reader, "^Update 200 ") != before


@site
def test_out_of_sight_it_waits(open_page):
    reader = open_page(TrainingPlayground(), clock=True)
    count_frames(reader)
    page = "document.body.style.paddingBottom = '5000px'"
    reader.page.evaluate(page)
    reader.button("Play").click()
    assert frames_in(reader, 100) > 5
    wait_for(reader, "training goes on")
    reader.page.evaluate("scrollTo(0, 4000)")
    reader.widget().evaluate(IS_ON_SCREEN, False)
    reader.page.clock.run_for(100)
    before = reader.live()
    assert frames_in(reader, 1500) == 0
    assert reader.live() == before
    reader.page.evaluate("scrollTo(0, 0)")
    reader.widget().evaluate(IS_ON_SCREEN, True)
    assert frames_in(reader, 1500) > 80
    assert reader.live() != before


@site
def test_little_motion_is_drawn_twice_a_second(open_page):
    counts = {}
    for motion in ("no-preference", "reduce"):
        options = {"reduced_motion": motion, "clock": True}
        reader = open_page(TrainingPlayground(), **options)
        said = reader.live()
        assert ("twice a second" in said) is (motion == "reduce")
        reader.page.evaluate(
            """() => {
              window.drawn = 0;
              const put = CanvasRenderingContext2D.prototype.clearRect;
              CanvasRenderingContext2D.prototype.clearRect = function (...a) {
                window.drawn += 1;
                return put.apply(this, a);
              };
            }"""
        )
        reader.button("Play").click()
        reader.page.clock.run_for(100)
        wait_for(reader, "training goes on")
        reader.page.evaluate("window.drawn = 0")
        reader.page.clock.run_for(2000)
        counts[motion] = reader.page.evaluate("drawn")
        assert state(reader)["update"] > 0
    assert counts["reduce"] <= 5 < counts["no-preference"]


@site
def test_the_theme_is_followed_while_it_stands(open_page):
    reader = open_page(TrainingPlayground(update=20))
    wait_for(reader, "^Update 20 ")
    light = corner(reader)
    switch = "t => { document.documentElement.dataset.theme = t; }"
    reader.page.evaluate(switch, "dark")
    dark = corner(reader)
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    reader.page.evaluate(switch, "light")
    assert corner(reader) == light


@site
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_while_it_plays_or_diverges(theme, open_page):
    parts = [
        TrainingPlayground(hidden=[1, 2, 3]),
        TrainingPlayground(activation="relu", eta=1e12, update=9),
    ]
    reader = open_page(*parts, theme=theme)
    wait_for(reader, "diverges", 1)
    reader.widget().locator('[data-at="1,0"]').focus()
    reader.button("Play", 0).click()
    wait_for(reader, "training goes on", 0)
    assert accessibility.violations(reader.page, ".bp-host") == []
    reader.check()


def test_it_is_one_of_the_widgets():
    assert "TrainingPlayground" in widgets.__all__
