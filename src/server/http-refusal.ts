import type { RefusalDetail } from './refusal.ts';

/** Thrown by whatever handles an HTTP request to answer it with an error in the service's own shape. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;

  constructor(status: number, message: string, detail: RefusalDetail) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = detail.code;
    this.param = detail.param ?? null;
  }
}
