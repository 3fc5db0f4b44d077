/** The waves of a run as steps, with what follows each: soak, gate and approval. */
import type { GateFacts, WaveBoundary } from '../../../../operations/picture/gate-facts.ts';
import type { RunView } from '../../../api/runs.ts';
import { quantities, say, sayMessage, sayThresholds } from '../../language.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { Badge, Bar } from '../../parts/parts.tsx';
import { wavePath } from '../../parts/paths.ts';
import { query, setQuery } from '../../router.ts';

const TONES: Readonly<Record<GateFacts['state'], string>> = {
  ...{ waiting: 'skipped', judging: 'live', passed: 'verified' },
  ...{ failed: 'failed', held: 'warning', released: 'verified' },
};

export function Waves({ run }: { run: RunView }) {
  const { waves } = run.picture;
  const haltsIf = sayThresholds(run.halts.run);
  if (waves.length < 2 && run.boundaries.length === 0 && haltsIf === '') return null;
  const chosen = query('wave');
  return (
    <section aria-labelledby="waves">
      <h2 id="waves">{say('run.waves')}</h2>
      {haltsIf !== '' && <p class="soft">{say('run.halts', { thresholds: haltsIf })}</p>}
      <ol class="waves">
        {waves.map(({ name, steps, ended, notVerified, inProgress, status }, at) => {
          const halts = run.halts.waves.find(({ wave }) => wave === at);
          const boundary = run.boundaries.find(({ wave }) => wave === at);
          return (
            <li
              key={at}
              class={`wave ${status}${status === 'ended' && notVerified > 0 ? ' short' : ''}`}
              aria-current={status === 'running' || status === 'soaking' ? 'step' : undefined}
            >
              <span class="wave-number" aria-hidden="true">
                {status === 'ended' ? (notVerified > 0 ? '!' : '✓') : at + 1}
              </span>
              <button
                type="button"
                class="link"
                aria-pressed={chosen === String(at)}
                title={say('run.wave.filter')}
                onClick={() => setQuery('wave', chosen === String(at) ? '' : String(at))}
              >
                <strong>{name}</strong>
              </button>
              <span class="soft">
                {say(`wave.${status}`)} · {ended} / {steps}
                {notVerified > 0 && <span class="bad"> · {say('run.wave.bad', { count: notVerified })}</span>}
              </span>
              <Bar
                label={`${name}: ${ended} / ${steps}`}
                of={steps}
                parts={[
                  ['verified', ended - notVerified],
                  ['failed', notVerified],
                  ['live', inProgress],
                ]}
              />
              {halts !== undefined && (
                <span class="soft">{say('run.halts.wave', { thresholds: sayThresholds(halts) })}</span>
              )}
              {boundary && <Boundary boundary={boundary} run={run} name={name} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Boundary({ boundary, run, name }: { boundary: WaveBoundary; run: RunView; name: string }) {
  const { soak, soaksUntil, gate, approval } = boundary;
  return (
    <div class="boundary">
      {soak > 0 && (
        <p>
          {say('wave.soak', { time: quantities().duration(soak) })}
          {soaksUntil && (
            <>
              {' '}
              · {say('wave.until')} <Countdown until={soaksUntil} />
            </>
          )}
        </p>
      )}
      {gate && <Gate gate={gate} />}
      {approval && (
        <p>
          {say('waits.approval')} · {say('wave.until')} <Countdown until={approval.until} />{' '}
          <a href={wavePath(run.id, name)}>{say('wave.review')}</a>
        </p>
      )}
    </div>
  );
}

/** The conditions of a gate, and what it found. */
export function Gate({ gate }: { gate: GateFacts }) {
  return (
    <div class="gate">
      <p>
        {say('gate.title')} <Badge tone={TONES[gate.state]} text={say(`gate.${gate.state}`)} />
        {gate.shadow && <small class="soft"> {say('gate.shadow')}</small>}
        {gate.until && (
          <>
            {' '}
            · {say('wave.until')} <Countdown until={gate.until} />
          </>
        )}
      </p>
      <ul>
        {gate.checks.map(({ judge, condition, outcome, found }) => (
          <li key={judge}>
            <code>{condition}</code>
            {outcome && (
              <>
                {' '}
                <span class={outcome === 'success' ? 'good' : 'bad'}>{say(`gate.found.${outcome}`)}</span>
                {found && <small class="soft">{sayMessage(found)}</small>}
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
