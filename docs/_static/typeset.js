// Formulas of the site, by the KaTeX that comes with the page: nothing is fetched from elsewhere.
for (const element of document.querySelectorAll("div.math, span.math")) {
  const latex = element.textContent.trim().replace(/^\\[[(]/, "").replace(/\\[\])]$/, "");
  window.katex.render(latex, element, { displayMode: element.tagName === "DIV", throwOnError: false, strict: false });
}
