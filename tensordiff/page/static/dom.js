// Small helpers: elements, typeset mathematics, copying.

export const $ = id => document.getElementById(id);

export const SIGNS = { right: ["✓", "right"], partly: ["≈", "right with a concession"], wrong: ["✗", "wrong"], open: ["?", "undecided"] };

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

// What takes a while: how long it has taken, and a button that stops it. Shown once it has taken 0.7 s; the function that is
// given back takes it away.
export function working(place, stop) {
  const start = performance.now();
  const seconds = make("span", {});
  const bar = make("div", { class: "working" }, make("span", { class: "spinner", "aria-hidden": "true" }),
    make("span", { role: "status" }, "Still working"), seconds, make("button", { type: "button", onclick: stop }, "Stop"));
  const tick = () => { seconds.textContent = `${Math.round((performance.now() - start) / 1000)} s`; };
  const timer = setTimeout(() => { place.replaceChildren(bar); }, 700);
  const clock = setInterval(tick, 500);
  return () => { clearTimeout(timer); clearInterval(clock); bar.remove(); };
}

// LaTeX by KaTeX; its text where KaTeX cannot read it, so that nothing is lost.
export function typeset(latex, display = true) {
  const element = make(display ? "div" : "span", display ? { class: "formula", tabindex: "0", role: "group", "aria-label": "formula" } : {});
  try {
    window.katex.render(latex, element, {
      displayMode: display, throwOnError: true, strict: false, maxExpand: 10000,
      trust: context => context.command === "\\htmlData" || context.command === "\\htmlClass",
    });
  } catch {
    element.append(make("code", {}, latex));
  }
  return element;
}

export function copyButton(text, what) {
  const button = make("button", { type: "button", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      const area = make("textarea", {}, text);
      document.body.append(area);
      area.select();
      button.textContent = document.execCommand("copy") ? "Copied" : "Select and copy by hand";
      area.remove();
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });
  return button;
}

export function download(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

export const downloadButton = (text, name, type) =>
  make("button", { type: "button", "aria-label": `Download ${name}`, onclick: () => download(text, name, type) }, "Download");

// The user's text with a part of it marked.
export function marked(text, start, end) {
  return [text.slice(0, start), make("mark", {}, text.slice(start, end) || "␣"), text.slice(end)];
}

// Tabs by the pattern of the ARIA practices: arrows move, one tab stop.
export function tabs(list, choose) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const select = (tab, focus) => {
    for (const other of all) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    if (focus) tab.focus();
    choose(tab);
  };
  for (const tab of all) tab.addEventListener("click", () => select(tab, false));
  list.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -all.length, End: all.length }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = all.indexOf(document.activeElement);
    const next = Math.abs(step) === all.length ? (step < 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length;
    select(all[next], true);
  });
  return select;
}
