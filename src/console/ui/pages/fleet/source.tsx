/** Where the shown fleet is from, how old it is, and how somebody reads it again. */
import { useSignal } from '@preact/signals';
import type { FleetReadingView, FleetReadRequest, FleetSource } from '../../../api/fleet.ts';
import { permits } from '../../../api/roles.ts';
import type { Person } from '../../../api/session.ts';
import { quantities, say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Time } from '../../parts/parts.tsx';
import { sayRefusal } from '../../parts/say-refusal.ts';

/** Milliseconds. */
const MINUTE = 60_000;

interface SourceProps {
  view: FleetReadingView;
  person: Person;
  read: (source: FleetReadRequest) => void;
}

/** A bar with the source, the age and the buttons. */
export function SourceBar({ view, person, read }: SourceProps) {
  const isAsking = useSignal(false);
  const { reading, inProgress } = view;
  const mayRead = permits(person.roles, 'plan');
  const isLive = reading?.source.kind === 'live';
  return (
    <>
      <div class="about fleet-source">
        {reading !== null && (
          <span>
            {sourceText(reading.source)} · {say('fleet.readAt')} <Time at={reading.readAt} />{' '}
            <span class="soft">{agoText(reading.readAt)}</span>
          </span>
        )}
        {mayRead && (
          <>
            {reading !== null && (
              <button
                type="button"
                disabled={inProgress !== null}
                onClick={() => read(again(reading.source))}
              >
                {say('fleet.again')}
              </button>
            )}
            <Sources view={view} read={read} />
            {isLive && (
              <button type="button" disabled={inProgress !== null} onClick={() => (isAsking.value = true)}>
                {say('fleet.measure')}
              </button>
            )}
          </>
        )}
        {!mayRead && <span class="soft">{say('fleet.mayNotRead')}</span>}
      </div>
      <Notices view={view} />
      {isAsking.value && reading !== null && (
        <Dialog
          title={say('fleet.measure.ask')}
          action={say('fleet.measure')}
          onAct={() => {
            isAsking.value = false;
            read({ kind: 'live', withUse: true });
          }}
          onClose={() => (isAsking.value = false)}
        >
          <p>{say('fleet.measure.effect', reading.toMeasure)}</p>
        </Dialog>
      )}
    </>
  );
}

/** Sources that are not shown now. */
function Sources({ view: { reading, inProgress, files }, read }: Omit<SourceProps, 'person'>) {
  const now = reading?.source;
  const others = files.filter(({ name }) => now?.kind !== 'file' || now.name !== name);
  return (
    <>
      {now?.kind !== 'live' && (
        <button
          type="button"
          disabled={inProgress !== null}
          onClick={() => read({ kind: 'live', withUse: false })}
        >
          {say('fleet.readLive')}
        </button>
      )}
      {others.length > 0 && (
        <select
          aria-label={say('fleet.openFile')}
          value=""
          disabled={inProgress !== null}
          onChange={({ currentTarget }) => {
            const name = currentTarget.value;
            currentTarget.value = '';
            if (name !== '') read({ kind: 'file', name });
          }}
        >
          <option value="">{say('fleet.openFile')}</option>
          {others.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </>
  );
}

function Notices({ view: { reading, inProgress, fault } }: { view: FleetReadingView }) {
  const texts = [
    ...(inProgress === null ? [] : [progressText(inProgress)]),
    ...(fault === null ? [] : [faultText(fault)]),
    ...(reading?.notes ?? []).map(sayMessage),
  ];
  return (
    <div class={texts.length === 0 ? '' : 'notices'} role="status">
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

function faultText(fault: NonNullable<FleetReadingView['fault']>): string {
  const { message, fix } = sayRefusal(fault);
  return `${say('fleet.fault', { message })} ${fix}`;
}

function progressText({ source, progress }: NonNullable<FleetReadingView['inProgress']>): string {
  const { regions, ofRegions, instances, measured } = progress;
  const { count } = quantities();
  const parts = [
    ...(ofRegions === null ? [] : [say('fleet.progress.regions', { regions, of: ofRegions })]),
    say('fleet.progress.instances', { count: count(instances) }),
    ...(measured === 0 ? [] : [say('fleet.progress.measured', { count: count(measured) })]),
  ];
  return `${say('fleet.progress', { source: sourceText(source) })}: ${parts.join(' · ')}`;
}

/** The source in words. */
export const sourceText = (source: FleetSource): string =>
  source.kind === 'live' ? say('fleet.source.live') : say('fleet.source.file', { name: source.name });

/** Reading again costs nothing: the memory in use has a question of its own. */
const again = (source: FleetSource): FleetReadRequest =>
  source.kind === 'live' ? { kind: 'live', withUse: false } : source;

/** Full minutes since then. */
function agoText(at: string): string {
  const age = Math.floor((Date.now() - Date.parse(at)) / MINUTE) * MINUTE;
  return age < MINUTE ? say('fleet.ago.now') : say('fleet.ago', { time: quantities().duration(age) });
}
