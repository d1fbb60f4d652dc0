// SPDX-License-Identifier: Apache-2.0
// What the page sends, and the fresh session that this takes.

import { useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { enterWith, post } from './access.js';
import { html, line } from './text.js';

/** What waits for a fresh session: to be tried again, or given up. */
const waiting = signal(null);

/** Sends documents; where the session is not fresh any more, the operator is asked for another link first. */
export async function send(path, documents) {
  for (;;) {
    try {
      return await post(path, { documents });
    } catch (e) {
      if (e.code !== 'not-fresh') throw e;
      if (!await new Promise(resolve => { waiting.value = resolve; })) throw e;
    }
  }
}

/** Asks for a link where one is needed. */
export function Freshness() {
  const [link, setLink] = useState('');
  const [problem, setProblem] = useState(null);
  if (waiting.value === null) return null;
  const end = again => {
    const resolve = waiting.value;
    waiting.value = null;
    setLink('');
    setProblem(null);
    resolve(again);
  };
  const submit = async event => {
    event.preventDefault();
    try {
      await enterWith(link.trim().replace(/^.*#link=/, ''));
    } catch (e) {
      setProblem(e.message);
      return;
    }
    end(true);
  };
  return html`
    <dialog class="fresh" aria-labelledby="fresh" ref=${box => { if (box && !box.open) box.showModal(); }}
      onCancel=${event => { event.preventDefault(); end(false); }}>
      <form onSubmit=${submit}>
        <h2 id="fresh">Are you still you?</h2>
        <p>This session was opened a while ago. Run <code>steward page</code> on the station's machine and paste the link
          that it prints; what you were about to order is sent then.</p>
        <label>Link <input name="link" type="text" autocomplete="off" spellcheck=${false} required autofocus
          value=${link} onInput=${event => setLink(event.target.value)} /></label>
        ${problem && html`<p class="problem" role="alert">${line(problem)}</p>`}
        <p class="actions"><button class="main">Go on</button> <button type="button" onClick=${() => end(false)}>Don't send</button></p>
      </form>
    </dialog>`;
}
