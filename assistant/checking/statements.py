"""A claim of several statements, taken apart at its verbs, so that each can rest on a quote of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..language.syntax import parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_BESIDE = frozenset({"while", "whereas"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})


def statements(claim: str) -> list[str]:
    """The claim's statements as sentences: "A rose and B fell" gives "A rose" and "B fell"; one where it is one."""
    doc = parse(claim)
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    torn = any(token.dep_ == "prep" and not any(token.children) for token in doc)  # the parser lost what it links
    if root is None or root.pos_ not in {"VERB", "AUX"} or torn:
        return [claim]
    verbs = [root]
    for verb in verbs:
        verbs += [child for child in verb.children if _further(child)]
    if len(verbs) == 1:
        return [claim]
    opening = _opening(root)
    return [_sentence(doc, root, verbs), *(f"{_sentence(doc, verb, verbs)}{opening}" for verb in verbs[1:])]


def _opening(root: Token) -> str:
    """What stands before the subject holds of every statement: "In May, A rose and B fell"."""
    subject = next((c.left_edge.i for c in root.children if c.dep_ in _SUBJECTS), 0)
    parts = [c for c in root.children if c.right_edge.i < subject and c.dep_ in {"prep", "npadvmod", "advcl"}]
    text = " ".join(root.doc[c.left_edge.i : c.right_edge.i + 1].text for c in parts)
    return f" {text[:1].lower()}{text[1:]}" if text else ""


def _further(child: Token) -> bool:
    if child.pos_ not in {"VERB", "AUX"}:
        return False
    if child.dep_ == "conj":
        return not any(c.lower_ in {"or", "nor"} for c in child.head.children if c.dep_ == "cc")
    return child.dep_ == "advcl" and any(c.lower_ in _BESIDE for c in child.children)


def _sentence(doc: Doc, verb: Token, verbs: list[Token]) -> str:
    below = {t.i for other in verbs if other.i != verb.i and verb.is_ancestor(other) for t in other.subtree}
    own = {t.i for t in verb.subtree} - below
    words = [t for t in doc if t.i in own and not (t.dep_ == "cc" and t.head == verb) and t.lower_ not in _BESIDE]
    lead: list[Token] = []
    if not any(c.dep_ in _SUBJECTS for c in verb.children):
        first = verb
        while first.dep_ in {"conj", "advcl"} and not any(c.dep_ in _SUBJECTS for c in first.children):
            first = first.head
        helping = verb.tag_ in {"VB", "VBN", "VBG"} and not any(c.dep_ in {"aux", "auxpass"} for c in verb.children)
        lead = [t for c in first.children if c.dep_ in _SUBJECTS for t in c.subtree]
        lead += [c for c in first.children if helping and c.dep_ in {"aux", "auxpass", "neg"}]
    text = (
        "".join(t.text_with_ws if t.whitespace_ else t.text + (" " if t is lead[-1] else "") for t in lead)
        if lead
        else ""
    )
    return f"{text} {''.join(t.text_with_ws for t in words)}".strip(" ,;")
