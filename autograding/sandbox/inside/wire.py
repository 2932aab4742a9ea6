"""The messages between the grader and a kernel: frames of JSON and raw bytes. Reading one runs no code.

Both sides load this file, so it needs only the standard library and NumPy. A frame is two lengths, then JSON, then
bytes. Arrays travel as raw bytes, never pickled. Every list and dict in a tree's JSON begins with a letter, so that one
kind cannot be taken for another.

What is read may come from a stranger. So each limit is looked at before memory is taken or a parser is called: the
lengths before the bytes are waited for, the depth and the number of values before JSON is parsed, an array's name in a
closed list and its shape before NumPy sees either.
"""

import json
import math
import re
import struct

import numpy as np

HEAD = struct.Struct("!IQ")
# Of one frame's JSON. Teaching functions need a hundredth; 100 MB of memory is the most that this can become.
DEEPEST = 100
MOST_VALUES = 250_000
# Of one tree. NumPy had 32 dimensions at most before version 2.
MOST_ARRAYS = 10_000
MOST_DIMENSIONS = 32
MOST_ELEMENTS = 1 << 28
# Enough for the keys of a course on cryptography. None takes long to read, and Python prints them.
INTEGER_BITS = 8192
_TOO_MANY_DIGITS = re.compile(rb"(?<![0-9])[0-9]{2500}")
# Of a key: small integers are their own hash, so a stranger cannot make many of them fall on one place.
KEY_BITS = 60
# The only numbers that may travel, little-endian: bool, integers, floats. An object array would be a pickle, and NumPy
# makes a small language of the other names. A long double is another number on each kind of machine.
DTYPES = {kind.str: kind for kind in (np.dtype(letter).newbyteorder("<") for letter in "?bBhHiIqQefd")}
# Brackets as steps: one level down, one level up.
_BRACKETS = b"[{]}"
_STEPS = bytes.maketrans(_BRACKETS, b"\1\1\xff\xff")
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))


class Malformed(ValueError):
    """The bytes are not a frame or not a plain tree, or too long."""


def frame(message: dict, blob: bytes = b"") -> bytes:
    """One frame; `message` is anything that JSON can hold."""
    text = json.dumps(message).encode("ascii")
    return HEAD.pack(len(text), len(blob)) + text + blob


def send(sock, message: dict, blob: bytes = b"") -> None:
    """Write one frame."""
    sock.sendall(frame(message, blob))


def receive(sock, most: int) -> tuple[dict, bytes] | None:
    """Read one frame of at most `most` bytes; None if the other side has ended."""
    head = _exactly(sock, HEAD.size)
    if head is None:
        return None
    text_length, blob_length = HEAD.unpack(head)
    _refuse_above(most, text_length + blob_length, "a frame of {n} bytes")
    text, blob = _exactly(sock, text_length), _exactly(sock, blob_length)
    if text is None or blob is None:
        return None
    return message_of(text), blob


def _exactly(sock, count):
    parts = []
    while count:
        part = sock.recv(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


class Frames:
    """Frames from bytes as they come: `feed` each part, and get the frames that it completes. Nothing is waited for.

    It keeps one unfinished frame at most, and refuses that as soon as its head announces too much.
    """

    def __init__(self, most_text: int, most_blob: int):
        self.most_text, self.most_blob = most_text, most_blob
        self._kept = bytearray()

    def feed(self, part: bytes) -> list[tuple[dict, bytes]]:
        """The frames that end in this part. Raises Malformed; the rest of the stream then has no meaning."""
        self._kept += part
        frames, at = [], 0
        while len(self._kept) - at >= HEAD.size:
            text_length, blob_length = HEAD.unpack_from(self._kept, at)
            _refuse_above(self.most_text, text_length, "a message of {n} bytes")
            _refuse_above(self.most_blob, blob_length, "arrays of {n} bytes")
            text_at = at + HEAD.size
            blob_at = text_at + text_length
            end = blob_at + blob_length
            if end > len(self._kept):
                break
            frames.append((message_of(bytes(self._kept[text_at:blob_at])), bytes(self._kept[blob_at:end])))
            at = end
        del self._kept[:at]
        return frames

    @property
    def unfinished(self) -> bool:
        """Whether a frame has begun that has not ended."""
        return bool(self._kept)


def message_of(text: bytes) -> dict:
    """The JSON object of a frame. Where a key comes twice, the last counts, as Python writes 1 and "1" alike."""
    refuse_deep(text)
    try:
        message = json.loads(text.decode("ascii"))  # of bytes, it would guess among encodings
    except (ValueError, RecursionError) as error:
        raise Malformed("a frame that is not JSON") from error
    if not isinstance(message, dict):
        raise Malformed("a frame that is not an object")
    return message


def refuse_deep(text: bytes) -> None:
    """Raise Malformed for JSON that is nested too deeply, or has too many values or too long a number.

    Without recursion, and in a time that grows as the text. Up to the first letter that is not JSON, where a parser
    stops, what is seen here outside of strings is what a parser sees.
    """
    if len(text) <= DEEPEST:
        return
    # Without escaped backslashes and quotes, every second part between quotes is outside of strings.
    bare = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    _refuse_above(4 * MOST_VALUES, bare.count(b'"'), "a message with {n} quotes")
    outside = b" ".join(bare.split(b'"')[::2])
    values = sum(map(outside.count, (b",", b"[", b"{")))
    _refuse_above(MOST_VALUES, values, "a message of {n} values")
    steps = np.frombuffer(outside.translate(_STEPS, _NOT_BRACKETS), np.int8)
    _refuse_above(DEEPEST, int(steps.cumsum(dtype=np.int64).max(initial=0)), "a message of {n} levels")
    if _TOO_MANY_DIGITS.search(outside):
        raise Malformed("a number of too many digits")


def _refuse_above(most, count, what):
    if count > most:
        raise Malformed(f"{what.format(n=count)}, expected {most} at most")


def pack(tree) -> tuple[object, bytes]:
    """A plain tree as JSON and bytes: None, bool, int, float, str, list, tuple, dict with such keys, numeric arrays.

    A value of a kind of these arrives as what it is a kind of: np.float64 as float, np.int64 and members of an IntEnum
    as int, a named tuple as list, a Counter as dict. Raises TypeError for what a plain tree does not hold, and for what
    is beyond the limits of `unpack`.
    """
    blobs = []
    return _pack(tree, blobs, 1), b"".join(blobs)


def _pack(value, blobs, level):
    if level > DEEPEST:
        raise TypeError(f"a plain tree has {DEEPEST} levels at most")
    if isinstance(value, (list, tuple)):
        return ["l", *(_pack(item, blobs, level + 1) for item in value)]
    if isinstance(value, dict):
        pairs = [[_pack_leaf(key, KEY_BITS), _pack(item, blobs, level + 2)] for key, item in value.items()]
        return ["d", *pairs]
    if isinstance(value, np.ndarray):
        return _pack_array(value, blobs)
    return _pack_leaf(value, INTEGER_BITS)


def _pack_leaf(value, most_bits):
    if value is None or type(value) in (bool, float, str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        number = int(value)
        if number.bit_length() > most_bits:
            raise TypeError(f"an integer of {number.bit_length()} bits, expected {most_bits} at most")
        return number
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} is not allowed in a plain tree")


def _pack_array(value, blobs):
    if value.dtype == np.longdouble:  # where it is a double, nothing changes
        with np.errstate(over="ignore"):
            value = value.astype(np.float64)
    plain = value.astype(value.dtype.newbyteorder("<"), copy=False)
    if plain.dtype.str not in DTYPES:
        raise TypeError(f"an array of {value.dtype} is not allowed in a plain tree")
    if plain.ndim > MOST_DIMENSIONS or len(blobs) >= MOST_ARRAYS:
        raise TypeError(f"a plain tree has {MOST_ARRAYS} arrays at most, of {MOST_DIMENSIONS} dimensions at most")
    # ascontiguousarray would turn a 0-d array into a 1-d one; tobytes does not need it.
    blobs.append(plain.tobytes())
    return ["a", plain.dtype.str, list(plain.shape)]


def unpack(packed, blob: bytes):
    """The tree that was packed. Raises Malformed for anything that `pack` would not write."""
    reader = _Reader(blob)
    try:
        tree = reader.value(packed, 1)
    except (ValueError, TypeError) as error:
        raise Malformed(f"not a plain tree: {error}") from error
    if reader.at != len(blob):
        raise Malformed("more bytes than arrays")
    return tree


def _leaf(packed, most_bits):
    """What JSON holds as it is. Its kinds are Python's own here, so equal ones are the same in a key and a value."""
    if type(packed) is int:
        _refuse_above(most_bits, packed.bit_length(), "an integer of {n} bits")
    elif packed is not None and type(packed) not in (bool, float, str):
        raise Malformed("a key that is neither text nor a number")
    return packed


class _Reader:
    """Reads one tree, and takes its arrays from `blob` one after the other."""

    def __init__(self, blob):
        self.blob, self.at, self.arrays = blob, 0, 0

    def value(self, packed, level):
        _refuse_above(DEEPEST, level, "a tree of {n} levels")
        match packed:
            case None | bool() | float() | str() | int():
                return _leaf(packed, INTEGER_BITS)
            case ["l", *items]:
                return [self.value(item, level + 1) for item in items]
            case ["d", *items]:
                result = {}
                for key, item in items:
                    if _leaf(key, KEY_BITS) in result:
                        raise Malformed("a key that comes twice")
                    result[key] = self.value(item, level + 2)
                return result
            case ["a", str(name), [*shape]]:
                return self.array(name, shape)
        raise Malformed("a value of unknown kind")

    def array(self, name, shape):
        self.arrays += 1
        _refuse_above(MOST_ARRAYS, self.arrays, "{n} arrays")
        _refuse_above(MOST_DIMENSIONS, len(shape), "an array of {n} dimensions")
        if name not in DTYPES:
            raise Malformed("an array of something else than numbers")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise Malformed("an array whose shape is no shape")
        # An empty array, too, must have a shape that others could have.
        if math.prod(max(size, 1) for size in shape) > MOST_ELEMENTS:
            raise Malformed("an array of too many numbers")
        dtype, count, start = DTYPES[name], math.prod(shape), self.at
        self.at += count * dtype.itemsize
        if self.at > len(self.blob):
            raise Malformed("an array with too few bytes")
        if not count:
            return np.zeros(shape, dtype.newbyteorder("="))
        flat = np.frombuffer(self.blob, dtype, count, start)
        if dtype.kind == "b" and flat.view(np.uint8).max() > 1:
            raise Malformed("a bool that is neither False nor True")
        # A copy, in the machine's own order: judges may write to it, and compare its dtype.
        return flat.reshape(shape).astype(dtype.newbyteorder("="))
