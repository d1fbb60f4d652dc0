// SPDX-License-Identifier: Apache-2.0
// What an operator signs, byte by byte: see docs/reference/documents.md.

import { base64, joined, sshString } from './key.js';

const MOST_TARGETS = 100;
const MOST_PARTS = 500;
const MOST_BYTES = 256 * 1024;
const utf8 = new TextEncoder();
const NAMESPACE = utf8.encode('document@steward.dev');
const HASH = utf8.encode('sha512');

/** A UUIDv7: its first 48 bits are the time. */
function newId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 0x10000));
  new DataView(bytes.buffer).setUint16(4, now % 0x10000);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** As OpenSSH's PROTOCOL.sshsig has it. */
async function toBeSigned(document) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-512', utf8.encode(document)));
  return joined(utf8.encode('SSHSIG'), sshString(NAMESPACE), sshString(new Uint8Array()), sshString(HASH), sshString(hash));
}

/** A line with the signatures, then the document, as it was signed. */
export async function signed(document, key, others = []) {
  const own = { key: key.id, signature: base64(await key.sign(await toBeSigned(document))) };
  return `${JSON.stringify({ signatures: [...others.filter(each => each.key !== own.key), own] })}\n${document}`;
}

/** The text and the signatures of a signed document, and what the document says. */
export function read(text) {
  const end = text.indexOf('\n');
  const document = text.slice(end + 1);
  return { document, signatures: JSON.parse(text.slice(0, end)).signatures, says: JSON.parse(document) };
}

/** Groups of at most as many as a document may name. */
const groupsOf = targets => Array.from({ length: Math.ceil(targets.length / MOST_TARGETS) }, (_, i) =>
  targets.slice(i * MOST_TARGETS, (i + 1) * MOST_TARGETS));

/**
 * The documents of a command, not yet signed.
 *
 * @param order `fleet`, `issuer`, `targets` (each `node` and `key`), `arguments`, `startBeforeMs` and `timeoutMs` from now,
 *   `repeatable`, `dryRun`
 */
export function commandDocuments(order, now = Date.now()) {
  const groups = groupsOf(order.targets);
  if (groups.length > MOST_PARTS) throw new Error(`${order.targets.length} nodes; one command may have ${MOST_PARTS * MOST_TARGETS}`);
  const id = newId(now);
  return groups.map((targets, i) => checked(JSON.stringify({
    format: 1,
    type: 'command',
    id,
    fleet: order.fleet,
    part: i + 1,
    parts: groups.length,
    issuer: order.issuer,
    issuedAt: new Date(now).toISOString(),
    targets,
    method: 'shellcommand',
    domain: 'operatingsystem',
    arguments: order.arguments,
    startBefore: new Date(now + order.startBeforeMs).toISOString(),
    timeoutMs: order.timeoutMs,
    repeatable: order.repeatable,
    ...(order.dryRun ? { dryRun: true } : {}),
  })));
}

/** The documents that cancel a command on its targets. */
export function cancelDocuments({ fleet, issuer, targets, command }, now = Date.now()) {
  return groupsOf(targets).map(group => checked(JSON.stringify({
    format: 1, type: 'cancel', id: newId(now), fleet, issuer, issuedAt: new Date(now).toISOString(), targets: group, command,
  })));
}

function checked(document) {
  const { length } = utf8.encode(document);
  if (length > MOST_BYTES) throw new Error(`the command takes ${length} bytes, at most ${MOST_BYTES} are possible`);
  return document;
}
