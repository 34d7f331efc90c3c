// Checks by itself what a Xinqiao log says: entries, checkpoints, growth, files of evidence. No library, no server.
//
// RFC 6962 and RFC 9162 (Merkle trees), C2SP signed-note, tlog-checkpoint and tlog-cosignature, RFC 8785 (canonical
// JSON), RFC 7515 (JWS). It runs where WebCrypto does: browsers, and `node` from version 20 on, as verify.mjs. All in
// one file, because it is handed out as one, with its digest.
// Each check returns its steps, in order: {step, result: "holds" | "fails" | "absent" | "unchecked", …what was found};
// `why` of a step that fails is a word of this module. What follows a step that fails is not looked at.

const text = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true });
const LEAF = 0, NODE = 1, ED25519 = 1, COSIGNATURE = 4;
const MOST_SIGNATURES = 16, LARGEST_NOTE = 65536;

class Refused extends Error {
  constructor(step, why) { super(`${step}: ${why}`); this.step = step; this.why = why; }
}

const need = (step, why, holds) => { if (!holds) throw new Refused(step, why); };

// Runs checks that note their steps; the one that throws is the last, and fails.
async function steps(check) {
  const made = [];
  try {
    await check((step, more = {}) => made.push({ step, result: "holds", ...more }));
  } catch (fault) {
    const known = fault instanceof Refused;
    made.push({ step: known ? fault.step : "format", result: "fails", why: known ? fault.why : "malformed" });
  }
  return made;
}

export const holds = (made) => made.length > 0 && made.every((one) => one.result !== "fails");

// What this browser cannot do, or null: "insecure" without HTTPS, "no-ed25519" where it is too old.
export async function missing() {
  if (!globalThis.crypto?.subtle) return "insecure";
  try {
    const point = Uint8Array.from({ length: 32 }, (_, at) => (at ? 0x66 : 0x58)); // RFC 8032 5.1: the base point
    await crypto.subtle.importKey("raw", point, "Ed25519", false, ["verify"]);
    return null;
  } catch { return "no-ed25519"; }
}

// ---- bytes

const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

function unhex(written, step) {
  need(step, "malformed", typeof written === "string" && /^([0-9a-f]{2})*$/.test(written));
  return Uint8Array.from(written.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function unbase64(written, step) { // in its one spelling: RFC 4648 3.5
  let read;
  try { read = atob(written); } catch { throw new Refused(step, "malformed"); }
  need(step, "malformed", btoa(read) === written);
  return Uint8Array.from(read, (one) => one.charCodeAt(0));
}

const unbase64url = (written, step) =>
  unbase64(written.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (written.length % 4)) % 4), step);

function canonical(value) { // RFC 8785 of what has no fractions; names here are ASCII
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

// ---- trees; numbers stay below 2^53, so that they are halved and not shifted

const half = (number) => Math.floor(number / 2);
const leafHash = (leaf) => sha256(join([LEAF], leaf));
const nodeHash = (left, right) => sha256(join([NODE], left, right));

async function rootOf(digest, index, size, path) { // RFC 9162 2.1.3.2
  need("path", "index", Number.isSafeInteger(index) && index >= 0 && index < size);
  let node = index, last = size - 1;
  for (const step of path) {
    need("path", "long", last !== 0);
    if (node % 2 || node === last) {
      digest = await nodeHash(step, digest);
      while (node % 2 === 0 && node) { node = half(node); last = half(last); }
    } else digest = await nodeHash(digest, step);
    node = half(node); last = half(last);
  }
  need("path", "short", last === 0);
  return digest;
}

async function grown(before, after, path) { // RFC 9162 2.1.4.2
  const step = "growth";
  need(step, "smaller", before.size <= after.size);
  if (before.size === 0 || before.size === after.size) {
    need(step, "long", path.length === 0);
    need(step, "other-root", before.size === 0 || same(before.root, after.root));
    return;
  }
  const whole = Number.isInteger(Math.log2(before.size));
  const [first, ...rest] = whole ? [before.root, ...path] : path;
  need(step, "short", first !== undefined);
  let node = before.size - 1, last = after.size - 1, old = first, now = first;
  while (node % 2) { node = half(node); last = half(last); }
  for (const one of rest) {
    need(step, "long", last !== 0);
    if (node % 2 || node === last) {
      old = await nodeHash(one, old); now = await nodeHash(one, now);
      while (node % 2 === 0 && node) { node = half(node); last = half(last); }
    } else now = await nodeHash(now, one);
    node = half(node); last = half(last);
  }
  need(step, "short", last === 0);
  need(step, "other-root", same(old, before.root) && same(now, after.root));
}

// ---- keys and notes

// Reads name+id+key (C2SP signed-note), of a log or of a witness; `fingerprint` is SHA-256 of the key's 32 bytes.
export async function parseKey(written) {
  const [name, id, ...rest] = String(written).trim().split("+");
  const key = unbase64(rest.join("+"), "key");
  need("key", "malformed", name && key.length === 33 && (key[0] === ED25519 || key[0] === COSIGNATURE));
  const known = (await sha256(join(text.encode(`${name}\n`), key))).slice(0, 4);
  need("key", "id", hex(known) === id);
  const [type, bytes] = [key[0], key.slice(1)];
  return { name, id: known, type, bytes, fingerprint: hex(await sha256(bytes)) };
}

async function signedBy(bytes, signature, signed) {
  const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, signed);
}

// Reads a checkpoint's text, strictly, and its signature lines; whose they are is not looked at.
export function readNote(note) {
  const step = "checkpoint";
  need(step, "malformed", typeof note === "string" && note.length <= LARGEST_NOTE && !note.includes("\r"));
  const cut = note.indexOf("\n\n");
  need(step, "malformed", cut > 0 && note.endsWith("\n"));
  const [origin, size, root, ...more] = note.slice(0, cut).split("\n");
  need(step, "malformed", origin && more.length === 0 && /^(0|[1-9][0-9]{0,15})$/.test(size ?? ""));
  const head = { origin, size: Number(size), root: unbase64(root ?? "", step), text: note.slice(0, cut + 1) };
  need(step, "malformed", head.root.length === 32 && Number.isSafeInteger(head.size));
  const lines = note.slice(cut + 2, -1).split("\n");
  need(step, "malformed", lines.length <= MOST_SIGNATURES);
  head.signatures = lines.map((line) => {
    const [, name, blob] = /^— (.+) ([^ ]+)$/.exec(line) ?? [];
    need(step, "malformed", name);
    const raw = unbase64(blob, step);
    return { name, id: raw.slice(0, 4), signature: raw.slice(4) };
  });
  return head;
}

// Returns the checkpoint of a note that this key signed.
async function checkNote(note, key) {
  const head = readNote(note);
  need("signature", "other-log", head.origin === key.name);
  const line = head.signatures.find((one) => one.name === key.name && same(one.id, key.id));
  need("signature", "not-by-key", line && key.type === ED25519);
  const signed = await signedBy(key.bytes, line.signature, text.encode(head.text));
  need("signature", "wrong", line.signature.length === 64 && signed);
  return head;
}

// Says of each signature beside the log's own whether it is a witness's whose key is known (cosignature/v1).
async function witnesses(head, keys) {
  const others = head.signatures.filter((one) => one.name !== head.origin);
  return Promise.all(others.map(async (one) => {
    const key = keys.find((known) => known.name === one.name && same(known.id, one.id) && known.type === COSIGNATURE);
    if (!key || one.signature.length !== 72) return { name: one.name, result: "unchecked" };
    const at = new DataView(one.signature.buffer, one.signature.byteOffset, 8).getBigUint64(0);
    const signed = text.encode(`cosignature/v1\ntime ${at}\n${head.text}`);
    return { name: one.name, result: await signedBy(key.bytes, one.signature.slice(8), signed) ? "holds" : "fails" };
  }));
}

async function noteWitnesses(note, head, written) {
  const found = await witnesses(head, await Promise.all(written.map(parseKey)));
  need("witnesses", "wrong", found.every((one) => one.result !== "fails"));
  const named = (result) => found.filter((one) => one.result === result).map((one) => one.name);
  const checked = named("holds"), unchecked = named("unchecked");
  const result = checked.length ? "holds" : unchecked.length ? "unchecked" : "absent";
  note("witnesses", { result, checked, unchecked });
}

// ---- what is checked

async function commitment(salt, payload) {
  need("payload", "malformed", salt.length === 32);
  const key = await crypto.subtle.importKey("raw", salt, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(`audit-payload/v1\n${payload}`))));
}

// Returns an entry whose path leads to the checkpoint and whose payload, where it is there, is the one recorded.
async function checkEntry(entry, head, note = () => {}) {
  const { index, leaf, salt, payload } = entry;
  need("leaf", "malformed", typeof leaf === "string" && Array.isArray(entry.path));
  const members = JSON.parse(leaf);
  const digest = await leafHash(text.encode(leaf));
  note("leaf", { digest: hex(digest), id: members.id });
  const path = entry.path.map((one) => unhex(one, "path"));
  need("path", "malformed", path.every((one) => one.length === 32));
  need("path", "other-root", same(await rootOf(digest, index, head.size, path), head.root));
  note("path", { count: path.length, index, size: head.size, root: hex(head.root) });
  need("payload", "malformed", (salt === null) === (payload === null));
  if (payload !== null) {
    need("payload", "changed", await commitment(unhex(salt, "payload"), payload) === members.c);
  }
  note("payload", { result: payload === null ? "absent" : "holds" });
  return { members, payload: payload === null ? null : JSON.parse(payload) };
}

// Checks one entry: {index, leaf, path, checkpoint, opened: {salt, payload} | null}, as the server gives it.
// `wanted` is the id of the entry that was asked for; `known` are the keys of witnesses, written as the log's is.
export const verifyEntry = (proof, vkey, wanted, known = []) => steps(async (note) => {
  const key = await parseKey(vkey);
  const head = await checkNote(proof.checkpoint, key);
  note("signature", { name: key.name, fingerprint: key.fingerprint, size: head.size });
  const found = await checkEntry({ ...proof, ...(proof.opened ?? { salt: null, payload: null }) }, head, note);
  need("asked", "other-entry", wanted === undefined || found.members.id === wanted);
  await noteWitnesses(note, head, known);
});

// Checks that the tree of one checkpoint continues that of another: {before, after, path} as the server gives it.
export const verifyGrowth = (proof, vkey, known = []) => steps(async (note) => {
  const key = await parseKey(vkey);
  const before = await checkNote(proof.before, key);
  note("before", { size: before.size, root: hex(before.root) });
  const after = await checkNote(proof.after, key);
  note("after", { size: after.size, root: hex(after.root) });
  await grown(before, after, proof.path.map((one) => unhex(one, "growth")));
  note("growth", { count: proof.path.length, before: before.size, after: after.size });
  await noteWitnesses(note, after, known);
});

// The signature of the gateway's statement, by a public JWK: Ed25519, P-256 or RSA.
const SCHEMES = {
  OKP: [{ name: "Ed25519" }, { name: "Ed25519" }, ["Ed25519", "EdDSA"]],
  EC: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }, ["ES256"]],
  RSA: [{ name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 32 }, ["PS256"]],
};

async function checkStatement(statement, jwk) {
  const [header, payload, signature] = statement.split(".");
  const head = JSON.parse(utf8.decode(unbase64url(header, "statement")));
  const { kty, crv, x, y, n, e } = jwk;
  const [imported, scheme, names] = SCHEMES[kty];
  need("statement", "not-by-key", head.typ === "xinqiao-questions+jws" && head.kid === jwk.kid);
  need("statement", "not-by-key", names.includes(head.alg));
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, n, e }, imported, false, ["verify"]);
  const bytes = unbase64url(signature, "statement");
  need("statement", "wrong", await crypto.subtle.verify(scheme, key, bytes, text.encode(`${header}.${payload}`)));
}

const namedBy = (statement, consents) => new Set([
  ...statement.questions.flatMap((asked) => [...asked.entries, ...asked.usage].map((one) => one.entry)),
  ...consents.flatMap((consent) => consent.versions.map((one) => one.entry)),
]);

// Each question of the statement is what its proved entries say of it.
function checkQuestion(asked, entries, codes) {
  for (const named of asked.entries) {
    const found = entries.get(named.entry);
    if (!found) continue;
    const { members: leaf, payload } = found;
    const who = asked.kind === "consent-request" ? leaf.actor : leaf.account;
    need("questions", "differs", leaf.type === named.type && leaf.exch === asked.id);
    need("questions", "differs", leaf.institution === asked.institution && who === asked.account);
    if (["inquiry.answered", "inquiry.denied"].includes(leaf.type)) {
      need("questions", "differs", leaf.outcome === (asked.reason ?? asked.outcome));
      const told = payload ?? { subject: codes[0], purpose: asked.purpose, person: asked.person };
      need("questions", "differs", codes.includes(told.subject) && told.purpose === asked.purpose);
      need("questions", "differs", (told.person ?? null) === (asked.person ?? null));
    }
  }
}

// Checks a file of evidence (its text), with the log's key and, where it is known, the gateway's (`answer`, a JWK).
// What was signed of the consents is not looked at here: the offline verifier does that.
export const verifyEvidence = (content, vkey, answer) => steps(async (note) => {
  const file = JSON.parse(content);
  need("format", "not-evidence", file?.type === "xinqiao-questions/1");
  need("format", "not-canonical", `${canonical(file)}\n` === content);
  note("format");
  if (answer) await checkStatement(file.statement, answer);
  note("statement", { result: answer ? "holds" : "unchecked" });
  const statement = JSON.parse(utf8.decode(unbase64url(file.statement.split(".")[1], "statement")));
  const key = await parseKey(vkey);
  const head = await checkNote(file.checkpoint, key);
  note("signature", { name: key.name, fingerprint: key.fingerprint, size: head.size });
  const entries = new Map();
  let last = -1;
  for (const entry of file.entries) {
    need("entries", "order", entry.index > last);
    last = entry.index;
    const found = await checkEntry(entry, head);
    entries.set(found.members.id, found);
  }
  const named = namedBy(statement, file.consents), unproved = new Set(statement.unproved);
  need("entries", "left-out", [...named].every((id) => unproved.has(id) || entries.has(id)));
  need("entries", "not-named", [...entries.keys(), ...unproved].every((id) => named.has(id)));
  const erased = [...entries.values()].filter((one) => one.payload === null).length;
  note("entries", { count: entries.size, unproved: unproved.size, erased });
  for (const asked of statement.questions) checkQuestion(asked, entries, statement.about.codes);
  note("questions", { count: statement.questions.length });
  const beside = { checkpoint: file.checkpoint, consents: file.consents, entries: file.entries };
  need("contents", "changed", hex(await sha256(text.encode(canonical(beside)))) === statement.contents);
  note("contents");
  note("consents", { result: file.consents.length ? "unchecked" : "absent", count: file.consents.length });
});
