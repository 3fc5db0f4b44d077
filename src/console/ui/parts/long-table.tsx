/** A table of any length: only the rows on the screen are in the page. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';

/** One column. */
export interface LongColumn<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
}

const ROW_HEIGHT = 40;

/**
 * @param label of the whole table, for screen readers. @param keyOf the same for a row as long as it is the same thing.
 * @param onOpen called with a row that a person opens.
 */
export function LongTable<Row>({
  label,
  rows,
  columns,
  keyOf,
  onOpen,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly LongColumn<Row>[];
  keyOf: (row: Row) => string | number;
  onOpen: (row: Row) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtual(frame, rows.length);
  const [focused, focus] = useState(0);
  const move = (to: number): void => {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    focus(at);
    virtual.scrollToIndex(at);
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      PageDown: 10,
      PageUp: -10,
    };
    const by = event.key === 'Home' ? -rows.length : event.key === 'End' ? rows.length : steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      move(focused + by);
    } else if (event.key === 'Enter' && rows[focused] !== undefined) onOpen(rows[focused]);
  };
  return (
    <div
      class="long-table"
      ref={frame}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      onKeyDown={onKeyDown}
    >
      <div class="long-row head" role="row" aria-rowindex={1}>
        {columns.map(({ id, title }) => (
          <div key={id} role="columnheader" class={`col-${id}`}>
            {title}
          </div>
        ))}
      </div>
      <div
        class="long-body"
        role="rowgroup"
        ref={(element) => element?.style.setProperty('height', `${virtual.getTotalSize()}px`)}
      >
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={keyOf(row)}
              class="long-row"
              role="row"
              aria-rowindex={index + 2}
              data-at={index}
              tabIndex={index === Math.min(focused, rows.length - 1) ? 0 : -1}
              ref={(element) => element?.style.setProperty('transform', `translateY(${start}px)`)}
              onClick={() => onOpen(row)}
              onFocus={() => focus(index)}
            >
              {columns.map(({ id, cell }) => (
                <div key={id} role="cell" class={`col-${id}`}>
                  {cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Knows which of `count` rows are on the screen. @param frame the element that scrolls. */
function useVirtual(frame: { readonly current: HTMLDivElement | null }, count: number) {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const options = {
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    overscan: 8,
    onChange: () => draw(undefined as never),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtual.setOptions(options);
  useEffect(() => virtual._didMount(), []);
  useEffect(() => virtual._willUpdate());
  return virtual;
}
