// SPDX-License-Identifier: Apache-2.0
// The states of executions and of nodes: a word, a symbol besides the colour, and an order with trouble first.

import { html } from './text.js';

const EXECUTION = {
  failed: ['✗', 'bad'],
  'timed-out': ['✗', 'bad'],
  rejected: ['✗', 'bad'],
  interrupted: ['✗', 'bad'],
  expired: ['✗', 'bad'],
  lost: ['✗', 'bad'],
  canceled: ['–', 'off'],
  running: ['▶', 'busy'],
  received: ['●', 'busy'],
  held: ['◌', 'wait'],
  queued: ['○', 'wait'],
  succeeded: ['✓', 'good'],
};

const NODE = {
  'not let in': ['⊘', 'off'],
  frozen: ['❄', 'bad'],
  unreachable: ['✗', 'bad'],
  'never heard': ['○', 'wait'],
  reachable: ['✓', 'good'],
};

export const EXECUTION_STATES = Object.keys(EXECUTION);
export const NODE_STATES = Object.keys(NODE);

const UNENDED = new Set(['held', 'queued', 'received', 'running']);
export const hasEnded = state => !UNENDED.has(state);

export const nodeState = node =>
  node.fingerprint === null ? 'not let in'
    : node.frozenSince !== null ? 'frozen'
    : node.lastHeardAt === null ? 'never heard'
    : node.reachable ? 'reachable' : 'unreachable';

const look = state => EXECUTION[state] ?? NODE[state] ?? ['?', 'off'];

/** The colour class of a state. */
export const tone = state => look(state)[1];

/** A state as symbol and word; `more` are further words. */
export function State({ state, more = '' }) {
  const [symbol, colour] = look(state);
  return html`<span class="state ${colour}"><span aria-hidden="true">${symbol}</span> ${state}${more}</span>`;
}

/** How many of an order's executions are in which state, as a bar and in words. */
export function StateBar({ states, total }) {
  const present = EXECUTION_STATES.filter(state => states[state] > 0);
  return html`
    <div class="bar" aria-hidden="true">
      ${present.map(state => html`<span key=${state} class=${tone(state)} style=${{ flexGrow: states[state] }}></span>`)}
    </div>
    <p class="counts">
      ${present.map(state => html`<span key=${state}><${State} state=${state} /> <b>${states[state]}</b></span>`)}
      <span class="quiet">of ${total}</span>
    </p>`;
}
