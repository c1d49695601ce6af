// A transport as a user writes one for the peer's interface, knowing nothing of what ours add to it: a socket of `ws`, the
// events by name, a clock for what was heard.

import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import type { RealtimeTransportLayer, RealtimeTransportLayerConnectOptions } from '../../src/index.ts';

type Wire = Record<string, unknown>;

/** Speaks as much of the protocol as one conversation by voice needs. */
export class HandMadeTransport extends EventEmitter {
  status: RealtimeTransportLayer['status'] = 'disconnected';
  muted: boolean | null = null;
  #socket: WebSocket | undefined;
  #playing: { itemId: string; sinceMs: number; receivedMs: number } | null = null;

  async connect({ url, initialSessionConfig }: RealtimeTransportLayerConnectOptions): Promise<void> {
    this.status = 'connecting';
    this.emit('connection_change', 'connecting');
    this.#socket = new WebSocket(url ?? '', { headers: { Authorization: 'Bearer local' } });
    this.#socket.on('message', (data: Buffer) => this.#read(JSON.parse(data.toString()) as Wire));
    this.#socket.on('close', () => {
      this.status = 'disconnected';
      this.emit('connection_change', 'disconnected');
    });
    await new Promise((resolve, reject) => this.#socket?.once('open', resolve).once('error', reject));
    this.status = 'connected';
    this.emit('connection_change', 'connected');
    this.updateSessionConfig(initialSessionConfig ?? {});
  }

  sendEvent(event: Wire): void {
    this.#socket?.send(JSON.stringify(event));
  }

  requestResponse(): void {
    this.sendEvent({ type: 'response.create' });
  }

  sendMessage(message: unknown): void {
    const content = [{ type: 'input_text', text: String(message) }];
    this.sendEvent({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    this.requestResponse();
  }

  addImage(): void {}

  sendAudio(audio: ArrayBuffer): void {
    this.sendEvent({ type: 'input_audio_buffer.append', audio: Buffer.from(audio).toString('base64') });
  }

  updateSessionConfig(config: object): void {
    const { instructions, tools } = config as Wire;
    this.sendEvent({ type: 'session.update', session: { type: 'realtime', instructions, tools } });
  }

  close(): void {
    this.#socket?.close();
  }

  mute(): void {}

  sendFunctionCallOutput(call: { callId: string }, output: string, startResponse: boolean): void {
    this.sendEvent({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: call.callId, output },
    });
    if (startResponse) this.requestResponse();
  }

  interrupt(): void {
    const playing = this.#playing;
    this.#playing = null;
    if (playing === null) return;
    this.emit('audio_interrupted');
    const audio_end_ms = Math.floor(Math.min(performance.now() - playing.sinceMs, playing.receivedMs));
    this.sendEvent({ type: 'conversation.item.truncate', item_id: playing.itemId, content_index: 0, audio_end_ms });
  }

  resetHistory(): void {}

  sendMcpResponse(): void {}

  #read(event: Wire): void {
    this.emit('*', event);
    const responseId = String(event['response_id']);
    const itemId = String(event['item_id']);
    switch (event['type']) {
      case 'response.created':
        return void this.emit('turn_started', { type: 'response_started', providerData: event });
      case 'response.done': {
        const { id, output, usage } = event['response'] as { id: string; output: Wire[]; usage: unknown };
        return void this.emit('turn_done', {
          type: 'response_done',
          response: { id, output: output.map(camel), usage },
        });
      }
      case 'response.output_audio.delta': {
        const data = Buffer.from(String(event['delta']), 'base64');
        if (this.#playing?.itemId !== itemId) this.#playing = { itemId, sinceMs: performance.now(), receivedMs: 0 };
        if (this.#playing !== null) this.#playing.receivedMs += data.length / 48;
        return void this.emit('audio', { type: 'audio', data: new Uint8Array(data).buffer, responseId });
      }
      case 'response.output_audio.done':
        return void this.emit('audio_done');
      case 'response.output_audio_transcript.delta':
        return void this.emit('audio_transcript_delta', {
          type: 'transcript_delta',
          itemId,
          delta: event['delta'],
          responseId,
        });
      case 'input_audio_buffer.speech_started':
        return this.interrupt();
      case 'response.output_item.done': {
        const item = event['item'] as Wire;
        if (item['type'] !== 'function_call') return;
        const { id, call_id: callId, name } = item;
        const call = { id, type: 'function_call', callId, name, arguments: item['arguments'], responseId };
        return void this.emit('function_call', call);
      }
      case 'conversation.item.done': {
        const item = event['item'] as Wire;
        if (item['type'] === 'message') this.emit('item_update', camel(item));
      }
    }
  }
}

function camel(item: Wire): Wire {
  return { itemId: item['id'], ...item };
}
