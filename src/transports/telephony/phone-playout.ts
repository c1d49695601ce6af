import { decodeBase64, encodeBase64 } from '../../audio/base64.ts';
import type { Clock, Timer } from '../../clock.ts';
import { UserError } from '../../errors.ts';
import { PlayoutLedger } from '../../playout/ledger.ts';
import type {
  EncodedPlayoutPacket,
  ItemPosition,
  PlayoutListener,
  PlayoutPacket,
  SessionPlayout,
} from '../../playout/playout.ts';
import { PlayedFrames } from './played-frames.ts';

/** Audio that may lie at the phone unplayed, in frames: 5 s. A stall of this process is not heard before that is over. */
const AHEAD_FRAMES = 5 * 8000;

/** Sent audio between two marks, in frames: 400 ms. A mark a packet would be half of all frames. */
const MARK_EVERY_FRAMES = 3200;

/** Octets that may wait in the caller's socket before it is left alone for a while: 5 s of base64. */
const MAX_SOCKET_BYTES = 64 << 10;
const SOCKET_RETRY_MS = 100;

/** The longest piece that is sent at once, in frames: 900 ms, a multiple of 3, so that base64 is cut without a look inside. */
const SEGMENT_FRAMES = 7200;

/** Audio that may wait here, in frames: 10 minutes, 6.4 MB of base64. More means that nobody will ever hear it. */
const MAX_WAITING_FRAMES = 600 * 8000;

/** The phone as the playout sees it. */
export interface PhoneOutput {
  /** Bytes that wait in the caller's socket. */
  bufferedBytes(): number;
  media(payload: string): void;
  mark(name: string): void;
  clear(): void;
  /** More audio waits than anybody will ever hear; what is written from here on is refused. */
  onBacklog(waitingFrames: number): void;
}

/** Audio on its way: base64 of G.711 octets, one a frame, all of one stretch. */
interface Segment {
  readonly handle: number;
  /** Frames of the stretch up to the end of this. */
  readonly endFrame: number;
  readonly frames: number;
  readonly payload: string;
}

/**
 * The playout of a telephone line: it sends what comes, coded as it came, no more than 5 s ahead, and knows from the
 * marks, and between them from a model of the phone, how far the caller has heard.
 *
 * `flush` and `pause` empty the phone's buffer. What was sent is kept until it was played, so that `resume` can send the
 * rest of it again.
 */
export class PhonePlayout implements SessionPlayout {
  readonly sampleRate = 8000;
  readonly #clock: Clock;
  readonly #output: PhoneOutput;
  readonly #ledger: PlayoutLedger = new PlayoutLedger();
  readonly #played: PlayedFrames = new PlayedFrames();
  /** Sent and not known to be played, then what waits. */
  #sent: Segment[] = [];
  #waiting: Segment[] = [];
  #waitingFrames = 0;
  /** Frames that were played before the first segment of `#sent`. */
  #playedBefore = 0;
  #unmarkedFrames = 0;
  #newestHandle = 0;
  #newestMark = 0;
  /** An item ended that no mark has closed. */
  #hasEnded = false;
  #isPaused = false;
  #timer: Timer | null = null;
  #wakesAtMs = 0;

  constructor(output: PhoneOutput, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  get listener(): PlayoutListener | null {
    return this.#ledger.listener;
  }

  set listener(listener: PlayoutListener | null) {
    this.#ledger.listener = listener;
  }

  /** Audio that the caller has not heard, in ms: what waits here, and what should lie at the phone. */
  get waitingMs(): number {
    return (this.#waitingFrames + this.#aheadFrames(this.#clock.nowMs())) / 8;
  }

  /** Throws `ERR_PHONE_FORMAT`: a G.711 line takes no PCM16, so the transport asks the model for G.711. */
  write(_packet: PlayoutPacket): never {
    throw new UserError(
      'a phone line plays G.711 only: set audio.output.format to what the line carries, or leave it out',
      {
        code: 'ERR_PHONE_FORMAT',
      },
    );
  }

  /** Queues G.711 octets as they came. */
  writeEncoded({ octets, payload, ...span }: EncodedPlayoutPacket): void {
    this.#advance();
    if (this.#waitingFrames > MAX_WAITING_FRAMES) return this.#output.onBacklog(this.#waitingFrames);
    const stretch = this.#ledger.receive({ ...span, samples: octets });
    if (stretch !== null) {
      if (stretch.handle === 0) stretch.handle = ++this.#newestHandle;
      const { handle, receivedFrames } = stretch;
      const startFrame = receivedFrames - octets.length;
      for (let at = 0; at < octets.length; at += SEGMENT_FRAMES) {
        const frames = Math.min(SEGMENT_FRAMES, octets.length - at);
        const text = payload.slice((at / 3) * 4, ((at + SEGMENT_FRAMES) / 3) * 4);
        this.#waiting.push({ handle, endFrame: startFrame + at + frames, frames, payload: text });
      }
      this.#waitingFrames += octets.length;
      this.#send();
    }
    this.#ledger.deliver();
  }

  end(itemId: string, contentIndex: number): void {
    this.#advance();
    this.#ledger.end(itemId, contentIndex);
    this.#hasEnded = true;
    this.#markEnd();
    this.#ledger.deliver();
  }

  flush(interruptId: string): void {
    this.#stop();
    this.#sent = [];
    this.#playedBefore = this.#played.sentFrames;
    this.#waiting = [];
    this.#waitingFrames = 0;
    this.#isPaused = false;
    this.#ledger.cancel(interruptId);
    this.#ledger.report();
    this.#ledger.deliver();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#stop();
    this.#isPaused = true;
    const rest = this.#sent;
    this.#sent = [];
    const [first] = rest;
    // The phone played the first part of it.
    const heardOfFirst = this.#played.sentFrames - this.#playedBefore;
    if (first !== undefined && heardOfFirst > 0) rest[0] = withoutStart(first, heardOfFirst);
    this.#playedBefore = this.#played.sentFrames;
    this.#waiting = [...rest, ...this.#waiting];
    this.#waitingFrames += rest.reduce((sum, { frames }) => sum + frames, 0);
    this.#ledger.deliver();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#send();
  }

  /** G.711 passes through here as it is, so its level can't be changed. */
  duck(): void {}

  unduck(): void {}

  positions(): readonly ItemPosition[] {
    this.#advance();
    this.#ledger.deliver();
    return this.#ledger.positions();
  }

  /** The line is ready: a mark in silence comes back at once, so it measures the line. */
  start(): void {
    this.#mark();
  }

  /** A mark came back. */
  markReturned(name: string): void {
    this.#played.returned(name, this.#clock.nowMs());
    this.#advance();
    this.#send();
    this.#ledger.deliver();
  }

  /** The line is gone: nothing is sent any more. */
  close(): void {
    this.#timer?.cancel();
    this.#isPaused = true;
  }

  /** Tells the ledger what was played by now, and forgets the audio of it. */
  #advance(): void {
    const played = this.#played.at(this.#clock.nowMs());
    for (let [first] = this.#sent; first !== undefined; [first] = this.#sent) {
      const heard = Math.min(played - this.#playedBefore, first.frames);
      if (heard <= 0) return;
      this.#ledger.rendered(first.handle, first.endFrame - first.frames + heard);
      if (heard < first.frames) return;
      this.#playedBefore += first.frames;
      this.#sent.shift();
    }
  }

  /** Empties the phone; what it has played is the ledger's, what is left of `#sent` is not. */
  #stop(): void {
    this.#advance();
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#sent.length > 0) this.#output.clear();
    this.#played.cleared(this.#clock.nowMs());
    this.#unmarkedFrames = 0;
  }

  #send(): void {
    if (this.#isPaused) return;
    const nowMs = this.#clock.nowMs();
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (this.#aheadFrames(nowMs) >= AHEAD_FRAMES || this.#output.bufferedBytes() > MAX_SOCKET_BYTES) break;
      this.#waiting.shift();
      this.#waitingFrames -= next.frames;
      this.#sent.push(next);
      this.#output.media(next.payload);
      this.#played.sent(next.frames, nowMs);
      this.#unmarkedFrames += next.frames;
      if (this.#unmarkedFrames >= MARK_EVERY_FRAMES) this.#mark();
    }
    this.#markEnd();
    this.#schedule(nowMs);
  }

  /** The last mark of an item tells when it was heard to its end. */
  #markEnd(): void {
    if (!this.#hasEnded || this.#waiting.length > 0) return;
    this.#hasEnded = false;
    if (this.#unmarkedFrames > 0) this.#mark();
  }

  #mark(): void {
    const name = `m${++this.#newestMark}`;
    this.#unmarkedFrames = 0;
    this.#output.mark(name);
    this.#played.marked(name, this.#clock.nowMs());
  }

  /** Wakes when there is room at the phone, or when it should have played all it was sent. */
  #schedule(nowMs: number): void {
    const ahead = this.#aheadFrames(nowMs);
    if (ahead === 0 && this.#waiting.length === 0) return;
    const isBlocked = this.#waiting.length > 0 && ahead < AHEAD_FRAMES;
    const untilFrames = this.#waiting.length > 0 ? AHEAD_FRAMES / 2 : 0;
    const delayMs = isBlocked ? SOCKET_RETRY_MS : Math.ceil((ahead - untilFrames) / 8) + 1;
    // A timer that fires before then looks again; one a packet would cost more than the packet.
    if (this.#timer !== null && this.#wakesAtMs <= nowMs + delayMs) return;
    this.#timer?.cancel();
    this.#wakesAtMs = nowMs + delayMs;
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.#timer = null;
      this.#advance();
      this.#send();
      this.#ledger.deliver();
    });
  }

  #aheadFrames(nowMs: number): number {
    return this.#played.sentFrames - this.#played.at(nowMs);
  }
}

function withoutStart(segment: Segment, frames: number): Segment {
  const octets = decodeBase64(segment.payload).subarray(frames);
  return { ...segment, frames: octets.length, payload: encodeBase64(octets) };
}
