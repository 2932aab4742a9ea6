"""GradientFlow from Python: its numbers are those of the backward pass, its examples what they are called."""

import numpy as np
import pytest
from traitlets import TraitError

import lstm_ref as ref
from lstm_ref import GradientFlow
from lstm_ref.widgets.gradient_flow import STEPS, presets


def flow_of(key):
    widget = GradientFlow()
    widget.show(key)
    return {name: np.array(values) for name, values in widget.flow.items()}


def test_total_and_rnn_are_those_of_whole_backward_passes():
    """A whole backward pass through a cell whose inputs are chosen such that its gates are those of the widget."""
    rng = np.random.default_rng(0)
    gates = {name: rng.uniform(0.1, 0.9, STEPS).tolist() for name in "fio"}
    widget = GradientFlow(**gates, candidate=0.4, w=1.3)
    wanted = np.stack([*(np.log(np.array(gates[g]) / (1 - np.array(gates[g]))) for g in "fi")])
    z = np.stack(
        [
            wanted[0],
            wanted[1],
            np.full(STEPS, np.arctanh(0.4)),
            np.log(np.array(gates["o"]) / (1 - np.array(gates["o"]))),
        ]
    )
    # Four inputs, one for each gate: each adds what its gate needs besides w h, which every gate reads.
    params = ref.LSTMParams(*(a for k in range(4) for a in (np.array([[1.3, *np.eye(4)[k]]]), np.zeros(1))))
    c = np.append(
        0.0,
        ref.run_memory(
            *(np.array(r)[None, :, None] for r in (gates["f"], gates["i"], [0.4] * STEPS)), np.zeros((1, 1))
        ),
    )
    h = np.append(0.0, np.array(gates["o"]) * np.tanh(c[1:]))
    xs = (z - 1.3 * h[:-1]).T[None]
    hs, last, inside = ref.lstm_forward(xs, params, return_gates=True)
    assert inside.f[0, :, 0] == pytest.approx(gates["f"], abs=1e-12)  # the cell is the widget's
    for t in (0, 5, 15):
        before = ref.LSTMState(h[[t]][None], c[[t]][None])
        d_state = ref.LSTMState(np.zeros((1, 1)), np.ones((1, 1)))
        grads = ref.lstm_backward(np.zeros((1, STEPS - t, 1)), xs[:, t:], params, before, d_state)
        shown = gates["o"][t - 1] * (1 - np.tanh(c[t]) ** 2) if t else 0
        total = grads.state.c[0, 0] + grads.state.h[0, 0] * shown
        assert widget.flow["total"][t] == pytest.approx(total, rel=1e-10, abs=1e-12)
    rnn = ref.RNNParams(np.array([[1.3, 1.0]]), np.zeros(1))
    xs = (np.arctanh(h[1:]) - 1.3 * h[:-1])[None, :, None]
    back = ref.rnn_backward(np.zeros((1, STEPS, 1)), xs, rnn, None, np.ones((1, 1)))
    assert widget.flow["rnn"][0] == pytest.approx(back.h[0, 0], rel=1e-10)
    assert widget.flow["along"][0] == pytest.approx(np.prod(gates["f"]), rel=1e-12)


def test_keep_keeps_all_along_c():
    flow = flow_of("keep")
    assert (flow["along"] == 1).all() and (flow["total"] == 1).all() and not flow["through"].any()
    assert flow["rnn"][0] == pytest.approx(0.9**STEPS)


def test_a_fresh_cell_forgets_and_a_forget_bias_of_2_lasts():
    fresh, biased = flow_of("default"), flow_of("bias2")
    assert fresh["along"][0] == 0.5**STEPS
    assert fresh["total"][0] < 1e-4 < 0.1 < biased["total"][0]
    assert abs(presets()[2]["f"][0] - ref.sigmoid(2.0)) < 0.001


def test_a_shut_output_leaves_the_way_along_c_alone():
    flow = flow_of("shut")
    assert flow["total"] == pytest.approx(flow["along"], rel=1e-12)
    assert flow["along"][0] == pytest.approx(0.9**STEPS)


def test_a_reset_cuts_the_way_along_c_but_not_the_other():
    flow = flow_of("reset")
    assert (flow["along"][8:] == 1).all() and not flow["along"][:8].any()
    assert flow["through"][7] > 0.05


def test_by_way_of_h_a_gradient_can_explode():
    flow = flow_of("explode")
    assert flow["total"][0] > 100 > 1 > flow["along"][0]


def test_one_number_stands_for_every_step_and_wrong_ones_are_refused():
    assert GradientFlow(f=0.25).f == [0.25] * STEPS
    widget = GradientFlow()
    with pytest.raises(TraitError, match=r"GradientFlow.f is 1.5, expected a number from 0 to 1"):
        widget.f = 1.5
    with pytest.raises(TraitError, match=r"GradientFlow.o is 3 values, expected 16 values, one per step"):
        widget.o = [1, 1, 1]
    with pytest.raises(TraitError, match=r"GradientFlow.t is 17, expected a number from 0 to 16"):
        widget.t = 17
    with pytest.raises(KeyError, match="no example is called 'wipe'; there are keep, default"):
        widget.show("wipe")


def test_the_summary_says_the_numbers():
    widget = GradientFlow(f=0.5, i=0, o=1, w=1, t=14)
    assert (
        "2 steps back, at the memory of step 14: 0.25 of the gradient has come along c, 0 by way of h"
        in widget.summary()
    )
