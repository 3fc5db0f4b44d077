/** The dry run beside the editor: what the plan would order, at what cost, and when. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ShownReview, ShownTable } from '../../../../operations/reviews/show-review.ts';
import type { DryRunAnswer, DryRunRequest, InventoryNames } from '../../../api/plans.ts';
import { get, post, Refused } from '../../client.ts';
import { language, quantities, say } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Badge, Time } from '../../parts/parts.tsx';
import { query, setQuery, showIfWanted } from '../../router.ts';
import { Remedy, SEVERITY_TONES } from './finding-list.tsx';
import { PlanCourse } from './plan-course.tsx';
import { refusalText } from './plan-edit.ts';

/** Milliseconds without typing until a dry run against an inventory starts. */
const START_AFTER = 900;
/** Findings that are shown first. A button shows the others. */
const FIRST_FINDINGS = 8;
/** A spinner before this time would only flicker, milliseconds. */
const QUIET = 200;

/** A result with what it is of. */
interface Result {
  readonly answer: DryRunAnswer | Refused;
  readonly text: string;
  /** `live`, or a file name. */
  readonly inventory: string;
  readonly language: string;
}

/** Why a result is not one of now. */
type Outdated = 'text' | 'inventory';

export interface DryRunState {
  /** `live`, or a file name. */
  readonly inventory: Signal<string>;
  readonly price: Signal<boolean>;
  readonly isRunning: Signal<boolean>;
  /** The text has errors, which come first. */
  readonly isInvalid: boolean;
  readonly result: Signal<Result | null>;
  /** Why the result is not one of now; null: it is, or there is none. */
  readonly outdated: Outdated | null;
  /** Names of the chosen inventory. */
  readonly names: Signal<InventoryNames | null>;
  start(): Promise<void>;
  show(answer: DryRunAnswer, text: string): void;
}

/** @param verdict what the check has found in the text that is in the editor. */
export function useDryRun({
  name,
  text,
  inventories,
  verdict,
}: {
  name: Signal<string>;
  text: Signal<string>;
  inventories: readonly string[];
  verdict: 'valid' | 'invalid' | 'unknown';
}): DryRunState {
  const asked = query('inventory');
  /** The link of a due time: it runs against the live fleet, once. */
  const isNow = query('dry') === 'now';
  const first = isNow ? 'live' : (inventories[0] ?? 'live');
  const inventory = useSignal(inventories.includes(asked) ? asked : first);
  const price = useSignal(query('prices') === '1');
  const isRunning = useSignal(false);
  const result = useSignal<Result | null>(null);
  const names = useSignal<InventoryNames | null>(null);
  const newest = useRef(0);
  const saidIn = useRef(language());
  const start = async (): Promise<void> => {
    newest.current += 1;
    const number = newest.current;
    const sent = { text: text.value, inventory: inventory.value, language: language() };
    isRunning.value = true;
    const request: DryRunRequest = {
      ...{ ...sent, name: name.value },
      price: inventory.value === 'live' && price.value,
    };
    const answer = await post<DryRunAnswer>('/plans/dry-run', request).catch((error: unknown) => {
      if (error instanceof Refused) return error;
      throw error;
    });
    if (number !== newest.current) return;
    isRunning.value = false;
    result.value = { answer, ...sent };
  };
  const isFile = inventory.value !== 'live';
  const outdated = outdatedBy(result.value, { text: text.value, inventory: inventory.value });
  const isSaidNow = result.value?.language === language();
  const isReady = isFile && verdict === 'valid' && (outdated !== null || !isSaidNow);
  useEffect(() => {
    if (!isReady) return;
    const timer = setTimeout(() => void start(), START_AFTER);
    return () => clearTimeout(timer);
  }, [isReady, text.value, inventory.value, language()]);
  useEffect(() => {
    if (!isNow || verdict === 'unknown') return;
    setQuery('dry', '');
    setQuery('prices', '');
    if (verdict === 'valid') void start();
  }, [isNow, verdict]);
  useEffect(() => {
    // In another language, the result is another one.
    if (saidIn.current !== language() && !isFile && result.value !== null) void start();
    saidIn.current = language();
  }, [language(), inventory.value]);
  useEffect(() => {
    names.value = null;
    if (!isFile) return;
    const over = new AbortController();
    get<InventoryNames>(`/inventories/${encodeURIComponent(inventory.value)}/names`, over.signal).then(
      (read) => {
        names.value = read;
      },
      () => undefined,
    );
    return () => over.abort();
  }, [inventory.value]);
  const show = (answer: DryRunAnswer, of: string): void => {
    newest.current += 1;
    isRunning.value = false;
    result.value = { answer, text: of, inventory: inventory.value, language: language() };
  };
  const isInvalid = verdict === 'invalid';
  return { inventory, price, isRunning, isInvalid, result, outdated, names, start, show };
}

function outdatedBy(result: Result | null, now: Pick<Result, 'text' | 'inventory'>): Outdated | null {
  if (result === null) return 'text';
  if (result.inventory !== now.inventory) return 'inventory';
  return result.text === now.text ? null : 'text';
}

export function DryRunPanel({
  dryRun,
  inventories,
}: {
  dryRun: DryRunState;
  inventories: readonly string[];
}) {
  const { inventory, price, isRunning, isInvalid, result, start } = dryRun;
  const isLive = inventory.value === 'live';
  const outdated = result.value === null ? null : dryRun.outdated;
  return (
    <aside class={`dry-run${outdated === null ? '' : ' outdated'}`} aria-labelledby="dry-title">
      <h2 id="dry-title">{say('dry.title')}</h2>
      <div class="dry-tools">
        <label>
          {say('dry.against')}
          <select
            value={inventory.value}
            onChange={({ currentTarget }) => {
              inventory.value = currentTarget.value;
              setQuery('inventory', currentTarget.value);
            }}
          >
            <option value="live">{say('dry.live')}</option>
            {inventories.map((file) => (
              <option key={file} value={file}>
                {file}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isLive && price.value}
            disabled={!isLive}
            aria-describedby={isLive ? undefined : 'dry-no-prices'}
            onChange={({ currentTarget }) => (price.value = currentTarget.checked)}
          />
          {say('dry.prices')}
          {!isLive && (
            <small class="soft" id="dry-no-prices">
              {say('dry.prices.live')}
            </small>
          )}
        </label>
        <button type="button" onClick={() => void start()} title="Ctrl+Enter">
          {say('dry.run')}
        </button>
        <Progress isRunning={isRunning.value} outdated={outdated} of={result.value?.inventory ?? ''} />
      </div>
      {result.value === null ? (
        <p class="soft">
          {say('dry.hint')} {say(isInvalid ? 'dry.invalid' : isLive ? 'dry.hint.live' : 'dry.hint.file')}
        </p>
      ) : (
        <div class="dry-result">
          <ResultView answer={result.value.answer} isInvalid={isInvalid} />
        </div>
      )}
    </aside>
  );
}

/** What happens now, after a short time. @param of the inventory of the result. */
function Progress({
  isRunning,
  outdated,
  of,
}: {
  isRunning: boolean;
  outdated: Outdated | null;
  of: string;
}) {
  const isSlow = useSignal(false);
  useEffect(() => {
    isSlow.value = false;
    if (!isRunning) return;
    const timer = setTimeout(() => (isSlow.value = true), QUIET);
    return () => clearTimeout(timer);
  }, [isRunning]);
  return (
    <span class="soft" role="status">
      {isSlow.value
        ? say('dry.running')
        : outdated === 'text'
          ? say('dry.outdated')
          : outdated === 'inventory'
            ? say('dry.outdated.inventory', { inventory: of === 'live' ? say('dry.live') : of })
            : ''}
    </span>
  );
}

function ResultView({ answer, isInvalid }: { answer: DryRunAnswer | Refused; isInvalid: boolean }) {
  if (answer instanceof Refused)
    return (
      <p class="verdict-line verdict-bad" role="alert">
        {refusalText(answer)}
      </p>
    );
  // The findings beside it say what is wrong, and they are corrected meanwhile.
  if (answer.review === null) return isInvalid ? <p class="soft">{say('dry.invalid')}</p> : null;
  return <ReviewView answer={answer} review={answer.review} />;
}

function ReviewView({
  answer: { took, changedSince },
  review,
}: {
  answer: Pick<DryRunAnswer, 'took' | 'changedSince'>;
  review: ShownReview;
}) {
  const { tone, word, sentence, facts, timeline, verdict, leftOut, names } = review;
  const { duration } = quantities();
  const isBlocked = verdict === 'blocked';
  return (
    <>
      {changedSince && <ChangedSince since={changedSince} />}
      <p class={`verdict-line verdict-${tone}`} role="status">
        <strong>
          {word}
          {!isBlocked && leftOut > 0 && say('dry.leftOut', { count: leftOut })}
        </strong>{' '}
        <span>{sentence}</span>
        {took > 0 && <span class="soft">{say('dry.took', { time: duration(took) })}</span>}
      </p>
      {isBlocked && <Findings review={review} />}
      <dl class="fact-list">
        {facts.map(({ id, name, text }) => (
          <>
            <dt key={`${id}-name`}>{name}</dt>
            <dd key={id}>
              <Amounts text={text} />
            </dd>
          </>
        ))}
      </dl>
      {!isBlocked && <Findings review={review} />}
      {timeline !== null && <PlanCourse timeline={timeline} />}
      {review.changes !== null && (
        <div id="changes" ref={showIfWanted}>
          <TableView table={review.changes} names={names} />
        </div>
      )}
      {[review.effects, review.money, review.unchanged].map(
        (table) => table !== null && <TableView key={table.heading} table={table} names={names} />,
      )}
    </>
  );
}

/** A run has changed instances of the inventory after somebody read it. */
function ChangedSince({ since: { run, plan, at } }: { since: NonNullable<DryRunAnswer['changedSince']> }) {
  return (
    <div class="notices">
      <p>
        {say('dry.changedSince')} <a href={`/runs/${encodeURIComponent(run)}`}>{plan}</a>
        {at !== null && (
          <>
            {', '}
            <Time at={at} />
          </>
        )}
        . {say('dry.changedSince.fix')}
      </p>
    </div>
  );
}

/** The first findings, and how many there are of how many instances. */
function Findings({ review: { findings, found, names, leftOut, verdict } }: { review: ShownReview }) {
  const isWhole = useSignal(false);
  if (findings.length === 0) return null;
  const shown = isWhole.value ? findings : findings.slice(0, FIRST_FINDINGS);
  const errors = findings.filter(({ severity }) => severity === 'error');
  const instances = new Set(errors.flatMap(({ instance }) => instance ?? []));
  const general = errors.filter(({ instance }) => instance === null).length;
  return (
    <>
      {errors.length > 0 && (
        <p class="soft">
          {verdict === 'blocked'
            ? say('dry.errors', { errors: errors.length, instances: instances.size })
            : say('dry.leftOut.why', { count: leftOut })}
          {general > 0 && ` ${say('dry.errors.general', { count: general })}`}
        </p>
      )}
      <ul class="finding-list whole">
        {shown.map((finding, at) => (
          <li key={at}>
            <Badge tone={SEVERITY_TONES[finding.severity]} text={finding.severityName} />{' '}
            <code>{finding.code}</code>{' '}
            {finding.instance && (
              <>
                <strong>{names[finding.instance]}</strong> <code>{finding.instance}</code>
              </>
            )}
            <p>{finding.message}</p>
            <Remedy finding={finding} />
          </li>
        ))}
      </ul>
      {shown.length < findings.length && (
        <button type="button" onClick={() => (isWhole.value = true)}>
          {say('dry.findings.all', { shown: shown.length, all: findings.length })}
        </button>
      )}
      {found > findings.length && (
        <p class="soft">{say('editor.more', { count: found - findings.length })}</p>
      )}
    </>
  );
}

function TableView({ table, names }: { table: ShownTable; names: ShownReview['names'] }) {
  return (
    <section>
      <h3>{table.heading}</h3>
      <DataTable table={table} of={table.of} names={names} />
    </section>
  );
}
