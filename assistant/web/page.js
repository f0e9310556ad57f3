// What the whole page does in the browser, beside the buttons that ask the server (part.js).
(() => {
  const narrow = () => window.matchMedia("(max-width: 900px)").matches;
  const frame = () => document.getElementById("frame"); // Gradio keeps our styles to what is below its own element
  const sheets = { sources: "sources-open", nav: "nav-open" };
  let opener = null;

  const covered = { sources: "#talk, #tabs > .tab-wrapper, #open-nav, #nav", nav: "#main, #open-nav" };
  const openSheet = (name, from) => {
    opener = from;
    frame().classList.add(sheets[name]);
    document.querySelectorAll(covered[name]).forEach((other) => { other.inert = true; });
  };
  const closeSheets = () => {
    frame().classList.remove(...Object.values(sheets));
    document.querySelectorAll("#frame [inert]").forEach((other) => { other.inert = false; });
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  };

  // Scrolls one thing only: `scrollIntoView` would move the whole page.
  const bring = (target, within) => {
    const bar = within.querySelector(".bar")?.offsetHeight || 0;
    within.scrollTop += target.getBoundingClientRect().top - within.getBoundingClientRect().top - bar - 8;
  };

  // A marker, or "3 sources", leads to its place in the panel, which lies over the page where that is narrow.
  const showSource = (link) => {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    if (narrow()) openSheet("sources", link);
    document.querySelectorAll("#sources .shown").forEach((other) => other.classList.remove("shown"));
    const card = target.matches("article") ? target : target.querySelector("article") || target;
    card.classList.add("shown");
    bring(target, document.getElementById("side"));
    card.focus({ preventScroll: true });
  };

  const say = (button, words) => {
    const before = button.dataset.words || button.textContent;
    button.dataset.words = before;
    button.textContent = words;
    setTimeout(() => { button.textContent = before; }, 2000);
    announcer().textContent = words;
  };
  const announcer = () => {
    let found = document.getElementById("announced");
    if (!found) {
      found = document.createElement("div");
      found.id = "announced";
      found.className = "unseen";
      found.setAttribute("role", "status");
      document.body.append(found);
    }
    return found;
  };
  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(await text);
    } catch {
      // Over plain http a page may not use the clipboard; a selected text may still be copied.
      const area = document.createElement("textarea");
      area.value = await text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) return say(button, "Not copied");
    }
    say(button, "Copied");
  };
  const fetched = async (url) => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(await answer.text());
    return answer.text();
  };

  document.addEventListener("click", (event) => {
    const item = event.target.closest("a, button");
    if (!item) return;
    if (item.matches("a.cite, a.show-sources, #sources .labels a")) {
      event.preventDefault();
      showSource(item);
    } else if (item.matches('#sources a[href^="#t"]')) {
      event.preventDefault();
      closeSheets();
      bring(document.getElementById(item.hash.slice(1)), document.getElementById("chat"));
    } else if (item.dataset.copy) {
      fetched(item.dataset.copy).then((text) => copy(item, text), () => say(item, "Not copied"));
    } else if (item.dataset.link) {
      copy(item, new URL(item.dataset.link, document.baseURI).href);
    } else if (item.dataset.close) {
      closeSheets();
    } else if (item.dataset.open) {
      openSheet(item.dataset.open, item);
      document.querySelector(`#${item.dataset.open} a, #${item.dataset.open} button`)?.focus();
    } else if (item.matches("button.looks")) {
      const dark = document.body.classList.toggle("dark");
      try { localStorage.setItem("looks", dark ? "dark" : "light"); } catch { /* it is kept for this page only */ }
    } else if (item.matches("#nav a, #nav button") && narrow()) {
      closeSheets();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && Object.values(sheets).some((name) => frame().classList.contains(name))) closeSheets();
    if (event.key === "Escape" && event.target.closest("#preview")) {
      document.querySelector('#preview [data-do="clear"]')?.click();
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      if (box()?.offsetParent) { event.preventDefault(); box().focus(); }
    }
  });

  // Where the focus was, as what had it may be gone when a part gets other content.
  let focused = { part: "", doing: "" };
  const partOf = (element) => element.closest("#frame .block[id]")?.id || "";
  document.addEventListener("focusin", (event) => {
    focused = { part: partOf(event.target), doing: event.target.dataset?.do || "" };
  });
  const box = () => document.querySelector("#question textarea");
  const keepFocus = (part) => {
    if (document.activeElement !== document.body || !part.closest(`#${CSS.escape(focused.part || "none")}`)) return;
    const again = part.querySelector(`[data-do="${focused.doing}"]`) || part.querySelector("button, a, input");
    if (again && !part.closest("#now")) again.focus();
    else if (!window.matchMedia("(pointer: coarse)").matches) box()?.focus();
  };

  // The address follows the conversation, and the conversation the browser's Back and Forward.
  let visited = false;
  const follow = (conversation) => {
    const id = conversation.dataset.conversation, url = new URL(location.href);
    if ((url.searchParams.get("conversation") || "") !== id && !conversation.dataset.trouble) {
      url.hash = "";
      if (id) url.searchParams.set("conversation", id); else url.searchParams.delete("conversation");
      url.searchParams.delete("article");
      history[visited ? "pushState" : "replaceState"](null, "", url);
    }
    visited = true;
  };
  window.addEventListener("popstate", () => {
    const id = new URL(location.href).searchParams.get("conversation") || "";
    if (id === (document.querySelector("#head [data-conversation]")?.dataset.conversation || "")) return;
    const link = id ? document.querySelector(`#conversations a[data-conversation="${CSS.escape(id)}"]`)
      : document.getElementById("new");
    if (link) link.click(); else location.reload();
  });

  // A part has other content: the address follows, a new question comes into view, focus goes where the page asks.
  let shown = "";
  document.addEventListener("part", (event) => {
    const part = event.target;
    const conversation = document.querySelector("#head [data-conversation]");
    if (part.closest("#head") && conversation) follow(conversation);
    const wanted = part.querySelector("[autofocus]");
    if (wanted) wanted.focus();
    else if (part.closest("#editing")) box()?.focus();
    else if (part.closest("#preview") && part.querySelector("h2")) part.querySelector("h2").focus();
    else keepFocus(part);
    if (part.closest("#now")) {
      const turn = part.querySelector("article.turn");
      const key = turn ? `${conversation?.dataset.conversation}/${turn.id}` : "";
      if (key && key !== shown) {
        const linked = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
        requestAnimationFrame(() => bring(linked || turn, document.getElementById("chat")));
      }
      shown = key;
    }
  });

  // Whoever was signed out elsewhere, or whose session has ended, is told so instead of being left waiting.
  const banner = (words, doing) => {
    document.getElementById("lost")?.remove();
    const told = document.createElement("p");
    told.id = "lost";
    told.setAttribute("role", "alert");
    told.append(words, doing, ".");
    frame()?.append(told);
    return told;
  };
  let signedOut = false;
  const tellSignedOut = () => {
    if (signedOut) return;
    signedOut = true;
    const again = document.createElement("a");
    again.href = `sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    again.textContent = "Sign in again";
    banner("You are signed out. ", again);
  };
  const fetchAny = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await fetchAny(...asked);
    if (answer.status === 401) tellSignedOut();
    return answer;
  };
  // A browser may show the page once more as it was when it was left: by somebody who has signed out since.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.querySelector("form.who")) location.reload();
  });

  // A question that nothing is heard of: the server may have been started anew, which the page is not told.
  const PATIENCE = 15_000;
  let heard = 0;
  const expectAnswer = () => {
    const asked = Date.now();
    setTimeout(() => {
      if (heard >= asked || document.getElementById("lost")) return;
      const again = document.createElement("button");
      again.textContent = "load the page again";
      again.addEventListener("click", () => location.reload());
      banner("The server has not answered yet. Wait, or ", again);
    }, PATIENCE);
  };
  document.addEventListener("part", () => {
    heard = Date.now();
    if (!signedOut) document.getElementById("lost")?.remove();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#ask, [data-do]")) expectAnswer();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box() && box().value.trim()) expectAnswer();
  });

  // Light or dark as it was chosen, once Gradio has set what the system prefers.
  const looks = () => {
    let kept = null;
    try { kept = localStorage.getItem("looks"); } catch { /* none is kept */ }
    if (kept) document.body.classList.toggle("dark", kept === "dark");
  };
  document.addEventListener("part", looks, { once: true });
})();
