// Talk to an agent in the terminal: speak, interrupt it, or write a line.
import { createInterface } from 'node:readline';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from 'bargein';
import { PullPlayout } from 'bargein/playout';
import { createRealtimeServer } from 'bargein/server';
import { z } from 'zod';
import { openMicrophone, openSpeaker } from './sound.js';

const [questionWav, answerWav] = process.argv.slice(2);
const { OPENAI_API_KEY: apiKey } = process.env;

const time = tool({
  name: 'time',
  description: 'The time of day.',
  parameters: z.object({}),
  execute: () => new Date().toLocaleTimeString(),
});
const agent = new RealtimeAgent({ name: 'Terminal', instructions: 'Answer in one sentence.', tools: [time] });

// What the speaker pulls from here counts as heard: a barge-in truncates the conversation there.
const playout = new PullPlayout();
const session = new RealtimeSession(agent, { transport: new OpenAIRealtimeWebSocket({ playout }) });
session.on('agent_tool_end', (_context, _agent, { name }, result) => console.log(`${name}: ${result}`));
session.on('agent_end', (_context, { name }, text) => console.log(`${name}: ${text}`));
session.on('audio_interrupted', () => console.log('(interrupted)'));
session.on('error', ({ error }) => console.error(error));

const server = apiKey ? null : createRealtimeServer();
const local = server && (await server.listen({ port: 0 }));
await session.connect(local ? { apiKey: 'local', url: local.url } : { apiKey });

const speaker = openSpeaker(playout, answerWav);
const microphone = openMicrophone(questionWav, (packet) => session.sendAudio(packet));
console.log(`Microphone: ${microphone.name}. Speaker: ${speaker.name}. Speak, or write a line; Ctrl-D ends the call.`);

async function hangUp() {
  microphone.close();
  session.close();
  speaker.close();
  await server?.close();
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => session.sendMessage(line));
if (questionWav === undefined) lines.on('close', () => void hangUp());
// A question from a file is one turn: its answer, heard to the end, is the end of the call.
else session.on('playback_done', () => hangUp().then(() => lines.close()));
