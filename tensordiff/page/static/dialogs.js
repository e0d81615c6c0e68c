// Dialogs: examples, what can be written, sharing.

import { $, copyButton, make } from "./dom.js";
import { pythonCode, shellCommand } from "./state.js";

export async function gallery(verbs, choose) {
  if (!$("gallery-list").childElementCount) {
    const groups = await (await fetch("/api/gallery")).json();
    $("gallery-list").replaceChildren(...groups.map(group => make("section", {}, make("h3", {}, group.title),
      make("div", { class: "gallery-group" }, ...group.examples.map(example => make("button", { type: "button", onclick: () => {
        $("gallery").close();
        choose(example.job, example.request);
      } }, example.title, make("small", {}, verbs[example.job])))))));
  }
  $("gallery").showModal();
}

const BASICS = [
  ["X' X^T Xᵀ", "transpose"], ["inv(V) V^-1 V^{-1}", "inverse"], ["A*B A B \\cdot", "product; in LaTeX letters stand side by side"],
  ["A.*B ⊙", "entry by entry"], ["A./B", "division entry by entry"], ["kron(A,B) ⊗", "Kronecker product"], ["eye(n) ones(n) I", "constants"],
  ["A[i,j]*x[j] -> [i]", "index notation"], ["[A, B; C, D]", "blocks"], ["sum_i …, \\sum_{i=1}^n", "sums"],
];

export function help(reference, insert) {
  if (!$("help-list").childElementCount) {
    const list = make("dl", { class: "functions" });
    const fill = word => list.replaceChildren(...(reference.functions ?? [])
      .filter(([name, doc]) => `${name} ${doc}`.toLowerCase().includes(word.toLowerCase()))
      .flatMap(([name, doc]) => [make("dt", {}, make("button", { type: "button", "aria-label": `Insert ${name}()`, onclick: () => { $("help").close(); insert(`${name}()`); } }, name)), make("dd", {}, doc)]));
    const table = rows => make("dl", { class: "signs" }, ...rows.flatMap(([signs, meaning]) => [make("dt", {}, make("code", {}, signs)), make("dd", {}, meaning)]));
    fill("");
    $("help-list").replaceChildren(
      make("p", {}, "Plain text, Unicode, LaTeX as it stands in a paper, or NumPy, MATLAB, Julia and R code. Capitals are matrices, a–g scalars, other small letters vectors, unless their use or the table of names says otherwise."),
      make("h3", {}, "How things are written"), table(BASICS),
      make("h3", {}, "Signs that are read"), table((reference.products ?? []).map(([meaning, signs]) => [signs.join("  "), meaning])),
      make("h3", {}, "Functions"),
      make("input", { type: "search", placeholder: "Find: norm, softmax, exponential …", "aria-label": "Find a function", oninput: event => fill(event.target.value) }), list);
  }
  $("help").showModal();
}

export function share(state) {
  const item = (title, text) => make("div", { class: "share-item" }, make("div", { class: "bar" }, make("h3", {}, title), copyButton(text, title)), make("pre", { class: "wrap", tabindex: "0" }, text));
  $("share-list").replaceChildren(item("Link (to this page on your machine)", location.href), item("Shell", shellCommand(state)), item("Python", pythonCode(state)));
  $("share").showModal();
}
