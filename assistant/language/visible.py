"""What a reader of a Markdown page sees: its text without hidden text, scripts, images and HTML tags. Pure.

What nobody can see cannot be checked by whoever follows a citation, so it is left out before anything is indexed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ACTIVE = re.compile(
    r"(?<!`)<(script|style|iframe|object|template|noscript|svg|head)\b[^>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"(?<!`)<(\w+)\b[^>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])"
    r"|opacity\s*:\s*0(?![.\d]*[1-9])|(?<![-\w])color\s*:\s*(?:white|transparent|#fff(?:fff)?)\b|\shidden\b|aria-hidden\s*=\s*[\"']?true)"
    r"[^>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
"""Only up to the tag that ends it: without one, the rest of the page would go."""
_ELEMENTS = (
    "a|abbr|address|article|aside|audio|b|base|blockquote|body|br|button|caption|center|cite|code|col|colgroup|dd|del"
    "|details|dfn|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|header|hr|html|i|iframe|img|input|ins|kbd"
    "|label|li|link|main|mark|meta|nav|ol|option|p|picture|pre|q|s|samp|script|section|select|small|source|span|strong"
    "|style|sub|summary|sup|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|u|ul|var|video|wbr"
)
_TAG = re.compile(rf"(?<!`)</?(?:{_ELEMENTS})\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_STRUCK = re.compile(
    r"(?<!`)<(del|s|strike)\b[^>]*>.*?</\1\s*>|(?<![~`\w])~~(?=\S)[^~\n]+?~~(?!~)", re.DOTALL | re.IGNORECASE
)
_RAISED = re.compile(r"(?<=\w)<sup\b[^>]*>\s*([0-9+−-]{1,6})\s*</sup\s*>", re.IGNORECASE)
_BREAK = re.compile(
    r"(?<!`)</?(?:br|p|div|li|ul|ol|tr|table|thead|tbody|h[1-6]|blockquote|dl|dt|dd|hr|pre|section|article|header|footer"
    r"|figcaption|caption|summary|details)\b[^<>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"(?<!`)</?t[dh]\b[^<>]*>", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    "|(?<![^\\W\\d_])[\u200c\u200d](?![^\\W\\d_])|(?<=[A-Za-z\\d\\s])[\u200c\u200d]|[\u200c\u200d](?=[A-Za-z\\d\\s])"
)
"""Zero-width and direction marks. The joiners of Persian and Indic words and of emoji stay."""
_FIGURES = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_SHOWN: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_ACTIVE, ""),
    (_IMAGE, ""),
    (_STRUCK, ""),
    (_RAISED, lambda found: raised(found[1])),
    (_BREAK, "\n"),
    (_CELL, " "),
    (_TAG, ""),
)
"""What stands for markup, so that no two words or figures become one, and none that is struck out is told."""
HIDDEN = "text that readers cannot see was left out"
STRUCK = "struck-out text was left out"
LOSS = 3
"""Words that were hidden and are worth a remark."""


def visible(text: str, *, markup: bool = True) -> tuple[str, str]:
    """The text as a reader sees it, and a remark where words were hidden, else an empty string.

    Without `markup`, as in a plain text file, tags are text.
    """
    hidden = len(re.findall("[\U000e0020-\U000e007f]{4,}", text))
    shown = without_invisible(text)
    for pattern in (_COMMENT, _HIDDEN) if markup else ():
        hidden += sum(len(found[0].split()) > LOSS for found in pattern.finditer(shown))
        shown = pattern.sub("", shown)
    for pattern, instead in _SHOWN if markup else ():
        shown = pattern.sub(instead, shown)
    return shown, HIDDEN if hidden else ""


def without_invisible(text: str) -> str:
    """The text without characters that show nothing."""
    return _INVISIBLE.sub("", text)


def raised(figure: str) -> str:
    """A raised figure in letters of its own, so that it is no part of the figure before it: ⁶ of 10⁶."""
    return figure.translate(_FIGURES)
