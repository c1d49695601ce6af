// A model service at the other end of two queues. It answers what the session sends as the real service does, refuses
// what the real one refuses, and remembers what it still owes and what it believes was heard.

import type { SendCommand } from '../../src/session/effect.ts';
import type { ResponseStatus } from '../../src/session/input.ts';
import type { ConversationItemCreate } from '../../src/protocol/client-events.ts';
import { historyReset } from '../../src/protocol/history-reset.ts';
import type { RealtimeItem } from '../../src/protocol/items.ts';
import { realtimeItem } from '../../src/protocol/wire-items.ts';
import type { Choice } from './choices.ts';
import type { Untimed } from './rehearsal.ts';

/** Rate of the simulated audio, in Hz. */
export const SAMPLE_RATE = 24_000;

/** What travels from the server to the client: an input of the session, or audio, which bypasses it. */
export type Delivery = Untimed | AudioDelivery;

/** A stretch of audio of one item. */
interface AudioDelivery {
  readonly type: 'audio';
  readonly responseId: string;
  readonly itemId: string;
  readonly frames: number;
  /** The session is told of the first one. */
  readonly isFirst: boolean;
}

interface KeptItem {
  readonly itemId: string;
  /** Audio that the server has generated and committed, in frames. */
  frames: number;
  /** How much of it the server was told was heard; null: it believes all of it was. */
  believedMs: number | null;
  /** The words of an item that the client has brought; null for an item of this server's own. */
  readonly text: string | null;
}

interface ServerResponse {
  readonly responseId: string;
  /** The message it is speaking, with its words so far. */
  message: { readonly itemId: string; readonly previousItemId: string | null; text: string } | null;
  calls: number;
  lastCall: Untimed | null;
}

/** How the server is configured for one call. */
export interface ServerOptions {
  readonly createsResponses: boolean;
  readonly interruptsResponses: boolean;
  /** Stands for a foreign transport too, which sequences responses by itself and answers messages unasked. */
  readonly isForeign: boolean;
  /** Turns of the user are interrupted for and answered by the session. */
  readonly leavesTurns: boolean;
}

/** The service's side of one connection. */
export class SimulatedServer {
  readonly options: ServerOptions;
  readonly conversation: KeptItem[] = [];
  /** On the way to the client, in order. */
  readonly downlink: Delivery[] = [];
  /** Items of the user whose announcement is held up by their transcription. */
  readonly held: Untimed[] = [];
  /** Things that were said to the model and that no response since has taken up. */
  readonly unanswered: Set<string> = new Set();
  /** Refused commands that a correct client never sends. */
  readonly complaints: string[] = [];
  /** Responses created or refused for good on the client's request. */
  requestsAnswered = 0;
  active: ServerResponse | null = null;
  isUserSpeaking = false;
  #owesResponse = false;
  #nextId = 1;
  #utteranceId = '';
  /** Functions that were called on this server, or before it as far as it was told, by call id, with their items. */
  readonly calls: Map<string, string> = new Map();
  readonly outputs: Set<string> = new Set();
  /** What the active response is the answer to. */
  answering: ReadonlySet<string> = new Set();
  readonly #prefix: string;

  constructor(prefix: string, options: ServerOptions) {
    this.#prefix = prefix;
    this.options = options;
  }

  /** One event of the client arrives. `needs` names what it adds to the conversation when that wants a response. */
  receive(command: SendCommand, needs: string | null, choice: Choice): void {
    switch (command.type) {
      case 'createResponse':
        this.#receiveRequest(command.eventId, choice);
        break;
      case 'cancelResponse':
        if (this.active !== null && (command.responseId ?? this.active.responseId) === this.active.responseId) {
          this.finish('cancelled');
        } else {
          this.downlink.push({ type: 'serverError', code: 'response_cancel_not_active', error: 'nothing to cancel' });
        }
        break;
      case 'interrupt':
        if (this.active !== null) this.finish('cancelled');
        this.downlink.push({ type: 'playbackInterrupted' });
        break;
      case 'truncate':
        this.#receiveTruncate(command.itemId, command.audioEndMs);
        break;
      case 'functionCallOutput':
        this.#receiveOutput(command.call.callId);
        this.downlink.push({ type: 'outputConfirmed', callId: command.call.callId });
        if (needs !== null) this.unanswered.add(needs);
        break;
      case 'message': {
        const { itemId, previousItemId } = this.#append('u');
        if (needs !== null) this.unanswered.add(needs);
        if (this.options.isForeign) this.#oweResponse();
        const text = typeof command.message === 'string' ? command.message : '';
        const content = [{ type: 'input_text' as const, text }];
        this.downlink.push({
          type: 'itemUpdated',
          item: { itemId, previousItemId, type: 'message', role: 'user', status: 'completed', content },
        });
        break;
      }
      case 'resetHistory':
        this.#receiveReset(command.from, command.to);
        break;
      case 'updateConfig':
        break;
    }
  }

  /** Whether the client has brought the item. */
  isReplayed(itemId: string): boolean {
    return this.conversation.some((item) => item.itemId === itemId && item.text !== null);
  }

  /** The user starts to speak into the microphone. */
  startSpeech(): void {
    this.isUserSpeaking = true;
    this.#utteranceId = `${this.#prefix}u${this.#nextId++}`;
    const itemId = this.#utteranceId;
    this.downlink.push({ type: 'speechStarted', itemId, serverInterrupts: this.options.interruptsResponses });
    if (this.options.interruptsResponses && this.active !== null) this.finish('cancelled');
  }

  /** The user is silent again. Noise that was no speech leaves no item and gets no response. */
  stopSpeech(isNoise: boolean, choice: Choice): void {
    this.isUserSpeaking = false;
    this.downlink.push({ type: 'speechStopped', itemId: this.#utteranceId });
    // Noise is transcribed as nothing, or leaves no item at all.
    if (isNoise && choice.oneIn(2)) {
      this.#takeTurn();
      return;
    }
    const { itemId, previousItemId } = this.#append('u', this.#utteranceId);
    const content = [{ type: 'input_audio' as const, transcript: isNoise ? '' : 'what the user said' }];
    const update: Untimed = {
      type: 'itemUpdated',
      item: { itemId, previousItemId, type: 'message', role: 'user', status: 'completed', content },
    };
    if (choice.oneIn(3)) this.held.push(update);
    else this.downlink.push(update);
    if (!isNoise && this.options.leavesTurns) this.unanswered.add(`turn ${itemId}`);
    if (!isNoise && this.options.createsResponses) this.#oweResponse();
    else this.#takeTurn();
  }

  /** A transcription is ready, not always that of the oldest utterance. */
  release(choice: Choice): void {
    const [update] = this.held.splice(choice.below(this.held.length), 1);
    if (update !== undefined) this.downlink.push(update);
  }

  /** The active response says a bit more. */
  speak(choice: Choice): void {
    const response = this.active;
    if (response === null) return;
    const { responseId } = response;
    if (response.message === null) {
      const { itemId, previousItemId } = this.#append('a');
      response.message = { itemId, previousItemId, text: '' };
      this.downlink.push(this.#messageUpdate(response.message, 'in_progress'));
    }
    const { message } = response;
    const item = this.conversation.find((each) => each.itemId === message.itemId);
    const delta = choice.of([' one two three', ' four', ' a longer piece of speech']);
    message.text += delta;
    if (choice.oneIn(2)) this.downlink.push({ type: 'transcriptDelta', responseId, itemId: message.itemId, delta });
    const frames = 240 * (1 + choice.below(40)) + choice.below(240);
    if (item === undefined) return;
    this.downlink.push({ type: 'audio', responseId, itemId: item.itemId, frames, isFirst: item.frames === 0 });
    item.frames += frames;
    if (choice.oneIn(3)) this.endMessage(choice);
  }

  /** The active response has said all of its message. */
  endMessage(choice: Choice): void {
    const response = this.active;
    if (response === null || response.message === null) return;
    const { message } = response;
    this.downlink.push({ type: 'audioDone', responseId: response.responseId, itemId: message.itemId });
    this.downlink.push(this.#messageUpdate(message, 'completed', choice.oneIn(2)));
    response.message = null;
  }

  /** The active response calls a function; now and then the event comes twice. */
  call(choice: Choice): void {
    const response = this.active;
    if (response === null) return;
    if (response.lastCall !== null && choice.oneIn(6)) {
      this.downlink.push(response.lastCall);
      return;
    }
    if (response.message !== null) this.endMessage(choice);
    const { itemId, previousItemId } = this.#append('f');
    response.calls += 1;
    const callId = `${response.responseId}.call${response.calls}`;
    const name = choice.of(['weather', 'book', 'transfer']);
    const ref = { responseId: response.responseId, itemId, callId, name, arguments: '{}' };
    this.calls.set(callId, itemId);
    this.downlink.push({
      type: 'itemUpdated',
      item: {
        itemId,
        previousItemId,
        type: 'function_call',
        status: 'completed',
        arguments: '{}',
        name,
        output: null,
        callId,
      },
    });
    response.lastCall = { type: 'functionCall', ...ref };
    this.downlink.push(response.lastCall);
  }

  /** The active response ends. */
  finish(status: ResponseStatus): void {
    const response = this.active;
    if (response === null) return;
    this.active = null;
    const usage = { inputTokens: 3, outputTokens: 4, totalTokens: 7 };
    const { responseId, message } = response;
    if (message !== null) {
      this.downlink.push({ type: 'audioDone', responseId, itemId: message.itemId });
      this.downlink.push(this.#messageUpdate(message, status === 'completed' ? 'completed' : 'incomplete'));
    }
    this.downlink.push({ type: 'responseDone', responseId, status, outputText: message?.text ?? '', usage });
    this.#takeTurn();
  }

  #messageUpdate(
    message: { itemId: string; previousItemId: string | null; text: string },
    status: 'in_progress' | 'completed' | 'incomplete',
    hasPredecessor = true,
  ): Untimed {
    const { itemId, previousItemId, text } = message;
    const transcript = status === 'in_progress' ? null : text;
    const content = text === '' ? [] : [{ type: 'output_audio' as const, transcript }];
    const place = hasPredecessor ? { previousItemId } : {};
    return { type: 'itemUpdated', item: { itemId, ...place, type: 'message', role: 'assistant', status, content } };
  }

  #receiveRequest(eventId: string, choice: Choice): void {
    if (this.options.isForeign) {
      this.requestsAnswered += 1;
      this.#oweResponse();
      return;
    }
    if (this.active !== null) {
      const code = 'conversation_already_has_active_response';
      this.downlink.push({ type: 'serverError', code, eventId, error: `${this.active.responseId} is active` });
      return;
    }
    this.requestsAnswered += 1;
    if (!choice.oneIn(25)) {
      this.#begin();
      return;
    }
    this.unanswered.clear();
    this.downlink.push({ type: 'serverError', code: 'rate_limit_exceeded', eventId, error: 'too many requests' });
  }

  #receiveTruncate(itemId: string, audioEndMs: number): void {
    const item = this.conversation.find((each) => each.itemId === itemId);
    if (item === undefined) return;
    const generatedMs = (item.frames * 1000) / SAMPLE_RATE;
    if (audioEndMs > generatedMs) this.complaints.push(`${itemId} truncated at ${audioEndMs} of ${generatedMs} ms`);
    if (item.believedMs !== null) this.complaints.push(`${itemId} truncated twice`);
    item.believedMs = audioEndMs;
  }

  /** The events that a transport makes of it, one by one. */
  #receiveReset(from: readonly RealtimeItem[], to: readonly RealtimeItem[]): void {
    // A held announcement would name a predecessor that is gone; the service would not send that.
    this.downlink.push(...this.held.splice(0));
    for (const event of historyReset(from, to)) {
      if (event.type === 'conversation.item.delete') this.#delete(event.item_id);
      else this.#create(event.item, event.previous_item_id);
    }
  }

  #delete(itemId: string): void {
    const at = this.conversation.findIndex((each) => each.itemId === itemId);
    // An item that is being generated can't be deleted.
    if (at < 0 || this.active?.message?.itemId === itemId) return;
    this.conversation.splice(at, 1);
    this.downlink.push({ type: 'itemDeleted', itemId });
  }

  /** An item that the client brings. */
  #create(item: ConversationItemCreate['item'], place: string | null | undefined): void {
    if (item.type === 'mcp_approval_response') return;
    if (item.type === 'function_call_output') {
      this.#receiveOutput(item.call_id);
      return;
    }
    const itemId = item.id ?? '';
    if (this.conversation.some((each) => each.itemId === itemId)) this.complaints.push(`${itemId} is there already`);
    const at = place === 'root' ? 0 : this.conversation.findIndex((each) => each.itemId === place) + 1;
    const isAppended = place === undefined || place === null;
    if (!isAppended && place !== 'root' && at === 0) this.complaints.push(`no ${place} to put ${itemId} behind`);
    const index = isAppended ? this.conversation.length : at;
    const previousItemId = this.conversation[index - 1]?.itemId ?? null;
    const text = 'content' in item ? item.content.map((part) => ('text' in part ? part.text : '')).join('') : null;
    this.conversation.splice(index, 0, { itemId, frames: 0, believedMs: null, text });
    if (item.type === 'function_call' && item.call_id !== undefined) this.calls.set(item.call_id, itemId);
    const echo = realtimeItem({ ...item, id: itemId }, { previousItemId, isDone: true });
    if (echo !== null) this.downlink.push({ type: 'itemUpdated', item: echo });
  }

  #receiveOutput(callId: string): void {
    if (!this.calls.has(callId)) this.complaints.push(`output of ${callId}, which nobody here has called`);
    if (this.outputs.has(callId)) this.complaints.push(`second output of ${callId}`);
    this.outputs.add(callId);
  }

  #oweResponse(): void {
    this.#owesResponse = true;
    this.#takeTurn();
  }

  #takeTurn(): void {
    if (!this.#owesResponse || this.active !== null || this.isUserSpeaking) return;
    this.#owesResponse = false;
    this.#begin();
  }

  #begin(): void {
    const responseId = `${this.#prefix}r${this.#nextId++}`;
    this.active = { responseId, message: null, calls: 0, lastCall: null };
    this.answering = new Set([...this.unanswered].filter((need) => need.startsWith('message')));
    this.unanswered.clear();
    this.downlink.push({ type: 'responseStarted', responseId });
  }

  #append(
    kind: string,
    itemId: string = `${this.#prefix}${kind}${this.#nextId++}`,
  ): { itemId: string; previousItemId: string | null } {
    const previousItemId = this.conversation.at(-1)?.itemId ?? null;
    this.conversation.push({ itemId, frames: 0, believedMs: null, text: null });
    return { itemId, previousItemId };
  }
}
