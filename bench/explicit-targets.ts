/** Reading a YAML plan with explicit targets, compared with the `yaml` package alone. */
import { LineCounter, parseDocument } from 'yaml';
import { parsePlan } from '../src/plan/parse/parse-plan.ts';
import { cpuTimed, type Row, rounds } from './measure.ts';

/** @param targets number of targets in the plan. @param times number of measurements. */
export function explicitTargets(targets = 20_000, times = 9): Promise<Row> {
  const text = [
    'version: 1',
    'name: bench',
    'defaults: { region: ap-guangzhou }',
    'targets:',
    ...Array.from(
      { length: targets },
      (_, n) => `  - { instance: crs-${n.toString(36).padStart(8, '0')}, memoryPerShard: 4GB }`,
    ),
  ].join('\n');
  return rounds(
    () =>
      cpuTimed(() => {
        const { plan } = parsePlan(text, 'bench.yaml');
        if (plan?.targets.length !== targets) throw new Error('not all targets were read');
      }),
    () =>
      cpuTimed(() => {
        const options = {
          lineCounter: new LineCounter(),
          uniqueKeys: false,
          resolveKnownTags: false,
        } as const;
        parseDocument(text, { ...options, prettyErrors: false, logLevel: 'error', version: '1.2' });
      }),
    {
      name: `explicit targets: a YAML plan of ${targets.toLocaleString('en')}, read, validated and built`,
      unit: 'ms of CPU',
      floorName: 'the yaml package alone, with positions',
      reach: { atMost: 1.1 },
    },
    times,
  );
}
