"""Widgets in which a reader moves a gate and sees the memory move.

Each is an `anywidget.AnyWidget`: in JupyterLab its traits are readable and settable from Python; in the built book the
same JavaScript runs by itself, without a kernel and without a network.
"""

from lstm_ref.widgets.cell_diagram import CellDiagram
from lstm_ref.widgets.cell_stepper import CellStepper
from lstm_ref.widgets.forget_gate import ForgetGate
from lstm_ref.widgets.gate_explorer import GateExplorer
from lstm_ref.widgets.gradient_flow import GradientFlow
from lstm_ref.widgets.input_gate import InputGate
from lstm_ref.widgets.keeper_cell import KeeperCell
from lstm_ref.widgets.memory_track import MemoryTrack
from lstm_ref.widgets.output_gate import OutputGate
from lstm_ref.widgets.pooling_pads import PoolingPads
from lstm_ref.widgets.rnn_forgetting import RNNForgetting
from lstm_ref.widgets.settings_puzzle import SettingsPuzzle
from lstm_ref.widgets.shapes import Shapes
from lstm_ref.widgets.weight_map import WeightMap

__all__ = [
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
]
