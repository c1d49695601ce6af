/** How a call is doing, over its whole length. What the browser does not say is undefined. */
export interface CallStats {
  /** There and back, in milliseconds. */
  readonly roundTripMs: number | undefined;
  /** Mean time of the agent's audio in the jitter buffer, in milliseconds. */
  readonly jitterBufferMs: number | undefined;
  /** The agent's audio that was made up because it was missing, in milliseconds. */
  readonly concealedMs: number | undefined;
  /** Times that the agent's audio was missing. */
  readonly concealmentEvents: number | undefined;
  /** Packets of the agent's audio that were lost, and that came. */
  readonly packetsLost: number | undefined;
  readonly packetsReceived: number | undefined;
  /** Packets of the microphone that were sent. */
  readonly packetsSent: number | undefined;
}

/** The fields of `getStats` (W3C webrtc-stats) that are read; browsers have more or fewer of them. */
interface StatsFields {
  readonly type: string;
  readonly kind?: string;
  readonly currentRoundTripTime?: number;
  readonly nominated?: boolean;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly concealedSamples?: number;
  readonly concealmentEvents?: number;
  readonly packetsLost?: number;
  readonly packetsReceived?: number;
  readonly packetsSent?: number;
}

/** Opus runs at 48 kHz, and the counts of samples are at that rate. */
const SAMPLES_PER_MS = 48;

/** Reads a report of `getStats`. */
export function callStats(report: Iterable<readonly [string, unknown]>): CallStats {
  const entries = [...report].map(([, fields]) => fields as StatsFields);
  const inbound = entries.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const outbound = entries.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio');
  const pair = entries.find(({ type, nominated }) => type === 'candidate-pair' && nominated === true);
  const { jitterBufferDelay, jitterBufferEmittedCount, concealedSamples } = inbound ?? {};
  return {
    roundTripMs: scaled(pair?.currentRoundTripTime, 1000),
    jitterBufferMs: scaled(jitterBufferDelay, 1000 / Math.max(1, jitterBufferEmittedCount ?? 1)),
    concealedMs: scaled(concealedSamples, 1 / SAMPLES_PER_MS),
    concealmentEvents: inbound?.concealmentEvents,
    packetsLost: inbound?.packetsLost,
    packetsReceived: inbound?.packetsReceived,
    packetsSent: outbound?.packetsSent,
  };
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}
