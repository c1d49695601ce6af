import type { ServerConnection } from './connection.ts';

/** A call whose audio the server carries, seen by whoever controls it over HTTP or a sideband connection. */
export interface Call {
  /** `rtc_…` */
  readonly id: string;
  /** Whether there is a session to attach to. */
  readonly isAnswered: boolean;
  /** Gives a further connection the session's events and a say in it. */
  attach(connection: ServerConnection): void;
  hangUp(): void;
}
