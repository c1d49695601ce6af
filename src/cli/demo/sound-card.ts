import type { Clock, Timer } from '../../clock.ts';
import type { PullPlayout } from '../../playout/pull-playout.ts';
import type { HeardRun } from './call-record.ts';

/** Rate of both channels, in Hz: the wire's own, so that a frame of the recording is a frame of the item. */
export const SAMPLE_RATE = 24_000;
export const QUANTUM_FRAMES = 128;
/** 20 ms. */
export const PACKET_FRAMES = 480;

const FRAMES_PER_MS = SAMPLE_RATE / 1000;

/** The two directions of a sound card. */
export interface SoundCardPorts {
  /** Fills the next 20 ms of the microphone, and says what to do with them. */
  readonly capture: (packet: Int16Array, startFrame: number) => void;
  /** Called after each rendered quantum. */
  readonly rendered: (quantum: Float32Array, startFrame: number) => void;
}

/**
 * A sound card without a sound: on one clock it pulls the agent's audio in quanta of 128 frames and delivers the
 * microphone in packets of 20 ms. Both directions count the same frames from the same zero, which is what makes the
 * recording exact.
 */
export class SoundCard {
  readonly heard: HeardRun[] = [];
  readonly #clock: Clock;
  readonly #playout: PullPlayout;
  readonly #ports: SoundCardPorts;
  readonly #quantum = new Float32Array(QUANTUM_FRAMES);
  readonly #packet = new Int16Array(PACKET_FRAMES);
  readonly #renderedFrames = new Map<string, number>();
  readonly #startMs: number;
  #playedFrames = 0;
  #capturedFrames = 0;
  #timer: Timer;

  constructor(clock: Clock, playout: PullPlayout, ports: SoundCardPorts) {
    this.#clock = clock;
    this.#playout = playout;
    this.#ports = ports;
    this.#startMs = clock.nowMs();
    this.#timer = this.#scheduleNext();
  }

  /** Frames rendered so far; the length of the recording. */
  get playedFrames(): number {
    return this.#playedFrames;
  }

  /** The frame that is on the air at `atMs` of the clock. */
  frameAt(atMs: number): number {
    return Math.round((atMs - this.#startMs) * FRAMES_PER_MS);
  }

  stop(): void {
    this.#timer.cancel();
  }

  /** A quantum is rendered when its first frame is due, a packet is captured when its last frame is in. */
  #scheduleNext(): Timer {
    const nextFrame = Math.min(this.#playedFrames, this.#capturedFrames + PACKET_FRAMES);
    const delayMs = this.#startMs + nextFrame / FRAMES_PER_MS - this.#clock.nowMs();
    return this.#clock.schedule(Math.max(0, delayMs), () => this.#tick());
  }

  #tick(): void {
    const nowFrame = this.frameAt(this.#clock.nowMs());
    for (;;) {
      const packetEnd = this.#capturedFrames + PACKET_FRAMES;
      if (Math.min(this.#playedFrames, packetEnd) > nowFrame) break;
      if (packetEnd <= this.#playedFrames) this.#captureNext();
      else this.#renderNext();
    }
    this.#timer = this.#scheduleNext();
  }

  #captureNext(): void {
    this.#packet.fill(0);
    this.#ports.capture(this.#packet, this.#capturedFrames);
    this.#capturedFrames += PACKET_FRAMES;
  }

  #renderNext(): void {
    this.#playout.render(this.#quantum);
    this.#note();
    this.#ports.rendered(this.#quantum, this.#playedFrames);
    this.#playedFrames += QUANTUM_FRAMES;
  }

  /** Turns the growth of the rendered counts into runs of the recording, item by item. */
  #note(): void {
    let frame = this.#playedFrames;
    for (const { itemId, renderedFrames } of this.#playout.positions()) {
      const grownBy = renderedFrames - (this.#renderedFrames.get(itemId) ?? 0);
      if (grownBy <= 0) continue;
      this.#renderedFrames.set(itemId, renderedFrames);
      const last = this.heard.at(-1);
      if (last?.itemId === itemId && last.endFrame === frame) last.endFrame += grownBy;
      else this.heard.push({ itemId, startFrame: frame, endFrame: frame + grownBy });
      frame += grownBy;
    }
  }
}
