/** The files in deploy/ are well formed, and every command and flag in them exists. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
    if (typeof image === 'string' && /\/refit:/.test(image)) commands.push(args as string[]);
    for (const one of Object.values(value)) walk(one);
  };
  for (const document of parseAllDocuments(textOf(name), { uniqueKeys: true })) {
    expect(document.errors, name).toEqual([]);
    walk(document.toJS());
  }
  return commands;
}

it('every file except the image has commands, and each command exists with its flags', async () => {
  const commands = files.flatMap((name) => commandsIn(name).map((args) => ({ name, args })));
  expect(new Set(commands.map(({ name }) => name))).toEqual(
    new Set(files.filter((name) => !/Dockerfile/.test(name))),
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
