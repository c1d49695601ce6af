// A call as its wire log shows it, in the form that the timeline and the trace draw.

import {
  addReceived,
  addSent,
  type Arrival,
  type BargeIn,
  type CallRecord,
  framesOfBase64,
  type HeardRun,
  type Mark,
  type Span,
  type SpokenLine,
  type Truncation,
} from '../demo/call-record.ts';
import { SAMPLE_RATE } from '../demo/sound-card.ts';
import type { WireLogLine } from '../wire-log.ts';
import { replayCall } from './replayed-call.ts';

/** A silence of the microphone longer than this begins another stretch. */
const PAUSE_FRAMES = SAMPLE_RATE / 5;

/** Reads one session of a wire log, of PCM16 at 24 kHz. What was heard is what the client's truncates leave. */
export function wireCallRecord(lines: readonly WireLogLine[]): CallRecord {
  const log = new WireRecord();
  for (const line of lines) log.read(line);
  return log.finish(lines);
}

class WireRecord {
  readonly #sent: Span[] = [];
  readonly #received: Arrival[] = [];
  readonly #tools: Span[] = [];
  readonly #marks: Mark[] = [];
  readonly #truncations: Truncation[] = [];
  readonly #spoken: SpokenLine[] = [];
  readonly #errors: string[] = [];
  readonly #calls = new Map<string, { readonly name: string; readonly startFrame: number }>();
  #speechFrame = 0;

  read({ atMs, direction, event }: WireLogLine): void {
    const frame = Math.round((atMs * SAMPLE_RATE) / 1000);
    if (direction === 'in') this.#clientSaid(event, frame);
    else this.#serverSaid(event, frame);
  }

  finish(lines: readonly WireLogLine[]): CallRecord {
    const heard = this.#heard();
    const lastFrame = Math.round(((lines.at(-1)?.atMs ?? 0) * SAMPLE_RATE) / 1000);
    return {
      sampleRate: SAMPLE_RATE,
      lengthFrames: Math.max(1, lastFrame, ...heard.map(({ endFrame }) => endFrame)),
      spoken: this.#spoken,
      sent: this.#sent,
      received: this.#received,
      heard,
      tools: this.#tools,
      marks: this.#marks,
      bargeIns: bargeInsOf(lines),
      truncations: this.#truncations,
      handoffs: [],
      trips: [],
      approvals: [],
      errors: this.#errors,
      underruns: 0,
    };
  }

  #clientSaid(event: WireLogLine['event'], frame: number): void {
    if (event['type'] === 'input_audio_buffer.append') {
      const frames = framesOfBase64(String(event['audio']));
      addSent(this.#sent, { frames, endFrame: frame, pauseFrames: PAUSE_FRAMES });
    }
    if (event['type'] === 'conversation.item.truncate') {
      this.#truncations.push({ itemId: String(event['item_id']), audioEndMs: Number(event['audio_end_ms']), frame });
    }
    const item = event['item'];
    if (event['type'] !== 'conversation.item.create' || !isRecord(item)) return;
    const call = this.#calls.get(String(item['call_id']));
    if (item['type'] === 'function_call_output' && call !== undefined) {
      this.#tools.push({ label: call.name, startFrame: call.startFrame, endFrame: frame });
    }
  }

  #serverSaid(event: WireLogLine['event'], frame: number): void {
    switch (event['type']) {
      case 'response.output_audio.delta':
        return addReceived(this.#received, String(event['item_id']), framesOfBase64(String(event['delta'])), frame);
      case 'response.output_item.done': {
        const item = event['item'];
        if (!isRecord(item) || item['type'] !== 'function_call') return;
        this.#calls.set(String(item['call_id']), { name: String(item['name']), startFrame: frame });
        return;
      }
      case 'input_audio_buffer.speech_started':
        this.#speechFrame = frame;
        return void this.#marks.push({ label: 'speech_started', frame });
      case 'input_audio_buffer.speech_stopped':
        return void this.#marks.push({ label: 'speech_stopped', frame });
      case 'response.created':
        return void this.#marks.push({ label: 'response', frame });
      case 'conversation.item.input_audio_transcription.completed':
        return void this.#spoken.push({
          text: String(event['transcript']),
          startFrame: this.#speechFrame,
          endFrame: frame,
        });
      case 'error':
        return void this.#errors.push(JSON.stringify(event['error']));
      default:
    }
  }

  /** Items one after the other, each from its arrival or the end of the one before, as far as no truncate cut it. */
  #heard(): HeardRun[] {
    let freeFrame = 0;
    return this.#received.map(({ label: itemId, startFrame: arrivalFrame, audioFrames }) => {
      const cut = this.#truncations.find((truncation) => truncation.itemId === itemId);
      const frames = cut === undefined ? audioFrames : Math.round((cut.audioEndMs * SAMPLE_RATE) / 1000);
      const startFrame = Math.max(arrivalFrame, freeFrame);
      freeFrame = startFrame + frames;
      return { itemId, startFrame, endFrame: freeFrame };
    });
  }
}

/** Where the session core stops the agent. */
function bargeInsOf(lines: readonly WireLogLine[]): BargeIn[] {
  return replayCall(lines).steps.flatMap(({ atMs, effects }): BargeIn[] =>
    effects.some((effect) => effect.type === 'emit' && effect.notice.type === 'audioInterrupted')
      ? [{ cause: 'user', frame: Math.round((atMs * SAMPLE_RATE) / 1000) }]
      : [],
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
