import type { Meter } from '@opentelemetry/api';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TelephonyStats } from '../../transports/telephony/telephony-transport.ts';
import { ServerError } from '../server-error.ts';
import type { AdmissionRefusal } from './admission.ts';

/** Milliseconds: from a packet's processing to what nobody bears. */
const DELAY_BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** How a call ended. */
export type CallEnd = 'hung_up' | 'handed_over' | 'failed';

/** The figures of one thread's calls, in Prometheus' terms and, where its API is installed and set up, in OpenTelemetry's. */
export class CallMetrics {
  readonly #registry: Registry;
  readonly #active: Gauge;
  readonly #calls: Counter<'end'>;
  readonly #refused: Counter<'reason'>;
  readonly #callerDelay: Histogram;
  readonly #clear: Histogram;
  readonly #waiting: Gauge;
  readonly #loopDelay: Gauge;
  readonly #reconnects: Counter;
  readonly #limit: Gauge<'name'>;
  readonly #journalLag: Gauge;
  readonly #otel: OtelInstruments | null;

  /** Throws `ERR_PROM_CLIENT_MISSING`. */
  static async open(): Promise<CallMetrics> {
    const prom = await import('prom-client').catch((cause: unknown) => {
      throw new ServerError('the figures of a gateway need a package: npm install prom-client', {
        code: 'ERR_PROM_CLIENT_MISSING',
        cause,
      });
    });
    const otel = await import('@opentelemetry/api').then(
      ({ metrics }) => metrics.getMeter('bargein'),
      () => null,
    );
    return new CallMetrics(prom.default, otel);
  }

  private constructor(prom: typeof import('prom-client'), meter: Meter | null) {
    this.#registry = new prom.Registry();
    const registers = [this.#registry];
    const figure = (name: string, help: string): { name: string; help: string; registers: Registry[] } => ({
      name: `bargein_${name}`,
      help,
      registers,
    });
    this.#active = new prom.Gauge(figure('calls_active', 'Calls that are going on.'));
    this.#calls = new prom.Counter({ ...figure('calls_total', 'Calls that have ended, by how.'), labelNames: ['end'] });
    this.#refused = new prom.Counter({
      ...figure('calls_refused_total', 'Calls that were not taken, by why.'),
      labelNames: ['reason'],
    });
    this.#callerDelay = new prom.Histogram({
      ...figure(
        'caller_delay_ms',
        'How much later than the promptest of its call a packet of a caller went on, each second.',
      ),
      buckets: DELAY_BUCKETS_MS,
    });
    this.#clear = new prom.Histogram({
      ...figure('barge_in_to_clear_ms', "From the model's word that the caller speaks to the emptying of the phone."),
      buckets: DELAY_BUCKETS_MS,
    });
    this.#waiting = new prom.Gauge(
      figure('agent_audio_waiting_seconds', 'Audio that callers have not heard yet, in all.'),
    );
    this.#loopDelay = new prom.Gauge({
      ...figure(
        'event_loop_delay_p99_ms',
        "How late the slowest thread's event loop was, 99th percentile of a second.",
      ),
      aggregator: 'max',
    });
    this.#reconnects = new prom.Counter(figure('model_reconnects_total', 'Connections to the model that were lost.'));
    this.#limit = new prom.Gauge({
      ...figure('model_rate_limit_remaining', "What the model's last word leaves of a rate limit, by its name."),
      labelNames: ['name'],
      aggregator: 'min',
    });
    this.#journalLag = new prom.Gauge({
      ...figure('journal_lag_ms', 'How long the oldest entry has waited for its journal.'),
      aggregator: 'max',
    });
    this.#otel = meter === null ? null : new OtelInstruments(meter);
  }

  began(): void {
    this.#active.inc();
    this.#otel?.active.add(1);
  }

  ended(end: CallEnd): void {
    this.#active.dec();
    this.#calls.inc({ end });
    this.#otel?.active.add(-1);
    this.#otel?.calls.add(1, { end });
  }

  refused(reason: AdmissionRefusal): void {
    this.#refused.inc({ reason });
    this.#otel?.refused.add(1, { reason });
  }

  /** Once a second, of every call. */
  sampled({ callerDelayMs }: TelephonyStats): void {
    this.#callerDelay.observe(callerDelayMs);
    this.#otel?.callerDelay.record(callerDelayMs);
  }

  cleared(clearMs: number): void {
    this.#clear.observe(clearMs);
    this.#otel?.clear.record(clearMs);
  }

  /** Once a second, of the thread. */
  thread(loopDelayMs: number, waitingSeconds: number): void {
    this.#loopDelay.set(loopDelayMs);
    this.#waiting.set(waitingSeconds);
    this.#otel?.loopDelay.record(loopDelayMs);
    this.#otel?.waiting.record(waitingSeconds);
  }

  reconnects(): void {
    this.#reconnects.inc();
    this.#otel?.reconnects.add(1);
  }

  rateLimit(name: string, remaining: number): void {
    this.#limit.set({ name }, remaining);
    this.#otel?.limit.record(remaining, { name });
  }

  /** What a call's journal says of itself. */
  journalLag(lagMs: number): void {
    this.#journalLag.set(lagMs);
    this.#otel?.journalLag.record(lagMs);
  }

  /** As plain data, for the thread that adds up those of all. */
  async collect(): Promise<readonly object[]> {
    return this.#registry.getMetricsAsJSON();
  }
}

/** The same figures for whatever OpenTelemetry SDK the app has set up. */
class OtelInstruments {
  readonly active;
  readonly calls;
  readonly refused;
  readonly callerDelay;
  readonly clear;
  readonly waiting;
  readonly loopDelay;
  readonly reconnects;
  readonly limit;
  readonly journalLag;

  constructor(meter: Meter) {
    this.active = meter.createUpDownCounter('bargein.calls.active');
    this.calls = meter.createCounter('bargein.calls');
    this.refused = meter.createCounter('bargein.calls.refused');
    this.callerDelay = meter.createHistogram('bargein.caller.delay', { unit: 'ms' });
    this.clear = meter.createHistogram('bargein.barge_in_to_clear', { unit: 'ms' });
    this.waiting = meter.createGauge('bargein.agent_audio.waiting', { unit: 's' });
    this.loopDelay = meter.createGauge('bargein.event_loop.delay_p99', { unit: 'ms' });
    this.reconnects = meter.createCounter('bargein.model.reconnects');
    this.limit = meter.createGauge('bargein.model.rate_limit.remaining');
    this.journalLag = meter.createGauge('bargein.journal.lag', { unit: 'ms' });
  }
}

/** The figures of all threads, in Prometheus' text format. */
export async function metricsText(threads: readonly (readonly object[])[]): Promise<string> {
  const { default: prom } = await import('prom-client');
  return prom.AggregatorRegistry.aggregate<typeof prom.Registry.PROMETHEUS_CONTENT_TYPE>([...threads]).metrics();
}
