// A session over a model of your own: here one that is ten lines long, with a tool.
import { RealtimeAgent, RealtimeSession, tool } from 'bargein';
import { z } from 'zod';
import { OwnTransport } from './own-transport.js';

const weather = tool({
  name: 'weather',
  description: 'The weather in a city.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
});

/** The model: it calls the tool for a question about the weather, and reads out what comes back. */
function model(input) {
  const city = /weather in (\w+)\?/.exec(input)?.[1];
  return city === undefined ? { say: `I understand: ${input}.` } : { call: 'weather', arguments: { city } };
}

const agent = new RealtimeAgent({ name: 'Front desk', instructions: 'Be brief.', tools: [weather] });
const session = new RealtimeSession(agent, { transport: new OwnTransport(model) });
session.on('agent_tool_end', (_context, _agent, { name }, result) => console.log(`${name}: ${result}`));
session.on('error', ({ error }) => console.error(error));
session.on('history_added', (item) => {
  if (item.type === 'message') console.log(`${item.role}: ${item.content.map(({ text }) => text).join(' ')}`);
  if (item.role === 'assistant') session.close();
});

await session.connect({ apiKey: 'none' });
session.sendMessage('What is the weather in Riga?');
