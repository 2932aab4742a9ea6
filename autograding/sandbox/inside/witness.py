"""Tell how a cell ended, by functions that a student's patches do not reach by name.

All functions that are used here were bound in closures before a stranger's code ran: builtins and methods written in C.
None is looked up again. Replacing parts of IPython, builtins, json, sys.modules or functions of this package changes
nothing. Code that searches frames or the garbage collector's lists, or writes to memory, can still lie: it shares this
process.
"""

import ast
import builtins
import inspect
import json
from json.encoder import c_encode_basestring_ascii
from json.scanner import c_make_scanner
from typing import NamedTuple

import numpy as np

from . import wire

LONGEST_TEXT = 20_000


class Witness(NamedTuple):
    """The functions that `make_witness` makes."""

    receive: object  # () -> (message, blob), or None when the grader has closed the socket
    run_graded: object  # (source, body, last) -> (the exception or None, the number that the cell gives, as text)
    done: object  # (number, exception, value): tells the grader


def make_witness(shell, outlet) -> Witness:
    """Make the witness of one kernel, before any of a stranger's code runs."""
    Base, System, Unfinished = builtins.BaseException, builtins.SystemExit, builtins.RuntimeError
    compile_, eval_, kind_of, is_a, text_of, length = compile, eval, type, isinstance, str, len
    show_number, same_text = repr, str.__str__
    name_of = type.__dict__["__name__"].__get__
    cut = str.__getitem__
    with_await, coroutine = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, inspect.CO_COROUTINE
    in_a_loop, in_context = shell.loop_runner, shell.loop_runner.context.run
    numbers, fractional, whole = (int, float), np.floating, np.integer
    # Not `item`: that of a long double is a long double.
    as_float, as_int = np.generic.__float__, np.generic.__int__
    quote, scan = c_encode_basestring_ascii, c_make_scanner(json.JSONDecoder())
    recv, sendall = outlet.sock.recv, outlet.sock.sendall
    head_size, pack_head, unpack_head = wire.HEAD.size, wire.HEAD.pack, wire.HEAD.unpack
    locked, released = outlet.lock.acquire, outlet.lock.release
    decode, encode, join = bytes.decode, str.encode, b"".join
    namespace = shell.user_ns

    def exactly(count):
        parts = []
        while count:
            part = recv(count if count < 1 << 20 else 1 << 20)
            if not part:
                return None
            parts.append(part)
            count -= length(part)
        return join(parts)

    def receive():
        head = exactly(head_size)
        if head is None:
            return None
        text_length, blob_length = unpack_head(head)
        text, blob = exactly(text_length), exactly(blob_length)
        if text is None or blob is None:
            return None
        return scan(decode(text, "ascii"), 0)[0], blob

    def done(number, error, value):
        raised = "null"
        if error is not None:
            try:
                text = cut(same_text(text_of(error)), slice(LONGEST_TEXT))
            except Base:  # an exception of a student's class, whose text fails
                text = ""
            raised = f"[{quote(name_of(kind_of(error)))}, {quote(text)}]"
        shown = "null" if value is None else quote(value)
        frame = encode(f'{{"is": "done", "number": {number}, "raised": {raised}, "value": {shown}}}', "ascii")
        locked()
        try:
            sendall(pack_head(length(frame), 0) + frame)
        finally:
            released()

    def value_of(text, name, mode):
        code = compile_(text, name, mode, with_await, True)
        value = in_context(eval_, code, namespace)
        if not code.co_flags & coroutine:
            return value
        # The loop may be a student's: what it says of the end counts for nothing.
        ended = []

        async def to_the_end():
            try:
                ended.append((None, await value))
            except Base as raised:
                ended.append((raised, None))

        in_a_loop(to_the_end())
        if not ended:
            raise Unfinished("the event loop did not run the test to its end")
        error, value = ended[0]
        if error is not None:
            raise error
        return value

    def run_graded(source, body, last):
        """Run a plain nbgrader test, taken apart by the grader. It fails if it raises, whatever IPython shows of that.

        No tree of syntax is made here: its classes are Python's own, and a notebook may change them.
        """
        name = "<test>"
        try:
            # A traceback quotes lines of this text.
            cached = shell.compile.cache(source, shell.execution_count)
            name = cached if kind_of(cached) is text_of else name
            shell.events.trigger("pre_execute")
        except Base:  # noqa: S110 (a student's patch or hook failed; the test runs without it)
            pass
        error = number = None
        try:
            value_of(body, name, "exec")
            if last is not None:
                value = value_of(last, name, "eval")
                if kind_of(value) in numbers:
                    number = show_number(value)
                elif is_a(value, fractional):
                    number = show_number(as_float(value))
                elif is_a(value, whole):
                    number = show_number(as_int(value))
                elif value is not None:
                    shell.displayhook(value)
        except Base as raised:
            error = raised
        try:
            if error is not None:
                trace = error.__traceback__
                while trace is not None and trace.tb_frame.f_code.co_filename != name:
                    trace = trace.tb_next  # skip the frames of this file, which tell a student nothing
                told = kind_of(error), error, trace or error.__traceback__
                shell.showtraceback(told, exception_only=is_a(error, System))
            shell.events.trigger("post_execute")  # shows the pictures
            shell.execution_count += 1
        except Base:  # noqa: S110 (`done` tells what is not shown here)
            pass
        return error, number

    return Witness(receive, run_graded, done)
