/** A plan whose instances Terraform manages: the review warns, and the report says what to set. */
import { describe, expect, it } from 'vitest';
import { desk } from './refit.ts';

const TYPE = 'tencentcloud_redis_instance';
const FLEET = [
  { id: 'crs-cart0001', edition: 'redis-6.2-standard', memoryPerShard: 4096 },
  { id: 'crs-feed0001', edition: 'redis-6.2-standard', memoryPerShard: 4096 },
];
const STATE = JSON.stringify({
  version: 4,
  resources: [
    {
      mode: 'managed',
      type: TYPE,
      name: 'cart',
      instances: [{ index_key: 'eu', attributes: { id: 'crs-cart0001', password: 'never-shown' } }],
    },
  ],
});
const planOf = (more: string) => `version: 1
name: double
defaults: { region: ap-guangzhou }
${more}targets:
  - { instance: crs-cart0001, memoryPerShard: 8GB }
  - { instance: crs-feed0001, memoryPerShard: 8GB }
`;

describe('a plan that names a Terraform state', () => {
  it('warns in the review, and gives the sizes to set after the run', async (context) => {
    const at = await desk(context, { fleet: FLEET });
    await at.write('terraform.tfstate', STATE);
    await at.write('plan.yaml', planOf('terraform: terraform.tfstate\n'));
    const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
    expect(planned.stdout).toContain('Refit.TerraformReverts');
    expect(planned.stdout).toMatch(
      /Terraform manages 1 of the 2 instances, and the next terraform apply reverts/,
    );
    const saved = await at.text('saved.json');
    expect(saved).toContain(`${TYPE}.cart[\\"eu\\"]`);
    expect(saved).not.toContain('never-shown');
    expect((await at.refit(['show', 'saved.json'])).stdout).toContain('Refit.TerraformReverts');

    const applied = await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
    expect(applied.code, applied.stderr).toBe(0);
    const args = ['--write', 'terraform=refit.auto.tfvars.json', '--write', 'terraform=sizes.txt'];
    expect((await at.refit(['report', 'run', ...args])).code).toBe(0);
    const { '//': about, ...variables } = JSON.parse(await at.text('refit.auto.tfvars.json'));
    expect(variables).toEqual({ refit_redis_sizes: { [`${TYPE}.cart["eu"]`]: { mem_size: 8192 } } });
    expect(about.notSet).toMatchObject([{ instance: 'crs-feed0001', address: null }]);
    expect(await at.text('sizes.txt')).toMatch(
      /tencentcloud_redis_instance\.cart\["eu"\] +8192\n[\s\S]*crs-feed0001/,
    );

    const back = await at.refit(['rollback', 'run', '-o', 'back.json']);
    expect(back.stdout, back.stderr).toContain('Refit.TerraformReverts');
  });

  it.for<[string, string, string, number, RegExp]>([
    [
      'has no such file',
      'terraform: none.json\n',
      STATE,
      65,
      /terraform is none\.json, but there is no such file/,
    ],
    [
      'is not JSON',
      'terraform: state.json\n',
      '{"password": never-shown}',
      65,
      /is not a Terraform state: it is not JSON/,
    ],
    [
      'has other instances',
      'terraform: state.json\n',
      STATE.replace('crs-cart0001', 'crs-other001'),
      0,
      /Refit\.TerraformNone/,
    ],
  ])('says that the state %s', async ([, key, state, code, says], context) => {
    const at = await desk(context, { fleet: FLEET });
    await at.write('state.json', state);
    await at.write('plan.yaml', planOf(key));
    const planned = await at.refit(['plan', 'plan.yaml']);
    expect(planned.stdout + planned.stderr).toMatch(says);
    expect(planned.code).toBe(code);
    expect(planned.stdout + planned.stderr).not.toContain('never-shown');
  });

  it('refuses the file for Terraform where the plan names no state', async (context) => {
    const at = await desk(context, { fleet: FLEET });
    await at.write('plan.yaml', planOf(''));
    await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
    await at.refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'run']);
    const refused = await at.refit(['report', 'run', '--write', 'terraform=x.json']);
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('names no Terraform state') });
  });
});
