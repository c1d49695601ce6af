import { VoiceActivity } from '../audio/voice-activity.ts';
import type { WireTurnDetection } from '../protocol/client-events.ts';
import { Refusal } from './refusal.ts';

/** Length of the pause that ends a turn under `semantic_vad` when the words are finished, or nobody can tell. */
const EAGERNESS_SILENCE_MS = { high: 350, auto: 600, medium: 600, low: 1200 } as const;
/** Length of the pause that ends it although the words are not finished; the service's own limits. */
const EAGERNESS_PATIENCE_MS = { high: 2000, auto: 4000, medium: 4000, low: 8000 } as const;
/** Pause after which the words are looked at. */
const JUDGED_PAUSE_MS = 240;

/** `threshold` 0…1 of the protocol in dB over the noise floor: the default 0.5 is 12 dB. */
const DB_PER_THRESHOLD = 24;
const DEFAULT_PREFIX_MS = 300;
const PACKET_MS = 20;
/** Kept beside the prefix while nobody speaks: sound is called speech only after a few packets of it. */
const ONSET_MS = 200;
/** Longest silence or padding that the detector takes. */
const MAX_DETECTION_MS = 60_000;
const MAX_BUFFERED_MS = 15 * 60_000;

/** Who is told about turns. Times are in the session's audio, counted in frames received, not by a clock. */
export interface SpeechListener {
  onSpeechStarted(startMs: number): void;
  /** All audio of the turn is in the buffer, and nothing else. */
  onSpeechStopped(endMs: number): void;
  /** The speaker pauses, perhaps only to think: whoever can tell says so with `judgePause`. */
  onPause(pauseNumber: number): void;
}

/** The input audio buffer and the voice activity detection that runs over it. */
export class InputAudio {
  readonly #listener: SpeechListener;
  #sampleRate = 0;
  #detection: WireTurnDetection | null = null;
  #activity: VoiceActivity | null = null;
  /** Where the detector's first packet lies in the session's audio. */
  #activityOriginMs = 0;
  #packets: Int16Array[] = [];
  #partial: Int16Array = new Int16Array(0);
  #partialFrames = 0;
  #receivedMs = 0;
  #isSpeaking = false;
  /** Whether somebody will judge pauses, so that they don't end turns by themselves. */
  #isJudged = false;
  #pausedMs: number | null = null;
  #patienceMs = 0;
  #pauseNumber = 0;

  constructor(listener: SpeechListener) {
    this.#listener = listener;
  }

  /** Takes over format and turn detection. The detector starts afresh only when one of them changed. */
  configure(sampleRate: number, detection: WireTurnDetection | null, canJudge: boolean): void {
    const isSame = sampleRate === this.#sampleRate && JSON.stringify(detection) === JSON.stringify(this.#detection);
    if (isSame) return;
    if (sampleRate !== this.#sampleRate) {
      this.#packets = [];
      this.#partial = new Int16Array((sampleRate * PACKET_MS) / 1000);
      this.#partialFrames = 0;
    }
    this.#sampleRate = sampleRate;
    this.#detection = detection;
    this.#activity?.free();
    this.#activity =
      detection === null ? null : new VoiceActivity({ sampleRate, ...activityOptions(detection, canJudge) });
    this.#isJudged = canJudge && detection?.type === 'semantic_vad';
    this.#restartActivity();
  }

  get bufferedMs(): number {
    return this.#packets.length * PACKET_MS + this.#toMs(this.#partialFrames);
  }

  /** Length of the session's audio so far. */
  get receivedMs(): number {
    return this.#receivedMs + this.#toMs(this.#partialFrames);
  }

  append(samples: Int16Array): void {
    if (this.bufferedMs + this.#toMs(samples.length) > MAX_BUFFERED_MS) {
      throw new Refusal(
        `The input audio buffer holds ${MAX_BUFFERED_MS / 60_000} minutes at most; commit or clear it.`,
        {
          code: 'input_audio_buffer_full',
          param: 'audio',
        },
      );
    }
    for (let at = 0; at < samples.length;) {
      const block = samples.subarray(at, at + this.#partial.length - this.#partialFrames);
      this.#partial.set(block, this.#partialFrames);
      this.#partialFrames += block.length;
      at += block.length;
      if (this.#partialFrames === this.#partial.length) this.#acceptPacket();
    }
  }

  /** Everything buffered, which stays. */
  peek(): Int16Array<ArrayBuffer> {
    const packetFrames = this.#partial.length;
    const samples = new Int16Array(this.#packets.length * packetFrames + this.#partialFrames);
    this.#packets.forEach((packet, i) => samples.set(packet, i * packetFrames));
    samples.set(this.#partial.subarray(0, this.#partialFrames), this.#packets.length * packetFrames);
    return samples;
  }

  /** Hands over everything buffered and starts anew. */
  take(): Int16Array<ArrayBuffer> {
    const samples = this.peek();
    this.clear();
    return samples;
  }

  /** Says whether the words before a pause are finished. A pause that is over is not judged any more. */
  judgePause(pauseNumber: number, isFinished: boolean): void {
    if (pauseNumber !== this.#pauseNumber || this.#pausedMs === null) return;
    if (isFinished) this.#patienceMs = EAGERNESS_SILENCE_MS[eagernessOf(this.#detection)];
    this.#stopWhenPatienceEnds();
  }

  /** Forgets everything buffered; speech that goes on is a new turn. */
  clear(): void {
    // The detector never sees the frames of a packet that is not complete yet: its time line moves on by them.
    const partialMs = this.#toMs(this.#partialFrames);
    this.#receivedMs += partialMs;
    this.#activityOriginMs += partialMs;
    this.#packets = [];
    this.#partialFrames = 0;
    if (this.#isSpeaking) this.#restartActivity();
  }

  free(): void {
    this.#activity?.free();
    this.#activity = null;
  }

  #acceptPacket(): void {
    const packet = this.#partial.slice();
    this.#partialFrames = 0;
    this.#packets.push(packet);
    this.#receivedMs += PACKET_MS;
    if (this.#activity === null) return;
    const decision = this.#activity.push(packet);
    if (this.#pausedMs !== null) {
      this.#pausedMs = decision === 'started' ? null : this.#pausedMs + PACKET_MS;
      this.#stopWhenPatienceEnds();
    } else if (decision === 'started') {
      this.#isSpeaking = true;
      const startMs = Math.max(this.#activityOriginMs + this.#toMs(this.#activity.startFrame), this.#bufferStartMs());
      this.#dropBefore(startMs);
      this.#listener.onSpeechStarted(Math.round(startMs));
    } else if (decision === 'stopped' && this.#isJudged) {
      this.#pausedMs = JUDGED_PAUSE_MS;
      this.#patienceMs = EAGERNESS_PATIENCE_MS[eagernessOf(this.#detection)];
      this.#pauseNumber += 1;
      this.#listener.onPause(this.#pauseNumber);
    } else if (decision === 'stopped') {
      this.#stop(this.#activityOriginMs + this.#toMs(this.#activity.stopFrame));
    } else if (decision === 'silence') {
      this.#dropBefore(this.#receivedMs - this.#prefixMs() - ONSET_MS);
    }
  }

  /** Ends the turn when the pause, if there still is one, is as long as the words before it let it be. */
  #stopWhenPatienceEnds(): void {
    if (this.#pausedMs === null || this.#pausedMs < this.#patienceMs) return;
    this.#pausedMs = null;
    this.#stop(this.receivedMs);
  }

  #stop(endMs: number): void {
    this.#isSpeaking = false;
    this.#listener.onSpeechStopped(Math.round(endMs));
  }

  #dropBefore(ms: number): void {
    const packets = Math.floor((ms - this.#bufferStartMs()) / PACKET_MS);
    if (packets > 0) this.#packets.splice(0, packets);
  }

  #bufferStartMs(): number {
    return this.#receivedMs - this.#packets.length * PACKET_MS;
  }

  #restartActivity(): void {
    this.#activity?.reset();
    this.#activityOriginMs = this.#receivedMs;
    this.#isSpeaking = false;
    this.#pausedMs = null;
  }

  #prefixMs(): number {
    return this.#detection?.type === 'server_vad'
      ? (this.#detection.prefix_padding_ms ?? DEFAULT_PREFIX_MS)
      : DEFAULT_PREFIX_MS;
  }

  #toMs(frames: number): number {
    return (frames * 1000) / this.#sampleRate;
  }
}

function eagernessOf(detection: WireTurnDetection | null): keyof typeof EAGERNESS_SILENCE_MS {
  return (detection?.type === 'semantic_vad' ? detection.eagerness : undefined) ?? 'auto';
}

function activityOptions(
  detection: WireTurnDetection,
  canJudge: boolean,
): { thresholdDb: number; silenceMs: number; prefixMs: number } {
  if (detection.type === 'semantic_vad') {
    const silenceMs = canJudge ? JUDGED_PAUSE_MS : EAGERNESS_SILENCE_MS[eagernessOf(detection)];
    return { thresholdDb: DB_PER_THRESHOLD / 2, silenceMs, prefixMs: DEFAULT_PREFIX_MS };
  }
  return {
    thresholdDb: DB_PER_THRESHOLD * (detection.threshold ?? 0.5),
    silenceMs: Math.min(detection.silence_duration_ms ?? 500, MAX_DETECTION_MS),
    prefixMs: Math.min(detection.prefix_padding_ms ?? DEFAULT_PREFIX_MS, MAX_DETECTION_MS),
  };
}
