// SPDX-License-Identifier: Apache-2.0
// The operator's key of this browser: made here, kept here, and handed out to nobody, this page's own scripts included.

import { computed, signal } from '@preact/signals';
import { get } from './access.js';

const DATABASE = 'steward';
const STORE = 'key';
const TYPE = new TextEncoder().encode('ssh-ed25519');

/** Undefined until it was looked for, null where there is none; else its id (`SHA256:…`), its OpenSSH `line` and `sign`. */
export const key = signal(undefined);

/** The station's answer about operators; null before the first. */
export const operators = signal(null);

/** Who the key is in the list in force; undefined while nobody has registered it. */
export const operator = computed(() =>
  key.value && operators.value?.operators.find(each => each.fingerprint === key.value.id));

export const mayOrder = computed(() => operator.value?.state === 'active');

/** Why this browser can't have a key, in words; null where it can. */
export const cannot = () =>
  !isSecureContext ? 'The browser gives keys only to pages that came by https or from this very machine.'
  : !globalThis.crypto?.subtle ? 'This browser has no WebCrypto.'
  : null;

export async function refreshOperators() {
  operators.value = await get('operators');
}

/** An answer of IndexedDB. */
const answer = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function stored(mode, act) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answer(opening);
  try {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await answer(act(transaction.objectStore(STORE)));
    await done;
    return result;
  } finally {
    database.close();
  }
}

export const base64 = bytes => bytes.toBase64?.({ omitPadding: true })
  ?? btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')).replace(/=+$/, '');

/** A string of the SSH protocol: its length, then its bytes. */
export function sshString(bytes) {
  const whole = new Uint8Array(4 + bytes.length);
  new DataView(whole.buffer).setUint32(0, bytes.length);
  whole.set(bytes, 4);
  return whole;
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function shown({ pair, name }) {
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const blob = joined(sshString(TYPE), sshString(raw));
  const padding = '='.repeat((3 - (blob.length % 3)) % 3);
  return {
    name,
    id: `SHA256:${base64(new Uint8Array(await crypto.subtle.digest('SHA-256', blob)))}`,
    line: `ssh-ed25519 ${base64(blob)}${padding}`,
    sign: async bytes => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, bytes)),
  };
}

export async function load() {
  key.value = null;
  if (cannot() !== null) return;
  const found = await stored('readonly', store => store.get(STORE));
  if (found) key.value = await shown(found);
}

const tabs = new BroadcastChannel('steward key');
tabs.onmessage = () => { load().catch(() => { key.value = null; }); }; // what can't be looked up signs nothing

/** Makes the key; its private half can be used, and never be read. */
export async function make(name) {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  await stored('readwrite', store => store.add({ pair, name }, STORE)); // fails where another tab was faster
  await load();
  tabs.postMessage('changed');
  await navigator.storage?.persist?.(); // else the browser may drop it when it wants space
}

/** Forgets the key of this id for ever, in all tabs. */
export async function forget(id) {
  await load();
  if (key.value?.id !== id) throw new Error('another tab has removed this key; what is shown now is what there is');
  await stored('readwrite', store => store.delete(STORE));
  key.value = null;
  tabs.postMessage('changed');
}
