// The globals that browsers, Node and edge runtimes share, as far as the portable layers use them. A layer that includes
// this file instead of `lib: dom` or `types: node` cannot reach for anything that one of those platforms lacks.
// The shapes are subsets of the platforms' own.

interface AbortSignalEventMap {
  abort: unknown;
}
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  throwIfAborted(): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly searchParams: {
    get(name: string): string | null;
    has(name: string): boolean;
    set(name: string, value: string): void;
  };
}
declare class TextEncoder {
  encodeInto(text: string, bytes: Uint8Array): unknown;
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string;
}
declare const performance: { now(): number };
declare const console: {
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
  debug(...data: unknown[]): void;
};
declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<T>(value: T): T;
