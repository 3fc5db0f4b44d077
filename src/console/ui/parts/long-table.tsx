/** A table of any length: only the rows on the screen are in the page. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';

/** One column. */
export interface LongColumn<Row> {
  readonly id: string;
  readonly title: string;
  /** @param at the place of the row in the table, from 0. */
  readonly cell: (row: Row, at: number) => ComponentChildren;
  /** Instead of the title: a button that sorts, with the direction that it sorts now. */
  readonly header?: ComponentChildren;
  readonly sorted?: 'ascending' | 'descending' | 'none';
}

/** Rows of which the page has only those that somebody has looked at. */
export interface LazyRows<Row> {
  readonly count: number;
  /** undefined: the row is not here yet. */
  readonly rowAt: (at: number) => Row | undefined;
  /** Called with the places that are on the screen, the last one included. */
  readonly onShow: (first: number, last: number) => void;
}

const ROW_HEIGHT = 40;
/** Of a row with three lines, on a narrow screen. */
const TALL_HEIGHT = 60;
/** As in the style sheet. */
const NARROW = matchMedia('(max-width: 720px)');

/** How many rows a key moves. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  j: 1,
  ArrowUp: -1,
  k: -1,
  PageDown: 10,
  PageUp: -10,
};

/**
 * @param label of the whole table, for screen readers. @param keyOf the same for a row as long as it is the same thing.
 * @param onOpen called with a row that a person opens. @param look a class for the widths of its columns.
 * @param isTall whether rows have three lines on a narrow screen.
 * @param wraps rows have the height of their texts, which must not change with what a person does in them.
 */
export function LongTable<Row>({
  label,
  rows,
  columns,
  keyOf,
  onOpen,
  look = '',
  isTall = false,
  wraps = false,
}: {
  label: string;
  rows: readonly Row[] | LazyRows<Row>;
  columns: readonly LongColumn<Row>[];
  keyOf: (row: Row) => string | number;
  onOpen: (row: Row) => void;
  look?: string;
  isTall?: boolean;
  wraps?: boolean;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const { count, rowAt, onShow } = 'rowAt' in rows ? rows : wholeRows(rows);
  const virtual = useVirtual(frame, count, isTall ? TALL_HEIGHT : ROW_HEIGHT);
  const shown = virtual.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  useEffect(() => onShow(first, last));
  const [focused, focus] = useState(0);
  const place = (element: HTMLDivElement | null, start: number): void => {
    element?.style.setProperty('transform', `translateY(${start}px)`);
    if (wraps) virtual.measureElement(element);
  };
  const move = (to: number): void => {
    const at = Math.max(0, Math.min(count - 1, to));
    focus(at);
    virtual.scrollToIndex(at);
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === 'Home' ? -count : event.key === 'End' ? count : STEPS[event.key];
    if (by !== undefined) {
      event.preventDefault();
      move(focused + by);
    } else if (event.key === 'Enter' && isRow(event.target)) {
      const row = rowAt(focused);
      if (row !== undefined) onOpen(row);
    }
  };
  return (
    <div
      class={`long-table ${look} ${isTall ? 'tall' : ''} ${wraps ? 'wraps' : ''}`}
      ref={frame}
      role="table"
      aria-label={label}
      aria-rowcount={count + 1}
      onKeyDown={onKeyDown}
    >
      <div class="long-row head" role="row" aria-rowindex={1}>
        {columns.map(({ id, title, header, sorted }) => (
          <div key={id} role="columnheader" class={`col-${id}`} aria-sort={sorted}>
            {header ?? title}
          </div>
        ))}
      </div>
      <div
        class="long-body"
        role="rowgroup"
        ref={(element) => element?.style.setProperty('height', `${virtual.getTotalSize()}px`)}
      >
        {shown.map(({ index, start }) => {
          const row = rowAt(index);
          return (
            <div
              key={row === undefined ? `at-${index}` : keyOf(row)}
              class="long-row"
              role="row"
              aria-rowindex={index + 2}
              aria-busy={row === undefined ? true : undefined}
              data-at={index}
              data-index={index}
              tabIndex={index === Math.min(focused, count - 1) ? 0 : -1}
              ref={(element) => place(element, start)}
              onClick={() => row !== undefined && onOpen(row)}
              onFocus={() => focus(index)}
            >
              {columns.map(({ id, cell }) => (
                <div key={id} role="cell" class={`col-${id}`}>
                  {row === undefined ? '…' : cell(row, index)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const wholeRows = <Row,>(rows: readonly Row[]): LazyRows<Row> => ({
  count: rows.length,
  rowAt: (at) => rows[at],
  onShow: () => undefined,
});

/** A key on a button or a box inside of a row is for that. */
const isRow = (target: EventTarget | null): boolean => (target as Element | null)?.role === 'row';

/** Whether the screen is narrow now. */
function useNarrow(): boolean {
  const [isNarrow, see] = useState(NARROW.matches);
  useEffect(() => {
    const onChange = (): void => see(NARROW.matches);
    NARROW.addEventListener('change', onChange);
    return () => NARROW.removeEventListener('change', onChange);
  }, []);
  return isNarrow;
}

/** Knows which of `count` rows are on the screen. @param frame the element that scrolls. @param narrowHeight of a row. */
function useVirtual(frame: { readonly current: HTMLDivElement | null }, count: number, narrowHeight: number) {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const height = useNarrow() ? narrowHeight : ROW_HEIGHT;
  const options = {
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
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
  useEffect(() => virtual.measure(), [height]);
  return virtual;
}
