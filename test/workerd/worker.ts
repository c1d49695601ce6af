// A Worker that holds one conversation with the Realtime server that its request names, and answers with what happened.

import { RealtimeAgent, RealtimeSession, tool } from '../../src/index.ts';
import { CloudflareRealtimeTransportLayer } from '../../src/cloudflare.ts';

const holdRoom = tool({
  name: 'hold_room',
  description: 'Holds a room.',
  parameters: {
    type: 'object',
    properties: { day: { type: 'string' } },
    required: ['day'],
    additionalProperties: false,
  },
  execute: (input) => `Held for ${(input as { day: string }).day}.`,
});

export default {
  async fetch(request: Request): Promise<Response> {
    const params = new URL(request.url).searchParams;
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Front desk', tools: [holdRoom] }), {
      transport: new CloudflareRealtimeTransportLayer(),
    });
    const events: string[] = [];
    let audioBytes = 0;
    session.on('error', ({ error }) => void events.push(`error ${String(error)}`));
    session.on('audio', ({ data }) => void (audioBytes += data.byteLength));
    session.on('agent_tool_end', (_context, _agent, _tool, result) => void events.push(`tool ${result}`));
    const text = new Promise<string>((resolve) => {
      session.on('agent_end', (_context, _agent, output) => void (output !== '' && resolve(output)));
    });
    try {
      await session.connect({ apiKey: params.get('key') ?? 'local', url: params.get('url') ?? '' });
    } catch (error) {
      return Response.json({ error: String(error), code: (error as { code?: string }).code });
    }
    session.sendMessage('Please hold a room.');
    const said = await text;
    session.close();
    return Response.json({ said, events, audioBytes });
  },
};
