// SPDX-License-Identifier: Apache-2.0
// The session of this tab with the station: opened by a one-time link, good for reading, and for a while for ordering.

import { signal } from '@preact/signals';

/** Why there is no session, in words; null while there is one. */
export const refusal = signal(null);

export class Refused extends Error {
  constructor(status, { code, message }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Takes the secret of a link out of the address, before anything else, and opens a session with it. */
export async function enter() {
  const secret = /^#link=(.+)$/.exec(location.hash)?.[1];
  if (!secret) return;
  history.replaceState(null, '', '/');
  try {
    await enterWith(secret);
    refusal.value = null;
  } catch (e) {
    if (e.status) refusal.value = e.message;
    throw e;
  }
}

/** Opens another session, which takes the place of the one there may be. */
export async function enterWith(secret) {
  const answer = await fetch('/api/v1/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ link: secret }),
  });
  if (!answer.ok) throw new Refused(answer.status, await reason(answer));
}

/** Sends something that is signed. The token is asked for each time: another tab may have opened another session. */
export async function post(path, body) {
  const { csrfToken } = await get('session');
  const answer = await fetch(`/api/v1/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Refused(answer.status, await reason(answer));
  return answer.json();
}

let entered = false;

/** Reads from the API. Where the station refuses the session, the page says so. */
export async function get(path) {
  const answer = await fetch(`/api/v1/${path}`, { cache: 'no-store' });
  if (answer.ok) {
    entered = true;
    refusal.value = null;
    return answer.json();
  }
  const why = await reason(answer);
  // 429 comes in the place of 401 where many sessions of this machine are wrong.
  if (answer.status === 401 || answer.status === 429) refusal.value ??= entered ? 'The session has ended.' : '';
  throw new Refused(answer.status, why);
}

/** The API's one error shape: `code` and `message`. */
async function reason(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return { code: '', message: `the station answers with status ${answer.status}` };
  }
}
