/** The small parts of every page: the design system of the console. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Outcome } from '../../../model.ts';
import type { Refused } from '../client.ts';
import { say, sayTime } from '../language.ts';
import type { WordId } from '../words/en.ts';
import { sayRefusal } from './say-refusal.ts';

/** A state in words, with a mark in its colour. @param tone a colour of `style.css`. */
export function Badge({ tone, text }: { tone: string; text: string }) {
  return <span class={`badge tone-${tone}`}>{text}</span>;
}

/** The outcome of a step. */
export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  return <Badge tone={outcome} text={say(`outcome.${outcome}`)} />;
}

/** A time in the zone of the browser; UTC is its tooltip. */
export function Time({ at }: { at: string | null }) {
  if (at === null) return <span class="soft">–</span>;
  const { text, utc } = sayTime(at);
  return (
    <time dateTime={at} title={utc}>
      {text}
    </time>
  );
}

/** A text that people copy, such as an order number. @param shown a shorter form. */
export function Copy({ text, shown = text }: { text: string; shown?: string }) {
  const isCopied = useSignal(false);
  return (
    <button
      type="button"
      class="copy"
      title={say('copy')}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          isCopied.value = true;
          setTimeout(() => {
            isCopied.value = false;
          }, 1_500);
        });
      }}
    >
      <code>{shown}</code>
      <span class="copied" role="status">
        {isCopied.value ? say('copied') : ''}
      </span>
    </button>
  );
}

/** A figure with its name. @param isWide for a long text: it takes two columns. */
export function Fact({
  name,
  isWide = false,
  children,
}: {
  name: string;
  isWide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={isWide ? 'fact wide' : 'fact'}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What could not be done, and what the person can do. */
export function Problem({ error, onAgain }: { error: Refused; onAgain?: () => void }) {
  const { message, fix } = sayRefusal(error);
  return (
    <section class="problem" role="alert">
      <h1>{say(error.status === 401 ? 'signedOut.title' : 'error.title')}</h1>
      <p>{message}</p>
      <p>
        <strong>{say('error.fix')}: </strong>
        {fix}
      </p>
      {onAgain && (
        <button type="button" onClick={onAgain}>
          {say('error.again')}
        </button>
      )}
    </section>
  );
}

/** Nothing to show, and how that changes. @param command what a person types for it. */
export function Empty({ title, text, command }: { title: WordId; text: WordId; command: string }) {
  return (
    <section class="empty">
      <h2>{say(title)}</h2>
      <p>{say(text)}</p>
      <Copy text={command} />
    </section>
  );
}

/** How much of a whole has ended, by outcome, as a bar. @param parts in the order of the bar. */
export function Bar({
  parts,
  of,
  label,
}: {
  parts: readonly (readonly [tone: string, count: number])[];
  of: number;
  label: string;
}) {
  return (
    <svg
      class="bar"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${Math.max(1, of)} 1`}
      preserveAspectRatio="none"
    >
      {parts.map(([tone, count], at) => (
        <rect
          key={tone}
          class={`fill-${tone}`}
          x={parts.slice(0, at).reduce((sum, [, before]) => sum + before, 0)}
          width={count}
          height="1"
        />
      ))}
    </svg>
  );
}
