/** Options of every error class of this package. */
export interface CodedErrorOptions {
  /** Stable, upper-case, starts with `ERR_`. Programs compare this, people read the message. */
  readonly code: string;
  readonly cause?: unknown;
}

/** Base of every error that this package throws or reports: a sentence for people and a stable `code` for programs. */
export class BargeinError extends Error {
  readonly code: string;

  constructor(message: string, options: CodedErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
  }
}

/** Wrong audio formats, sizes or text, and exhausted audio memory. */
export class AudioError extends BargeinError {}
