// What the phones, the model and the bridges of the load agree on.

/** Audio of one answer's delta. */
export const DELTA_MS = 100;

/** Base64 characters at the start of a packet that name its call and its number: two octets of one, four of the other. */
export const FRAME_HEADER_CHARS = 8;

export const MEDIA_PATH = '/media';

/** What the conductor asks of a bridge's process. */
export type BridgeCommand = 'mark' | 'collect';

/** What a bridge's process says. */
export type BridgeReport =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'marked'; readonly userUs: number; readonly systemUs: number; readonly atMs: number }
  | { readonly type: 'collected'; readonly heapBytes: number };
