"""The messages between the grader and a kernel: frames of JSON and raw bytes. Reading one runs no code.

Both sides load this file, so it needs only the standard library and NumPy. A frame is two lengths, then JSON, then
bytes. Arrays travel as raw bytes, never pickled. Every list and dict in a tree's JSON begins with a letter, so that one
kind cannot be taken for another.
"""

import json
import math
import struct

import numpy as np

HEAD = struct.Struct("!IQ")
# Kinds of NumPy numbers that may travel: floats, integers, booleans. An object array would be a pickle.
ARRAY_KINDS = "fiub"


class Malformed(ValueError):
    """The bytes are not a frame or not a plain tree, or too long."""


def send(sock, message: dict, blob: bytes = b"") -> None:
    """Write one frame; `message` is anything that JSON can hold."""
    text = json.dumps(message).encode("ascii")
    sock.sendall(HEAD.pack(len(text), len(blob)) + text + blob)


def receive(sock, most: int) -> tuple[dict, bytes] | None:
    """Read one frame of at most `most` bytes; None if the other side has ended."""
    head = _exactly(sock, HEAD.size)
    if head is None:
        return None
    text_length, blob_length = HEAD.unpack(head)
    if text_length + blob_length > most:
        raise Malformed(f"a frame of {text_length + blob_length} bytes, expected {most} at most")
    text, blob = _exactly(sock, text_length), _exactly(sock, blob_length)
    if text is None or blob is None:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("a frame that is not JSON") from error
    if not isinstance(message, dict):
        raise Malformed("a frame that is not an object")
    return message, blob


def _exactly(sock, count):
    parts = []
    while count:
        part = sock.recv(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def pack(tree) -> tuple[object, bytes]:
    """A plain tree as JSON and bytes: None, bool, int, float, str, list, tuple, dict with text keys, numeric arrays."""
    blobs = []
    return _pack(tree, blobs), b"".join(blobs)


def _pack(value, blobs):
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (list, tuple):
        return ["l", *(_pack(item, blobs) for item in value)]
    if type(value) is dict:
        if not all(type(key) is str for key in value):
            raise TypeError("a plain tree has text for keys")
        return ["d", *([key, _pack(item, blobs)] for key, item in value.items())]
    if isinstance(value, np.ndarray) and value.dtype.kind in ARRAY_KINDS:
        # ascontiguousarray would turn a 0-d array into a 1-d one; tobytes does not need it.
        plain = value.astype(value.dtype.newbyteorder("<"), copy=False)
        blobs.append(plain.tobytes())
        return ["a", plain.dtype.str, list(plain.shape)]
    raise TypeError(f"{type(value).__name__} is not allowed in a plain tree")


def unpack(packed, blob: bytes):
    """The tree that was packed. Raises Malformed for anything that `pack` would not write."""
    try:
        tree, used = _unpack(packed, blob, 0)
    except (RecursionError, ValueError, TypeError, IndexError, OverflowError) as error:
        raise Malformed(f"not a plain tree: {error}") from error
    if used != len(blob):
        raise Malformed("more bytes than arrays")
    return tree


def _unpack(value, blob, at):
    if value is None or type(value) in (bool, int, float, str):
        return value, at
    match value:
        case ["l", *items]:
            result = []
            for item in items:
                item, at = _unpack(item, blob, at)
                result.append(item)
            return result, at
        case ["d", *items]:
            result = {}
            for key, item in items:
                if type(key) is not str or key in result:
                    raise Malformed("a key that is not text, or comes twice")
                result[key], at = _unpack(item, blob, at)
            return result, at
        case ["a", str(name), list(shape)] if all(type(size) is int and size >= 0 for size in shape):
            dtype = np.dtype(name)
            if dtype.kind not in ARRAY_KINDS or dtype.hasobject or dtype.fields or dtype.shape:
                raise Malformed("an array of something else than numbers")
            size = math.prod(shape) * dtype.itemsize
            if at + size > len(blob):
                raise Malformed("an array with too few bytes")
            flat = np.frombuffer(blob[at : at + size], dtype=dtype)
            # A copy, in the machine's own order: judges may write to it, and compare its dtype.
            return flat.reshape(shape).astype(dtype.newbyteorder("=")), at + size
    raise Malformed("a value of unknown kind")
