"""The cell written so that each of its lines can be made wrong, and the mistakes made of that.

`wrong_step(h=lambda v: v.o * v.c)` is `lstm_step` without the tanh around c. What a line can use is in `v`: x, h_prev,
c_prev, hx, the parameters, and whatever the lines before it gave.
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from lstm_ref.checks.engine.declare import Mistake, known
from lstm_ref.checks.given import sigmoid
from lstm_ref.checks.slips.line import softmax
from lstm_ref.core.cell import LSTMParams, LSTMState
from lstm_ref.messages import _

# Over a sequence that begins with zeros these are mistakes in the running, and are named so there.
EXCHANGED = _("the two are exchanged in what is returned: it is LSTMState(h, c)")
STARTS_FROM_ZEROS = _("the step starts from zeros: h and c of the state that came in are lost, not carried on")

LETTER_OF = {"f": "f", "i": "i", "candidate": "c", "o": "o"}  # of its weights: W_f, b_f, ...

RIGHT = {
    "params": lambda p: p,
    "state": lambda state: (state.h, state.c),
    "join": lambda v: np.concatenate([v.h_prev, v.x], axis=1),
    "sum": lambda v, W, b: v.hx @ W.T + b,
    "f": sigmoid,
    "i": sigmoid,
    "candidate": np.tanh,
    "o": sigmoid,
    "c": lambda v: v.f * v.c_prev + v.i * v.candidate,
    "h": lambda v: v.o * np.tanh(v.c),
    "result": lambda v: LSTMState(v.h, v.c),
}


def wrong_step(**changes: Callable) -> Callable:
    """`lstm_step` with some of the lines of RIGHT replaced."""
    if not set(changes) <= set(RIGHT):
        raise TypeError(f"no lines are called {sorted(set(changes) - set(RIGHT))}; there are {sorted(RIGHT)}")
    line = {**RIGHT, **changes}

    def step(x, state, params):
        v = SimpleNamespace(x=x, params=line["params"](params))
        v.h_prev, v.c_prev = line["state"](state)
        v.hx = line["join"](v)
        for name, letter in LETTER_OF.items():
            z = line["sum"](v, getattr(v.params, f"W_{letter}"), getattr(v.params, f"b_{letter}"))
            setattr(v, name, line[name](z))
        v.c = line["c"](v)
        v.h = line["h"](v)
        return line["result"](v)

    return step


def wrong_cells() -> tuple[Mistake, ...]:
    """Every mistake of the six lines that a learner was seen to make, or may well make, as a wrong `lstm_step`."""
    return (*_in_h(), *_in_c(), *_in_the_gates(), *_in_reading(), *_in_the_state(), *pasted(), *_as_errors())


def _in_h() -> tuple[Mistake, ...]:
    return known(
        {
            _("tanh is left out of h = o * tanh(c)"): wrong_step(h=lambda v: v.o * v.c),
            _("the c that is carried on is squashed: tanh belongs to h alone, c stays as it is"): wrong_step(
                result=lambda v: LSTMState(v.h, np.tanh(v.c))
            ),
            _("tanh is taken twice: c is squashed when it is computed, and again in h"): wrong_step(
                c=lambda v: np.tanh(v.f * v.c_prev + v.i * v.candidate)
            ),
            _("h is computed from the old memory: h = o * tanh(c) takes the c of this step"): wrong_step(
                h=lambda v: v.o * np.tanh(v.c_prev)
            ),
            _("h is computed from the candidate: h = o * tanh(c) takes the whole memory"): wrong_step(
                h=lambda v: v.o * np.tanh(v.candidate)
            ),
            _("the output gate is left out of h = o * tanh(c)"): wrong_step(h=lambda v: np.tanh(v.c)),
            _(
                "the memory itself is returned as h: tanh and o are lost, or h and c are one array, written in place"
            ): wrong_step(h=lambda v: v.c),
            _("h = o * sigmoid(c): the memory is squashed by tanh, which keeps its sign"): wrong_step(h=_o_sigmoid_c),
            _("h = tanh(o * c): tanh is taken of c alone"): wrong_step(h=lambda v: np.tanh(v.o * v.c)),
            _("h = o + tanh(c): a gate multiplies"): wrong_step(h=lambda v: v.o + np.tanh(v.c)),
            _("o is polarised the wrong way: h = (1 - o) * tanh(c)"): wrong_step(h=lambda v: (1 - v.o) * np.tanh(v.c)),
            _("tanh in h has its sign turned: (e^-c - e^c) is its negative"): wrong_step(
                h=lambda v: -v.o * np.tanh(v.c)
            ),
            _(
                "the memory is added to the output gate after its sigmoid, so that o is no fraction any more"
            ): wrong_step(h=lambda v: (v.o + v.c) * np.tanh(v.c)),
        }
    )


def _o_sigmoid_c(v):
    return v.o * sigmoid(v.c)


def _in_c() -> tuple[Mistake, ...]:
    return known(
        {
            _("f * c_prev is lost: the memory is overwritten at each step, or not carried on"): wrong_step(
                c=lambda v: v.i * v.candidate
            ),
            _("i * candidate is lost: nothing is ever written"): wrong_step(c=lambda v: v.f * v.c_prev),
            _("the input gate is left out of c = f * c_prev + i * candidate"): wrong_step(
                c=lambda v: v.f * v.c_prev + v.candidate
            ),
            _("the forget gate is left out of c = f * c_prev + i * candidate"): wrong_step(
                c=lambda v: v.c_prev + v.i * v.candidate
            ),
            _("i + candidate stands where i * candidate belongs"): wrong_step(
                c=lambda v: v.f * v.c_prev + v.i + v.candidate
            ),
            _("f + c_prev stands where f * c_prev belongs"): wrong_step(c=lambda v: v.f + v.c_prev + v.i * v.candidate),
            _("f * c_prev and i * candidate are multiplied: they are added"): wrong_step(
                c=lambda v: v.f * v.c_prev * _written(v)
            ),
            _("f multiplies all of it: f * (c_prev + i * candidate)"): wrong_step(
                c=lambda v: v.f * (v.c_prev + _written(v))
            ),
            _("f and i are swapped, in the update or in the order of their weights"): wrong_step(
                c=lambda v: v.i * v.c_prev + v.f * v.candidate
            ),
            _("1 - f is used: f = 1 means keep, f = 0 means forget"): wrong_step(
                c=lambda v: (1 - v.f) * v.c_prev + v.i * v.candidate
            ),
            _("1 - i is used: i = 1 writes all of the candidate"): wrong_step(
                c=lambda v: v.f * v.c_prev + _unwritten(v)
            ),
            _("the gates are coupled, i = 1 - f: that is another cell; here i has weights of its own"): wrong_step(
                c=lambda v: v.f * v.c_prev + (1 - v.f) * v.candidate
            ),
            _("the gates are coupled, f = 1 - i: that is another cell; here f has weights of its own"): wrong_step(
                c=lambda v: (1 - v.i) * v.c_prev + v.i * v.candidate
            ),
            _("f multiplies h_prev: what is kept or forgotten is the memory, f * c_prev"): wrong_step(
                c=lambda v: v.f * v.h_prev + v.i * v.candidate
            ),
            _("i * h_prev is written: what is written is the candidate"): wrong_step(c=_writes_h),
        }
    )


def _written(v):
    return v.i * v.candidate


def _unwritten(v):
    return (1 - v.i) * v.candidate


def _writes_h(v):
    return v.f * v.c_prev + v.i * v.h_prev


def _in_the_gates() -> tuple[Mistake, ...]:
    gates = ("f", "i", "o")

    def each_gate(squash):
        return dict.fromkeys(gates, squash)

    return known(
        {
            _("tanh is taken before the sigmoid of each gate"): wrong_step(**each_gate(lambda z: sigmoid(np.tanh(z)))),
            _(
                "the gates are made by softmax: it makes the units share 1, while each unit decides by itself"
            ): wrong_step(**each_gate(softmax)),
            _("tanh is used for the gates, which must lie between 0 and 1"): wrong_step(**each_gate(np.tanh)),
            _("the sigmoid of the gates is left out"): wrong_step(**each_gate(lambda z: z)),
            **{_("the sigmoid of {gate} is left out").format(gate=g): wrong_step(**{g: lambda z: z}) for g in gates},
            _("every gate is 1 - itself: the sign in the sigmoid is lost"): wrong_step(
                **each_gate(lambda z: sigmoid(-z))
            ),
            **{
                _("tanh is used for {gate}, which must lie between 0 and 1").format(gate=g): wrong_step(**{g: np.tanh})
                for g in gates
            },
            _(
                "the candidate goes through a sigmoid: tanh lets it be negative, so that a memory can also sink"
            ): wrong_step(candidate=sigmoid),
            _("the tanh of the candidate is left out"): wrong_step(candidate=lambda z: z),
            _("ReLU takes the place of tanh in the candidate"): wrong_step(candidate=lambda z: np.maximum(z, 0)),
            _(
                "tanh is written inverted in the candidate, (e^-z - e^z) / (e^-z + e^z), or i * candidate is subtracted"
            ): wrong_step(candidate=lambda z: -np.tanh(z)),
            _("tanh is written inverted both times, (e^-z - e^z) / (e^-z + e^z): its sign is turned"): wrong_step(
                candidate=lambda z: -np.tanh(z), h=lambda v: -v.o * np.tanh(v.c)
            ),
            _("the pieces W h, W x and b are squashed one by one and then added; add first, squash once"): wrong_step(
                sum=lambda v, W, b: (v.h_prev @ W[:, : v.h_prev.shape[1]].T, v.x @ W[:, v.h_prev.shape[1] :].T, b),
                candidate=lambda pieces: sum(map(np.tanh, pieces)),
                **each_gate(lambda pieces: sum(map(sigmoid, pieces))),
            ),
            _("tanh squashes the pieces W h, W x and b one by one, in each line; add first, squash once"): wrong_step(
                sum=lambda v, W, b: (v.h_prev @ W[:, : v.h_prev.shape[1]].T, v.x @ W[:, v.h_prev.shape[1] :].T, b),
                candidate=lambda pieces: sum(map(np.tanh, pieces)),
                **each_gate(lambda pieces: sum(map(np.tanh, pieces))),
            ),
            _("the biases are left out"): wrong_step(sum=lambda v, W, b: v.hx @ W.T),
            _("each bias is added twice"): wrong_step(sum=lambda v, W, b: v.hx @ W.T + 2 * b),
            _("each bias is subtracted"): wrong_step(sum=lambda v, W, b: v.hx @ W.T - b),
            **{
                _("b_{to} is left out of the line of {target}").format(to=to, target=target): wrong_step(
                    **_without_bias(to)
                )
                for target, to in LETTER_OF.items()
            },
            _("each bias is added after the sigmoid or tanh: add first, squash then"): wrong_step(
                **_bias_outside(LETTER_OF)
            ),
            **{
                _("b_{to} is added after {target} was squashed: add first, squash then").format(
                    to=to, target=target
                ): wrong_step(**_bias_outside([target]))
                for target, to in LETTER_OF.items()
            },
            _(
                "the weights of h_prev are used without their transpose: they are square, so NumPy cannot notice"
            ): wrong_step(sum=_square_block_not_turned),
        }
    )


def _without_bias(letter: str) -> dict:
    return {"params": lambda p: p._replace(**{f"b_{letter}": 0 * getattr(p, f"b_{letter}")})}


def _bias_outside(targets) -> dict:
    """These lines squash W · [h_prev, x] alone and add the bias to what comes out."""

    def line(name):
        return lambda pieces: RIGHT[name](pieces[0]) + pieces[1] if name in targets else RIGHT[name](sum(pieces))

    return {"sum": lambda v, W, b: (v.hx @ W.T, b), **{name: line(name) for name in LETTER_OF}}


def _square_block_not_turned(v, W, b):
    H = v.h_prev.shape[1]
    return v.h_prev @ W[:, :H] + v.x @ W[:, H:].T + b


def _in_reading() -> tuple[Mistake, ...]:
    def join(change):
        return lambda v: np.concatenate(change(v), axis=1)

    return known(
        {
            _(
                "x comes before h_prev: the first H columns of each W belong to h_prev, so it is [h_prev, x]"
            ): wrong_step(join=join(lambda v: [v.x, v.h_prev])),
            _("h_prev is ignored, or not carried on: the gates read x alone, as if h were 0"): wrong_step(
                join=join(lambda v: [0 * v.h_prev, v.x])
            ),
            _("x is ignored: the gates read h_prev alone"): wrong_step(join=join(lambda v: [v.h_prev, 0 * v.x])),
            _("the gates read the memory, [c_prev, x]: they read [h_prev, x]"): wrong_step(
                join=join(lambda v: [v.c_prev, v.x])
            ),
            _("the gates read tanh(c_prev) and not h_prev"): wrong_step(join=join(lambda v: [np.tanh(v.c_prev), v.x])),
            _("only the first sequence of the batch is read, for all"): wrong_step(
                join=join(lambda v: [v.h_prev[:1].repeat(len(v.x), 0), v.x[:1].repeat(len(v.x), 0)])
            ),
        }
    )


def _in_the_state() -> tuple[Mistake, ...]:
    return known(
        {
            EXCHANGED: wrong_step(result=lambda v: LSTMState(v.c, v.h)),
            _("h and c are exchanged when the state is unpacked: h, c = state"): wrong_step(
                state=lambda state: (state.c, state.h)
            ),
            _("h and c are exchanged when the state is unpacked, and again in what is returned"): wrong_step(
                state=lambda state: (state.c, state.h), result=lambda v: LSTMState(v.c, v.h)
            ),
            _("h is returned for both, h and c"): wrong_step(result=lambda v: LSTMState(v.h, v.h)),
            _("the old memory is returned with the new h"): wrong_step(result=lambda v: LSTMState(v.h, v.c_prev)),
            _("the new memory is returned with the old h"): wrong_step(result=lambda v: LSTMState(v.h_prev, v.c)),
            _("the state is returned as it came: nothing of the step is in it"): wrong_step(
                result=lambda v: LSTMState(v.h_prev, v.c_prev)
            ),
            STARTS_FROM_ZEROS: wrong_step(state=lambda state: (0 * state.h, 0 * state.c)),
        }
    )


def pasted() -> tuple[Mistake, ...]:
    """One line with the weights, the bias or both of another, for every pair of lines; all lines with one matrix."""
    made = {}
    for target, to in LETTER_OF.items():
        for letter in LETTER_OF.values():
            if letter == to:
                continue
            W, b = {f"W_{to}": f"W_{letter}"}, {f"b_{to}": f"b_{letter}"}
            for sentence, fields in {
                _("the line of {target} uses W_{letter} where W_{to} belongs"): W,
                _("the line of {target} adds b_{letter} where b_{to} belongs"): b,
                _("the line of {target} uses W_{letter} and b_{letter}, not W_{to} and b_{to}"): W | b,
            }.items():
                made[sentence.format(target=target, letter=letter, to=to)] = _taken(fields)
    for letter in LETTER_OF.values():
        weights, biases = ({f"{kind}_{to}": f"{kind}_{letter}" for to in LETTER_OF.values()} for kind in "Wb")
        made[_("every line uses W_{letter}: each has weights of its own").format(letter=letter)] = _taken(weights)
        made[_("every line uses W_{letter} and b_{letter}: each has its own").format(letter=letter)] = _taken(
            weights | biases
        )
    for one, two in (("f", "o"), ("i", "o"), ("c", "o"), ("f", "c"), ("i", "c")):
        sentence = _("the weights of {one} and {two} are exchanged: W_{one} with W_{two}, b_{one} with b_{two}")
        swap = {f"{kind}_{a}": f"{kind}_{b}" for kind in "Wb" for a, b in ((one, two), (two, one))}
        made[sentence.format(one=one, two=two)] = _taken(swap)
    return known(made)


def _taken(fields: dict[str, str]) -> Callable:
    """The step that takes the parameters named by the values for those named by the keys."""
    return wrong_step(params=lambda p: p._replace(**{to: getattr(p, source) for to, source in fields.items()}))


def _as_errors() -> tuple[Mistake, ...]:
    """Those that end in an exception; its text tells them."""
    return known(
        {
            _("W is used without its transpose: it has one row per hidden unit, so it is hx @ W.T"): wrong_step(
                sum=lambda v, W, b: v.hx @ W + b
            ),
            _("W comes first: each row of [h_prev, x] is one sequence, so it is hx @ W.T"): wrong_step(
                sum=lambda v, W, b: W @ v.hx + b
            ),
            _("W comes first, which gives (H, B), and b does not fit that; hx @ W.T gives (B, H)"): wrong_step(
                sum=lambda v, W, b: W @ v.hx.T + b
            ),
            _("np.dot multiplies matrices; gates multiply element by element, with *"): wrong_step(
                c=lambda v: np.dot(v.f, v.c_prev) + np.dot(v.i, v.candidate)
            ),
            _("@ multiplies matrices; gates multiply element by element, with *"): wrong_step(
                c=lambda v: v.f @ v.c_prev + v.i @ v.candidate
            ),
            _("np.stack is used: it makes a new axis; np.concatenate with axis=1 joins the columns"): wrong_step(
                join=lambda v: np.stack([v.h_prev, v.x], axis=1)
            ),
            _("h_prev and x are joined along axis 0, one below the other; axis=1 puts them side by side"): wrong_step(
                join=lambda v: np.concatenate([v.h_prev, v.x], axis=0)
            ),
            _(
                "np.append without an axis makes one long row of both; np.concatenate with axis=1 joins the columns"
            ): wrong_step(join=lambda v: np.append(v.h_prev, v.x)),
            _(
                "the parameters are unpacked into eight names, but LSTMParams has a ninth field: use params.W_f"
            ): wrong_step(params=_unpacked),
        }
    )


def _unpacked(params: LSTMParams):
    W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o = params
