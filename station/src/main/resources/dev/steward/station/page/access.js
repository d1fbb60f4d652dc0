// SPDX-License-Identifier: Apache-2.0
// The session of this tab with the station: opened by a one-time link, good for reading.

import { signal } from '@preact/signals';

/** Why there is no session, in words; null while there is one. */
export const refusal = signal(null);

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Takes the secret of a link out of the address, before anything else, and opens a session with it. */
export async function enter() {
  const secret = /^#link=(.+)$/.exec(location.hash)?.[1];
  if (!secret) return;
  history.replaceState(null, '', '/');
  const answer = await fetch('/api/v1/sessions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ link: secret }),
  });
  if (answer.ok) {
    refusal.value = null;
  } else {
    refusal.value = await reason(answer);
    throw new Refused(answer.status, refusal.value);
  }
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
  const message = await reason(answer);
  // 429 comes in the place of 401 where many sessions of this machine are wrong.
  if (answer.status === 401 || answer.status === 429) refusal.value ??= entered ? 'The session has ended.' : '';
  throw new Refused(answer.status, message);
}

async function reason(answer) {
  try {
    return (await answer.json()).error.message;
  } catch {
    return `the station answers with status ${answer.status}`;
  }
}
