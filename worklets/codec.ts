// Both ends of a voice connection in one node: what comes in is encoded into packets, and packets are decoded and played.
// Render thread: everything in this file. Packets come and go by message, or through two rings of shared memory, of which
// this thread pulls one and pushes the other.
import { encodeAlaw, encodeMulaw, decodeAlaw, decodeMulaw } from '../src/audio/g711.ts';
import { MAX_QUANTUM_FRAMES, packetFrames } from '../src/audio/format.ts';
import { pcm16FromFloat } from '../src/audio/pcm16.ts';
import { Playout } from '../src/audio/playout.ts';
import { Resampler } from '../src/audio/resampler.ts';
import type { CodecFormat } from '../src/browser/codec-format.ts';
import {
  type CodecCommand,
  type CodecEvent,
  type CodecProcessorOptions,
  DECODE_RECORD_BYTES,
} from '../src/browser/codec-messages.ts';
import { SharedRing } from '../src/audio/shared-ring.ts';
import { adoptCore } from '../src/wasm/core.ts';

/** The playout keeps 100 ms behind what it plays; twice that is left free. */
const RESERVE_S = 0.2;

class CodecProcessor extends AudioWorkletProcessor {
  readonly #format: CodecFormat;
  readonly #resampler: Resampler;
  readonly #playout: Playout;
  readonly #mostBufferedFrames: number;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #pcm16: Int16Array<ArrayBuffer>;
  // One object for all packets: `postMessage` copies, so it can be filled again.
  readonly #packetEvent: Extract<CodecEvent, { type: 'packet' }>;
  readonly #encodedRing: SharedRing | null;
  readonly #decodeRing: SharedRing | null;
  readonly #record: Uint8Array<ArrayBuffer> = new Uint8Array(DECODE_RECORD_BYTES);
  /** The part of the record that was filled last: packets of one length need one view. */
  #recordPart: Uint8Array<ArrayBuffer> = this.#record;
  #decoded: Int16Array<ArrayBuffer> = new Int16Array(0);
  #filledFrames = 0;
  #handle = 0;
  #isLosing = false;
  #isOpen = true;

  constructor(options: { processorOptions: CodecProcessorOptions }) {
    super();
    const {
      module,
      playoutModule,
      format,
      packetRate,
      packetMs,
      capacityFrames,
      isAdaptive,
      rings,
      contextRate = sampleRate,
    } = options.processorOptions;
    adoptCore(module);
    this.#format = format;
    this.#resampler = new Resampler({
      inputRate: contextRate,
      outputRate: packetRate,
      maxBlockFrames: MAX_QUANTUM_FRAMES,
    });
    this.#playout = new Playout({
      module,
      playoutModule,
      capacityFrames,
      isAdaptive,
      itemRate: packetRate,
      outputRate: contextRate,
      maxBlockFrames: MAX_QUANTUM_FRAMES,
    });
    this.#mostBufferedFrames = capacityFrames - DECODE_RECORD_BYTES - RESERVE_S * packetRate;
    this.#samples = new Float32Array(packetFrames(packetRate, packetMs));
    this.#pcm16 = new Int16Array(this.#samples.length);
    const packet = format === 'pcm16' ? new Uint8Array(this.#pcm16.buffer) : new Uint8Array(this.#pcm16.length);
    this.#packetEvent = { type: 'packet', packet };
    this.#encodedRing = rings === undefined ? null : new SharedRing(rings.encoded);
    this.#decodeRing = rings === undefined ? null : new SharedRing(rings.decode);
    this.#open();
    this.port.onmessage = ({ data }: MessageEvent<CodecCommand>) => this.#obey(data);
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    if (!this.#isOpen) return false;
    const heard = inputs[0]?.[0];
    if (heard !== undefined) this.#encode(heard);
    if (this.#decodeRing !== null) this.#pull(this.#decodeRing);
    const channels = outputs[0];
    const mono = channels?.[0];
    if (channels === undefined || mono === undefined) return true;
    this.#playout.render(mono);
    for (let channel = 1; channel < channels.length; channel++) channels[channel]?.set(mono);
    this.#report();
    return true;
  }

  #encode(mono: Float32Array): void {
    const resampled = this.#resampler.process(mono);
    for (let i = 0; i < resampled.length; i++) {
      this.#samples[this.#filledFrames++] = resampled[i] ?? 0;
      if (this.#filledFrames === this.#samples.length) this.#sendPacket();
    }
  }

  #sendPacket(): void {
    this.#filledFrames = 0;
    const { packet } = this.#packetEvent;
    pcm16FromFloat(this.#samples, this.#pcm16);
    if (this.#format === 'mulaw') encodeMulaw(this.#pcm16, packet);
    else if (this.#format === 'alaw') encodeAlaw(this.#pcm16, packet);
    if (this.#encodedRing === null) {
      this.port.postMessage(this.#packetEvent);
      return;
    }
    const isSent = this.#encodedRing.push(packet);
    // Said once, not for each packet that a page which has stopped does not take.
    if (!isSent && !this.#isLosing) this.#refuse('the page has taken no packet for seconds; the newest ones are lost');
    this.#isLosing = !isSent;
  }

  /** One record a quantum at most: more than 30 times as fast as it plays, and bounded work. */
  #pull(ring: SharedRing): void {
    if (ring.dropVoid()) this.#clear();
    if (this.#playout.bufferedFrames > this.#mostBufferedFrames) return;
    const length = ring.pull(this.#record);
    if (length < 0) return;
    if (this.#recordPart.length !== length) this.#recordPart = this.#record.subarray(0, length);
    this.#decode(this.#recordPart);
  }

  #decode(packet: Uint8Array<ArrayBuffer>): void {
    const samples = this.#samplesOf(packet);
    if (this.#format === 'mulaw') decodeMulaw(packet, samples);
    else if (this.#format === 'alaw') decodeAlaw(packet, samples);
    const accepted = Math.max(0, this.#playout.write(this.#handle, samples));
    if (accepted < samples.length) this.#refuse(`${samples.length - accepted} frames did not fit; send them later`);
  }

  /** Room for a packet's samples, which PCM16 has within it; one array for packets of one length. */
  #samplesOf(packet: Uint8Array<ArrayBuffer>): Int16Array<ArrayBuffer> {
    const isPcm16 = this.#format === 'pcm16';
    const frames = isPcm16 ? packet.length / 2 : packet.length;
    const isRoom = this.#decoded.length === frames && (!isPcm16 || this.#decoded.buffer === packet.buffer);
    if (!isRoom) this.#decoded = isPcm16 ? new Int16Array(packet.buffer, 0, frames) : new Int16Array(frames);
    return this.#decoded;
  }

  #clear(): void {
    this.#playout.interrupt();
    this.#open();
  }

  #open(): void {
    const handle = this.#playout.open();
    // So many clears in one quantum that there is no handle left: until the next, what is written is refused.
    if (handle !== null) this.#handle = handle;
  }

  #report(): void {
    const items = this.#playout.takeInterruptReport();
    if (items === null) return;
    let renderedFrames = 0;
    for (const item of items) renderedFrames += item.renderedFrames;
    const cleared: CodecEvent = { type: 'cleared', renderedFrames };
    this.port.postMessage(cleared);
  }

  #obey(command: CodecCommand): void {
    if (command.type === 'decode') this.#decode(command.packet);
    else if (command.type === 'clear') this.#clear();
    else {
      this.#isOpen = false;
      this.port.onmessage = null;
      this.#resampler.free();
      this.#playout.free();
    }
  }

  #refuse(message: string): void {
    const error: CodecEvent = { type: 'error', code: 'ERR_BUFFER_SIZE', message };
    this.port.postMessage(error);
  }
}

registerProcessor('bargein-codec', CodecProcessor);
