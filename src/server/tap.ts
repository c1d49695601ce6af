/** An event on the wire, of whatever type. */
export interface TappedEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What a tap is told beside the event. */
export interface TapDetails {
  readonly sessionId: string;
  /** Size of the frame. */
  readonly bytes: number;
}

/**
 * Sees each event of a server as it comes in or goes out. What a client sends and is no event at all is shown with the
 * type `(malformed)` and its `text`.
 */
export type RealtimeServerTap = (
  direction: 'in' | 'out',
  event: TappedEvent,
  atMs: number,
  details: TapDetails,
) => void;
