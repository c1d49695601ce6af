import type { Timer } from '../clock.ts';
import { UserError } from '../errors.ts';
import type { ItemPosition } from '../playout/playout.ts';
import { audioFormat } from '../protocol/session-payload.ts';
import { featureCore } from '../session/feature.ts';
import type { SessionInput } from '../session/input.ts';
import type { FeatureHost, FeatureShell, SessionFeature } from '../shell/session-feature.ts';
import { bytesOf, samplesOf } from '../transports/output-audio.ts';
import { Channel } from './channel.ts';
import { HeardSpeech } from './heard-speech.ts';
import { wavHeader } from './wav-header.ts';

/** Where a recording goes. */
export interface RecordCallOptions {
  /** Takes the next bytes of the WAV file, the header first. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** The connection has ended and all is written; `header` has the exact length, to be written over the first 44 bytes. */
  readonly end?: (header: Uint8Array<ArrayBuffer>) => void;
}

/** How often the playout is asked what was heard, in milliseconds. */
const TICK_MS = 20;

/** Sound that comes later than this is recorded late, in milliseconds. */
const WRITE_DELAY_MS = 300;

const NAME = 'recordCall';

interface Positions {
  readonly isFinal: boolean;
  readonly positions: readonly ItemPosition[];
}

/**
 * Records both sides of each call as a stereo WAV stream in PCM16: the user as sent on the left, the agent as heard on the
 * right. What a barge-in cut off is not in it. The rate is that of the playout; the user's audio must have the same. While the
 * agent is ducked it is recorded at its full level.
 *
 * Throws `ERR_TRANSPORT_FEATURE` where the other end plays the audio (WebRTC, SIP), `ERR_SESSION_OPTION` when the two sides
 * have different rates.
 */
export function recordCall(options: RecordCallOptions): SessionFeature {
  let format = audioFormat('pcm16');
  return {
    core: featureCore<null>(NAME, null, (own, input, passage) => {
      passage.pass(input);
      const job = positionsIn(input);
      if (job !== null) passage.add({ type: 'runFeature', feature: NAME, job });
      return own;
    }),
    configure(config) {
      format = audioFormat(config.audio?.input?.format ?? config.inputAudioFormat ?? 'pcm16');
      const output = audioFormat(config.audio?.output?.format ?? config.outputAudioFormat ?? 'pcm16');
      if (format.type !== output.type) {
        throw new UserError(
          `recordCall needs one format for both sides, got ${format.type} in and ${output.type} out: set audio.input.format and audio.output.format alike`,
          { code: 'ERR_SESSION_OPTION' },
        );
      }
      return config;
    },
    attach: (host) => new Recorder(host, options, (bytes) => samplesOf(bytes, { sampleRate: 8000, ...format })),
  };
}

/** What an input says for good about what was heard. */
function positionsIn(input: SessionInput): Positions | null {
  if (input.type === 'playoutDone') return { isFinal: true, positions: [input.position] };
  return input.type === 'playoutReport' ? { isFinal: true, positions: input.report.items } : null;
}

interface RecordedCall {
  readonly user: Channel;
  readonly agent: Channel;
  readonly speech: HeardSpeech;
  readonly startMs: number;
  readonly sampleRate: number;
}

class Recorder implements FeatureShell {
  readonly #host: FeatureHost;
  readonly #options: RecordCallOptions;
  readonly #samplesOf: (bytes: Uint8Array<ArrayBuffer>) => Int16Array;
  #call: RecordedCall | null = null;
  #writtenFrames = 0;
  #timer: Timer | null = null;

  constructor(
    host: FeatureHost,
    options: RecordCallOptions,
    toSamples: (bytes: Uint8Array<ArrayBuffer>) => Int16Array,
  ) {
    if (host.driven === null || host.driven.isPlayoutRemote === true) {
      throw new UserError(
        'recordCall needs a transport whose audio passes through the session, such as the WebSocket one',
        {
          code: 'ERR_TRANSPORT_FEATURE',
        },
      );
    }
    this.#host = host;
    this.#options = options;
    this.#samplesOf = toSamples;
    host.transport.on('audio', ({ data, itemId, responseId, contentIndex = 0 }) => {
      this.#begin().speech.receive(itemId ?? responseId, contentIndex, this.#samplesOf(new Uint8Array(data.slice(0))));
    });
  }

  onUserAudio(audio: ArrayBuffer | ArrayBufferView): void {
    const { user } = this.#begin();
    user.add(this.#samplesOf(bytesOf(audio).slice()), this.#nowFrame());
  }

  run(job: unknown): void {
    this.#hear(job as Positions);
  }

  stop(): void {
    const call = this.#call;
    if (call === null) return;
    this.#timer?.cancel();
    this.#hear({ isFinal: false, positions: this.#host.driven?.playout.positions() ?? [] });
    this.#write(this.#nowFrame() - this.#writtenFrames);
    const header = wavHeader({ sampleRate: call.sampleRate, channels: 2, frames: this.#writtenFrames });
    this.#call = null;
    this.#writtenFrames = 0;
    this.#options.end?.(header);
  }

  /** The recording begins with the first sound of either side. */
  #begin(): RecordedCall {
    if (this.#call !== null) return this.#call;
    const sampleRate = this.#host.driven?.playout.sampleRate ?? 24_000;
    this.#call = {
      user: new Channel(sampleRate),
      agent: new Channel(sampleRate),
      speech: new HeardSpeech(),
      startMs: this.#host.clock.nowMs(),
      sampleRate,
    };
    this.#options.write(wavHeader({ sampleRate, channels: 2 }));
    this.#tickLater();
    return this.#call;
  }

  #tickLater(): void {
    this.#timer = this.#host.clock.schedule(TICK_MS, () => {
      this.#hear({ isFinal: false, positions: this.#host.driven?.playout.positions() ?? [] });
      const delayFrames = (WRITE_DELAY_MS * (this.#call?.sampleRate ?? 0)) / 1000;
      this.#write(this.#nowFrame() - delayFrames - this.#writtenFrames);
      this.#tickLater();
    });
  }

  #hear({ isFinal, positions }: Positions): void {
    if (this.#call === null) return;
    const { agent, speech } = this.#call;
    for (const position of positions) {
      const heard = speech.heardSince(position);
      if (heard.length > 0) agent.add(heard, this.#nowFrame());
      if (isFinal) speech.end(position);
    }
  }

  #write(frames: number): void {
    if (this.#call === null || frames <= 0) return;
    const stereo = new Int16Array(2 * frames);
    this.#call.user.take(frames, stereo, 0);
    this.#call.agent.take(frames, stereo, 1);
    this.#writtenFrames += frames;
    this.#options.write(new Uint8Array(stereo.buffer));
  }

  #nowFrame(): number {
    const call = this.#call;
    if (call === null) return 0;
    return Math.round(((this.#host.clock.nowMs() - call.startMs) * call.sampleRate) / 1000);
  }
}
