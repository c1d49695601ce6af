/** One event on the wire. */
export interface WireEntry {
  /** Since the call began. */
  readonly atMs: number;
  /** As a client sees it. */
  readonly direction: 'sent' | 'received';
  readonly event: Readonly<Record<string, unknown>>;
}

const LONGEST_TEXT = 160;

/** An event as indented JSON in which long texts, such as audio in base64, are named by their length only. */
export function readableJson(event: WireEntry['event']): string {
  const short = (key: string, value: unknown): unknown =>
    typeof value === 'string' && value.length > LONGEST_TEXT && /^(audio|delta)$/.test(key)
      ? `‹${value.length} characters›`
      : value;
  return JSON.stringify(event, short, 2);
}

/** PCM16 of a text in base64. */
export function samplesOfBase64(text: string): Int16Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
}
