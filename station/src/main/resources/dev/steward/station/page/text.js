// SPDX-License-Identifier: Apache-2.0
// Texts for people, from values that may come from hostile nodes.

import { h } from 'preact';
import htm from 'htm';
import { signal } from '@preact/signals';

export const html = htm.bind(h);

/** The time, for what shows an age; moves once a second. */
export const now = signal(Date.now());
setInterval(() => { if (!document.hidden) now.value = Date.now(); }, 1000);

// Controls, invisible and reordering characters, halves of surrogate pairs. Line ends and tabs are not among them.
const UNSAFE = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function symbol(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Several lines, with symbols for what would not be seen or would move other text. */
export const lines = text => text.replaceAll('\r\n', '\n').replace(UNSAFE, symbol);

/** The same on one line. */
export const line = text => lines(String(text)).replaceAll('\n', '␊').replaceAll('\t', '␉');

/** How long ago a time was: `3m20s`. */
export function age(time, at = now.value) {
  return duration(Math.max(0, at - Date.parse(time)));
}

export function duration(millis) {
  if (millis < 1000) return `${millis < 100 ? Math.round(millis) : Math.round(millis / 10) * 10} ms`;
  const seconds = Math.floor(millis / 1000);
  if (seconds < 60) return `${seconds} s`;
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = parts.findIndex(([size]) => seconds >= size);
  return parts.slice(first, first + 2)
    .map(([size, unit], i) => [Math.floor((i === 0 ? seconds : seconds % parts[first][0]) / size), unit])
    .filter(([count], i) => i === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** An age that a person reads; under a second it is now. */
export const ago = (time, at = now.value) =>
  at - Date.parse(time) < 1000 ? 'just now' : `${age(time, at)} ago`;

// Swedish writes dates as ISO 8601 does.
export const clock = time => new Date(time).toLocaleTimeString('sv');

export const moment = time => new Date(time).toLocaleString('sv');

export const count = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** What a command does, as a line for a shell where it is one. */
export function commandLine({ method, domain, arguments: given, dryRun }) {
  const what = typeof given.shell === 'string' ? given.shell
    : Array.isArray(given.command) ? given.command.map(quoted).join(' ')
    : `${method}.${domain} ${JSON.stringify(given)}`;
  return line(dryRun ? `(test) ${what}` : what);
}

const quoted = word =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${String(word).replaceAll("'", "'\\''")}'`;

/**
 * Many names as a short text: `ship[1-3,7],shore`. The last number in a name is folded; counting up from the start of a
 * range in the width it is written in gives back exactly the names that went in.
 */
export function folded(names) {
  const frames = new Map();
  for (const name of [...new Set(names)].sort()) {
    const [, prefix, number, suffix] = /^(.*?)(?<!\d)(\d{1,18})(\D*)$/.exec(name) ?? [null, name, null, ''];
    const key = JSON.stringify([prefix, suffix, number === null]);
    const frame = frames.get(key) ?? { prefix, suffix, numbers: [] };
    if (number !== null) frame.numbers.push(number);
    frames.set(key, frame);
  }
  return [...frames.values()]
    .map(({ prefix, suffix, numbers }) => prefix + inner(numbers) + suffix)
    .join(',');
}

function inner(numbers) {
  if (numbers.length < 2) return numbers.join('');
  numbers.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const ranges = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range && number === next(range.first, range.last)) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return `[${ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(',')}]`;
}

/** What follows where one counts up from `first`: 09, 10 and 9, 10, but never 9, 010. */
const next = (first, last) => String(BigInt(last) + 1n).padStart(first.length, '0');
