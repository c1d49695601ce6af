import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { type Clock, systemClock, type Timer } from '../../clock.ts';
import { logger } from '../../logger.ts';
import { acceptTwilioCalls } from '../../node/twilio-calls.ts';
import type { RealtimeSession } from '../../realtime-session.ts';
import { TwilioRealtimeTransportLayer } from '../../twilio.ts';
import { ServerError } from '../server-error.ts';
import { type AdmissionRefusal, refusalOf } from './admission.ts';
import { type CallEnd, CallMetrics } from './call-metrics.ts';
import type { HostSetup, ThreadAddress } from './gateway-messages.ts';
import { addRoutes } from './http-routes.ts';
import type { SharedLoad } from './shared-load.ts';

const SECOND_MS = 1000;
const LOOP_RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1e6;
/** A connection that is told to go and does not is cut after so long. */
const CLOSE_GRACE_MS = 1000;
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

/** A call that the gateway has taken. */
export interface GatewayCall {
  /** The caller's line, for the session. It has not started yet: `connect` of a session waits for that. */
  readonly transport: TwilioRealtimeTransportLayer;
  /** The request that opened the line. */
  readonly request: IncomingMessage;
  /** Aborts when the gateway can't wait for the call's end any longer and is about to close its line. */
  readonly signal: AbortSignal;
  /** Tells the gateway's figures how long the oldest entry has waited for the call's journal. */
  readonly reportJournalLag: (lagMs: number) => void;
}

/** What an app does with a call: makes a session on its transport, connects it, and gives it back. */
export type CallHandler = (call: GatewayCall) => Promise<RealtimeSession> | RealtimeSession;

interface HeldCall {
  readonly socket: WebSocket;
  readonly transport: TwilioRealtimeTransportLayer;
  readonly abort: AbortController;
  bargeIns: number;
  end: CallEnd;
}

/** The calls of one thread, from the socket to the session, on its share of the gateway's port. */
export class CallHost {
  readonly #setup: HostSetup;
  readonly #handler: CallHandler;
  readonly #thread: number;
  readonly #load: SharedLoad;
  readonly #http: FastifyInstance;
  readonly #clock: Clock = systemClock;
  readonly #metrics: CallMetrics;
  readonly #loopDelay: ReturnType<typeof monitorEventLoopDelay>;
  readonly #calls = new Set<HeldCall>();
  readonly #stopAccepting: () => void;
  #onEmpty: () => void = () => {};
  #timer: Timer | null = null;

  /** @param allMetrics Text of the figures of all threads. Throws `ERR_FASTIFY_MISSING` and `ERR_PROM_CLIENT_MISSING`. */
  static async open(options: {
    readonly setup: HostSetup;
    readonly handler: CallHandler;
    readonly thread: number;
    readonly load: SharedLoad;
    readonly allMetrics: () => Promise<string>;
  }): Promise<CallHost> {
    const { fastify } = await import('fastify').catch((cause: unknown) => {
      throw new ServerError('a gateway needs a package: npm install fastify', { code: 'ERR_FASTIFY_MISSING', cause });
    });
    const http = fastify();
    const host = new CallHost(options, http, await CallMetrics.open());
    addRoutes(http, {
      setup: options.setup,
      allMetrics: options.allMetrics,
      readiness: () => ({ refusal: host.#refusal(), calls: options.load.calls }),
      refuses: () => host.#refuses(),
    });
    await http.ready();
    return host;
  }

  private constructor(
    { setup, handler, thread, load }: { setup: HostSetup; handler: CallHandler; thread: number; load: SharedLoad },
    http: FastifyInstance,
    metrics: CallMetrics,
  ) {
    this.#setup = setup;
    this.#handler = handler;
    this.#thread = thread;
    this.#load = load;
    this.#http = http;
    this.#metrics = metrics;
    this.#loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    this.#stopAccepting = acceptTwilioCalls({
      server: http.server,
      path: setup.streamPath,
      authToken: setup.authToken,
      ...(setup.streamUrl !== null && { url: setup.streamUrl }),
      refuses: () => this.#refuses(),
      onCall: (socket, request) => this.#take(socket, request),
    });
  }

  /** Takes the port and resolves with it. */
  async listen({ port, host, reusePort }: ThreadAddress): Promise<number> {
    const { server } = this.#http;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, reusePort }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#loopDelay.enable();
    this.#sample();
    return (server.address() as AddressInfo).port;
  }

  collect(): Promise<readonly object[]> {
    return this.#metrics.collect();
  }

  /** Waits until all calls are over, at most so long; those that are left then are closed. Then nothing listens any more. */
  async drain(graceMs: number): Promise<void> {
    if (this.#calls.size > 0) {
      const isEmpty = new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
      const handOver = this.#clock.schedule(graceMs, () => this.#handOver());
      await isEmpty;
      handOver.cancel();
    }
    this.#timer?.cancel();
    this.#loopDelay.disable();
    this.#stopAccepting();
    await this.#http.close();
  }

  /** Why another call would not be taken now; `null` when it would. */
  #refusal(): AdmissionRefusal | null {
    return refusalOf(this.#load, this.#thread, this.#setup.limits);
  }

  /** Whether the call that asks is turned away, which is counted. */
  #refuses(): boolean {
    const refusal = this.#refusal();
    if (refusal !== null) this.#metrics.refused(refusal);
    return refusal !== null;
  }

  #take(socket: WebSocket, request: IncomingMessage): void {
    const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket: socket });
    const call: HeldCall = { socket, transport, abort: new AbortController(), bargeIns: 0, end: 'hung_up' };
    this.#calls.add(call);
    this.#load.addCalls(this.#thread, 1);
    this.#metrics.began();
    socket.once('close', () => this.#over(call));
    transport.on('rate_limits.updated', ({ rate_limits: limits }) => this.#onRateLimits(limits));
    void this.#handle(call, request);
  }

  async #handle(call: HeldCall, request: IncomingMessage): Promise<void> {
    try {
      const session = await this.#handler({
        transport: call.transport,
        request,
        signal: call.abort.signal,
        reportJournalLag: (lagMs) => this.#metrics.journalLag(lagMs),
      });
      session.on('connection', ({ state }) => {
        if (state === 'reconnecting') this.#metrics.reconnects();
      });
    } catch (error) {
      // A caller who hung up before the agent answered is no failure.
      if (call.socket.readyState !== call.socket.OPEN) return;
      logger.error('a call could not be answered', error);
      call.end = 'failed';
      call.socket.close(INTERNAL_ERROR);
    }
  }

  #over(call: HeldCall): void {
    this.#calls.delete(call);
    this.#load.addCalls(this.#thread, -1);
    this.#metrics.ended(call.end);
    if (this.#calls.size === 0) this.#onEmpty();
  }

  /** The provider goes on with what the app told it behind the stream; another gateway may take the call from there. */
  #handOver(): void {
    for (const call of this.#calls) {
      call.end = 'handed_over';
      call.abort.abort();
      call.socket.close(GOING_AWAY);
    }
    this.#clock.schedule(CLOSE_GRACE_MS, () => {
      for (const { socket } of this.#calls) socket.terminate();
    });
  }

  #sample(): void {
    this.#timer = this.#clock.schedule(SECOND_MS, () => this.#sample());
    const loopDelayMs = Math.max(0, this.#loopDelay.percentile(99) / NANOSECONDS_PER_MS - LOOP_RESOLUTION_MS);
    this.#loopDelay.reset();
    this.#load.setLoopDelayMs(this.#thread, Number.isFinite(loopDelayMs) ? loopDelayMs : 0);
    let waitingMs = 0;
    for (const call of this.#calls) {
      const { stats } = call.transport;
      waitingMs += stats.waitingMs;
      this.#metrics.sampled(stats);
      if (stats.bargeIns > call.bargeIns && stats.lastClearMs !== null) this.#metrics.cleared(stats.lastClearMs);
      call.bargeIns = stats.bargeIns;
    }
    this.#metrics.thread(this.#load.loopDelayMs(this.#thread), waitingMs / 1000);
  }

  #onRateLimits(limits: unknown): void {
    if (!Array.isArray(limits)) return;
    for (const limit of limits as readonly { readonly name?: unknown; readonly remaining?: unknown }[]) {
      if (typeof limit.name === 'string' && typeof limit.remaining === 'number') {
        this.#metrics.rateLimit(limit.name, limit.remaining);
      }
    }
  }
}
