"""Kind: a plain nbgrader test whose hidden part comes onto the page, word for word.

A hidden test runs in the student's own process, so its text can be had there; what is asked is that no page shows it as
it stands. What a notebook writes in a secret form of its own nobody can filter.
"""

# As nbgrader marks it; it stands in the toy course's first test.
HIDDEN = """
### BEGIN HIDDEN TESTS
hidden_canary = 7.2513
np.testing.assert_allclose(double(np.array([hidden_canary])), [14.5026])
### END HIDDEN TESTS
"""
NEVER = r"hidden_canary\s*=|14\.5026"
READ = """
import linecache, sys
kept = []
def text_of_test():
    frame = sys._getframe(2)
    text = "".join(linecache.getlines(frame.f_code.co_filename))
    return text or "\\n".join([str(frame.f_code.co_consts), str(frame.f_code.co_names)])
"""
# name: (the cell double, a last cell, the case)
WAYS = {
    "prints_the_hidden_test": ("print(text_of_test())\n    return 0", "", "plain: prints the hidden test"),
    "keeps_it_for_a_later_cell": (
        "kept.append(text_of_test())\n    return 0",
        "print(*kept)",
        "plain: keeps it for a later cell",
    ),
    "raises_the_hidden_test": ("raise ValueError(text_of_test())", "", ""),
    "warns_of_the_hidden_test": ("import warnings\n    warnings.warn(text_of_test())\n    return 0", "", ""),
    "shows_it_as_html": (
        "from IPython.display import HTML, display\n    import html\n"
        "    display(HTML('<pre>' + html.escape(text_of_test()) + '</pre>'))\n    return 0",
        "",
        "",
    ),
    "shows_it_in_its_repr": (
        "kept.append(text_of_test())\n    return type('T', (float,), {'__repr__': lambda self: kept[0]})()",
        "kept",
        "",
    ),
    "names_a_file_after_it": ("open('kept', 'w').write(text_of_test())\n    return 0", "!cat kept", ""),
    "asks_the_history": ("return 0", "print(In, *[line for line in get_ipython().history_manager.input_hist_raw])", ""),
}


def readers() -> dict[str, dict[str, str]]:
    """The cells of each way, by its name."""
    return {
        name: {"double": f"{READ}\ndef double(x):\n    {way}"} | ({"last": last} if last else {})
        for name, (way, last, _case) in WAYS.items()
    }
