// Answers on the page: a derivative, a verdict, a proof, an explanation, an error.

import { copyButton, downloadButton, make, marked, SIGNS, tabs, typeset } from "./dom.js";

export function derivative(found, { program, explain, save }) {
  const card = make("article", { class: "card" });
  if (found.typeset_matrix) {
    card.append(typeset(`${found.typeset_left} = ${found.typeset_matrix.formula}`), ...where(found.typeset_matrix.where));
  } else {
    card.append(typeset(found.typeset_index), make("p", { class: "hint" }, `There is no matrix form here: ${found.no_matrix}`));
  }
  card.append(facts([
    ["tensor", found.shape.length ? `${found.variables.length > 1 ? "second-order " : ""}shape (${found.shape.join(", ")})` : "a scalar"],
    found.meaning && ["layout", found.meaning],
    ["factors", factors(card)],
  ]), ...assumed(found.assumed));
  card.append(forms(found, program), more("How it is derived", explain), saving(save));
  return card;
}

const where = lines => lines.length ? [make("div", { class: "where", tabindex: "0", role: "group", "aria-label": "where" },
  "where ", ...lines.flatMap((line, place) => [place ? ",\u2002" : "", typeset(line, false)]))] : [];

const facts = rows => make("dl", { class: "facts" },
  ...rows.filter(Boolean).flatMap(([term, words]) => [make("dt", {}, term), make("dd", {}, words)]));

// The shape of each factor, reachable without a pointer: focus lights it where it stands.
function factors(card) {
  const seen = new Map();
  for (const element of card.querySelectorAll("[data-shape]")) {
    const name = element.textContent.trim();
    if (!seen.has(name)) seen.set(name, element.dataset.shape);
  }
  return make("span", { class: "factors" }, ...[...seen].map(([name, shape]) => {
    const light = on => { for (const element of card.querySelectorAll("[data-shape]"))
      if (element.textContent.trim() === name) element.classList.toggle("lit", on); };
    return make("button", { type: "button", onfocus: () => light(true), onblur: () => light(false),
      onmouseenter: () => light(true), onmouseleave: () => light(false) }, `${name}: ${shape}`);
  }));
}

const assumed = sentences => sentences?.length ? [make("div", { class: "assumed-list" }, "Assumed:",
  make("ul", {}, ...sentences.map(sentence => make("li", {}, sentence))))] : [];

function forms(found, program) {
  const panel = make("div", { class: "form-panel", role: "tabpanel", id: "form-panel", tabindex: "0" });
  const code = (text, name, type = "text/plain") => [
    make("div", { class: "tools" }, copyButton(text, name), downloadButton(text, name, type)), make("pre", { class: "wrap", tabindex: "0" }, text)];
  const fetched = backend => async () => code(await program(backend), `derivative_${backend}.py`, "text/x-python");
  const all = [
    found.matrix && ["Matrix", () => code(found.matrix, "derivative.txt")],
    ["Index", () => [make("div", { class: "tools" }, copyButton(found.index, "index notation")), typeset(found.typeset_index), make("pre", { class: "wrap", tabindex: "0" }, found.index)]],
    ["einsum", () => code(found.einsum, "einsum.txt")],
    ["NumPy", fetched("numpy")], ["JAX", fetched("jax")], ["torch", fetched("torch")],
    ["LaTeX", () => code(found.latex, "derivative.tex", "application/x-tex")],
    ["Text", () => code(found.text, "derivative.txt")],
  ].filter(Boolean);
  const list = make("div", { class: "forms", role: "tablist", "aria-label": "Forms of the answer" }, ...all.map(([label], place) =>
    make("button", { role: "tab", type: "button", id: `form-${label}`, "aria-controls": "form-panel", "aria-selected": String(!place), tabindex: place ? "-1" : "0" }, label)));
  const show = async tab => {
    panel.setAttribute("aria-labelledby", tab.id);
    const fill = all.find(([label]) => tab.id === `form-${label}`)[1];
    panel.replaceChildren(make("p", { class: "hint" }, "…"));
    try { panel.replaceChildren(...await fill()); } catch (failure) { panel.replaceChildren(make("pre", { class: "wrap", tabindex: "0" }, failure.message)); }
  };
  tabs(list, show);
  show(list.firstChild);
  return make("div", {}, list, panel);
}

// The answer as a page of its own, to print or to put on the wall.
const saving = save => make("div", { class: "actions" }, make("button", { type: "button", onclick: save }, "Save as a page"));

// What is worked out when it is opened.
function more(title, fill) {
  const inside = make("div", {}, make("p", { class: "hint" }, "…"));
  const details = make("details", { class: "more" }, make("summary", {}, title), inside);
  details.addEventListener("toggle", async () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "yes";
    try { inside.replaceChildren(...await fill()); } catch (failure) { inside.replaceChildren(make("p", {}, failure.message)); }
  });
  return details;
}

export function explanation(found) {
  const picture = make("div", { class: "network", tabindex: "0", role: "group", "aria-label": "Contraction network" });
  picture.innerHTML = found.svg; // made by this server, from escaped text
  const result = found.chains.length === 1 ? [] : [make("h3", {}, "The result"), typeset(found.result)];
  return [...found.chains.flatMap(chain), ...result,
    make("h3", {}, "As a contraction network"), picture,
    more("In words", () => [make("div", { class: "tools" }, copyButton(found.text, "the derivation")), make("pre", { class: "wrap", tabindex: "0" }, found.text)])];
}

// A chain rule: what the names stand for, then a row a link, which opens to its matrix form.
function chain(rule) {
  return [
    make("p", {}, "The chain is ", make("strong", {}, rule.paths.join("; ")), ", with"),
    make("div", { class: "where", tabindex: "0", role: "group", "aria-label": "definitions" }, ...rule.definitions.map(line => make("div", {}, typeset(line, false)))),
    make("div", { class: "links" }, ...rule.links.map(link => make("details", { class: "link" },
      make("summary", {}, make("span", { class: "equation" }, typeset(`\\displaystyle ${link.equation}`, false)), make("span", { class: "badge" }, `shape (${link.shape})`)),
      make("p", {}, link.matrix ? make("code", {}, `d vec = (${link.matrix}) d vec, with vec stacking columns`) : "This link has no matrix form; its index form is all there is.")))),
    make("p", { class: "hint" }, rule.joined), typeset(rule.total)];
}

export function verdict(found, { declare, explain, mend, save, written }) {
  const [sign, word] = SIGNS[found.tone];
  const card = make("article", { class: `card verdict tone-${found.tone}` },
    make("p", { class: "headline" }, make("span", { class: "sign", role: "img", "aria-label": word }, sign), make("span", {}, found.headline)),
    ...claim(found, written));
  for (const line of found.details) card.append(make("p", {}, line.replace(/; tensordiff explain shows them \(.*?\)/, "; they are shown below")));
  if (found.tone !== "right" && found.typeset_expected) {
    const layout = found.layout === "differential" ? "The differential" : `The derivative${found.layout ? ` (${found.layout} layout)` : ""}`;
    card.append(make("h3", {}, layout), typeset(found.typeset_expected), make("code", { class: "plain" }, found.expected));
  }
  card.append(...assumed(found.assumed));
  const buttons = found.assumptions.map(declaration).filter(Boolean).map(({ words, change }) =>
    make("button", { type: "button", onclick: () => declare(change) }, `Declare: ${words}`));
  if (found.tone !== "right" && found.expected) buttons.push(make("button", { type: "button", onclick: () => mend(found.expected) }, "Take the right formula"));
  if (buttons.length) card.append(make("div", { class: "actions" }, ...buttons));
  if (found.witness) {
    card.append(make("details", { class: "more" }, make("summary", {}, "Numbers that show it"), make("pre", { class: "wrap", tabindex: "0" }, found.witness),
      ...(found.witness_code ? [make("div", { class: "tools" }, copyButton(found.witness_code, "NumPy code"), downloadButton(found.witness_code, "witness.py", "text/x-python")),
        make("pre", { tabindex: "0" }, found.witness_code)] : [])));
  }
  if (explain) card.append(more("How the derivative is found", explain));
  card.append(saving(save));
  return card;
}

// The claim as it was written and as it is read, the slip marked in both.
function claim(found, written) {
  const text = written.length === found.claim.length ? written : found.claim.trim();
  const [start, end] = found.place ?? [];
  const own = found.place && written.length === found.claim.length ? marked(text, start, end) : [text];
  return [make("div", { class: "claim" }, make("h3", {}, "Your answer"), found.typeset_claim ? typeset(found.typeset_claim) : null,
    found.place || !found.typeset_claim ? make("p", { class: "own", role: "group", "aria-label": "as you wrote it" }, ...own) : null)];
}

const STRUCTURES = { symmetric: "symmetric", skew: "skew", diagonal: "diagonal", orthogonal: "orthogonal", "positive definite": "positive-definite",
  "lower triangular": "lower-triangular", "upper triangular": "upper-triangular", "a correlation matrix": "correlation" };
const ASSUMPTIONS = { positive: "positive", nonzero: "nonzero" };

// What a sentence of a verdict declares: "A is symmetric" is a structure, "x is positive" an assumption.
function declaration(words) {
  const [, name, what] = words.match(/^(\w+) is (.+)$/) ?? [];
  if (STRUCTURES[what]) return { words, change: { structures: { [name]: STRUCTURES[what] } } };
  if (ASSUMPTIONS[what]) return { words, change: { assume: { [name]: ASSUMPTIONS[what] } } };
  return null;
}

const STEPS = { right: "right", "right-but-does-not-follow": "partly", "changes-layout": "partly", wrong: "wrong", "follows-from-wrong": "partly",
  "not-read": "open", undecided: "open" };
const MARKS = { definition: "≔", assumption: "∗", condition: "⇔" };

export function proof(found, { save, show }) {
  return make("article", { class: `card verdict tone-${found.tone}` },
    make("p", { class: "headline" }, make("span", { class: "sign", role: "img", "aria-label": SIGNS[found.tone][1] }, SIGNS[found.tone][0]), make("span", {}, found.headline)),
    ...assumed(found.assumed),
    make("ol", { class: "steps" }, ...found.steps.map(one => step(one, show))), saving(save));
}

const isLatex = text => /[\\^_]/.test(text);
const line = text => typeset(`\\displaystyle ${text}`, false);

function step(found, show) {
  const tone = STEPS[found.status] ?? "open";
  const mark = MARKS[found.status] ?? SIGNS[tone][0];
  const text = isLatex(found.text) ? make("div", { class: "typeset", tabindex: "0", role: "group", "aria-label": `line ${found.line}` }, line(found.text)) : make("div", { class: "text" }, found.text);
  const [reason, ...caret] = (found.reason ?? "").split("\n");
  const said = found.status === "right" || MARKS[found.status] || found.status === "wrong" ? "" : `${found.status.replaceAll("-", " ")}: `;
  return make("li", { class: `tone-${tone}` }, make("span", { class: "sign", role: "img", "aria-label": found.status.replaceAll("-", " ") }, mark),
    make("div", {}, text,
      reason || said ? make("p", { class: "reason" }, said ? make("strong", {}, said) : null, reason) : null,
      found.status === "not-read" && caret.length ? make("pre", { class: "wrap", tabindex: "0" }, caret.join("\n")) : null,
      found.fix ? make("div", { class: "fix", tabindex: "0", role: "group", "aria-label": "mended" }, make("span", {}, "It should be "), isLatex(found.fix) ? line(found.fix) : make("code", {}, found.fix)) : null,
      ...(found.assumed?.length ? [make("p", { class: "reason" }, found.assumed.join("; "))] : [])),
    make("button", { type: "button", class: "line-number", "aria-label": `Show line ${found.line} in the text`, onclick: () => show(found.line) }, String(found.line)));
}

export const failure = message => {
  const [first, ...rest] = message.split("\n");
  return make("article", { class: "card error" }, make("p", {}, make("strong", {}, "This cannot be done as it stands")),
    make("p", {}, first), rest.length ? make("pre", { class: "wrap", tabindex: "0" }, rest.join("\n")) : null);
};

export const stopped = again => make("article", { class: "card empty" }, make("p", {}, "Stopped."),
  make("div", { class: "actions" }, make("button", { type: "button", onclick: again }, "Try again")));

const WELCOME = {
  diff: "Write a function and a variable, and its derivative stands here. With F = inv(X'*P*X) and P = inv(V), for one,",
  check: "Write a function, the variable, and your own formula for the derivative: whether it is right stands here, and if not, what is wrong with it.",
  proofread: "Paste a whole derivation, LaTeX or plain text: every equality in it is judged, and the first slip is found.",
  grade: "Write the exercise, and paste everybody's answers: a verdict on each stands here, in a table to save.",
};

export const welcome = (job, open) => make("article", { class: "card empty" },
  make("p", {}, WELCOME[job]),
  job === "diff" ? typeset("\\frac{\\partial F_{ij}}{\\partial V_{kl}} = (F X^\\top P)_{ik}\\,(P X F)_{lj} \\qquad \\frac{\\partial \\operatorname{vec} F}{\\partial (\\operatorname{vec} V)^\\top} = (P X F)^\\top \\otimes (F X^\\top P)") : null,
  make("div", { class: "actions" }, make("button", { type: "button", onclick: open }, "Look at examples")));

// The function alone, before the rest is there: how it is read, and what is missing.
export const reading = (found, what, choose) => make("article", { class: "card empty" }, make("p", {}, "The function is read as"), typeset(found.typeset_f),
  ...assumed(found.assumed),
  make("p", {}, { wrt: "By which variable?", answer: "Your answer is missing.", answers: "The answers are missing.", text: "The derivation is missing." }[what]),
  what === "wrt" ? make("div", { class: "actions" }, ...found.names.map(({ name }) => make("button", { type: "button", onclick: () => choose(name) }, name))) : null);
