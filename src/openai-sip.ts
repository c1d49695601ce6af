import { UserError } from './errors.ts';
import type { SessionConfig } from './protocol/session-config.ts';
import type { RealtimeSessionPayload } from './protocol/session-payload.ts';
import { RealtimeSession } from './realtime-session.ts';
import type { SessionAgent } from './session-events.ts';
import type { RealtimeSessionOptions } from './session-options.ts';
import type { OpenAIRealtimeWebSocketOptions } from './transports/openai-websocket.ts';
import { OpenAIRealtimeWebSocket } from './transports/openai-websocket.ts';
import { RemotePlayout } from './transports/remote-playout.ts';
import type { RealtimeTransportLayerConnectOptions } from './transports/transport.ts';

/** Fields of turn detection that the service refuses for a telephone call. */
const REFUSED_FIELDS = ['threshold', 'prefix_padding_ms', 'silence_duration_ms'] as const;

/** What is used of `openai.realtime.calls` of the `openai` package. */
export interface SipCalls {
  refer(callId: string, body: { target_uri: string }): Promise<unknown>;
  hangup(callId: string): Promise<unknown>;
}

/** Options of the SIP transport. */
export interface OpenAIRealtimeSIPOptions extends Omit<OpenAIRealtimeWebSocketOptions, 'playout'> {
  /** `new OpenAI().realtime.calls`, for `refer` and `hangUp`. */
  calls?: SipCalls;
}

/**
 * Control of a telephone call that the service itself has taken: it hears and plays, this connection decides. Accept the call
 * first, with `buildInitialConfig`, then connect with its `callId`.
 */
export class OpenAIRealtimeSIP extends OpenAIRealtimeWebSocket {
  readonly #calls: SipCalls | undefined;
  #callId: string | undefined;

  constructor({ calls, ...options }: OpenAIRealtimeSIPOptions = {}) {
    const remote = new RemotePlayout();
    super({ ...options, playout: remote });
    remote.attach(this);
    this.#calls = calls;
  }

  override get isPlayoutRemote(): boolean {
    return true;
  }

  /**
   * What to accept a call with: `openai.realtime.calls.accept(callId, payload)`. Throws `ERR_SIP_TURN_DETECTION` for fields of
   * turn detection that the service refuses there.
   */
  static async buildInitialConfig<TContext = unknown>(
    agent: SessionAgent<TContext>,
    options: Partial<RealtimeSessionOptions<TContext>> = {},
    overrides: SessionConfig = {},
  ): Promise<RealtimeSessionPayload> {
    const config = await RealtimeSession.computeInitialSessionConfig(agent, options, overrides);
    const payload = new OpenAIRealtimeSIP().buildSessionPayload(config);
    const detection = payload.audio?.input?.turn_detection ?? {};
    const refused = REFUSED_FIELDS.filter((field) => detection[field] !== undefined);
    if (refused.length === 0) return payload;
    throw new UserError(`a SIP call takes no ${refused.join(', ')} in its turn detection: leave it out`, {
      code: 'ERR_SIP_TURN_DETECTION',
    });
  }

  /** Attaches to the call with that `callId`. Throws `ERR_SIP_CALL_ID` without one. */
  override async connect(options: RealtimeTransportLayerConnectOptions): Promise<void> {
    if (options.callId === undefined || options.callId === '') {
      throw new UserError('a SIP transport connects to a call: pass its callId, from the webhook that announced it', {
        code: 'ERR_SIP_CALL_ID',
      });
    }
    this.#callId = options.callId;
    await super.connect(options);
  }

  /** Throws `ERR_SIP_AUDIO`: the caller's audio goes to the service by telephone. */
  override sendAudio(): never {
    throw new UserError('a SIP call brings its own audio: there is nothing to send', { code: 'ERR_SIP_AUDIO' });
  }

  /** Passes the caller on to another number, `tel:+49…` or `sip:…`. Needs the option `calls`. */
  async refer(targetUri: string): Promise<void> {
    const { calls, callId } = this.#call('refer');
    await calls.refer(callId, { target_uri: targetUri });
  }

  /** Ends the call. Needs the option `calls`. */
  async hangUp(): Promise<void> {
    const { calls, callId } = this.#call('hangUp');
    await calls.hangup(callId);
  }

  #call(method: string): { readonly calls: SipCalls; readonly callId: string } {
    if (this.#calls === undefined || this.#callId === undefined) {
      throw new UserError(`${method} needs the option calls (new OpenAI().realtime.calls) and a connected call`, {
        code: 'ERR_SIP_CALLS',
      });
    }
    return { calls: this.#calls, callId: this.#callId };
  }
}
