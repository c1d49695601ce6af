/** What the answer to something refused says about it: an `error` event, or the body of an HTTP error. */
export interface RefusalDetail {
  /** The service's own codes where they are known. */
  readonly code: string;
  /** Path of the offending value, `session.audio.input.format` for instance. */
  readonly param?: string | undefined;
}

/**
 * Thrown by whatever handles a client event, or the part of a request that is one, to refuse it. The connection answers
 * with one `error` event and goes on; nothing has been changed by the refused event.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly param: string | null;

  constructor(message: string, detail: RefusalDetail) {
    super(message);
    this.name = 'Refusal';
    this.code = detail.code;
    this.param = detail.param ?? null;
  }
}
