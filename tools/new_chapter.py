"""Begin a chapter: `python tools/new_chapter.py 12_attention "What is worth a look back?"`.

Writes its page, its exercise, the check of one function, and two wrong answers, all from tools/chapter/, and adds the
chapter to the table of contents and to the list on the first page. What is written passes every test of a chapter, so
that from there on each step can be tried. Nothing that exists is overwritten.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).with_name("chapter")
STEM = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")
# From each template to its place.
PLACES = {
    "page.md": "book/{stem}.md",
    "exercise.ipynb": "solutions/{stem}/{stem}.ipynb",
    "checks.py": "lstm_ref/checks/s{stem}/__init__.py",
    "check.py": "lstm_ref/checks/s{stem}/{function}.py",
    "wrong_answers.toml": "tests/wrong_answers/{stem}.toml",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stem", help="number and name, such as 12_attention")
    parser.add_argument("question", help="the title: the question that the chapter answers")
    parser.add_argument("--function", help="the first function that the exercise asks for; by default the name")
    options = parser.parse_args()
    found = STEM.fullmatch(options.stem)
    last = sorted(path.name for path in (ROOT / "solutions").iterdir())[-1]
    if not found or int(found[1]) != int(last[:2]) + 1:
        parser.error(f"{options.stem!r} is no stem for a chapter after {last}: expected {int(last[:2]) + 1:02}_name")
    if not options.question.endswith("?"):
        parser.error(f"{options.question!r} is no question: a chapter has one for its title")
    function = options.function or found[2]
    if not function.isidentifier():
        parser.error(f"{function!r} is no name for a function")
    words = {"stem": options.stem, "number": str(int(found[1])), "question": options.question, "function": function}
    written = [write(template, place.format(**words), words) for template, place in PLACES.items()]
    insert_after(
        ROOT / "_toc.yml",
        rf"^ *- file: exercises/{last}/{last}\n",
        f"      - file: book/{options.stem}\n"
        f"        sections:\n"
        f"          - file: exercises/{options.stem}/{options.stem}\n",
    )
    insert_after(
        ROOT / "book" / "index.md",
        rf"^  \d+\. \[.*\]\({last}\.md\)\n",
        f"  {words['number']}. [{options.question}]({options.stem}.md)\n",
    )
    print("Fill in:", *written, sep="\n  ")
    print("Then run `make exercises`, `make catalogue` and `make check`. CONTRIBUTING.md says what each file holds.")
    return 0


def write(template: str, place: str, words: dict[str, str]) -> str:
    """The template with its words in place of STEM, NUMBER, QUESTION and FUNCTION; returns where it lies."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for name, word in words.items():
        text = text.replace(name.upper(), word)
    path = ROOT / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:  # a file that is there already is an error
        file.write(text)
    return place


def insert_after(path: Path, pattern: str, lines: str) -> None:
    """Put lines behind the one place that the pattern finds."""
    text = path.read_text(encoding="utf-8")
    places = list(re.finditer(pattern, text, re.MULTILINE))
    if len(places) != 1:
        sys.exit(f"{path.name}: expected one line like {pattern!r}, found {len(places)}")
    path.write_text(text[: places[0].end()] + lines + text[places[0].end() :], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
