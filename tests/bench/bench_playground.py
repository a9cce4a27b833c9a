"""The playground while it trains 2-8-8-2 on 200 points, in Chromium.

Frames. While it plays, every animation frame is timed twice: its *work*,
from the start of the callback to the moment after style, layout and paint
(a message posted in the callback arrives then), and its *interval*, the time
since the frame before. At 60 frames a second there are 16.7 ms for the work.
A headless browser has no screen to wait for, so intervals vary by some
tenths of a millisecond around 16.7: above 17.7 a frame is late, by more than
jitter, and above 25, which is a frame and a half, one is lost. Judged are
the frames with too much work and the lost ones.

Again. From an input of the slider of η to the frame that shows the pictures of
the run made again, with the processor slowed down four times; it waits for
ticks of the screen, and has no limit.

Updates. The kernel of the widget against the algorithm of TensorFlow
Playground, written plainly in JavaScript (`plain_playground.js`): the same
network, first weights, points, batches and learning rate, so that both make
the same run, which is checked to nine digits before the clock is read.

Run it with ``make bench``.
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
sys.path.insert(0, str(TESTS.parent / "browser"))

import chromium
import house
import widget_page

from backprop.widgets import TrainingPlayground

SOURCES = house.ROOT / "code/backprop/widgets"
PACES = {"1": 10, "10": 10, "100": 2}
"""Updates a frame, and seconds of play: 20,000 updates are the most."""

SLOWER, INPUTS = 4, 60
FRAME, LATE, LOST = 1000 / 60, 17.7, 25.0  # milliseconds
FEW = 0.05
"""Largest acceptable share of frames with too much work, and of lost ones."""

BATCHES = (1, 10, 200)
PAGE = "<!doctype html><meta charset=utf-8><title>Updates</title>"

# Time each animation frame of the page.
WATCH = """
window.frames_seen = [];
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (act) => ask((now) => {
  const start = performance.now();
  const channel = new MessageChannel();
  const seen = { now, work: null, script: null };
  channel.port1.onmessage = () => { seen.work = performance.now() - start; };
  window.frames_seen.push(seen);
  act(now);
  seen.script = performance.now() - start;
  channel.port2.postMessage(null);
});
"""

# Updates a second of both, and how far their weights are apart.
RACE = """async ([settings, milliseconds]) => {
  const { Training } = await import("/training_playground/compute.js");
  const { forwards, backwards } = await import("/generated/formulas.js");
  const plain = await import("/plain_playground.js");
  const random = await import("/training_playground/random.js");
  const { generator, shuffle } = random;
  class Quick extends Training { record() {} }  // no loss curves

  function ours() {
    const passes = { forward: forwards.tanh, backward: backwards.tanh };
    const run = new Quick({ ...settings, passes });
    return { first: run.layers, update: () => run.update(),
      layers: () => run.layers };
  }

  function theirs(first) {
    const { points, batchSize, eta, seed } = settings;
    const network = plain.buildNetwork(first);
    const data = points.training.map(([a, b, label]) =>
      ({ input: [a, b], label }));
    const draw = generator(seed);
    for (const { W } of first) W.flat().forEach(draw);
    const order = new Int32Array(data.length);
    let next = data.length;
    function update() {
      if (next >= data.length) { shuffle(order, draw); next = 0; }
      const end = Math.min(data.length, next + batchSize);
      for (; next < end; next += 1) {
        const { input, label } = data[order[next]];
        plain.forwardProp(network, input);
        plain.backProp(network, label);
      }
      plain.updateWeights(network, eta);
    }
    return { update, layers: () => plain.weightsOf(network) };
  }

  const flat = (layers) => layers.flatMap(({ W, b }) => [...W.flat(), ...b]);
  const [one, two] = [ours(), theirs(ours().first)];
  for (let i = 0; i < 100; i += 1) { one.update(); two.update(); }
  const there = flat(two.layers());
  const gap = Math.max(
    ...flat(one.layers()).map((w, i) => Math.abs(w - there[i])));

  function perSecond({ update }) {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < milliseconds)
      for (let i = 0; i < 20; i += 1) { update(); count += 1; }
    return (1000 * count) / (performance.now() - start);
  }
  const rates = [[], []];
  for (let round = 0; round < 7; round += 1)
    [one, two].forEach((run, i) => rates[i].push(perSecond(run)));
  return { gap, ours: rates[0].slice(2), theirs: rates[1].slice(2) };
}"""


# From a slider's input to the pictures of the run that is made again.
AGAIN = """async ([input, count]) => {
  const line = document.querySelector(".bp-live");
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(null);
  }));
  const times = [];
  for (let i = 0; i < count; i += 1) {
    await frame();
    const before = line.textContent;
    const start = performance.now();
    input.value = -1.5 + ((i * 0.618034) % 1);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    while (line.textContent === before) await frame();
    await frame();
    times.push(performance.now() - start);
  }
  return times.slice(5);
}"""


def again(browser, folder, updates):
    """Milliseconds from an input to the pictures, one for each input."""
    path = widget_page.write(
        Path(folder), [TrainingPlayground(update=updates)]
    )
    with widget_page.reading(browser, path.as_uri(), own=True) as reader:
        reader.wake()
        reader.page.wait_for_timeout(2000)
        session = reader.page.context.new_cdp_session(reader.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        slider = reader.slider("η").element_handle()
        return reader.page.evaluate(AGAIN, [slider, INPUTS])


def frames(browser, folder, pace):
    """Play for some seconds; the frames, and the updates made."""
    part = TrainingPlayground(pace=pace)
    path = widget_page.write(Path(folder), [part])
    with widget_page.reading(browser, path.as_uri(), own=True) as reader:
        reader.wake()
        reader.page.evaluate(WATCH)
        reader.button("Play").click()
        reader.page.wait_for_timeout(1000)  # compiled by then
        reader.page.evaluate("window.frames_seen.length = 0")
        reader.page.wait_for_timeout(1000 * PACES[pace])
        seen = reader.page.evaluate("window.frames_seen.slice(0, -1)")
        reader.button("Pause").click()
        return seen, reader.states()[0]["update"]


def report_frames(pace, seen, updates):
    """Print a row; tell whether frames are in time."""
    work = [frame["work"] for frame in seen]
    times = [frame["now"] for frame in seen]
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    heavy, late, lost = (
        above(FRAME, work),
        above(LATE, gaps),
        above(LOST, gaps),
    )
    median, most = statistics.median(work), statistics.quantiles(work, n=20)
    print(
        f"{pace:>8}{updates:>9}{median:>8.2f}{most[-1]:>8.2f}{heavy:>9.2%}"
        f"{1000 / statistics.mean(gaps):>10.1f}"
        f"{statistics.median(gaps):>10.2f}{late:>9.2%}{lost:>8.2%}"
    )
    return heavy <= FEW and lost <= FEW


def above(limit, times):
    """The share of the times that are longer."""
    return sum(time > limit for time in times) / len(times)


def print_frames(browser, folder):
    """Print the table of frames; tell whether all paces are in time."""
    print("while it plays: 2-8-8-2, 200 points, batches of 10; ms")
    print(
        f"limits: work above {FRAME:.1f} in {FEW:.0%} of the frames, "
        f"intervals above {LOST:g} (lost frames) in {FEW:.0%}"
    )
    print(
        f"{'pace':>8}{'updates':>9}{'work':>8}{'95 %':>8}{'> 16.7':>9}"
        f"{'frames/s':>10}{'interval':>10}{'> 17.7':>9}{'> 25':>8}"
    )
    good = [
        report_frames(pace, *frames(browser, folder, pace)) for pace in PACES
    ]
    return all(good)


def race(browser, folder):
    """Updates a second: rows of batch size, ours, theirs, gap."""
    site = Path(folder) / "site"
    shutil.copytree(SOURCES, site)
    plain = Path(__file__).parent / "plain_playground.js"
    shutil.copy(plain, site)
    (site / "index.html").write_text(PAGE, encoding="utf-8")
    points = TrainingPlayground().sets["spirals"]
    with widget_page.served(site) as address:
        page = browser.new_page()
        page.goto(address)
        for size in BATCHES:
            settings = {"points": points, "hidden": [8, 8], "eta": 0.1}
            settings |= {"batchSize": size, "seed": 1}
            found = page.evaluate(RACE, [settings, 500])
            yield size, found
        page.close()


def report_race(size, found):
    """Print a row; tell whether both made the same run."""
    ours, theirs = (statistics.median(found[k]) for k in ("ours", "theirs"))
    print(
        f"{size:>10}{ours:>12,.0f}{theirs:>12,.0f}{ours / theirs:>8.2f}"
        f"{found['gap']:>12.1e}"
    )
    return found["gap"] < 1e-9


def main():
    """Print the tables; exit with 1 if a limit or a run is missed."""
    with tempfile.TemporaryDirectory() as folder, chromium.browser() as run:
        good = print_frames(run, folder)
        print(f"\nfrom η to the pictures, {SLOWER} times slower, ms")
        print(f"{'updates':>8}{'median':>10}{'95 %':>8}")
        for count in (0, 200, 2000):
            times = again(run, folder, count)
            most = statistics.quantiles(times, n=20)[-1]
            print(f"{count:>8}{statistics.median(times):>10.1f}{most:>8.1f}")
        print("\nupdates a second, tanh, no loss curves, median of 5 runs")
        head = f"{'batch size':>10}{'kernel':>12}{'plain':>12}"
        print(head + f"{'ratio':>8}{'apart':>12}")
        for size, found in race(run, folder):
            good &= report_race(size, found)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
