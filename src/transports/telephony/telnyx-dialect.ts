import type { Fields } from './frame-fields.ts';
import { countOf, fieldsOf, textOf, textsOf, wrong } from './frame-fields.ts';
import { mediaFrame } from './media-frame.ts';
import type { PhoneDialect, PhoneEncoding, PhoneMessage } from './phone-dialect.ts';
import { readFrame } from './read-frame.ts';

const ENCODINGS: Readonly<Record<string, PhoneEncoding>> = { PCMU: 'audio/pcmu', PCMA: 'audio/pcma' };

/** Telnyx media streaming: JSON text frames, µ-law or A-law at 8 kHz; what is sent back names no stream. */
export const telnyxDialect: PhoneDialect = {
  name: 'telnyx',
  read: (frame) => readFrame(frame, startOf),
  readMedia: mediaFrame,
  media: (_streamId, payload) => `{"event":"media","media":{"payload":"${payload}"}}`,
  mark: (_streamId, name) => JSON.stringify({ event: 'mark', mark: { name } }),
  clear: () => '{"event":"clear"}',
};

function startOf(fields: Fields): PhoneMessage {
  const start = fieldsOf(fields['start'], 'start');
  const format = fieldsOf(start['media_format'], 'start.media_format');
  const encoding = ENCODINGS[textOf(format['encoding'], 'start.media_format.encoding')];
  if (encoding === undefined || countOf(format['sample_rate'], 'start.media_format.sample_rate') !== 8000) {
    throw wrong('start.media_format', 'PCMU or PCMA at 8000 Hz', format['encoding']);
  }
  const { call_control_id: callId } = start;
  return {
    type: 'start',
    streamId: textOf(fields['stream_id'], 'stream_id'),
    callId: typeof callId === 'string' ? callId : undefined,
    encoding,
    parameters: textsOf(start['custom_parameters']),
  };
}
