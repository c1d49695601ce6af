import type { Clock, Timer } from '../../clock.ts';
import { TransportConnectionError } from '../../errors.ts';
import { MAX_NESTING, nestsWithin } from '../../protocol/nesting.ts';
import type { WebSocketLike } from '../defaults.ts';
import { wrong } from './frame-fields.ts';
import type { PhoneDialect, PhoneEncoding, PhoneMessage } from './phone-dialect.ts';
import type { PhoneOutput } from './phone-playout.ts';

/** From the first wait for it to the provider's `start`. A socket that never says it costs nothing upstream. */
const START_DEADLINE_MS = 5000;

/** A provider's frames are below 1 kB. */
const MAX_FRAME_CHARS = 64 << 10;

/** Frames that are not what the protocol says, before the line is given up. */
const MAX_MALFORMED_FRAMES = 100;

const OPEN = 1;
const POLICY_VIOLATION = 1008;

/** What a stream said of itself. */
export type PhoneStart = Extract<PhoneMessage, { type: 'start' }>;

/** Who is told what the line does. */
export interface PhoneLineListener {
  /** Whether somebody wants frames as the provider sent them. Only then is a frame of audio parsed. */
  wantsFrames(): boolean;
  /** A frame that was parsed, before what it means. */
  onFrame(frame: unknown): void;
  onMessage(message: PhoneMessage): void;
  /** A frame that was not what the protocol says; the line goes on. */
  onError(error: TransportConnectionError): void;
  /** The line is gone, by either side. Once. */
  onClosed(): void;
}

/** The caller's leg of a call: the socket of the provider's media stream. It sends nothing before the stream's `start`. */
export class PhoneLine implements Omit<PhoneOutput, 'onBacklog'> {
  readonly #socket: WebSocketLike;
  readonly #dialect: PhoneDialect;
  readonly #clock: Clock;
  readonly #listener: PhoneLineListener;
  #start: PhoneStart | null = null;
  #waiters: { resolve(start: PhoneStart): void; reject(error: Error): void }[] = [];
  #malformedFrames = 0;
  #isClosed = false;

  constructor(options: { socket: WebSocketLike; dialect: PhoneDialect; clock: Clock; listener: PhoneLineListener }) {
    this.#socket = options.socket;
    this.#dialect = options.dialect;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#socket.addEventListener('message', ({ data }) => this.#receive(data));
    this.#socket.addEventListener('close', () => this.#closed());
    this.#socket.addEventListener('error', () => this.#closed());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** G.711 of which law; µ-law until the stream has started. */
  get encoding(): PhoneEncoding {
    return this.#start?.encoding ?? 'audio/pcmu';
  }

  bufferedBytes(): number {
    return this.#socket.bufferedAmount ?? 0;
  }

  /** Resolves when the stream has started; rejects after 5 s, and when the line closes first. */
  async started(): Promise<PhoneStart> {
    if (this.#isClosed) throw hungUp();
    if (this.#start !== null) return this.#start;
    let timer: Timer | undefined;
    try {
      return await new Promise<PhoneStart>((resolve, reject) => {
        this.#waiters.push({ resolve, reject });
        timer = this.#clock.schedule(START_DEADLINE_MS, () => reject(noStart()));
      });
    } finally {
      timer?.cancel();
    }
  }

  media(payload: string): void {
    this.#send((streamId) => this.#dialect.media(streamId, payload));
  }

  mark(name: string): void {
    this.#send((streamId) => this.#dialect.mark(streamId, name));
  }

  clear(): void {
    this.#send((streamId) => this.#dialect.clear(streamId));
  }

  /** Ends the stream; a provider then goes on with the call as the app told it, or hangs up. */
  close(code?: number, reason?: string): void {
    if (this.#isClosed) return;
    this.#socket.close(code, reason);
    this.#closed();
  }

  #send(frame: (streamId: string) => string): void {
    if (this.#start === null || this.#isClosed || this.#socket.readyState !== OPEN) return;
    this.#socket.send(frame(this.#start.streamId));
  }

  #receive(data: unknown): void {
    if (this.#isClosed) return;
    let frame: unknown;
    let message: PhoneMessage | null;
    try {
      const text = frameText(data);
      message = this.#listener.wantsFrames() ? null : (this.#dialect.readMedia?.(text) ?? null);
      if (message === null) {
        frame = parsed(text);
        message = this.#dialect.read(frame);
      }
    } catch (error) {
      return this.#malformed(error);
    }
    if (frame !== undefined) this.#listener.onFrame(frame);
    if (message.type === 'start') return this.#started(message);
    // Before `start` a frame belongs to no stream.
    if (this.#start !== null) this.#listener.onMessage(message);
  }

  #started(start: PhoneStart): void {
    if (this.#start !== null) return this.#malformed(wrong('start', 'one a stream', 'a second one'));
    this.#start = start;
    this.#listener.onMessage(start);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(start);
  }

  #malformed(error: unknown): void {
    this.#listener.onError(error instanceof TransportConnectionError ? error : wrong('frame', 'JSON', undefined));
    this.#malformedFrames += 1;
    if (this.#malformedFrames >= MAX_MALFORMED_FRAMES) this.close(POLICY_VIOLATION, 'too many malformed frames');
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(hungUp());
    this.#listener.onClosed();
  }
}

function frameText(data: unknown): string {
  if (typeof data !== 'string') throw wrong('frame', 'text', data);
  if (data.length > MAX_FRAME_CHARS)
    throw wrong('frame', `at most ${MAX_FRAME_CHARS} characters`, `${data.length} of them`);
  return data;
}

function parsed(text: string): unknown {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    throw wrong('frame', 'JSON', text);
  }
  if (typeof frame === 'object' && frame !== null && !nestsWithin(frame))
    throw wrong('frame', `nesting of at most ${MAX_NESTING}`, frame);
  return frame;
}

function noStart(): TransportConnectionError {
  return new TransportConnectionError(`the phone line sent no start within ${START_DEADLINE_MS} ms`, {
    code: 'ERR_PHONE_START_TIMEOUT',
  });
}

/** The error of a call whose caller is not there any more. */
export function hungUp(): TransportConnectionError {
  return new TransportConnectionError('the phone line is closed: the caller hung up, or the call was ended', {
    code: 'ERR_PHONE_CLOSED',
  });
}
