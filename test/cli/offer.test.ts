/** What a shell offers for the word at the cursor: the answer that completion scripts get. */
import { describe, expect, it } from 'vitest';
import { formatOffer } from '../../src/cli/completion/answer-shell.ts';
import { type Offer, offer } from '../../src/cli/completion/offer.ts';
import { runsFor } from '../../src/cli/completion/runs-for.ts';
import { COMMANDS, FAMILIES } from '../../src/cli/program/commands.ts';
import { PROGRAM_OPTIONS } from '../../src/cli/program/shared-options.ts';
import { systemClock } from '../../src/clock.ts';

const TABLE = { options: PROGRAM_OPTIONS, families: FAMILIES, commands: COMMANDS };
const RUNS = ['runs/20260105T020000Z-3f2a9c1d'];

/** What is offered for a command line, and the store that was asked for runs. */
async function offered(typed: string, runs = RUNS) {
  const stores: (string | undefined)[] = [];
  const asked = await offer(typed.split(' ').slice(1), TABLE, {
    known: async (kind) => [`${kind}-1`, `${kind}-2`],
    async runs(_, store) {
      stores.push(store);
      return runs;
    },
  });
  return { ...asked, stores };
}

/** The offered words that start with the word at the cursor, as a shell shows them. */
function shown(typed: string, { words }: Offer): string[] {
  const current = typed.split(' ').at(-1)!;
  return words.map(({ word }) => word).filter((word) => word.startsWith(current));
}

describe('words', () => {
  it.each<[typed: string, ...fits: string[]]>([
    ['refit pl', 'plan'],
    ['refit --endpoint http://127.0.0.1:1 -q sta', 'status'],
    ['refit --endpoint=http://127.0.0.1:1 sta', 'status'],
    ['refit audit ', 'verify', 'replay', 'sign', 'export', 'events'],
    ['refit plan --pr', '--price', '--profile'],
    ['refit plan -', ...['-o', '-q', '-v', '-h']],
    ['refit plan --price -o x --pri'],
    ['refit simulate --fault lost-answer --fault', '--fault'],
    ['refit report --format j', 'json'],
    ['refit plan --format=j', '--format=json', '--format=junit'],
    ['refit apply saved.json --progress ', 'auto', 'plain', 'json'],
    ['refit status runs/', ...RUNS],
    ['refit audit verify runs/', ...RUNS],
    ['refit plan fleet.yaml --durations ', ...RUNS],
    ['refit set runs/x inF', 'inFlight='],
    ['refit set runs/x inFlight=3 req', 'requestsPerSecond='],
    ['refit explain codes', 'codes-1', 'codes-2'],
    ['refit simulate --fault faults', 'faults-1', 'faults-2'],
    ['refit --signature sig', 'signatures-1', 'signatures-2'],
    ['refit completion ', 'bash', 'zsh', 'fish'],
    ['refit plan fleet.yaml --write js', 'json='],
    ['refit plan fleet.yaml --write=js', '--write=json='],
    ['refit show saved.json more'],
    ['refit frob '],
    ['refit plan --frob=x'],
    ['refit plan --price=x'],
    ['refit --endpoint '],
  ])('%s', async (typed, ...fits) => {
    const found = shown(typed, await offered(typed));
    if (typed.endsWith(' -')) expect(found).toEqual(expect.arrayContaining(fits));
    else expect(found.sort()).toEqual(fits.sort());
  });

  it('offers every command with its summary, and none that is not typed by people', async () => {
    const { words } = await offered('refit ');
    expect(words.map(({ word }) => word)).toEqual([
      ...new Set(COMMANDS.map(({ name }) => name.split(' ')[0])),
    ]);
    expect(words.every(({ description }) => description.length > 0)).toBe(true);
  });
});

describe('what the shell adds', () => {
  it.each<[typed: string, answer: string]>([
    ['refit plan f', ':files yaml,yml '],
    ['refit show s', ':files json '],
    ['refit explain Refit.NoRegion fl', ':files yaml,yml '],
    ['refit plan x --write json=x.json fl', ':nothing * '],
    ['refit plan --write json=sa', ':files * json='],
    ['refit plan --write=json=sa', ':files * --write=json='],
    ['refit plan --inventory=fl', ':files * --inventory='],
    ['refit validate a.yaml ', ':files yaml,yml '],
    ['refit plan -- -f', ':files yaml,yml '],
    ['refit apply --run-dir ', ':folders * '],
    ['refit set x ', ':open * '],
    ['refit usage show ', ':nothing * '],
  ])('%s', async (typed, answer) => {
    expect(
      formatOffer(await offered(typed))
        .split('\n')
        .at(-2),
    ).toBe(answer);
  });

  it('offers folders if there are no runs', async () => {
    expect(formatOffer(await offered('refit status ', []))).toBe(':folders * \n');
  });

  it('keeps a line for each word, with its description', async () => {
    expect(formatOffer(await offered('refit schedule '))).toMatch(
      /^run\tcarry out .*\n(.+\t.+\n)+:nothing \* \n$/,
    );
  });
});

describe('the runs', () => {
  const STORE = 'postgres://alice@db.example/refit';
  it.each<[typed: string, store: string | undefined]>([
    [`refit status --store ${STORE} `, STORE],
    [`refit status --store=${STORE} 2026`, STORE],
    [`refit --store ${STORE} audit verify 2026`, STORE],
    ['refit status ', undefined],
  ])('%s are those of that store', async (typed, store) => {
    expect((await offered(typed)).stores).toEqual([store]);
  });

  // No server listens at port 1.
  it.each([
    ['', undefined],
    ['', 'folder'],
    ['runs/', 'postgres://127.0.0.1:1/refit'],
    ['', 'postgres://127.0.0.1:1/refit'],
    ['', 'no url'],
  ])('for %j with the store %s are directories, if any, without an error', async (typed, store) => {
    for (const run of await runsFor(typed, { store, env: {}, clock: systemClock }))
      expect(run).toMatch(/^runs\//);
  });
});
