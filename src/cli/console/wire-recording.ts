import { WIRE_SAMPLE_RATE } from '../../audio/format.ts';
import { Peaks } from './agent-sound.ts';
import { linesAt, type RecordedSpeech, type Recording } from './recording.ts';
import { BUCKET_MS, heightOf, Timeline } from './timeline.ts';
import { samplesOfBase64, type WireEntry } from './wire-entry.ts';

const FRAMES_A_MS = WIRE_SAMPLE_RATE / 1000;
const MS_A_MINUTE = 60_000;

interface Speech extends RecordedSpeech {
  readonly peaks: Peaks;
  text: string;
  startMs: number;
  receivedMs: number;
  cutMs: number | undefined;
}

/**
 * A wire log of PCM16 at 24 kHz as a recording: each item is heard from its arrival, or the end of the one before, as far
 * as no truncate cut it. Throws for a line that is none of a wire log.
 */
export function wireRecording(text: string): Recording {
  const entries = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => entryOf(line, index + 1));
  const reader = new WireReader(new Timeline((entries.at(-1)?.atMs ?? 0) / MS_A_MINUTE + 4));
  for (const entry of entries) reader.read(entry);
  return reader.finish(entries);
}

function entryOf(line: string, number: number): WireEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = null;
  }
  const { atMs, direction, event } = Object(value) as { atMs?: unknown; direction?: unknown; event?: unknown };
  if (typeof atMs !== 'number' || typeof event !== 'object' || event === null) {
    throw new Error(`line ${number} is no line of a wire log: it needs atMs, direction, session and event`);
  }
  return { atMs, direction: direction === 'in' ? 'sent' : 'received', event: event as WireEntry['event'] };
}

class WireReader {
  readonly #timeline: Timeline;
  readonly #speech = new Map<string, Speech>();
  readonly #said: {
    readonly id: string;
    readonly who: 'you' | 'tool';
    readonly text: string;
    readonly atMs: number;
  }[] = [];
  readonly #bargeInsMs: number[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  read({ atMs, event }: WireEntry): void {
    const { type } = event;
    if (type === 'input_audio_buffer.append') this.#hearUser(atMs, String(event['audio']));
    else if (type === 'response.output_audio.delta') this.#receive(atMs, event);
    else if (type === 'response.output_audio_transcript.delta') {
      this.#speechOf(event['item_id'], atMs).text += String(event['delta']);
    } else if (type === 'conversation.item.truncate') {
      this.#speechOf(event['item_id'], atMs).cutMs = Number(event['audio_end_ms']);
      this.#bargeInsMs.push(atMs);
    } else if (type === 'conversation.item.input_audio_transcription.completed') {
      this.#said.push({ id: String(event['item_id']), who: 'you', text: String(event['transcript']), atMs });
    } else if (type === 'conversation.item.create' || type === 'response.output_item.done') {
      this.#readItem(atMs, Object(event['item']) as Record<string, unknown>);
    }
  }

  finish(entries: readonly WireEntry[]): Recording {
    let freeMs = 0;
    for (const speech of this.#speech.values()) {
      const heardMs = Math.min(speech.cutMs ?? speech.receivedMs, speech.receivedMs);
      speech.startMs = Math.max(speech.startMs, freeMs);
      freeMs = speech.startMs + heardMs;
      for (const [index, height] of speech.peaks.heights.entries()) {
        const bucket = Math.floor(speech.startMs / BUCKET_MS) + index;
        this.#timeline.setAgent(bucket, height, index * BUCKET_MS >= heardMs);
      }
    }
    const durationMs = Math.max(freeMs, entries.at(-1)?.atMs ?? 0);
    const speech = [...this.#speech.entries()].map(([id, item]) => ({ ...item, id }));
    const said = this.#said;
    return {
      timeline: this.#timeline,
      durationMs,
      entries,
      bargeInsMs: this.#bargeInsMs,
      linesAt: (atMs) => linesAt(atMs, said, speech),
    };
  }

  #hearUser(atMs: number, base64: string): void {
    const samples = samplesOfBase64(base64);
    let peak = 0;
    for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
    const startMs = Math.max(0, atMs - samples.length / FRAMES_A_MS);
    for (let ms = startMs; ms <= atMs; ms += BUCKET_MS) {
      const bucket = Math.floor(ms / BUCKET_MS);
      this.#timeline.setUser(bucket, Math.max(this.#timeline.user(bucket), heightOf(peak / 32_768)));
    }
  }

  #receive(atMs: number, event: WireEntry['event']): void {
    const speech = this.#speechOf(event['item_id'], atMs);
    const samples = samplesOfBase64(String(event['delta']));
    speech.peaks.add(samples);
    speech.receivedMs += samples.length / FRAMES_A_MS;
  }

  #speechOf(itemId: unknown, atMs: number): Speech {
    const id = String(itemId);
    const speech = this.#speech.get(id) ?? {
      id,
      peaks: new Peaks(),
      text: '',
      startMs: atMs,
      receivedMs: 0,
      cutMs: undefined,
    };
    this.#speech.set(id, speech);
    return speech;
  }

  #readItem(atMs: number, item: Record<string, unknown>): void {
    const { id = `item at ${atMs}` } = item as { readonly id?: string };
    if (item['type'] === 'function_call') {
      const text = `${String(item['name'])}(${String(item['arguments'])})`;
      this.#said.push({ id, who: 'tool', text, atMs });
    }
    if (item['type'] === 'function_call_output') {
      this.#said.push({ id: `${id} output`, who: 'tool', text: `→ ${String(item['output'])}`, atMs });
    }
    if (item['role'] !== 'user' || !Array.isArray(item['content'])) return;
    const texts = (item['content'] as readonly { text?: string }[]).map(({ text = '' }) => text);
    this.#said.push({ id: `${id} said`, who: 'you', text: texts.join(' '), atMs });
  }
}
