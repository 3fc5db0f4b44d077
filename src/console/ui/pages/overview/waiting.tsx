/** What waits, for whom, and until when. */
import type { ComponentChildren } from 'preact';
import type { WaitingItem } from '../../../../operations/overview/overview.ts';
import type { Waiting as Waits } from '../../../../operations/overview/what-waits.ts';
import { say, sayMessage } from '../../language.ts';
import { Badge, Time } from '../../parts/parts.tsx';
import { Card, runPath } from './card.tsx';

const TONES: Readonly<Record<Waits['kind'], string>> = {
  approval: 'warning',
  declined: 'failed',
  'declined-unread': 'failed',
  gate: 'warning',
  paused: 'warning',
  window: 'skipped',
  maintenance: 'skipped',
  rest: 'skipped',
  store: 'warning',
  'no-worker': 'failed',
  interrupted: 'failed',
  'work-left': 'warning',
};

/** Kinds that a person must end come first. */
const ORDER: readonly Waits['kind'][] = [
  ...(['approval', 'gate', 'declined', 'declined-unread', 'interrupted', 'no-worker'] as const),
  ...(['store', 'work-left', 'paused', 'window', 'maintenance', 'rest'] as const),
];

export function Waiting({ items }: { items: readonly WaitingItem[] }) {
  const sorted = items.toSorted((a, b) => ORDER.indexOf(a.waits.kind) - ORDER.indexOf(b.waits.kind));
  return (
    <Card id="waiting" title={say('overview.waiting')} count={items.length}>
      {items.length === 0 ? (
        <p class="soft">{say('overview.waiting.none')}</p>
      ) : (
        <ul class="items">
          {sorted.map((item) => (
            <li key={item.run?.id ?? item.file}>
              <div class="line">
                <a href={pathOf(item)}>{item.plan}</a>
                <span class="soft">{item.run?.change ?? item.file}</span>
                <span class="end">
                  <Badge tone={TONES[item.waits.kind]} text={say(`waits.${item.waits.kind}`)} />
                </span>
              </div>
              <p class="reason">
                <Sentence waits={item.waits} />{' '}
                {item.opensAt !== undefined && <Until at={item.opensAt} word="waits.opens" />}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Where a person can do something about it. */
function pathOf({ run, file, waits }: WaitingItem): string {
  const needsReview =
    waits.kind === 'approval' || waits.kind === 'declined' || waits.kind === 'declined-unread';
  if (run === null) return `/reviews/${encodeURIComponent(file ?? '')}`;
  return needsReview ? `${runPath(run.id)}/review` : runPath(run.id);
}

function Sentence({ waits }: { waits: Waits }) {
  switch (waits.kind) {
    case 'approval':
      return <Approval waits={waits} />;
    case 'declined':
      return (
        <>
          {say('waits.declined.by', { by: waits.by })} <q>{waits.reason}</q> <Time at={waits.at} />
        </>
      );
    case 'declined-unread':
    case 'rest':
      return (
        <>
          {sayMessage(waits.message)} {waits.kind === 'rest' && <Until at={waits.until} />}
        </>
      );
    case 'gate':
      return <>{say('waits.gate.text', { wave: waits.wave })}</>;
    case 'paused':
      return (
        <>
          {say('waits.paused.text', { by: waits.by })} <Time at={waits.since} />
        </>
      );
    case 'window':
      return (
        <>
          {waits.opensAt === null ? (
            sayMessage(waits.message)
          ) : (
            <Until at={waits.opensAt} word="waits.opens" />
          )}
        </>
      );
    case 'maintenance':
      return (
        <>
          {say('waits.maintenance.text', { count: waits.count })}{' '}
          <Until at={waits.opensAt} word="waits.opens" />
        </>
      );
    case 'store':
      return (
        <>
          {waits.about === null ? waits.reason : sayMessage(waits.about)} <Until at={waits.until} />
        </>
      );
    case 'no-worker':
      return (
        <>
          {say('waits.no-worker.text', { count: waits.workers })} {waits.reason && sayMessage(waits.reason)}
        </>
      );
    case 'interrupted':
      return <>{say('waits.interrupted.text')}</>;
    case 'work-left':
      return <>{waits.message === null ? say('waits.work-left.text') : sayMessage(waits.message)}</>;
  }
}

function Until({ at, word = 'waits.until' }: { at: string | null; word?: 'waits.until' | 'waits.opens' }) {
  if (at === null) return null;
  return (
    <>
      {say(word)} <Time at={at} />
    </>
  );
}

function Approval({ waits }: { waits: Extract<Waits, { kind: 'approval' }> }) {
  const { wave, need, have, who, until } = waits;
  const names = (all: readonly string[]): ComponentChildren =>
    all.map((name, at) => (
      <span key={name}>
        {at > 0 && ', '}
        <strong>{name}</strong>
      </span>
    ));
  return (
    <>
      {wave === null ? say('waits.approval.plan') : say('waits.approval.wave', { wave })}{' '}
      {say('waits.approval.count', { have: have.length, need })}
      {have.length > 0 && <> ({names(have)})</>}. {say('waits.approval.who')}{' '}
      {who.length === 0 ? say('waits.approval.nobody') : names(who)} <Until at={until} />
    </>
  );
}
