"""Begin a chapter: `python tools/new_chapter.py 12_attention "What is worth a look back?"`.

Writes its page, its exercise, the check of one function, two wrong answers and a right one, all from tools/chapter/,
and adds the chapter to the table of contents and to the list on the first page. The new chapter passes every test of a
chapter, so that you can test after each change. Nothing that exists is overwritten.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).with_name("chapter")
STEM = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")
# Each template, and the file that is made from it.
PLACES = {
    "page.md": "book/{stem}.md",
    "exercise.ipynb": "solutions/{stem}/{stem}.ipynb",
    "checks.py": "lstm_ref/checks/s{stem}/__init__.py",
    "check.py": "lstm_ref/checks/s{stem}/{function}.py",
    "wrong_answers.toml": "tests/wrong_answers/{stem}.toml",
    "right_answers.toml": "tests/right_answers/{stem}.toml",
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
        parser.error(f"{options.stem!r} does not follow {last}: expected {int(last[:2]) + 1:02}_name")
    if not options.question.endswith("?"):
        parser.error(f"{options.question!r} is not a question: the title of a chapter is one")
    function = options.function or found[2]
    if not function.isidentifier():
        parser.error(f"{function!r} cannot be the name of a function")
    words = {"stem": options.stem, "number": str(int(found[1])), "question": options.question}
    words |= {"function": function, "constant": function.upper()}
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
    """Fill STEM, NUMBER, QUESTION, FUNCTION and CONSTANT in a template; write it to `place`, which is returned."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for name, word in words.items():
        text = text.replace(name.upper(), word)
    path = ROOT / place
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:  # an error if the file exists
        file.write(text)
    return place


def insert_after(path: Path, pattern: str, lines: str) -> None:
    """Insert lines after the one place that the pattern matches. Exits with an error if there is not just one."""
    text = path.read_text(encoding="utf-8")
    places = list(re.finditer(pattern, text, re.MULTILINE))
    if len(places) != 1:
        sys.exit(f"{path.name}: expected one line like {pattern!r}, found {len(places)}")
    path.write_text(text[: places[0].end()] + lines + text[places[0].end() :], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
