import { availableParallelism } from 'node:os';
import { type Clock, systemClock, type Timer } from '../../clock.ts';
import { logger } from '../../logger.ts';
import { checkAuthToken } from '../../node/twilio-signature.ts';
import { ServerError } from '../server-error.ts';
import { type AdmissionLimits, completeLimits } from './admission.ts';
import { CallHost, type CallHandler } from './call-host.ts';
import { metricsText } from './call-metrics.ts';
import type { HostSetup } from './gateway-messages.ts';
import { HandOver } from './hand-over.ts';
import { SharedLoad } from './shared-load.ts';
import { WorkerPool } from './worker-pool.ts';

const SECOND_MS = 1000;
const MICROSECONDS_PER_MS = 1000;
const MB = 2 ** 20;
const DEFAULT_DRAIN_GRACE_MS = 10 * 60_000;

/** Options of `createGateway`. */
export interface GatewayOptions {
  /**
   * What answers a call: a function, which runs in this thread (`workers: 0`), or the URL of a module whose default export
   * is one, which each worker loads.
   */
  readonly onCall: CallHandler | URL;
  /** Threads that hold calls; default is one a core for a module, and 0 for a function, which can't leave its thread. */
  readonly workers?: number;
  /** Path of the media stream's URL in the TwiML; default `/media`. */
  readonly streamPath?: string;
  /**
   * Path that Twilio posts a new call to; default `/voice`. The answer is TwiML that connects the stream, or rejects the
   * call as busy. `null`: another server answers it.
   */
  readonly voicePath?: string | null;
  /** The stream's URL as callers' providers reach it; default `wss://<Host of the request><streamPath>`. */
  readonly streamUrl?: string;
  /**
   * Where Twilio asks how a call goes on when its stream is over: `<Redirect>` behind `<Connect>`, absolute or from the voice
   * path. It asks after every end, the agent's own too, so what answers there must tell a line that was lost, to be connected
   * again, from a call to hang up. Default: the call ends with its stream.
   */
  readonly redirectUrl?: string;
  /** Token of the Twilio account, which every request's signature is checked against; `null` lets everybody in. */
  readonly authToken: string | null;
  readonly admission?: AdmissionLimits;
  /** Whether the workers share the port; default: where the system can. */
  readonly reusePort?: boolean;
  /** Signals upon which the gateway drains; default SIGTERM. */
  readonly drainSignals?: readonly NodeJS.Signals[];
  /** How long calls may go on while it drains, before their lines are closed; default 10 minutes. */
  readonly drainGraceMs?: number;
}

/** Where a gateway listens. */
export interface GatewayAddress {
  readonly port: number;
  /** `http://127.0.0.1:8080`: `/live`, `/ready`, `/metrics`, and the voice path. */
  readonly url: string;
}

/** A voice gateway: takes calls as long as it can carry them, and lets those it has end well. */
export interface Gateway {
  /** Default port 0, any free one, and host 127.0.0.1. Rejects with `ERR_LISTEN`. */
  listen(options?: { readonly port?: number; readonly host?: string }): Promise<GatewayAddress>;
  /** Calls that are going on. */
  readonly calls: number;
  /** The figures of all threads in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Takes no more calls and resolves when those it has are over, or were closed because their time was up. */
  drain(graceMs?: number): Promise<void>;
}

/**
 * Makes a gateway for telephone calls: an HTTP and WebSocket server whose workers each hold whole calls, sockets
 * included. Throws `ERR_GATEWAY_OPTIONS` for options that contradict each other and `ERR_TWILIO_TOKEN` without a token.
 */
export function createGateway(options: GatewayOptions): Gateway {
  return new ThreadedGateway(options);
}

class ThreadedGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #setup: HostSetup;
  readonly #workers: number;
  readonly #load: SharedLoad;
  readonly #clock: Clock = systemClock;
  readonly #pool: WorkerPool;
  /** The calls of this thread, when there are no workers. */
  #host: CallHost | null = null;
  #handOver: HandOver | null = null;
  #timer: Timer | null = null;
  #usedCpuMs = 0;
  #sampledAtMs = 0;
  #drained: Promise<void> | null = null;
  readonly #onSignal = (): void => {
    this.drain().catch((error: unknown) => logger.error('the gateway could not drain', error));
  };

  constructor(options: GatewayOptions) {
    const {
      onCall,
      authToken,
      streamPath = '/media',
      voicePath = '/voice',
      streamUrl = null,
      redirectUrl = null,
    } = options;
    const { workers = onCall instanceof URL ? availableParallelism() : 0 } = options;
    if (!Number.isInteger(workers) || workers < 0 || workers > 0 !== onCall instanceof URL) {
      throw new ServerError(
        `workers must be 0 for a function and 1 or more for the URL of a module, got ${workers}: a function can't leave its thread`,
        { code: 'ERR_GATEWAY_OPTIONS' },
      );
    }
    checkAuthToken(authToken);
    if (redirectUrl !== null && (redirectUrl === '' || !URL.canParse(redirectUrl, 'https://voice.example.com'))) {
      throw new ServerError(`redirectUrl must be a URL or a path, got '${redirectUrl}'`, {
        code: 'ERR_GATEWAY_OPTIONS',
      });
    }
    this.#options = options;
    this.#workers = workers;
    this.#setup = {
      calls: onCall instanceof URL ? onCall.href : '',
      streamPath,
      voicePath,
      streamUrl,
      redirectUrl,
      authToken,
      limits: completeLimits(options.admission),
    };
    this.#load = new SharedLoad(Math.max(1, workers));
    this.#pool = new WorkerPool(this.#setup, this.#load, workers);
  }

  get calls(): number {
    return this.#load.calls;
  }

  async listen({ port = 0, host = '127.0.0.1' }: { port?: number; host?: string } = {}): Promise<GatewayAddress> {
    const bound = await this.#bind(port, host);
    this.#sample();
    for (const signal of this.#options.drainSignals ?? ['SIGTERM']) process.once(signal, this.#onSignal);
    return { port: bound, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` };
  }

  async metrics(): Promise<string> {
    return metricsText(this.#host === null ? await this.#pool.collect() : [await this.#host.collect()]);
  }

  drain(graceMs: number = this.#options.drainGraceMs ?? DEFAULT_DRAIN_GRACE_MS): Promise<void> {
    this.#drained ??= this.#drain(graceMs);
    return this.#drained;
  }

  async #bind(port: number, host: string): Promise<number> {
    const { onCall, reusePort = canReusePort() } = this.#options;
    if (!(onCall instanceof URL)) {
      this.#host = await CallHost.open({
        setup: this.#setup,
        handler: onCall,
        thread: 0,
        load: this.#load,
        allMetrics: () => this.metrics(),
      });
      return this.#host.listen({ port, host, reusePort: false });
    }
    const [first = 0] = await this.#pool.listen({ port, host: reusePort ? host : '127.0.0.1', reusePort });
    if (reusePort) return first;
    this.#handOver = new HandOver(() => this.#pool.ports);
    return this.#handOver.listen(port, host);
  }

  async #drain(graceMs: number): Promise<void> {
    for (const signal of this.#options.drainSignals ?? ['SIGTERM']) process.off(signal, this.#onSignal);
    this.#load.isDraining = true;
    await (this.#host === null ? this.#pool.drain(graceMs) : this.#host.drain(graceMs));
    this.#timer?.cancel();
    this.#handOver?.close();
  }

  #sample(): void {
    this.#timer = this.#clock.schedule(SECOND_MS, () => this.#sample());
    const { user, system } = process.cpuUsage();
    const usedMs = (user + system) / MICROSECONDS_PER_MS;
    const nowMs = this.#clock.nowMs();
    if (this.#sampledAtMs > 0) {
      const cores = Math.min(availableParallelism(), Math.max(1, this.#workers));
      this.#load.cpuShare = (usedMs - this.#usedCpuMs) / (nowMs - this.#sampledAtMs) / cores;
    }
    this.#usedCpuMs = usedMs;
    this.#sampledAtMs = nowMs;
    this.#load.rssMb = process.memoryUsage.rss() / MB;
  }
}

/** Linux and its kin since kernels that spread connections over the listeners of a port; elsewhere the last one has them all. */
function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const hasOption = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return hasOption && ['linux', 'freebsd', 'sunos', 'aix'].includes(process.platform);
}
