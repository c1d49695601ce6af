import type { Fields } from './frame-fields.ts';
import { countOf, fieldsOf, payloadOf, textOf } from './frame-fields.ts';
import type { PhoneMessage } from './phone-dialect.ts';

/** Reads a frame as most providers write theirs, Twilio first; only their starts differ. Throws `ERR_PHONE_FRAME`. */
export function readFrame(frame: unknown, startOf: (fields: Fields) => PhoneMessage): PhoneMessage {
  const fields = fieldsOf(frame, 'frame');
  switch (fields['event']) {
    case 'start':
      return startOf(fields);
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
