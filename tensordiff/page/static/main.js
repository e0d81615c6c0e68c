// The page: fields, live answers, presenting. Nothing is computed here.

import * as answers from "./answers.js";
import { gallery, help, share } from "./dialogs.js";
import { $, download, make, marked, tabs, typeset, working } from "./dom.js";
import { grading } from "./grading.js";
import { fillNames } from "./names.js";
import { empty, fromAddress, missing, request, toAddress } from "./state.js";

const FIELDS = ["f", "wrt", "answer", "text", "answers", "layout", "entries"];
const WRITTEN = ["answer", "text", "f", "wrt"];
const VERBS = { diff: "Differentiate", check: "Check", proofread: "Proofread", grade: "Grade" };
const SYMBOLS = ["'", "^-1", ".*", "⊗", "inv()", "tr()", "det()", "logdet()", "diag()", "vec()", "norm2()", "exp()", "λ", "Σ", "μ"];
const LAYOUTS = {
  gradient: "In the shape of the variable.", numerator: "Rows of the function, columns of the variable.",
  denominator: "Rows of the variable, columns of the function.", "vec-column": "d vec F = (answer) d vec X, columns stacked.",
  "vec-row": "The same with rows stacked, as arrays lie in memory.", index: "Entry by entry, as in … -> [i,j,k,l].",
};
const ENTRIES = {
  projected: "Of a structured variable: the derivative within the structure.", free: "As if all entries were independent.",
  tied: "Equal entries vary together.", vech: "By the free entries, stacked.",
};

let state = empty();
let known = [];
let reference = { structures: ["general"], assumptions: ["none"] };
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

// A question beside the answer, such as a program: it can be stopped as well.
async function aside(job, given) {
  const mine = new AbortController();
  const done = working($("working"), () => mine.abort());
  try {
    return await ask(job, given, mine.signal);
  } catch (error) {
    if (error.name === "AbortError") throw new Error("Stopped.");
    throw error;
  } finally {
    done();
  }
}

async function answer() {
  clearTimeout(timer);
  asking?.abort();
  const mine = asking = new AbortController();
  const lacking = missing(state);
  const stop = () => {
    mine.abort();
    $("result").classList.remove("busy");
    $("result").replaceChildren(answers.stopped(answer));
    $("announce").textContent = "Stopped.";
  };
  if (lacking && (!state.f.trim() || (state.job === "proofread"))) {
    clearPlaces();
    preview(null);
    $("result").replaceChildren(answers.welcome(state.job, () => $("open-gallery").click()));
    $("result").classList.remove("busy");
    names([]);
    return;
  }
  $("result").classList.add("busy");
  const done = state.job === "grade" && !lacking ? () => {} : working($("working"), stop);
  try {
    const [card, said] = lacking ? await reading(lacking, mine.signal) : state.job === "grade" ? await graded(mine, stop)
      : await judged(mine.signal);
    if (mine.signal.aborted) return;
    clearPlaces();
    if (card) $("result").replaceChildren(card);
    $("announce").textContent = said;
  } catch (failure) {
    if (failure.name === "AbortError" || mine.signal.aborted) return;
    const message = failure instanceof TypeError ? "There is no answer from the server; is it still running?" : failure.message;
    clearPlaces();
    place(failure.place);
    $("result").replaceChildren(answers.failure(message));
    $("announce").textContent = message.split("\n")[0];
  } finally {
    done();
    if (asking === mine) $("result").classList.remove("busy");
  }
}

async function judged(signal) {
  const found = await ask(state.job, request(state), signal);
  if (!signal.aborted) read(found);
  return [card(found), found.headline ?? "The derivative is there."];
}

async function reading(lacking, signal) {
  const found = await ask("read", request(state, "read"), signal);
  if (!signal.aborted) read(found);
  return [answers.reading(found, lacking, name => { state.wrt = name; step(); }), "The function is read."];
}

async function graded(mine, stop) {
  const { answers: given } = await ask("answers", { text: state.answers }, mine.signal);
  if (mine.signal.aborted) return [null, ""];
  const asked = request(state);
  const { card, run } = grading(given, {
    place: $("working"), stop: () => { mine.abort(); $("result").classList.remove("busy"); }, aborted: () => mine.signal.aborted, begun: read,
    ask: async ({ name, answer }) => {
      try {
        return await ask("grade", { ...asked, name, answer }, mine.signal);
      } catch (failure) {
        if (!failure.place || failure.place.text) throw failure; // what is wrong with the exercise itself
        return { name, answer, status: "undecided", tone: "open", layout: "", slip: failure.message, formula: "" };
      }
    },
    look: row => { Object.assign(state, { job: "check", answer: row.answer }); step(); },
  });
  $("result").replaceChildren(card);
  $("result").classList.remove("busy");
  return [null, await run()];
}

function read(found) {
  names(found.names ?? []);
  preview(found.typeset_f);
}

function preview(latex) {
  $("f-preview").hidden = !latex;
  if (latex) $("f-preview").replaceChildren(typeset(latex, false));
}

function card(found) {
  const explain = async () => answers.explanation(await aside("explain", request(state, "explain")));
  const save = async () => download((await aside(state.job, { ...request(state), to: "html" })).source, `${found.kind}.html`, "text/html");
  if (found.kind === "derivative") {
    return answers.derivative(found, { explain, save, program: async to => (await aside("diff", { ...request(state), to })).source });
  }
  if (found.kind === "proof") return answers.proof(found, { save, show: selectLine });
  return answers.verdict(found, {
    explain: state.f.trim() && state.wrt.trim() ? explain : null, save, written: state.answer,
    declare: change => { declareKnown(); for (const table in change) Object.assign(state[table], change[table]); step(); },
    mend: formula => { state.answer = formula; step(); },
  });
}

function selectLine(number) {
  const lines = state.text.split("\n");
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  $("text").focus();
  $("text").setSelectionRange(start, start + (lines[number - 1] ?? "").length);
}

// The address: typing replaces it, an action adds to the history, so that the back button undoes it.

function typed() { history.replaceState(null, "", toAddress(state)); clearTimeout(timer); timer = setTimeout(answer, state.job === "grade" ? 900 : 350); }
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
  for (const [key, words] of [["layout", LAYOUTS], ["entries", ENTRIES]]) {
    $(`${key}-hint`).textContent = words[$(key).value] ?? "";
    $(`${key}-hint`).hidden = !words[$(key).value] || Boolean($(key).closest("[hidden]"));
  }
  definitions();
}

// Errors under the place.

function clearPlaces() {
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const box of document.querySelectorAll(".place")) box.hidden = true;
}

function place(error) {
  if (!error?.text || error.start === null || error.start === undefined) return;
  const inside = text => text.trim() && text.includes(error.text);
  const key = WRITTEN.find(k => inside(state[k]) && !$(k).closest("[hidden]"));
  const name = Object.keys(state.where).find(n => inside(state.where[n]));
  const [field, box] = key ? [$(key), $(`${key}-place`)] : name ? [$(`where-${name}`), $(`where-${name}-place`)] : [];
  if (!field || !box) return;
  field.setAttribute("aria-invalid", "true");
  box.hidden = false;
  box.replaceChildren(make("div", { class: "said" }, error.message.split("\n")[0]),
    make("div", { class: "where-at" }, ...marked(error.text, error.start, Math.max(error.end ?? 0, error.start + 1))));
}

// Names and definitions.

function declareKnown() { for (const row of known) state.shapes[row.name] ??= row.sizes; }

function names(rows) {
  known = rows;
  fillNames(rows, state, reference, step);
}

function definitions() {
  if ($("definitions").contains(document.activeElement)) return;
  $("definitions").replaceChildren(...Object.entries(state.where).flatMap(([name, formula], place) => {
    const rename = event => {
      const renamed = event.target.value.trim();
      state.where = Object.fromEntries(Object.entries(state.where).map(([n, f]) => [n === name ? renamed : n, f]).filter(([n]) => n));
      event.target.blur();
      step();
    };
    return [make("div", { class: "definition" },
      make("input", { value: name, "aria-label": `Name of definition ${place + 1}`, onchange: rename }), "=",
      make("input", { id: `where-${name}`, value: formula, "aria-label": `Definition of ${name}`, "aria-describedby": `where-${name}-place`,
        oninput: event => { state.where[name] = event.target.value; typed(); } }),
      make("button", { type: "button", "aria-label": `Remove the definition of ${name}`, onclick: () => { delete state.where[name]; step(); } }, "✕")),
    make("div", { class: "place", id: `where-${name}-place`, hidden: true })];
  }));
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
for (const key of ["f", "answer", "text", "answers"]) {
  $(key).addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || (!["text", "answers"].includes(key) && !event.shiftKey)) { event.preventDefault(); answer(); }
  });
}
$("form").addEventListener("submit", event => {
  event.preventDefault();
  answer();
  if (innerWidth < 960) $("result").scrollIntoView({ block: "start" });
});
tabs(document.querySelector(".jobs"), tab => { state.job = tab.dataset.job; step(); });
$("forget").addEventListener("click", () => { Object.assign(state, { shapes: {}, structures: {}, assume: {} }); step(); });
$("add-definition").addEventListener("click", () => {
  const name = ["P", "M", "F", "G", "H", "Q", "R"].find(n => !(n in state.where)) ?? `P${Object.keys(state.where).length}`;
  state.where[name] = "";
  show();
  $(`where-${name}`).focus();
});
$("open-file").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  if (file) { state.answers = await file.text(); step(); }
  $("file").value = "";
});
$("open-gallery").addEventListener("click", () => gallery(VERBS, (job, given) => { state = { ...empty(), ...structuredClone(given), job }; step(); }));
$("open-help").addEventListener("click", () => help(reference, insert));
$("open-share").addEventListener("click", () => share(state));
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());

// By the browser's own insertion, so that undo takes it back.
function insert(symbol) {
  const field = last.closest("[hidden]") ? $("f") : last;
  field.focus();
  if (!document.execCommand("insertText", false, symbol)) field.setRangeText(symbol, field.selectionStart, field.selectionEnd, "end");
  if (symbol.endsWith("()")) field.selectionStart = field.selectionEnd = field.selectionEnd - 1;
  field.dispatchEvent(new Event("input"));
}
document.querySelector(".palette").append(...SYMBOLS.map(symbol => make("button", { type: "button", "aria-label": `Insert ${symbol}`, onclick: () => insert(symbol) }, symbol)));

// For a class: the answer alone, large.
function present(on) {
  document.body.classList.toggle("presenting", on);
  $("present").setAttribute("aria-pressed", String(on));
  $("present").textContent = on ? "Back" : "Present";
}
$("present").addEventListener("click", () => present(!document.body.classList.contains("presenting")));
document.addEventListener("keydown", event => { if (event.key === "Escape" && !document.querySelector("dialog[open]")) present(false); });

document.addEventListener("pointerover", light);
const again = () => { state = fromAddress(location.hash); show(); answer(); };
addEventListener("popstate", again);
addEventListener("hashchange", again);
state = location.hash.length > 1 ? fromAddress(location.hash) : empty();
show();
names([]);
try { reference = await (await fetch("/api/reference")).json(); } catch { /* the page says so with the first answer */ }
answer();
