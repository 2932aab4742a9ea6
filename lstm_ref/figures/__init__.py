"""The pictures of the chapters, one module each. A function draws the numbers it is given and says what they show."""

from dataclasses import dataclass

from matplotlib.figure import Figure as _Drawing

from lstm_ref.figures.drawing import forms


@dataclass(frozen=True)
class Figure:
    """A picture, and the sentence that replaces it where it cannot be seen."""

    drawing: _Drawing
    alt: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return forms(self.drawing, self.alt)
