// Answers on the page: a derivative, a verdict, a proof, an explanation, an error.

import { copyButton, downloadButton, make, tabs, typeset } from "./dom.js";

const SIGNS = { right: ["✓", "right"], partly: ["≈", "right with a concession"], wrong: ["✗", "wrong"], open: ["?", "undecided"] };

export function derivative(found, { program, explain }) {
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
  card.append(forms(found, program), more("How it is derived", explain));
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
      make("summary", {}, make("span", { class: "equation" }, typeset(link.equation, false)), make("span", { class: "badge" }, `shape (${link.shape})`)),
      make("p", {}, link.matrix ? make("code", {}, `d vec = (${link.matrix}) d vec, with vec stacking columns`) : "This link has no matrix form; its index form is all there is.")))),
    make("p", { class: "hint" }, rule.joined), typeset(rule.total)];
}

export function verdict(found, { declare, explain, mend }) {
  const [sign, word] = SIGNS[found.tone];
  const card = make("article", { class: `card verdict tone-${found.tone}` },
    make("p", { class: "headline" }, make("span", { class: "sign", role: "img", "aria-label": word }, sign), make("span", {}, found.headline)));
  const witness = found.witness?.split("\n") ?? [];
  for (const line of found.details) if (!witness.includes(line)) card.append(make("p", {}, line));
  if (found.tone !== "right" && found.typeset_expected) {
    card.append(make("h3", {}, "The derivative"), typeset(found.typeset_expected));
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
  card.append(more("How the derivative is found", explain));
  return card;
}

const STRUCTURES = { symmetric: "symmetric", skew: "skew", diagonal: "diagonal", orthogonal: "orthogonal", "positive definite": "positive-definite",
  "lower triangular": "lower-triangular", "upper triangular": "upper-triangular" };
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

export function proof(found) {
  return make("article", { class: `card verdict tone-${found.tone}` },
    make("p", { class: "headline" }, make("span", { class: "sign", role: "img", "aria-label": SIGNS[found.tone][1] }, SIGNS[found.tone][0]), make("span", {}, found.headline)),
    ...assumed(found.assumed),
    make("ol", { class: "steps" }, ...found.steps.map(step)));
}

function step(found) {
  const tone = STEPS[found.status] ?? "open";
  const mark = MARKS[found.status] ?? SIGNS[tone][0];
  const text = /[\\^_]/.test(found.text) ? make("div", { class: "typeset", tabindex: "0", role: "group", "aria-label": `line ${found.line}` }, typeset(found.text, false)) : make("div", { class: "text" }, found.text);
  return make("li", { class: `tone-${tone}` }, make("span", { class: "sign", role: "img", "aria-label": found.status.replaceAll("-", " ") }, mark),
    make("div", {}, text,
      found.reason ? make("p", { class: "reason" }, found.reason.split("\n")[0]) : null,
      found.fix ? make("div", { class: "fix", tabindex: "0", role: "group", "aria-label": "mended" }, "Right is: ", /[\\^_]/.test(found.fix) ? typeset(found.fix, false) : make("code", {}, found.fix)) : null,
      ...(found.assumed?.length ? [make("p", { class: "reason" }, found.assumed.join("; "))] : [])));
}

export const failure = message => make("article", { class: "card error" },
  make("p", {}, make("strong", {}, "This cannot be done as it stands")), make("pre", { class: "wrap", tabindex: "0" }, message));

export const welcome = open => make("article", { class: "card empty" },
  make("p", {}, "Write a function and a variable, and its derivative stands here. With F = inv(X'*P*X) and P = inv(V), for one,"),
  typeset("\\frac{\\partial F_{ij}}{\\partial V_{kl}} = (F X^\\top P)_{ik}\\,(P X F)_{lj} \\qquad \\frac{\\partial \\operatorname{vec} F}{\\partial (\\operatorname{vec} V)^\\top} = (P X F)^\\top \\otimes (F X^\\top P)"),
  make("div", { class: "actions" }, make("button", { type: "button", onclick: open }, "Look at examples")));
