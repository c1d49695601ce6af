import { quantile } from '../statistics.ts';

/** Categories that hold what is read here. */
export const TRACE_CATEGORIES: string[] = ['disabled-by-default-audio-worklet', 'blink'];

/** What sending a message and receiving one leave in a trace. */
const POSTS = new Set(['SerializedScriptValueFactory::create', 'MessagePort::Accept']);

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  /** In µs. */
  readonly dur?: number;
  readonly tid: number;
}

/** What a trace tells of a worklet. */
export interface QuantumFigures {
  readonly quanta: number;
  /** Of a call of the processor, the browser's part included, in µs. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  /** Messages that the worklet's thread sent and received. */
  readonly posts: number;
}

/** Reads a trace of a page in which one worklet runs. */
export function readTrace(json: string): QuantumFigures {
  const { traceEvents } = JSON.parse(json) as { readonly traceEvents: readonly TraceEvent[] };
  const calls = traceEvents.filter(({ name, ph }) => name === 'AudioWorkletProcessor::Process' && ph === 'X');
  const thread = calls[0]?.tid;
  const durations = calls.map(({ dur = 0 }) => dur);
  const posts = traceEvents.filter(({ name, tid }) => tid === thread && POSTS.has(name));
  return {
    quanta: calls.length,
    p50Us: quantile(durations, 0.5),
    p99Us: quantile(durations, 0.99),
    p999Us: quantile(durations, 0.999),
    posts: posts.length,
  };
}
