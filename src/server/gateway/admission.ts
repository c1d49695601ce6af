import { ServerError } from '../server-error.ts';
import type { SharedLoad } from './shared-load.ts';

/** Up to where a gateway takes calls. Beyond any of these a new one is refused, so that those it has stay what they are. */
export interface AdmissionLimits {
  /** Calls of all workers; default: no limit. */
  readonly maxCalls?: number;
  /** 99th percentile of how late the worker's event loop is, in ms; default 20, a packet's length. */
  readonly maxLoopDelayMs?: number;
  /** CPU of the process over the cores its workers can use, 0 to 1; default 0.85. */
  readonly maxCpuShare?: number;
  /** Resident memory of the process, in MB; default: no limit. */
  readonly maxRssMb?: number;
}

/** Why a call was refused. */
export type AdmissionRefusal = 'draining' | 'calls' | 'loop_delay' | 'cpu' | 'memory';

/** The limits as they hold; throws `ERR_GATEWAY_OPTIONS` for a number that is none. */
export function completeLimits({
  maxCalls = Number.MAX_SAFE_INTEGER,
  maxLoopDelayMs = 20,
  maxCpuShare = 0.85,
  maxRssMb = Number.MAX_SAFE_INTEGER,
}: AdmissionLimits = {}): Required<AdmissionLimits> {
  const limits = { maxCalls, maxLoopDelayMs, maxCpuShare, maxRssMb };
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number' && value >= 0) continue;
    throw new ServerError(`admission.${name} must be a number of 0 or more, got ${String(value)}`, {
      code: 'ERR_GATEWAY_OPTIONS',
    });
  }
  return limits;
}

/** Whether a thread may take another call; `null` when it may. */
export function refusalOf(
  load: SharedLoad,
  thread: number,
  limits: Required<AdmissionLimits>,
): AdmissionRefusal | null {
  if (load.isDraining) return 'draining';
  if (load.calls >= limits.maxCalls) return 'calls';
  if (load.loopDelayMs(thread) > limits.maxLoopDelayMs) return 'loop_delay';
  if (load.cpuShare > limits.maxCpuShare) return 'cpu';
  if (load.rssMb > limits.maxRssMb) return 'memory';
  return null;
}
