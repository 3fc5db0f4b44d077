/** What refusals teach about a lane that several processes share, and how a store keeps it as text. */
import type { SlotSource, TaughtLane } from '../../slot-source.ts';
import { SLOT_BOUNDS } from '../../slot-source.ts';
import { createLesson, type Lesson, learn } from './lesson.ts';
import { MAX_EVEN_RATE } from './permits.ts';
import { rateOf } from './share.ts';

/** Distance of two slots without refusals, ms. */
export const FULL_INTERVAL: number = 1000 / MAX_EVEN_RATE;

/** Another process may teach the same lane at the same time. */
const MAX_TRIES = 8;

/** A lesson in moments of the source. */
export interface SharedLesson extends Lesson {
  /** The slots of calls that the limit refused lately: they do not count in their second. */
  refused: number[];
}

/** One refusal, in moments of the source. */
export interface SharedRefusal {
  readonly slot: number;
  readonly sentAt: number;
  /** The estimated arrival at the provider. */
  readonly arrival: number;
  readonly now: number;
  /** The fastest recent travel time, ms. */
  readonly fastest: number;
}

/** The lesson of a lane. @param text as stored; null: the lane had no refusal */
export function readLesson(text: string | null): SharedLesson {
  if (text === null) return { ...createLesson(MAX_EVEN_RATE), refused: [] };
  // JSON has no infinity: only moments that never were are null.
  return JSON.parse(text, (_, value) => (value === null ? Number.NEGATIVE_INFINITY : value));
}

/** The present rate of a lane, slots a second. @param now by the source's clock */
export function sharedRate({ share }: Lesson, now: number): number {
  return rateOf(share, now, MAX_EVEN_RATE);
}

/**
 * Teaches a lane by a refusal. Calls of all processes count, by the slots that the source gave.
 * @returns what the lane knows now; null: its row is gone, or others taught it at the same time too often.
 */
export async function teachRefusal(
  source: SlotSource,
  lane: string,
  refusal: SharedRefusal,
): Promise<TaughtLane | null> {
  const { slot, arrival, now } = refusal;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const row = await source.readLane(lane);
    if (row === null) return null;
    const lesson = readLesson(row.lesson);
    lesson.refused = [...lesson.refused.filter((at) => at > now - SLOT_BOUNDS.remembered), slot];
    const within = (slots: readonly number[], from: number) =>
      slots.filter((at) => at >= from && at < slot - 0.5).length;
    const gotSince = (from: number) => within(row.recent, from) - within(lesson.refused, from);
    const second = Math.floor(arrival / 1000) * 1000;
    const travel = arrival - slot;
    learn(
      lesson,
      {
        ...refusal,
        second,
        own: gotSince(slot - 1000),
        inSecond: gotSince(second - travel),
        wasPacked: false,
      },
      MAX_EVEN_RATE,
    );
    const taught = {
      lesson: JSON.stringify(lesson),
      interval: 1000 / sharedRate(lesson, now),
      heldUntil: lesson.heldUntil,
    };
    if (await source.teach(lane, row.version, taught)) return { ...taught, version: row.version + 1 };
  }
  return null;
}
