import { Refusal, type RefusalDetail } from './refusal.ts';

/** Thrown by whatever handles an HTTP request to answer it with an error in the service's own shape. */
export class HttpRefusal extends Refusal {
  /** Of the response: 400 and above. */
  readonly status: number;

  constructor(status: number, message: string, detail: RefusalDetail) {
    super(message, detail);
    this.name = 'HttpRefusal';
    this.status = status;
  }
}
