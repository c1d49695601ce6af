import type { Fields } from './frame-fields.ts';
import { countOf, fieldsOf, payloadOf, textOf, textsOf, wrong } from './frame-fields.ts';
import type { PhoneDialect, PhoneMessage } from './phone-dialect.ts';

/** Twilio Media Streams: JSON text frames, µ-law 8 kHz mono both ways. */
export const twilioDialect: PhoneDialect = {
  name: 'twilio',
  read(frame) {
    const fields = fieldsOf(frame, 'frame');
    switch (fields['event']) {
      case 'start':
        return startOf(fieldsOf(fields['start'], 'start'));
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
  // Sids and names are plain words and base64 needs no escape, so the two frames of every packet are not serialised.
  media: (streamSid, payload) =>
    `{"event":"media","streamSid":${JSON.stringify(streamSid)},"media":{"payload":"${payload}"}}`,
  mark: (streamSid, name) => JSON.stringify({ event: 'mark', streamSid, mark: { name } }),
  clear: (streamSid) => JSON.stringify({ event: 'clear', streamSid }),
};

function startOf(start: Fields): PhoneMessage {
  const format = fieldsOf(start['mediaFormat'], 'start.mediaFormat');
  const { encoding, sampleRate, channels } = format;
  if (
    encoding !== 'audio/x-mulaw' ||
    countOf(sampleRate, 'sampleRate') !== 8000 ||
    countOf(channels, 'channels') !== 1
  ) {
    throw wrong(
      'start.mediaFormat',
      'audio/x-mulaw, 8000 Hz, 1 channel',
      `${String(encoding)}, ${String(sampleRate)} Hz`,
    );
  }
  const { callSid } = start;
  return {
    type: 'start',
    streamId: textOf(start['streamSid'], 'start.streamSid'),
    callId: typeof callSid === 'string' ? callSid : undefined,
    encoding: 'audio/pcmu',
    parameters: textsOf(start['customParameters']),
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
