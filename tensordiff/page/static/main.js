// The page: fields, live answers, the table of names, dialogs. Nothing is computed here.

import * as answers from "./answers.js";
import { $, copyButton, make, tabs } from "./dom.js";
import { empty, fromAddress, isComplete, pythonCode, request, shellCommand, toAddress } from "./state.js";

const FIELDS = ["f", "wrt", "answer", "text", "layout", "entries"];
const VERBS = { diff: "Differentiate", check: "Check", proofread: "Proofread" };
const STRUCTURES = ["general", "symmetric", "skew", "diagonal", "lower-triangular", "upper-triangular", "orthogonal", "positive-definite"];
const ASSUMPTIONS = ["none", "positive", "nonzero", "binary", "probability", "near-identity"];
const SYMBOLS = ["'", "^-1", ".*", "⊗", "inv()", "tr()", "det()", "logdet()", "diag()", "vec()", "norm2()", "exp()", "λ", "Σ", "μ"];

let state = empty();
let known = [];
let asking = null;
let timer = 0;
let last = $("f");

// Asking.

async function ask(job, given, signal) {
  const response = await fetch(`/api/${job}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given), signal,
  });
  const found = await response.json().catch(() => ({ error: { message: `the server answered ${response.status}` } }));
  if (found.defect) throw Object.assign(new Error(`This is a defect of tensordiff: ${found.defect}`), { place: null });
  if (found.error) throw Object.assign(new Error(found.error.message), { place: found.error });
  return found;
}

async function answer() {
  clearTimeout(timer);
  asking?.abort();
  const mine = asking = new AbortController();
  clearPlaces();
  if (!isComplete(state)) {
    $("result").replaceChildren(answers.welcome(() => $("open-gallery").click()));
    names([]);
    return;
  }
  $("result").classList.add("busy");
  try {
    const found = await ask(state.job, request(state), mine.signal);
    if (mine.signal.aborted) return;
    names(found.names ?? []);
    $("result").replaceChildren(card(found));
    $("announce").textContent = found.headline ?? "The derivative is there.";
  } catch (failure) {
    if (failure.name === "AbortError") return;
    const message = failure instanceof TypeError ? "There is no answer from the server; is it still running?" : failure.message;
    place(failure.place);
    $("result").replaceChildren(answers.failure(message));
    $("announce").textContent = message.split("\n")[0];
  } finally {
    if (asking === mine) $("result").classList.remove("busy");
  }
}

const soon = () => { clearTimeout(timer); timer = setTimeout(answer, 350); };

function card(found) {
  const explain = async () => answers.explanation(await ask("explain", request(state, "explain")));
  if (found.kind === "derivative") {
    return answers.derivative(found, { explain, program: async to => (await ask("diff", { ...request(state), to })).source });
  }
  if (found.kind === "proof") return answers.proof(found);
  return answers.verdict(found, {
    explain,
    declare: change => { declareKnown(); for (const table in change) Object.assign(state[table], change[table]); step(); },
    mend: formula => { state.answer = formula; step(); },
  });
}

// The address: typing replaces it, an action adds to the history, so that the back button undoes it.

function typed() { history.replaceState(null, "", toAddress(state)); soon(); }
function step() { history.pushState(null, "", toAddress(state)); show(); answer(); }

function show() {
  for (const key of FIELDS) if ($(key).value !== state[key]) $(key).value = state[key];
  document.body.dataset.job = state.job;
  for (const element of document.querySelectorAll("[data-jobs]")) element.hidden = !element.dataset.jobs.split(" ").includes(state.job);
  if (state.job === "check" && !state.layout) $("layout").value = "any";
  if (state.job === "diff" && ["any", "index"].includes(state.layout)) $("layout").value = "";
  for (const tab of document.querySelectorAll(".jobs [role=tab]")) {
    const chosen = tab.dataset.job === state.job;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  $("panel").setAttribute("aria-labelledby", `tab-${state.job}`);
  $("go").textContent = VERBS[state.job];
  definitions();
}

// Errors under the place.

function clearPlaces() {
  for (const key of ["f", "wrt", "answer", "text"]) {
    $(key).removeAttribute("aria-invalid");
    $(`${key}-place`).hidden = true;
  }
}

function place(error) {
  if (!error?.text || error.start === null || error.start === undefined) return;
  const key = ["answer", "text", "f", "wrt"].find(k => state[k].trim() && !$(k).closest("[hidden]") && (state[k] === error.text || state[k].includes(error.text)));
  if (!key) return;
  const end = Math.max(error.end ?? error.start + 1, error.start + 1);
  $(key).setAttribute("aria-invalid", "true");
  $(`${key}-place`).hidden = false;
  $(`${key}-place`).replaceChildren(error.text.slice(0, error.start), make("mark", {}, error.text.slice(error.start, end) || "␣"), error.text.slice(end));
}

// Names: what each one is, inferred or declared, and to be changed in place.

function declareKnown() { for (const row of known) state.shapes[row.name] ??= row.sizes; }

function names(rows) {
  known = rows;
  const focused = document.activeElement?.id;
  $("names").replaceChildren(...rows.map(row => {
    const change = (table, none) => event => {
      declareKnown();
      const value = event.target.value.trim();
      if (none !== undefined && value === none) delete state[table][row.name];
      else state[table][row.name] = value;
      step();
    };
    const choice = (id, all, chosen, table, none, label) => make("select", { id, "aria-label": `${label} of ${row.name}`, onchange: change(table, none) },
      ...all.map(value => make("option", { value, selected: value === chosen }, value === none ? "–" : value)));
    const square = row.sizes.split(/\s+/).length === 2;
    return make("tr", {},
      make("td", { class: "name" }, row.name),
      make("td", {}, make("input", { id: `size-${row.name}`, value: row.sizes, placeholder: "scalar", "aria-label": `Sizes of ${row.name}`, onchange: change("shapes") })),
      make("td", {}, square ? choice(`structure-${row.name}`, STRUCTURES, row.structure, "structures", "general", "Structure") : "–"),
      make("td", {}, choice(`assume-${row.name}`, ASSUMPTIONS, row.assumption, "assume", "none", "Values")),
      make("td", {}, make("span", { class: `badge ${row.declared ? "" : "assumed"}` }, row.declared ? "declared" : "assumed")));
  }));
  if (focused && $(focused)) $(focused).focus();
  const assumed = rows.filter(row => !row.declared).length;
  $("names-state").textContent = rows.length ? assumed ? `${assumed} of ${rows.length} assumed` : "all declared" : "";
  $("forget").hidden = !Object.keys(state.shapes).length && !Object.keys(state.structures).length && !Object.keys(state.assume).length;
  $("names-hint").hidden = !rows.length;
}

function definitions() {
  if ($("definitions").contains(document.activeElement)) return;
  $("definitions").replaceChildren(...Object.entries(state.where).map(([name, formula], place) => {
    const rename = event => {
      const renamed = event.target.value.trim();
      state.where = Object.fromEntries(Object.entries(state.where).map(([n, f]) => [n === name ? renamed : n, f]).filter(([n]) => n));
      event.target.blur();
      step();
    };
    return make("div", { class: "definition" },
      make("input", { value: name, "aria-label": `Name of definition ${place + 1}`, onchange: rename }), "=",
      make("input", { value: formula, "aria-label": `Definition of ${name}`, oninput: event => { state.where[name] = event.target.value; typed(); } }),
      make("button", { type: "button", "aria-label": `Remove the definition of ${name}`, onclick: () => { delete state.where[name]; step(); } }, "✕"));
  }));
}

// Dialogs.

async function gallery() {
  if (!$("gallery-list").childElementCount) {
    const groups = await (await fetch("/api/gallery")).json();
    $("gallery-list").replaceChildren(...groups.map(group => make("section", {}, make("h3", {}, group.title),
      make("div", { class: "gallery-group" }, ...group.examples.map(example => make("button", { type: "button", onclick: () => {
        state = { ...empty(), ...structuredClone(example.request), job: example.job };
        $("gallery").close();
        step();
      } }, example.title, make("small", {}, VERBS[example.job])))))));
  }
  $("gallery").showModal();
}

function share() {
  const item = (title, text) => make("div", { class: "share-item" }, make("div", { class: "bar" }, make("h3", {}, title), copyButton(text, title)), make("pre", { class: "wrap", tabindex: "0" }, text));
  $("share-list").replaceChildren(item("Link (to this page on your machine)", location.href), item("Shell", shellCommand(state)), item("Python", pythonCode(state)));
  $("share").showModal();
}

// Pointer and focus: the same index lit wherever it stands, shapes in a tip.

function light(event) {
  const index = event.target.closest?.("[data-ix], [data-index]");
  for (const element of document.querySelectorAll(".lit")) if (element.dataset.ix || element.dataset.index) element.classList.remove("lit");
  if (index) {
    const letter = index.dataset.ix ?? index.dataset.index;
    for (const element of document.querySelectorAll("[data-ix], [data-index]"))
      if ((element.dataset.ix ?? element.dataset.index) === letter) element.classList.add("lit");
  }
  const factor = event.target.closest?.("[data-shape]");
  $("tip").hidden = !factor;
  if (factor) {
    const box = factor.getBoundingClientRect();
    $("tip").textContent = factor.dataset.shape;
    $("tip").style.left = `${Math.min(box.left, innerWidth - 120)}px`;
    $("tip").style.top = `${box.bottom + 4}px`;
  }
}

// Beginning.

for (const key of FIELDS) {
  const event = $(key).tagName === "SELECT" ? "change" : "input";
  $(key).addEventListener(event, () => { state[key] = $(key).value; if (event === "change") step(); else typed(); });
  if (event === "input") $(key).addEventListener("focus", () => { last = $(key); });
}
for (const key of ["f", "answer", "text"]) {
  $(key).addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || (key !== "text" && !event.shiftKey)) { event.preventDefault(); answer(); }
  });
}
$("form").addEventListener("submit", event => { event.preventDefault(); answer(); });
tabs(document.querySelector(".jobs"), tab => { state.job = tab.dataset.job; step(); });
$("forget").addEventListener("click", () => { Object.assign(state, { shapes: {}, structures: {}, assume: {} }); step(); });
$("add-definition").addEventListener("click", () => {
  const name = ["P", "M", "F", "G", "H", "Q", "R"].find(n => !(n in state.where)) ?? `P${Object.keys(state.where).length}`;
  state.where[name] = "";
  show();
  $("definitions").lastElementChild.querySelector("input").select();
});
$("open-gallery").addEventListener("click", gallery);
$("open-share").addEventListener("click", share);
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
document.querySelector(".palette").append(...SYMBOLS.map(symbol => make("button", { type: "button", "aria-label": `Insert ${symbol}`, onclick: () => {
  const field = last.closest("[hidden]") ? $("f") : last;
  field.focus();
  field.setRangeText(symbol, field.selectionStart, field.selectionEnd, "end");
  if (symbol.endsWith("()")) field.selectionStart = field.selectionEnd = field.selectionEnd - 1;
  field.dispatchEvent(new Event("input"));
} }, symbol)));
document.addEventListener("pointerover", light);
addEventListener("popstate", () => { state = fromAddress(location.hash); show(); answer(); });
addEventListener("hashchange", () => { state = fromAddress(location.hash); show(); answer(); });
state = location.hash.length > 1 ? fromAddress(location.hash) : empty();
show();
answer();
