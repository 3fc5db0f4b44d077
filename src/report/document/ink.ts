/** Colours of the terminal. Colour only ever repeats what a word or sign already says. */
import type { Outcome, Severity } from '../../model.ts';

/** Paints text. */
export type Paint = (text: string) => string;

export interface Ink {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
}

const plain: Paint = (text) => text;

function sgr(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}

const COLOURED: Ink = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  blue: sgr(34, 39),
  magenta: sgr(35, 39),
};

const PLAIN: Ink = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  blue: plain,
  magenta: plain,
};

/** The inks to paint with; without colour they leave the text as it is. */
export function ink(color: boolean): Ink {
  return color ? COLOURED : PLAIN;
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
