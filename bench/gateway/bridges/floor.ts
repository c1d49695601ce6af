// The least that a bridge on `ws` can do: both texts parsed, audio passed on, a clear and a truncation at a barge-in by the
// clock. No session, no history, no limits.
import { performance } from 'node:perf_hooks';
import { WebSocket, WebSocketServer } from 'ws';
import { MEDIA_PATH } from '../load-protocol.ts';
import { serveBridge } from './serve-bridge.ts';

interface Frame {
  readonly event: string;
  readonly media?: { readonly payload: string };
  readonly start?: { readonly streamSid: string };
}
interface Message {
  readonly type: string;
  readonly delta?: string;
  readonly item_id?: string;
}

await serveBridge((server, url) => {
  const phones = new WebSocketServer({ server, path: MEDIA_PATH, perMessageDeflate: false });
  phones.on('connection', (phone) => {
    const model = new WebSocket(url, { perMessageDeflate: false });
    let streamSid = '';
    let itemId: string | undefined;
    let sinceMs = 0;
    let mark = 0;
    phone.on('error', () => {});
    model.on('error', () => {});
    phone.on('message', (data: Buffer) => {
      const { event, media, start } = JSON.parse(data.toString()) as Frame;
      if (event === 'start') ({ streamSid } = start ?? { streamSid: '' });
      if (event !== 'media' || model.readyState !== WebSocket.OPEN) return;
      model.send(`{"type":"input_audio_buffer.append","audio":"${media?.payload}"}`);
    });
    model.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      if (message.type === 'response.output_audio.delta') {
        if (message.item_id !== itemId) sinceMs = performance.now();
        itemId = message.item_id;
        phone.send(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"${message.delta}"}}`);
        phone.send(`{"event":"mark","streamSid":"${streamSid}","mark":{"name":"m${++mark}"}}`);
      } else if (message.type === 'input_audio_buffer.speech_started') {
        phone.send(`{"event":"clear","streamSid":"${streamSid}"}`);
        model.send(
          JSON.stringify({
            type: 'conversation.item.truncate',
            item_id: itemId,
            content_index: 0,
            audio_end_ms: Math.floor(performance.now() - sinceMs),
          }),
        );
      }
    });
    phone.on('close', () => model.close());
    model.on('close', () => phone.close());
  });
});
