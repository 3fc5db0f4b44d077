/** Terminal colours. A colour only repeats the meaning of a word or sign. */
import type { Outcome, Severity } from '../../model.ts';

export type Paint = (text: string) => string;

const COLOURED = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  blue: sgr(34, 39),
  magenta: sgr(35, 39),
};

/** The colour functions by name. */
export type Ink = Readonly<typeof COLOURED>;

const PLAIN = Object.fromEntries(Object.keys(COLOURED).map((name) => [name, (text: string) => text]));

function sgr(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}

/** The colour functions; without colour they return the text unchanged. */
export function ink(color: boolean): Ink {
  return color ? COLOURED : (PLAIN as Ink);
}

/** The sign and colour of an outcome. */
export const OUTCOME_SIGNS: Readonly<Record<Outcome, readonly [sign: string, colour: keyof Ink]>> = {
  verified: ['✓', 'green'],
  failed: ['✗', 'red'],
  refused: ['✗', 'red'],
  drifted: ['≠', 'yellow'],
  skipped: ['–', 'yellow'],
  unknown: ['?', 'magenta'],
  'not-run': ['·', 'dim'],
};

/** The sign and colour of a finding. */
export const SEVERITY_SIGNS: Readonly<Record<Severity, readonly [sign: string, colour: keyof Ink]>> = {
  error: ['✗', 'red'],
  warning: ['!', 'yellow'],
  note: ['·', 'blue'],
};
