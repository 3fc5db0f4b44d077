/** The files in deploy/ are well formed, and every command and flag in them exists. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT, refit } from './refit.ts';

const DEPLOY = join(ROOT, 'deploy');
const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.\w+$/.test(name),
);
const textOf = (name: string) => readFileSync(join(DEPLOY, name), 'utf8');

/** The arguments of every `refit` in a file: in a shell line, an ExecStart, or the args of a refit container. */
function commandsIn(name: string): string[][] {
  if (name.endsWith('.service'))
    return [...textOf(name).matchAll(/^ExecStart=\S*refit (.+)$/gm)].map(([, args]) => args!.split(' '));
  if (!/\.ya?ml$/.test(name)) return [];
  const commands: string[][] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && value.startsWith('refit ')) commands.push(value.split(' ').slice(1));
    if (typeof value !== 'object' || value === null) return;
    const { image, args } = value as { image?: unknown; args?: unknown };
    if (typeof image === 'string' && /\/refit@/.test(image)) commands.push(args as string[]);
    for (const one of Object.values(value)) walk(one);
  };
  for (const document of parseAllDocuments(textOf(name), { uniqueKeys: true })) {
    expect(document.errors, name).toEqual([]);
    walk(document.toJS());
  }
  return commands;
}

/** Files without commands: the image, the dashboard and the alerts, which have a test of their own. */
const WITHOUT_COMMANDS = /Dockerfile|^(grafana|prometheus)\//;

it('every other file has commands, and each command exists with its flags', async () => {
  const commands = files.flatMap((name) => commandsIn(name).map((args) => ({ name, args })));
  expect(new Set(commands.map(({ name }) => name))).toEqual(
    new Set(files.filter((name) => !WITHOUT_COMMANDS.test(name))),
  );
  const helps = new Map<string, Awaited<ReturnType<typeof refit>>>();
  for (const { name, args } of commands) {
    const typed = `${name}: refit ${args.join(' ')}`;
    const words = args[0] === 'schedule' ? 2 : 1;
    const command = args.slice(0, words);
    const help = helps.get(command.join(' ')) ?? (await refit([...command, '--help']));
    helps.set(command.join(' '), help);
    expect(help.code, typed).toBe(0);
    for (const flag of args.filter((arg) => arg.startsWith('--')))
      expect(help.stdout, typed).toMatch(new RegExp(`(^|[ ,])${flag}[ \n]`, 'm'));
    // Refit accepts the command line, and fails only because the folder or the plan is missing.
    const { stderr } = await refit(args);
    expect(stderr, typed).toMatch(/cannot be read|no such/);
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
