const backgroundMark: unique symbol = Symbol.for('bargein.backgroundResult');

/** A tool's result of which the model learns without being asked to answer it. */
export interface BackgroundResult<T> {
  readonly [backgroundMark]: true;
  readonly content: T;
}

/** Marks a tool's result: its output is sent, but no response is asked for. */
export function backgroundResult<T>(content: T): BackgroundResult<T> {
  return { [backgroundMark]: true, content };
}

/** Whether a tool's result was marked by `backgroundResult`, this one or that of the agents SDK. */
export function isBackgroundResult<T = unknown>(result: unknown): result is BackgroundResult<T> {
  if (typeof result !== 'object' || result === null) return false;
  if (backgroundMark in result) return true;
  return Object.getOwnPropertySymbols(result).some(({ description }) => description === 'backgroundResult');
}
