"""What is right passes, however it is written: answers in many styles, wrapped functions, settings of a notebook."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from test_exercise_answers import STEMS, graded_cells, run_solution

import lstm_ref
from lstm_ref import check
from lstm_ref.checks import CHECKS

HERE = Path(__file__).parent


@cache
def right_answers(stem):
    return tomllib.loads((HERE / "right_answers" / f"{stem}.toml").read_text(encoding="utf-8"))["right"]


RIGHT = [
    pytest.param(stem, right, id=f"{stem}-{right['replaces']}-{right['name']}")
    for stem in STEMS
    for right in right_answers(stem)
]


def refusals(stem, right, seed):
    """What the graded cells of this function say."""
    names, said = run_solution(stem, right["replaces"], right["source"]), []
    for source in graded_cells(stem).values():
        asked = ast.parse(source).body[0].value
        if asked.args[1].id != right["replaces"]:
            continue
        names["check"] = lambda *arguments, **part: check(*arguments, **part, seed=seed)
        try:
            exec(source, names)
            said.append("")
        except AssertionError as refused:
            said.append(str(refused))
    return said


@pytest.mark.parametrize("stem, right", RIGHT)
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_a_right_answer_passes(stem, right):
    said = refusals(stem, right, seed=len(right["name"]))
    assert said and not any(said), said


@pytest.mark.parametrize("stem", STEMS)
def test_each_function_has_right_answers(stem):
    slow = {name for name, its in CHECKS.items() if its.once}
    asked = {ast.parse(source).body[0].value.args[1].id for source in graded_cells(stem).values()}
    assert asked - slow <= {right["replaces"] for right in right_answers(stem)}


# --- what a notebook sets for all of Python does not reach the course's own lines ------------------------------------

SETTINGS = """
import warnings
np.seterr(all="raise")
warnings.simplefilter("error")
np.set_printoptions(precision=1, threshold=1)
np.random.seed(0)
"""
OF_TORCH = """
import torch
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
torch.manual_seed(0)
"""


@pytest.fixture
def put_back():
    with np.errstate(), np.printoptions():
        yield
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


@pytest.mark.usefixtures("put_back")
@pytest.mark.parametrize("stem", STEMS)
def test_settings_of_a_notebook_change_no_verdict_and_are_left_as_they_were(stem):
    names = run_solution(stem)
    exec(SETTINGS + OF_TORCH, names)
    for source in graded_cells(stem).values():
        name, function = (
            part.value if n == 0 else part.id for n, part in enumerate(ast.parse(source).body[0].value.args)
        )
        if CHECKS[name].once:
            continue
        check(name, names[function], seed=1)
        with pytest.raises(AssertionError):
            check(name, lambda *arguments: np.full(3, np.inf) - np.full(3, np.inf), seed=1)
    assert set(np.geterr().values()) == {"raise"} and torch.get_default_dtype() is torch.float64
    assert not torch.is_grad_enabled()


def test_a_picture_of_steep_gates_is_drawn_whatever_a_notebook_has_set():
    params = run_solution("09_engineer_intuition")["keeper_params"](0.2, 0.6, 3.0)
    steep = lstm_ref.LSTMParams(*(100 * part for part in params[:8]))
    with np.errstate(all="raise"):
        assert lstm_ref.keeper_picture(steep, 0.2, 0.6, 3.0)
