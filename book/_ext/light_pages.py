"""Sphinx extension: pages that open fast. What each of them loads is put together when the book has been built.

As the theme makes it, a page asks for nine style sheets and some fifteen scripts, one of them 1.5 MB for a dozen icons.
Here the style sheets become one file with the rules that some page may use; the scripts of the head become one that
does not hold up the page; the icons come from the theme's font, of which only their letters are kept; and what only a
search needs is loaded by the page of the search. A file's name holds a digest of its content, so that no browser shows
an old one.
"""

import base64
import hashlib
import io
import re
from pathlib import Path
from urllib.parse import urlsplit

import tinycss2
from fontTools import subset

DONE = "<!-- light -->"
STYLE = re.compile(r'\s*<link(?=[^>]*rel="stylesheet")[^>]*href="([^"]+)"[^>]*>')
SCRIPT = re.compile(r'\s*<script(?P<attributes>[^>]*)\ssrc="(?P<address>[^"]+)"(?P<more>[^>]*)></script>')
ICON = re.compile(r"\\(f[0-9a-f]{3})\b")
# The theme gives each font of icons twice. Only this one can be read without further packages.
FONT = re.compile(r'url\([^()]*\) format\("woff2"\),\s*url\(([^()]*/fontawesome/[^()]*\.ttf)\) format\("truetype"\)')
FONT_OF_OURS = re.compile(r"""url\("([^"/]+\.woff2)"\)""")
# Asked for as soon as the style sheet is there: a font that comes after the first words are drawn moves them.
FONTS = "<script>for (const font of document.fonts) font.load();</script>"
PLACE = "<!-- scripts -->"  # before those of a search, which call the others
FOR_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
ICONS = "fontawesome.js"  # draws each icon anew; the style sheet does it, too
IN_THE_PAGE = ("documentation_options.js", "mount_widgets.js")  # short, and lines of the page itself build on them
WORD = re.compile(r"[\w-]+")
NAMED = re.compile(r"(?<![\w-])[.#](-?[A-Za-z_](?:[\w-]|\\.)*)")
ONLY_IF_NOT = re.compile(r":not\([^()]*(?:\([^()]*\)[^()]*)*\)")
ADDRESS = re.compile(r"url\(\s*(['\"]?)(?!data:|https?:|#)([^'\")]+)\1\s*\)")


def lighten(app, exception) -> None:
    """Every page that was written since the last time."""
    if exception is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {page: page.read_text(encoding="utf-8") for page in out.rglob("*.html") if "_static" not in page.parts}
    scripts = [file.read_text(encoding="utf-8") for file in out.joinpath("_static").rglob("*.js") if file.name != ICONS]
    used = {word for text in (*pages.values(), *scripts) for word in WORD.findall(text)}
    bundles = Bundles(out, used)
    for page, text in pages.items():
        if DONE not in text and "<head>" in text:
            page.write_text(_light(text, page, out, bundles), encoding="utf-8")


class Bundles:
    """Files that are put together, each once."""

    def __init__(self, out: Path, used: set[str]):
        self.out, self.used, self.known = out, used, {}

    def styles(self, files: list[Path]) -> Path:
        """One style sheet with the rules of these that name nothing but what pages and scripts hold."""
        return self._once(files, ".css", lambda: self._icons("".join(map(self._style, files))))

    def scripts(self, files: list[Path]) -> Path:
        """These scripts, one after the other. Each is set apart: in one file, a slip at an end would reach the next."""
        return self._once(files, ".js", lambda: "".join(f"{file.read_text(encoding='utf-8')}\n;\n" for file in files))

    def _once(self, files, kind, make) -> Path:
        key = (kind, *files)
        if key not in self.known:
            text = make()
            name = f"pages.{hashlib.sha256(text.encode()).hexdigest()[:12]}{kind}"
            self.known[key] = self.out / "_static" / name
            self.known[key].write_text(text, encoding="utf-8")
        return self.known[key]

    def _style(self, file: Path) -> str:
        text = file.read_text(encoding="utf-8")
        rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
        kept = "".join(filter(None, (self._imported(rule, file) or self._rule(rule) for rule in rules)))
        folder = file.parent.relative_to(self.out / "_static")

        def within(found) -> str:
            return f"url(data:font/woff2;base64,{_in_base64((file.parent / found[1]).read_bytes())})"

        kept = FONT_OF_OURS.sub(within, kept)
        return ADDRESS.sub(lambda found: f"url({(folder / found[2]).as_posix()})", kept)

    def _imported(self, rule, file: Path) -> str | None:
        if rule.type != "at-rule" or rule.lower_at_keyword != "import":
            return None
        [address] = (token.value for token in rule.prelude if token.type in ("string", "url"))
        return self._style((file.parent / address).resolve())

    def _rule(self, rule) -> str | None:
        if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports") and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            kept = "".join(filter(None, map(self._rule, inner)))
            head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
            return f"{head}{{{kept}}}\n" if kept else None
        if rule.type != "qualified-rule":
            return rule.serialize() + "\n" if rule.type == "at-rule" else None
        selectors = [one for one in _apart(rule.prelude) if self._may_match(one)]
        return f"{','.join(selectors)}{{{tinycss2.serialize(rule.content).strip()}}}\n" if selectors else None

    def _may_match(self, selector: str) -> bool:
        needed = NAMED.findall(ONLY_IF_NOT.sub("", selector))
        return all(name.replace("\\", "") in self.used for name in needed)

    def _icons(self, style: str) -> str:
        """The style sheet with the letters of its icons in it, instead of addresses of fonts with thousands."""
        letters = {letter for letter in style if "\ue000" <= letter <= "\uf8ff"}
        letters |= {chr(int(code, 16)) for code in ICON.findall(style)}

        def within(found) -> str:
            font = self.out / "_static" / found[1]
            return f"url(data:font/woff;base64,{_of_font(font, letters)}) format('woff')" if font.exists() else found[0]

        return FONT.sub(within, style)


def _in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _of_font(file: Path, letters: set[str]) -> str:
    """These letters of a font, in base64."""
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, drop_tables=["GSUB", "GPOS", "GDEF"])
    font = subset.load_font(file, options)
    of_font = subset.Subsetter(options)
    of_font.populate(unicodes=map(ord, letters))
    of_font.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return _in_base64(made.getvalue())


def _apart(prelude) -> list[str]:
    """The selectors of a rule, which commas part."""
    parts = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def _light(text: str, page: Path, out: Path, bundles: Bundles) -> str:
    """The page, with what it loads put together."""
    head, body = text.split("</head>", 1)
    up = "../" * (len(page.relative_to(out).parts) - 1)

    def file_of(address: str) -> Path:
        return (page.parent / urlsplit(address).path).resolve()

    styles = [file_of(found[1]) for found in STYLE.finditer(head)]
    head = STYLE.sub("", head)
    bundled: list[Path] = []

    def put_together(found) -> str:
        file, said = file_of(found["address"]), found["attributes"] + found["more"]
        if file.name == ICONS or file.name in FOR_SEARCH and page.name != "search.html":
            return ""
        if file.name in IN_THE_PAGE:
            return f"\n    <script{said}>{file.read_text(encoding='utf-8')}</script>"
        if file.name in FOR_SEARCH:
            return PLACE + found[0]
        if "defer" in said:
            return found[0]
        bundled.append(file)
        return ""

    head = SCRIPT.sub(put_together, head)
    links, script = "", ""
    if styles:
        links = f'    <link rel="stylesheet" href="{up}_static/{bundles.styles(styles).name}" />\n    {FONTS}\n'
    if bundled:
        address = f"{up}_static/{bundles.scripts(bundled).name}"
        script = f'\n    <script src="{address}"></script>'
        links += f'    <script defer src="{address}"></script>\n' if PLACE not in head else ""
    # The style sheet first: it is fetched while the rest of the head is read. So are scripts that nothing waits for.
    title, rest = head.replace(PLACE, script, 1).split("</title>", 1)
    return f"{title}</title>\n{links}{rest.replace(PLACE, '')}  {DONE}\n  </head>{body}"


def setup(app):
    app.connect("build-finished", lighten, priority=900)  # after everything that writes pages or files for them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
