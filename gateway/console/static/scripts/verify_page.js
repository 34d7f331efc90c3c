// The page around the check (verify.js): the keys an auditor pinned here, what is fetched, each step in words.

const PINNED = "xinqiao-audit-keys";
const read = () => { try { return JSON.parse(localStorage.getItem(PINNED)) ?? {}; } catch { return {}; } };
const keep = (keys) => localStorage.setItem(PINNED, JSON.stringify(keys));
const made = (tag, text, name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });
const grouped = (hex) => hex.match(/.{1,8}/g).join(" ");

async function start(panel) {
  const checks = await import(panel.dataset.module);
  const words = JSON.parse(panel.querySelector(".check-words").textContent);
  const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const part = (name) => panel.querySelector(`.check-${name}`);
  const sign = (result) => panel.querySelector(`[data-sign="${result}"]`).content.cloneNode(true);
  const number = new Intl.NumberFormat(document.documentElement.lang);

  // ---- keys: pinned once, by the name of their log; nothing of them leaves the browser

  async function showKeys() {
    const list = part("keys");
    list.replaceChildren();
    const keys = read();
    for (const [name, kept] of Object.entries(keys)) {
      const key = await checks.parseKey(kept.vkey);
      const row = made("li", "");
      const forget = made("button", say("say-forget"), "quiet small");
      forget.type = "button";
      forget.setAttribute("aria-label", `${say("say-forget")} ${name}`);
      forget.addEventListener("click", () => { const { [name]: _, ...rest } = read(); keep(rest); showKeys(); });
      row.append(made("strong", name), made("code", grouped(key.fingerprint), "digest"), forget);
      list.append(row);
    }
    part("pin").open = Object.keys(keys).length === 0;
  }

  async function pin() {
    const [file] = part("key-file").files;
    const given = (file ? await file.text() : part("key-text").value).trim();
    part("key-wrong").hidden = true;
    try {
      const bundle = given.startsWith("{") ? JSON.parse(given) : { audit: given };
      const key = await checks.parseKey(bundle.audit);
      keep({ ...read(), [key.name]: { vkey: bundle.audit.trim(), answer: bundle.answer, witness: key.type !== 1 } });
      part("key-text").value = part("key-file").value = "";
      await showKeys();
    } catch (fault) {
      part("key-wrong").textContent = say(`why-${fault.why ?? "malformed"}`);
      part("key-wrong").hidden = false;
    }
  }

  const keyOf = (note) => read()[String(note).split("\n", 1)[0]];
  const witnesses = () => Object.values(read()).filter((one) => one.witness).map((one) => one.vkey);

  // ---- what is checked

  async function fetched(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("not-fetched");
    return answer.json();
  }

  function ofProof(proof, wanted) {
    const key = keyOf(proof.checkpoint);
    return key ? checks.verifyEntry(proof, key.vkey, wanted, witnesses()) : "no-key";
  }

  const kinds = {
    entry: async () => ofProof(await fetched(panel.dataset.source), panel.dataset.wanted),
    growth: async () => {
      const [before, after] = ["before", "after"].map((one) => document.getElementById(`check-${one}`).value);
      const proof = await fetched(`${panel.dataset.source}?${new URLSearchParams({ before, after })}`);
      const key = keyOf(proof.after);
      return key ? checks.verifyGrowth(proof, key.vkey, witnesses()) : "no-key";
    },
    file: async () => {
      const [file] = document.getElementById("check-file").files;
      if (!file) return "no-file";
      const content = await file.text();
      let told;
      try { told = JSON.parse(content); } catch { told = {}; }
      if (told && "leaf" in Object(told)) return ofProof(told);
      const key = keyOf(told?.checkpoint);
      return key || !told?.checkpoint ? checks.verifyEvidence(content, key?.vkey, key?.answer) : "no-key";
    },
  };

  async function run() {
    const began = performance.now();
    part("steps").replaceChildren();
    outcome("info", say("say-running"));
    const lacking = await checks.missing();
    if (lacking) return outcome("warn", say(`say-${lacking}`));
    let steps;
    try { steps = await kinds[panel.dataset.verify](); } catch { return outcome("bad", say("say-not-fetched")); }
    if (typeof steps === "string") return outcome("warn", say(`say-${steps}`));
    for (const one of steps) part("steps").append(row(one));
    const all = checks.holds(steps);
    const said = all ? (steps.some((one) => one.result === "unchecked") ? "partly" : "all-hold") : "refused";
    const took = say("say-took", { ms: number.format(Math.round(performance.now() - began)) });
    outcome(all ? "ok" : "bad", `${say(`say-${said}`)} ${took}`);
  }

  function row(one) {
    const line = made("li", "", `check-${one.result}`);
    const said = made("div", "");
    said.append(made("strong", say(`step-${one.step}`)), made("span", say(`result-${one.result}`), "check-result"));
    if (one.result === "fails") said.append(made("small", say(`why-${one.why}`)));
    else if (one.result !== "absent" && `told-${one.step}` in words) said.append(made("small", told(one)));
    line.append(sign(one.result), said);
    return line;
  }

  function told(one) {
    const values = {};
    for (const [name, value] of Object.entries(one)) {
      values[name] = typeof value === "number" ? number.format(value) : Array.isArray(value) ? value.join(", ") : value;
    }
    return say(`told-${one.step}`, values);
  }

  function outcome(tone, text) {
    const box = made("div", "", `notice ${tone}`);
    box.append(made("div", text));
    part("outcome").replaceChildren(box);
  }

  part("key-pin").addEventListener("click", pin);
  part("run").addEventListener("click", run);
  const drop = part("drop");
  drop?.addEventListener("dragover", (event) => event.preventDefault());
  drop?.addEventListener("drop", (event) => {
    event.preventDefault();
    document.getElementById("check-file").files = event.dataTransfer.files;
    run();
  });
  if (!(await checks.missing())) await showKeys();
}

for (const panel of document.querySelectorAll("[data-verify]")) start(panel);
