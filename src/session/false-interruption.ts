// A cough is no interruption. When the user is heard, the agent is paused or turned down, not cut off. If words
// come, it was an interruption after all, with the truncation at the position of the pause; if none come in time, the agent
// goes on where it was. Turns are answered from here: the server must not interrupt nor answer by itself.

import type { RealtimeItem } from '../protocol/items.ts';
import type { SessionEffect } from './effect.ts';
import { emit } from './effect.ts';
import type { FeatureCore, Passage } from './feature.ts';
import { featureCore } from './feature.ts';
import type { SessionInput } from './input.ts';
import type { SessionState } from './state.ts';

/** How interruptions are told from noise. */
export interface FalseInterruptionRules {
  readonly action: 'pause' | 'duck';
  /** Gain of the agent while it is ducked, in dB. */
  readonly duckDb: number;
  /** Milliseconds after the end of the sound in which words must come. */
  readonly resumeAfterMs: number;
  /** Fewer words than this are none. */
  readonly minWords: number;
}

/** A sound of the user over the agent, from its start to the decision. */
interface Doubt {
  readonly isUserSpeaking: boolean;
  /** Runs from the end of the sound. */
  readonly timerId: string | null;
}

interface FalseInterruption {
  readonly doubt: Doubt | null;
  /** Items of sounds that were not answered; words of one of them may still come. The youngest few. */
  readonly openItemIds: readonly string[];
}

const CALM: FalseInterruption = { doubt: null, openItemIds: [] };

/** Items whose words are awaited; a transcript that is so late never comes. */
const MAX_OPEN_ITEMS = 8;

/** Of a sound whose item the transport does not name: any item of the user may be it. */
const UNNAMED = '';

/** The pure part of `falseInterruption`. */
export function falseInterruptionCore(rules: FalseInterruptionRules): FeatureCore {
  return featureCore('falseInterruption', CALM, (own, input, passage) => {
    if (!passage.state.abilities.isDriven && input.type !== 'connecting') {
      passage.pass(input);
      return own;
    }
    return decide(rules, own, input, passage);
  });
}

function decide(
  rules: FalseInterruptionRules,
  own: FalseInterruption,
  input: SessionInput,
  passage: Passage,
): FalseInterruption {
  const { doubt } = own;
  switch (input.type) {
    case 'speechStarted': {
      if (doubt === null && (passage.state.connection !== 'open' || !isAgentLive(passage.state))) break;
      passage.pass({ ...input, isTentative: true });
      if (doubt === null) hold(rules, passage);
      return { doubt: { isUserSpeaking: true, timerId: null }, openItemIds: open(own, input.itemId) };
    }
    case 'speechStopped': {
      passage.pass({ ...input, isTentative: true });
      if (doubt === null) {
        passage.pass({ type: 'turnEnded', needsAnswer: true, atMs: input.atMs });
        return own;
      }
      if (!doubt.isUserSpeaking) return own;
      const timerId = `doubt_${input.atMs}`;
      passage.add({ type: 'startTimer', timerId, delayMs: rules.resumeAfterMs });
      return { ...own, doubt: { isUserSpeaking: false, timerId } };
    }
    case 'timerDue':
      if (doubt === null || doubt.timerId !== input.timerId) break;
      return goOn(rules, own, passage, input.atMs);
    case 'itemUpdated': {
      passage.pass(input);
      const words = wordsOf(input.item);
      if (words === null || !isOpen(own, input.item.itemId)) return own;
      if (words >= rules.minWords) return interrupt(rules, own, passage, input.atMs);
      const rest = { ...own, openItemIds: own.openItemIds.filter((itemId) => itemId !== input.item.itemId) };
      // It is known that nothing was said: the agent need not wait any longer.
      return doubt === null || doubt.isUserSpeaking ? rest : goOn(rules, rest, passage, input.atMs);
    }
    default:
  }
  const before = passage.effects.length;
  passage.pass(input);
  if (doubt === null) return own;
  if (passage.state.connection !== 'open') {
    release(rules, passage);
    // Nobody can say any more what it was. What is queued is still to be heard, unless the call is over.
    if (passage.state.connection === 'reconnecting') passage.add(resumed(rules));
    return CALM;
  }
  // Somebody else has interrupted the agent meanwhile.
  const isInterrupted = passage.effects
    .slice(before)
    .some((effect) => effect.type === 'emit' && effect.notice.type === 'audioInterrupted');
  return isInterrupted ? settle(rules, own, passage, input.atMs) : own;
}

/** There is something to interrupt. */
function isAgentLive({ responses, playback }: SessionState): boolean {
  return playback.live.length > 0 || responses.live.some(({ isDone, isCancelled }) => !isDone && !isCancelled);
}

function hold({ action, duckDb }: FalseInterruptionRules, passage: Passage): void {
  passage.add({ type: 'controlPlayout', control: action, gainDb: duckDb });
  passage.add(emit({ type: 'event', event: 'audio_paused', detail: { action } }));
}

function release({ action }: FalseInterruptionRules, passage: Passage): void {
  passage.add({ type: 'controlPlayout', control: action === 'pause' ? 'resume' : 'unduck', gainDb: 0 });
}

function resumed({ action }: FalseInterruptionRules): SessionEffect {
  return emit({ type: 'event', event: 'audio_resumed', detail: { action } });
}

/** No words came: nothing was lost. They may still come, and then they count. */
function goOn(
  rules: FalseInterruptionRules,
  own: FalseInterruption,
  passage: Passage,
  atMs: number,
): FalseInterruption {
  release(rules, passage);
  passage.add(resumed(rules));
  passage.pass({ type: 'turnEnded', needsAnswer: false, atMs });
  return { ...own, doubt: null };
}

/** Words came: what is live is cut where it was held, and the turn is answered when the user has finished it. */
function interrupt(
  rules: FalseInterruptionRules,
  own: FalseInterruption,
  passage: Passage,
  atMs: number,
): FalseInterruption {
  const isUserSpeaking = own.doubt?.isUserSpeaking ?? passage.state.responses.isUserSpeaking;
  passage.pass({ type: 'interrupt', atMs });
  // The flush is the end of a pause; where nothing was audible yet, there was none.
  if (own.doubt !== null) release(rules, passage);
  if (!isUserSpeaking) passage.pass({ type: 'turnEnded', needsAnswer: true, atMs });
  return CALM;
}

/** The doubt is over without words: those of the sound may still come and are answered then. */
function settle(
  rules: FalseInterruptionRules,
  own: FalseInterruption,
  passage: Passage,
  atMs: number,
): FalseInterruption {
  release(rules, passage);
  if (own.doubt?.isUserSpeaking === true) return CALM;
  passage.pass({ type: 'turnEnded', needsAnswer: false, atMs });
  return { ...own, doubt: null };
}

function open({ openItemIds }: FalseInterruption, itemId: string = UNNAMED): readonly string[] {
  return [...openItemIds.filter((other) => other !== itemId), itemId].slice(-MAX_OPEN_ITEMS);
}

function isOpen({ openItemIds }: FalseInterruption, itemId: string): boolean {
  return openItemIds.includes(itemId) || openItemIds.includes(UNNAMED);
}

/** How many words the user said in a spoken item; null as long as they are unknown, or if it is none. */
function wordsOf(item: RealtimeItem): number | null {
  if (item.type !== 'message' || item.role !== 'user') return null;
  const spoken = item.content.filter((part) => part.type === 'input_audio');
  if (spoken.length === 0 || spoken.some((part) => part.transcript === null)) return null;
  return spoken.reduce((count, { transcript }) => count + (transcript?.match(WORD)?.length ?? 0), 0);
}

/** Scripts without spaces count each character as a word. */
const WORD =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|[\p{L}\p{N}][^\s\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]*/gu;
