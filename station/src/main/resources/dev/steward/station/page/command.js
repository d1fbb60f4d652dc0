// SPDX-License-Identifier: Apache-2.0
// One command with its executions, live.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { get } from './access.js';
import { coloured } from './ansi.js';
import { Deciding } from './deciding.js';
import { Executions } from './executions.js';
import { Presence, refresh, told } from './fleet.js';
import { LongTable } from './list.js';
import { follow, paced } from './live.js';
import { outputBytes } from './output.js';
import { State, StateBar, hasEnded, tone } from './states.js';
import { ago, commandLine, count, duration, html, line, moment, now } from './text.js';

const DETAIL_PAUSE_MS = 1000;
const FEW = 5;
const GROUPS = 50;
const OPEN_UP_TO = 4;

/** @param id also a unique prefix */
export function Command({ id }) {
  const [shown, setShown] = useState(null);
  const [problem, setProblem] = useState(null);

  useEffect(() => {
    const executions = new Executions();
    let command = null;
    let stream = null;
    let closed = false;
    let timer = null;

    const render = paced(() => {
      if (closed) return;
      setShown({ command: { ...command }, states: executions.states(), groups: executions.groups() });
      timer ??= executions.ended.size > 0 ? setTimeout(details, command.detailed ? DETAIL_PAUSE_MS : 0) : null;
    });

    async function details() {
      command.detailed = true;
      const asked = [...executions.ended];
      executions.ended.clear();
      try {
        for await (const execution of detailsOf(command.id, asked)) executions.detail(execution);
      } catch {
        for (const node of asked) executions.ended.add(node); // asked again with the next render
      } finally {
        timer = null;
      }
      render();
    }

    (async () => {
      try {
        command = await get(`commands/${encodeURIComponent(id)}`);
      } catch (e) {
        if (!closed) setProblem(e.message);
        return;
      }
      if (closed) return;
      render();
      stream = follow(`?command=${command.id}&nodes=true&lastEventId=0`, {
        open: () => refresh().catch(() => {}), // told of by the stream itself
        transition: event => {
          executions.transition(event);
          command.state = event.commandState;
          render();
        },
        output: event => { executions.output(event); render(); },
        node: told,
        reset: () => { executions.forget(); render(); },
      });
    })();

    return () => {
      closed = true;
      clearTimeout(timer);
      render.cancel();
      stream?.close();
      executions.forget();
    };
  }, [id]);

  if (problem !== null) return html`<h1>Command</h1><p class="empty">${line(problem)}</p>`;
  if (shown === null) return html`<p class="quiet">Asking the station…</p>`;
  return html`
    <${Heading} command=${shown.command} states=${shown.states} />
    <${Deciding} command=${shown.command} held=${shown.states.held > 0} />
    <${Groups} command=${shown.command} groups=${shown.groups} />`;
}

/** One by one where they are few, else in pages. */
async function* detailsOf(id, nodes) {
  if (nodes.length <= FEW) {
    for (const node of nodes) yield* (await get(`commands/${id}/executions?node=${encodeURIComponent(node)}`)).executions;
    return;
  }
  let after = '';
  do {
    const page = await get(`commands/${id}/executions?limit=500&after=${encodeURIComponent(after)}`);
    yield* page.executions;
    after = page.next;
  } while (after !== null);
}

function Heading({ command, states }) {
  return html`
    <p class="crumb"><a href="#/commands">Commands</a></p>
    <h1 class="line"><code>${commandLine(command)}</code></h1>
    <p class="facts">
      <${State} state=${command.state} />
      <span>ordered ${ago(command.orderedAt)} <span class="quiet">(${moment(command.orderedAt)})</span></span>
      <span>by ${line(command.issuer)}</span>
      ${command.timeoutMs !== null && html`<span>may run ${duration(command.timeoutMs)}</span>`}
      ${command.state === 'running' && html`<span>starts before ${moment(command.startBefore)}</span>`}
      ${command.repeatable && html`<span>repeatable</span>`}
      <span class="quiet">id <code>${command.id}</code></span>
    </p>
    <${StateBar} states=${states} total=${command.total} />`;
}

function Groups({ command, groups }) {
  const [most, setMost] = useState(GROUPS);
  return html`
    <h2 class="unseen">Results</h2>
    ${groups.slice(0, most).map(group => html`<${Group} key=${group.first.node} command=${command} group=${group} />`)}
    ${groups.length > most && html`
      <button class="more" onClick=${() => setMost(most + GROUPS)}>
        Show more of the ${groups.length} different results
      </button>`}`;
}

const words = ({ provisional, exitCode, state }) =>
  (exitCode !== null && exitCode !== 0 ? `, exit ${exitCode}` : '')
  + (provisional ? ', provisional: not confirmed by the node' : '');

function Group({ command, group: { rows, first, name } }) {
  const ended = hasEnded(first.state);
  return html`
    <section class="group ${tone(first.state)}" aria-label=${name}>
      <header>
        <h3>${name}</h3>
        ${rows.length > 1 && html`<span class="quiet">${count(rows.length, 'node')}</span>`}
        <${State} state=${first.state} more=${words(first)} />
        ${first.reason !== null && html`<span class="reason">${line(first.reason)}</span>`}
      </header>
      <${Stream} label="stdout" output=${first.stdout} of=${name} ended=${ended} />
      <${Stream} label="stderr" output=${first.stderr} of=${name} ended=${ended} />
      ${ended && first.stdout.isEmpty && first.stderr.isEmpty && html`<p class="quiet note">no output</p>`}
      ${first.truncatedBytes > 0 && html`
        <p class="note">${outputBytes(first.truncatedBytes)} of output were cut out at the node and are nowhere.</p>`}
      ${ended && !first.provisional && !first.outputComplete && html`<p class="note">Not all of its output is here: it is on its way, unless the ledger is an older copy.</p>`}
      <details open=${rows.length <= OPEN_UP_TO}>
        <summary>${rows.length === 1 ? 'The node' : 'Each node'}</summary>
        <${LongTable} name="executions" label=${`Executions of ${name}`} items=${rows} keyOf=${row => row.node}
          columns=${['Node', 'Presence', 'Start', 'Ran', 'Whole output']} row=${row => cells(command, row)} />
      </details>
    </section>`;
}

const ran = row =>
  row.durationMs !== null ? duration(row.durationMs)
  : row.state === 'running' ? `${duration(Math.max(1000, now.value - Date.parse(row.runningSince)))} so far`
  : '–';

const cells = (command, row) => html`
  <span role="cell" class="name">${row.node}</span>
  <span role="cell" class="presence"><${Presence} name=${row.node} /></span>
  <span role="cell" class="start">${row.attempt === null ? '–' : `attempt ${row.attempt}`}</span>
  <span role="cell" class="ran">${ran(row)}</span>
  <span role="cell" class="whole">
    ${['stdout', 'stderr'].filter(stream => !row[stream].isEmpty).map(stream => html`
      <a key=${stream} download href=${`/api/v1/commands/${command.id}/output/${row.node}/${stream}`}
        aria-label=${`${stream} of ${row.node}`}>${stream}</a>`)}
  </span>`;

/** Follows the end while it grows, unless one has scrolled away from it. */
function Stream({ label, output, of, ended }) {
  const pre = useRef(null);
  const atEnd = useRef(!ended);
  const text = output.text;
  const safe = useRef({});
  if (safe.current.text !== text) safe.current = { text, safe: coloured(text) };

  useLayoutEffect(() => {
    if (atEnd.current && pre.current) pre.current.scrollTop = pre.current.scrollHeight;
  }, [text]);

  if (output.isEmpty) return null;
  const look = ({ currentTarget: box }) => {
    atEnd.current = !ended && box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
  };
  return html`
    <figure class=${label}>
      <figcaption class="quiet">${label}${output.leftOut > 0 && html`
        <span class="note">: the first ${outputBytes(output.leftOut)} are left out here, but not in the whole output below</span>`}
      </figcaption>
      <pre ref=${pre} tabindex="0" role="region" aria-label=${`${label} of ${of}`} onScroll=${look}>${safe.current.safe}</pre>
    </figure>`;
}
