"""Sphinx extension: what a cell printed is put together as it was printed.

A kernel sends what is printed in pieces, and now and then the cut falls within a line. MyST-NB's `nb_merge_streams`
puts a line break between pieces, and so a line of one build would be two in the next. Here they are joined first.
"""

from myst_nb.core import render

_as_myst_nb_does = render.coalesce_streams


def joined(outputs):
    """The outputs of a cell, all pieces of one stream in one; those that were given are left as they are."""
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
