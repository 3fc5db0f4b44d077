/** What the palette finds beyond pages and commands. */
import type { FoundAnything } from '../../operations/overview/find-anything.ts';

/** `GET /api/search?text=cart`: plans, runs, steps and instances with a text. */
export type SearchView = FoundAnything;

/** Shorter texts find nothing: too much would match. */
export const SHORTEST_SEARCH = 2;
