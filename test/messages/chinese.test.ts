/** The Chinese sentences say what the English ones say, and leave no English behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codes as english } from '../../src/messages/en/codes.ts';
import { en } from '../../src/messages/en/en.ts';
import { type Language, render } from '../../src/messages/messages.ts';
import { codes } from '../../src/messages/zh/codes.ts';
import { titleText } from '../../src/messages/zh/schema-titles.ts';
import { zh } from '../../src/messages/zh/zh.ts';
import type { Message } from '../../src/model.ts';
import { SAMPLE_MESSAGES } from './samples.ts';

/** Names, keys, commands, examples and abbreviations that are the same in every language. */
const KEPT = new Set(
  `AAAA authenticatorData base64url clientDataJSON com ES256 EdDSA example get id origin P passkey PIN rp RS256 RSA SPKI SSH
  webauthn all allow caches collect usage CPU false maxmemory noeviction ap apply approvals approve approvers Asia atLeast atMost auto calendars canary catchUp
  catchUpWithin check CHG command continue cost cron crs defaults deny dir doctor DOMAIN DTSTART duration ed Ed
  Ed25519 ed25519 endpoint env exclude execution expires explain export FailedOperation FILE finishBy FOLDER from
  gate GB grow guangzhou guards haltWhen http HTTP https iCalendar ID ids inFlight instance INSTANCE
  inventory json JSON key KEY keygen kind lastStart limit Markdown MB memoryPerShard name need NOTIFY once over
  owner p90 patience PEM PLAN plan plannedBy plans policy price prod profile pub reconcile redis Redis refit Refit region
  evictions statistic used fit growAt history holds horizon memory sizing over recommend backtest mustHold
  replicas report requestsPerSecond rest RFC roundTo run RUN Sat SAVED select serve SHA Shanghai shards show
  shrink sign skip soak sold spread ssh status Sun SystemError tags take targets TENCENTCLOUD Terraform terraform
  tfvars timezone true Tue Unknown UpgradeInstance URL urlEnv UTC UTF value VCALENDAR version waves
  Webhook wei windows write yaml YAML zones
  approvalExpiry CODE credentials KB ls hooks HmacSHA256 kill list new prune rm runs schedule secret SECRET SecretId SecretKey
  DescribeBaseMetrics monitor signature store tencentcloud TencentDB validate watch Web`.split(/\s+/),
);

/** Values of parameters that Chinese writes in its own words; `names.ts` has most of them. */
const TRANSLATED = new Set(
  `again bandwidth blocked grow billing connections memory capacity challenge changed day deleting drifted empty failure folder frozen halt halted inconclusive instance isolated
  list metric once order outside pause pending policy policy-refused postpaid prepaid private processing quote refused replica replicas
  rollback run-end running shards signature signed clock continue format ordered plan submitted task token unknown unrecognised url wait`.split(
    /\s+/,
  ),
);
/** Names of characters, where durations come from, what a policy demands, and gates that pause. */
const TRANSLATED_TEXT =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b|^an? |^the gate |^it is |^use a |^check the |^no such |^the (key|plan)\b|past runs$|^at most |^only |^no(ne)?$|^\d of /;

/** Every text and number in the parameters, also of messages inside. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(leavesOf);
}

/** The words of a message with its fix and its example. */
function wordsOf(message: Message, language: Language): string {
  const { message: text, fix, example } = render(message, language);
  return [text, fix, example].filter((part) => part !== null).join(' | ');
}

/** The words in Latin letters that no parameter has. Hexadecimal digits are the start of a digest. */
function latinWords(text: string, leaves: readonly string[]): string[] {
  const own = leaves
    .filter((leaf) => /[A-Za-z]/.test(leaf))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, leaf) => rest.replaceAll(leaf, ' '), text)
    .replace(
      /\b[\da-f]{6,}\b|\d+[dms]|\d+[hx]\b| -[ot] |% of( run)?|\b2xx\b|\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g,
      ' ',
    );
  return own.match(/[A-Za-z][A-Za-z0-9]*/g) ?? [];
}

describe.each(SAMPLE_MESSAGES.map((message) => [message.id, message] as const))('%s', (_, message) => {
  const [english, chinese] = [wordsOf(message, en), wordsOf(message, zh)];
  const leaves = leavesOf(message.params);

  it('has no English left', () => {
    expect(
      latinWords(chinese, leaves).filter((word) => !KEPT.has(word)),
      chinese,
    ).toEqual([]);
  });

  it('has every parameter that English has', () => {
    const missing = leaves.filter(
      (leaf) =>
        english.includes(leaf) &&
        !chinese.includes(leaf) &&
        !TRANSLATED.has(leaf) &&
        !TRANSLATED_TEXT.test(leaf),
    );
    expect(missing, chinese).toEqual([]);
  });
});

describe('what a key of a plan or policy takes', () => {
  const titlesIn = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const { title } = value as { readonly title?: unknown };
    return [...(typeof title === 'string' ? [title] : []), ...Object.values(value).flatMap(titlesIn)];
  };
  const read = (kind: string): unknown =>
    JSON.parse(readFileSync(join(import.meta.dirname, `../../schemas/${kind}.schema.json`), 'utf8'));

  it.each([...new Set(['plan', 'policy'].flatMap((kind) => titlesIn(read(kind))))])('%s', (title) => {
    const isValue = /^(true|pause or halt|required, or|tags\.KEY)/.test(title);
    expect(titleText(title)).toMatch(isValue ? /./ : /[\u4e00-\u9fff]/);
  });
});

describe('the explanations of codes', () => {
  it('explain the same codes', () => {
    expect(Object.keys(codes).sort()).toEqual(Object.keys(english).sort());
  });

  it.each(Object.entries(codes))('%s is explained in Chinese', (_, { meaning, checks }) => {
    expect(meaning).toMatch(/[\u4e00-\u9fff].*。$/);
    expect(checks).toMatch(/[\u4e00-\u9fff]|^[\w.: ,-]+/);
  });

  it('keeps a fix that is only a command', () => {
    expect(codes['Refit.Drifted'].fix).toBe(english['Refit.Drifted'].fix);
    expect(codes['Refit.ImplicitWave'].fix).toBe(english['Refit.ImplicitWave'].fix);
  });
});
