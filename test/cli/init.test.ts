/** The plan of init is valid and changes nothing, and no instance name can become a part of it. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/model.ts';
import { plannable, starterPlan } from '../../src/operations/plans/starter-plan.ts';
import { parsePlan } from '../../src/plan/parse/parse-plan.ts';
import { isAddress, readAddresses, readTerraformState } from '../../src/plan/parse/terraform-state.ts';
import { instance, size, standard } from '../plan/fixtures/small-fleet.ts';
import { desk } from './refit.ts';

const PLAN = {
  source: 'the live fleet',
  mayBeOutdated: false,
  schema: 'schemas/plan.schema.json',
  profile: null,
  name: 'resize-2026-01-05',
  next: 'refit plan plan.yaml --price -o saved-plan.json',
};

describe('the written plan', () => {
  it('matches the golden plan', async () => {
    const { instances } = plannable([
      instance({ name: 'cart-main', size: size(4096, 3, 2) }),
      standard({ id: 'crs-00000002', name: '购物车', size: size(256) }),
      standard({ id: 'crs-00000003', name: 'cart', region: 'ap-shanghai', zone: 'ap-shanghai-4' }),
      standard({ id: 'crs-00000004', name: 'old', edition: 'redis-2.8-standard', type: 2 }),
    ]);
    await expect(starterPlan({ ...PLAN, instances })).toMatchFileSnapshot('golden/starter-plan.yaml');
  });

  it.each([
    'a\nb: c',
    'a\r\n  - { instance: crs-99999999, memoryPerShard: 1GB }',
    'a\u0085b',
    'a\u2028targets: []',
    '\u0000\u0007\u001b[2J',
    '# } ] " \' & * ! | > %',
    '\ufeff\ud800x',
    '購'.repeat(400),
    'x }\u2029---\n...',
  ])('keeps the name %j in its comment', (name) => {
    const hostile = [
      instance({ name, zone: name, tags: { [name]: name } }),
      standard({ id: 'crs-00000002', name, region: 'ap-shanghai' }),
    ];
    const text = starterPlan({
      ...PLAN,
      instances: hostile,
      source: `the inventory file ${name}`,
      next: name,
    });
    const { plan, findings } = parsePlan(text, 'plan.yaml');
    expect(findings).toEqual([]);
    expect(plan?.targets).toHaveLength(2);
    expect(plan?.name).toBe(PLAN.name);
  });

  it('leaves out instances that accept no order, with the reason', () => {
    const { instances, skipped } = plannable([
      instance(),
      instance({ id: 'crs-00000002', status: 'isolated' }),
      instance({ id: 'crs-00000003', edition: 'unrecognised', type: 99 }),
      instance({ id: 'CRS-odd' }),
    ]);
    expect(instances.map(({ id }) => id)).toEqual(['crs-00000001']);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      'it is isolated, and the provider accepts no order for it',
      'it is type 99 (unknown) to this version of refit',
      'its id is not valid in a plan',
    ]);
  });
});

/** The attributes of a cluster in a Terraform state. */
const attributes = (more: object = {}) => ({
  id: 'crs-5qlrlhux',
  name: 'cart-main',
  availability_zone: 'ap-guangzhou-3',
  type_id: 9,
  mem_size: 4096,
  redis_shard_num: 3,
  redis_replicas_num: 2,
  charge_type: 'PREPAID',
  status: 'online',
  tags: { env: 'prod' },
  password: 'never-shown',
  ...more,
});

const TYPE = 'tencentcloud_redis_instance';
const shown = (values: object, more: object = {}) =>
  JSON.stringify({
    format_version: '1.0',
    terraform_version: '1.9.5',
    values: {
      root_module: {
        resources: [
          { address: 'tencentcloud_vpc.net', mode: 'managed', type: 'tencentcloud_vpc', values: {} },
        ],
        child_modules: [
          {
            address: 'module.cart',
            child_modules: [
              {
                resources: [
                  { address: `module.cart.${TYPE}.this`, mode: 'managed', type: TYPE, values, ...more },
                ],
              },
            ],
          },
        ],
      },
    },
  });
const stored = (values: object, more: object = {}) =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.9.5',
    resources: [
      {
        mode: 'data',
        type: TYPE,
        name: 'other',
        instances: [{ attributes: attributes({ id: 'crs-00000000' }) }],
      },
      {
        module: 'module.cart',
        mode: 'managed',
        type: TYPE,
        name: 'this',
        instances: [{ index_key: 'a', attributes: values, ...more }],
      },
    ],
  });
const read = (text: string, region: string | null = null) =>
  readTerraformState(text, 'state.json', { region, profile: 'default' });

describe.each([
  ['terraform show -json', shown],
  ['a state file', stored],
])('from %s', (_, state) => {
  it('has the size of each instance', () => {
    expect(read(state(attributes()))).toEqual({
      instances: [
        expect.objectContaining({
          id: 'crs-5qlrlhux',
          name: 'cart-main',
          region: 'ap-guangzhou',
          edition: 'redis-5.0-cluster',
          status: 'running',
          size: { memoryPerShard: 4096, shards: 3, replicas: 2 },
          tags: { env: 'prod' },
        }),
      ],
      skipped: [],
    });
  });

  it.each([
    ['no id', { id: '' }, /it has no id/],
    ['an unknown edition', { type_id: 77 }, /its type_id is 77/],
    ['no edition', { type_id: null, type: 'cluster_redis' }, /its type_id is missing/],
    [
      'a zone by number',
      { availability_zone: '100003' },
      /its availability_zone 100003 names no region: add --region/,
    ],
    ['no memory', { mem_size: 0 }, /its mem_size is missing/],
  ])('skips %s, with the reason and its address', (_title, more, reason) => {
    const { instances, skipped } = read(state(attributes(more)));
    expect(instances).toEqual([]);
    expect(skipped).toEqual([
      { subject: expect.stringContaining(`module.cart.${TYPE}.this`), reason: expect.stringMatching(reason) },
    ]);
  });

  it.each<[string, object, string[]]>([
    ['no replica count', { redis_replicas_num: null }, ['replicas']],
    ['no shard count', { redis_shard_num: null }, ['shards']],
    [
      'no count of a cluster at all',
      { redis_shard_num: undefined, redis_replicas_num: undefined },
      ['shards', 'replicas'],
    ],
    ['no shard count, as standard architecture has one shard', { type_id: 8, redis_shard_num: null }, []],
    ['zero replicas, which is a number', { redis_replicas_num: 0 }, []],
  ])('says which counts the state does not have: %s', (_title, more, expected) => {
    const { missing = new Map() } = read(state(attributes(more)));
    expect(missing.get('crs-5qlrlhux') ?? []).toEqual(expected);
  });

  it('gives the address of each instance, and no other one', () => {
    const [address] = [...readAddresses(state(attributes()), 'state.json').entries()];
    expect(address?.[0]).toBe('crs-5qlrlhux');
    expect(address?.[1]).toMatch(/^module\.cart\.tencentcloud_redis_instance\.this(\["a"\])?$/);
  });

  it.each([{ type_id: 'never-shown' }, { availability_zone: 'never-shown' }, { type_id: 1e300 }])(
    'quotes no text of the state: %j',
    (more) => {
      const { skipped } = read(state(attributes(more)));
      expect(skipped).toHaveLength(1);
      expect(JSON.stringify(skipped)).not.toMatch(/never-shown|e\+/);
    },
  );

  it('accepts a zone number if the region is given', () => {
    expect(read(state(attributes({ availability_zone: '100003' })), 'ap-guangzhou').instances).toHaveLength(
      1,
    );
  });
});

it('skips an instance that Terraform is about to destroy', () => {
  expect(read(stored(attributes(), { deposed: '0a1b' })).skipped).toEqual([
    { subject: `module.cart.${TYPE}.this["a"]`, reason: 'it is deposed: Terraform is about to destroy it' },
  ]);
  expect(read(shown(attributes(), { deposed_key: '0a1b' })).instances).toEqual([]);
});

it.each([
  [`${TYPE}.cart`, true],
  [`module.a["x.y"].module.b[0].${TYPE}.cart["a \\"b\\""]`, true],
  [`${TYPE}.购物车`, true],
  ['tencentcloud_vpc.net', false],
  [`${TYPE}.cart\n`, false],
  [`${TYPE}.cart["a\u001b[2J"]`, false],
  [`${TYPE}.cart["a\u202e"]`, false],
  [`${TYPE}.cart["${'a'.repeat(600)}"]`, false],
])('knows whether %j is an address', (text, expected) => {
  expect(isAddress(text)).toBe(expected);
});

it('reads modules in modules, however deep they are', () => {
  const depth = 200_000;
  const resources = JSON.stringify([
    { address: `${TYPE}.deep`, mode: 'managed', type: TYPE, values: attributes() },
  ]);
  const text = `{"format_version":"1.0","values":{"root_module":${'{"child_modules":['.repeat(depth)}{"resources":${resources}}${']}'.repeat(depth)}}}`;
  expect([...readAddresses(text, 'state.json').values()]).toEqual([`${TYPE}.deep`]);
});

it('quotes no text of a state that is not JSON', () => {
  let refusal: unknown;
  try {
    read('{"password": never-shown}');
  } catch (error) {
    refusal = error;
  }
  expect(`${inspect(refusal)}`).toContain('it is not JSON');
  expect(`${inspect(refusal)}`).not.toContain('never-shown');
});

it.each([
  ['{', /it is not JSON/],
  ['[]', /it is not a JSON object/],
  ['{}', /no format_version and no version/],
  ['{"version":3,"modules":[]}', /its version is 3, and refit reads 4/],
  ['{"format_version":"2.0","values":{}}', /its format_version is 2.0/],
  ['{"format_version":"1.2","planned_values":{},"resource_changes":[]}', /it is a Terraform plan/],
  ['{"encrypted_data":"x","version":4,"resources":[]}', /it is encrypted/],
])('refuses %s', (text, problem) => {
  expect(() => read(text)).toThrow(problem);
});

it('an empty state has no instances', () => {
  expect(read('{"format_version":"1.0"}')).toEqual({ instances: [], skipped: [] });
});

describe('the command', () => {
  it('writes a valid plan of the fleet that changes nothing, and does not overwrite it', async (context) => {
    const at = await desk(context, { simulator: ['--instances', '40'] });
    const written = await at.refit(['init', '-o', 'plan.yaml']);
    expect(written.code, written.stderr).toBe(0);
    expect(written.stderr).toMatch(/left out: 1\n {2}crs-\w+ push-isolated: it is isolated/);
    expect(written.stderr).toMatch(/next: edit the sizes, then refit plan plan\.yaml/);
    expect((await at.refit(['validate', 'plan.yaml'])).code).toBe(0);
    const planned = await at.refit(['plan', 'plan.yaml', '--json', '--detailed-exitcode']);
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
    expect(JSON.parse(planned.stdout)).toMatchObject({ verdict: 'no-change' });

    const text = await at.text('plan.yaml');
    await at.write('plan.yaml', text.replace(/memoryPerShard: 4GB/, 'memoryPerShard: 8GB'));
    const again = await at.refit(['init', '-o', 'plan.yaml']);
    expect(again).toMatchObject({ code: 64, stdout: '' });
    expect(again.stderr).toMatch(/plan\.yaml already exists; nothing was written\n {2}fix: .*--force/);
    expect(await at.text('plan.yaml')).toContain('memoryPerShard: 8GB');
    expect((await at.refit(['init', '-o', 'plan.yaml', '--force', '--select', 'name=cart-*'])).code).toBe(0);
    expect(await at.text('plan.yaml')).not.toBe(text);

    // From a file, the plan is the same except for its source.
    expect((await at.refit(['inventory', '-o', 'fleet.json'])).code).toBe(0);
    const offline = await at.refit(['init', '--inventory', 'fleet.json']);
    const targets = (plan: string) => plan.split('\n').filter((line) => line.startsWith('  - '));
    expect(targets(offline.stdout)).toEqual(targets(text));
    const { instances } = JSON.parse(await at.text('fleet.json')) as Inventory;
    expect(targets(offline.stdout)).toHaveLength(
      instances.filter(({ status }) => status !== 'isolated').length,
    );
  });

  it('reads a Terraform state, and shows no secret of it', async (context) => {
    const at = await desk(context, { simulator: null });
    await at.write('state.json', shown(attributes()));
    const { code, stdout, stderr } = await at.refit(['init', '--from-terraform', 'state.json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('- { instance: crs-5qlrlhux, memoryPerShard: 4GB, shards: 3, replicas: 2 }');
    expect(stdout).not.toContain('never-shown');
  });

  it('leaves out the counts that a Terraform state does not have, and names the state', async (context) => {
    const at = await desk(context, { simulator: null });
    await at.write('state.json', shown(attributes({ redis_replicas_num: null })));
    const { stdout } = await at.refit(['init', '--from-terraform', 'state.json']);
    expect(stdout).toMatch(
      /- \{ instance: crs-5qlrlhux, memoryPerShard: 4GB, shards: 3 \} +# now 4 GB × 3 shards, replicas not in the state/,
    );
    expect(stdout).toMatch(/^terraform: "state\.json"/m);
    await at.write('plan.yaml', stdout);
    expect((await at.refit(['validate', 'plan.yaml'])).code).toBe(0);
  });

  it.for<[string[], number, RegExp]>([
    [['--select', 'nme=x'], 64, /unknown condition; did you mean name\?\n {2}fix: --select name=x$/m],
    [['--select', 'owner=x'], 64, /unknown condition\n {2}fix: one of: name/],
    [['--select', 'edition=redis-6.2-clustr'], 64, /fix: --select edition=redis-6\.2-cluster$/m],
    [['--select', 'name='], 64, /expected KEY=VALUE/],
    [['--inventory', 'a', '--from-terraform', 'b'], 64, /cannot be used together/],
    [['--from-terraform', 'none.json'], 64, /the Terraform state none\.json cannot be read/],
    [['--from-terraform', 'empty.json'], 64, /no instance to plan for: 0 read/],
  ])('refuses %j', async ([args, code, says], context) => {
    const at = await desk(context, { simulator: null });
    await at.write('empty.json', '{"format_version":"1.0"}');
    const ended = await at.refit(['init', ...args]);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(says);
  });
});
