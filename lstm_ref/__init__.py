"""The reference LSTM of the course: equations, checks, figures and widgets.

`import lstm_ref` loads NumPy alone. Each name below is found in its module when it is first used, so that torch,
matplotlib and the widgets cost nothing to those who do not need them.
"""

import importlib

_WHERE = {
    "arrays": ("Array",),
    "backward": ("LSTMGrads", "RNNGrads", "lstm_backward", "lstm_step_backward", "rnn_backward"),
    "cell": (
        "Gates",
        "LSTMParams",
        "LSTMState",
        "candidate",
        "concatenate_inputs",
        "forget_gate",
        "hidden_state",
        "input_gate",
        "lstm_step",
        "lstm_step_with_gates",
        "output_gate",
        "sigmoid",
        "update_memory",
    ),
    "checks": ("check",),
    "classifier": (
        "RadarClassifier",
        "RadarData",
        "TrainingHistory",
        "batch_of",
        "evaluate_classifier",
        "radar_dataset",
        "train_classifier",
    ),
    "diagnosis": ("GateStatistics", "gate_statistics"),
    "figures": ("Figure",),
    "figures.s09_engineer_intuition": ("keeper_picture",),
    "filters": ("KalmanTrace", "exponential_average", "kalman_filter", "leaky_integrator", "steady_gain"),
    "gradients": ("GradientCheck", "clip_by_norm", "finite_differences", "global_norm", "gradient_check"),
    "initial": ("chrono_params", "initial_params"),
    "jacobians": ("jacobian_product_norms", "lag_until", "memory_norms", "step_jacobian"),
    "keeper": ("KeeperResult", "KeeperTrial", "keeper_params", "keeper_result", "keeper_trial"),
    "memory": ("bias_for_half_life", "half_life", "memory_parts", "run_memory"),
    "output": ("memory_from_output", "reveal"),
    "pooling": ("attention_pool", "attention_weights", "last_valid", "max_valid", "mean_valid"),
    "radar": ("radar_example",),
    "radar_csv": ("RadarRecording", "load_radar_csv"),
    "radar_simulator": ("RadarSequences", "StepKind", "simulate_radar"),
    "rnn": ("RNNParams", "initial_rnn_params", "rnn_forward", "rnn_step"),
    "sequence": ("lstm_forward", "stacked_lstm_forward", "zero_state"),
    "size": ("cell_shapes", "parameter_count", "sequence_shapes"),
    "thresholds": ("soft_and", "threshold_gate"),
    "torch_bridge": ("as_numpy", "from_torch", "to_torch"),
    "torch_layout": (
        "TorchArrays",
        "WeightPlace",
        "from_torch_arrays",
        "to_torch_arrays",
        "torch_shapes",
        "where_in_torch",
        "where_is",
    ),
    "torch_outputs": ("first_state", "last_of_both", "last_state", "last_valid_output"),
    "variants": (
        "CoupledParams",
        "GRUParams",
        "Peepholes",
        "coupled_forward",
        "coupled_step",
        "gru_forward",
        "gru_from_torch",
        "gru_step",
        "peephole_forward",
        "peephole_step",
    ),
    "widgets": (
        "CellDiagram",
        "CellStepper",
        "ForgetGate",
        "GateExplorer",
        "GradientFlow",
        "InputGate",
        "KeeperCell",
        "MemoryTrack",
        "OutputGate",
        "PoolingPads",
        "RNNForgetting",
        "SettingsPuzzle",
        "Shapes",
        "WeightMap",
    ),
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str):
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'lstm_ref' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"lstm_ref.{_MODULE_OF[name]}"), name)
    globals()[name] = value  # found once: the next look-up does not come here
    return value


def __dir__():
    return __all__
