import type { Fields } from './frame-fields.ts';
import { countOf, fieldsOf, textOf, textsOf, wrong } from './frame-fields.ts';
import { mediaFrame } from './media-frame.ts';
import type { PhoneDialect, PhoneMessage } from './phone-dialect.ts';
import { readFrame } from './read-frame.ts';

/** Twilio Media Streams: JSON text frames, µ-law 8 kHz mono both ways. */
export const twilioDialect: PhoneDialect = {
  name: 'twilio',
  read: (frame) => readFrame(frame, startOf),
  readMedia: mediaFrame,
  // Sids and names are plain words and base64 needs no escape, so the two frames of every packet are not serialised.
  media: (streamSid, payload) =>
    `{"event":"media","streamSid":${JSON.stringify(streamSid)},"media":{"payload":"${payload}"}}`,
  mark: (streamSid, name) => JSON.stringify({ event: 'mark', streamSid, mark: { name } }),
  clear: (streamSid) => JSON.stringify({ event: 'clear', streamSid }),
};

function startOf(fields: Fields): PhoneMessage {
  const start = fieldsOf(fields['start'], 'start');
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
