// Speech is held back until the guardrails have read it. Each stretch of audio carries the length of the transcript that was
// known when it arrived, and passes when every guardrail has let that much through. The core is told of audio when it
// arrives, so that an interrupt finds it; what was dropped then is put into the report of what was heard.

import type { ItemPosition } from '../playout/playout.ts';
import { emit } from './effect.ts';
import type { FeatureCore, Passage } from './feature.ts';
import { featureCore } from './feature.ts';
import { findRun } from './guardrails.ts';
import type { InputOf, SessionInput } from './input.ts';
import { findResponse, findSpeaking } from './responses.ts';
import type { GuardedText, SessionState } from './state.ts';

/** Name of the feature. */
export const HOLD_BACK = 'holdBack';

/** When speech is let through. */
export interface HoldBackRules {
  /** Milliseconds that a stretch of audio may wait for the guardrails. */
  readonly holdBackMs: number;
  /** What happens to it then: it goes on waiting, or it is heard unread. */
  readonly onHoldTimeout: 'block' | 'release';
}

/** What the shell tells the core: audio of an item has arrived and waits. */
export interface HeldAudio {
  /** Ascending in order of arrival. */
  readonly sequence: number;
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
  /** At the item's rate; 0 for the end of its audio. */
  readonly frames: number;
}

/** What the core tells the shell: what is held of the response passes up to that number, or is dropped. */
export type HoldBackJob =
  | { readonly type: 'pass'; readonly responseId: string; readonly upToSequence: number }
  | { readonly type: 'drop'; readonly responseId: string };

/** Audio of one item that waits for one length of the transcript. */
interface Hold extends HeldAudio {
  /** Characters that every guardrail must have let through. */
  readonly neededLength: number;
  readonly sinceMs: number;
  /** The connection was lost: no more of the item comes, and its end with the last that there is. */
  readonly isLast?: true;
}

interface HeldResponse {
  readonly responseId: string;
  readonly transcriptLength: number;
  /** Characters that each guardrail has let through. */
  readonly passedLengths: readonly number[];
  readonly isDone: boolean;
  readonly holds: readonly Hold[];
  /** A timer runs for audio that waits since then. */
  readonly timedSinceMs: number | null;
  /** The app was told that this response waits too long. */
  readonly isOverdue: boolean;
}

interface HoldBack {
  readonly responses: readonly HeldResponse[];
  /** Audio that was received, never passed and is dropped; as long as its response is remembered. */
  readonly dropped: readonly HeldAudio[];
}

/** The pure part of `holdBack`. */
export function holdBackCore(rules: HoldBackRules): FeatureCore {
  return featureCore<HoldBack>(HOLD_BACK, { responses: [], dropped: [] }, (own, input, passage) => {
    const noted = note(own, input, passage);
    const responses: HeldResponse[] = [];
    const dropped = noted.dropped.filter(({ responseId }) => isRemembered(passage.state, responseId));
    for (const held of noted.responses) {
      const isLive = findResponse(passage.state.responses, held.responseId)?.isCancelled === false;
      if (passage.state.connection === 'closed' || !isLive) dropped.push(...drop(held, passage));
      else responses.push(...settle(rules, held, input.atMs, passage));
    }
    return { responses, dropped };
  });
}

/** Takes the input in and passes it on. */
function note(own: HoldBack, input: SessionInput, passage: Passage): HoldBack {
  switch (input.type) {
    case 'featureInput':
      if (input.feature === HOLD_BACK) return arrived(own, input.detail as HeldAudio, input.atMs, passage);
      break;
    case 'transcriptDelta':
      if (findSpeaking(passage.state.responses, input.responseId) === undefined) break;
      passage.pass(input);
      return change(own, input.responseId, (held) => ({
        ...held,
        transcriptLength: held.transcriptLength + input.delta.length,
      }));
    case 'guardrailSettled':
      return guardrailSettled(own, input, passage);
    case 'playoutReport': {
      const { report } = input;
      passage.pass({ ...input, report: { ...report, items: withDropped(report.items, own.dropped) } });
      return own;
    }
    case 'interruptOverdue':
      passage.pass({ ...input, positions: withDropped(input.positions, own.dropped) });
      return own;
    case 'responseDone':
      passage.pass(input);
      if (!own.responses.some(({ responseId }) => responseId === input.responseId)) return own;
      return change(own, input.responseId, (held) => ({ ...held, isDone: true }));
    default:
  }
  const waiting = own.responses.flatMap(({ holds }) => holds);
  const isCutOff = new Set<Hold>();
  passage.pass(input, (effects) =>
    // The end of an item comes behind what waits of it.
    effects.filter((effect) => {
      if (effect.type !== 'endPlayout') return true;
      const last = waiting.findLast((each) => isSameItem(each, effect));
      if (last !== undefined) isCutOff.add(last);
      return last === undefined;
    }),
  );
  if (isCutOff.size === 0) return own;
  const mark = (each: Hold): Hold => (isCutOff.has(each) ? { ...each, isLast: true } : each);
  return { ...own, responses: own.responses.map((held) => ({ ...held, holds: held.holds.map(mark) })) };
}

function isSameItem(
  a: { readonly itemId: string; readonly contentIndex: number },
  b: { readonly itemId: string; readonly contentIndex: number },
): boolean {
  return a.itemId === b.itemId && a.contentIndex === b.contentIndex;
}

function arrived(own: HoldBack, audio: HeldAudio, atMs: number, passage: Passage): HoldBack {
  const { responseId, itemId, contentIndex, frames } = audio;
  if (frames > 0) passage.pass({ type: 'audioStarted', responseId, itemId, contentIndex, atMs });
  return change(own, responseId, (held) => hold(held, audio, atMs));
}

function guardrailSettled(own: HoldBack, input: InputOf<'guardrailSettled'>, passage: Passage): HoldBack {
  const text = findRun(passage.state.guardrails, input.runId);
  passage.pass(input);
  // A guardrail that failed has let nothing through.
  if (text === undefined || input.tripped !== null || input.error !== undefined) return own;
  return change(own, text.responseId, (held) => ({ ...held, passedLengths: passedBy(held, text, input.runId) }));
}

function passedBy({ passedLengths }: HeldResponse, text: GuardedText, runId: string): readonly number[] {
  return text.readings.map((reading, at) => {
    const passed = passedLengths[at] ?? 0;
    return reading.runId === runId ? Math.max(passed, reading.checkedLength) : passed;
  });
}

function hold(held: HeldResponse, audio: HeldAudio, atMs: number): HeldResponse {
  // Before the first word is known, audio waits for the first that is.
  const neededLength = Math.max(held.transcriptLength, held.isDone ? 0 : 1);
  const last = held.holds.at(-1);
  const isSame =
    last !== undefined &&
    last.neededLength === neededLength &&
    last.itemId === audio.itemId &&
    last.contentIndex === audio.contentIndex;
  const sinceMs = isSame ? last.sinceMs : atMs;
  const frames = audio.frames + (isSame ? last.frames : 0);
  const next: Hold = { ...audio, neededLength, sinceMs, frames };
  return { ...held, holds: [...(isSame ? held.holds.slice(0, -1) : held.holds), next] };
}

/** Lets through what may pass; a response of which nothing more can come is forgotten. */
function settle(rules: HoldBackRules, held: HeldResponse, atMs: number, passage: Passage): readonly HeldResponse[] {
  const { responseId } = held;
  const passedLength = passedLengthOf(held, passage.state);
  const isLate = ({ sinceMs }: Hold): boolean => atMs - sinceMs >= rules.holdBackMs;
  const isBlocked = (waiting: Hold): boolean =>
    waiting.neededLength > passedLength && (rules.onHoldTimeout === 'block' || !isLate(waiting));
  // In order: what waits lets nothing pass it by.
  const blockedAt = held.holds.findIndex(isBlocked);
  const passCount = blockedAt < 0 ? held.holds.length : blockedAt;
  const passing = held.holds.slice(0, passCount);
  const lastPassing = passing.at(-1);
  if (lastPassing !== undefined) run({ type: 'pass', responseId, upToSequence: lastPassing.sequence }, passage);

  for (const { itemId, contentIndex, isLast } of passing) {
    if (isLast === true) passage.add({ type: 'endPlayout', itemId, contentIndex });
  }

  const holds = held.holds.slice(passCount);
  const isUnread = [...passing, ...holds].some((each) => each.neededLength > passedLength && isLate(each));
  const isOverdue = held.isOverdue || isUnread;
  if (isOverdue && !held.isOverdue) {
    const itemId = held.holds[0]?.itemId ?? '';
    passage.add(emit({ type: 'event', event: 'audio_hold_timeout', detail: { responseId, itemId } }));
  }
  const oldest = holds[0];
  if (oldest === undefined) return held.isDone ? [] : [{ ...held, holds, isOverdue, timedSinceMs: null }];
  if (oldest.sinceMs !== held.timedSinceMs) {
    const delayMs = Math.max(0, oldest.sinceMs + rules.holdBackMs - atMs);
    passage.add({ type: 'startTimer', timerId: `hold_${responseId}_${oldest.sinceMs}`, delayMs });
  }
  return [{ ...held, holds, isOverdue, timedSinceMs: oldest.sinceMs }];
}

/** Everything, if the response is done without a word to read. */
function passedLengthOf({ passedLengths, transcriptLength, isDone }: HeldResponse, state: SessionState): number {
  if (isDone && transcriptLength === 0) return Number.POSITIVE_INFINITY;
  if (passedLengths.length < state.guardrailCount) return 0;
  return Math.min(...passedLengths);
}

/** Nobody will hear it any more. */
function drop({ responseId, holds }: HeldResponse, passage: Passage): readonly HeldAudio[] {
  if (holds.length === 0) return [];
  run({ type: 'drop', responseId }, passage);
  return holds.map(({ sequence, itemId, contentIndex, frames }) => ({
    sequence,
    responseId,
    itemId,
    contentIndex,
    frames,
  }));
}

/** What the playout never got was received all the same. The session takes of it what the interrupt was about. */
function withDropped(positions: readonly ItemPosition[], dropped: readonly HeldAudio[]): readonly ItemPosition[] {
  return dropped.reduce<readonly ItemPosition[]>((items, { responseId, itemId, contentIndex, frames }) => {
    const at = items.findIndex((item) => item.itemId === itemId && item.contentIndex === contentIndex);
    const known = items[at];
    if (known !== undefined) return items.with(at, { ...known, receivedFrames: known.receivedFrames + frames });
    return items.concat({ responseId, itemId, contentIndex, receivedFrames: frames, renderedFrames: 0 });
  }, positions);
}

function isRemembered({ connection, responses }: SessionState, responseId: string): boolean {
  return connection !== 'closed' && findResponse(responses, responseId) !== undefined;
}

function run(job: HoldBackJob, passage: Passage): void {
  passage.add({ type: 'runFeature', feature: HOLD_BACK, job });
}

/** Changes what is known of a response, and begins it if it is new. */
function change(own: HoldBack, responseId: string, update: (held: HeldResponse) => HeldResponse): HoldBack {
  const known = own.responses.find((held) => held.responseId === responseId);
  if (known !== undefined) {
    return { ...own, responses: own.responses.map((held) => (held === known ? update(held) : held)) };
  }
  const begun: HeldResponse = {
    responseId,
    transcriptLength: 0,
    passedLengths: [],
    isDone: false,
    holds: [],
    timedSinceMs: null,
    isOverdue: false,
  };
  return { ...own, responses: [...own.responses, update(begun)] };
}
