/** The code that runs a session. */
export type RuntimeModule = typeof import('./session-runtime.ts');

/** Where that code comes from; `#session-runtime` is one of two, by platform. */
export interface RuntimeSource {
  /** Null until it has loaded. */
  readonly ready: RuntimeModule | null;
  /** Rejects when it can't be loaded; another call tries again. */
  readonly load: () => Promise<RuntimeModule>;
}
