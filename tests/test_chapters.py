"""Every chapter keeps the form that a reader learns to expect from the first one."""

import re
from pathlib import Path

import pytest

from lstm_ref.checks import STEMS

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
CHAPTERS = sorted(BOOK.glob("[01][0-9]_*.md"))

# In this order. A chapter may open with another verb than "Move it first", but it must open with something to try.
FORM = {
    "a question for a title": r"^# .*\?",
    "the time it takes": r"^\*\*Time:\*\* \d+ minutes to read and play, then \d+ to \d+ for the exercise\.$",
    "what is needed": r"^\*\*You need:\*\* ",
    "its goals": r"^\*\*You will be able to\*\* ",
    "the way to the letters and the words": r"^\*\*To look up:\*\* .*\]\(notation\.md\).*\]\(glossary\.md\)",
    "something to touch": r"^## (Move|Touch|Draw|Walk).*\n((?!##).*\n)*?from lstm_ref import [A-Z]",
    "an equation": r"^\$\$$",
    "code of the reference": r"^```\{literalinclude\} \.\./lstm_ref/",
    "the way to the exercise": r"^## Your turn\n\n.*\]\(\.\./exercises/STEM/STEM\.ipynb\)",
    "a summary": r"^## In short\n\n- ",
    "questions": r"^## Check yourself\n\n:::\{question\}",
    "citations": r"^## References\n\n```\{bibliography\}",
}


def missing(text, stem):
    """The parts of FORM that the text of a chapter lacks, or has in the wrong place."""
    found, start = [], 0
    for what, pattern in FORM.items():
        match = re.compile(pattern.replace("STEM", stem), re.MULTILINE).search(text, start)
        if match is None:
            found.append(what)
        else:
            start = match.start() + 1
    return found


def test_the_chapters_are_numbered_and_no_other_file_is_named_as_one():
    assert [path.stem[:2] for path in CHAPTERS] == [f"{n:02}" for n in range(1, len(CHAPTERS) + 1)]
    stems = [path.stem for path in CHAPTERS]
    for folder in ("solutions", "exercises"):
        assert sorted(path.name for path in (ROOT / folder).iterdir()) == stems
    assert sorted(path.stem for path in (ROOT / "tests" / "wrong_answers").iterdir()) == stems
    assert [stem.removeprefix("s") for stem in STEMS] == stems


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_stands_in_the_contents_and_on_the_first_page(path):
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert contents.count(f"- file: book/{path.stem}\n") == 1
    assert contents.count(f"- file: exercises/{path.stem}/{path.stem}\n") == 1
    listed = rf"^  {int(path.stem[:2])}\. \[.+\]\({path.stem}\.md\)$"
    assert len(re.findall(listed, (BOOK / "index.md").read_text(encoding="utf-8"), re.MULTILINE)) == 1


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_its_parts_in_their_order(path):
    text = path.read_text(encoding="utf-8")
    assert missing(text, path.stem) == []
    assert 3 <= text.split("## Check yourself")[1].count(":::{question}") <= 4
    questions = text.split("## Check yourself")[1].split("## References")[0]
    explanations = re.findall(r"^: (.+)$", questions, re.MULTILINE)
    assert len(explanations) >= 6 and all(len(one) >= 20 for one in explanations), "an answer is not explained"
    assert "{term}`" in text, "no word leads to the glossary"
    assert re.search(r"\{cite:[tp]\}`", text), "nothing is cited"


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("# What to forget?", "# On forgetting.", "a question for a title"),
        ("**Time:** 30", "**Time:** some", "the time it takes"),
        ("(notation.md)", "(index.md)", "the way to the letters and the words"),
        ("from lstm_ref import GateExplorer", "", "something to touch"),
        ("exercises/03_forget_gate/03", "exercises/04_input_gate/04", "the way to the exercise"),
        ("## In short", "## At length", "a summary"),
        ("```{bibliography}", "```{note}", "citations"),
    ],
)
def test_a_part_that_is_missing_would_be_noticed(before, after, what):
    text = (BOOK / "03_forget_gate.md").read_text(encoding="utf-8")
    assert before in text
    assert missing(text.replace(before, after), "03_forget_gate") == [what]
