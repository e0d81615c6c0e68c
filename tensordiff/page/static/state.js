// What the page is about, kept in the address: a reload, the back button and a shared link bring it back.

const TEXTS = ["f", "wrt", "answer", "text", "answers", "layout", "entries"];
export const JOBS = ["diff", "check", "proofread", "grade"];
const TABLES = { shapes: "shape", structures: "structure", where: "where", assume: "assume" };

export const empty = () => ({
  job: "diff", f: "", wrt: "", answer: "", text: "", answers: "", layout: "", entries: "", shapes: {}, structures: {}, where: {}, assume: {},
});

export function fromAddress(fragment) {
  const state = empty();
  for (const [key, value] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    const [table, name] = key.split(/:(.*)/s);
    const long = Object.keys(TABLES).find(k => TABLES[k] === table);
    if (key === "job" && JOBS.includes(value)) state.job = value;
    else if (TEXTS.includes(key)) state[key] = value;
    else if (long && name) state[long][name] = value;
  }
  return state;
}

export function toAddress(state) {
  const parameters = new URLSearchParams({ job: state.job });
  for (const key of TEXTS) if (state[key]) parameters.append(key, state[key]);
  for (const [table, short] of Object.entries(TABLES))
    for (const [name, value] of Object.entries(state[table])) parameters.append(`${short}:${name}`, value);
  return "#" + parameters;
}

// The request of a job: what it does not use is left out.
const USED = {
  diff: ["f", "wrt", "layout", "entries"], check: ["f", "wrt", "answer", "layout", "entries"], proofread: ["f", "wrt", "text"],
  grade: ["f", "wrt", "layout"], explain: ["f", "wrt"], read: ["f"],
};

export function request(state, job = state.job) {
  const found = {};
  for (const key of USED[job]) if (state[key].trim()) found[key] = state[key];
  if (job === "diff" && (found.layout === "any" || found.layout === "index")) delete found.layout;
  for (const table of Object.keys(TABLES)) if (Object.keys(state[table]).length) found[table] = state[table];
  return found;
}

// What is missing before a job can begin, by its field; none when it can.
export function missing(state) {
  const needed = { diff: ["f", "wrt"], check: ["answer"], proofread: ["text"], grade: ["f", "wrt", "answers"] }[state.job];
  return needed.find(key => !state[key].trim());
}

const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";

// The answers as a table with a header, for the command line.
function table(answers) {
  const lines = answers.split("\n").filter(line => line.trim());
  return /(^|[,;\t])\s*answer\s*($|[,;\t])/i.test(lines[0] ?? "") ? lines.join("\n")
    : ["answer", ...lines.map(line => `"${line.trim().replaceAll('"', '""')}"`)].join("\n");
}

export function shellCommand(state) {
  const given = request(state);
  const options = [];
  for (const name of (given.wrt ?? "").split(/[\s,]+/).filter(Boolean)) options.push(`--wrt ${quoted(name)}`);
  for (const [name, sizes] of Object.entries(given.shapes ?? {}))
    options.push(`--var ${quoted(`${name}:${sizes.trim().split(/[\s,]+/).filter(Boolean).join(",")}`)}`);
  for (const [name, value] of Object.entries(given.structures ?? {})) options.push(`--structure ${quoted(`${name}:${value}`)}`);
  for (const [name, value] of Object.entries(given.assume ?? {})) options.push(`--assume ${quoted(`${name}:${value}`)}`);
  for (const [name, value] of Object.entries(given.where ?? {})) options.push(`--where ${quoted(`${name}=${value}`)}`);
  if (given.layout) options.push(`--layout ${given.layout}`);
  if (given.entries) options.push(`--entries ${given.entries}`);
  if (state.job === "diff") return `tensordiff diff ${quoted(given.f ?? "")} ${options.join(" ")}`;
  const of = given.f ? `--of ${quoted(given.f)} ` : "";
  if (state.job === "grade")
    return `tensordiff grade - --of ${quoted(given.f ?? "")} ${options.join(" ")} <<'EOF'\n${table(state.answers)}\nEOF`;
  if (state.job === "check") return `tensordiff check ${quoted(given.answer ?? "")} ${of}${options.join(" ")}`;
  return `tensordiff proofread - ${of}${options.join(" ")} <<'EOF'\n${given.text ?? ""}\nEOF`;
}

export function pythonCode(state) {
  const given = request(state);
  const declared = ["shapes", "structures", "where", "assume"]
    .filter(table => given[table]).map(table => `${table}=${JSON.stringify(given[table])}`);
  const call = parts => parts.filter(Boolean).join(", ");
  const names = (given.wrt ?? "").split(/[\s,]+/).filter(Boolean);
  const parse = `f = td.parse(${call([JSON.stringify(given.f ?? ""), ...declared])})`;
  const more = [given.layout && `layout=${JSON.stringify(given.layout)}`, given.entries && `entries=${JSON.stringify(given.entries)}`];
  if (state.job === "diff")
    return `import tensordiff as td\n\n${parse}\nJ = td.diff(${call(["f", ...names.map(n => JSON.stringify(n)),
      given.entries && `entries=${JSON.stringify(given.entries)}`])})\nprint(J.matrix_form(${given.layout ? JSON.stringify(given.layout) : ""}))\n`;
  const wrt = names.length === 1 ? JSON.stringify(names[0]) : names.length ? `(${names.map(n => JSON.stringify(n)).join(", ")})` : "";
  if (state.job === "grade") {
    const answers = state.answers.split("\n").filter(line => line.trim()).map(line => `    ${JSON.stringify(line.trim())},\n`).join("");
    return `import tensordiff as td\n\n${parse}\nanswers = [\n${answers}]\nfor grade in td.grade(${call(["answers", "f", wrt,
      given.layout && `layout=${JSON.stringify(given.layout)}`])}):\n    print(grade.name, grade.status, grade.slip)\n`;
  }
  if (state.job === "check")
    return `import tensordiff as td\n\n${parse}\nprint(td.check(${call([JSON.stringify(given.answer ?? ""), "f", wrt, ...more])}))\n`;
  const text = `r"""\n${given.text ?? ""}\n"""`;
  return `import tensordiff as td\n\nprint(td.proofread(${call([text, given.f && `f=${JSON.stringify(given.f)}`, wrt && `wrt=${wrt}`, ...declared])}))\n`;
}
