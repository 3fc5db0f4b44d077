/** What every report of advice shows, as data: a head, facts, charts and tables. */
import type { Piece } from '../document/escape.ts';
import { type Cell, money, type Table } from '../document/table.ts';
import type { Verdict } from '../verdict.ts';

export interface ShownReport {
  /** The kind of the report, and its title. */
  readonly kind: string;
  readonly title: string;
  readonly about: readonly string[];
  readonly verdict: Verdict;
  /** Facts without a value are left out. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly charts: Piece;
  readonly tables: readonly Table[];
  /** What readers need after the tables. */
  readonly note: string;
}

/** A quantity with its own text; it is sorted by its value. */
export function quantity(value: number | null, text: (value: number) => string): Cell {
  return value === null ? null : money(text(value), value);
}

/** `93.4%`. @param digits after the point. */
export function percent(value: number, digits = 1): string {
  const power = 10 ** digits;
  return `${Math.round(value * power) / power}%`;
}

/** ISO 8601 UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** `2026-12-01 02:00 UTC`. */
export function moment(at: number | string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
