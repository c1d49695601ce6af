import { encodeBase64 } from '../../audio/base64.ts';
import type { Clock, Timer } from '../../clock.ts';
import type { PhoneEncoding, PhoneMessage } from './phone-dialect.ts';

const FRAMES_PER_MS = 8;

/** Silence that may be put into gaps: 1 s, refilled at a tenth of real time. A forged timestamp can't buy more. */
const PADDING_BUDGET_MS = 1000;
const PADDING_REFILL = 0.1;

/** A provider sends 50 packets a second, silence too; a line without any for so long is dead. */
const DEAD_LINE_MS = 20_000;

/** The octet of silence in each law. */
const SILENCE: Readonly<Record<PhoneEncoding, number>> = { 'audio/pcmu': 0xff, 'audio/pcma': 0xd5 };

/** Where the caller's audio goes, and who hears of its absence. */
export interface CallerAudioPort {
  readonly encoding: PhoneEncoding;
  /** Base64 of G.711 octets, for the model's input buffer. */
  append(payload: string): void;
  /** No audio for 20 s. */
  onDead(): void;
}

/**
 * The caller's audio on its way to the model, as it came. Gaps are filled with silence, so that the model's turn detection
 * keeps time: those that timestamps show, and the one after a caller who stops in the middle of a word.
 */
export class CallerAudio {
  readonly #clock: Clock;
  readonly #port: CallerAudioPort;
  readonly #inactivityMs: number | null;
  #nextTimestampMs: number | null = null;
  #lastMediaMs: number;
  #budgetMs = PADDING_BUDGET_MS;
  #budgetAtMs: number;
  #isSpeaking = false;
  /** Silence was sent for the present inactivity. */
  #isPadded = false;
  #isFlowing = false;
  /** Between this clock and the timestamps, for the promptest packet and for the last one. */
  #leastOffsetMs = Number.POSITIVE_INFINITY;
  #lastOffsetMs = Number.POSITIVE_INFINITY;
  #timer: Timer | null = null;

  /** @param inactivityMs Without media for so long while the caller speaks, 1 s of silence is sent; null: never. */
  constructor(port: CallerAudioPort, options: { readonly clock: Clock; readonly inactivityMs: number | null }) {
    this.#port = port;
    this.#clock = options.clock;
    this.#inactivityMs = options.inactivityMs;
    this.#lastMediaMs = this.#budgetAtMs = this.#clock.nowMs();
  }

  /** How much later than the promptest packet the last one came, in ms. */
  get delayMs(): number {
    return this.#lastOffsetMs === Number.POSITIVE_INFINITY ? 0 : this.#lastOffsetMs - this.#leastOffsetMs;
  }

  /** The stream has started. */
  start(): void {
    this.#isFlowing = true;
    this.#lastMediaMs = this.#clock.nowMs();
    this.#watch();
  }

  /** Audio of the caller; packets are in order. */
  receive({ timestampMs, payload, frames }: Extract<PhoneMessage, { type: 'media' }>): void {
    this.#lastMediaMs = this.#clock.nowMs();
    this.#isPadded = false;
    this.#lastOffsetMs = this.#lastMediaMs - timestampMs;
    this.#leastOffsetMs = Math.min(this.#leastOffsetMs, this.#lastOffsetMs);
    const expectedMs = this.#nextTimestampMs;
    if (expectedMs !== null && timestampMs > expectedMs) this.#pad(timestampMs - expectedMs);
    this.#nextTimestampMs = Math.max(expectedMs ?? 0, timestampMs + frames / FRAMES_PER_MS);
    this.#port.append(payload);
  }

  /** The model hears the caller begin or end to speak. */
  speaks(isSpeaking: boolean): void {
    this.#isSpeaking = isSpeaking;
    if (this.#isFlowing) this.#watch();
  }

  /** The stream is over. */
  stop(): void {
    this.#isFlowing = false;
    this.#timer?.cancel();
  }

  /** One timer that looks when the next silence would be too long, instead of one a packet. */
  #watch(): void {
    this.#timer?.cancel();
    const quietMs = this.#clock.nowMs() - this.#lastMediaMs;
    if (quietMs >= DEAD_LINE_MS) return this.#port.onDead();
    const inactivityMs = this.#isSpeaking && !this.#isPadded ? this.#inactivityMs : null;
    if (inactivityMs !== null && quietMs >= inactivityMs) {
      this.#isPadded = true;
      this.#pad(PADDING_BUDGET_MS);
      return this.#watch();
    }
    this.#timer = this.#clock.schedule(Math.min(inactivityMs ?? DEAD_LINE_MS, DEAD_LINE_MS) - quietMs, () =>
      this.#watch(),
    );
  }

  #pad(gapMs: number): void {
    const nowMs = this.#clock.nowMs();
    this.#budgetMs = Math.min(PADDING_BUDGET_MS, this.#budgetMs + (nowMs - this.#budgetAtMs) * PADDING_REFILL);
    this.#budgetAtMs = nowMs;
    const paddingMs = Math.floor(Math.min(gapMs, this.#budgetMs));
    if (paddingMs <= 0) return;
    this.#budgetMs -= paddingMs;
    const octets = new Uint8Array(paddingMs * FRAMES_PER_MS).fill(SILENCE[this.#port.encoding]);
    this.#port.append(encodeBase64(octets));
  }
}
