/** What waits, for whom, and until when. */
import type { ComponentChildren } from 'preact';
import type { WaitingItem } from '../../../../operations/overview/overview.ts';
import type { Waiting as Waits } from '../../../../operations/overview/what-waits.ts';
import { say, sayMessage } from '../../language.ts';
import { Badge, Time } from '../../parts/parts.tsx';
import { waitingPath, wavePath } from '../../parts/paths.ts';
import type { WordId } from '../../words/en.ts';
import { Card } from './card.tsx';

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
                <Sentence waits={item.waits} />
              </p>
              <p class="soft facts-line">
                {deadlines(item).map(([word, at]) => (
                  <span key={word}>
                    {say(word)} <Time at={at} />
                  </span>
                ))}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function pathOf(item: WaitingItem): string {
  const { run, waits } = item;
  if (run !== null && waits.kind === 'approval' && waits.wave !== null) return wavePath(run.id, waits.wave);
  return waitingPath({ ...item, kind: waits.kind });
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
      return <>{sayMessage(waits.message)}</>;
    case 'gate':
      return <>{say('waits.gate.text', { wave: waits.wave })}</>;
    case 'paused':
      return (
        <>
          {say('waits.paused.text', { by: waits.by })} <Time at={waits.since} />
        </>
      );
    case 'window':
      return <>{waits.opensAt === null && sayMessage(waits.message)}</>;
    case 'maintenance':
      return <>{say('waits.maintenance.text', { count: waits.count })}</>;
    case 'store':
      return <>{waits.about === null ? waits.reason : sayMessage(waits.about)}</>;
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

/** Until when it waits, and what happens then. */
function deadlines({ waits, opensAt }: WaitingItem): readonly [WordId, string][] {
  const all: readonly (readonly [WordId, string | null])[] = [
    waits.kind === 'approval'
      ? [waits.wave === null ? 'waits.expires' : 'waits.approval.ends', waits.until]
      : waits.kind === 'gate' || waits.kind === 'paused'
        ? ['waits.drains', waits.until]
        : ['waits.until', 'until' in waits ? waits.until : null],
    ['waits.opens', 'opensAt' in waits ? waits.opensAt : (opensAt ?? null)],
  ];
  return all.flatMap(([word, at]): [WordId, string][] => (at === null ? [] : [[word, at]]));
}

function Approval({ waits }: { waits: Extract<Waits, { kind: 'approval' }> }) {
  const { wave, need, have, who } = waits;
  // Nobody of them can be missing.
  const isEach = who.length > 0 && who.length === need - have.length;
  const names = (all: readonly string[]): ComponentChildren =>
    all.map((name, at) => (
      <span key={name}>
        {at > 0 && say('list')}
        <strong>{name}</strong>
      </span>
    ));
  return (
    <>
      {wave === null ? say('waits.approval.plan') : say('waits.approval.wave', { wave })}{' '}
      {say('waits.approval.count', { have: have.length, need })}
      {have.length > 0 && (
        <>
          {say('waits.approval.by')} {names(have)}
        </>
      )}
      {say(isEach ? 'waits.approval.must' : 'waits.approval.who')}{' '}
      {who.length === 0 ? say('waits.approval.nobody') : names(who)}
      {isEach && who.length > 1 && (
        <>
          {' '}
          {who.length === 2 ? say('waits.approval.both') : say('waits.approval.all', { count: who.length })}
        </>
      )}
    </>
  );
}
