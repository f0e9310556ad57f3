// What the whole page does in the browser, beside the buttons that ask the server (part.js).
(() => {
  const narrow = () => window.matchMedia("(max-width: 900px)").matches;
  const frame = () => document.getElementById("frame"); // Gradio keeps our styles to what is below its own element
  const sheets = { sources: "sources-open", nav: "nav-open" };
  let opener = null;

  const openSheet = (name, from) => {
    opener = from;
    frame().classList.add(sheets[name]);
  };
  const closeSheets = () => {
    frame().classList.remove(...Object.values(sheets));
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  };

  // Scrolls one thing only: `scrollIntoView` would move the whole page.
  const bring = (target, within) => {
    const covered = within.querySelector(".bar")?.offsetHeight || 0;
    within.scrollTop += target.getBoundingClientRect().top - within.getBoundingClientRect().top - covered - 8;
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
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const box = document.querySelector("#question textarea");
      if (box && box.offsetParent) { event.preventDefault(); box.focus(); }
    }
  });

  // A part has other content: the address follows the conversation, a new question comes into view, focus goes where
  // the page asks for it.
  let shown = "";
  document.addEventListener("part", (event) => {
    const name = event.target.parentElement?.id || event.target.closest("[id]")?.id;
    const conversation = document.querySelector("#head [data-conversation]");
    if (event.target.closest("#head") && conversation) {
      const id = conversation.dataset.conversation;
      const url = new URL(location.href);
      if ((url.searchParams.get("conversation") || "") !== id && !conversation.dataset.trouble) {
        url.hash = "";
        if (id) url.searchParams.set("conversation", id); else url.searchParams.delete("conversation");
        url.searchParams.delete("article");
        history.replaceState(null, "", url);
      }
    }
    event.target.querySelector("[autofocus]")?.focus();
    if (event.target.closest("#now")) {
      const turn = event.target.querySelector("article.turn");
      const key = turn ? `${conversation?.dataset.conversation}/${turn.id}` : "";
      if (key && key !== shown) {
        const wanted = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
        requestAnimationFrame(() => bring(wanted || turn, document.getElementById("chat")));
      }
      shown = key;
    }
  });

  // Light or dark as it was chosen, once Gradio has set what the system prefers.
  const looks = () => {
    let kept = null;
    try { kept = localStorage.getItem("looks"); } catch { /* none is kept */ }
    if (kept) document.body.classList.toggle("dark", kept === "dark");
  };
  document.addEventListener("part", looks, { once: true });
})();
