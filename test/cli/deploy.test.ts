/** The files in deploy/ are well formed, and every command and flag in them exists. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { SECOND } from '../../src/units.ts';
import { HAND_OVER_GRACE } from '../../src/worker/worker.ts';
import { ROOT, refit } from './refit.ts';

const DEPLOY = join(ROOT, 'deploy');
const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.\w+$/.test(name),
);
const textOf = (name: string) => readFileSync(join(DEPLOY, name), 'utf8');

/** The arguments of an ExecStart, as of the unit `name@prod.service`, with the variables that the unit sets. */
function unitArguments(name: string): string[][] {
  const text = textOf(name);
  const variables = new Map(
    [...text.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
  );
  return [...text.matchAll(/^ExecStart=\S*refit (.+)$/gm)].map(([, args]) =>
    args!
      .replaceAll('%i', 'prod')
      .replace(/\$\{(\w+)\}/g, (_, key: string) => variables.get(key) ?? `no Environment=${key}`)
      .split(' '),
  );
}

/** The arguments of every `refit` in a file: in a shell line, an ExecStart, or the args or command of a refit container. */
function commandsIn(name: string): string[][] {
  if (name.endsWith('.service')) return unitArguments(name);
  if (!/\.ya?ml$/.test(name)) return [];
  const commands: string[][] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && value.startsWith('refit ')) commands.push(value.split(' ').slice(1));
    if (typeof value !== 'object' || value === null) return;
    const { image, args, command } = value as { image?: unknown; args?: unknown; command?: unknown };
    if (typeof image === 'string' && /\/refit@/.test(image))
      commands.push(typeof command === 'string' ? command.split(' ') : (args as string[]));
    // Parts of a Compose file that services merge are no services.
    for (const [key, one] of Object.entries(value)) if (!key.startsWith('x-')) walk(one);
  };
  for (const document of parseAllDocuments(textOf(name), { uniqueKeys: true, merge: true })) {
    expect(document.errors, name).toEqual([]);
    walk(document.toJS());
  }
  return commands;
}

/** Files without commands: the image, the formula, the dashboard and the alerts, which have a test of their own. */
const WITHOUT_COMMANDS = /Dockerfile|^(grafana|homebrew|prometheus)\//;

/** What a host gives to the commands: keys of a profile, and a store where no server is. */
const HOST = { REFIT_STORE: 'postgres://refit@127.0.0.1:1/refit', HOME: '', XDG_STATE_HOME: '' };

beforeAll(async () => {
  HOST.HOME = await mkdtemp(join(tmpdir(), 'refit-deploy-'));
  HOST.XDG_STATE_HOME = join(HOST.HOME, 'state');
  await mkdir(join(HOST.HOME, '.tencentcloud'));
  const keys = 'secret_id = AKIDexample\nsecret_key = example\n';
  await writeFile(join(HOST.HOME, '.tencentcloud/credentials'), `[default]\n${keys}[prod]\n${keys}`, {
    mode: 0o600,
  });
});

afterAll(() => rm(HOST.HOME, { recursive: true }));

it('every other file has commands, and each command exists with its flags', async () => {
  const commands = files.flatMap((name) => commandsIn(name).map((args) => ({ name, args })));
  expect(new Set(commands.map(({ name }) => name))).toEqual(
    new Set(files.filter((name) => !WITHOUT_COMMANDS.test(name))),
  );
  const helps = new Map<string, Awaited<ReturnType<typeof refit>>>();
  for (const { name, args } of commands) {
    const typed = `${name}: refit ${args.join(' ')}`;
    const words = args[0] === 'schedule' || args[0] === 'store' ? 2 : 1;
    const command = args.slice(0, words);
    const help = helps.get(command.join(' ')) ?? (await refit([...command, '--help']));
    helps.set(command.join(' '), help);
    expect(help.code, typed).toBe(0);
    for (const flag of args.filter((arg) => arg.startsWith('--')))
      expect(help.stdout, typed).toMatch(new RegExp(`(^|[ ,])${flag}[ \n]`, 'm'));
    // Refit accepts the command line, and fails only because the folder, the plan or the database is missing.
    const { stderr } = await refit(
      args.map((arg) => arg.replace(/^([\d.]+):\d+$/, '$1:0')),
      { env: HOST },
    );
    expect(stderr, typed).toMatch(/cannot be read|no such|nothing listens on 127.0.0.1, port 1\n/);
  }
});

/** Every file that builds, installs or runs something elsewhere. */
const templates = [
  ...files.map((name) => join('deploy', name)),
  'deploy/kubernetes/Dockerfile',
  'ci/gitlab.yml',
  'action.yml',
];
const linesOf = (name: string) =>
  readFileSync(join(ROOT, name), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line));
/** A digest, or a text that no registry accepts until somebody replaces it. */
const DIGEST = /^[\w./-]+(:[\w.-]+)?@sha256:([0-9a-f]{64}|REPLACE_WITH_[A-Z_]+)$/;

describe('the supply chain of every template', () => {
  it.each(templates)('%s installs no package by name', (name) => {
    for (const line of linesOf(name))
      expect(line).not.toMatch(
        /\bnpx\b|\b(npm|yarn|pnpm) (install|i|add|exec)\b|\bcurl\b|\bwget\b|\bapt(-get)? install\b/,
      );
  });

  it.each(templates)('%s pins actions by commit and images by digest', (name) => {
    for (const line of linesOf(name)) {
      const uses = /^\s*(?:- )?uses: (\S+)/.exec(line)?.[1];
      if (uses !== undefined) expect(uses, line).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
      const image = /^\s*(?:image: |FROM )([^\s{]+)/.exec(line)?.[1];
      if (image !== undefined) expect(image, line).toMatch(DIGEST);
      const named = name.includes('gitlab') ? /^ {4}name: (\S+)/.exec(line)?.[1] : undefined;
      if (named !== undefined && named !== '$REFIT_IMAGE') expect(named, line).toMatch(DIGEST);
    }
  });

  it('the image installs dependencies from the lock file only, and runs no script of theirs', () => {
    const installs = linesOf('deploy/kubernetes/Dockerfile').filter((line) => /\bnpm\b/.test(line));
    expect(installs).toHaveLength(1);
    expect(installs[0]).toContain('npm ci --omit=dev --ignore-scripts');
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    for (const [path, one] of Object.entries<{ integrity?: string; link?: boolean }>(packages))
      if (path !== '') expect(one.integrity, path).toMatch(/^sha512-/);
  });

  it.each(files.filter((name) => name.startsWith('kubernetes/') && name.endsWith('.yaml')))(
    '%s gives its pod no token of the cluster and no rights',
    (name) => {
      const pods: Record<string, unknown>[] = [];
      const find = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        if ('containers' in value) pods.push(value as Record<string, unknown>);
        for (const one of Object.values(value)) find(one);
      };
      for (const document of parseAllDocuments(textOf(name))) find(document.toJS());
      expect(pods).toHaveLength(1);
      const [pod] = pods;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(Object.keys(pod!)).not.toEqual(expect.arrayContaining(['hostNetwork', 'hostPID', 'hostIPC']));
      expect(JSON.stringify(pod!.volumes ?? [])).not.toContain('serviceAccountToken');
      const containers = pod!.containers as { name: string; volumeMounts?: { mountPath: string }[] }[];
      for (const container of containers) {
        expect(container, container.name).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { memory: expect.any(String) } },
        });
        const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
        expect(mounts.join()).not.toContain('serviceaccount');
      }
    },
  );
});

describe('the templates of workers', () => {
  interface Service {
    readonly image: string;
    readonly command?: string;
    readonly [key: string]: unknown;
  }
  const documents = (name: string) =>
    parseAllDocuments(textOf(name), { merge: true }).map((document) => document.toJS());

  it('the services of the Compose file have no rights, and workers start after the migration', () => {
    const [{ services, secrets }] = documents('compose/compose.yaml') as [
      { services: Record<string, Service>; secrets: Record<string, { file: string }> },
    ];
    const ours = Object.entries(services).filter(([, { image }]) => image.includes('/refit@'));
    expect(ours.map(([name]) => name)).toEqual(['migrate', 'worker-a', 'worker-b', 'scheduler']);
    for (const [name, service] of ours) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect(service.privileged, name).toBeUndefined();
      expect(service.ports, name).toBeUndefined();
      if (name !== 'migrate')
        expect(service.depends_on, name).toEqual({
          migrate: { condition: 'service_completed_successfully' },
        });
    }
    // Only the migration has the password of the owner, and no secret is in the file.
    expect(ours.filter(([, { env_file }]) => env_file === 'owner.env').map(([name]) => name)).toEqual([
      'migrate',
    ]);
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\.\//);
    expect(JSON.stringify(services)).not.toMatch(/postgres:\/\//);
  });

  it('a stop leaves time to hand runs over, on every platform', () => {
    const [{ services }] = documents('compose/compose.yaml') as [{ services: Record<string, Service> }];
    expect(services['worker-a']!.stop_grace_period).toBe('1m');
    const pod = documents('kubernetes/worker.yaml').find(({ kind }) => kind === 'Deployment').spec.template;
    expect(pod.spec.terminationGracePeriodSeconds).toBe(60);
    expect(textOf('systemd/refit-worker@.service')).toMatch(/^TimeoutStopSec=1min$/m);
    expect(HAND_OVER_GRACE).toBeLessThan(30 * SECOND);
  });

  it('a worker starts again after a restored database (6), because only a new process announces it', () => {
    expect(textOf('systemd/refit-worker@.service')).toMatch(/^RestartPreventExitStatus=64$/m);
    const [{ services }] = documents('compose/compose.yaml') as [{ services: Record<string, Service> }];
    expect(services['worker-a']!.restart).toBe('unless-stopped');
  });

  it('a disruption leaves a worker, and its probes ask paths that a worker serves', () => {
    const [budget, deployment] = documents('kubernetes/worker.yaml');
    const { selector, replicas, template } = deployment.spec;
    expect(budget.spec).toEqual({ minAvailable: 1, selector });
    expect(template.metadata.labels).toEqual(selector.matchLabels);
    expect(replicas).toBeGreaterThan(1);
    const [container] = template.spec.containers;
    const port = Number(container.args.at(-1).split(':').at(-1));
    expect(container.ports).toEqual([{ name: 'metrics', containerPort: port }]);
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      expect(container[probe].httpGet, probe).toEqual({
        path: probe === 'livenessProbe' ? '/healthz' : '/readyz',
        port: 'metrics',
      });
  });
});
