// SPDX-License-Identifier: Apache-2.0
// The colours of a terminal, as classes. Only letters are coloured: nothing can be hidden by its background, moved or erased.

import { html, lines } from './text.js';

const SGR = /\u001b\[([\d;]{0,64})m/g;
const MOST_PIECES = 4_000;
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** What a sequence makes of the style before it; what is not known here changes nothing. */
function next(style, codes) {
  const { colour, bold } = style;
  const [code, ...rest] = codes;
  if (code === undefined) return style;
  if ((code === 38 || code === 48) && rest[0] === 5) return next(style, rest.slice(2)); // of 256 colours
  if ((code === 38 || code === 48) && rest[0] === 2) return next(style, rest.slice(4)); // of all
  if (code === 0) return next({ colour: null, bold: false }, rest);
  if (code === 1) return next({ colour, bold: true }, rest);
  if (code === 22) return next({ colour, bold: false }, rest);
  if (code === 39) return next({ colour: null, bold }, rest);
  const named = COLOURS[code >= 90 ? code - 90 : code - 30];
  return next(named ? { colour: named, bold } : style, rest);
}

/** Output as it may stand in the document: text, and spans of it with classes; symbols for all else that a terminal obeys. */
export function coloured(text) {
  const pieces = [];
  let style = { colour: null, bold: false };
  let from = 0;
  const push = to => {
    if (to === from) return;
    const safe = lines(text.slice(from, to));
    const classes = [style.colour && `ansi-${style.colour}`, style.bold && 'ansi-bold'].filter(Boolean).join(' ');
    pieces.push(classes ? html`<span class=${classes}>${safe}</span>` : safe);
  };
  for (const { 0: whole, 1: codes, index } of text.matchAll(SGR)) {
    if (pieces.length >= MOST_PIECES) break;
    push(index);
    from = index + whole.length;
    style = next(style, codes.split(';').map(Number));
  }
  push(text.length);
  return pieces;
}
