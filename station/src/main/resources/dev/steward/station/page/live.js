// SPDX-License-Identifier: Apache-2.0
// The one stream of events of this tab: what is told, whether it is connected, and how it comes back.

import { signal } from '@preact/signals';
import { get, refusal } from './access.js';

const FRAME_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Since when there is no connection; null while there is one, undefined before the first. */
export const lostSince = signal(undefined);

/** Calls `render` soon, and at most four times a second however often it is asked to. */
export function paced(render) {
  let last = -FRAME_MS;
  let timer = null;
  const ask = () => {
    timer ??= setTimeout(() => {
      timer = null;
      last = performance.now();
      render();
    }, Math.max(0, last + FRAME_MS - performance.now()));
  };
  ask.cancel = () => { clearTimeout(timer); timer = null; };
  return ask;
}

/**
 * Follows the stream until `close` is called.
 *
 * @param query of the stream, for instance `?command=ID&lastEventId=0`
 * @param on functions `transition`, `output`, `node`, `reset` for those events that are wanted; `open` at each connection
 */
export function follow(query, on) {
  let source = null;
  let lastId = null;
  let attempts = 0;
  let timer = null;
  let closed = false;

  const told = type => event => {
    if (event.lastEventId) lastId = event.lastEventId;
    on[type](JSON.parse(event.data));
  };

  function open() {
    const address = new URL(`/api/v1/stream${query}`, location.origin);
    if (lastId !== null) address.searchParams.set('lastEventId', lastId);
    source = new EventSource(address);
    source.onopen = () => {
      attempts = 0;
      lostSince.value = null;
      on.open?.();
    };
    source.onerror = lost;
    for (const type of Object.keys(on)) if (type !== 'open') source.addEventListener(type, told(type));
  }

  /** The browser tries again by itself where the connection broke, but gives up at any status but 200. */
  function lost() {
    lostSince.value ??= Date.now();
    if (source.readyState !== EventSource.CLOSED || timer !== null) return;
    attempts++;
    const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** attempts);
    timer = setTimeout(async () => {
      timer = null;
      await get('version').catch(() => {}); // tells whether it is the session that has ended
      if (refusal.value === null && !closed) open();
    }, pause);
  }

  open();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      source.close();
    },
  };
}
