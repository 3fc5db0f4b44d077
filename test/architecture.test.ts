import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The structure of src/, each rule with what to do instead. Every import and every use of a guarded word is read from
 * the text; comments are taken out first.
 */

const SRC = resolve(import.meta.dirname, '../src');

interface Source {
  readonly name: string;
  readonly room: string;
  readonly text: string;
  readonly lines: number;
  /** Files of this project that it imports, types included, and packages. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

const sources: readonly Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('generated'))
  .map((name) => {
    const whole = readFileSync(join(SRC, name), 'utf8');
    const text = withoutComments(whole);
    const from = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([\w@./:-]+)'/g)].map(([, target]) => target!);
    return {
      name,
      room: roomOf(name),
      text,
      lines: whole.split('\n').length - 1,
      files: from
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(SRC, resolve(SRC, dirname(name), target))),
      packages: from.filter((target) => !target.startsWith('.')),
    };
  });

function roomOf(name: string): string {
  return name.includes('/') ? name.slice(0, name.indexOf('/')) : name.replace(/\.[jt]s$/, '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

/** The rooms from the lowest floor to the highest, and what each may import: the rooms named, and itself. */
const WORDS = ['units', 'given', 'text', 'closest-word', 'known-regions'];
const PURE = [
  ...WORDS,
  'model',
  'messages',
  'errors',
  'clock',
  'digest',
  'money',
  'next-command',
  'generated',
];
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  units: [],
  given: [],
  text: [],
  'closest-word': [],
  'known-regions': ['closest-word'],
  addresses: [],
  model: [],
  errors: [],
  clock: ['units'],
  digest: [],
  version: [],
  'slot-source': [],
  'node-version': [],
  platform: [],
  'require-node': ['version', 'node-version', 'platform'],
  generated: [],
  money: ['model'],
  'next-command': ['model'],
  messages: [...WORDS, 'model', 'errors', 'clock', 'money', 'next-command'],
  files: [...WORDS, 'model', 'errors', 'clock', 'next-command'],
  journal: [...WORDS, 'model', 'messages', 'errors', 'digest'],
  rules: [...WORDS, 'model', 'messages', 'errors'],
  approval: [...WORDS, 'model', 'messages', 'errors', 'clock', 'digest', 'generated'],
  plan: [...PURE, 'usage', 'rules', 'approval'],
  usage: ['model', 'units'],
  recommend: [...PURE, 'usage', 'rules', 'plan'],
  policy: [...PURE, 'addresses', 'rules', 'approval', 'plan'],
  report: [...PURE, 'usage', 'journal', 'plan', 'recommend'],
  cloud: [
    ...WORDS,
    'addresses',
    'files',
    'model',
    'messages',
    'errors',
    'clock',
    'digest',
    'money',
    'slot-source',
  ],
  simulator: [...WORDS, 'model', 'errors', 'clock'],
  store: [...PURE, 'files', 'journal', 'approval', 'plan', 'report', 'slot-source'],
  run: [...PURE, 'addresses', 'files', 'journal', 'approval', 'plan', 'policy', 'report', 'cloud', 'store'],
  telemetry: [...PURE, 'journal'],
  operations: [
    ...PURE,
    'addresses',
    'version',
    'files',
    'journal',
    'rules',
    'approval',
    'plan',
    'usage',
    'recommend',
    'policy',
    'report',
    'cloud',
    'simulator',
    'store',
    'run',
  ],
  schedule: [...PURE, 'files', 'journal', 'plan', 'report', 'store', 'telemetry'],
  worker: [
    ...PURE,
    'version',
    'files',
    'journal',
    'plan',
    'policy',
    'report',
    'store',
    'operations',
    'telemetry',
  ],
  console: [...PURE, 'journal', 'plan', 'operations', 'schedule'],
  cli: [
    ...PURE,
    'version',
    'console',
    'node-version',
    'platform',
    'files',
    'journal',
    'rules',
    'approval',
    'plan',
    'recommend',
    'policy',
    'report',
    'operations',
    'schedule',
    'telemetry',
    'worker',
  ],
  index: [
    'model',
    'errors',
    'clock',
    'require-node',
    'journal',
    'plan',
    'recommend',
    'report',
    'cloud',
    'store',
    'run',
    'operations',
  ],
};

describe('imports go down the floors only', () => {
  it.each(sources.map((source) => [source.name, source] as const))('%s', (_, { room, files }) => {
    const allowed = FLOORS[room];
    expect(allowed, `src/${room} is a new room: give it a floor here and in ARCHITECTURE.md`).toBeDefined();
    const climbing = [...new Set(files.map(roomOf))].filter(
      (target) => target !== room && !allowed!.includes(target),
    );
    expect(
      climbing,
      `${room} may import ${allowed!.join(', ') || 'nothing'}: move the line down, or hand the value in`,
    ).toEqual([]);
  });
});

describe('nothing imports in a circle, types included', () => {
  it('no file', () => {
    const graph = new Map(sources.map(({ name, files }) => [name, new Set(files)]));
    expect(
      circlesOf(graph),
      'move what both need into a file below them, as run/engine/run.ts has the types of a run',
    ).toEqual([]);
  });

  it.each(
    [...new Set(sources.map(({ room }) => room))].filter((room) =>
      sources.some(({ name }) => name.startsWith(`${room}/`)),
    ),
  )('no folder inside %s/: a folder counts as one, a file beside folders as itself', (room) => {
    const nodeOf = (name: string) => name.split('/').slice(0, 2).join('/');
    const graph = new Map<string, Set<string>>();
    for (const { name, files } of sources.filter((source) => source.name.startsWith(`${room}/`))) {
      const targets = graph.get(nodeOf(name)) ?? new Set();
      graph.set(nodeOf(name), targets);
      for (const file of files)
        if (file.startsWith(`${room}/`) && nodeOf(file) !== nodeOf(name)) targets.add(nodeOf(file));
    }
    expect(
      circlesOf(graph),
      'decide which of them is the lower one, and move what it needs of the other down into it',
    ).toEqual([]);
  });
});

/** Each circle of a graph, as the names on it in order. */
function circlesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const at = path.indexOf(name);
    if (at >= 0) circles.push([...path.slice(at), name].join(' > '));
    if (at >= 0 || done.has(name)) return;
    for (const target of graph.get(name) ?? []) visit(target, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
  return circles.filter((circle) => !NOT_YET.includes(circle));
}

/** What is still to be taken apart; nothing is added here. */
const NOT_YET: readonly string[] = [];

/** The most that a reader can take in: lines of a file, files of a folder. */
const MOST_LINES = 400;
const MOST_FILES = 22;

describe('a reader finds the way', () => {
  it(`no file has more than ${MOST_LINES} lines`, () => {
    expect(
      sources
        .filter(({ name, lines }) => lines > MOST_LINES && !NOT_YET.includes(name))
        .map(({ name, lines }) => `${name}: ${lines}`),
      'find the concept that is missing, and give it a file of its own',
    ).toEqual([]);
  });

  it(`no folder has more than ${MOST_FILES} files`, () => {
    const folders = Map.groupBy(sources, ({ name }) => dirname(name));
    expect(
      [...folders]
        .filter(([name, files]) => files.length > MOST_FILES && !NOT_YET.includes(name))
        .map(([name, { length }]) => `${name}: ${length}`),
      'find what some of them have in common, and make that a folder below this one',
    ).toEqual([]);
  });

  it('the library exports, and does nothing else', () => {
    const { text } = sources.find(({ name }) => name === 'index.ts')!;
    expect(
      text.replace(/^export (type )?(\{[^}]*\}|\*) from '[^']+';$/gm, '').trim(),
      'move it to operations/',
    ).toBe('');
  });
});

/** Doors: what may be used only in the files named, and what everybody else does instead. */
const DOORS: readonly { what: string; pattern: RegExp; files: RegExp; instead: string }[] = [
  {
    what: 'the time',
    pattern:
      /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|\bsetImmediate\(|\bperformance\.now\(/,
    // Pages run in browsers, without a Clock.
    files: /^(clock\.ts|console\/ui\/.+)$/,
    instead: 'take a Clock',
  },
  {
    what: 'chance',
    pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/,
    files: /^(operations\/connect|files\/write-file|console\/server\/random-token)\.ts$/,
    instead: 'take a function that gives numbers',
  },
  {
    what: 'the content of files',
    pattern: /import \{[^}]*\b(readFile|readFileSync|appendFile|createReadStream)\b[^}]*\} from 'node:fs/,
    // The text of the kernel about a process, the package's own files, and the code of the cache, which checks its folder.
    files: /^(files\/this-user|store\/folder\/process-state|version|cli\/start\/.+)\.ts$/,
    instead:
      'use files/open-file.ts and files/write-file.ts, which refuse what somebody else may have placed',
  },
  { what: 'the console', pattern: /\bconsole\./, files: /^$/, instead: 'return a string; cli/ prints it' },
  {
    what: 'the process',
    pattern: /(?<![/'])\bprocess\./,
    files:
      /^(cli\/.+|operations\/.+|require-node\.ts|files\/this-user\.ts|store\/folder\/(lock|process-state|run-files|run-directory)\.ts|run\/notify\/run-command\.ts)$/,
    instead: 'take what you need as an argument; cli/ reads the environment and exits',
  },
  {
    what: 'the commands and addresses of a plan',
    pattern:
      /(?<!RUN_FILES)\.hooks\b|(?<!\.\.)\.notify\b(?!\()|\{[^{}();.]*\b(hooks|notify)\b[^{}();.]*\}\s*(=[^>=]|:)|\bgate[?!]*\.(command|url)\b(?!-)|\{[^{}]*\b(command|url)\b[^{}]*\}\s*(= \w*\.?gate\b|: Gate\b)/,
    // The parser and the planner write them, and saved plans are checked; a run, a review or a policy takes effects.
    files: /^(plan\/(effects|make-plan|plan-from-run)\.ts|plan\/(parse|saved|forecast)\/.+)$/,
    instead: 'take the effects of plan/effects.ts, so that a run does nothing that was not shown',
  },
];

/** Packages and built-in modules, each with the only files that may import it. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  undici: /^cloud\/network\/http\.ts$/,
  'p-limit': /^(run\/(engine|control)\/.+|operations\/(plans\/plan-fleet|price-again)\.ts)$/,
  yaml: /^plan\/parse\/(read-yaml|syntax-finding)\.ts$/,
  croner: /^plan\/windows\/due-times\.ts$/,
  'temporal-polyfill': /^plan\/windows\/time-zone\.ts$/,
  'ical.js': /^plan\/windows\/calendar-file\.ts$/,
  commander: /^cli\/program\/run-program\.ts$/,
  'string-width': /^report\/document\/columns\.ts$/,
  pg: /^store\/postgres\/database\.ts$/,
  '@simplewebauthn/server': /^operations\/approvals\/passkey-registration\.ts$/,
  '@simplewebauthn/server/helpers': /^operations\/approvals\/passkey-registration\.ts$/,
  'openid-client': /^operations\/people\/open-sign-in\.ts$/,
  'pg-boss': /^store\/postgres\/(queue|jobs-schema)\.ts$/,
  tar: /^operations\/audit\/export-run\.ts$/,
  'd3-scale': /^(report\/charts\/.+|console\/ui\/pages\/fleet\/size-chart\.tsx)$/,
  'd3-shape': /^report\/charts\//,
  'node:fs': /^(version|store\/folder\/journal-file|cli\/start\/(code-cache|load-bundle))\.ts$/,
  'node:fs/promises': /^((files|store|run|operations|schedule|cli)\/.+)$/,
  'node:crypto':
    /^(digest|files\/write-file|console\/server\/random-token|approval\/(keys|passkey\/(credential-key|assertion|passkey))|cloud\/signing\/sign(-v1)?|simulator\/(gateway\/authenticate|actions\/tag))\.ts$/,
  'node:http': /^(simulator\/server|telemetry\/listener)\.ts$/,
  'node:https': /^simulator\/server\.ts$/,
  'node:net':
    /^(simulator\/server|operations\/ssh-agent|telemetry\/listener|store\/folder\/control-(socket|client)|store\/postgres\/database|cloud\/network\/(guarded-lookup|no-proxy))\.ts$/,
  'node:dns/promises': /^cloud\/network\/guarded-lookup\.ts$/,
  'node:path': /^((files|store|run|operations|schedule|cli)\/.+)$/,
  'node:os': /^(operations\/.+|store\/folder\/socket-path\.ts|cli\/.+)$/,
  'node:timers/promises': /^clock\.ts$/,
  'node:vm': /^cli\/start\/load-bundle\.ts$/,
  'node:v8': /^cli\/commands\/(console\/serve|run\/report)\.ts$/,
  'node:readline': /^cli\/.+$/,
  'node:readline/promises': /^cli\/.+$/,
  'node:child_process':
    /^(cli\/commands\/(simulator\/demo|console\/start-apply)|simulator\/throw-away-ca|run\/notify\/run-command|schedule\/lock-folder|store\/folder\/process-state)\.ts$/,
  fastify: /^console\/server\/.+$/,
  '@fastify/cookie': /^console\/server\/start-server\.ts$/,
  preact: /^console\/ui\/.+$/,
  'preact/hooks': /^console\/ui\/.+$/,
  '@preact/signals': /^console\/ui\/.+$/,
  'uplot/dist/uPlot.min.css': /^console\/ui\/pages\/run\/draw-rate\.ts$/,
  uplot: /^console\/ui\/pages\/run\/draw-rate\.ts$/,
  '@tanstack/virtual-core': /^console\/ui\/parts\/long-table\.tsx$/,
  ...Object.fromEntries(
    [
      ...[
        '@codemirror/autocomplete',
        '@codemirror/commands',
        '@codemirror/lang-yaml',
        '@codemirror/language',
      ],
      ...['@codemirror/lint', '@codemirror/state', '@codemirror/view', '@lezer/highlight'],
    ].map((name) => [name, /^console\/ui\/pages\/plans\/code-editor\.ts$/]),
  ),
  'node:zlib':
    /^(console\/server\/assets|store\/folder\/usage\/usage-frame|operations\/audit\/find-steps)\.ts$/,
  'node:sea': /^operations\/installed-files\.ts$/,
  'node:worker_threads': /^operations\/in-thread\.ts$/,
  'node:async_hooks': /^files\/file-ledger\.ts$/,
  'node:events': /^cli\/commands\/simulator\/demo\.ts$/,
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
    expect(
      sources.filter(
        ({ room, files }) => room === 'rules' && files.some((file) => roomOf(file) === 'simulator'),
      ),
    ).toEqual([]);
    expect(
      sources.filter(
        ({ room, files }) =>
          room === 'simulator' && files.some((file) => ['rules', 'plan'].includes(roomOf(file))),
      ),
    ).toEqual([]);
  });

  it("the provider's field names are spelt in cloud/wire/ and in the simulator alone", () => {
    const names = /\b(MemSize|RedisShardNum|RedisReplicasNum|InstanceSet|DealName|InstanceTags)\b/;
    const spelt = sources.filter(
      ({ name, room, text }) =>
        room !== 'simulator' &&
        !name.startsWith('cloud/wire/') &&
        names.test(text.replace(/'[^']*'|`[^`]*`/g, '')),
    );
    expect(
      spelt.map(({ name }) => name),
      'decode it in cloud/wire/ into a word of the model',
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
      sources
        .filter(({ name }) => !/^([a-z0-9-]+\/)*[a-z0-9-]+(\.d)?\.tsx?$/.test(name))
        .map(({ name }) => name),
    ).toEqual([]);
  });
});
