// SPDX-License-Identifier: Apache-2.0
// The page: which view the address asks for, and what stands around every view.

import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import { enter, get, refusal } from './access.js';
import { Command } from './command.js';
import { Commands, changedCommand, forget, refresh as refreshCommands } from './commands.js';
import { Fleet, keepFresh, refresh as refreshNodes, told, troubles } from './fleet.js';
import { load as loadKey } from './key.js';
import { follow, lostSince } from './live.js';
import { Key } from './operator.js';
import { Freshness } from './ordering.js';
import { Run } from './run.js';
import { clock, html, line } from './text.js';

/** `#/`, `#/commands`, `#/commands/ID`, `#/run` or `#/key`, each with a query. */
function parse(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', id = ''] = path.split('/').map(decodeURIComponent);
  const known = view === 'commands' ? (id ? 'command' : 'commands') : ['run', 'key'].includes(view) ? view : 'fleet';
  return { view: known, id, query: new URLSearchParams(query) };
}

const route = signal(null);
const station = signal(null);

const look = () => { route.value = parse(location.hash); };

/** Another address for the same view, without a step in the history. */
function go(hash) {
  history.replaceState(null, '', hash);
  look();
}

/** Fleet and commands share a stream of all that happens; what it tells is then read as a whole. */
function Overview({ view, query }) {
  useEffect(() => {
    let stream;
    const refresh = () => {
      refreshNodes().catch(() => {}); // the stream tells when the station is gone
      refreshCommands().catch(() => {});
    };
    const begin = () => {
      stream = follow('', {
        open: refresh,
        transition: event => changedCommand(event.command),
        node: told,
        reset: () => { // all events would follow, and all that matters is read anyway
          stream.close();
          forget();
          begin();
        },
      });
    };
    begin();
    return () => stream.close();
  }, []);
  if (view === 'run') return html`<${Run} query=${query} />`;
  return view === 'fleet' ? html`<${Fleet} query=${query} go=${go} />` : html`<${Commands} />`;
}

function Connection() {
  const since = lostSince.value;
  if (since === undefined) return html`<p class="connection" role="status">connecting…</p>`;
  if (since === null) return html`<p class="connection" role="status"><span class="good" aria-hidden="true">●</span> live</p>`;
  return html`
    <p class="connection lost" role="status">
      <span aria-hidden="true">✗</span> not connected since ${clock(since)}, trying again
    </p>`;
}

function Locked() {
  return html`
    <section class="locked">
      <h1>This page needs a link</h1>
      ${refusal.value && html`<p role="alert">${line(refusal.value)}</p>`}
      <p>Run <code>steward page</code> in a terminal on the station's machine and open the link it prints.</p>
      <p class="quiet">Each link works once, within five minutes. It opens a session of 12 hours, which may order in its first 15 minutes.</p>
    </section>`;
}

function Page() {
  useEffect(keepFresh, []);
  const { view, id, query } = route.value;
  useEffect(() => { document.title = `steward: ${id ? `command ${line(id).slice(0, 13)}` : view}`; }, [view, id]);
  const link = (to, hash, word) =>
    html`<a href=${hash} aria-current=${view.startsWith(to) ? 'page' : null}>${word}</a>`;
  return html`
    <header class="top">
      <a class="brand" href="#/">steward</a>
      <nav aria-label="Views">${link('fleet', '#/', 'Fleet')} ${link('command', '#/commands', 'Commands')}
        ${link('run', '#/run', 'Run')} ${link('key', '#/key', 'Key')}</nav>
      <${Connection} />
    </header>
    <main>
      ${troubles.value.map(text => html`<p class="trouble" role="alert" key=${text}>${line(text)}</p>`)}
      ${view === 'command'
        ? html`<${Command} key=${id} id=${id} />`
        : view === 'key' ? html`<${Key} />`
        : html`<${Overview} view=${view} query=${query} />`}
    </main>
    <${Freshness} />
    <footer class="quiet">${station.value && `station ${station.value.station}, version ${station.value.version}`}</footer>`;
}

const App = () => (refusal.value === null ? html`<${Page} />` : html`<main><${Locked} /></main>`);

/** Opens the session that the address offers, or tries the one that there may be. */
async function begin() {
  try {
    await enter();
    station.value = await get('version');
  } catch (e) {
    if (!e.status) lostSince.value ??= Date.now(); // not reached at all: the stream will try again
  }
  look();
}

addEventListener('hashchange', () => (location.hash.startsWith('#link=') ? begin() : look()));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && refusal.value !== null) begin(); // another tab may have opened a session
});

await begin();
loadKey().catch(() => {}); // a browser without a store has no key
render(html`<${App} />`, document.body);
