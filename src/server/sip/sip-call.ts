import type { Clock, Timer } from '../../clock.ts';
import { deferred } from '../../deferred.ts';
import type { WireSession } from '../../protocol/client-events.ts';
import type { Call } from '../call.ts';
import { CallCodec } from '../call-codec.ts';
import type { ServerConnection } from '../connection.ts';
import { HttpRefusal } from '../http-refusal.ts';
import { CALL_SAMPLE_RATE } from '../output-buffer.ts';
import { PACKET_MS, PacketTimer } from '../packet-timer.ts';
import { ServerError } from '../server-error.ts';
import type { Session } from '../session.ts';

/** How long a call rings until nobody is there. */
const RING_TIMEOUT_MS = 60_000;
const DECLINED = 603;
const NO_ANSWER = 480;
/** The caller hung up while the call rang. */
const CANCELLED = 487;
/** The service refuses these for SIP. */
const UNSUPPORTED_DETECTION = ['threshold', 'prefix_padding_ms', 'silence_duration_ms'] as const;

/** What became of a call, for the caller. */
export type CallOutcome =
  | { readonly status: 'answered' }
  /** `sipStatus` as in the final response to the INVITE. */
  | { readonly status: 'rejected'; readonly sipStatus: number };

/** Why a call ended. `refer` names the target that the caller was sent to. */
export type CallEnd =
  | { readonly reason: 'hangup' | 'rejected' }
  | { readonly reason: 'refer'; readonly target: string };

/** The caller's end of a call: 20 ms µ-law packets, as on a telephone line. */
export interface SipCaller {
  readonly callId: string;
  /** Resolves when the app has accepted or rejected the call, or the ringing has ended. */
  readonly outcome: Promise<CallOutcome>;
  /** Resolves when the call is over. */
  readonly ended: Promise<CallEnd>;
  /** Sends 160 octets of µ-law, or any multiple; nothing while the call rings. */
  speak(mulaw: Uint8Array<ArrayBuffer>): void;
  /** Presses a key: 0–9, *, #, A–D; throws `ERR_DTMF` for any other. Nothing while the call rings. */
  press(key: string): void;
  /** Sets who hears the server: one packet of 160 octets every 20 ms. */
  onPacket(listener: (mulaw: Uint8Array) => void): void;
  hangUp(): void;
}

/** What a SIP-like call works with. */
export interface SipCallParts {
  readonly id: string;
  readonly clock: Clock;
  readonly startSession: (session: WireSession) => Session;
  /** Called once, when the call has ended. */
  readonly onEnd: () => void;
}

/** A call as it comes in over SIP, without SIP: it rings, is accepted or not, and carries G.711. */
export class SipCall implements Call, SipCaller {
  readonly id: string;
  readonly #parts: SipCallParts;
  readonly #codec: CallCodec;
  readonly #outcome = deferred<CallOutcome>();
  readonly #ended = deferred<CallEnd>();
  readonly #packet = new Int16Array((CALL_SAMPLE_RATE * PACKET_MS) / 1000);
  readonly #ringTimer: Timer;
  readonly #packetTimer: PacketTimer;
  #session: Session | null = null;
  #listener: (mulaw: Uint8Array) => void = () => {};
  #hasEnded = false;

  static async ring(parts: SipCallParts): Promise<SipCall> {
    return new SipCall(parts, await CallCodec.load('PCMU'));
  }

  private constructor(parts: SipCallParts, codec: CallCodec) {
    this.id = parts.id;
    this.#parts = parts;
    this.#codec = codec;
    this.#ringTimer = parts.clock.schedule(RING_TIMEOUT_MS, () => this.#refuse(NO_ANSWER));
    this.#packetTimer = new PacketTimer(parts.clock, { onPacket: () => this.#send() });
  }

  get callId(): string {
    return this.id;
  }

  get outcome(): Promise<CallOutcome> {
    return this.#outcome.promise;
  }

  get ended(): Promise<CallEnd> {
    return this.#ended.promise;
  }

  speak(mulaw: Uint8Array<ArrayBuffer>): void {
    if (this.#session !== null && !this.#hasEnded) this.#session.hear(this.#codec.decode(mulaw).samples);
  }

  press(key: string): void {
    if (!/^[0-9*#A-D]$/.test(key)) {
      throw new ServerError(`a key is one of 0–9, *, #, A–D, got ${JSON.stringify(key)}`, { code: 'ERR_DTMF' });
    }
    if (!this.#hasEnded) this.#session?.press(key);
  }

  onPacket(listener: (mulaw: Uint8Array) => void): void {
    this.#listener = listener;
  }

  get isAnswered(): boolean {
    return this.#session !== null;
  }

  attach(connection: ServerConnection): void {
    this.#answered('be controlled').attach(connection);
  }

  accept(session: WireSession): void {
    this.#checkRinging('accept');
    const detection = session.audio?.input?.turn_detection;
    const unsupported = UNSUPPORTED_DETECTION.find(
      (key) => detection?.type === 'server_vad' && detection[key] !== undefined,
    );
    if (unsupported !== undefined) {
      throw new HttpRefusal(400, `Turn detection of a SIP call can't set '${unsupported}'.`, {
        code: 'unsupported_parameter',
        param: `audio.input.turn_detection.${unsupported}`,
      });
    }
    this.#session = this.#parts.startSession(session);
    this.#ringTimer.cancel();
    this.#outcome.resolve({ status: 'answered' });
    this.#packetTimer.start();
  }

  reject(sipStatus: number = DECLINED): void {
    this.#checkRinging('reject');
    this.#refuse(sipStatus);
  }

  /** Sends the caller elsewhere; the session ends. */
  refer(target: string): void {
    this.#answered('refer');
    this.#end({ reason: 'refer', target });
  }

  hangUp(): void {
    this.#end({ reason: 'hangup' });
  }

  #refuse(sipStatus: number): void {
    this.#outcome.resolve({ status: 'rejected', sipStatus });
    this.#end({ reason: 'rejected' });
  }

  #checkRinging(action: string): void {
    if (this.#session === null) return;
    throw new HttpRefusal(409, `Call '${this.id}' was answered already: it can't ${action}.`, {
      code: 'invalid_call_state',
    });
  }

  #answered(action: string): Session {
    if (this.#session !== null) return this.#session;
    throw new HttpRefusal(409, `Call '${this.id}' still rings: it can't ${action}.`, { code: 'invalid_call_state' });
  }

  #send(): void {
    this.#session?.speak(this.#packet);
    this.#listener(this.#codec.encode(this.#packet));
  }

  #end(end: CallEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ringTimer.cancel();
    this.#packetTimer.stop();
    this.#codec.free();
    // Without an effect on a call that was answered or refused.
    this.#outcome.resolve({ status: 'rejected', sipStatus: CANCELLED });
    this.#session?.end();
    this.#ended.resolve(end);
    this.#parts.onEnd();
  }
}
