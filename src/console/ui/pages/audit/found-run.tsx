/** A run that a search found: its matching steps, its head, and its evidence. */
import { useSignal } from '@preact/signals';
import type { AuditedRun, FoundStep } from '../../../api/audit.ts';
import type { VerifiedRun } from '../../../api/runs.ts';
import { get, Refused } from '../../client.ts';
import { language, say, sayMessage } from '../../language.ts';
import { Badge, Copy, OutcomeBadge, Time } from '../../parts/parts.tsx';
import { RunBadge } from '../../parts/run-badge.tsx';

export function FoundRun({ run }: { run: AuditedRun }) {
  const path = `/runs/${encodeURIComponent(run.id)}`;
  return (
    <li>
      <div class="title">
        <a href={path}>
          <strong>{run.plan}</strong>
        </a>
        {run.change && <span>{run.change}</span>}
        <code>{run.id}</code>
        <span class="soft">
          <Time at={run.startedAt} /> – <Time at={run.endedAt} />
        </span>
        {run.exitCode !== null && (
          <RunBadge
            outcomes={run.outcomes}
            word={run.exitCode === 0 ? 'status.ended' : 'status.not-all-verified'}
            tone={run.exitCode === 0 ? 'verified' : 'warning'}
            isOver
          />
        )}
      </div>
      <p class="soft">
        {say('audit.people')}: {run.people.join(say('list'))} · {say('audit.steps', { count: run.steps })}
      </p>
      {run.matches.length > 0 && (
        <ul class="matches">
          {run.matches.map((step) => (
            <Step key={step.id} step={step} path={path} />
          ))}
        </ul>
      )}
      {run.found !== null && run.found > run.matches.length && (
        <p class="soft">
          <a href={path}>{say('audit.steps.more', { count: run.found - run.matches.length })}</a>
        </p>
      )}
      <Evidence run={run} path={path} />
    </li>
  );
}

function Step({ step, path }: { step: FoundStep; path: string }) {
  const { id, instance, name, wave, outcome, code, message, orders, requestIds, startedAt, endedAt } = step;
  return (
    <li>
      <div class="line">
        <OutcomeBadge outcome={outcome} />
        <a href={`${path}?q=${encodeURIComponent(instance)}`}>{id}</a> <span>{name}</span>
        <span class="soft">
          {say('run.wave')} {wave}
        </span>
        {startedAt !== null && (
          <span class="soft">
            <Time at={startedAt} /> – <Time at={endedAt} />
          </span>
        )}
      </div>
      {message !== null && (
        <p>
          {code && <code>{code}</code>} {sayMessage(message)}
        </p>
      )}
      {orders.length > 0 && (
        <p class="soft">
          {say('run.orders')}:{' '}
          {orders.map((order) => (
            <Copy key={order} text={order} />
          ))}{' '}
          {requestIds.length > 0 && `${say('run.request')}: `}
          {requestIds.map((one) => (
            <Copy key={one} text={one} />
          ))}
        </p>
      )}
    </li>
  );
}

/** The head of a run, who signed it, and what a third party needs to check it. */
function Evidence({ run, path }: { run: AuditedRun; path: string }) {
  const verified = useSignal<VerifiedRun | Refused | 'reading' | undefined>(undefined);
  const verify = async (): Promise<void> => {
    verified.value = 'reading';
    verified.value = await get<VerifiedRun>(`${path}/verify`).catch((error: unknown) => {
      if (error instanceof Refused) return error;
      throw error;
    });
  };
  const now = verified.value;
  return (
    <div class="evidence">
      <span>
        {say('audit.head')} <Copy text={run.head} shown={run.head.slice(0, 12)} />
      </span>
      <button type="button" disabled={now === 'reading'} onClick={() => void verify()}>
        {say('audit.verify')}
      </button>
      <a href={`/api${path}/evidence`} download target="_blank" rel="noopener">
        {say('audit.evidence')}
      </a>
      <a href={`/api${path}/report?format=html&language=${language()}`} target="_blank" rel="noopener">
        {say('audit.report')}
      </a>
      <div role="status">
        {now instanceof Refused && (
          <p class="warn">
            {now.message}. {now.fix}
          </p>
        )}
        {now !== undefined && now !== 'reading' && !(now instanceof Refused) && <Verified found={now} />}
      </div>
    </div>
  );
}

function Verified({
  found: { sound, entries, faults, warnings, signed, notTrusted },
}: {
  found: VerifiedRun;
}) {
  return (
    <>
      <p>
        <Badge
          tone={sound ? 'verified' : 'failed'}
          text={say(sound ? 'audit.sound' : 'audit.not-sound', { entries })}
        />
      </p>
      <ul>
        {faults.map((one) => (
          <li key={one} class="warn">
            {one}
          </li>
        ))}
        {notTrusted && <li class="warn">{sayMessage(notTrusted)}</li>}
        {signed.length === 0 && <li>{say('audit.unsigned')}</li>}
        {signed.map((one) => (
          <li key={one}>{one}</li>
        ))}
        {warnings.map((one) => (
          <li key={one} class="soft">
            {one}
          </li>
        ))}
      </ul>
    </>
  );
}
