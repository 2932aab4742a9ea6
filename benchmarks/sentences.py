"""What is said to wrong answers that no list holds: `python -m benchmarks.sentences [--most N] [FUNCTION ...]`.

Mutants of every graded function (`benchmarks/mutations.py`) are asked by its check, with one seed. Each that is refused
is counted by what its sentence does: an error of Python's own is shown with the line it happened in; a known mistake is
named; the lines to look at are told, by experiment; something else is told, such as what does not move; or nothing but
two numbers. Where the lines of a function have names (LINES), it is seen whether the line that was changed is among
those told, for one change and for changes of two lines. results/sentences.md becomes the table, with examples below.
"""

import argparse
import ast
import os
import re
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from benchmarks.mutants import SECONDS, Cell, TookTooLong, answer_cells, bound_memory, cells_of, within
from benchmarks.mutations import Mutant, mutants
from lstm_ref.checks import CHECKS, answer_to, further, judge, make

RESULTS = Path(__file__).with_name("results") / "sentences.md"
KINDS = ("error", "named", "lines", "told", "bare")
PAIRS, AGAIN = 60, 30
# function -> what each of its lines gives -> how a sentence may call the line, or the place where its result is used
LINES = {
    "lstm_step": {
        "hx": ("[h_prev, x]", "the line of"),
        "f": ("the line of f", "f * c_prev"),
        "i": ("the line of i", "i * candidate"),
        "candidate": ("the line of the candidate", "i * candidate"),
        "o": ("the line of o", "h = o * tanh(c)"),
        "c": ("f * c_prev", "i * candidate", "the sum that is c"),
        "h": ("h = o * tanh(c)",),
        "return": ("h = o * tanh(c)", "the sum that is c"),
    },
    "lstm_step_backward": {
        "shown": ("the line of d_c", "the output gate"),
        "d_o": ("the output gate",),
        "d_c": ("the line of d_c",),
        "z_f": ("the forget gate",),
        "z_i": ("the input gate",),
        "z_c": ("the candidate",),
        "z_o": ("the output gate",),
        "hx": ("the weights' gradients",),
        "d_hx": ("way back", "ways back"),
        "d_params": ("the weights' gradients", "the biases' gradients"),
        "return": ("d_hx is split", "goes on to c_prev", "way back"),
    },
}


def said(cell: Cell, text: str) -> str:
    """What the check says to a mutant, or nothing."""
    names: dict = {}
    for name, code in cells_of(cell.exercise):
        exec(text if name == cell.name else code, names)
    problem = make(cell.check, 0)
    answer = answer_to(problem, names[cell.check])
    more = further(cell.check, problem, answer)
    return judge(cell.check, problem, answer, further=more and answer_to(more, names[cell.check])) or ""


def kind(text: str) -> str:
    if " raised " in text:
        return "error"
    if "exactly the" in text:
        return "named"
    if re.search(r"(So|fault:) look at ", text):
        return "lines"
    text = re.sub(r" (?:Right|Wrong): [^.]*(?:\[[^]]*\][^.]*)*\.", "", text)
    numbers_alone = re.fullmatch(r".* is [^()]*, expected .* \([^()]*\)\.(?: \d+ of \d+ numbers differ\.)?", text)
    return "bare" if numbers_alone else "told"


def changed_lines(cell: Cell, mutant: Mutant) -> set[str]:
    """What the changed lines give, as they are named in LINES."""
    tree = ast.parse(cell.source).body[0]
    tree.body = tree.body[1:]  # as mutants are made: without the text of the function
    plain = ast.parse(ast.unparse(tree)).body[0]
    numbers = {int(n) for n in re.findall(r"(?:^|; )(\d+): ", mutant.change)}
    found = set()
    for statement in ast.walk(plain):
        if isinstance(statement, ast.Assign | ast.Return) and numbers & {
            *range(statement.lineno, statement.end_lineno + 1)
        }:
            found.add("return" if isinstance(statement, ast.Return) else ast.unparse(statement.targets[0]))
    return found


def right_lines(cell: Cell, lines: set[str], text: str) -> bool:
    """Whether each of the lines is told, by a name of its own."""
    told = re.split(r"(?:So|fault:) look at ", text)[-1]
    return all(any(name in told for name in LINES[cell.name].get(line, ())) for line in lines)


def sample(found: list[Mutant], most: int) -> list[Mutant]:
    return found[:: len(found) // most + 1]


def pairs(cell: Cell) -> list[Mutant]:
    """Mutants of mutants, in which two lines are changed."""
    found = []
    for one in sample(list(mutants(cell.source)), PAIRS):
        found += [two for two in islice(mutants(one.text), AGAIN) if len(changed_lines(cell, two)) == 2]
    return sample(found, PAIRS)


def told(cell: Cell, text: str) -> str:
    """What is said to a mutant; nothing to one that cannot be defined, or takes too long."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return within(SECONDS[False], said, cell, text)
        except (Exception, TookTooLong):
            return ""


def row(cell: Cell, found: list[Mutant], examples: list[str], pool: ProcessPoolExecutor) -> list[str]:
    counts, right = Counter(), 0
    sentences = pool.map(told, [cell] * len(found), [mutant.text for mutant in found], chunksize=10)
    for mutant, text in zip(found, sentences, strict=True):
        if not text:
            continue
        counts[kind(text)] += 1
        if kind(text) == "lines" and cell.name in LINES:
            lines = changed_lines(cell, mutant) & set(LINES[cell.name])
            right += right_lines(cell, lines, text)
            if len(lines) == 1 and right % 12 == 1:
                examples.append(f"- `{mutant.change}`: {text}")
    share = f"{right} of {counts['lines']}" if cell.name in LINES else ""
    return [str(counts.total()), *(str(counts[name]) for name in KINDS), share]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sentences", description=__doc__.splitlines()[0])
    parser.add_argument("functions", nargs="*", help="only these")
    parser.add_argument("--most", type=int, default=60, help="mutants of each function (60)")
    options = parser.parse_args()
    table, examples = [["function", "refused", *KINDS, "right lines"], ["---", *["--:"] * (len(KINDS) + 2)]], []
    pool = ProcessPoolExecutor(max_workers=os.cpu_count(), initializer=bound_memory)
    for cell in answer_cells():
        if CHECKS[cell.check].once or (options.functions and cell.name not in options.functions):
            continue
        table.append([cell.name, *row(cell, sample(list(mutants(cell.source)), options.most), examples, pool)])
        print(" ".join(table[-1]), flush=True)
        if cell.name in LINES:
            table.append([f"{cell.name}, two lines", *row(cell, pairs(cell), [], pool)])
            print(" ".join(table[-1]), flush=True)
    head = "# What is said to wrong answers that no list holds\n\n`python -m benchmarks.sentences`\n\n"
    lines = ["| " + " | ".join(cells) + " |" for cells in table]
    RESULTS.write_text(head + "\n".join([*lines, "", *examples[:12]]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
