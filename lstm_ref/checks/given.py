"""What an exercise lends while another of its functions is checked. Each function stands alone, over `np`.

Their text travels with the problem, and only to the checks that name them: the function that an exercise asks for must
not lie beside the one that is being asked for it.
"""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)) without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def rnn_step(x, h_prev, W, b):
    """h = tanh(W · [h_prev, x] + b)."""
    return np.tanh(np.concatenate([h_prev, x], axis=1) @ W.T + b)


def input_gate(h_prev, x, W_i, b_i):
    """sigmoid(W_i · [h_prev, x] + b_i)."""
    return sigmoid(np.concatenate([h_prev, x], axis=1) @ W_i.T + b_i)


def candidate(h_prev, x, W_c, b_c):
    """tanh(W_c · [h_prev, x] + b_c)."""
    return np.tanh(np.concatenate([h_prev, x], axis=1) @ W_c.T + b_c)


def update_memory(f, c_prev, i, candidate):
    """c = f * c_prev + i * candidate."""
    return f * c_prev + i * candidate
