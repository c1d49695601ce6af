// The provider's side of a call: 50 packets a second to the bridge, and a phone that plays what it is sent.

import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { noiseOctets } from '../corpus.ts';

const FRAME_MS = 20;
/** Packets in flight that are remembered: 20 s. */
const REMEMBERED_FRAMES = 1024;
/** The same noise in all packets, behind their header. */
const TAIL = Buffer.from(noiseOctets(154)).toString('base64');

/** A phone, and when it sent what. */
export class LoadPhone {
  /** Four base64 characters of the call's number: the first half of each packet's header. */
  readonly name: string;
  readonly #number: number;
  readonly #socket: WebSocket;
  readonly #sentAtMs = new Float64Array(REMEMBERED_FRAMES);
  #frame = 0;
  /** When all that was sent will have been played. */
  #playedByMs = 0;
  #marks: { readonly name: string; readonly atMs: number }[] = [];
  #answerSinceMs: number | null = null;
  #onClear: (playedMs: number, nowMs: number) => void;

  constructor(number: number, url: string, onClear: (phone: LoadPhone, playedMs: number, nowMs: number) => void) {
    this.#number = number;
    this.name = header(number, 0).slice(0, 4);
    this.#onClear = (playedMs, nowMs) => onClear(this, playedMs, nowMs);
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    this.#socket.on('error', () => {});
    this.#socket.on('open', () => {
      this.#socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
      this.#socket.send(
        JSON.stringify({
          event: 'start',
          sequenceNumber: '1',
          streamSid: `MZ${number}`,
          start: {
            streamSid: `MZ${number}`,
            accountSid: 'AC',
            callSid: `CA${number}`,
            tracks: ['inbound'],
            customParameters: {},
            mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
          },
        }),
      );
    });
    this.#socket.on('message', (data: Buffer) => this.#receive(data));
  }

  /** Every 20 ms. */
  send(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#frame += 1;
    this.#sentAtMs[this.#frame % REMEMBERED_FRAMES] = performance.now();
    this.#socket.send(
      `{"event":"media","sequenceNumber":"${this.#frame + 1}","streamSid":"MZ${this.#number}","media":{"track":"inbound",` +
        `"chunk":"${this.#frame}","timestamp":"${this.#frame * FRAME_MS}",` +
        `"payload":"${header(this.#number, this.#frame)}${TAIL}"}}`,
    );
  }

  /** Returns the marks that playback has passed. */
  tick(nowMs: number): void {
    for (let [mark] = this.#marks; mark !== undefined && mark.atMs <= nowMs; [mark] = this.#marks) {
      this.#marks.shift();
      this.#return(mark.name);
    }
  }

  /** When it sent the packet with that number. */
  sentAtMs(frame: number): number {
    return this.#sentAtMs[frame % REMEMBERED_FRAMES] ?? Number.NaN;
  }

  /** What is heard from now on is another answer. */
  expectAnswer(): void {
    this.#answerSinceMs = null;
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive(data: Buffer): void {
    const nowMs = performance.now();
    const { event, media, mark } = JSON.parse(data.toString()) as {
      event: string;
      media?: { payload: string };
      mark?: { name: string };
    };
    if (event === 'media') {
      this.#answerSinceMs ??= Math.max(nowMs, this.#playedByMs);
      this.#playedByMs = Math.max(nowMs, this.#playedByMs) + Buffer.byteLength(media?.payload ?? '', 'base64') / 8;
    } else if (event === 'mark') {
      this.#marks.push({ name: mark?.name ?? '', atMs: this.#playedByMs });
    } else if (event === 'clear') {
      const playedMs = this.#answerSinceMs === null ? 0 : Math.min(nowMs, this.#playedByMs) - this.#answerSinceMs;
      this.#playedByMs = nowMs;
      for (const { name } of this.#marks.splice(0)) this.#return(name);
      this.#onClear(playedMs, nowMs);
    }
  }

  #return(name: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(
      `{"event":"mark","sequenceNumber":"1","streamSid":"MZ${this.#number}","mark":{"name":"${name}"}}`,
    );
  }
}

const octets = Buffer.alloc(6);
function header(call: number, frame: number): string {
  octets.writeUInt16BE(call, 0);
  // The third octet keeps the call's number and the packet's apart in base64.
  octets.writeUIntBE(frame, 3, 3);
  return octets.toString('base64');
}

/** The number of the packet with that header. */
export function frameOf(text: string): number {
  return Buffer.from(text, 'base64').readUIntBE(3, 3);
}
