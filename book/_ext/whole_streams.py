"""Sphinx extension: the printed output of a cell keeps its lines.

A kernel sends printed text in pieces, and sometimes cuts within a line. MyST-NB's `nb_merge_streams` puts a line break
between pieces, so a line could become two, and differ from build to build. Here the pieces are joined first.
"""

from myst_nb.core import render

_as_myst_nb_does = render.coalesce_streams


def joined(outputs):
    """The outputs of a cell, with the pieces of each stream joined. The outputs that were given are not changed."""
    whole, streams = [], {}
    for output in outputs:
        stream = output["name"] if output["output_type"] == "stream" else None
        if stream in streams:
            streams[stream]["text"] += output["text"]
            continue
        whole.append(output)
        if stream:
            whole[-1] = streams[stream] = type(output)(output)
    return _as_myst_nb_does(whole)


def setup(app):
    render.coalesce_streams = joined
    return {"parallel_read_safe": True, "parallel_write_safe": True}
