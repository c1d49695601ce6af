/** One client, seen from the server: a WebSocket, or an end of a pair in memory. */
export interface ServerConnection {
  /** Sends one text frame; after a close it does nothing. */
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Breaks the connection without a word, where that can be done. */
  destroy?(): void;
  /** Stops reading for good, where that can be done: not even a ping is answered. */
  pause?(): void;
  /** Sets who gets each text frame, in order. */
  onText(listener: (text: string) => void): void;
  /** Sets who is told once that the connection has ended, from whichever side. */
  onClose(listener: () => void): void;
}
