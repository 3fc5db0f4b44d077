/** The rows of the fleet, loaded as somebody scrolls. */
import { useEffect, useMemo, useReducer } from 'preact/hooks';
import type { FleetPage, FleetRow, FleetTotals } from '../../../api/fleet.ts';
import { get, Refused } from '../../client.ts';
import type { LazyRows } from '../../parts/long-table.tsx';

/** Rows of one request. */
const TOGETHER = 200;
/** Pages that are kept: those that were looked at last. */
const MOST_KEPT = 30;
/** Milliseconds without scrolling before rows are asked for: somebody who drags passes most of them. */
const WAIT = 60;

export interface FleetRows extends LazyRows<FleetRow> {
  readonly totals: FleetTotals | null;
  readonly fault: Refused | null;
}

/** @param path with filters and sort, without a page. @param id of the reading: rows of another one are void. */
export function useFleetRows(path: string, id: number): FleetRows {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const loader = useMemo(() => createLoader(path, () => draw(undefined as never)), [path, id]);
  useEffect(() => {
    loader.load(0);
    return loader.close;
  }, [loader]);
  return loader.rows;
}

function createLoader(path: string, onChange: () => void) {
  const over = new AbortController();
  const pages = new Map<number, readonly FleetRow[]>();
  const asked = new Set<number>();
  let [count, totals, fault] = [0, null as FleetTotals | null, null as Refused | null];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const load = (page: number): void => {
    if (asked.has(page)) return;
    asked.add(page);
    get<FleetPage>(`${path}&offset=${page * TOGETHER}&limit=${TOGETHER}`, over.signal)
      .then(
        (answer) => {
          [count, totals, fault] = [answer.count, answer.totals, null];
          pages.set(page, answer.rows);
          for (const oldest of pages.keys()) {
            if (pages.size <= MOST_KEPT) break;
            pages.delete(oldest);
            asked.delete(oldest);
          }
        },
        (error: unknown) => {
          asked.delete(page);
          if (!(error instanceof Refused)) return;
          fault = error;
        },
      )
      .finally(() => over.signal.aborted || onChange());
  };
  const rows: FleetRows = {
    get count() {
      return count;
    },
    get totals() {
      return totals;
    },
    get fault() {
      return fault;
    },
    rowAt: (at) => pages.get(Math.floor(at / TOGETHER))?.[at % TOGETHER],
    onShow(first, last) {
      clearTimeout(timer);
      const wanted = [Math.floor(first / TOGETHER), Math.floor(last / TOGETHER)];
      if (fault !== null || wanted.every((page) => asked.has(page))) return;
      timer = setTimeout(() => wanted.forEach(load), WAIT);
    },
  };
  return {
    rows,
    load,
    close(): void {
      clearTimeout(timer);
      over.abort();
    },
  };
}
