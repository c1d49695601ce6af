import { type BrowserAudio, browserAudio } from '../../browser/index.ts';
import { OpenAIRealtimeWebSocket, RealtimeSession } from '../../index.ts';
import type { RunToolApprovalItem } from '../../agent/approval-item.ts';
import { AgentSound } from './agent-sound.ts';
import { deskAgent } from './desk-agent.ts';
import { linesOfHistory } from './history-lines.ts';
import { SavedCall } from './saved-call.ts';
import { TappedSocket } from './tapped-socket.ts';
import { BUCKET_MS, heightOf, Timeline } from './timeline.ts';
import type { TranscriptLine } from './transcript.ts';
import type { WireEntry } from './wire-entry.ts';

/** How the page learns what the call does. */
export interface LiveCallListener {
  onWire(entry: WireEntry): void;
  onApproval(item: RunToolApprovalItem): void;
  onInterrupted(atMs: number): void;
  onError(message: string): void;
  onUnlockNeeded(isNeeded: boolean): void;
  onClosed(): void;
}

interface Ticket {
  readonly key: string;
  readonly url?: string;
}

/** One call by voice, from the browser's microphone. */
export class LiveCall {
  readonly timeline: Timeline = new Timeline();
  readonly audio: BrowserAudio;
  readonly saved: SavedCall = new SavedCall();
  readonly #session: RealtimeSession;
  readonly #listener: LiveCallListener;
  readonly #sound: AgentSound;
  readonly #beganMs = performance.now();
  #userDb = -Infinity;
  #hasEnded = false;

  constructor(listener: LiveCallListener, deviceId: string | undefined) {
    this.#listener = listener;
    this.#sound = new AgentSound(this.timeline);
    this.audio = browserAudio({ ...(deviceId !== undefined && { deviceId }) });
    const transport = new OpenAIRealtimeWebSocket({
      playout: this.audio.playout,
      createWebSocket: async ({ url, apiKey }) => new TappedSocket(url, apiKey, (...seen) => this.#onWire(...seen)),
    });
    this.#session = new RealtimeSession(deskAgent, { transport, audio: this.audio, features: [this.saved.feature] });
    this.#listen();
  }

  get nowMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** Peak of the microphone and RMS of the speaker, in dB relative to full scale. */
  get levelsDb(): { readonly user: number; readonly agent: number } {
    return { user: this.#userDb, agent: this.audio.speaker.levelDb };
  }

  get lines(): readonly TranscriptLine[] {
    return linesOfHistory(this.#session.history, this.audio.playout.positions());
  }

  /** Asks for the microphone and connects; rejects with what to do. */
  async start(service: string): Promise<void> {
    const response = await fetch('/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ service }),
    });
    if (!response.ok) throw new Error(await response.text());
    const { key, url } = (await response.json()) as Ticket;
    await this.#session.connect({ apiKey: key, ...(url !== undefined && { url }) });
  }

  /** Brings the time line up to now. */
  tick(): void {
    if (!this.#hasEnded) this.#sound.hear(this.#nowBucket, this.audio.playout.positions());
  }

  say(text: string): void {
    this.#session.sendMessage(text);
  }

  mute(isMuted: boolean): void {
    this.#session.mute(isMuted);
  }

  interrupt(): void {
    this.#session.interrupt();
  }

  async decide(item: RunToolApprovalItem, isApproved: boolean): Promise<void> {
    await (isApproved ? this.#session.approve(item) : this.#session.reject(item));
  }

  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#session.close();
    await this.audio.dispose();
  }

  get #nowBucket(): number {
    return Math.floor(this.nowMs / BUCKET_MS);
  }

  #listen(): void {
    const session = this.#session;
    session.on('audio', ({ data, itemId, responseId }) =>
      this.#sound.receive(itemId ?? responseId, new Int16Array(data.slice(0))),
    );
    session.on('audio_interrupted', () => {
      this.tick();
      this.#sound.cut(this.#nowBucket);
      this.#listener.onInterrupted(this.nowMs);
    });
    session.on('tool_approval_requested', (_context, _agent, { approvalItem }) =>
      this.#listener.onApproval(approvalItem),
    );
    session.on('error', ({ error }) => this.#listener.onError(messageOf(error)));
    session.transport.on('connection_change', (status) => {
      if (status === 'disconnected') this.#listener.onClosed();
    });
    this.audio.on('error', (error) => this.#listener.onError(error.message));
    this.audio.on('unlock_needed', () => this.#listener.onUnlockNeeded(true));
    this.audio.on('unlocked', () => this.#listener.onUnlockNeeded(false));
    this.audio.on('level', ({ peakDb }) => {
      this.#userDb = peakDb;
      // A level is of the last 60 ms, which is a bucket and a half.
      const height = heightOf(10 ** (peakDb / 20));
      for (const bucket of [this.#nowBucket - 1, this.#nowBucket]) {
        if (bucket >= 0) this.timeline.setUser(bucket, height);
      }
    });
  }

  #onWire(direction: WireEntry['direction'], text: string): void {
    const entry: WireEntry = { atMs: this.nowMs, direction, event: JSON.parse(text) as WireEntry['event'] };
    this.saved.log(entry, text.length);
    this.#listener.onWire(entry);
  }
}

/** What an error of whichever kind says. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === 'object' && error !== null) {
    const { message, error: inner } = error as { message?: unknown; error?: unknown };
    if (typeof message === 'string') return message;
    if (inner !== undefined) return messageOf(inner);
  }
  return String(error);
}
