import type { Fields } from './frame-fields.ts';
import { countOf, fieldsOf, payloadOf, textOf, textsOf, wrong } from './frame-fields.ts';
import type { PhoneDialect, PhoneEncoding, PhoneMessage } from './phone-dialect.ts';

const ENCODINGS: Readonly<Record<string, PhoneEncoding>> = { PCMU: 'audio/pcmu', PCMA: 'audio/pcma' };

/** Telnyx media streaming: JSON text frames, µ-law or A-law at 8 kHz; what is sent back names no stream. */
export const telnyxDialect: PhoneDialect = {
  name: 'telnyx',
  read(frame) {
    const fields = fieldsOf(frame, 'frame');
    switch (fields['event']) {
      case 'start':
        return startOf(textOf(fields['stream_id'], 'stream_id'), fieldsOf(fields['start'], 'start'));
      case 'media':
        return mediaOf(fieldsOf(fields['media'], 'media'));
      case 'mark':
        return { type: 'mark', name: textOf(fieldsOf(fields['mark'], 'mark')['name'], 'mark.name') };
      case 'dtmf':
        return { type: 'dtmf', digit: textOf(fieldsOf(fields['dtmf'], 'dtmf')['digit'], 'dtmf.digit') };
      case 'stop':
        return { type: 'stop' };
      default:
        textOf(fields['event'], 'event');
        return { type: 'other' };
    }
  },
  media: (_streamId, payload) => `{"event":"media","media":{"payload":"${payload}"}}`,
  mark: (_streamId, name) => JSON.stringify({ event: 'mark', mark: { name } }),
  clear: () => '{"event":"clear"}',
};

function startOf(streamId: string, start: Fields): PhoneMessage {
  const format = fieldsOf(start['media_format'], 'start.media_format');
  const encoding = ENCODINGS[textOf(format['encoding'], 'start.media_format.encoding')];
  if (encoding === undefined || countOf(format['sample_rate'], 'start.media_format.sample_rate') !== 8000) {
    throw wrong('start.media_format', 'PCMU or PCMA at 8000 Hz', format['encoding']);
  }
  const { call_control_id: callId } = start;
  return {
    type: 'start',
    streamId,
    callId: typeof callId === 'string' ? callId : undefined,
    encoding,
    parameters: textsOf(start['custom_parameters']),
  };
}

function mediaOf(media: Fields): PhoneMessage {
  const { track, timestamp, payload } = media;
  return {
    type: 'media',
    isCaller: track === undefined || track === 'inbound',
    timestampMs: countOf(timestamp, 'media.timestamp'),
    ...payloadOf(payload, 'media.payload'),
  };
}
