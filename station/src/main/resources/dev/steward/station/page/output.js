// SPDX-License-Identifier: Apache-2.0
// What an execution wrote on one stream: bytes that arrive in pieces, kept as text up to a limit.

const MOST = 256 * 1024;
const MOST_IN_ALL = 32 * 1024 * 1024;
let inAll = 0;

export const outputBytes = number =>
  number < 10_000 ? `${number.toLocaleString('en')} bytes` : `${Math.round(number / 1024).toLocaleString('en')} KiB`;

export class Output {
  #pieces = [];
  #size = 0;
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #next = 0;
  #text = '';

  /** Bytes that came and are not kept here: of the beginning, as the end is what one follows. */
  leftOut = 0;

  /** Takes in a piece; what lies between it and the one before was cut at the node. */
  add(offset, bytes) {
    if (offset > this.#next) {
      this.#push(this.#decoder.decode() + `\n[${outputBytes(offset - this.#next)} cut out at the node]\n`, 0);
    }
    this.#next = offset + bytes.length;
    this.#push(this.#decoder.decode(bytes, { stream: true }), bytes.length);
    this.#text = null;
  }

  get text() {
    this.#text ??= this.#pieces.map(piece => piece.text).join('');
    return this.#text;
  }

  get isEmpty() {
    return this.#next === 0;
  }

  forget() {
    inAll -= this.#size;
    this.#pieces = [];
    this.#size = 0;
  }

  #push(text, bytes) {
    this.#pieces.push({ text, bytes });
    this.#size += bytes;
    inAll += bytes;
    while (this.#pieces.length > 1 && (this.#size > MOST || inAll > MOST_IN_ALL)) {
      const oldest = this.#pieces.shift();
      this.#size -= oldest.bytes;
      inAll -= oldest.bytes;
      this.leftOut += oldest.bytes;
    }
  }
}
