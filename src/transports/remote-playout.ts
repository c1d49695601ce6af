import { keepYoungest } from '../playout/keep-youngest.ts';
import type { ItemPosition, PlayoutListener, SessionPlayout } from '../playout/playout.ts';
import type { OpenAIRealtimeBase } from './openai-base.ts';

/** Responses whose first spoken item is remembered, and those that were stopped; older ones are over. */
const REMEMBERED_RESPONSES = 16;

/**
 * The playout of a connection over which the server plays its audio itself, WebRTC or a telephone that it has taken. The
 * server knows what it has played, stops at a barge-in and truncates; this one only passes its word on. It counts no
 * frames, and it can be turned down where the app has the speaker, but not paused.
 */
export class RemotePlayout implements SessionPlayout {
  readonly sampleRate = 24_000;
  listener: PlayoutListener | null = null;
  readonly #setGain: (gainDb: number) => void;
  #clear: () => void = () => {};
  readonly #itemIds = new Map<string, string>();
  readonly #stopped = new Set<string>();
  /** Responses that sound, with their first item; null as long as that has no name. */
  readonly #sounding = new Map<string, string | null>();
  /** The user barged in and the server stops by itself. */
  #isServerStopping = false;

  /** @param setGain Turns the speaker down to so many dB, 0 being as it comes. */
  constructor(setGain: (gainDb: number) => void = () => {}) {
    this.#setGain = setGain;
  }

  /** Listens to the server's word; for the constructor of the transport that this is the playout of. */
  attach(transport: OpenAIRealtimeBase): void {
    this.#clear = () => {
      if (transport.status === 'connected') transport.sendEvent({ type: 'output_audio_buffer.clear' });
    };
    transport.on('audio_transcript_delta', ({ responseId, itemId }) => this.#spoken(responseId, itemId));
    transport.on('output_audio_buffer.started', (event) => this.#started(event['response_id']));
    transport.on('output_audio_buffer.stopped', (event) => this.#ended(event['response_id'], true));
    transport.on('output_audio_buffer.cleared', (event) => this.#ended(event['response_id'], false));
    transport.on('speech_started', ({ serverInterrupts }) => {
      this.#isServerStopping = serverInterrupts;
    });
    transport.on('connection_change', (status) => {
      if (status === 'disconnected') this.#reset();
    });
  }

  write(): void {}

  end(): void {}

  /** The server truncates what it stops, so the report has no items. */
  flush(interruptId: string): void {
    if (!this.#isServerStopping) this.#clear();
    this.#isServerStopping = false;
    for (const responseId of [...this.#itemIds.keys(), ...this.#sounding.keys()]) this.#stopped.add(responseId);
    keepYoungest(this.#stopped, REMEMBERED_RESPONSES);
    this.#sounding.clear();
    this.listener?.onReport({ interruptId, items: [] });
  }

  pause(): void {}

  resume(): void {}

  duck(gainDb: number): void {
    this.#setGain(gainDb);
  }

  unduck(): void {
    this.#setGain(0);
  }

  positions(): readonly ItemPosition[] {
    return [];
  }

  /** An item of a response is being spoken; the server's `started` names only the response. */
  #spoken(responseId: string, itemId: string): void {
    if (this.#itemIds.has(responseId)) return;
    this.#itemIds.set(responseId, itemId);
    keepYoungest(this.#itemIds, REMEMBERED_RESPONSES);
    if (this.#sounding.get(responseId) === null) this.#sound(responseId, itemId);
  }

  #started(responseId: unknown): void {
    if (typeof responseId !== 'string' || this.#stopped.has(responseId)) return;
    this.#isServerStopping = false;
    this.#sounding.set(responseId, null);
    const itemId = this.#itemIds.get(responseId);
    if (itemId !== undefined) this.#sound(responseId, itemId);
  }

  #sound(responseId: string, itemId: string): void {
    this.#sounding.set(responseId, itemId);
    this.listener?.onStarted(positionOf(responseId, itemId));
  }

  #ended(responseId: unknown, isWhole: boolean): void {
    if (typeof responseId !== 'string') return;
    const itemId = this.#sounding.get(responseId) ?? null;
    this.#sounding.delete(responseId);
    if (isWhole && itemId !== null) this.listener?.onDone(positionOf(responseId, itemId));
  }

  #reset(): void {
    this.#itemIds.clear();
    this.#stopped.clear();
    this.#sounding.clear();
    this.#isServerStopping = false;
  }
}

function positionOf(responseId: string, itemId: string): ItemPosition {
  return { responseId, itemId, contentIndex: 0, receivedFrames: 0, renderedFrames: 0 };
}
