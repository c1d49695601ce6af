import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './http-refusal.ts';

/** Reads the body of a request; throws `HttpRefusal` (413) when it is longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) {
      throw new HttpRefusal(413, `The body is larger than ${maxBytes} bytes.`, { code: 'body_too_large' });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
