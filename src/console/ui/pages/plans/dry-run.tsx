/** The dry run beside the editor: what the plan would order, at what cost, and when. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ShownReview, ShownTable } from '../../../../operations/reviews/show-review.ts';
import type { DryRunAnswer, DryRunRequest, InventoryNames } from '../../../api/plans.ts';
import { get, post, Refused } from '../../client.ts';
import { language, quantities, say } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Badge } from '../../parts/parts.tsx';
import { query, setQuery } from '../../router.ts';
import { Remedy, SEVERITY_TONES } from './finding-list.tsx';
import { PlanCourse } from './plan-course.tsx';
import { refusalText } from './plan-edit.ts';

/** Milliseconds without typing until a dry run against an inventory starts. */
const START_AFTER = 900;
/** Findings that are shown first. A button shows the others. */
const FIRST_FINDINGS = 8;
/** A spinner before this time would only flicker, milliseconds. */
const QUIET = 200;

/** A result with the text that it is of. */
interface Result {
  readonly answer: DryRunAnswer | Refused;
  readonly text: string;
}

export interface DryRunState {
  readonly text: Signal<string>;
  /** `live`, or a file name. */
  readonly inventory: Signal<string>;
  readonly price: Signal<boolean>;
  readonly isRunning: Signal<boolean>;
  /** The text has errors, which come first. */
  readonly isInvalid: boolean;
  readonly result: Signal<Result | null>;
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
  const price = useSignal(false);
  const isRunning = useSignal(false);
  const result = useSignal<Result | null>(null);
  const names = useSignal<InventoryNames | null>(null);
  const newest = useRef(0);
  const saidIn = useRef(language());
  const start = async (): Promise<void> => {
    newest.current += 1;
    const number = newest.current;
    const sent = text.value;
    isRunning.value = true;
    const request: DryRunRequest = {
      ...{ name: name.value, text: sent, inventory: inventory.value, language: language() },
      price: inventory.value === 'live' && price.value,
    };
    const answer = await post<DryRunAnswer>('/plans/dry-run', request).catch((error: unknown) => {
      if (error instanceof Refused) return error;
      throw error;
    });
    if (number !== newest.current) return;
    isRunning.value = false;
    result.value = { answer, text: sent };
  };
  const isFile = inventory.value !== 'live';
  const isReady = isFile && verdict === 'valid' && result.value?.text !== text.value;
  useEffect(() => {
    if (!isReady) return;
    const timer = setTimeout(() => void start(), START_AFTER);
    return () => clearTimeout(timer);
  }, [isReady, text.value, inventory.value]);
  useEffect(() => {
    if (!isNow || verdict === 'unknown') return;
    setQuery('dry', '');
    if (verdict === 'valid') void start();
  }, [isNow, verdict]);
  useEffect(() => {
    // In another language, and against another inventory, the result is another one.
    if (saidIn.current !== language() && !isFile && result.value !== null) void start();
    saidIn.current = language();
    if (result.value !== null && isFile) result.value = { ...result.value, text: '' };
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
    result.value = { answer, text: of };
  };
  const isInvalid = verdict === 'invalid';
  return { text, inventory, price, isRunning, isInvalid, result, names, start, show };
}

export function DryRunPanel({
  dryRun,
  inventories,
}: {
  dryRun: DryRunState;
  inventories: readonly string[];
}) {
  const { inventory, price, isRunning, isInvalid, result, text, start } = dryRun;
  const isLive = inventory.value === 'live';
  const isOutdated = result.value !== null && result.value.text !== '' && result.value.text !== text.value;
  return (
    <aside class={`dry-run${isOutdated ? ' outdated' : ''}`} aria-labelledby="dry-title">
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
        {isLive && (
          <label class="check">
            <input
              type="checkbox"
              checked={price.value}
              onChange={({ currentTarget }) => (price.value = currentTarget.checked)}
            />
            {say('dry.prices')}
          </label>
        )}
        <button type="button" onClick={() => void start()} title="Ctrl+Enter">
          {say('dry.run')}
        </button>
        <Progress isRunning={isRunning.value} isOutdated={isOutdated} />
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

/** What happens now, after a short time. */
function Progress({ isRunning, isOutdated }: { isRunning: boolean; isOutdated: boolean }) {
  const isSlow = useSignal(false);
  useEffect(() => {
    isSlow.value = false;
    if (!isRunning) return;
    const timer = setTimeout(() => (isSlow.value = true), QUIET);
    return () => clearTimeout(timer);
  }, [isRunning]);
  return (
    <span class="soft" role="status">
      {isSlow.value ? say('dry.running') : isOutdated ? say('dry.outdated') : ''}
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
  return <ReviewView review={answer.review} took={answer.took} />;
}

function ReviewView({ review, took }: { review: ShownReview; took: number }) {
  const { tone, word, sentence, facts, timeline } = review;
  const { duration } = quantities();
  return (
    <>
      <p class={`verdict-line verdict-${tone}`} role="status">
        <strong>{word}</strong> <span>{sentence}</span>
        {took > 0 && <span class="soft">{say('dry.took', { time: duration(took) })}</span>}
      </p>
      <Findings review={review} />
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
      {timeline !== null && <PlanCourse timeline={timeline} />}
      {[review.changes, review.effects, review.money, review.unchanged].map(
        (table) => table !== null && <TableView key={table.heading} table={table} />,
      )}
    </>
  );
}

/** The first findings, and how many there are of how many instances. */
function Findings({ review: { findings, found } }: { review: ShownReview }) {
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
          {say('dry.errors', { errors: errors.length, instances: instances.size })}
          {general > 0 && ` ${say('dry.errors.general', { count: general })}`}
        </p>
      )}
      <ul class="finding-list whole">
        {shown.map((finding, at) => (
          <li key={at}>
            <Badge tone={SEVERITY_TONES[finding.severity]} text={finding.severityName} />{' '}
            <code>{finding.code}</code> {finding.instance && <code>{finding.instance}</code>}
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

function TableView({ table }: { table: ShownTable }) {
  return (
    <section>
      <h3>{table.heading}</h3>
      <DataTable table={table} of={table.of} />
    </section>
  );
}
