/** The forms, owners and updates of the repository: that each file is one that GitHub accepts and points to what is there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}
const text = (file: string) => readFileSync(file, 'utf8');
const FORMS = globSync('.github/ISSUE_TEMPLATE/*.yml')
  .filter((file) => !file.endsWith('config.yml'))
  .sort();

describe.each(FORMS)('%s', (file) => {
  const form = parse(text(file)) as { name: string; description: string; body: readonly Field[] };

  it('is a form with a name, and with fields that have labels', () => {
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    const asked = form.body.filter(({ type }) => type !== 'markdown');
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
    for (const { type, attributes } of asked) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes.label).toEqual(expect.any(String));
      if (['dropdown', 'checkboxes'].includes(type)) expect(attributes.options).not.toEqual([]);
    }
  });
});

describe('the owners', () => {
  const rows = text('.github/CODEOWNERS')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));

  it('own paths that exist, and everything has one', () => {
    expect(rows[0]![0]).toBe('*');
    for (const [path] of rows.slice(1)) expect(existsSync(path!.slice(1)), path).toBe(true);
    for (const [path, ...owners] of rows) expect([path, owners.length > 0]).toEqual([path, true]);
  });
});

describe('updates of dependencies', () => {
  it('look at every folder that pins something, and wait a week', () => {
    const { version, updates } = parse(text('.github/dependabot.yml'));
    expect(version).toBe(2);
    for (const update of updates) {
      expect(existsSync(`.${update.directory}`), update.directory).toBe(true);
      expect(update.schedule.interval).toBe('weekly');
    }
    const ecosystems = updates.map((update: { 'package-ecosystem': string }) => update['package-ecosystem']);
    expect(ecosystems).toEqual(['npm', 'github-actions', 'docker']);
  });
});
