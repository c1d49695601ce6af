// What reads texts of strangers: of a caller's provider, and of a model.

import assert from 'node:assert/strict';
import { TransportConnectionError } from '../../src/errors.ts';
import { decodeServerEvent } from '../../src/protocol/decode.ts';
import { MAX_NESTING, nestsWithin } from '../../src/protocol/nesting.ts';
import type { PhoneDialect, PhoneMessage } from '../../src/transports/telephony/phone-dialect.ts';
import { telnyxDialect } from '../../src/transports/telephony/telnyx-dialect.ts';
import { twilioDialect } from '../../src/transports/telephony/twilio-dialect.ts';
import { SAMPLE_EVENTS } from '../protocol/sample-events.ts';
import type { FuzzTarget } from './guided-fuzz.ts';

const START = { streamSid: 'MZ1', callSid: 'CA1', tracks: ['inbound'], customParameters: { name: 'Ada' } };
const MEDIA = { track: 'inbound', chunk: '2', timestamp: '20', payload: '/////w==' };
const FRAMES: readonly object[] = [
  { event: 'connected', protocol: 'Call', version: '1.0.0' },
  {
    event: 'start',
    streamSid: 'MZ1',
    start: { ...START, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 } },
  },
  {
    event: 'start',
    stream_id: 'a1',
    start: { call_control_id: 'v3:1', media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 } },
  },
  { event: 'media', sequenceNumber: '3', media: MEDIA, streamSid: 'MZ1' },
  { event: 'media', sequence_number: '4', stream_id: 'a1', media: MEDIA },
  { event: 'mark', streamSid: 'MZ1', mark: { name: '1' } },
  { event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '5' } },
  { event: 'stop', streamSid: 'MZ1', stop: { callSid: 'CA1' } },
];

const texts = (values: readonly object[]): readonly string[] => values.map((value) => JSON.stringify(value));

/** What the dialect says of a frame, or the typed error that it refuses it by. */
function readBy(dialect: PhoneDialect, frame: unknown): PhoneMessage | null {
  try {
    return dialect.read(frame);
  } catch (error) {
    assert(error instanceof TransportConnectionError && error.code === 'ERR_PHONE_FRAME', String(error));
    return null;
  }
}

/** A frame is read or refused, and the quick way to read audio says the same as the slow one. */
export const caller: FuzzTarget = {
  name: 'caller',
  corpus: texts(FRAMES),
  run(text) {
    let frame: unknown;
    let isJson = true;
    try {
      frame = JSON.parse(text);
    } catch {
      isJson = false;
    }
    for (const dialect of [twilioDialect, telnyxDialect]) {
      const message: PhoneMessage | null = isJson ? readBy(dialect, frame) : null;
      const quick = dialect.readMedia?.(text) ?? null;
      if (quick !== null) assert.deepEqual(quick, message);
      if (message?.type !== 'media') continue;
      assert(Number.isSafeInteger(message.timestampMs) && message.timestampMs >= 0);
      assert.equal(Buffer.from(message.payload, 'base64').length, message.frames);
      assert(message.frames > 0);
    }
  },
};

/** An event is read, passed through or refused by a typed error; nothing that is read nests without end. */
export const model: FuzzTarget = {
  name: 'model',
  corpus: texts(Object.values(SAMPLE_EVENTS)),
  run(text) {
    const decoded = decodeServerEvent(text);
    if (decoded.error !== undefined) {
      assert.match(decoded.error.code, /^ERR_/);
      assert(decoded.error.message.length < 1000);
    }
    if (decoded.kind === 'malformed') return;
    assert.equal(typeof decoded.raw.type, 'string');
    if (decoded.kind === 'other') return;
    assert.equal(decoded.raw.type, decoded.event.type);
    assert(Object.hasOwn(SAMPLE_EVENTS, decoded.event.type));
    if (!decoded.event.type.endsWith('.delta')) assert(nestsWithin(decoded.raw, MAX_NESTING));
  },
};
