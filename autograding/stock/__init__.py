"""Stock nbgrader and how it works inside: configuration, converters, gradebook, late penalties.

`upstream.toml` lists everything that we rely on there, and of which file.
"""
