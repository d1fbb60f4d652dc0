// SPDX-License-Identifier: Apache-2.0
// The nodes, and the view of them.

import { computed, signal } from '@preact/signals';
import { get } from './access.js';
import { LongTable } from './list.js';
import { lostSince, paced } from './live.js';
import { NODE_STATES, State, nodeState } from './states.js';
import { ago, clock, html, line } from './text.js';

/** By name; null before the first answer. */
export const nodes = signal(null);

/** What hinders the station itself, in words. */
export const troubles = signal([]);

const known = new Map();
const toldAt = new Map();
const publish = paced(() => { nodes.value = new Map(known); });

/** Takes in a node as the stream tells of it. */
export function told(node) {
  known.set(node.name, node);
  toldAt.set(node.name, performance.now());
  publish();
}

let reading = null;

function hinders({ broker, ledger }) {
  const found = [];
  if (!broker.connected) {
    found.push(`The station has had no connection to its broker since ${clock(broker.since)}: ${broker.reason}`);
  }
  if (ledger.failure !== null) found.push(`The station's ledger does not work: ${ledger.failure}`);
  if (ledger.spaceLow) found.push(`The station takes no orders: ${ledger.space}`);
  return found;
}

/** Reads all nodes, and how the station is; the stream tells only who comes and goes, not of each word. */
export function refresh() {
  reading ??= (async () => {
    const asked = performance.now();
    try {
      const [answer, status] = await Promise.all([get('nodes'), get('status')]);
      troubles.value = hinders(status);
      const names = new Set(answer.nodes.map(node => node.name));
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
      for (const node of answer.nodes) if (!(toldAt.get(node.name) > asked)) known.set(node.name, node);
      publish();
    } finally {
      reading = null;
    }
  })();
  return reading;
}

/** Refreshes while somebody looks; seldom where there are many. */
export function keepFresh() {
  let last = performance.now();
  const timer = setInterval(() => {
    const pause = known.size > 1000 ? 60_000 : 10_000;
    if (document.hidden || lostSince.value !== null || performance.now() - last < pause) return;
    last = performance.now();
    refresh().catch(() => {}); // the stream tells when the station is gone
  }, 2000);
  return () => clearInterval(timer);
}

/** Reachable or not, and how old the node's last word is. */
export function Presence({ name }) {
  const node = nodes.value?.get(name);
  if (!node) return null;
  const state = nodeState(node);
  return html`<${State} state=${state} />${node.lastHeardAt && html` <span class="quiet">${ago(node.lastHeardAt)}</span>`}`;
}

const labels = node => Object.entries(node.labels).map(([key, value]) => line(`${key}=${value}`)).join(' ');
const system = node => line([node.facts?.os, node.facts?.architecture].filter(Boolean).join(' · '));

const texts = new WeakMap();

function text(node) {
  let known = texts.get(node);
  if (!known) texts.set(node, known = `${node.name} ${labels(node)} ${system(node)}`.toLowerCase());
  return known;
}

const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Each state's nodes by name, trouble first. */
const inOrder = all => NODE_STATES.map(state =>
  [state, all.filter(node => nodeState(node) === state).sort((a, b) => byName(a.name, b.name))]);

const byState = computed(() => new Map(inOrder([...(nodes.value?.values() ?? [])])));

/** @param query `state` and `q` of the address; `go` puts others there */
export function Fleet({ query, go }) {
  if (nodes.value === null) return html`<p class="quiet">Asking the station…</p>`;
  const total = nodes.value.size;
  const state = query.get('state') ?? '';
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const shown = NODE_STATES
    .filter(each => !state || each === state)
    .flatMap(each => byState.value.get(each))
    .filter(node => words.every(word => text(node).includes(word)));
  const choose = (key, value) => {
    const next = new URLSearchParams(query);
    if (value) next.set(key, value);
    else next.delete(key);
    go(`#/?${next}`);
  };
  return html`
    <h1>Fleet</h1>
    <div class="filters">
      <div class="choices" role="group" aria-label="Show only">
        <button aria-pressed=${!state} onClick=${() => choose('state', '')}>all <b>${total}</b></button>
        ${[...byState.value].map(([each, { length }]) => html`
          <button key=${each} class=${length === 0 && 'none'} aria-pressed=${state === each}
            onClick=${() => choose('state', state === each ? '' : each)}>
            <${State} state=${each} /> <b>${length}</b>
          </button>`)}
      </div>
      <input type="search" aria-label="Filter by name, label or system" placeholder="Filter by name, label, system"
        value=${query.get('q') ?? ''} onInput=${event => choose('q', event.target.value)} />
    </div>
    ${total === 0
      ? html`<p class="empty">No nodes yet: an agent shows up here once it has said hello.</p>`
      : shown.length === 0
        ? html`<p class="empty">None of the ${total} nodes fits this filter.</p>`
        : html`<${LongTable} name="fleet" label="Nodes" items=${shown} keyOf=${node => node.name}
            columns=${['Node', 'State', 'Last word', 'Labels', 'System']} row=${cells} />`}`;
}

const cells = node => html`
  <span role="cell" class="name">${node.name}</span>
  <span role="cell"><${State} state=${nodeState(node)} /></span>
  <span role="cell" class="age">${node.lastHeardAt ? ago(node.lastHeardAt) : '–'}</span>
  <span role="cell" class="labels quiet" title=${labels(node)}>${labels(node)}</span>
  <span role="cell" class="system quiet" title=${system(node)}>${system(node)}</span>`;
