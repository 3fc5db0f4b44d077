/** Secrets never reach a file or a stream, and control characters of hostile names never reach a terminal. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formGateway } from './form-gateway.ts';
import { BRISK, CONTROL, desk, type Ended, filesIn, growPlan, plainFleet } from './refit.ts';

const FAULTS = [
  'lost-answer#1',
  'html#1',
  'http-500#1',
  'system-error#1',
  'failed-task=crs-fleet003',
  'reset-before@DescribeInstances#1',
];

it.concurrent('no key, token or signature is in any file or stream of a verbose run among faults', async (test) => {
  const faults = FAULTS.flatMap((fault) => ['--fault', fault]);
  const at = await desk(test, { simulator: [...BRISK, ...faults], fleet: plainFleet(6) });
  const { secretId, secretKey } = at.simulator;
  await at.write('plan.yaml', growPlan());
  const ends: Ended[] = [];
  for (const args of [
    ['inventory', '-v', '-o', 'inventory.json'],
    ['plan', 'plan.yaml', '-v', '--price', '-o', 'saved.json'],
    ['apply', 'saved.json', '-v', '--auto-approve', '--run-dir', 'run'],
    ['status', 'run', '-v'],
    ['report', 'run', '-v', '--json'],
    ['explain', 'crs-fleet003', 'plan.yaml', '-v'],
  ])
    ends.push(await at.refit(args));
  expect(
    ends.map(({ code }) => code),
    ends.map(({ stderr }) => stderr).join('\n'),
  ).toEqual([0, 0, 3, 0, 0, 0]);
  // Errors about refused keys and tokens do not show them.
  ends.push(await at.refit(['inventory', '-v'], { env: { TENCENTCLOUD_SECRET_KEY: `${secretKey}x` } }));
  ends.push(await at.refit(['inventory', '-v'], { env: { TENCENTCLOUD_TOKEN: 'token-of-nobody' } }));
  ends.push(await at.refit(['inventory', '-v'], { env: { TENCENTCLOUD_SECRET_ID: '' } }));
  expect(ends.slice(-3).map(({ code }) => code)).toEqual([12, 12, 12]);

  const files = await filesIn(join(at.folder, 'run'));
  const texts = [
    ...ends.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ...(await Promise.all(
      [...files.map((name) => `run/${name}`), 'inventory.json', 'saved.json'].map(at.text),
    )),
  ];
  expect(texts.join('').length).toBeGreaterThan(10_000);
  const date = new Date().toISOString().slice(0, 10);
  const dateKey = createHmac('sha256', `TC3${secretKey}`).update(date).digest('hex');
  for (const text of texts) {
    for (const hidden of [secretKey, secretId, dateKey, 'token-of-nobody', 'TC3-HMAC-SHA256', 'Credential='])
      expect(text).not.toContain(hidden);
  }
});

it.concurrent.for(['HmacSHA256', 'HmacSHA1'])(
  'no key, token or signature of a form is in any file or stream of a verbose run among faults: %s',
  async (name, test) => {
    const faults = FAULTS.flatMap((fault) => ['--fault', fault]);
    const at = await desk(test, { simulator: [...BRISK, ...faults], fleet: plainFleet(6) });
    const gateway = await formGateway(test, at.simulator.url);
    const { secretId, secretKey } = at.simulator;
    const way = ['--endpoint', gateway.url];
    const env = {
      REFIT_SIGNATURE: name,
      TENCENTCLOUD_ROLE_ARN: 'qcs::cam::uin/100000000001:roleName/resizer',
    };
    await at.write('plan.yaml', growPlan());
    const ends: Ended[] = [];
    for (const args of [
      ['doctor', '-v'],
      ['doctor', '-v', '--json'],
      ['inventory', '-v', '-o', 'inventory.json'],
      ['plan', 'plan.yaml', '-v', '--price', '-o', 'saved.json'],
      ['apply', 'saved.json', '-v', '--auto-approve', '--run-dir', 'run'],
      ['report', 'run', '-v', '--json'],
    ])
      ends.push(await at.refit([...args, ...way], { env }));
    expect(
      ends.map(({ code }) => code),
      ends.map(({ stderr }) => stderr).join('\n'),
    ).toEqual([0, 0, 0, 0, 3, 0]);
    // Errors about refused forms do not show the wrong key or the token.
    for (const wrong of [
      { TENCENTCLOUD_SECRET_KEY: `${secretKey}x` },
      { TENCENTCLOUD_TOKEN: 'token-of-nobody' },
    ])
      ends.push(
        await at.refit(['inventory', '-v', ...way], {
          env: { ...env, TENCENTCLOUD_ROLE_ARN: undefined, ...wrong },
        }),
      );
    expect(ends.slice(-2).map(({ code }) => code)).toEqual([12, 12]);

    const files = await filesIn(join(at.folder, 'run'));
    const texts = [
      ...ends.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      ...(await Promise.all(
        [...files.map((file) => `run/${file}`), 'inventory.json', 'saved.json'].map(at.text),
      )),
    ];
    expect(texts.join('').length).toBeGreaterThan(10_000);
    // The secrets in the forms: every signature, and the ids and tokens of the role, plain and form-encoded.
    expect(gateway.forms.filter(({ Token }) => Token !== undefined).length).toBeGreaterThan(20);
    const carried = gateway.forms.flatMap(({ SecretId, Token, Signature }) => [
      SecretId!,
      Token ?? '',
      Signature!,
    ]);
    const hidden = new Set([secretKey, secretId, ...carried].filter((text) => text !== ''));
    for (const text of texts)
      for (const one of hidden) {
        expect(text).not.toContain(one);
        expect(text).not.toContain(encodeURIComponent(one));
      }
  },
);

it.concurrent('names, tags and messages of the provider are escaped on every terminal, page and sheet', async (test) => {
  const names = [
    '\u001b]0;owned\u0007',
    '\u001b[2J\u001b[1;1H',
    'a\rb\nc',
    '\u202egnp.exe',
    '<img src=x onerror=alert(1)>',
    '=HYPERLINK("//a.example")',
  ];
  const fleet = plainFleet(names.length).map((one, index) => ({
    ...one,
    name: names[index]!,
    tags: { [`k${names[index]}`]: names[index]! },
  }));
  const at = await desk(test, { simulator: [...BRISK, '--fault', 'failed-task=crs-fleet001'], fleet });
  await at.write('plan.yaml', growPlan());
  const ends: [string, Ended][] = [];
  for (const args of [
    ['plan', 'plan.yaml', '--all', '-o', 'saved.json'],
    ['show', 'saved.json', '--all', '--format', 'markdown'],
    ['apply', 'saved.json', '-v', '--auto-approve', '--run-dir', 'run'],
    ['status', 'run'],
    ['report', 'run', '--format', 'markdown'],
    ...fleet.map(({ id }) => ['explain', id, 'plan.yaml']),
    ['show', 'saved.json', '--format', 'csv'],
    ['report', 'run', '--format', 'csv'],
    ['report', 'run', '--format', 'html'],
    ['show', 'saved.json', '--format', 'html'],
  ])
    ends.push([args.join(' '), await at.refit(args)]);
  for (const [args, { stdout, stderr }] of ends) {
    // The lines of a CSV end with CR LF, as in its standard.
    expect(stdout.replaceAll('\r\n', '\n') + stderr, args).not.toMatch(CONTROL);
    if (args.endsWith('html')) expect(stdout).not.toContain('<img src=x');
    else if (args.endsWith('csv')) expect(stdout).not.toMatch(/(^|,|")=HYPERLINK/m);
  }
});
