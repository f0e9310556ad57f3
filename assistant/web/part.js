// What a part of the page does in the browser: its buttons, links and forms with `data-do` trigger that event,
// with all their data; a form with `data-live` does so while it is filled in.
const fields = (form) => {
  const data = new FormData(form);
  return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
};
element.addEventListener("click", (event) => {
  const item = event.target.closest("button[data-do], a[data-do]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  trigger(item.dataset.do, { ...item.dataset });
});
element.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-do]");
  if (!form) return;  // the browser sends it
  event.preventDefault();
  trigger(form.dataset.do, { ...form.dataset, form: fields(form) });
});
let waiting;
const live = (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  clearTimeout(waiting);
  const typed = event.type === "input" && ["text", "search", "textarea"].includes(event.target.type);
  waiting = setTimeout(() => trigger(form.dataset.do, { ...form.dataset, form: fields(form) }), typed ? 300 : 0);
};
element.addEventListener("input", live);
watch("value", () => {
  // What was filled in stays in the fields when the page is given other content: they start anew.
  element.querySelectorAll("form").forEach((form) => form.reset());
  element.dispatchEvent(new CustomEvent("part", { bubbles: true }));
});
