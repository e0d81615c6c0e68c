// The table of names: what each one is, inferred or declared, and to be changed in place.

import { $, make } from "./dom.js";

const KINDS = { scalar: 0, vector: 1, "row vector": 2 };
const FRESH = ["n", "m", "k", "p", "q", "r", "s"];

const parts = sizes => sizes.trim().split(/[\s,]+/).filter(Boolean);

// The kind of a row of the table: its structure too, as one would say it.
function kindOf(row) {
  const sizes = parts(row.sizes);
  if (sizes.length < 2) return sizes.length ? "vector" : "scalar";
  if (sizes.length > 2) return "tensor";
  return sizes[0] === "1" ? "row vector" : row.structure === "general" ? "matrix" : row.structure;
}

// The sizes of a name when it becomes of another kind.
function sizesFor(kind, sizes, taken) {
  const known = parts(sizes).filter(size => size !== "1");
  const fresh = [...known, ...FRESH.filter(letter => !taken.has(letter))];
  if (kind === "scalar") return [];
  if (kind === "vector") return [fresh[0]];
  if (kind === "row vector") return ["1", fresh[0]];
  if (kind === "matrix" || kind === "stiefel") return fresh.slice(0, 2);
  return [fresh[0], fresh[0]];
}

// Fills the table. `state` is changed in place, `changed` is called after.
export function fillNames(rows, state, reference, changed) {
  const focused = document.activeElement?.id;
  const taken = new Set(rows.flatMap(row => [row.name, ...parts(row.sizes)]));

  // A size that changes in one name changes in all: n stays n everywhere, or becomes 3 everywhere.
  function resize(row, wanted) {
    const before = parts(row.sizes);
    const renamed = new Map();
    before.forEach((size, place) => {
      if (before.length === wanted.length && wanted[place] !== size && size !== "1") renamed.set(size, wanted[place]);
    });
    for (const other of rows) state.shapes[other.name] = parts(other.sizes).map(size => renamed.get(size) ?? size).join(" ");
    state.shapes[row.name] = wanted.join(" ");
  }

  function rekind(row, kind) {
    delete state.structures[row.name];
    resize(row, sizesFor(kind, row.sizes, taken));
    if (!(kind in KINDS) && kind !== "matrix") state.structures[row.name] = kind;
    changed();
  }

  const options = (all, chosen, none) => all.map(value => make("option", { value, selected: value === chosen }, value === none ? "any" : value.replaceAll("-", " ")));
  $("names").replaceChildren(...rows.map(row => {
    const kind = kindOf(row);
    const kinds = [...Object.keys(KINDS), "matrix", ...reference.structures.filter(name => name !== "general"), ...(kind === "tensor" ? ["tensor"] : [])];
    return make("tr", {},
      make("td", { class: "name" }, row.name),
      make("td", {}, make("select", { id: `kind-${row.name}`, "aria-label": `Kind of ${row.name}`, onchange: event => rekind(row, event.target.value) }, ...options(kinds, kind))),
      make("td", {}, make("input", { id: `size-${row.name}`, value: row.sizes, placeholder: "–", "aria-label": `Sizes of ${row.name}`,
        onchange: event => { resize(row, parts(event.target.value)); changed(); } })),
      make("td", {}, make("select", { id: `assume-${row.name}`, "aria-label": `Values of ${row.name}`, onchange: event => {
        if (event.target.value === "none") delete state.assume[row.name]; else state.assume[row.name] = event.target.value;
        changed();
      } }, ...options(reference.assumptions, row.assumption, "none"))),
      make("td", {}, make("span", { class: `badge ${row.declared ? "" : "assumed"}` }, row.declared ? "declared" : "assumed")));
  }));
  if (focused && $(focused)) $(focused).focus();
  const assumed = rows.filter(row => !row.declared).length;
  $("names-state").textContent = rows.length ? assumed ? `${assumed} of ${rows.length} assumed` : "all declared" : "";
  $("names-table").hidden = !rows.length;
  $("names-hint").textContent = rows.length ? "Change a cell, and the answer follows." : "What each name is appears here as you write, and may be changed.";
  $("forget").hidden = !Object.keys(state.shapes).length && !Object.keys(state.structures).length && !Object.keys(state.assume).length;
}
