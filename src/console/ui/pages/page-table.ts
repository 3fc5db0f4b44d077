/** The pages of the console: their addresses, and their places in the navigation. Each loads when somebody opens it. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Refused, UNREACHABLE } from '../client.ts';
import type { Page, PageProps } from './page.ts';

/** In the order of the navigation. `key` is typed after `g`. */
export const PAGES: readonly Page[] = [
  {
    pattern: /^\/$/,
    link: { to: '/', word: 'nav.overview', key: 'o' },
    load: async () => (await import('./overview/overview.tsx')).OverviewPage,
  },
  {
    pattern: /^\/fleet$/,
    link: { to: '/fleet', word: 'nav.fleet', key: 'f' },
    load: async () => (await import('./fleet/fleet.tsx')).FleetPage,
  },
  {
    pattern: /^\/fleet\/([^/]+)$/,
    link: null,
    load: async () => (await import('./fleet/instance.tsx')).InstancePage,
  },
  {
    pattern: /^\/plans$/,
    link: { to: '/plans', word: 'nav.plans', key: 'p' },
    load: async () => (await import('./plans/plans.tsx')).PlansPage,
  },
  {
    pattern: /^\/runs$/,
    link: { to: '/runs', word: 'nav.runs', key: 'r' },
    load: async () => (await import('./run/runs.tsx')).RunsPage,
  },
  {
    pattern: /^\/schedule$/,
    link: { to: '/schedule', word: 'nav.schedule', key: 's' },
    load: async () => (await import('./schedule/schedule.tsx')).SchedulePage,
  },
  {
    pattern: /^\/audit$/,
    link: { to: '/audit', word: 'nav.audit', key: 'a' },
    load: async () => (await import('./audit/audit.tsx')).AuditPage,
  },
  {
    pattern: /^\/plans\/new$/,
    link: null,
    load: async () => (await import('./plans/editor.tsx')).EditorPage,
  },
  {
    pattern: /^\/plans\/([^/]+)$/,
    link: null,
    load: async () => (await import('./plans/editor.tsx')).EditorPage,
  },
  {
    pattern: /^\/design$/,
    link: null,
    load: async () => (await import('./design.tsx')).DesignPage,
  },
  {
    pattern: /^\/runs\/start$/,
    link: null,
    load: async () => (await import('./run/start.tsx')).StartPage,
  },
  {
    pattern: /^\/runs\/([^/]+)$/,
    link: null,
    load: async () => (await import('./run/run.tsx')).RunPage,
  },
  {
    pattern: /^\/(?:reviews\/[^/]+|runs\/[^/]+\/review)$/,
    link: null,
    load: async () => (await import('./review/review.tsx')).ReviewPage,
  },
  {
    pattern: /^\/people$/,
    link: { to: '/people', word: 'nav.people', key: 'u', action: 'manage' },
    load: async () => (await import('./people/people.tsx')).PeoplePage,
  },
  {
    pattern: /^\/passkey$/,
    link: null,
    load: async () => (await import('./people/passkey.tsx')).PasskeyPage,
  },
];

const loaded = signal<ReadonlyMap<Page, ComponentType<PageProps> | Refused>>(new Map());

/**
 * The page of a path, with its parts; null: there is none. `Component` is undefined while it loads, and a refusal if the
 * server does not give it.
 */
export function pageAt(path: string): {
  readonly Component: ComponentType<PageProps> | Refused | undefined;
  readonly parts: readonly string[];
} | null {
  for (const page of PAGES) {
    const match = page.pattern.exec(path);
    if (match === null) continue;
    const Component = loaded.value.get(page);
    if (Component === undefined)
      void page
        .load()
        .catch(() => new Refused(0, UNREACHABLE))
        .then((component) => {
          loaded.value = new Map([...loaded.value, [page, component]]);
        });
    return { Component, parts: match.slice(1).map(decoded) };
  }
  return null;
}

/** A part of an address that is not well formed stays as it is; no page finds it. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
