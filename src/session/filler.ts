// A word while a slow tool runs, so that the line is not dead. The model is asked for it like for any response, with
// instructions of its own and no tools, when nobody speaks and nothing else is asked for.

import type { SessionEffect } from './effect.ts';
import type { FeatureCore, Passage } from './feature.ts';
import { featureCore } from './feature.ts';
import type { SessionInput } from './input.ts';
import type { SessionState } from './state.ts';

/** When something is said, and what the model is told. */
export interface FillerRules {
  /** Milliseconds that a tool may run without a word. */
  readonly afterMs: number;
  readonly instructions: string;
}

/** How soon it is looked again whether the line is quiet, in milliseconds. */
const QUIET_CHECK_MS = 250;

interface Filler {
  /** Calls that run and have had no word yet, by the name of their timer. */
  readonly waiting: Readonly<Record<string, string>>;
  /** The request that asked for the word. */
  readonly eventId: string | null;
}

/** The pure part of `filler`. */
export function fillerCore(rules: FillerRules): FeatureCore {
  const initial: Filler = { waiting: {}, eventId: null };
  return featureCore<Filler>('filler', initial, (own, input, passage) => {
    if (input.type === 'serverError' && input.eventId !== undefined && input.eventId === own.eventId) {
      // It crossed with another response, and that is a word, too.
      const { code: _code, ...refused } = input;
      passage.pass(refused, (effects) => effects.filter((effect) => !isErrorNotice(effect)));
      return { ...own, eventId: null };
    }
    const before = passage.effects.length;
    passage.pass(input);
    if (passage.state.connection !== 'open') return initial;
    const next = input.type === 'timerDue' ? due(rules, own, input, passage) : own;
    return begun(rules, next, passage.effects.slice(before), input.atMs, passage);
  });
}

/** Calls that have begun to run are given their time. */
function begun(
  rules: FillerRules,
  own: Filler,
  effects: readonly SessionEffect[],
  atMs: number,
  passage: Passage,
): Filler {
  const calls = effects.flatMap((effect) => (effect.type === 'runCall' ? [effect.call.callId] : []));
  const entries = calls.map((callId) => [`filler_${callId}_${atMs}`, callId] as const);
  for (const [timerId] of entries) passage.add({ type: 'startTimer', timerId, delayMs: rules.afterMs });
  return entries.length === 0 ? own : { ...own, waiting: { ...own.waiting, ...Object.fromEntries(entries) } };
}

function due(
  rules: FillerRules,
  own: Filler,
  { timerId, atMs }: Extract<SessionInput, { readonly type: 'timerDue' }>,
  passage: Passage,
): Filler {
  const callId = own.waiting[timerId];
  if (callId === undefined) return own;
  const { [timerId]: _due, ...waiting } = own.waiting;
  const isRunning = passage.state.tools.pending.some(
    (pending) => pending.call.callId === callId && pending.stage === 'running',
  );
  if (!isRunning) return { ...own, waiting };
  if (!isQuiet(passage.state)) {
    passage.add({ type: 'startTimer', timerId, delayMs: QUIET_CHECK_MS });
    return own;
  }
  let eventId: string | null = null;
  const response = { instructions: rules.instructions, tool_choice: 'none' };
  passage.pass({ type: 'requestResponse', response, atMs }, (effects) => {
    for (const effect of effects) {
      if (effect.type === 'send' && effect.command.type === 'createResponse') ({ eventId } = effect.command);
    }
    return effects;
  });
  return { waiting, eventId };
}

/** Nobody speaks, and nothing that was asked for is on its way. */
function isQuiet({ abilities, responses, playback }: SessionState): boolean {
  return (
    abilities.isDriven &&
    responses.activeId === null &&
    responses.requestedEventId === null &&
    responses.busyTurn === null &&
    responses.awaitedTurn === null &&
    responses.queued.length === 0 &&
    !responses.isAutomaticQueued &&
    !responses.isUserSpeaking &&
    playback.live.length === 0 &&
    playback.interruptId === null
  );
}

function isErrorNotice(effect: SessionEffect): boolean {
  return effect.type === 'emit' && effect.notice.type === 'error';
}
