/** What the server finds for the palette: runs before anybody types, and then whatever has the text. */
import type { RunList } from '../../api/runs.ts';
import { type SearchView, SHORTEST_SEARCH } from '../../api/search.ts';
import { get } from '../client.ts';
import { say } from '../language.ts';
import { go } from '../router.ts';
import type { Choice } from './choice.ts';

/** How many runs the palette offers before anybody types. */
const MOST_RUNS = 200;

/** @param typed what the person has typed. @throws Refused if the server does not answer. */
export async function findChoices(typed: string, signal: AbortSignal): Promise<readonly Choice[]> {
  const text = typed.trim();
  if (text.length < SHORTEST_SEARCH) return await latestRuns(signal);
  return choicesOf(await get<SearchView>(`/search?text=${encodeURIComponent(text)}`, signal), text);
}

async function latestRuns(signal: AbortSignal): Promise<readonly Choice[]> {
  const { runs } = await get<RunList>(`/runs?most=${MOST_RUNS}`, signal);
  return runs.flatMap(({ id, name, plan }) =>
    id === null
      ? []
      : [
          {
            ...{ group: say('palette.runs'), text: plan?.name ?? name, about: id },
            choose: () => go(`/runs/${encodeURIComponent(id)}`),
          },
        ],
  );
}

/** The choices of an answer. Each has the text among its words, because the server has looked at more than it says. */
function choicesOf({ plans, runs, steps, instances }: SearchView, text: string): readonly Choice[] {
  return [
    ...plans.map(({ kind, file, name }) => ({
      ...{ group: say(kind === 'plan' ? 'palette.plan' : 'palette.saved'), text: file, words: text },
      ...(name === null || file.startsWith(name) ? {} : { about: name }),
      choose: () => go(`/${kind === 'plan' ? 'plans' : 'reviews'}/${encodeURIComponent(file)}`),
    })),
    ...runs.map(({ id, plan, change }) => ({
      ...{ group: say('palette.runs'), text: plan, words: text },
      about: [change, id].filter(Boolean).join(' · '),
      choose: () => go(`/runs/${encodeURIComponent(id)}`),
    })),
    ...steps.map(({ run, plan, instance, name, number }) => ({
      ...{ group: say('palette.step'), text: `${instance} ${name}`, words: text },
      about: [number, plan].filter(Boolean).join(' · '),
      choose: () => go(`/runs/${encodeURIComponent(run)}?q=${encodeURIComponent(instance)}`),
    })),
    ...instances.map(({ id, name, region, profile }) => {
      const where = profile === null ? '' : `?${new URLSearchParams({ profile, region })}`;
      return {
        ...{ group: say('palette.inFleet'), text: `${name} ${id}`.trim(), about: region, words: text },
        choose: () => go(`/fleet/${encodeURIComponent(id)}${where}`),
      };
    }),
  ];
}
