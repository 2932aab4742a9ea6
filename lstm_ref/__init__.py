"""The reference LSTM of the course: equations, checks, figures and widgets.

`import lstm_ref` loads NumPy only. Each name that `__init__.pyi` lists is found in its module when it is first used,
so that torch, matplotlib and the widgets cost nothing to those who do not need them. Editors read that file, too.
"""

import lazy_loader

_found, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module 'lstm_ref' has no attribute {name!r}")
    return _found(name)
