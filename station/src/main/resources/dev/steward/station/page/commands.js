// SPDX-License-Identifier: Apache-2.0
// The commands, newest first.

import { signal } from '@preact/signals';
import { get } from './access.js';
import { LongTable } from './list.js';
import { EXECUTION_STATES, State } from './states.js';
import { ago, commandLine, html, line } from './text.js';

const PAGE = 50;
const MOST_SINGLE = 20;
const PAUSE_MS = 1000;

const commands = signal(null);
const hasOlder = signal(false);
const known = new Map();
const changed = new Set();
let timer = null;
let reading = false;

const publish = () => {
  commands.value = [...known.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
};

/** Something about a command is new; it is read soon, together with whatever else is. */
export function changedCommand(id) {
  changed.add(id);
  timer ??= setTimeout(() => {
    timer = null;
    if (reading) changedCommand(id);
    else refresh().catch(() => {}); // a lost station is told of by the stream, which asks again once it is back
  }, commands.value === null ? 0 : PAUSE_MS);
}

export async function refresh() {
  reading = true;
  try {
    const newest = (await get(`commands?limit=${PAGE}`)).commands;
    const overlap = newest.some(command => known.has(command.id));
    if (!overlap) { // too much is new to know what lies between
      known.clear();
      hasOlder.value = newest.length === PAGE;
    }
    for (const command of newest) {
      known.set(command.id, command);
      changed.delete(command.id);
    }
    const older = [...changed].filter(id => known.has(id)).slice(0, MOST_SINGLE);
    changed.clear();
    for (const id of older) known.set(id, await get(`commands/${id}`));
    publish();
  } finally {
    reading = false;
  }
}

/** What was read is not so any more. */
export function forget() {
  known.clear();
  commands.value = null;
}

async function readOlder() {
  const page = (await get(`commands?limit=${PAGE}&before=${commands.value.at(-1).id}`)).commands;
  for (const command of page) known.set(command.id, command);
  hasOlder.value = page.length === PAGE;
  publish();
}

export function Commands() {
  if (commands.value === null) return html`<p class="quiet">Asking the station…</p>`;
  if (commands.value.length === 0) {
    return html`
      <h1>Commands</h1>
      <p class="empty">None yet. Order one in a terminal, for instance <code>steward run --on all -- uname -a</code>;
        it shows up here.</p>`;
  }
  return html`
    <h1>Commands</h1>
    <${LongTable} name="commands" label="Commands" items=${commands.value} keyOf=${command => command.id}
      columns=${['Command', 'State', 'Executions', 'Ordered', 'By', 'Id']} row=${cells} />
    ${hasOlder.value && html`<button class="more" onClick=${() => readOlder().catch(() => {})}>Show older commands</button>`}`;
}

const cells = command => html`
  <span role="cell" class="line"><a href=${`#/commands/${command.id}`}><code>${commandLine(command)}</code></a></span>
  <span role="cell"><${State} state=${command.state} /></span>
  <span role="cell" class="counts">${EXECUTION_STATES.filter(state => command.states[state] > 0)
    .map(state => `${command.states[state]} ${state}`).join(', ')}</span>
  <span role="cell" class="age">${ago(command.orderedAt)}</span>
  <span role="cell" class="issuer quiet">${line(command.issuer)}</span>
  <span role="cell" class="id quiet"><code>${command.id.slice(0, 13)}</code></span>`;
