"""Sphinx extension: pages that need neither a network nor a kernel, and that everyone can use.

- Widgets are mounted by `book/_assets/mount_widgets.js` instead of RequireJS and html-manager.
- Each live widget has its still picture beside it, in a <noscript>, and behind that the call that mounts it.
- Screen readers can read a bibliography as a list.
"""

from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from lstm_ref.messages import _

ASSETS = Path(__file__).parents[1] / "_assets"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MOUNT = "<script>lstmMount(document.currentScript)</script>"


def configure(app, config):
    """Set where the local files are, before any page needs them."""
    config.html_static_path = [*config.html_static_path, str(ASSETS)]
    config.html_css_files = [*config.html_css_files, "course.css"]
    sorry = _("This widget could not start: {reason}")
    config.nb_ipywidgets_js = {"mount_widgets.js": {"data-sorry": sorry}}


class KeepStillPicture(SphinxPostTransform):
    """Keep two forms of each widget: the live one, and the still picture for readers without JavaScript."""

    default_priority = 3  # just before myst-nb (4) keeps one form and drops the others
    formats = ("html",)

    def run(self, **kwargs):
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {form["mime_type"]: form for form in bundle.children}
            if WIDGET_VIEW in forms and "text/html" in forms:
                still = "".join(raw.astext() for raw in forms["text/html"].findall(nodes.raw))
                forms[WIDGET_VIEW].append(nodes.raw("", f"<noscript>{still}</noscript>{MOUNT}", format="html"))


def name_references(app, pagename, templatename, context, doctree):
    """Give the entries of a bibliography the role that a list's children must have; docutils' own is deprecated."""
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app):
    # Jupyter Book always gives this setting; without sphinx_comments (it loads scripts from elsewhere) nobody owns it.
    app.add_config_value("comments_config", {}, "", dict)
    app.connect("config-inited", configure)
    app.connect("html-page-context", name_references)
    app.add_post_transform(KeepStillPicture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
