"""Kind: the problem that was asked is carried to the student's page, and answered by heart in a second hand-in.

Each way below is code that hands on the text `found`, which holds the problem. What it hands on may be read after
"PROBLEM" on the page; the same student then hands in its answer, in plain numbers.
"""

import re

from kinds import Member, coded

CARRIED = r"PROBLEM[ _]\S*\d\.\d{6}"
FOUND = """
import contextlib, glob, logging, os, socket, sys, threading, warnings
LABEL = "PROB" + "LEM"
def text_of(x): return LABEL + " " + ",".join(repr(float(value)) for value in x)
"""
# What `double` does with the text; what a cell at the end does with what was left; and the case that it is, if known.
WAYS = {
    "raises_the_problem": ("raise ValueError(found)", "", "raises_the_problem"),
    "raises_it_as_a_key": ("raise KeyError(found)", "", ""),
    "raises_it_in_a_note": ("error = ValueError('see the note')\n    error.add_note(found)\n    raise error", "", ""),
    "raises_a_class_of_that_name": ("raise type(found.replace(' ', '_'), (Exception,), {})('see my name')", "", ""),
    "raises_it_as_a_cause": ("raise ValueError('because') from RuntimeError(found)", "", ""),
    "raises_it_as_a_syntax_error": ("exec(found)", "", ""),
    "raises_it_in_a_group": ("raise ExceptionGroup(found, [ValueError(found)])", "", ""),
    "raises_it_with_exit": ("raise SystemExit(found)", "", ""),
    "asserts_it": ("assert False, found", "", ""),
    "divides_by_its_name": ("return eval(found.replace(' ', '_').replace(',', '+'))", "", ""),
    "returns_it_as_text": ("return found", "", ""),
    "returns_what_shows_it": ("return type('T', (), {'__repr__': lambda self: found})()", "", ""),
    "returns_it_as_a_dictionary": ("return {found: 1}", "", ""),
    "returns_it_as_numbers": ("return [LABEL + ' ' + repr(float(value)) for value in x]", "", ""),
    "returns_a_class_of_that_name": ("return type(found.replace(' ', '_'), (), {})", "", ""),
    "returns_it_in_bytes": ("return found.encode()", "", ""),
    "leaves_the_problem_in_a_file": (
        "open('left', 'w').write(found)",
        "print(open('left').read())",
        "leaves_the_problem_in_a_file",
    ),
    "leaves_it_in_many_folders": (
        "for place in PLACES:\n        with contextlib.suppress(OSError):\n"
        "            open(f'{place}/left', 'w').write(found)",
        "for place in PLACES:\n    with contextlib.suppress(OSError):\n        print(open(f'{place}/left').read())",
        "",
    ),
    "leaves_it_as_a_files_name": ("open(found.replace(' ', '_'), 'w')", "print(os.listdir())", ""),
    "leaves_it_as_a_time": (
        "open('left', 'w')\n    os.utime('left', ns=(int(abs(x[0]) * 10**9), 0))",
        "print(LABEL, os.stat('left').st_atime_ns / 10**9)",
        "",
    ),
    "sends_it_to_a_thread": (
        "with socket.socket(socket.AF_UNIX) as s:\n        s.connect('\\0told')\n        s.sendall(found.encode())",
        "import time\ntime.sleep(0.2)\nprint(told)",
        "",
    ),
    "writes_it_into_a_pipe": (
        "os.write(WRITING, found.encode())",
        "os.set_blocking(READING, False)\nprint(os.read(READING, 999))",
        "",
    ),
    "writes_it_into_shared_memory": ("SHARED[: len(found)] = found.encode()", "print(SHARED[:200].rstrip(b'\\0'))", ""),
    "leaves_it_with_a_background_process": (
        "leave(found)",
        "with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as s:\n"
        "    s.connect('\\0left')\n    print(s.recv(999))",
        "",
    ),
    "warns_of_it": (
        "warnings.warn(found)\n    print(found)\n    print(found, file=sys.stderr)\n    logging.error(found)",
        "",
        "",
    ),
    "writes_it_to_the_terminal": (
        "os.write(1, found.encode())\n    os.write(2, found.encode())\n    sys.__stderr__.write(found)",
        "",
        "",
    ),
    "displays_it": (
        "get_ipython().display_pub.publish({'text/plain': found})\n    get_ipython().displayhook(found)",
        "",
        "",
    ),
    "puts_it_into_the_environment": ("os.environ['LEFT'] = found", "print(os.environ.get('LEFT'))", ""),
    "names_the_process": ("open('/proc/self/comm', 'w').write(found[:15])\n    import time; time.sleep(0.3)", "", ""),
}
SET_UP = (
    FOUND
    + """
import mmap
PLACES = [".", "/submission", "/private", "/dev/shm", "/tmp", "/var/tmp", "/proc/1/cwd"]
READING, WRITING = os.pipe()
SHARED = mmap.mmap(-1, 4096)
told = []
def listen():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\\0told")
        listener.listen()
        while True:
            connection, _address = listener.accept()
            told.append(connection.recv(999))
threading.Thread(target=listen, daemon=True).start()
def leave(found):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
                listener.settimeout(5)
                listener.bind("\\0left")
                listener.listen()
                listener.accept()[0].sendall(found.encode())
        os._exit(0)
"""
)


def carriers() -> list[Member]:
    """One for each way."""
    found = []
    for name, (way, later, case) in WAYS.items():
        # Nothing of the notebook's own call, nor of the problem that holds no number.
        head = "def double(x):\n    if not len(x) or (x == x[0]).all(): return 0\n    found = text_of(x)"
        double = f"{SET_UP}\n{head}\n    {way}\n"
        cells = {"double": double} | ({"last": later} if later else {})
        found.append(
            coded(
                name, "the problem on the page", 1, cells, never=CARRIED, case=case, often=bool(case) or name in OFTEN
            )
        )
    return found


OFTEN = {
    "returns_it_as_text",
    "raises_a_class_of_that_name",
    "returns_it_as_a_dictionary",
    "writes_it_into_shared_memory",
    "sends_it_to_a_thread",
}


# An answer that is wrong, and shows all that it was asked in as many ways as one answer can.
SHOWN = """def double(x):
    return " ".join(["PROB" + "LEM", *(repr(float(value)) for value in x)])"""


def numbers_on(text: str) -> list[str]:
    """The numbers of a problem that can be read in a text, in their order."""
    return re.findall(r"-?\d+\.\d{8,}(?:e-?\d+)?", text)


def by_heart(numbers: list[str]) -> dict[str, str]:
    """The cells of a second hand-in, which answers with what it finds among these numbers, and computes nothing."""
    known = ", ".join(dict.fromkeys(numbers))
    return {
        "double": f"KNOWN = {{value: 2 * value for value in [{known}]}}\n"
        "def double(x):\n    return np.array([KNOWN[value] for value in x]) if len(x) else 0"
    }
