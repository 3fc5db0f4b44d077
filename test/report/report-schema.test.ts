import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/run/build-report.ts';
import { SITUATIONS } from './situations.ts';

type Schema = { readonly [key: string]: unknown };
const schema = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
) as Schema;
const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
const validate = new Ajv2020({ strict: true, strictTypes: false, formats: { 'date-time': isTime } }).compile(
  schema,
);

describe('the report schema', () => {
  for (const [name, situation] of Object.entries(SITUATIONS)) {
    it(`accepts the report of ${name.replaceAll('-', ' ')}`, () => {
      const { saved, entries } = situation();
      validate(JSON.parse(JSON.stringify(buildReport(saved, entries))));
      expect(validate.errors ?? []).toEqual([]);
    });
  }

  it('rejects a step without an outcome, and another format', () => {
    const { saved, entries } = SITUATIONS['a-halted-run']!();
    const report = buildReport(saved, entries);
    expect(validate({ ...report, steps: [{ ...report.steps[0], outcome: null }] })).toBe(false);
    expect(validate({ ...report, format: 'refit.report/2' })).toBe(false);
  });

  it('describes every key it names', () => {
    const silent: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, member] of Object.entries(value)) {
        const described = typeof (member as Schema | null)?.description === 'string';
        if (path.endsWith('/properties') && !described) silent.push(`${path}/${key}`);
        walk(member, `${path}/${key}`);
      }
    };
    walk(schema, '');
    expect(silent).toEqual([]);
  });

  it('names every key that a report has', () => {
    const { saved, entries } = SITUATIONS['a-priced-run-with-a-failure-and-a-refusal']!();
    const strict = JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
      typeof value === 'object' && value !== null && 'properties' in value && 'required' in value
        ? { ...value, additionalProperties: false }
        : value,
    ) as Schema;
    const strictly = new Ajv2020({ strictTypes: false, formats: { 'date-time': isTime } }).compile(strict);
    strictly(buildReport(saved, entries));
    expect(strictly.errors ?? []).toEqual([]);
  });
});
