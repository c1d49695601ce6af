// What a transport decides by itself when no session drives it: one response at a time, and truncation at what was
// rendered. The decisions are the session core's own, taken with its slices for responses and playback.

import type { Clock, Timer } from '../clock.ts';
import type { ItemPosition, PlayoutListener, PlayoutReport, SessionPlayout } from '../playout/playout.ts';
import type { SessionEffect } from '../session/effect.ts';
import * as playback from '../session/playback.ts';
import * as responses from '../session/responses.ts';
import * as deadline from '../session/speech-deadline.ts';
import type { Playback, Responses } from '../session/state.ts';
import type { RequestedResponse } from './transport.ts';

/** The agent's name matters to sessions only. */
const NO_AGENT = '';

/** What the decisions lead to, and what they depend on. */
export interface StandalonePort {
  readonly playout: SessionPlayout;
  createResponse(request: { eventId: string; response?: Readonly<Record<string, unknown>> }): void;
  truncateItem(target: { itemId: string; contentIndex: number; audioEndMs: number }): void;
}

/** How far an item was heard, by somebody who knows better than the playout. */
export interface HeardUntil {
  readonly itemId: string;
  readonly heardMs: number;
}

/** The responses and the playback of one connection, seen from a transport. */
export class StandaloneConversation implements PlayoutListener {
  readonly #clock: Clock;
  readonly #port: StandalonePort;
  #responses: Responses = responses.NO_RESPONSES;
  #playback: Playback = playback.NO_PLAYBACK;
  #timers: Set<Timer> | null = null;
  /** Positions at the flush, which serve when no report comes. */
  #published: Map<string, readonly ItemPosition[]> | null = null;
  #heardUntil: Map<string, HeardUntil> | null = null;
  #lastId = 0;
  /** When the app last sent audio of the user; null if it never does. */
  #lastAudioAtMs: number | null = null;

  constructor(clock: Clock, port: StandalonePort) {
    this.#clock = clock;
    this.#port = port;
  }

  /** Forgets everything: the connection is gone. */
  reset(): void {
    for (const timer of this.#timers ?? []) timer.cancel();
    this.#timers = null;
    this.#responses = responses.NO_RESPONSES;
    this.#playback = playback.NO_PLAYBACK;
    this.#published = null;
    this.#heardUntil = null;
    this.#lastAudioAtMs = null;
  }

  /** Whether there is anything to interrupt. */
  get isLive(): boolean {
    return this.isGenerating || this.#playback.live.length > 0 || this.#playback.mayPlayOn;
  }

  /** Whether the server is generating a response that nobody has cancelled. */
  get isGenerating(): boolean {
    return this.#responses.live.some((response) => !response.isDone && !response.isCancelled);
  }

  /** Whether audio of this response may still play: not once it was cancelled. */
  acceptsAudio(responseId: string): boolean {
    return responses.findResponse(this.#responses, responseId)?.isCancelled !== true;
  }

  /** Asks for a response, when its turn comes. */
  request(request: RequestedResponse): void {
    this.#responses = responses.requested(this.#responses, request);
    this.#release();
  }

  responseStarted(responseId: string): void {
    const [next] = responses.responseStarted(this.#responses, responseId, NO_AGENT);
    this.#responses = responses.forgetOld(next, []);
  }

  responseDone(responseId: string, isCompleted: boolean): void {
    this.#responses = responses.responseEnded(this.#responses, responseId);
    if (isCompleted) this.#playback = playback.responseCompleted(this.#playback, responseId);
    this.#release();
  }

  /** The server refused one of our events. */
  refused(refusal: { code?: string; eventId?: string; error: unknown }): void {
    const [next, effects] = responses.serverError(this.#responses, refusal);
    this.#responses = next;
    this.#carryOut(effects);
    this.#release();
  }

  /** Audio of the user goes to the server, which can hear in it where speech ends. */
  userAudioSent(): void {
    this.#lastAudioAtMs = this.#clock.nowMs();
  }

  speechStarted(): void {
    this.#responses = responses.speechStarted(this.#responses, this.#clock.nowMs());
  }

  speechStopped(serverAnswers: boolean): void {
    const [next, effects] = responses.speechStopped(this.#responses, serverAnswers);
    this.#responses = next;
    this.#carryOut(effects);
    this.#release();
  }

  audioStarted(audio: { responseId: string; itemId: string; contentIndex: number }): void {
    this.#playback = playback.audioStarted(this.#playback, audio);
  }

  audioDone(itemId: string): void {
    this.#playback = playback.audioDone(this.#playback, itemId);
  }

  /** Refuses the audio of everything live from here on. */
  markCancelled(): void {
    const audibleIds = this.#playback.live.map((audio) => audio.responseId);
    this.#responses = responses.cancelled(this.#responses, audibleIds);
  }

  /** Stops what plays; its report truncates what was not heard. */
  stop(heardUntil: HeardUntil | null): void {
    const interruptId = `interrupt_${++this.#lastId}`;
    const [next, effects] = playback.flush(this.#playback, interruptId);
    this.#playback = next;
    if (heardUntil !== null) (this.#heardUntil ??= new Map()).set(interruptId, heardUntil);
    this.#carryOut(effects);
  }

  onReport({ interruptId, items }: PlayoutReport): void {
    const heardUntil = this.#heardUntil?.get(interruptId);
    const { sampleRate } = this.#port.playout;
    const positions = items.map((item) =>
      item.itemId === heardUntil?.itemId ? { ...item, renderedFrames: (heardUntil.heardMs * sampleRate) / 1000 } : item,
    );
    const settled = playback.interruptSettled(this.#playback, interruptId, positions, sampleRate);
    this.#playback = settled.playback;
    this.#published?.delete(interruptId);
    this.#heardUntil?.delete(interruptId);
    this.#carryOut(settled.effects);
    this.#release();
  }

  /** What the server plays by itself is not known to play before. */
  onStarted(position: ItemPosition): void {
    this.audioStarted(position);
  }

  onDone(position: ItemPosition): void {
    this.#playback = playback.playoutDone(this.#playback, position, this.#port.playout.isModelled);
  }

  /** No response is asked for between an interrupt and its report. */
  #release(): void {
    if (this.#playback.interruptId !== null) return;
    const [next, effects] = responses.releaseRequest(this.#responses, `response_${++this.#lastId}`, true);
    const [timed, timers] = deadline.timeSpeech(next);
    this.#responses = timed;
    this.#carryOut([...effects, ...timers]);
  }

  #carryOut(effects: readonly SessionEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'send') this.#send(effect.command);
      else if (effect.type === 'flushPlayout') this.#flush(effect.interruptId);
      else if (effect.type === 'startInterruptTimer') this.#awaitReport(effect.interruptId, effect.delayMs);
      else if (effect.type === 'startServerTurnTimer') this.#awaitTurn(effect.turn, effect.delayMs);
      else if (effect.type === 'startSpeechTimer') this.#awaitSilence(effect.delayMs);
      // `emit` is for sessions: a transport's own events are its server's.
    }
  }

  #send(command: Extract<SessionEffect, { type: 'send' }>['command']): void {
    if (command.type === 'truncate') this.#port.truncateItem(command);
    else if (command.type === 'createResponse') this.#port.createResponse(command);
  }

  #flush(interruptId: string): void {
    const playout = this.#port.playout;
    (this.#published ??= new Map()).set(interruptId, playout.positions());
    playout.flush(interruptId);
  }

  #awaitReport(interruptId: string, delayMs: number): void {
    const items = this.#published?.get(interruptId);
    // The playout has reported while it was flushed.
    if (items === undefined) return;
    this.#after(delayMs, () => this.onReport({ interruptId, items }));
  }

  #awaitTurn(turn: number, delayMs: number): void {
    this.#after(delayMs, () => {
      this.#responses = responses.serverTurnOverdue(this.#responses, turn);
      this.#release();
    });
  }

  #awaitSilence(delayMs: number): void {
    this.#after(delayMs, () => {
      const heard = { atMs: this.#clock.nowMs(), lastAudioAtMs: this.#lastAudioAtMs };
      const [next, effects] = deadline.speechOverdue(this.#responses, heard);
      this.#responses = next;
      this.#carryOut(effects);
      this.#release();
    });
  }

  #after(delayMs: number, callback: () => void): void {
    const timer = this.#clock.schedule(delayMs, () => {
      this.#timers?.delete(timer);
      callback();
    });
    (this.#timers ??= new Set()).add(timer);
  }
}
