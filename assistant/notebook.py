"""How an answer looks in a notebook. Everything that somebody else wrote is escaped."""

from __future__ import annotations

from html import escape

from .in_words import day_in_words
from .records import Answer, Citation

_NO_FORMULAS = "tex2jax_ignore mathjax_ignore"
"""Classes that MathJax passes over: notebooks take what stands between two dollar signs for a formula."""
_SMALL = "font-size:90%;margin:.2em 0 .2em 1.5em"


def as_html(answer: Answer) -> str:
    """The answer with its sources below it; a refusal says that it is one."""
    said = "".join(f"<p>{escape(part)}</p>" for part in answer.text.split("\n\n"))
    verdict = "" if answer.answered else "<p><strong>The articles do not say.</strong></p>"
    understood = answer.understood if answer.understood != answer.question else ""
    read = f"<p><em>Understood as: {escape(understood)}</em></p>" if understood else ""
    sources = "".join(map(_source, answer.citations))
    notes = "".join(f'<p style="{_SMALL}">{escape(note)}</p>' for note in answer.notes)
    return f'<div class="{_NO_FORMULAS}">{verdict}{read}{said}{sources}{notes}</div>'


def _source(cited: Citation) -> str:
    place = ", ".join(filter(None, [cited.title, cited.publisher, day_in_words(cited.published)]))
    return f'<p style="{_SMALL}">[{cited.number}] <q>{escape(cited.quote)}</q><br>{escape(place)}</p>'
