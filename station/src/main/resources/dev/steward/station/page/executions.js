// SPDX-License-Identifier: Apache-2.0
// The executions of one command as its stream tells of them, and which of them are alike.

import { Output } from './output.js';
import { EXECUTION_STATES, hasEnded } from './states.js';
import { folded } from './text.js';

export class Executions {
  #rows = new Map();

  /** The nodes whose end was told since their details were last read. */
  ended = new Set();

  transition(told) {
    const row = this.#row(told.node);
    Object.assign(row, {
      state: told.state,
      provisional: told.provisional,
      exitCode: told.exitCode,
      reason: told.reason,
      attempt: told.attempt ?? row.attempt,
    });
    if (told.state === 'running') row.runningSince = told.receivedAt;
    if (hasEnded(told.state)) this.ended.add(told.node);
    row.key = null;
  }

  output(told) {
    const row = this.#row(told.node);
    if (told.attempt !== row.outputOf) { // a new start writes anew
      row.stdout.forget();
      row.stderr.forget();
      Object.assign(row, { stdout: new Output(), stderr: new Output(), outputOf: told.attempt });
    }
    row[told.stream].add(told.offset, Uint8Array.fromBase64?.(told.base64) ?? bytesOf(told.base64));
    if (hasEnded(row.state)) this.ended.add(told.node);
    row.key = null;
  }

  /** What the API knows of an execution and the stream does not tell. */
  detail(execution) {
    const row = this.#row(execution.node);
    row.durationMs = execution.durationMs;
    row.truncatedBytes = execution.truncatedBytes ?? 0;
    row.outputComplete = execution.outputComplete;
    row.key = null;
  }

  forget() {
    for (const row of this.#rows.values()) {
      row.stdout.forget();
      row.stderr.forget();
    }
    this.#rows.clear();
    this.ended.clear();
  }

  states() {
    const states = {};
    for (const { state } of this.#rows.values()) states[state] = (states[state] ?? 0) + 1;
    return states;
  }

  /** Executions in the same state with the same output, trouble first, success last. */
  groups() {
    const groups = new Map();
    for (const row of this.#rows.values()) {
      row.key ??= key(row);
      const rows = groups.get(row.key);
      if (rows) rows.push(row);
      else groups.set(row.key, [row]);
    }
    return [...groups.values()]
      .map(rows => {
        rows.sort((a, b) => (a.node < b.node ? -1 : 1));
        return { rows, first: rows[0], name: folded(rows.map(row => row.node)) };
      })
      .sort((a, b) => order(a) - order(b) || (a.first.node < b.first.node ? -1 : 1));
  }

  #row(node) {
    let row = this.#rows.get(node);
    if (!row) {
      row = {
        node, state: 'queued', provisional: false, exitCode: null, reason: null, attempt: null, runningSince: null,
        durationMs: null, truncatedBytes: 0, outputComplete: true,
        stdout: new Output(), stderr: new Output(), outputOf: null, key: null,
      };
      this.#rows.set(node, row);
    }
    return row;
  }
}

const order = group => EXECUTION_STATES.indexOf(group.first.state);

/** The whole text is in it: a shorter sign of it could be forged, to hide one node's output behind another's. */
const key = row => JSON.stringify([
  row.state, row.provisional, row.exitCode, row.reason, row.truncatedBytes, row.outputComplete,
  row.stdout.leftOut, row.stderr.leftOut, row.stdout.text, row.stderr.text,
]);

const bytesOf = base64 => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
