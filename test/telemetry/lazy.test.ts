/** A process without telemetry loads none of it, and runs do not know that it exists. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** The files that a file loads when it is loaded: its imports of values. */
function loads(name: string): string[] {
  const text = readFileSync(join(SRC, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';|^import '(\.[^']+)';/gm)]
    .filter(([statement]) => !/^import \{(\s*type [^,}]+,?)+\s*\}/.test(statement))
    .map(([, from, alone]) => relative(SRC, resolve(SRC, dirname(name), (from ?? alone)!)));
}

/** Everything that is loaded with these files. */
function loadedWith(names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || name.startsWith('generated')) return;
    found.add(name);
    for (const next of loads(name)) visit(next);
  };
  names.forEach(visit);
  return found;
}

const telemetryIn = (files: ReadonlySet<string>) =>
  [...files].filter((name) => name.startsWith('telemetry/'));

it('no command loads telemetry with its code, except those of the scheduler', () => {
  const commands = readdirSync(join(SRC, 'cli/commands'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('schedule/'))
    .map((name) => `cli/commands/${name}`);
  const files = loadedWith(['cli/main.ts', 'cli/run-to-exit-code.ts', ...commands]);
  expect(files.size).toBeGreaterThan(200);
  expect(files).toContain('cli/telemetry.ts');
  expect(telemetryIn(files)).toEqual([]);
});

it('the scheduler loads the metrics, and no traces', () => {
  const files = telemetryIn(loadedWith(['cli/commands/schedule/run.ts']));
  expect(files.filter((name) => name.startsWith('telemetry/traces/'))).toEqual([]);
  expect(files).not.toContain('telemetry/telemetry.ts');
});

it('the library loads none of it', () => {
  expect(telemetryIn(loadedWith(['index.ts']))).toEqual([]);
});
