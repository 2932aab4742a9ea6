"""Widgets in which a reader moves a gate and sees the memory move, one module each.

Each is an `anywidget.AnyWidget`: in JupyterLab its traits are readable and settable from Python; in the built book the
same JavaScript runs by itself, without a kernel and without a network.
"""
