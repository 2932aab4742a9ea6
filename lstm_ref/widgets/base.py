"""The base of every widget of the course: its JavaScript in one text, checked numbers, labels, a still picture.

A widget's front end is `base.js` followed by its own file, as one text: no imports, so that it runs from a Blob URL in
a page opened from disk. Every text that a reader sees goes through `labels`, so that it can be translated in Python.
"""

import math
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from lstm_ref.messages import _

HERE = Path(__file__).parent


def front_end(*names: str) -> str:
    """The JavaScript of one widget: the shared base, then `<name>.js` of each name, the widget's own last."""
    return "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("base", *names))


def checked(where: str, value, low: float, high: float) -> float:
    """`value` as a float from `low` to `high`. Raises a TraitError that says where, what and why for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not low <= number <= high:  # written so that nan is refused
        raise traitlets.TraitError(
            _("{where} is {value!r}, expected a number from {low:g} to {high:g}").format(
                where=where, value=value, low=low, high=high
            )
        )
    return number


def checked_row(where: str, values, steps: int, low: float, high: float) -> list[float]:
    """`values` as a list of `steps` floats from `low` to `high`. Raises TraitError for anything else."""
    values = list(values) if np.iterable(values) else values
    if not isinstance(values, list) or len(values) != steps:
        got = _("{n} values").format(n=len(values)) if isinstance(values, list) else repr(values)
        raise traitlets.TraitError(
            _("{where} is {got}, expected {steps} values, one per step").format(where=where, got=got, steps=steps)
        )
    return [checked(f"{where}[{n}]", value, low, high) for n, value in enumerate(values)]


class Within(traitlets.TraitType):
    """A float from `low` to `high`, ends included."""

    def __init__(self, low: float, high: float, default: float):
        super().__init__(default_value=default)
        self.low, self.high = low, high

    def validate(self, obj, value):
        return checked(f"{type(obj).__name__}.{self.name}", value, self.low, self.high)


class Step(traitlets.TraitType):
    """A whole number from `low` to `high`, ends included."""

    def __init__(self, low: int, high: int, default: int):
        super().__init__(default_value=default)
        self.low, self.high = low, high

    def validate(self, obj, value):
        number = checked(f"{type(obj).__name__}.{self.name}", value, self.low, self.high)
        if number != int(number):
            raise traitlets.TraitError(
                _("{where} is {value!r}, expected a whole number").format(
                    where=f"{type(obj).__name__}.{self.name}", value=value
                )
            )
        return int(number)


class Gate(traitlets.TraitType):
    """One fraction per step, as a list of `steps` floats from 0 to 1. A single number stands for every step."""

    def __init__(self, steps: int, default: float):
        super().__init__(default_value=[float(default)] * steps)
        self.steps = steps

    def validate(self, obj, value):
        where = f"{type(obj).__name__}.{self.name}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            return [checked(where, value, 0, 1)] * self.steps
        return checked_row(where, value, self.steps, 0, 1)


class CourseWidget(anywidget.AnyWidget):
    """Base of the course's widgets: a subclass defines its traits, `_esm`, `texts`, `summary` and `picture`.

    If some traits follow from others, it also defines `_recompute` and lets it observe those others.
    """

    _css = (HERE / "base.css").read_text(encoding="utf-8")

    labels = traitlets.Dict(read_only=True, help="every text of the widget, in the reader's language").tag(sync=True)
    presets = traitlets.List(read_only=True, help="settings worth seeing, for the buttons").tag(sync=True)
    limits = traitlets.Dict(read_only=True, help="name -> [low, high] of each slider").tag(sync=True)

    @traitlets.default("labels")
    def _labels_from_catalogue(self):
        return self.texts()

    @traitlets.default("limits")
    def _limits_from_traits(self):
        ranged = {name: trait for name, trait in self.traits().items() if isinstance(trait, (Within, Step))}
        return {name: [trait.low, trait.high] for name, trait in ranged.items()}

    @traitlets.default("presets")
    def _presets_from_examples(self):
        return self.examples()

    def __init__(self, **values):
        super().__init__(**values)
        self._recompute()

    def _recompute(self, _change=None):
        """Set the traits that follow from others."""

    @staticmethod
    def examples() -> list[dict]:
        """Settings worth seeing, each with a "key", a "label" and traits; none by default."""
        return []

    def show(self, key: str) -> None:
        """Take the settings of one of the examples. For an unknown key, raises a KeyError that names them all."""
        known = {preset["key"]: preset for preset in self.presets}
        if key not in known:
            raise KeyError(_("no example is called {key!r}; there are {known}").format(key=key, known=", ".join(known)))
        for name in [name for name in known[key] if self.has_trait(name)]:
            setattr(self, name, known[key][name])

    def texts(self) -> dict:
        """name -> text, for the front end."""
        raise NotImplementedError

    def summary(self) -> str:
        """The widget's state in one or two sentences: the still picture's description."""
        raise NotImplementedError

    def picture(self):
        """A matplotlib Figure of the widget's state, for readers without JavaScript and for paper."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        """The live view, and a picture and a sentence for places where no code can run."""
        from lstm_ref.figures.drawing import forms

        data, metadata = super()._repr_mimebundle_(**kwargs)
        alt = self.summary()
        return {**data, **forms(self.picture(), alt, "lstm-still", caption=alt)}, metadata
