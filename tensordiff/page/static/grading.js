// Many answers to one exercise: judged one after the other, in a table that fills as they come.

import { copyButton, downloadButton, make, SIGNS, typeset, working } from "./dom.js";

const COLUMNS = ["name", "answer", "status", "layout", "slip", "formula"];
const STATUS = { right: "right", "right-in-other-layout": "in another layout", "right-under-assumption": "only if …",
  "right-up-to-factor": "up to a factor", wrong: "wrong", "does-not-conform": "does not conform", undecided: "undecided", "not-read": "not read" };
const TONES = ["right", "partly", "wrong", "open"];
const KINDS = { right: "right", partly: "right with a concession", wrong: "wrong", open: "undecided or not read" };

const cell = text => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
const csv = rows => [COLUMNS, ...rows.map(row => COLUMNS.map(column => row[column]))].map(line => line.map(cell).join(",")).join("\n") + "\n";

// The card, and a promise of its end. `ask` judges an answer, `look` opens one in Check.
export function grading(answers, { ask, look, place, stop, aborted, begun }) {
  const rows = [];
  const summary = make("p", { class: "headline", id: "grade-summary" });
  const bar = make("div", { class: "grade-bar", "aria-hidden": "true" });
  const body = make("tbody");
  const tools = make("div", { class: "tools" });
  const order = make("select", { "aria-label": "Order of the answers", onchange: () => fill() },
    make("option", { value: "given" }, "in the order given"), make("option", { value: "tone" }, "by verdict"), make("option", { value: "name" }, "by name"));

  const line = row => make("tr", { class: `tone-${row.tone}` },
    make("th", { scope: "row" }, row.name),
    make("td", {}, make("span", { class: "sign small", "aria-hidden": "true" }, SIGNS[row.tone][0]), " ", STATUS[row.status] ?? row.status),
    make("td", { class: "mono" }, row.answer),
    make("td", {}, row.slip),
    make("td", {}, make("button", { type: "button", "aria-label": `Look at the answer of ${row.name}`, onclick: () => look(row) }, "Look")));

  function fill() {
    const sorted = [...rows];
    if (order.value === "tone") sorted.sort((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone));
    if (order.value === "name") sorted.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    body.replaceChildren(...sorted.map(line));
  }

  function count() {
    const counts = TONES.map(tone => [tone, rows.filter(row => row.tone === tone).length]).filter(([, number]) => number);
    const done = rows.length === answers.length;
    summary.textContent = `${done ? `${rows.length} answers` : `${rows.length} of ${answers.length} answers`}: ${counts.map(([tone, number]) => `${number} ${KINDS[tone]}`).join(", ") || "…"}.`;
    bar.replaceChildren(...counts.map(([tone, number]) => { const part = make("span", { class: `tone-${tone}` }, String(number)); part.style.flexGrow = number; return part; }));
  }

  const right = make("div", {});
  const card = make("article", { class: "card grades" }, summary, bar, right,
    make("div", { class: "grade-tools" }, order, tools),
    make("div", { class: "table", tabindex: "0", role: "group", "aria-label": "Verdicts" }, make("table", { class: "verdicts" },
      make("caption", { class: "visually-hidden" }, "The verdict on each answer"),
      make("thead", {}, make("tr", {}, ...["Name", "Verdict", "Answer", "What is to be said", ""].map(title => make("th", { scope: "col" }, title || make("span", { class: "visually-hidden" }, "More"))))), body)));
  count();

  async function run() {
    const done = working(place, stop);
    try {
      const todo = [...answers];
      const found = new Map();
      const worker = async () => {
        while (todo.length && !aborted()) {
          const given = todo.shift();
          found.set(given.name, await ask(given));
          rows.splice(0, rows.length, ...answers.filter(({ name }) => found.has(name)).map(({ name }) => found.get(name)));
          if (rows.length === 1) begun(rows[0]);
          fill();
          count();
        }
      };
      await Promise.all([worker(), worker()]);
    } finally {
      done();
      tools.replaceChildren(copyButton(csv(rows), "the table"), downloadButton(csv(rows), "grades.csv", "text/csv"),
        make("button", { type: "button", onclick: () => print() }, "Print"));
      const formula = rows.find(row => row.typeset_formula);
      if (formula) right.replaceChildren(make("h3", {}, "The right formula"), typeset(formula.typeset_formula));
    }
    return summary.textContent;
  }
  return { card, run };
}
