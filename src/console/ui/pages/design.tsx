/** The design system of the console on one page: every colour and part, with the name that code uses. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { OUTCOMES } from '../../../model.ts';
import { Refused } from '../client.ts';
import { say } from '../language.ts';
import { Dialog } from '../parts/dialog.tsx';
import { LongTable } from '../parts/long-table.tsx';
import { usePageTitle } from '../parts/page-title.ts';
import { Badge, Bar, Copy, Empty, Fact, OutcomeBadge, Problem, Time } from '../parts/parts.tsx';

/** The colours of `style.css`, each for one meaning. */
const COLOURS = ['paper', 'raised', 'ink', 'soft', 'line', 'link', 'live', 'warning', ...OUTCOMES] as const;
const TONES = ['live', 'warning', ...OUTCOMES] as const;
const LONG = Array.from({ length: 10_000 }, (_, at) => ({
  at,
  name: `crs-demo${at}`,
  size: `${1 + (at % 64)} GB`,
}));
const EXAMPLE_TIME = '2026-11-24T17:30:00Z';

/** A part, under the name that code uses. */
function Part({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section aria-label={name}>
      <h2>
        <code>{name}</code>
      </h2>
      {children}
    </section>
  );
}

export function DesignPage() {
  usePageTitle(say('design.title'));
  const isOpen = useSignal(false);
  return (
    <>
      <h1>{say('design.title')}</h1>
      <p class="soft">{say('design.about')}</p>
      <Part name="var(--…)">
        <ul class="swatches">
          {COLOURS.map((name) => (
            <li key={name}>
              <svg
                role="img"
                aria-label={name}
                viewBox="0 0 1 1"
                preserveAspectRatio="none"
                class={`swatch fill-${name}`}
              >
                <rect width="1" height="1" />
              </svg>
              <code>--{name}</code>
            </li>
          ))}
        </ul>
      </Part>
      <Part name="Badge, OutcomeBadge">
        <p class="chips">
          {TONES.map((tone) => (
            <Badge key={tone} tone={tone} text={tone} />
          ))}
        </p>
        <p class="chips">
          {OUTCOMES.map((outcome) => (
            <OutcomeBadge key={outcome} outcome={outcome} />
          ))}
        </p>
      </Part>
      <Part name="button">
        <p class="chips">
          {(['', 'primary', 'danger', 'link'] as const).map((name) => (
            <button key={name} type="button" class={name} onClick={() => (isOpen.value = true)}>
              {name === '' ? 'button' : name}
            </button>
          ))}
          <button type="button" disabled title={say('design.disabled')}>
            disabled
          </button>
        </p>
      </Part>
      <Part name="input, select">
        <div class="tools">
          <label>
            {say('run.filter')}
            <input type="search" placeholder={say('run.filter.placeholder')} />
          </label>
          <label>
            {say('runs.outcome')}
            <select>
              {OUTCOMES.map((one) => (
                <option key={one}>{say(`outcome.${one}`)}</option>
              ))}
            </select>
          </label>
        </div>
      </Part>
      <Part name="Fact, Time, Copy">
        <dl class="facts">
          <Fact name={say('run.startedAt')}>
            <Time at={EXAMPLE_TIME} />
          </Fact>
          <Fact name={say('run.instance')}>
            <Copy text="crs-demo1" />
          </Fact>
          <Fact name={say('run.rate')}>17.9</Fact>
        </dl>
      </Part>
      <Part name="Bar">
        <Bar of={10} label="Bar" parts={OUTCOMES.map((one) => [one, 1] as const)} />
      </Part>
      <Part name=".notices">
        <div class="notices">
          <p>{say('design.notice')}</p>
        </div>
      </Part>
      <Part name="LongTable">
        <LongTable
          label="LongTable"
          rows={LONG}
          keyOf={({ at }) => at}
          onOpen={() => (isOpen.value = true)}
          columns={[
            {
              id: 'state',
              title: say('run.phase'),
              cell: () => <Badge tone="live" text={say('phase.following')} />,
            },
            { id: 'instance', title: say('run.instance'), cell: ({ name }) => <code>{name}</code> },
            { id: 'change', title: say('run.change'), cell: ({ size }) => size },
          ]}
        />
      </Part>
      <Part name="Problem">
        <Problem
          error={new Refused(422, { code: 'usage', message: say('design.problem'), fix: say('design.fix') })}
        />
      </Part>
      <Part name="Empty">
        <Empty title="runs.empty.title" text="runs.empty.text" command="refit apply saved-plan.json" />
      </Part>
      {isOpen.value && (
        <Dialog
          title="Dialog"
          action="primary"
          onAct={() => (isOpen.value = false)}
          onClose={() => (isOpen.value = false)}
        >
          <p>{say('design.dialog')}</p>
        </Dialog>
      )}
    </>
  );
}
