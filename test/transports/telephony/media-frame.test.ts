// Frames of audio are read by their text. Whatever a caller sends, that says the same as parsing it would, or leaves it to that.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { telnyxDialect } from '../../../src/transports/telephony/telnyx-dialect.ts';
import { mediaFrame } from '../../../src/transports/telephony/media-frame.ts';
import { twilioDialect } from '../../../src/transports/telephony/twilio-dialect.ts';

const base64 = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((octets) => Buffer.from(octets).toString('base64'));

/** A frame as the provider writes it, with the id of the stream in front of the audio or behind it. */
function written(style: 'twilio' | 'telnyx', isIdFirst: boolean, payload: string): string {
  const id = style === 'twilio' ? '"streamSid":"MZ18ad3ab5a668481ce02b83e7395059f0"' : '"stream_id":"32de0dea-53cb"';
  const sequence = style === 'twilio' ? '"sequenceNumber":"3"' : '"sequence_number":"3"';
  const media = `"media":{"track":"inbound","chunk":"2","timestamp":"40","payload":"${payload}"}`;
  return `{"event":"media",${sequence},${isIdFirst ? `${id},${media}` : `${media},${id}`}}`;
}

/** Values that a field of a hostile frame may have. */
const value = fc.oneof(
  base64,
  fc.constantFrom(
    'inbound',
    'outbound',
    'media',
    'start',
    'mark',
    '5',
    '0012',
    '',
    '==',
    '\\u0041',
    '\\',
    'é',
    '9'.repeat(15),
  ),
  fc.constantFrom(5, -1, 1e300, null, true),
  fc.string({ maxLength: 8 }),
);
const key = fc.constantFrom(
  'event',
  'media',
  'track',
  'chunk',
  'timestamp',
  'payload',
  'streamSid',
  'stream_id',
  '__proto__',
);

/** JSON with keys that may occur twice, which no object can say. */
const object = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(key, inner), { maxLength: 6 })
    .map((fields) => `{${fields.map(([name, text]) => `"${name}":${text}`).join(',')}}`);
const plain = value.map((text) => JSON.stringify(text));
const anyFrame = object(fc.oneof(plain, object(plain)));

/** A frame as it should be, with pieces cut out and others put in. */
const spoiled = fc
  .tuple(
    fc.constantFrom<'twilio' | 'telnyx'>('twilio', 'telnyx'),
    fc.boolean(),
    base64,
    fc.array(
      fc.tuple(
        fc.nat(400),
        fc.nat(3),
        fc.oneof(fc.string({ maxLength: 3 }), plain, fc.constantFrom('"', '\\', ',', '}', '{')),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([style, isIdFirst, payload, edits]) =>
    edits.reduce(
      (text, [at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut),
      written(style, isIdFirst, payload),
    ),
  );

/** A frame as it should be, with other fields in the place of its own. */
const altered = fc
  .tuple(fc.constantFrom('"3"', '"inbound"', '"2"', '"40"', '"streamSid"', '"media"'), plain, base64)
  .map(([old, put, payload]) => written('twilio', true, payload).replace(old, put));

describe('a frame of audio', () => {
  test.each(['twilio', 'telnyx'] as const)(
    'of %s is read without parsing it, wherever its stream is named',
    (style) => {
      fc.assert(
        fc.property(base64, fc.boolean(), (payload, isIdFirst) => {
          const text = written(style, isIdFirst, payload);
          const dialect = style === 'twilio' ? twilioDialect : telnyxDialect;
          expect(mediaFrame(text)).not.toBeNull();
          expect(mediaFrame(text)).toEqual(dialect.read(JSON.parse(text)));
        }),
      );
    },
  );

  test('says what it says when it is parsed, or is left to that', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(spoiled, altered, anyFrame), (text) => {
        const message = mediaFrame(text);
        if (message === null) return;
        read += 1;
        expect(message).toEqual(twilioDialect.read(JSON.parse(text)));
      }),
      { numRuns: 5000 },
    );
    // Were all of them left to the parser, nothing was compared.
    expect(read).toBeGreaterThan(20);
  });

  test.each([
    [
      'a field twice',
      '{"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAAA","payload":"BBBB"}}',
    ],
    [
      'a second event',
      '{"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAAA"},"event":"stop"}',
    ],
    ['an escape', '{"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAA\\u0041"}}'],
    [
      'a payload cut short',
      '{"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAA"}}',
    ],
    [
      'a timestamp that is no safe integer',
      '{"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"9007199254740993","payload":"AAAA"}}',
    ],
    [
      'space between its parts',
      '{"event":"media", "media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAAA"}}',
    ],
    ['more behind it', '{"event":"media","media":{"track":"inbound","chunk":"1","timestamp":"20","payload":"AAAA"}}{}'],
  ])('with %s is parsed', (_name, text) => {
    expect(mediaFrame(text)).toBeNull();
  });
});
