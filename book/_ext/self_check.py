"""Sphinx extension: the `question` directive, with which readers test what they have learned from a chapter.

    :::{question}
    :right: 2
    With $f = 0.8$, how much is left after three steps?

    0.24
    : Why not.

    0.512
    : Right: $0.8^3$.
    :::

Paragraphs ask; a definition list holds the answers, each with its explanation. Choosing an answer shows the
explanation. Radio buttons and a style sheet do this, so it works from a disk and without JavaScript. On paper all is
shown. The texts are ordinary nodes: translators find them where they find the rest of the page.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective

_ = get_translation("self_check")


class question(nodes.General, nodes.Element):
    """One question: paragraphs, then `choice` nodes."""


class choice(nodes.General, nodes.Element):
    """One answer: an `answer` and an `explanation`."""


class answer(nodes.General, nodes.TextElement):
    """The text of an answer, which can be chosen."""


class explanation(nodes.General, nodes.Element):
    """What is shown when the answer is chosen."""


class Question(SphinxDirective):
    has_content = True
    option_spec = {"right": directives.positive_int}

    def run(self):
        body = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, body)
        lists = [child for child in body if isinstance(child, nodes.definition_list)]
        if len(lists) != 1 or "right" not in self.options or not isinstance(body[0], nodes.paragraph):
            raise self.error("a question needs the option :right:, a paragraph that asks, and one definition list")
        items = list(lists[0].children)
        right = self.options["right"]
        if len(items) < 2 or right > len(items):
            raise self.error(f"a question needs two or more answers; it has {len(items)}, and :right: is {right}")
        made = question(classes=["lstm-question"], ids=[f"question-{self.env.new_serialno('question')}"])
        made["asked"] = body[0].astext()
        made += [child for child in body if child is not lists[0]]
        for number, item in enumerate(items, start=1):
            made += self.choice(made["ids"][0], number, item, number == right)
        return [made]

    def choice(self, group, number, item, is_right):
        term, definition = item.children[0], item.children[-1]
        told = explanation("", *definition.children, right=is_right, ids=[f"{group}-{number}-why"])
        return choice("", answer("", "", *term.children, group=group, number=number, right=is_right), told)


def enter_question(self, node):
    # The paragraph that asks is the group's name, so it is both seen and read out.
    self.body.append(self.starttag(node, "div", role="radiogroup", **{"aria-labelledby": f"{node['ids'][0]}-asked"}))
    self.body.append(f'<div id="{node["ids"][0]}-asked">')


def enter_choice(self, node):
    if node.parent.index(node) == next(n for n, child in enumerate(node.parent) if isinstance(child, choice)):
        self.body.append("</div>")  # closes the text of the question
    self.body.append('<div class="lstm-answer">')


def enter_answer(self, node):
    name = f"{node['group']}-{node['number']}"
    self.body.append(
        f'<input type="radio" name="{node["group"]}" id="{name}" aria-describedby="{name}-why"><label for="{name}">'
    )


def enter_explanation(self, node):
    kind = "right" if node["right"] else "wrong"
    said = _("Right.") if node["right"] else _("Not quite.")
    self.body.append(self.starttag(node, "div", CLASS=f"lstm-explanation lstm-{kind}"))
    self.body.append(f'<span class="lstm-verdict">{said}</span>')


def nothing(self, node):
    """Other outputs (plain text, catalogues) take the children as they are."""


def setup(app):
    def leave(tag):
        return lambda self, node: self.body.append(tag)

    others = dict.fromkeys(("text", "latex", "texinfo", "man"), (nothing, nothing))
    app.add_node(question, html=(enter_question, leave("</div>\n")), **others)
    app.add_node(choice, html=(enter_choice, leave("</div>\n")), **others)
    app.add_node(answer, html=(enter_answer, leave("</label>\n")), **others)
    app.add_node(explanation, html=(enter_explanation, leave("</div>\n")), **others)
    app.add_directive("question", Question)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
