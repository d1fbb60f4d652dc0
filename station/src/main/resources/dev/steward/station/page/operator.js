// SPDX-License-Identifier: Apache-2.0
// The view of this browser's key: how it comes to be an operator's.

import { useEffect, useState } from 'preact/hooks';
import { cannot, forget, key, make, operator, refreshOperators } from './key.js';
import { html, line, moment } from './text.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_\-]{0,62}$/;
const PAUSE_MS = 2000;

export function Key() {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState(null);
  const [sure, setSure] = useState(false);

  useEffect(() => {
    const look = () => refreshOperators().catch(() => {}); // the next look may find the station again
    look();
    const timer = setInterval(() => { if (!document.hidden) look(); }, PAUSE_MS);
    return () => clearInterval(timer);
  }, []);

  const tried = async act => {
    try {
      setProblem(null);
      await act();
    } catch (e) {
      setProblem(e.message);
    }
  };
  const failed = problem && html`<p class="problem" role="alert">${line(problem)}</p>`;
  const why = cannot();
  if (why !== null) return html`<h1>Key</h1><p class="empty">${why}</p>`;
  if (key.value === undefined) return html`<p class="quiet">Looking…</p>`;
  if (key.value === null) {
    const submit = event => {
      event.preventDefault();
      tried(() => make(name));
    };
    return html`
      <h1>Key</h1>
      <form class="sheet" onSubmit=${submit}>
        <p>What is ordered from here is signed by a key of this browser. It is made here and can't be copied out of it; an
          authority of the fleet makes it an operator's.</p>
        <label>Name <input name="name" required pattern=${NAME.source} autocomplete="off" placeholder="anna-browser"
          title="letters, digits, - and _, at most 63" value=${name} onInput=${event => setName(event.target.value)} /></label>
        ${failed}
        <p class="actions"><button class="main">Make a key</button></p>
      </form>`;
  }
  const { id, line: publicKey } = key.value;
  const known = operator.value;
  return html`
    <h1>Key</h1>
    <div class="sheet">
      <p class="facts"><span>of this browser</span> <code>${id}</code></p>
      ${!known && html`
        <p role="status">Nobody has registered it yet. An authority of the fleet does, in a terminal:</p>
        <pre tabindex="0" aria-label="Command">steward operator add ${key.value.name} '${publicKey}'</pre>
        <p class="quiet">Compare the fingerprint above with the one that the command shows.</p>`}
      ${known?.state === 'active' && html`
        <p role="status" class="good">✓ The operator ${line(known.name)} orders with it${known.expiresAt ? `, until ${moment(known.expiresAt)}` : ''}.</p>`}
      ${known && known.state !== 'active' && html`
        <p role="status" class="bad">✗ It was ${line(known.name)}'s, and is ${known.state}. Remove it and make another one.</p>`}
      ${failed}
      <p class="actions">${sure
        ? html`<button class="danger" onClick=${() => tried(async () => { await forget(id); setSure(false); })}>Remove for ever</button>
            <button onClick=${() => setSure(false)}>Keep</button>`
        : html`<button onClick=${() => setSure(true)}>Remove from this browser…</button>`}</p>
      ${sure && known?.state === 'active' && html`
        <p class="quiet">The fleet goes on to know it until <code>steward operator revoke ${line(known.name)}</code>.</p>`}
    </div>`;
}
