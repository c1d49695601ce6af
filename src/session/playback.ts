// What was played. From an interrupt to its report the positions are unknown; then each interrupted item is truncated once,
// at the last rendered frame.

import type { ItemPosition } from '../playout/playout.ts';
import type { SessionEffect } from './effect.ts';
import { send } from './effect.ts';
import type { HeardAudio, InterruptedAudio, LiveAudio, Playback, Step } from './state.ts';
import { unchanged } from './state.ts';

/** Nothing has sounded yet. */
export const NO_PLAYBACK: Playback = {
  live: [],
  interruptId: null,
  mayPlayOn: false,
  earlierInterruptIds: [],
  interrupted: [],
};

/** How long the playout may take to report before its last published positions serve. */
const REPORT_DELAY_MS = 250;

/** The first audio of an item was queued. */
export function audioStarted(
  playback: Playback,
  audio: Pick<LiveAudio, 'responseId' | 'itemId' | 'contentIndex'>,
): Playback {
  const { responseId, itemId, contentIndex } = audio;
  if (playback.live.some((live) => isSame(live, audio))) return playback;
  return {
    ...playback,
    live: [...playback.live, { responseId, itemId, contentIndex, hasEnded: false, isReplayed: false }],
  };
}

/** The model has sent all audio of an item. One that is interrupted already never has it all: its later audio is refused. */
export function audioDone(playback: Playback, itemId: string): Playback {
  return markEnded(playback, (audio) => audio.itemId === itemId);
}

/** A response completed: none of its items gets more audio. */
export function responseCompleted(playback: Playback, responseId: string): Playback {
  return markEnded(playback, (audio) => audio.responseId === responseId);
}

/** The server is gone: what has come of its audio is all of it, and plays on. */
export function connectionLost(playback: Playback): Playback {
  const orphaned = <T extends LiveAudio>(audio: T): T => ({ ...audio, hasEnded: true, isReplayed: false });
  // An interrupted item that had not ended stays one: it was cut, however much of it had come.
  const interrupted = playback.interrupted.map((audio) => ({ ...audio, isReplayed: false }));
  return { ...playback, live: playback.live.map(orphaned), interrupted };
}

/** A new server was told the words of what still plays. */
export function replayed(playback: Playback): Playback {
  const mark = <T extends LiveAudio>(audio: T): T => ({ ...audio, isReplayed: true });
  return { ...playback, live: playback.live.map(mark), interrupted: playback.interrupted.map(mark) };
}

/** An item was rendered to its end, possibly while the report of an interrupt is under way; the same if it is unknown. */
export function playoutDone(playback: Playback, position: ItemPosition, isModelled = false): Playback {
  if (![...playback.live, ...playback.interrupted].some((audio) => isSame(audio, position))) return playback;
  return {
    ...playback,
    mayPlayOn: isModelled,
    live: playback.live.filter((audio) => !isSame(audio, position)),
    interrupted: playback.interrupted.filter((audio) => !isSame(audio, position)),
  };
}

/** The app was told to stop its player. */
export function stopped(playback: Playback): Playback {
  return playback.mayPlayOn ? { ...playback, mayPlayOn: false } : playback;
}

/** Stops everything that is queued or playing and awaits what was heard of it; with nothing live there is nothing to do. */
export function flush(playback: Playback, interruptId: string): Step<Playback> {
  if (playback.live.length === 0) return unchanged(stopped(playback));
  const next: Playback = {
    live: [],
    interruptId,
    mayPlayOn: false,
    earlierInterruptIds: awaitedIds(playback),
    interrupted: [...playback.interrupted, ...playback.live.map((audio) => ({ ...audio, interruptId }))],
  };
  return [
    next,
    [
      { type: 'flushPlayout', interruptId },
      { type: 'startInterruptTimer', interruptId, delayMs: REPORT_DELAY_MS },
    ],
  ];
}

/** What a report settles: the playback after it, the truncates to send and the parts of items to cut. */
export interface Settled {
  readonly playback: Playback;
  readonly effects: readonly SessionEffect[];
  readonly heard: readonly HeardAudio[];
  /** Items of a server that is gone: there is nothing to truncate, the present one reads them anew. */
  readonly rewrittenIds: readonly string[];
}

/** The positions of an interrupt are known, or were estimated at its deadline; an interrupt that isn't awaited changes nothing. */
export function interruptSettled(
  playback: Playback,
  interruptId: string,
  positions: readonly ItemPosition[],
  sampleRate: number,
): Settled {
  const awaited = awaitedIds(playback);
  if (!awaited.includes(interruptId)) return { playback, effects: [], heard: [], rewrittenIds: [] };
  const effects: SessionEffect[] = [];
  const heard: HeardAudio[] = [];
  const truncatedIds = new Set<string>();
  const rewrittenIds: string[] = [];
  let open = playback.interrupted.filter((audio) => audio.interruptId === interruptId);
  for (const position of positions) {
    const audio = open.find((candidate) => isSame(candidate, position));
    if (audio === undefined) continue;
    open = open.filter((candidate) => candidate !== audio);
    if (!(position.receivedFrames > 0) || isHeardToTheEnd(audio, position)) continue;
    const { itemId, contentIndex } = position;
    // A sink that can't count was not heard.
    const renderedFrames = Number.isNaN(position.renderedFrames) ? 0 : position.renderedFrames;
    const heardFrames = Math.max(0, Math.min(renderedFrames, position.receivedFrames));
    const heardMs = sampleRate > 0 ? Math.floor((heardFrames * 1000) / sampleRate) : 0;
    heard.push({ itemId, contentIndex, heardMs, heardFraction: heardFrames / position.receivedFrames });
    // Truncating an item at one part drops the parts behind it.
    if (truncatedIds.has(itemId)) continue;
    truncatedIds.add(itemId);
    if (audio.isReplayed) rewrittenIds.push(itemId);
    else effects.push(send({ type: 'truncate', itemId, contentIndex, audioEndMs: heardMs }));
  }
  const stillAwaited = awaited.filter((id) => id !== interruptId);
  return {
    playback: {
      ...playback,
      interruptId: stillAwaited.at(-1) ?? null,
      earlierInterruptIds: stillAwaited.slice(0, -1),
      interrupted: playback.interrupted.filter((audio) => audio.interruptId !== interruptId),
    },
    effects,
    heard,
    rewrittenIds,
  };
}

function isHeardToTheEnd(audio: InterruptedAudio, position: ItemPosition): boolean {
  return audio.hasEnded && position.renderedFrames >= position.receivedFrames;
}

function awaitedIds(playback: Playback): readonly string[] {
  return playback.interruptId === null ? [] : [...playback.earlierInterruptIds, playback.interruptId];
}

function markEnded(playback: Playback, isMeant: (audio: LiveAudio) => boolean): Playback {
  return { ...playback, live: playback.live.map((audio) => (isMeant(audio) ? { ...audio, hasEnded: true } : audio)) };
}

function isSame(
  a: { readonly itemId: string; readonly contentIndex: number },
  b: { readonly itemId: string; readonly contentIndex: number },
): boolean {
  return a.itemId === b.itemId && a.contentIndex === b.contentIndex;
}
