// The provider's side of a telephone call, and the caller behind it: what Twilio Media Streams documents, with a clock.

import { decodeBase64, encodeBase64 } from '../audio/base64.ts';
import type { Clock, Timer } from '../clock.ts';
import type { PhoneWire } from './phone-wire.ts';

const FRAMES_PER_MS = 8;
/** 20 ms. */
const PACKET_FRAMES = 160;
const PACKET_MS = 20;
/** The octet of silence in µ-law. */
const SILENCE = 0xff;

/** What the app sent that the provider does not accept; the codes are Twilio's. */
export interface PhoneWarning {
  readonly code: 31924 | 31950 | 31951;
  readonly message: string;
}

/** The app emptied the play buffer. */
export interface PhoneClear {
  readonly atMs: number;
  /** Frames of the app's audio played in the whole call until then. */
  readonly playedFrames: number;
}

/** Options of a simulated call. */
export interface PhoneSimulatorOptions {
  readonly clock: Clock;
  readonly wire: PhoneWire;
  /** From the arrival of audio at an empty buffer to the first sound of it; default 0 ms. */
  readonly playbackDelayMs?: number;
  readonly customParameters?: Readonly<Record<string, string>>;
  /** The provider's name of the call; default `CA` and 32 zeros. */
  readonly callSid?: string;
}

/**
 * One call over a simulated Twilio Media Stream, µ-law 8 kHz: a packet of the caller every 20 ms, speech or silence; the
 * app's audio plays without a break; marks come back when playback reaches them, and at once when the buffer is cleared.
 */
export class PhoneSimulator {
  readonly streamSid: string;
  readonly warnings: PhoneWarning[] = [];
  readonly clears: PhoneClear[] = [];
  /** How many frames of each kind the app has sent that were accepted. */
  readonly received: { media: number; mark: number; clear: number } = { media: 0, mark: 0, clear: 0 };
  readonly #clock: Clock;
  readonly #wire: PhoneWire;
  readonly #playbackDelayMs: number;
  readonly #parameters: Readonly<Record<string, string>>;
  readonly #callSid: string;
  readonly #heard: Uint8Array[] = [];
  #heardFrames = 0;
  #playedFrames = 0;
  /** Audio that waits, and marks at their place in it: counted in frames of the whole call. */
  #buffer: Uint8Array[] = [];
  #bufferedFrames = 0;
  #marks: { readonly name: string; readonly atFrame: number }[] = [];
  #startsAtMs = 0;
  #markTimer: Timer | null = null;
  #startMs: number | null = null;
  #sentPackets = 0;
  #sequence = 0;
  #speech: Uint8Array = new Uint8Array(0);
  #packetTimer: Timer | null = null;
  #isClosed = false;

  constructor(options: PhoneSimulatorOptions) {
    this.#clock = options.clock;
    this.#wire = options.wire;
    this.#playbackDelayMs = options.playbackDelayMs ?? 0;
    this.#parameters = options.customParameters ?? {};
    this.#callSid = options.callSid ?? `CA${'0'.repeat(32)}`;
    this.streamSid = `MZ${Math.floor(options.clock.nowMs()).toString(16).padStart(32, '0')}`;
    this.#wire.onText = (text) => this.#receive(text);
    this.#wire.onClose = () => this.#closed();
  }

  /** Whether the app, the caller or the network has ended the call. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What the caller has heard since the call began, µ-law, silence included. */
  get heard(): Uint8Array {
    this.#play();
    const octets = new Uint8Array(this.#heardFrames);
    let at = 0;
    for (const part of this.#heard) {
      octets.set(part, at);
      at += part.length;
    }
    return octets;
  }

  /** Frames of the app's audio played so far. */
  get playedFrames(): number {
    this.#play();
    return this.#playedFrames;
  }

  /** Whether the caller is still saying what `speak` gave them. */
  get isSpeaking(): boolean {
    return this.#speech.length > 0;
  }

  /** Whether the app's audio is sounding. */
  get isPlaying(): boolean {
    this.#play();
    return this.#bufferedFrames > 0;
  }

  /** Picks up: the stream starts, and packets flow. */
  start(): void {
    this.#startMs = this.#clock.nowMs();
    this.#wire.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    this.#event('start', {
      start: {
        accountSid: 'AC00000000000000000000000000000000',
        streamSid: this.streamSid,
        callSid: this.#callSid,
        tracks: ['inbound'],
        customParameters: this.#parameters,
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    });
    this.#schedulePacket();
  }

  /** The caller says this, µ-law 8 kHz, from the next packet on. */
  speak(octets: Uint8Array): void {
    this.#speech = octets;
  }

  press(digit: string): void {
    this.#event('dtmf', { dtmf: { track: 'inbound_track', digit } });
  }

  /** No more packets, and no word about it: a network that failed between the caller and the provider. */
  fallSilent(): void {
    this.#packetTimer?.cancel();
    this.#packetTimer = null;
  }

  /** Packets flow again; timestamps tell of the gap. */
  soundAgain(): void {
    if (this.#startMs === null || this.#packetTimer !== null) return;
    this.#sentPackets = Math.floor((this.#clock.nowMs() - this.#startMs) / PACKET_MS);
    this.#schedulePacket();
  }

  hangUp(): void {
    if (this.#isClosed) return;
    this.#event('stop', { stop: { accountSid: 'AC00000000000000000000000000000000' } });
    this.#wire.close(1000);
    this.#closed();
  }

  /** Sends a text as it is, for tests of what a hostile or broken provider does. */
  sendRaw(text: string): void {
    this.#wire.send(text);
  }

  #event(event: string, fields: object): void {
    this.#sequence += 1;
    const { streamSid } = this;
    this.#wire.send(JSON.stringify({ event, sequenceNumber: String(this.#sequence), streamSid, ...fields }));
  }

  #schedulePacket(): void {
    const dueMs = (this.#startMs ?? 0) + (this.#sentPackets + 1) * PACKET_MS;
    this.#packetTimer = this.#clock.schedule(dueMs - this.#clock.nowMs(), () => {
      const packet = new Uint8Array(PACKET_FRAMES).fill(SILENCE);
      packet.set(this.#speech.subarray(0, PACKET_FRAMES));
      this.#speech = this.#speech.subarray(PACKET_FRAMES);
      const timestamp = String(this.#sentPackets * PACKET_MS);
      this.#sentPackets += 1;
      const chunk = String(this.#sentPackets);
      this.#event('media', { media: { track: 'inbound', chunk, timestamp, payload: encodeBase64(packet) } });
      this.#schedulePacket();
    });
  }

  #receive(text: string): void {
    if (this.#isClosed) return;
    let frame: Record<string, unknown>;
    try {
      frame = JSON.parse(text) as Record<string, unknown>;
    } catch {
      return this.#warn(31924, 'a frame that is no JSON');
    }
    const { event, streamSid, ...rest } = frame;
    if (this.#startMs === null) return this.#warn(31951, `${String(event)} before start`);
    if (streamSid !== this.streamSid)
      return this.#warn(31951, `streamSid ${String(streamSid)} is no stream of this call`);
    const expected = event === 'clear' ? [] : [event];
    const unexpected = Object.keys(rest).filter((key) => !expected.includes(key));
    if (unexpected.length > 0) return this.#warn(31951, `${String(event)} with unexpected ${unexpected.join(', ')}`);
    if (event === 'media') return this.#media(rest['media']);
    if (event === 'mark') return this.#mark(rest['mark']);
    if (event === 'clear') return this.#clear();
    this.#warn(31951, `unknown event ${String(event)}`);
  }

  #media(media: unknown): void {
    const payload = media instanceof Object && 'payload' in media ? media.payload : undefined;
    let octets: Uint8Array;
    try {
      octets = decodeBase64(String(payload));
    } catch {
      return this.#warn(31951, 'media.payload is no base64');
    }
    this.received.media += 1;
    this.#play();
    if (this.#bufferedFrames === 0) this.#startsAtMs = this.#clock.nowMs() + this.#playbackDelayMs;
    this.#buffer.push(octets);
    this.#bufferedFrames += octets.length;
  }

  #mark(mark: unknown): void {
    const name = mark instanceof Object && 'name' in mark ? mark.name : undefined;
    if (typeof name !== 'string') return this.#warn(31951, 'mark without a name');
    this.received.mark += 1;
    this.#play();
    this.#marks.push({ name, atFrame: this.#playedFrames + this.#bufferedFrames });
    this.#returnMarks();
  }

  #clear(): void {
    this.received.clear += 1;
    this.#play();
    this.clears.push({ atMs: this.#clock.nowMs(), playedFrames: this.#playedFrames });
    this.#buffer = [];
    this.#bufferedFrames = 0;
    for (const { name } of this.#marks.splice(0)) this.#event('mark', { mark: { name } });
    this.#returnMarks();
  }

  /** Plays what the clock says: silence up to the start of what waits, then that. */
  #play(): void {
    if (this.#startMs === null) return;
    const nowMs = this.#clock.nowMs();
    const nowFrame = Math.floor((nowMs - this.#startMs) * FRAMES_PER_MS);
    const startFrame = Math.ceil((this.#startsAtMs - this.#startMs) * FRAMES_PER_MS);
    if (this.#bufferedFrames === 0 || startFrame > nowFrame) return this.#hearSilence(nowFrame);
    this.#hearSilence(startFrame);
    while (this.#heardFrames < nowFrame) {
      const first = this.#buffer[0];
      if (first === undefined) return this.#hearSilence(nowFrame);
      const part = first.subarray(0, nowFrame - this.#heardFrames);
      this.#hear(part);
      this.#playedFrames += part.length;
      this.#bufferedFrames -= part.length;
      if (part.length === first.length) this.#buffer.shift();
      else this.#buffer[0] = first.subarray(part.length);
    }
  }

  #hearSilence(untilFrame: number): void {
    if (untilFrame > this.#heardFrames) this.#hear(new Uint8Array(untilFrame - this.#heardFrames).fill(SILENCE));
  }

  #hear(octets: Uint8Array): void {
    this.#heard.push(octets);
    this.#heardFrames += octets.length;
  }

  /** Marks that playback has reached go back; the next one is waited for. */
  #returnMarks(): void {
    this.#markTimer?.cancel();
    this.#markTimer = null;
    this.#play();
    for (let [next] = this.#marks; next !== undefined; [next] = this.#marks) {
      const leftFrames = next.atFrame - this.#playedFrames;
      if (leftFrames > 0) {
        const waitMs = Math.max(0, this.#startsAtMs - this.#clock.nowMs());
        this.#markTimer = this.#clock.schedule(waitMs + leftFrames / FRAMES_PER_MS, () => this.#returnMarks());
        return;
      }
      this.#marks.shift();
      this.#event('mark', { mark: { name: next.name } });
    }
  }

  #warn(code: PhoneWarning['code'], message: string): void {
    this.warnings.push({ code, message });
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#play();
    this.#isClosed = true;
    this.fallSilent();
    this.#markTimer?.cancel();
  }
}
