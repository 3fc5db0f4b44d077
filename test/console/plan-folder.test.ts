import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPlanFolder } from '../../src/operations/plans/plan-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-plans-'));
  const files: Readonly<Record<string, string>> = {
    'grow.yaml': 'version: 1\n',
    '扩容.yml': 'version: 1\n',
    'grow.json': '{\n  "format": "refit.saved-plan/2",\n',
    'fleet.json': '{"format":"refit.inventory/1","instances":[]}',
    'report.json': '{"format":"refit.report/1"}',
    'empty.json': '',
    '.hidden.yaml': 'version: 1\n',
    'notes.txt': 'words',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, 'folder.yaml'));
  await symlink('/etc/passwd', join(folder, 'link.yaml'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the folder of plans', () => {
  it('lists plans, saved plans and inventories, and nothing else', async () => {
    const files = await (await openPlanFolder(folder)).files();
    expect(files.map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual([
      'inventory fleet.json',
      'plan grow.yaml',
      'plan 扩容.yml',
      'saved-plan grow.json',
    ]);
  });

  it.each([
    '../grow.yaml',
    'a/grow.yaml',
    '/etc/passwd',
    '..',
    '.hidden.yaml',
    'grow.yaml\0.json',
    'grow.yaml\n',
    'grow',
    'grow.sh',
    '',
    `${'x'.repeat(200)}.yaml`,
    '-rf.yaml',
    'a\u202egrow.yaml',
  ])('has no file named %j', async (name) => {
    const plans = await openPlanFolder(folder);
    expect(() => plans.pathOf(name)).toThrow(/is no file name of a plan/);
  });

  it('is refused if it is not there', async () => {
    await expect(openPlanFolder(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'usage' });
  });
});
