/** `refit decline` as a process: reviews show it, `apply` exits 11, and the evidence of the run keeps it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pemOf } from '../approval/people.ts';
import { desk, growPlan, plainFleet } from './refit.ts';

it('blocks a saved plan until its author withdraws, in every format of a review', async (test) => {
  const at = await desk(test, { fleet: plainFleet(2) });
  await at.write('plan.yaml', growPlan(['waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]']));
  await at.write('ann.key', pemOf('ann'));
  expect((await at.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json'])).code).toBe(0);
  const author = ['--key', 'ann.key', '--as', 'ann'];
  const apply = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

  const declined = await at.refit([
    'decline',
    'saved.json',
    '--reason',
    'the sale <b>is</b> on Friday',
    ...author,
  ]);
  expect(declined.code, declined.stderr).toBe(0);
  expect(declined.stdout).toMatch(/^saved\.json\.decline-ann-[0-9a-f]{12}\.json\n$/);
  expect(declined.stderr).toMatch(
    /to withdraw: refit decline saved\.json --withdraw --key ann\.key --as ann\n/,
  );

  const outputs = ['json', 'html', 'markdown', 'csv'].flatMap((format) => [
    '--write',
    `${format}=review.${format}`,
  ]);
  const shown = await at.refit(['show', 'saved.json', ...outputs]);
  expect(shown.code, shown.stderr).toBe(0);
  const said = /declined by ann at \S+ \(signed with SHA256:\S+\): the sale/;
  expect(shown.stdout.replaceAll(/\s+/g, ' ')).toMatch(said);
  expect(shown.stdout).not.toMatch(/next +refit apply/);
  for (const format of ['html', 'markdown', 'csv'])
    expect(await at.text(`review.${format}`), format).toMatch(said);
  expect(await at.text('review.html')).not.toContain('<b>is</b>');
  const { declines } = (await at.json('review.json')) as { declines: readonly object[] };
  expect(declines).toMatchObject([
    { by: 'ann', reason: 'the sale <b>is</b> on Friday', signed: true, withdrawn: null },
  ]);

  const refused = await at.refit(apply);
  expect([refused.code, refused.stdout]).toEqual([11, '']);
  expect(refused.stderr).toMatch(/^refit: not approved: declined by ann at /m);
  expect(refused.stderr).toMatch(
    /fix: refit decline saved\.json --withdraw --key FILE {3}ann runs this with the same key/,
  );

  const other = await at.refit(['decline', 'saved.json', '--withdraw', '--as', 'ann']);
  expect([other.code, other.stdout]).toEqual([11, '']);
  expect(other.stderr).toMatch(/only the author withdraws a decline: ann with the key SHA256/);
  const withdrawn = await at.refit(['decline', 'saved.json', '--withdraw', ...author]);
  expect(withdrawn.code, withdrawn.stderr).toBe(0);

  const applied = await at.refit(apply);
  expect(applied.code, applied.stderr).toBe(0);
  expect((await readdir(join(at.folder, 'run/declines'))).length).toBe(2);
  const sound = await at.refit(['audit', 'verify', 'run']);
  expect(sound.code, sound.stdout).toBe(0);
  expect(sound.stdout).toMatch(/^declined withdrawn by ann at .*: the sale/m);
  const packed = await at.refit(['audit', 'export', 'run', '-o', 'run.tar.gz', '--json']);
  expect(packed.code, packed.stderr).toBe(0);
  expect(packed.stdout).toMatch(/declines\/ann-[0-9a-f]{12}\.withdrawn\.json/);
  expect(packed.stdout).toContain('schemas/decline.schema.json');
});
