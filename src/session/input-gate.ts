// A check of what the user said, before the agent answers. Turns are answered from here and not by the server; each waits for
// its words and for the check, and the answer for all turns that were said meanwhile.

import type { RealtimeItem } from '../protocol/items.ts';
import { emit } from './effect.ts';
import type { FeatureCore, Passage } from './feature.ts';
import { featureCore } from './feature.ts';
import type { InputOf } from './input.ts';
import { findItem, itemsOf } from './item-list.ts';

/** How the gate treats turns. */
export interface InputGateRules {
  /** Milliseconds after the end of a turn in which its transcript must come; it is checked without one then. */
  readonly transcriptMs: number;
  /** Takes what was refused out of the conversation. */
  readonly removesRefused: boolean;
}

/** A turn for the shell to check; `text` is null if the words did not come in time. */
export interface GateJob {
  readonly turnId: string;
  readonly itemId: string | null;
  readonly text: string | null;
}

/** What came of it. */
export interface GateVerdict {
  readonly turnId: string;
  readonly isAllowed: boolean;
  readonly reason?: string;
}

interface GatedTurn extends GateJob {
  readonly isChecking: boolean;
}

interface InputGate {
  readonly turns: readonly GatedTurn[];
  /** A turn has passed that was not answered yet. */
  readonly isAnswerDue: boolean;
  /** Item of the speech that is going on. */
  readonly speechItemId: string | null;
}

/** Name of the feature. */
const INPUT_GATE = 'inputGate';

/** The pure part of `inputGate`. */
export function inputGateCore(rules: InputGateRules): FeatureCore {
  const initial: InputGate = { turns: [], isAnswerDue: false, speechItemId: null };
  return featureCore<InputGate>(INPUT_GATE, initial, (own, input, passage) => {
    const { atMs } = input;
    switch (input.type) {
      case 'speechStarted':
        passage.pass(input);
        return { ...own, speechItemId: input.itemId ?? null };
      case 'speechStopped': {
        passage.pass({ ...input, isTentative: true });
        // A feature before this one decides about the turn.
        if (input.isTentative === true) return own;
        passage.pass({ type: 'turnEnded', needsAnswer: false, atMs });
        return opened(rules, own, atMs, passage);
      }
      case 'turnEnded':
        passage.pass({ ...input, needsAnswer: false });
        return input.needsAnswer ? opened(rules, own, atMs, passage) : answered(own, atMs, passage);
      case 'itemUpdated': {
        passage.pass(input);
        const text = wordsOf(input.item);
        if (text === null) return own;
        const { itemId } = input.item;
        const turn = own.turns.find((each) => !each.isChecking && (each.itemId ?? itemId) === itemId);
        return turn === undefined ? own : checked(own, { ...turn, itemId, text }, passage);
      }
      case 'timerDue': {
        passage.pass(input);
        const turn = own.turns.find((each) => !each.isChecking && each.turnId === input.timerId);
        return turn === undefined ? own : checked(own, turn, passage);
      }
      case 'featureInput':
        if (input.feature !== INPUT_GATE) break;
        return settled(rules, own, input, passage);
      default:
    }
    passage.pass(input);
    const { connection } = passage.state;
    if (connection === 'open') return own;
    // Words that were on the way are lost with the connection: their turns are judged without, when their time is up.
    return connection === 'closed' ? initial : answered({ ...own, speechItemId: null }, atMs, passage);
  });
}

/** A turn is over: it is checked when its words are known. */
function opened(rules: InputGateRules, own: InputGate, atMs: number, passage: Passage): InputGate {
  const itemId = own.speechItemId;
  const turn: GatedTurn = { turnId: `gate_${atMs}_${itemId ?? ''}`, itemId, text: null, isChecking: false };
  const item = itemId === null ? undefined : findItem(passage.state.history.items, itemId);
  const text = item === undefined ? null : wordsOf(item);
  const next = { ...own, turns: [...own.turns, turn] };
  if (text !== null) return checked(next, { ...turn, text }, passage);
  passage.add({ type: 'startTimer', timerId: turn.turnId, delayMs: rules.transcriptMs });
  return next;
}

function checked(own: InputGate, turn: GatedTurn, passage: Passage): InputGate {
  const { turnId, itemId, text } = turn;
  const job: GateJob = { turnId, itemId, text };
  passage.add({ type: 'runFeature', feature: INPUT_GATE, job });
  const checking = { ...turn, isChecking: true };
  return { ...own, turns: own.turns.map((each) => (each.turnId === turnId ? checking : each)) };
}

function settled(rules: InputGateRules, own: InputGate, input: InputOf<'featureInput'>, passage: Passage): InputGate {
  const { turnId, isAllowed, reason } = input.detail as GateVerdict;
  const turn = own.turns.find((each) => each.turnId === turnId);
  if (turn === undefined) return own;
  const rest = { ...own, turns: own.turns.filter((each) => each !== turn) };
  if (isAllowed) return answered({ ...rest, isAnswerDue: true }, input.atMs, passage);
  const { itemId, text } = turn;
  const detail = { itemId, text, ...(reason !== undefined && { reason }) };
  passage.add(emit({ type: 'event', event: 'input_refused', detail }));
  if (rules.removesRefused && itemId !== null) {
    const items = itemsOf(passage.state.history.items).filter((item) => item.itemId !== itemId);
    passage.pass({ type: 'updateHistory', items, atMs: input.atMs });
  }
  return answered(rest, input.atMs, passage);
}

/** Asks for the answer once no turn is open and nobody speaks. */
function answered(own: InputGate, atMs: number, passage: Passage): InputGate {
  if (!own.isAnswerDue || own.turns.length > 0 || passage.state.responses.isUserSpeaking) return own;
  passage.pass({ type: 'turnEnded', needsAnswer: true, atMs });
  return { ...own, isAnswerDue: false };
}

/** What was said in a spoken item of the user; null as long as it is unknown, or if it is none. */
function wordsOf(item: RealtimeItem): string | null {
  if (item.type !== 'message' || item.role !== 'user') return null;
  const spoken = item.content.filter((part) => part.type === 'input_audio');
  if (spoken.length === 0 || spoken.some((part) => part.transcript === null)) return null;
  return spoken.map(({ transcript }) => transcript).join(' ');
}
