import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The house rules, each with what to do instead. How: every import and every use of a guarded word in src/ is read
 * from the text; comments are taken out first.
 */

const SRC = resolve(import.meta.dirname, '../src');

interface Source {
  readonly name: string;
  readonly room: string;
  readonly text: string;
  /** Rooms or root files of this project that it imports, and packages. */
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
  .map((name) => {
    const text = withoutComments(readFileSync(join(SRC, name), 'utf8'));
    const from = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([\w@./:-]+)'/g)].map(([, target]) => target!);
    return {
      name,
      room: roomOf(name),
      text,
      rooms: from
        .filter((target) => target.startsWith('.'))
        .map((target) => roomOf(relative(SRC, resolve(SRC, dirname(name), target)))),
      packages: from.filter((target) => !target.startsWith('.')),
    };
  });

function roomOf(name: string): string {
  return name.includes('/') ? name.slice(0, name.indexOf('/')) : name.replace(/\.[jt]s$/, '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

/** What each room may import beside itself: the floors below it, never above, and no neighbour that is not named. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  errors: [],
  clock: [],
  digest: [],
  version: [],
  generated: [],
  money: ['model'],
  journal: ['model', 'errors', 'digest'],
  rules: ['model', 'errors'],
  approval: ['model', 'errors', 'clock', 'digest', 'generated'],
  plan: ['model', 'money', 'errors', 'clock', 'digest', 'rules', 'approval', 'generated'],
  report: ['model', 'money', 'errors', 'digest', 'journal'],
  cloud: ['model', 'errors', 'clock', 'digest', 'journal'],
  run: ['model', 'errors', 'clock', 'digest', 'journal', 'approval', 'plan', 'report', 'cloud'],
  schedule: ['model', 'errors', 'clock', 'digest', 'journal', 'plan', 'report', 'run'],
  simulator: ['model', 'errors', 'clock'],
  index: [
    'model',
    'errors',
    'clock',
    'journal',
    'rules',
    'approval',
    'plan',
    'report',
    'cloud',
    'run',
    'simulator',
    'version',
  ],
  cli: [
    'model',
    'money',
    'errors',
    'clock',
    'journal',
    'rules',
    'approval',
    'plan',
    'report',
    'cloud',
    'run',
    'schedule',
    'simulator',
    'index',
    'version',
    'generated',
  ],
};

describe('imports go down the floors only', () => {
  it.each(sources.map((source) => [source.name, source] as const))('%s', (_, { room, rooms }) => {
    const allowed = FLOORS[room];
    expect(allowed, `src/${room} is a new room: give it a floor here and in ARCHITECTURE.md`).toBeDefined();
    const climbing = [...new Set(rooms)].filter((target) => target !== room && !allowed!.includes(target));
    expect(
      climbing,
      `${room} may import ${allowed!.join(', ') || 'nothing'}: move the line down, or hand the value in`,
    ).toEqual([]);
  });
});

/** Doors: what may be used only in the files named, and what everybody else does instead. */
const DOORS: readonly { what: string; pattern: RegExp; files: RegExp; instead: string }[] = [
  {
    what: 'the time',
    pattern:
      /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bsetImmediate\(|\bperformance\.now\(/,
    files: /^clock\.ts$/,
    instead: 'take a Clock',
  },
  {
    what: 'chance',
    pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/,
    files: /^index\.ts$/,
    instead: 'take a function that gives numbers',
  },
  { what: 'the console', pattern: /\bconsole\./, files: /^$/, instead: 'return a string; cli/ prints it' },
  {
    what: 'the process',
    pattern: /\bprocess\./,
    files: /^(cli\/.+|index\.ts|run\/(lock|run-files|run-directory|run-command)\.ts)$/,
    instead: 'take what you need as an argument; cli/ reads the environment and exits',
  },
];

/** Packages and built-in modules, each with the only files that may import it. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  undici: /^cloud\/http\.ts$/,
  'p-limit': /^(run\/(execute|spread|steering)|index)\.ts$/,
  yaml: /^plan\/(read-yaml|places|syntax-finding|plan-text)\.ts$/,
  croner: /^plan\/due-times\.ts$/,
  'temporal-polyfill': /^plan\/time-zone\.ts$/,
  'ical.js': /^plan\/calendar-file\.ts$/,
  commander: /^cli\/program\.ts$/,
  'string-width': /^report\/columns\.ts$/,
  tar: /^cli\/evidence-archive\.ts$/,
  'd3-scale': /^report\/pictures\//,
  'd3-shape': /^report\/pictures\//,
  'node:fs': /^(version|run\/journal-file|cli\/keep-compiled)\.ts$/,
  'node:fs/promises': /^(index\.ts|run\/.+|schedule\/.+|cli\/.+)$/,
  'node:crypto': /^(digest|approval\/(public|private)-key|cloud\/sign(-v1)?|simulator\/authenticate)\.ts$/,
  'node:http': /^(simulator\/server|schedule\/health-server)\.ts$/,
  'node:https': /^simulator\/server\.ts$/,
  'node:net': /^(simulator\/server|run\/(control-socket|ask-run))\.ts$/,
  'node:path': /^(index\.ts|run\/.+|schedule\/.+|cli\/.+)$/,
  'node:os': /^(index\.ts|run\/socket-path\.ts|cli\/.+)$/,
  'node:module': /^cli\/keep-compiled\.ts$/,
  'node:url': /^cli\/.+$/,
  'node:readline': /^cli\/.+$/,
  'node:readline/promises': /^cli\/.+$/,
  'node:child_process':
    /^(cli\/commands\/demo|simulator\/throw-away-ca|run\/run-command|schedule\/launch)\.ts$/,
  'node:events': /^cli\/commands\/demo\.ts$/,
};

describe('time, chance, output, files and the network enter by one door each', () => {
  it.each(DOORS)('$what', ({ pattern, files, instead }) => {
    const elsewhere = sources
      .filter(({ name, text }) => !files.test(name) && pattern.test(text))
      .map(({ name }) => name);
    expect(elsewhere, instead).toEqual([]);
  });

  it('packages are imported by the files that own them', () => {
    const elsewhere = sources.flatMap(({ name, packages }) =>
      packages.filter((one) => !PACKAGES[one]?.test(name)).map((one) => `${name} imports ${one}`),
    );
    expect(
      elsewhere,
      'go through the file that owns it, or name a new door here and in ARCHITECTURE.md',
    ).toEqual([]);
  });
});

describe('the two pictures of the provider stay independent', () => {
  it('rules and simulator never import each other, so that their agreement proves something', () => {
    expect(sources.filter(({ room, rooms }) => room === 'rules' && rooms.includes('simulator'))).toEqual([]);
    expect(
      sources.filter(
        ({ room, rooms }) => room === 'simulator' && (rooms.includes('rules') || rooms.includes('plan')),
      ),
    ).toEqual([]);
  });

  it("the provider's field names are spelt in cloud/wire.ts and in the simulator alone", () => {
    const names = /\b(MemSize|RedisShardNum|RedisReplicasNum|InstanceSet|DealName|InstanceTags)\b/;
    const spelt = sources.filter(
      ({ name, room, text }) =>
        room !== 'simulator' && name !== 'cloud/wire.ts' && names.test(text.replace(/'[^']*'|`[^`]*`/g, '')),
    );
    expect(
      spelt.map(({ name }) => name),
      'decode it in cloud/wire.ts into a word of model.ts',
    ).toEqual([]);
  });
});

describe('names', () => {
  it('there is no room or file for things without a name', () => {
    const vague = sources.filter(({ name }) =>
      /(^|\/)(utils?|helpers?|common|types|services?|misc)(\.ts|\/)/.test(name),
    );
    expect(
      vague.map(({ name }) => name),
      'name it for what it holds or does',
    ).toEqual([]);
  });

  it('files are named in kebab-case', () => {
    expect(
      sources.filter(({ name }) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(name)).map(({ name }) => name),
    ).toEqual([]);
  });
});
