/** The facts and tables of a rehearsal, the same in every format, and its banner. */

import type { Fact } from '../../messages/en/page/frame.ts';
import * as show from '../../messages/en/quantities.ts';
import type { Rehearsed, RehearsedEffect, RehearsedSeconds, Report } from '../../model.ts';
import { BELOW_ROW, type Table, tableOf } from '../document/table.ts';
import { describeOutcomes } from '../verdict.ts';

/** The first line of a rehearsal in every format for people. Nobody must take it for an audit report. */
export const REHEARSAL_BANNER =
  'REHEARSAL, not an audit report: nothing was ordered. The executor of real runs carried out the plan against a simulated provider in virtual time.';

/** `median 40 m 12 s, p90 42 m, longest 43 m`; fewer figures for less than ten runs. */
function describeRunTime(took: RehearsedSeconds, runs: number): string {
  const { p50, p90, greatest } = took;
  if (runs === 1) return seconds(p50);
  if (runs < 10) return `median ${seconds(p50)}, longest ${seconds(greatest)}`;
  return `median ${seconds(p50)}, p90 ${seconds(p90)}, longest ${seconds(greatest)}`;
}

/** The facts over all runs as name and value; empty for an audit report. */
export function rehearsalFacts({ rehearsed }: Pick<Report, 'rehearsed'>): Fact[] {
  if (rehearsed === undefined) return [];
  const { seeds, faults, durations, all } = rehearsed;
  const last = seeds.first + seeds.count - 1;
  const runs = `${seeds.count} (seeds ${seeds.first} to ${last}); the details below are of seed ${seeds.first}`;
  return [
    ['runs', seeds.count === 1 ? `1 (seed ${seeds.first})` : runs],
    ['faults', faults.length === 0 ? 'none' : faults.join(', ')],
    ['run time', describeRunTime(all.took, seeds.count)],
    ['run ends', describeEnds(all, seeds.count)],
    ['windows', all.windows === 1 ? '' : `up to ${all.windows}; later windows continued the run`],
    ['all steps', describeOutcomes(all.totals)],
    ['durations', durations.basis],
  ];
}

/** The tables over all runs: waves, effects of faults, assumptions. Empty for an audit report. */
export function rehearsalTables({ rehearsed }: Pick<Report, 'rehearsed'>): Table[] {
  if (rehearsed === undefined) return [];
  const head = { id: 'assumed', heading: 'Assumptions' };
  return [
    wavesOfAllRuns(rehearsed),
    effectsTable(rehearsed),
    tableOf(head, rehearsed.assumptions, [['Assumption', (one) => one, BELOW_ROW]]),
  ];
}

function wavesOfAllRuns({ all, seeds }: Rehearsed): Table {
  return tableOf({ id: 'rehearsed-waves', heading: 'Waves in all runs' }, all.waves, [
    ['Wave', (wave) => wave.name, { minWidth: 8 }],
    ['Reached by', ({ runs }) => (runs === seeds.count ? 'every run' : `${runs} of ${seeds.count} runs`)],
    ['Ends after', ({ took, runs }) => (took ? describeRunTime(took, runs) : 'did not end'), { yields: 1 }],
  ]);
}

/** The effects without faults, with each fault, with all faults; empty without faults. */
function effectsTable({ all, baseline, each, seeds }: Rehearsed): Table {
  const effects = baseline === undefined ? [] : [baseline, ...each, all];
  const faultsOf = (effect: RehearsedEffect) => {
    if (effect === baseline) return 'none';
    return effect === all && each.length > 0 ? 'all' : effect.faults.join(', ');
  };
  return tableOf({ id: 'effects', heading: 'Effects of the faults' }, effects, [
    ['Faults', faultsOf],
    [
      'Run time',
      ({ later, took }) => (later ? describeLater(later) : `median ${seconds(took.p50)}`),
      { below: true },
    ],
    ['Steps', (effect) => describeOutcomes(effect.totals), { below: true }],
    ['Orders', describeOrders, { below: true }],
    ['Waits', describeWaits, { below: true }],
    ['Run ends', (effect) => describeEnds(effect, seeds.count), { below: true }],
  ]);
}

/** `median 3 m 2 s longer, at most 9 m longer`. A halted run is shorter. */
function describeLater({ p50, greatest }: RehearsedSeconds): string {
  const median =
    Math.abs(p50) < 1 ? 'unchanged' : `${seconds(Math.abs(p50))} ${p50 > 0 ? 'longer' : 'shorter'}`;
  return greatest >= 1 && greatest - p50 >= 1
    ? `median ${median}, at most ${seconds(greatest)} longer`
    : median;
}

/** `16 without an answer, 3 refused ResourceUnavailable.SaleOut, 3 sent again` */
function describeOrders({ retries, unanswered, refused }: RehearsedEffect): string {
  const parts = [
    unanswered > 0 && `${show.count(unanswered)} without an answer`,
    ...refused.slice(0, 3).map(({ code, count }) => `${show.count(count)} refused ${code}`),
    refused.length > 3 && show.counted(refused.length - 3, 'more code'),
    retries > 0 && `${show.count(retries)} sent again`,
  ];
  return show.join(parts, ', ') || 'all accepted at the first attempt';
}

/** `1 m 39 s resolving unanswered orders; longest 15 s` */
function describeWaits({ waited: { resolving, afterRefusal, longest } }: RehearsedEffect): string {
  const parts = [
    resolving > 0 && `${seconds(resolving)} resolving unanswered orders`,
    afterRefusal > 0 && `${seconds(afterRefusal)} after refusals`,
  ];
  const waits = show.join(parts, ', ');
  return waits === '' ? 'none' : `${waits}; longest ${seconds(longest)}`;
}

/** `in 3 runs every step ended; 2 halted: haltWhen … (41 steps not run)` */
function describeEnds({ ended }: RehearsedEffect, runs: number): string {
  return ended
    .map(({ because, message: what, runs: alike, notRun }) => {
      const all = alike === runs ? 'all ' : '';
      const left = notRun === 0 ? '' : ` (${show.counted(notRun, 'step')} not run)`;
      // The fix is left out, because nobody continues a rehearsal.
      const cause = what === null ? '' : `: ${what.replace(/ \(fix: .*\)$/s, '')}`;
      const end =
        because === 'done'
          ? `${runs === 1 ? '' : `in ${all}${show.counted(alike, 'run')} `}every step ended`
          : `${runs === 1 ? '' : `${all}${alike} `}${because}`;
      return `${end}${cause}${left}`;
    })
    .join('; ');
}

function seconds(value: number): string {
  return show.duration(value * 1000);
}
