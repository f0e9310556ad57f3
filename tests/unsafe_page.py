"""Pages that escape nothing: the control of the tests of what the page shows. Each is one unsafe place for one text."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

import jinja2
from markdown_it import MarkdownIt

from assistant.language.visible import without_invisible


def _inserted(text: str) -> str:
    """Put into a page by a script, as HTML."""
    return f"<div id=x></div><script>document.getElementById('x').innerHTML = {_in_script(text)};</script>"


def _in_script(value: str) -> str:
    return json.dumps(value).replace("<", "\\u003c")


def _markdown(text: str) -> str:
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    renderer.validateLink = lambda _: True  # type: ignore[method-assign]
    return str(renderer.render(text))


def _mustache(text: str) -> str:
    """A template that a script evaluates."""
    evaluated = r"text.replace(/\{\{\{?([^#/].*?)\}\}\}?/g, (_, said) => Function(`return ${said}`)())"
    return (
        f"<div id=x></div><script>const text = {_in_script(text)};"
        f"document.getElementById('x').innerHTML = {evaluated};</script>"
    )


def _literal(text: str) -> str:
    """A template as Gradio's own HTML evaluates it, when somebody makes one of a text."""
    return (
        f"<div id=x></div><script>document.getElementById('x').innerHTML = "
        f"Function('return `' + {_in_script(text)} + '`')();</script>"
    )


def _mutated(text: str) -> str:
    """Cleaned by reading it as HTML and writing it again, which is read otherwise the second time."""
    return f"""<div id=x></div><script>
    const first = document.createElement("template");
    first.innerHTML = {_in_script(text)};
    const all = (root) => [...root.querySelectorAll("*")];
    all(first.content).filter((one) => one.matches("script, img")).forEach((one) => one.remove());
    document.getElementById("x").innerHTML = first.innerHTML;
    </script>"""


CLOBBERED = """({ settings }) => {
    if (settings) new Image().src = settings.href?.value || settings.href || settings.src || settings[1]?.src
        || settings.document?.baseURI;
}"""
"""A script that trusts a name of its own which anything in the page may take."""

UNSAFE: dict[str, Callable[[str], str]] = {
    "document": lambda text: text,
    "inserted": _inserted,
    "double": lambda text: f'<input value="{text}">',
    "single": lambda text: f"<input value='{text}'>",
    "bare": lambda text: f"<input value={text}>",
    "handler": lambda text: (
        f"<button onclick=\"said('{html.escape(text)}')\">x</button><script>said = String;</script>"
    ),
    "script": lambda text: f'<script>let said = "{text}";</script>',
    "quoted": lambda text: f"<script>let said = '{text}';</script>",
    "backslash": lambda text: '<script>let said = "{}";</script>'.format(text.replace('"', '\\"')),
    "literal": _literal,
    "json": lambda text: _inserted(json.loads('"{}"'.format(text.replace("\\x", "\\u00").replace('"', '\\"')))),
    "title": lambda text: f"<title>{text}</title>",
    "textarea": lambda text: f"<textarea>{text}</textarea>",
    "style": lambda text: f"<style>{text}</style>",
    "comment": lambda text: f"<!--{text}-->",
    "noscript": lambda text: f"<noscript>{text}</noscript>",
    "rule": lambda text: f"<style>p{{color:{text}}}</style><p>x</p>",
    "inline": lambda text: f'<p style="color:{html.escape(text)}">x</p>',
    "href": lambda text: f'<a href="{html.escape(text)}">x</a>',
    "frame": lambda text: f'<iframe src="{html.escape(text)}"></iframe>',
    "go": lambda text: f"<script>location.href = {_in_script(text)};</script>",
    "markdown": _markdown,
    "mustache": _mustache,
    "jinja": lambda text: jinja2.Environment(autoescape=False).from_string(text).render(),  # noqa: S701 - the control
    "unescaped": lambda text: _inserted(html.unescape(html.unescape(text))),
    "percent": lambda text: _inserted(unquote(unquote(text))),
    "removed": lambda text: re.sub(r"</?script>", "", text),
    "unseen": lambda text: _inserted(without_invisible(text)),
    "folded": lambda text: _inserted(unicodedata.normalize("NFKC", text)),
    "null": lambda text: _inserted(text.replace("\0", "")),
    "mutated": _mutated,
    "clobbered": _inserted,
}


def unsafe(place: str, text: str) -> str:
    """The page."""
    return f"<!doctype html><html><body>{UNSAFE[place](text)}</body></html>"
