// Small helpers: elements, typeset mathematics, copying.

export const $ = id => document.getElementById(id);

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

// LaTeX by KaTeX; its text where KaTeX cannot read it, so that nothing is lost.
export function typeset(latex, display = true) {
  const element = make(display ? "div" : "span", display ? { class: "formula", tabindex: "0", role: "group", "aria-label": "formula" } : {});
  try {
    window.katex.render(latex, element, {
      displayMode: display, throwOnError: true, strict: false, maxExpand: 10000,
      trust: context => context.command === "\\htmlData",
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

export function downloadButton(text, name, type) {
  return make("button", { type: "button", "aria-label": `Download ${name}`, onclick: () => {
    const address = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  } }, "Download");
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
