// The microphone's end of a conversation: float32 at the context's rate in, packets of PCM16 out.
// Render thread: everything in this file. Commands come by message; packets and levels go by message, or through a ring of shared
// memory, which this thread pushes.
import { BargeInDetector } from '../src/audio/barge-in-detector.ts';
import { MAX_QUANTUM_FRAMES, PACKET_MS, packetFrames, WIRE_SAMPLE_RATE } from '../src/audio/format.ts';
import { LevelMeter } from '../src/audio/meter.ts';
import { pcm16FromFloat } from '../src/audio/pcm16.ts';
import { Resampler } from '../src/audio/resampler.ts';
import { CaptureReporter } from '../src/browser/capture-reporter.ts';
import {
  type CaptureCommand,
  type CaptureEvent,
  type CaptureOptions,
  ONSET,
  type Refilled,
} from '../src/browser/worklet-messages.ts';
import { adoptCore } from '../src/wasm/core.ts';

/** Levels are posted every third packet, 16.7 times a second. */
const PACKETS_PER_LEVEL = 3;

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #resampler: Resampler;
  readonly #meter: LevelMeter;
  readonly #packet: Float32Array<ArrayBuffer>;
  // One object for all packets and one for all levels: `postMessage` copies, so they can be filled again.
  readonly #packetEvent: Extract<CaptureEvent, { type: 'packet' }>;
  readonly #levelEvent: Refilled<Extract<CaptureEvent, { type: 'level' }>> = { type: 'level', rmsDb: 0, peakDb: 0 };
  /** Where the page shares memory. */
  readonly #reporter: CaptureReporter | null;
  #isLosing = false;
  readonly #detector: BargeInDetector | null;
  #speaker: MessagePort | null = null;
  #silence = new Float32Array(0);
  #filledFrames = 0;
  #packetsMeasured = 0;
  #isMuted = false;
  #isOpen = true;

  constructor(options: { processorOptions: CaptureOptions }) {
    super();
    const {
      module,
      packetRate = WIRE_SAMPLE_RATE,
      memory,
      bargeInModule,
      contextRate = sampleRate,
    } = options.processorOptions;
    adoptCore(module);
    this.#resampler = new Resampler({
      inputRate: contextRate,
      outputRate: packetRate,
      maxBlockFrames: MAX_QUANTUM_FRAMES,
    });
    this.#meter = new LevelMeter();
    this.#detector =
      bargeInModule === undefined ? null : new BargeInDetector({ sampleRate: contextRate, module: bargeInModule });
    this.#packet = new Float32Array(packetFrames(packetRate, PACKET_MS));
    this.#packetEvent = { type: 'packet', samples: new Int16Array(this.#packet.length) };
    this.#reporter = memory === undefined ? null : new CaptureReporter(memory, this.#packet.length);
    this.port.onmessage = ({ data }: MessageEvent<CaptureCommand>) => this.#obey(data);
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    if (!this.#isOpen) return false;
    // Time goes on without a microphone: while one takes the place of another, silence is heard. The output, which stays
    // silent, tells how much.
    const mono = inputs[0]?.[0] ?? this.#silent(outputs[0]?.[0]?.length ?? 0);
    if (this.#detector !== null) this.#watch(this.#detector, mono, inputs[1]?.[0] ?? null);
    this.#take(mono);
    return true;
  }

  #watch(detector: BargeInDetector, mono: Float32Array, agent: Float32Array | null): void {
    // Muted, nobody is heard; the agent's echo is late all the same.
    if (detector.push(this.#isMuted ? this.#silent(mono.length) : mono, agent)) this.#speaker?.postMessage(ONSET);
  }

  #take(mono: Float32Array): void {
    const resampled = this.#resampler.process(this.#isMuted ? this.#silent(mono.length) : mono);
    // The filter still holds what was heard before; muted is muted.
    for (let i = 0; i < resampled.length; i++) {
      this.#packet[this.#filledFrames++] = this.#isMuted ? 0 : (resampled[i] ?? 0);
      if (this.#filledFrames === this.#packet.length) this.#sendPacket();
    }
  }

  #sendPacket(): void {
    this.#filledFrames = 0;
    const { samples } = this.#packetEvent;
    pcm16FromFloat(this.#packet, samples);
    if (this.#reporter === null) this.port.postMessage(this.#packetEvent);
    else this.#push(this.#reporter, samples);
    this.#meter.measure(samples);
    if (++this.#packetsMeasured < PACKETS_PER_LEVEL) return;
    this.#sendLevel(this.#meter.rmsDb, this.#meter.peakDb);
    this.#meter.reset();
    this.#packetsMeasured = 0;
  }

  #push(reporter: CaptureReporter, samples: Int16Array): void {
    const isSent = reporter.packet(samples);
    // Said once, not for each packet that a page which has stopped does not take.
    if (!isSent && !this.#isLosing) {
      const message = 'the page has taken no packet for 40 s; the newest ones are lost';
      const error: CaptureEvent = { type: 'error', code: 'ERR_BUFFER_SIZE', message };
      this.port.postMessage(error);
    }
    this.#isLosing = !isSent;
  }

  #sendLevel(rmsDb: number, peakDb: number): void {
    if (this.#reporter !== null) {
      this.#reporter.level(rmsDb, peakDb);
      return;
    }
    this.#levelEvent.rmsDb = rmsDb;
    this.#levelEvent.peakDb = peakDb;
    this.port.postMessage(this.#levelEvent);
  }

  /** A context keeps its quantum, so this makes one array. */
  #silent(frames: number): Float32Array {
    if (this.#silence.length !== frames) this.#silence = new Float32Array(frames);
    return this.#silence;
  }

  #obey(command: CaptureCommand): void {
    if (command.type === 'watch') {
      this.#speaker = command.port;
      command.port.onmessage = () => this.#detector?.wasEcho();
      return;
    }
    if (command.type === 'close') {
      this.#isOpen = false;
      this.port.onmessage = null;
      this.#resampler.free();
      this.#meter.free();
      this.#detector?.free();
      this.#speaker?.close();
      return;
    }
    this.#isMuted = command.type === 'mute';
    if (this.#isMuted) this.#packet.fill(0, 0, this.#filledFrames);
  }
}

registerProcessor('bargein-capture', CaptureProcessor);
