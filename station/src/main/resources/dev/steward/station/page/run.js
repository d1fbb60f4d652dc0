// SPDX-License-Identifier: Apache-2.0
// The view that orders a command: what is to be done, where, and then a look at what is signed.

import { useEffect, useState } from 'preact/hooks';
import { commandDocuments, signed } from './documents.js';
import { nodes } from './fleet.js';
import { key, mayOrder, operators, refreshOperators } from './key.js';
import { send } from './ordering.js';
import { count, duration, folded, html, line, lines } from './text.js';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `5m`, `2h`, `7d` in milliseconds. */
function millis(text, what) {
  const [, number, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text.trim()) ?? [];
  if (!unit) throw new Error(`${what}: '${text}' is no time such as 90s, 5m, 2h or 7d`);
  return number * UNITS[unit];
}

/** The nodes that an expression means: names, patterns with `*`, or `all`. Each word must mean one at least. */
function resolved(expression) {
  const all = [...(nodes.value?.values() ?? [])];
  const chosen = new Map();
  for (const word of expression.split(/[\s,]+/).filter(Boolean)) {
    const pattern = new RegExp(`^${word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    const found = word === 'all' ? all : all.filter(node => pattern.test(node.name));
    if (found.length === 0) throw new Error(`no node fits '${word}'`);
    for (const node of found) {
      if (!node.fingerprint) throw new Error(`${node.name} has no key that the station knows of`);
      chosen.set(node.name, { node: node.name, key: node.fingerprint });
    }
  }
  if (chosen.size === 0) throw new Error('no node is named');
  return [...chosen.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}

/** @param query `on` for the nodes that are meant */
export function Run({ query }) {
  const [form, setForm] = useState({
    on: query.get('on') ?? '', shell: '', timeout: '60s', startBefore: '24h', repeatable: false, dryRun: false,
  });
  const [order, setOrder] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => { refreshOperators().catch(() => {}); }, []); // without an answer the view says that it asks

  if (key.value === undefined || operators.value === null) return html`<p class="quiet">Asking the station…</p>`;
  if (!mayOrder.value) {
    return html`
      <h1>Run</h1>
      <p class="empty">Nothing can be ordered from here yet: this browser ${key.value ? 'has a key that is no operator’s' : 'has no key'}.
        <a href="#/key">${key.value ? 'See what is missing' : 'Make one'}</a>, or use <code>steward run</code>.</p>`;
  }

  const check = event => {
    event.preventDefault();
    try {
      if (!form.shell.isWellFormed()) throw new Error('the command holds half of a character');
      if (form.shell.trim() === '') throw new Error('the command is empty');
      const order = {
        fleet: operators.value.fleet,
        issuer: key.value.id,
        targets: resolved(form.on),
        arguments: { shell: form.shell },
        timeoutMs: millis(form.timeout, 'May run'),
        startBeforeMs: millis(form.startBefore, 'Starts within'),
        repeatable: form.repeatable,
        dryRun: form.dryRun,
      };
      // Made once: where no answer came, the same is sent again, and what a node knows already does not run twice.
      setOrder({ ...order, documents: commandDocuments(order) });
      setProblem(null);
    } catch (e) {
      setProblem(e.message);
    }
  };

  const run = async () => {
    setBusy(true);
    try {
      const answer = await send('commands', await Promise.all(order.documents.map(each => signed(each, key.value))));
      location.hash = `#/commands/${answer.commands[0].id}`;
    } catch (e) {
      setProblem(e.message);
      setBusy(false);
    }
  };

  const failed = problem && html`<p class="problem" role="alert">${line(problem)}</p>`;
  if (order !== null) {
    return html`
      <h1>Run</h1>
      <section class="sheet" aria-label="What is signed">
        <p>${order.dryRun ? 'Tests' : 'Runs'} on <b>${count(order.targets.length, 'node')}</b>: ${folded(order.targets.map(each => each.node))}</p>
        <pre tabindex="0" aria-label="Command">${lines(order.arguments.shell)}</pre>
        <p class="facts"><span>may run ${duration(order.timeoutMs)}</span> <span>starts within ${duration(order.startBeforeMs)}</span>
          ${order.repeatable && html`<span>repeatable</span>`} <span>signed as ${line(key.value.name)}</span></p>
        ${failed}
        <p class="actions"><button class="main" disabled=${busy} onClick=${run}>Sign and order</button>
          <button disabled=${busy} onClick=${() => { setOrder(null); setProblem(null); }}>Back</button></p>
      </section>`;
  }
  const field = (name, more = {}) => ({
    name, value: form[name], onInput: event => setForm({ ...form, [name]: event.target.value }), ...more,
  });
  const box = name => ({
    name, type: 'checkbox', checked: form[name], onChange: event => setForm({ ...form, [name]: event.target.checked }),
  });
  return html`
    <h1>Run</h1>
    <form class="sheet" onSubmit=${check}>
      <label>On <input ...${field('on')} required autocomplete="off" spellcheck=${false} placeholder="ship1, cabin*, all" /></label>
      <label>Command, for a shell <textarea ...${field('shell')} required rows="4" spellcheck=${false}></textarea></label>
      <div class="pair">
        <label>May run <input ...${field('timeout')} required /></label>
        <label>Starts within <input ...${field('startBefore')} required /></label>
      </div>
      <label class="check"><input ...${box('repeatable')} /> may run again after an interruption</label>
      <label class="check"><input ...${box('dryRun')} /> only test what the nodes would make of it</label>
      ${failed}
      <p class="actions"><button class="main">See what is signed</button></p>
    </form>`;
}
