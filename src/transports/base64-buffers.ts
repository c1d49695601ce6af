import { decodeBase64, encodeBase64 } from '../audio/base64.ts';

/** Decodes padded base64. Throws `ERR_BASE64` for malformed text. */
export function base64ToArrayBuffer(base64: string): ArrayBuffer {
  return decodeBase64(base64).buffer;
}

/** Encodes the bytes of a buffer as padded base64. */
export function arrayBufferToBase64(arrayBuffer: ArrayBuffer): string {
  return encodeBase64(new Uint8Array(arrayBuffer));
}
