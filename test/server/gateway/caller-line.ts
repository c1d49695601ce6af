// A caller's line to a gateway, as Twilio opens it, which says whatever a test wants said.

import { once } from 'node:events';
import { WebSocket } from 'ws';

/** One caller's line. */
export class CallerLine {
  readonly socket: WebSocket;
  /** The call's id. */
  readonly name: string;
  closeCode: number | null = null;
  /** Frames of audio that came, how long they sound, and how often the phone was emptied. */
  heardFrames = 0;
  heardMs = 0;
  clears = 0;

  constructor(streamUrl: string, name: string) {
    this.name = name;
    this.socket = new WebSocket(streamUrl);
    this.socket.on('error', () => {});
    this.socket.on('close', (code) => void (this.closeCode = code));
    this.socket.on('message', (text: Buffer) => this.#receive(String(text)));
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  sendStart(): void {
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    const start = { streamSid: 'MZ1', callSid: this.name, tracks: ['inbound'], customParameters: {}, mediaFormat };
    this.send({ event: 'start', sequenceNumber: '1', streamSid: 'MZ1', start });
  }

  media(payload: string, timestampMs: number): void {
    const media = { track: 'inbound', chunk: '1', timestamp: String(timestampMs), payload };
    this.send({ event: 'media', streamSid: 'MZ1', media });
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as { event: string; media?: { payload: string } };
    if (frame.event === 'clear') this.clears += 1;
    if (frame.media === undefined) return;
    this.heardFrames += 1;
    this.heardMs += Buffer.byteLength(frame.media.payload, 'base64') / 8;
  }
}
