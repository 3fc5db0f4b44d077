/** How a wave goes on, in one line of words: what a reviewer must know beside its steps. */
import type { Gate, SavedPlan, Threshold, Wave } from '../../model.ts';
import { counted, duration } from '../quantities.ts';

/** `starts with 1 at once, doubling; then soaks for 30m`; empty where the wave is an ordinary one. */
export function conductInWords(plan: Pick<SavedPlan, 'execution' | 'waves'>, wave: Wave): string {
  const parts = [
    typeof wave.approval === 'object'
      ? `waits up to ${duration(wave.approval.within)} for its own approval`
      : '',
    (wave.slowStart ?? plan.execution.slowStart)
      ? 'starts with 1 at once and doubles as steps are verified'
      : '',
    wave.haltWhen === undefined ? '' : `halts at ${thresholdsInWords(wave.haltWhen)} of its own`,
    wave.soak !== undefined && (wave !== plan.waves.at(-1) || wave.gate !== undefined)
      ? `then soaks for ${duration(wave.soak)}`
      : '',
    wave.gate === undefined ? '' : gateInWords(wave.gate),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** `then a gate fails at failed > 0, MemUtil > 90 over 5 m; pauses where it cannot tell`. */
function gateInWords(gate: Gate): string {
  const { metric, duration: took, command, url } = gate;
  const judged = [
    thresholdsInWords(gate),
    took === undefined
      ? ''
      : `a resize taking ${took.operator} ${took.unit === 'ms' ? duration(took.value) : `${took.value}x the forecast`}`,
    metric === undefined
      ? ''
      : `${metric.name} ${metric.fails.operator} ${metric.fails.value} over ${duration(metric.over)}`,
    url === undefined ? '' : `${url} not answering 2xx`,
    command === undefined ? '' : `the command ${command.join(' ')} failing`,
  ].filter((part) => part !== '');
  const otherwise = gate.shadow
    ? 'in shadow: told, and stops nothing'
    : `${gate.onInconclusive === 'pause' ? 'pauses' : 'halts'} where it cannot tell`;
  return `then a gate fails at ${judged.join(', ')}; ${otherwise}`;
}

/** `failed > 0, unknown > 5% of wave`. */
function thresholdsInWords({ failed, unknown }: Pick<Gate, 'failed' | 'unknown'>): string {
  const words = (name: string, threshold: Threshold | undefined) =>
    threshold === undefined
      ? []
      : [
          `${name} ${threshold.operator} ${threshold.value}${threshold.base === 'count' ? '' : `% of ${threshold.base}`}`,
        ];
  return [...words('failed', failed), ...words('unknown', unknown)].join(', ');
}

/** Each wave that has something to say, with it: for reviews that list no steps under their waves. */
export function conductOfWaves(plan: Pick<SavedPlan, 'execution' | 'waves'>): string[] {
  return plan.waves.flatMap((wave) => {
    const words = conductInWords(plan, wave);
    return words === '' ? [] : [`${wave.name} ${words}`];
  });
}

/** `at most 1 of one tags.app under way at once; 4 groups, the greatest of 12 instances`; empty without a spread. */
export function spreadInWords({
  spread,
  preconditions,
}: Pick<SavedPlan, 'spread' | 'preconditions'>): string {
  if (spread === undefined) return '';
  const sizes = new Map<string, number>();
  for (const { group } of preconditions)
    if (group !== undefined) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const alone = preconditions.filter(({ group }) => group === undefined).length;
  const greatest = [...sizes.values()].reduce((a, b) => Math.max(a, b), 0);
  const parts = [
    `at most ${spread.maxInFlight} of one ${spread.by} under way at once`,
    sizes.size === 0
      ? ''
      : `${counted(sizes.size, 'group')}, the greatest of ${counted(greatest, 'instance')}`,
    alone === 0 ? '' : `${counted(alone, 'instance')} without it, each a group of its own`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
