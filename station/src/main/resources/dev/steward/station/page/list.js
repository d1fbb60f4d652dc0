// SPDX-License-Identifier: Apache-2.0
// A long list of which only the rows in sight are in the document.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from './text.js';

const BEYOND = 10;
const MOST = 120;

/**
 * @param items all of them
 * @param row makes the cells of an item; every row is `--row` high, as the style sheet says
 * @param columns their headings
 */
export function LongTable({ name, label, items, keyOf, columns, row }) {
  const body = useRef(null);
  const [view, setView] = useState({ first: 0, height: 40, rows: 40 });

  useLayoutEffect(() => {
    const look = () => {
      const height = parseFloat(getComputedStyle(body.current).getPropertyValue('--row'));
      const top = body.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(-top / height) - BEYOND);
      const rows = Math.min(MOST, Math.ceil(innerHeight / height) + 2 * BEYOND);
      setView(before =>
        before.first === first && before.height === height && before.rows === rows ? before : { first, height, rows });
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [items.length]);

  const first = Math.min(view.first, Math.max(0, items.length - view.rows));
  const shown = items.slice(first, first + view.rows);
  return html`
    <div class="table ${name}" role="table" aria-label=${label} aria-rowcount=${items.length + 1}>
      <div class="head" role="row" aria-rowindex="1">
        ${columns.map(column => html`<span role="columnheader" key=${column}>${column}</span>`)}
      </div>
      <div class="rows" role="rowgroup" ref=${body} style=${{ height: `${items.length * view.height}px` }}>
        ${shown.map((item, i) => html`
          <div class="row" role="row" key=${keyOf(item)} aria-rowindex=${first + i + 2}
            style=${{ transform: `translateY(${(first + i) * view.height}px)` }}>${row(item)}</div>`)}
      </div>
    </div>`;
}
