// A recorded call once more through the session core: the server says what it said, the app and the tools do what they
// did, and the core decides anew. What was heard is what the recorded client reported, else what a player in real time
// would have played.

import type { ItemPosition } from '../../playout/playout.ts';
import type { SessionEffect } from '../../session/effect.ts';
import type { SessionInput } from '../../session/input.ts';
import type { SessionState } from '../../session/state.ts';
import { initialSession } from '../../session/fresh-state.ts';
import { step } from '../../session/step.ts';
import { readTransport } from '../../shell/transport-inputs.ts';
import type { WireLogLine } from '../wire-log.ts';
import { LogClock } from './log-clock.ts';
import { ReplayedTransport } from './replayed-transport.ts';

/** One step of the core: what happened and what it led to. */
export interface ReplayedStep {
  readonly atMs: number;
  readonly input: SessionInput;
  readonly effects: readonly SessionEffect[];
}

/** What came of a replay. */
export interface ReplayedCall {
  readonly steps: readonly ReplayedStep[];
  readonly state: SessionState;
}

type Untimed = SessionInput extends infer T ? (T extends SessionInput ? Omit<T, 'atMs'> : never) : never;

const AGENT_NAME = 'agent';

/** Replays the lines of one session. */
export function replayCall(lines: readonly WireLogLine[]): ReplayedCall {
  return new Replay(lines).run();
}

class Replay {
  readonly #lines: readonly WireLogLine[];
  readonly #clock = new LogClock();
  readonly #transport = new ReplayedTransport({ clock: this.#clock });
  readonly #steps: ReplayedStep[] = [];
  readonly #queue: Untimed[] = [];
  #isStepping = false;
  #state = initialSession({ agentName: AGENT_NAME, seed: 'replay', guardrailDebounceLength: null });
  #at = 0;

  constructor(lines: readonly WireLogLine[]) {
    this.#lines = lines;
    const { playout } = this.#transport;
    this.#transport.drive();
    playout.listener = {
      onReport: ({ interruptId, items }) => {
        const report = { interruptId, items: items.map((item) => this.#asReported(item, playout.sampleRate)) };
        this.#feed({ type: 'playoutReport', report, sampleRate: playout.sampleRate });
      },
      onStarted: () => {},
      onDone: (position) => this.#feed({ type: 'playoutDone', position }),
    };
    let audible = '';
    readTransport(
      this.#transport,
      {
        onInput: (input) => this.#feed(input),
        onAudio: ({ responseId, itemId, contentIndex }) => {
          if (audible === `${itemId}:${contentIndex}`) return;
          audible = `${itemId}:${contentIndex}`;
          this.#feed({ type: 'audioStarted', responseId, itemId, contentIndex });
        },
        readsRawEvents: () => false,
        onRawEvent: () => {},
        onMcpTools: () => {},
        onMcpApprovalRequest: () => {},
        onMcpCallCompleted: () => {},
      },
      { keepsAudio: false },
    );
    this.#feed({ type: 'connecting' });
    this.#feed({ type: 'connected', abilities: { isDriven: true, createsResponses: true } });
  }

  run(): ReplayedCall {
    for (const [index, line] of this.#lines.entries()) {
      this.#at = index;
      this.#clock.advanceTo(line.atMs);
      if (line.direction === 'out') this.#transport.receive({ ...line.event, type: String(line.event['type']) });
      else this.#clientSaid(line.event);
    }
    return { steps: this.#steps, state: this.#state };
  }

  /** What the recorded client did by itself, or its app and its tools did; what the core does, it decides anew. */
  #clientSaid(event: WireLogLine['event']): void {
    switch (event['type']) {
      case 'session.update':
        return this.#configured(event['session']);
      case 'conversation.item.create':
        return this.#created(event['item']);
      case 'response.create': {
        const { requestedEventId, isAutomaticQueued, activeId } = this.#state.responses;
        const isOurs = requestedEventId !== null || isAutomaticQueued || activeId !== null;
        return isOurs ? undefined : this.#feed({ type: 'requestResponse' });
      }
      case 'response.cancel':
      case 'conversation.item.truncate':
        return this.#interrupted(event['item_id']);
      default:
    }
  }

  /** The core has not, so it was the app: an interrupt by its command leaves no other trace. */
  #interrupted(itemId: unknown): void {
    const { responses, playback } = this.#state;
    const isGenerating = responses.live.some((response) => !response.isDone && !response.isCancelled);
    const isPlaying = playback.live.some((audio) => itemId === undefined || audio.itemId === itemId);
    if (isGenerating || isPlaying) this.#feed({ type: 'interrupt' });
  }

  #configured(session: unknown): void {
    const input = field(field(session, 'audio'), 'input');
    if (!hasField(input, 'turn_detection')) return;
    const detection = field(input, 'turn_detection');
    const createsResponses = detection !== null && field(detection, 'create_response') !== false;
    this.#feed({ type: 'connected', abilities: { isDriven: true, createsResponses } });
  }

  #created(item: unknown): void {
    if (field(item, 'type') !== 'function_call_output') return;
    const callId = String(field(item, 'call_id'));
    this.#feed({ type: 'callSettled', callId, output: String(field(item, 'output')), isBackground: false });
  }

  #feed(input: Untimed): void {
    this.#queue.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    this.#isStepping = false;
  }

  #step(untimed: Untimed): void {
    const atMs = this.#clock.nowMs();
    const input: SessionInput = { ...untimed, atMs };
    const [state, effects] = step(this.#state, input);
    this.#state = state;
    if (effects.length > 0) this.#steps.push({ atMs, input, effects });
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: SessionEffect): void {
    switch (effect.type) {
      case 'prepareCall': {
        const plan = { kind: 'run' as const, needsApproval: false };
        return this.#feed({ type: 'callPrepared', callId: effect.call.callId, plan });
      }
      case 'flushPlayout':
        return this.#transport.playout.flush(effect.interruptId);
      case 'startServerTurnTimer': {
        const { turn } = effect;
        this.#clock.schedule(effect.delayMs, () => this.#feed({ type: 'serverTurnOverdue', turn }));
        return;
      }
      default:
    }
  }

  /** The recorded client knew better than a clock where its player had stopped. */
  #asReported(position: ItemPosition, sampleRate: number): ItemPosition {
    const truncate = this.#lines.slice(this.#at).find(({ direction, event }) => {
      return (
        direction === 'in' && event['type'] === 'conversation.item.truncate' && event['item_id'] === position.itemId
      );
    });
    if (truncate === undefined) return position;
    const reportedFrames = Math.ceil((Number(truncate.event['audio_end_ms']) * sampleRate) / 1000);
    return { ...position, renderedFrames: Math.min(reportedFrames, position.receivedFrames) };
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function hasField(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value;
}
