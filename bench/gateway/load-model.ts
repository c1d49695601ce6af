// A Realtime service that answers by the clock, not by what it hears, so that a row costs the generator the same whatever
// bridge it loads: half-duplex answers in deltas of 100 ms at three times real time, a barge-in in every second one.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type WebSocket, WebSocketServer } from 'ws';
import { noiseOctets } from '../corpus.ts';
import { DELTA_MS, FRAME_HEADER_CHARS } from './load-protocol.ts';

/** Of one answer: 4 s in 40 deltas. */
const DELTAS = 40;
const SPEEDUP = 3;
/** An answer begins every so often. */
const TURN_MS = 8000;
/** So long after an answer began its listener barges in. */
const BARGE_IN_MS = 2000;

const DELTA_PAYLOADS = Array.from({ length: 8 }, (_, seed) =>
  Buffer.from(noiseOctets(DELTA_MS * 8, seed + 1)).toString('base64'),
);

/** What the model side of a call sees. */
export interface ModelListener {
  /** A packet of the caller arrived; the first characters of its payload name it. */
  onCallerAudio(header: string, nowMs: number): void;
  onAnswer(call: string, nowMs: number): void;
  onBargeIn(call: string, nowMs: number): void;
  onTruncate(call: string, audioEndMs: number): void;
}

/** One call's connection. */
class ModelCall {
  readonly #socket: WebSocket;
  readonly #listener: ModelListener;
  #call = '';
  #turn = 0;
  #nextTurnMs = Number.POSITIVE_INFINITY;
  #nextDeltaMs = Number.POSITIVE_INFINITY;
  #bargeInMs = Number.POSITIVE_INFINITY;
  #delta = 0;

  constructor(socket: WebSocket, listener: ModelListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('message', (data: Buffer) => this.#receive(data));
    socket.on('error', () => {});
    this.#send({ type: 'session.created', session: { id: 'sess', type: 'realtime', object: 'realtime.session' } });
  }

  tick(nowMs: number): void {
    if (nowMs >= this.#nextTurnMs) this.#answer(nowMs);
    while (nowMs >= this.#nextDeltaMs) this.#sendDelta();
    if (nowMs >= this.#bargeInMs) this.#bargeIn(nowMs);
  }

  #receive(data: Buffer): void {
    // Fifty of these a second: looked into, not parsed.
    const head = data.toString('latin1', 0, 120);
    if (head.includes('input_audio_buffer.append')) {
      const at = head.indexOf('"audio":"') + '"audio":"'.length;
      const header = head.slice(at, at + FRAME_HEADER_CHARS);
      if (this.#call === '') this.#begin(header);
      return this.#listener.onCallerAudio(header, performance.now());
    }
    const event = JSON.parse(data.toString()) as { type: string; audio_end_ms?: number };
    if (event.type === 'session.update') this.#send({ type: 'session.updated', session: { type: 'realtime' } });
    if (event.type === 'conversation.item.truncate') {
      this.#listener.onTruncate(this.#call, event.audio_end_ms ?? Number.NaN);
      this.#send({ ...event, type: 'conversation.item.truncated' });
    }
  }

  /** The first packet says whose call it is; answers of different calls begin at different times. */
  #begin(header: string): void {
    this.#call = header.slice(0, 4);
    this.#nextTurnMs = performance.now() + 500 + ((Buffer.from(this.#call, 'base64').readUInt16BE(0) * 997) % TURN_MS);
  }

  #answer(nowMs: number): void {
    this.#turn += 1;
    this.#nextTurnMs = nowMs + TURN_MS;
    this.#nextDeltaMs = nowMs;
    this.#delta = 0;
    if (this.#turn % 2 === 0) this.#bargeInMs = nowMs + BARGE_IN_MS;
    const response = { id: `resp_${this.#turn}`, object: 'realtime.response', status: 'in_progress', output: [] };
    const item = {
      id: this.#itemId,
      object: 'realtime.item',
      type: 'message',
      role: 'assistant',
      status: 'in_progress',
      content: [],
    };
    this.#send({ type: 'response.created', response });
    this.#send({ type: 'response.output_item.added', response_id: response.id, output_index: 0, item });
    this.#send({ type: 'conversation.item.added', previous_item_id: null, item });
    this.#listener.onAnswer(this.#call, nowMs);
  }

  get #itemId(): string {
    return `item_${this.#turn}`;
  }

  #sendDelta(): void {
    const part = {
      response_id: `resp_${this.#turn}`,
      item_id: this.#itemId,
      output_index: 0,
      content_index: 0,
    };
    const delta = DELTA_PAYLOADS[this.#delta % DELTA_PAYLOADS.length];
    this.#send({ type: 'response.output_audio.delta', ...part, delta });
    if (this.#delta % 2 === 0) this.#send({ type: 'response.output_audio_transcript.delta', ...part, delta: ' words' });
    this.#delta += 1;
    this.#nextDeltaMs += DELTA_MS / SPEEDUP;
    if (this.#delta < DELTAS) return;
    this.#nextDeltaMs = Number.POSITIVE_INFINITY;
    this.#send({ type: 'response.output_audio.done', ...part });
    const content = [{ type: 'output_audio', transcript: ' words'.repeat(DELTAS / 2) }];
    const item = {
      id: this.#itemId,
      object: 'realtime.item',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content,
    };
    this.#send({ type: 'response.output_item.done', response_id: part.response_id, output_index: 0, item });
    this.#send({ type: 'conversation.item.done', previous_item_id: null, item });
    const response = { id: part.response_id, object: 'realtime.response', status: 'completed', output: [item] };
    this.#send({ type: 'response.done', response });
  }

  #bargeIn(nowMs: number): void {
    this.#bargeInMs = Number.POSITIVE_INFINITY;
    const itemId = `heard_${this.#turn}`;
    this.#listener.onBargeIn(this.#call, nowMs);
    this.#send({ type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: itemId });
    this.#send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 0, item_id: itemId });
    this.#send({ type: 'input_audio_buffer.committed', previous_item_id: this.#itemId, item_id: itemId });
  }

  #send(event: object): void {
    this.#socket.send(JSON.stringify({ event_id: 'event_1', ...event }));
  }
}

/** The service: `tick` drives all its calls. */
export class LoadModel {
  readonly #server: WebSocketServer;
  readonly #calls = new Set<ModelCall>();

  private constructor(server: WebSocketServer, listener: ModelListener) {
    this.#server = server;
    server.on('connection', (socket) => {
      const call = new ModelCall(socket, listener);
      this.#calls.add(call);
      socket.on('close', () => this.#calls.delete(call));
    });
  }

  static async listen(listener: ModelListener): Promise<LoadModel> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await once(server, 'listening');
    return new LoadModel(server, listener);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/realtime`;
  }

  get callCount(): number {
    return this.#calls.size;
  }

  tick(nowMs: number): void {
    for (const call of this.#calls) call.tick(nowMs);
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}
