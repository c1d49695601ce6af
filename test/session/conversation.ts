// A scripted conversation with a session core: inputs in, effects out. Ids of the session are `s_1`, `s_2`, …

import type { RealtimeAssistantMessageItem, RealtimeItem } from '../../src/protocol/items.ts';
import type { SendCommand, SessionEffect, SessionNotice } from '../../src/session/effect.ts';
import type { FeatureCore, StepFunction } from '../../src/session/feature.ts';
import { stepThrough } from '../../src/session/feature.ts';
import type { SessionInput } from '../../src/session/input.ts';
import type { ReconnectPolicy, SessionState } from '../../src/session/state.ts';
import { initialSession } from '../../src/session/fresh-state.ts';
import { step } from '../../src/session/step.ts';
import { findItem } from '../../src/session/item-list.ts';

type WithoutTime<T> = T extends unknown ? Omit<T, 'atMs'> : never;

/** An input as scripts write it: the conversation adds the time. */
export type ScriptedInput = WithoutTime<SessionInput>;

/** Frames of a millisecond at the rate of every script here. */
export const FRAMES_PER_MS = 24;

export class Conversation {
  state: SessionState;
  readonly #step: StepFunction;
  #atMs = 0;

  constructor(
    options: {
      guardrailDebounceLength?: number;
      guardrailCount?: number;
      isDriven?: boolean;
      createsResponses?: boolean;
      reconnect?: ReconnectPolicy;
      features?: FeatureCore[];
    } = {},
  ) {
    const {
      guardrailDebounceLength = null,
      guardrailCount = 1,
      isDriven = true,
      createsResponses = false,
      reconnect = null,
      features = [],
    } = options;
    this.#step = stepThrough(step, features);
    this.state = initialSession({ agentName: 'Front', seed: 's', guardrailDebounceLength, guardrailCount, reconnect });
    this.on({ type: 'connecting' }, { type: 'connected', abilities: { isDriven, createsResponses } });
  }

  /** The effects of these inputs at that moment, in order. */
  at(atMs: number, ...inputs: ScriptedInput[]): SessionEffect[] {
    this.#atMs = atMs - 1;
    return inputs.flatMap((input) => {
      const effects = this.on(input);
      this.#atMs -= 1;
      return effects;
    });
  }

  /** The effects of these inputs, in order. */
  on(...inputs: ScriptedInput[]): SessionEffect[] {
    const all: SessionEffect[] = [];
    for (const input of inputs) {
      this.#atMs += 1;
      const [next, effects] = this.#step(this.state, { ...input, atMs: this.#atMs });
      this.state = next;
      all.push(...effects);
    }
    return all;
  }

  /** Time goes by without an input. */
  pass(ms: number): void {
    this.#atMs += ms;
  }

  /** The server begins a response and speaks one item of it. */
  speaks(responseId: string, itemId: string): void {
    this.on(
      { type: 'responseStarted', responseId },
      { type: 'itemUpdated', item: spoken(itemId, { status: 'in_progress', transcript: '' }) },
      { type: 'audioStarted', responseId, itemId, contentIndex: 0 },
    );
  }

  item(itemId: string): RealtimeItem | undefined {
    return findItem(this.state.history.items, itemId);
  }
}

/** What the app asks or the server says, in as few words as the tests need. */
export const message: ScriptedInput = { type: 'sendMessage', message: 'hello', otherEventData: {} };
export const interrupted: SessionEffect = told({ type: 'audioInterrupted', agentName: 'Front' });
export const historyUpdated: SessionEffect = told({ type: 'historyUpdated' });
/** Of an item that the model is still saying. */
export const historyGrows: SessionEffect = told({ type: 'historyUpdated', isGrowing: true });
export const userSpeechStarted: SessionEffect = told({ type: 'event', event: 'user_speech_started', detail: {} });
export const userSpeechStopped: SessionEffect = told({ type: 'event', event: 'user_speech_stopped', detail: {} });

export function done(responseId: string): ScriptedInput {
  return { type: 'responseDone', responseId, status: 'completed', outputText: 'Done.' };
}

export function cancelled(responseId: string): ScriptedInput {
  return { type: 'responseDone', responseId, status: 'cancelled', outputText: '' };
}

export function call(responseId: string, callId: string, name = 'weather'): ScriptedInput {
  return { type: 'functionCall', responseId, callId, name, arguments: '{}' };
}

export function mayRun(callId: string, needsApproval = false): ScriptedInput {
  return { type: 'callPrepared', callId, plan: { kind: 'run', needsApproval } };
}

export function settled(callId: string, output = 'sunny', isBackground = false): ScriptedInput {
  return { type: 'callSettled', callId, output, isBackground };
}

/** The report of an interrupt: milliseconds rendered of milliseconds received. */
export function report(
  interruptId: string,
  ...items: [itemId: string, renderedMs: number, receivedMs: number][]
): ScriptedInput {
  return {
    type: 'playoutReport',
    sampleRate: FRAMES_PER_MS * 1000,
    report: {
      interruptId,
      items: items.map(([itemId, renderedMs, receivedMs]) => ({
        itemId,
        contentIndex: 0,
        responseId: 'r1',
        renderedFrames: renderedMs * FRAMES_PER_MS,
        receivedFrames: receivedMs * FRAMES_PER_MS,
      })),
    },
  };
}

export function sent(command: SendCommand): SessionEffect {
  return { type: 'send', command };
}

export function told(notice: SessionNotice): SessionEffect {
  return { type: 'emit', notice };
}

export function createResponse(eventId: string): SessionEffect {
  return sent({ type: 'createResponse', eventId });
}

export function truncate(itemId: string, audioEndMs: number): SessionEffect {
  return sent({ type: 'truncate', itemId, contentIndex: 0, audioEndMs });
}

/** An item of the agent with one part of audio. */
export function spoken(
  itemId: string,
  part: { status?: RealtimeAssistantMessageItem['status']; transcript?: string | null; previousItemId?: string } = {},
): RealtimeAssistantMessageItem {
  const { status = 'completed', transcript = null, previousItemId } = part;
  return {
    itemId,
    type: 'message',
    role: 'assistant',
    status,
    content: [{ type: 'output_audio', transcript }],
    ...(previousItemId !== undefined && { previousItemId }),
  };
}
