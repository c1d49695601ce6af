import * as z from 'zod/mini';
import { ServerError } from './server-error.ts';

/** When an incident happens: before the `nth` event of a type leaves; without it, at once. */
interface Timed {
  readonly at?: string;
  /** Default 1: before the first. */
  readonly nth?: number;
}

/** Chance, 0 to 1, that a frame is hit. */
interface Chance {
  readonly rate: number;
  /** Default 1. The same seed hits the same frames. */
  readonly seed?: number;
  /** Only events of this type. */
  readonly type?: string;
}

/** What the line does to every frame towards the client until it is cleared. A new one replaces the one of its kind. */
export type LineCondition =
  | { readonly kind: 'delay'; readonly ms: number }
  /** Additional delay of each frame: random up to `maxMs`, or the values of a trace in a circle. Order is kept. */
  | { readonly kind: 'jitter'; readonly maxMs: number; readonly seed?: number }
  | { readonly kind: 'jitter'; readonly traceMs: readonly number[] }
  /** Frames leave together, every `ms`. */
  | { readonly kind: 'burst'; readonly ms: number }
  | ({ readonly kind: 'drop' | 'duplicate' } & Chance)
  /** A frame leaves behind the one that follows it. */
  | ({ readonly kind: 'reorder' } & Chance);

/** What happens to a connection once. */
export type Incident = Timed &
  (
    | { readonly kind: 'stall'; readonly ms: number }
    /** The socket stays, nothing more goes in or out, pings included. */
    | { readonly kind: 'half-open' }
    | { readonly kind: 'malformed' }
    /** An audio delta of this much base64; default 15 MB. */
    | { readonly kind: 'huge-delta'; readonly bytes?: number }
    | { readonly kind: 'deep-nesting'; readonly levels?: number }
    /** 1006 breaks the connection without a close frame. */
    | { readonly kind: 'close'; readonly code: number; readonly reason?: string }
    /** The error that ends a session, then the close. */
    | { readonly kind: 'session-expired' }
    /** The next response fails with `rate_limit_exceeded`. */
    | { readonly kind: 'rate-limited' }
  );

/** What happens to those who connect. */
export interface HandshakeFault {
  readonly kind: 'handshake';
  /** `never` takes the connection and does not answer. */
  readonly answer: 'never' | 401 | 429 | 500 | 503;
  /** How many handshakes; default: all, until cleared. */
  readonly times?: number;
}

/** Something that goes wrong on purpose. */
export type Fault = LineCondition | Incident | HandshakeFault;

/** Length of a timer of the platform. */
const milliseconds = z.number().check(z.gte(0), z.lte(2 ** 31 - 1));
const seed = z.optional(z.int());
const chance = { rate: z.number().check(z.gte(0), z.lte(1)), seed, type: z.optional(z.string()) };
const timed = { at: z.optional(z.string()), nth: z.optional(z.int().check(z.gte(1))) };
/** As a server may send them, and 1006, which is none to send. */
const closeCode = z.union([
  z.literal([1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]),
  z.int().check(z.gte(3000), z.lte(4999)),
]);

export const faultSchema: z.ZodMiniType<Fault> = z.union([
  z.strictObject({ kind: z.literal('delay'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('jitter'), maxMs: milliseconds, seed }),
  z.strictObject({ kind: z.literal('jitter'), traceMs: z.array(milliseconds).check(z.minLength(1)) }),
  z.strictObject({ kind: z.literal('burst'), ms: milliseconds.check(z.gte(1)) }),
  z.strictObject({ kind: z.enum(['drop', 'duplicate']), ...chance }),
  z.strictObject({ kind: z.literal('reorder'), ...chance }),
  z.strictObject({ ...timed, kind: z.literal('stall'), ms: milliseconds }),
  z.strictObject({ ...timed, kind: z.literal('half-open') }),
  z.strictObject({ ...timed, kind: z.literal('malformed') }),
  z.strictObject({
    ...timed,
    kind: z.literal('huge-delta'),
    bytes: z.optional(z.int().check(z.gte(4), z.lte(100_000_000))),
  }),
  z.strictObject({
    ...timed,
    kind: z.literal('deep-nesting'),
    levels: z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
  }),
  z.strictObject({
    ...timed,
    kind: z.literal('close'),
    code: closeCode,
    reason: z.optional(z.string().check(z.maxLength(120))),
  }),
  z.strictObject({ ...timed, kind: z.literal('session-expired') }),
  z.strictObject({ ...timed, kind: z.literal('rate-limited') }),
  z.strictObject({
    kind: z.literal('handshake'),
    answer: z.literal(['never', 401, 429, 500, 503]),
    times: z.optional(z.int().check(z.gte(1))),
  }),
]);

/** Checks a fault that came from outside; throws `ERR_FAULT`. */
export function parseFault(value: unknown): Fault {
  const result = faultSchema.safeParse(value);
  if (result.success) return result.data;
  throw new ServerError(`no such fault: ${JSON.stringify(value)}; see the Fault type for the kinds and their values`, {
    code: 'ERR_FAULT',
    cause: result.error,
  });
}

/**
 * Reads a fault as it is written on a command line: `delay:80`, `jitter:40`, `burst:500`, `drop:0.01`, `stall:2000`,
 * `close:1011`, `half-open`, `401`, `429`, `never-upgrade`; an incident waits for an event with
 * `@response.output_audio.delta` and for its third one with `#3` behind that; or the JSON of a fault. Throws `ERR_FAULT`.
 */
export function parseFaultText(text: string): Fault {
  if (text.startsWith('{')) return parseFault(parseJson(text));
  const [, name = '', value, at, nth] = /^([a-z0-9-]+)(?::([\d.]+))?(?:@([a-z_.]+)(?:#(\d+))?)?$/.exec(text) ?? [];
  const timing = { ...(at !== undefined && { at }), ...(nth !== undefined && { nth: Number(nth) }) };
  const number = value === undefined ? undefined : Number(value);
  const handshake = HANDSHAKES[name];
  if (handshake !== undefined) return parseFault({ kind: 'handshake', answer: handshake, ...timing });
  const unit = UNITS[name];
  return parseFault({ kind: name, ...(number !== undefined && { [unit ?? 'value']: number }), ...timing });
}

const HANDSHAKES: Readonly<Record<string, HandshakeFault['answer']>> = {
  'never-upgrade': 'never',
  '401': 401,
  '429': 429,
  '500': 500,
  '503': 503,
};
/** What the number behind the colon means. */
const UNITS: Readonly<Record<string, string>> = {
  delay: 'ms',
  jitter: 'maxMs',
  burst: 'ms',
  drop: 'rate',
  duplicate: 'rate',
  reorder: 'rate',
  stall: 'ms',
  'huge-delta': 'bytes',
  'deep-nesting': 'levels',
  close: 'code',
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServerError(`a fault in braces must be JSON, got ${text}`, { code: 'ERR_FAULT', cause });
  }
}

/** Whether a fault is a state of the line rather than something that happens. */
export function isCondition(fault: LineCondition | Incident): fault is LineCondition {
  return CONDITIONS.has(fault.kind);
}

const CONDITIONS: ReadonlySet<string> = new Set<LineCondition['kind']>([
  'delay',
  'jitter',
  'burst',
  'drop',
  'duplicate',
  'reorder',
]);
