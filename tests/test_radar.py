"""Simulated radar: physics, seeds, labels. CSV files: what is accepted, and the messages for the rest."""

import re

import numpy as np
import pytest

from lstm_ref import StepKind, load_radar_csv, simulate_radar

PLAIN = dict(noise=0, clutter=0, spikes=0, dropouts=0, target_share=1)


def test_shapes_and_kinds():
    xs, kinds, has_target = simulate_radar(50, 30, seed=0)
    assert xs.shape == (50, 30, 2) and xs.dtype == np.float64
    assert kinds.shape == (50, 30) and has_target.shape == (50,)
    assert set(np.unique(kinds)) == set(StepKind)
    assert np.isfinite(xs).all() and (xs >= 0).all()


def test_a_seed_gives_the_same_sequences_again_and_another_seed_others():
    first, again, other = (simulate_radar(5, 30, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.xs, other.xs)


def test_the_power_of_an_echo_falls_as_distance_to_the_power_minus_four():
    xs = simulate_radar(4000, 20, seed=0, swerling=0, **PLAIN).xs
    amplitude, distance = xs[..., 0].max(axis=1), xs[np.arange(4000), xs[..., 0].argmax(axis=1), 1]
    slope, at_one = np.polyfit(np.log(distance), np.log(amplitude**2), 1)
    assert slope == pytest.approx(-4, abs=0.1)
    assert np.exp(at_one) == pytest.approx(1, abs=0.1)


def test_a_bump_is_as_long_as_the_beam_and_higher_than_its_surroundings():
    xs, kinds, _ = simulate_radar(200, 40, seed=3, swerling=0, beam=6.0, **PLAIN)
    bump = kinds == StepKind.BUMP
    assert set(bump.sum(axis=1)) <= {6, 7}
    assert (np.diff(bump.astype(int), axis=1) == 1).sum() + bump[:, 0].sum() == 200  # one stretch each
    # Half of the highest amplitude, with some room because the distance changes meanwhile.
    assert xs[..., 0][bump].min() > 0.45 * (1 / 1.2**2)
    assert (xs[..., 0][bump].mean()) > 5 * xs[..., 0][~bump].mean()


@pytest.mark.parametrize("swerling, alike", [(1, 1), (2, 0)])
def test_cross_sections_fluctuate_as_swerling_said(swerling, alike):
    """Exponentially distributed, mean 1 and variance 1; one draw for the sequence, or one for each step."""
    options = dict(sequences=20000, steps=8, seed=0, beam=8.0, **PLAIN)
    steady, power = (simulate_radar(swerling=s, **options).xs[..., 0] ** 2 for s in (0, swerling))
    section = power / steady
    assert section.mean() == pytest.approx(1, abs=0.02) and section.var() == pytest.approx(1, abs=0.05)
    assert np.corrcoef(section[:, 3], section[:, 4])[0, 1] == pytest.approx(alike, abs=0.03)


def test_noise_and_clutter_have_the_strength_that_is_asked_for():
    quiet = dict(spikes=0, dropouts=0, target_share=0)
    noise = simulate_radar(400, 50, seed=0, noise=0.3, clutter=0, **quiet).xs[..., 0]
    assert np.sqrt((noise**2).mean()) == pytest.approx(0.3, rel=0.02)
    xs = simulate_radar(4000, 50, seed=0, noise=0, clutter=0.2, **quiet).xs
    at_one = xs[..., 0] * xs[..., 1] ** 1.5
    assert np.sqrt((at_one**2).mean()) == pytest.approx(0.2, rel=0.03)
    voltage = xs[..., 0] - xs[..., 0].mean()
    assert np.corrcoef(voltage[:, 0], voltage[:, 1])[0, 1] > 0.4  # the ground changes slowly


def test_spikes_stand_alone_and_dropouts_are_empty():
    xs, kinds, has_target = simulate_radar(500, 60, seed=5, spikes=0.2, dropouts=0.1)
    spike, bump = kinds == StepKind.SPIKE, kinds == StepKind.BUMP
    for apart in (1, 2):
        assert not (spike[:, apart:] & spike[:, :-apart]).any()
    assert not (spike[:, 1:] & bump[:, :-1]).any() and not (spike[:, :-1] & bump[:, 1:]).any()
    assert xs[spike][:, 0].min() > 0.8
    assert (xs[kinds == StepKind.DROPOUT] == 0).all()
    assert (kinds == StepKind.DROPOUT).mean() == pytest.approx(0.1, abs=0.01)
    assert not bump[~has_target].any() and bump[has_target].any(axis=1).mean() > 0.99


@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_as_many_sequences_hold_a_target_as_asked(share):
    assert simulate_radar(3000, 10, seed=0, target_share=share).has_target.mean() == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(sequences=0), "sequences is 0; expected at least 1"),
        (dict(steps=3), "steps is 3; expected at least the 4.0 steps of the beam"),
        (dict(beam=0), "beam is 0; expected more than 0 steps"),
        (dict(swerling=3), "swerling is 3; expected 0, 1 or 2"),
        (dict(spikes=1.5), "spikes is 1.5; expected a probability from 0 to 1"),
        (dict(dropouts=float("nan")), "dropouts is nan; expected a probability"),
        (dict(target_share=-1), "target_share is -1; expected a probability"),
        (dict(noise=-0.1), "noise is -0.1; expected at least 0"),
        (dict(clutter=-0.1), "clutter is -0.1; expected at least 0"),
    ],
)
def test_what_is_out_of_range_is_refused_with_both_sides(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        simulate_radar(**{"sequences": 2, "steps": 20, "seed": 0, **options})


# --- CSV ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def recording(tmp_path):
    """recording(text or bytes) -> a file with that content."""

    def write(content):
        file = tmp_path / "own.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def test_two_columns(recording):
    xs, labels = load_radar_csv(recording("amplitude,distance\n0.1,1.0\n-2,9e-1\n"))
    assert np.array_equal(xs, [[0.1, 1.0], [-2.0, 0.9]]) and xs.dtype == np.float64
    assert labels is None


def test_labels_are_texts_and_columns_come_in_any_order(recording):
    xs, labels = load_radar_csv(str(recording('label, Distance ,AMPLITUDE\nbump,1, 0.5\n"spike, lone",2,0.25\n')))
    assert np.array_equal(xs, [[0.5, 1.0], [0.25, 2.0]])
    assert labels == ("bump", "spike, lone")


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffamplitude,distance\n1,2\n",
        "amplitude,distance\r\n1,2\r\n",
        "amplitude,distance\r1,2\r",
        "amplitude,distance\n1,2",
        "amplitude,distance\n1,2\n\n  \n,\n",
        '"amplitude","distance"\n"1","2"\n',
    ],
    ids=["byte order mark", "Windows", "old Mac", "no last newline", "blank last lines", "quoted"],
)
def test_what_programs_really_write_is_accepted(recording, content):
    assert np.array_equal(load_radar_csv(recording(content)).xs, [[1.0, 2.0]])


HEAD = "amplitude,distance\n"
BAD = [
    ("", "is empty; expected a first line amplitude,distance"),
    ("\n\n", "is empty; expected a first line"),
    (HEAD, "has a first line and no steps below it"),
    ("0.1,1.0\n", "line 1: 0.1,1.0 are numbers, not the names of columns; expected amplitude,distance"),
    ("amplitude\n1\n", "line 1: the column distance is missing; expected amplitude,distance"),
    ("label,distance\nx,1\n", "line 1: the column amplitude is missing"),
    ("amplitude,range\n1,1\n", "line 1: there is a column 'range'; expected amplitude,distance"),
    ("amplitude,distance,\n1,1,\n", "line 1: there is a column ''"),
    ("amplitude,distance,distance\n1,1,1\n", "line 1: the column distance is there twice"),
    ("amplitude;distance\n1;1\n", "line 1: columns are separated by ;, not by commas"),
    ("amplitude\tdistance\n1\t1\n", "line 1: columns are separated by tabs"),
    (HEAD + "1,1\n1\n", "line 3: there are 1 fields, 1; expected 2, amplitude,distance"),
    (HEAD + "1,1,bump\n", "line 2: there are 3 fields, 1,1,bump; expected 2"),
    (HEAD + "1;1\n", "Columns are separated by commas, not by ;"),
    (HEAD + "0,5,1,0\n", "It looks as if numbers had decimal commas: write 0.5, not 0,5"),
    ("amplitude,distance,label\n0,5,1,0,x\n", "It looks as if numbers had decimal commas"),
    (HEAD + '"0,5","1,0"\n', "line 2: column amplitude holds '0,5', with a decimal comma; expected a point: 0.5"),
    (HEAD + "1,1\n1,far\n", "line 3: column distance holds 'far'; expected a number"),
    (HEAD + "1_000,1\n", "line 2: column amplitude holds '1_000'; expected a number"),
    (HEAD + "1,\n", "line 2: column distance is empty; expected a number"),
    (HEAD + "nan,1\n", "line 2: column amplitude holds nan; expected a finite number"),
    (HEAD + "1,inf\n", "line 2: column distance holds inf; expected a finite number"),
    (HEAD + "1,1e999\n", "line 2: column distance holds 1e999; expected a finite number"),
    (HEAD + "1,-2\n", "line 2: column distance holds -2; expected at least 0"),
    ("amplitude,distance,label\n1,1,\n", "line 2: column label is empty; expected a text or a number"),
    (HEAD + "1,1\n\n1,1\n", "line 3: the line is blank, and others follow"),
    (HEAD + '1,"1\n', "line 2: not readable as CSV"),
    (HEAD + "1,1\x00\n", "line 2: there is a zero byte; expected text"),
    ("amplitude,distance,label\n1,1,écho\n".encode("latin-1"), "line 2: byte 0xe9 is not UTF-8"),
    (HEAD.encode("utf-16"), "is encoded as UTF-16; expected UTF-8"),
    (b"\x89PNG\r\n\x1a\n", "line 1: byte 0x89 is not UTF-8"),
]


@pytest.mark.parametrize("content, message", BAD, ids=[message for _, message in BAD])
def test_a_bad_file_is_refused_with_its_name_and_line(recording, content, message):
    file = recording(content)
    with pytest.raises(ValueError, match=re.escape(message)) as refused:
        load_radar_csv(file)
    assert str(refused.value).startswith(str(file))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.csv"):
        load_radar_csv(tmp_path / "nowhere.csv")


def test_a_long_recording_with_a_quoted_line_break_keeps_its_line_numbers(recording):
    content = 'amplitude,distance,label\n1,1,"two\nlines"\n1,x,bump\n'
    with pytest.raises(ValueError, match="line 4: column distance holds 'x'"):
        load_radar_csv(recording(content))
