/** What a rehearsal showed, the same in every format; and the banner that keeps it from being taken for an audit. */
import type { Rehearsed, RehearsedEffect, RehearsedSeconds, Report } from '../../model.ts';
import { SENTENCE, type Table, tableOf } from '../document/table.ts';
import * as show from '../quantities.ts';
import { describeOutcomes } from '../verdict.ts';

/** Stands first in every format that a person reads. */
export const REHEARSAL_BANNER =
  'REHEARSAL, no audit report: nothing was ordered. The plan was carried out by the executor itself against a simulated provider in virtual time.';

/** `40 m 12 s by the median, 42 m nine times of ten, 43 m at the most`; of few runs, less. */
function describeTook(took: RehearsedSeconds, runs: number): string {
  const { p50, p90, greatest } = took;
  if (runs === 1) return seconds(p50);
  if (runs < 10) return `${seconds(p50)} by the median, ${seconds(greatest)} at the most`;
  return `${seconds(p50)} by the median, ${seconds(p90)} nine times of ten, ${seconds(greatest)} at the most`;
}

/** What all runs came to, as name and value; empty for an audit report. */
export function rehearsalFacts({ rehearsed }: Pick<Report, 'rehearsed'>): [string, string][] {
  if (rehearsed === undefined) return [];
  const { seeds, faults, durations, all } = rehearsed;
  const last = seeds.first + seeds.count - 1;
  const runs = `${seeds.count}, of seeds ${seeds.first} to ${last}; told one by one below is that of seed ${seeds.first}`;
  return [
    ['runs', seeds.count === 1 ? `1, of seed ${seeds.first}` : runs],
    ['faults', faults.length === 0 ? 'none: nothing was told to go wrong' : faults.join(', ')],
    ['ends after', describeTook(all.took, seeds.count)],
    ['runs ended', describeEnds(all, seeds.count)],
    ['windows', all.windows === 1 ? '' : `up to ${all.windows}: the rest went on in the next ones`],
    ['all steps', describeOutcomes(all.totals)],
    ['durations', durations.what],
  ];
}

/** What all runs came to: each wave, what the faults do, and what is assumed. Empty for an audit report. */
export function rehearsalTables({ rehearsed }: Pick<Report, 'rehearsed'>): Table[] {
  if (rehearsed === undefined) return [];
  const assumed = { id: 'assumed', heading: 'Assumptions' };
  return [
    wavesOfAllRuns(rehearsed),
    effectsTable(rehearsed),
    tableOf(assumed, rehearsed.assumptions, [['What', (one) => one, SENTENCE]]),
  ];
}

function wavesOfAllRuns({ all, seeds }: Rehearsed): Table {
  return tableOf({ id: 'rehearsed-waves', heading: 'Waves over all runs' }, all.waves, [
    ['Wave', (wave) => wave.name, { least: 8 }],
    ['Reached by', ({ runs }) => (runs === seeds.count ? 'every run' : `${runs} of ${seeds.count} runs`)],
    ['Ends after', ({ took, runs }) => (took ? describeTook(took, runs) : 'never ended'), { yields: 1 }],
  ]);
}

/** Without any fault, with each, with all; nothing where there was none. */
function effectsTable({ all, baseline: calm, each, seeds }: Rehearsed): Table {
  const effects = calm === undefined ? [] : [calm, ...each, all];
  const faultsOf = (effect: RehearsedEffect) => {
    if (effect === calm) return 'none';
    return effect === all && each.length > 0 ? 'all of them' : effect.faults.join(', ');
  };
  return tableOf({ id: 'effects', heading: 'What the faults do' }, effects, [
    ['Faults', faultsOf],
    [
      'Ends',
      ({ later, took }) => (later ? describeLater(later) : `after ${seconds(took.p50)}`),
      { below: true },
    ],
    ['Steps', (effect) => describeOutcomes(effect.totals), { below: true }],
    ['Orders', describeOrders, { below: true }],
    ['Waited', describeWaits, { below: true }],
    ['Runs ended', (effect) => describeEnds(effect, seeds.count), { below: true }],
  ]);
}

/** `3 m 2 s later by the median, 9 m at the most`; a run that was halted ends sooner. */
function describeLater({ p50, greatest }: RehearsedSeconds): string {
  const by = Math.abs(p50) < 1 ? 'as without' : `${seconds(Math.abs(p50))} ${p50 > 0 ? 'later' : 'sooner'}`;
  return greatest >= 1 && greatest - p50 >= 1
    ? `${by} by the median, ${seconds(greatest)} later at the most`
    : by;
}

/** `16 without an answer, 3 refused ResourceUnavailable.SaleOut; 3 asked again` */
function describeOrders({ retries: askedAgain, unanswered, refused }: RehearsedEffect): string {
  const told = [
    unanswered > 0 && `${show.count(unanswered)} without an answer`,
    ...refused.slice(0, 3).map(({ code, count }) => `${show.count(count)} refused ${code}`),
    refused.length > 3 && show.counted(refused.length - 3, 'more code'),
    askedAgain > 0 && `${show.count(askedAgain)} asked again`,
  ];
  return show.join(told, ', ') || 'each asked once and taken';
}

/** `1 m 39 s settling, 15 s at the most` */
function describeWaits({ waited: { resolving: settling, afterRefusal, longest } }: RehearsedEffect): string {
  const parts = [
    settling > 0 && `${seconds(settling)} settling by reading`,
    afterRefusal > 0 && `${seconds(afterRefusal)} after refusals`,
  ];
  const told = show.join(parts, ', ');
  return told === '' ? 'nothing' : `${told}; ${seconds(longest)} the longest`;
}

/** `3 done, 2 halted: haltWhen … (41 steps never ran)` */
function describeEnds({ ended }: RehearsedEffect, runs: number): string {
  return ended
    .map(({ because, message: what, runs: alike, notRun }) => {
      const of = runs === 1 ? '' : `${alike === runs ? `all ${runs}` : alike} `;
      const left = notRun === 0 ? '' : ` (${show.counted(notRun, 'step')} never ran)`;
      // The fix is for whoever goes on with a run.
      const why = what === null ? '' : `: ${what.replace(/ \(fix: .*\)$/s, '')}`;
      return `${of}${because === 'done' ? 'with every step ended' : because}${why}${left}`;
    })
    .join('; ');
}

function seconds(value: number): string {
  return show.duration(value * 1000);
}
