import { Watch } from '../watch.ts';

/** An event as the transport passes it on. */
export interface WireEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The events of a call, which can be waited for. */
export class WireLog extends Watch {
  readonly events: WireEvent[] = [];

  readonly add = (event: WireEvent): void => {
    this.events.push(event);
    this.wake();
  };

  /** Waits for the first event of a type, or for the `count`th. */
  event(type: string, count = 1): Promise<WireEvent> {
    return this.until(() => this.events.filter((candidate) => candidate.type === type)[count - 1]);
  }
}
