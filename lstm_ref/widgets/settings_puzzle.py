"""SettingsPuzzle: a target memory, and the gates with which to reach it."""

import numpy as np
import traitlets

from lstm_ref.core.memory import run_memory
from lstm_ref.messages import _
from lstm_ref.radar.puzzles import NEAR, PUZZLES, written
from lstm_ref.widgets.base import CourseWidget, Gate, Step, Within, front_end

STEPS = 16


class SettingsPuzzle(CourseWidget):
    """A dotted line shows the memory that some settings gave. Move the gates until your memory lies on it.

    `SettingsPuzzle("latch")`; the puzzles are "leaky", "latch" and "bump". `f`, `i`: sixteen fractions each, or one for
    every step; `c_prev`: the memory before the first step. Read `c` and `target` (17 numbers each: before the first
    step, then after each), `candidate` (16), `distance` (the largest between the two, over all steps), `farthest` (the
    step of that distance) and `settings`, which is what the exercise asks for.

    Raises traitlets.TraitError for values out of range and lists of the wrong length.
    """

    _esm = front_end("lanes", "drawn_gates", "settings_puzzle")

    puzzle = traitlets.Enum(tuple(PUZZLES), "leaky").tag(sync=True)
    f = Gate(STEPS, default=0.5).tag(sync=True)
    i = Gate(STEPS, default=0.5).tag(sync=True)
    c_prev = Within(-1.0, 1.0, default=0.0).tag(sync=True)
    t = Step(1, STEPS, default=1).tag(sync=True)
    scope = traitlets.Enum(["one", "every"], "one").tag(sync=True)
    puzzles = traitlets.Dict(read_only=True).tag(sync=True)
    candidate = traitlets.List(read_only=True).tag(sync=True)
    near = traitlets.Float(NEAR, read_only=True).tag(sync=True)

    c = traitlets.List(read_only=True)
    distance = traitlets.Float(read_only=True)
    farthest = traitlets.Int(read_only=True)

    def __init__(self, puzzle: str = "leaky", **values):
        super().__init__(puzzle=puzzle, **values)

    @traitlets.default("puzzles")
    def _all_puzzles(self):
        return {key: {"target": list(p.target), "each_step": p.each_step} for key, p in PUZZLES.items()}

    @traitlets.default("candidate")
    def _written(self):
        return written().tolist()

    @traitlets.observe("f", "i", "c_prev", "puzzle")
    def _recompute(self, _change=None):
        f, i, candidate = (np.array(row)[None, :, None] for row in (self.f, self.i, self.candidate))
        self.set_trait("c", [self.c_prev, *run_memory(f, i, candidate, np.array([[self.c_prev]]))[0, :, 0].tolist()])
        apart = np.abs(np.array(self.c) - self.target)
        self.set_trait("distance", float(apart.max()))
        self.set_trait("farthest", int(apart.argmax()))

    @property
    def target(self) -> list[float]:
        """The memory to be found: 17 numbers."""
        return list(PUZZLES[self.puzzle].target)

    @property
    def settings(self) -> dict:
        """The settings now on show, as the exercise wants them returned: a dict with the keys f, i and c_prev."""
        one_for_all = not PUZZLES[self.puzzle].each_step and len(set(self.f)) == len(set(self.i)) == 1
        gates = (self.f[0], self.i[0]) if one_for_all else (list(self.f), list(self.i))
        return dict(zip(("f", "i", "c_prev"), (*gates, self.c_prev), strict=True))

    def summary(self):
        if self.distance <= NEAR:
            return self.labels["found"].format(near=NEAR)
        apart = self.c[self.farthest] - self.target[self.farthest]
        return self.labels["too_high" if apart > 0 else "too_low"].format(t=self.farthest, distance=f"{abs(apart):.3f}")

    def picture(self):
        from lstm_ref.figures.drawing import COLOURS, INK, axes_in_a_row

        figure, (above, below) = axes_in_a_row(2, rows=True, sharex=True, figsize=(5.4, 3.4), height_ratios=[3, 1])
        steps = range(STEPS + 1)
        above.plot(steps, self.target, ":", marker="x", color=INK, label=self.labels["target"])
        above.plot(steps, self.c, "o-", color=COLOURS["c"], label=self.labels["c"])
        above.set(ylim=(-0.1, None))
        above.legend(ncols=2)
        below.bar(steps[1:], self.candidate, 0.7, color=COLOURS["candidate"])
        below.set(ylabel=self.labels["candidate"], xlabel=self.labels["step"], xticks=steps)
        return figure

    def texts(self):
        return {
            "title": _("Find the settings"),
            "puzzle": _("Target"),
            "leaky": _("1. Leaky integrator"),
            "latch": _("2. Latch"),
            "bump": _("3. Bump kept, spike dropped"),
            "f": _("forget gate"),
            "i": _("input gate"),
            "c": _("your memory"),
            "target": _("target"),
            "candidate": _("candidate"),
            "c_prev": _("memory at the start"),
            "step": _("step"),
            "gates": _("Settings"),
            "scope": _("A stroke sets"),
            "scope_one": _("the steps under it"),
            "scope_every": _("every step"),
            "bar": _("{gate}, step {t}"),
            "how": _(
                "Draw in the two lanes. With the keyboard: left and right choose a step, up and down change its gate."
            ),
            "plot": _("Your memory and the target at each step, and the candidate below"),
            "plot_words": _("The target, from step 0 on: {target}. Your memory: {c}."),
            "distance": _("Largest distance"),
            "found": _("Found: your memory lies on the target, within {near} at every step."),
            "too_high": _("Farthest apart at step {t}: your memory is {distance} too high there."),
            "too_low": _("Farthest apart at step {t}: your memory is {distance} too low there."),
            "enough": _("{near} is near enough."),
            "code": _("What to return in the exercise"),
            "table": _("Both memories in numbers"),
        }
