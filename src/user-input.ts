// What the app hands in as the user's words and voice, checked before anything is sent.

import { AudioError, UserError } from './errors.ts';

/** Throws `ERR_MESSAGE` for what is no message of the user. */
export function checkMessage(message: unknown): void {
  if (typeof message === 'string') return;
  const isMessage =
    typeof message === 'object' && message !== null && 'content' in message && Array.isArray(message.content);
  if (isMessage) return;
  throw new UserError(
    `sendMessage() takes a text or { type: 'message', role: 'user', content: [...] }, got ${kindOf(message)}`,
    { code: 'ERR_MESSAGE' },
  );
}

/** Throws `ERR_HISTORY_ITEM` for what is no list of items. */
export function checkHistory(items: unknown): void {
  if (Array.isArray(items) && items.every((item: unknown) => hasItemId(item))) return;
  throw new UserError('updateHistory() takes items, or a function that returns them', {
    code: 'ERR_HISTORY_ITEM',
  });
}

function hasItemId(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'itemId' in item && typeof item.itemId === 'string';
}

/** The bytes of audio: of a view, such as a Buffer, only those that it covers. Throws `ERR_AUDIO_INPUT` for anything else. */
export function checkedAudio(audio: unknown): ArrayBuffer {
  if (audio instanceof ArrayBuffer) return audio;
  if (ArrayBuffer.isView(audio)) {
    return new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength).slice().buffer;
  }
  // Shared memory, or a buffer of another realm, a frame or a vm context for instance.
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(audio));
  if (isBuffer) return new Uint8Array(audio as ArrayBuffer).slice().buffer;
  throw new AudioError(`sendAudio() takes an ArrayBuffer, a typed array or a Buffer, got ${kindOf(audio)}`, {
    code: 'ERR_AUDIO_INPUT',
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
