// The quick starts for Node, pasted into files and run as their pages say; each has to print what its page promises.

import { readFileSync } from 'node:fs';
import wavefile from 'wavefile';
import { describe, test, type TestContext } from 'vitest';
import { createRealtimeServer } from '../../../src/server/index.ts';
import { paste, quickStart } from '../../docs/quick-start.ts';
import { chatChunks, standIn } from '../../server/stand-in.ts';
import { freePort } from '../../free-port.ts';
import { start } from './program.ts';

/** The local server; resolves with its port. */
async function serve({ onTestFinished }: TestContext): Promise<number> {
  const server = createRealtimeServer();
  onTestFinished(() => server.close());
  const { url } = await server.listen({ port: 0 });
  return Number(new URL(url).port);
}

// They speak in real time and mostly wait, so they wait together.
describe.concurrent('pasted and run, a quick start prints what its page says', () => {
  test('Node: a story is stopped, and what was heard of it is told and recorded', async (context) => {
    const { expect } = context;
    const folder = paste('node', { 8787: await serve(context) });
    const output = await start(context, folder, 'story.ts').output;
    expect(output).toMatch(quickStart('node').output);

    const [, heardMs = ''] = /heard for (\d+) ms/.exec(output) ?? [];
    expect(Number(heardMs)).toBeGreaterThan(0);
    const wav = new wavefile.WaveFile(readFileSync(`${folder}call.wav`));
    const [, agent = new Int16Array(0)] = wav.getSamples(false, Int16Array) as unknown as Int16Array[];
    const [first, last] = [agent.findIndex((sample) => sample !== 0), agent.findLastIndex((sample) => sample !== 0)];
    // Speech has silence at its ends.
    const recordedMs = (last + 1 - first) / 24;
    expect(recordedMs).toBeGreaterThan(Number(heardMs) / 2);
    expect(recordedMs).toBeLessThanOrEqual(Number(heardMs) + 1);
  });

  test('Twilio: a caller with a signature hears the agent', async (context) => {
    const { expect } = context;
    const folder = paste('twilio', { 8787: await serve(context), 8080: await freePort() });
    const line = start(context, folder, 'line.ts', { TWILIO_AUTH_TOKEN: 'trial' });
    await line.said('waiting for calls');
    const output = await start(context, folder, 'caller.ts').output;
    expect(output).toMatch(quickStart('twilio').output);
    expect(Number(/(\d+\.?\d*) ms/.exec(output)?.[1])).toBeGreaterThan(0);
  });

  test('SIP: a call is announced, accepted and answered aloud', async (context) => {
    const { expect } = context;
    const [servicePort, webhookPort] = [await freePort(), await freePort()];
    const folder = paste('sip', { 8787: servicePort, 8081: webhookPort });
    const desk = start(context, folder, 'desk.ts', {
      OPENAI_API_KEY: 'trial',
      OPENAI_BASE_URL: `http://127.0.0.1:${servicePort}/v1`,
      OPENAI_WEBHOOK_SECRET: 'whsec_dHJpYWw=',
    });
    await desk.said('waiting for calls');
    const output = await start(context, folder, 'caller.ts').output;
    expect(output).toMatch(quickStart('sip').output);
    expect(Number(/(\d+) ms/.exec(output)?.[1])).toBeGreaterThan(0);
  });

  test('a transport of your own: a model in a worker answers over its message port', async (context) => {
    const { expect } = context;
    expect(await start(context, paste('custom-transport', {}), 'transport.ts').output).toMatch(
      quickStart('custom-transport').output,
    );
  });

  test('the audio core alone: sound is resampled, encoded and measured', async (context) => {
    const { expect } = context;
    expect(await start(context, paste('audio-core', {}), 'phone.ts').output).toMatch(quickStart('audio-core').output);
  });

  test('an endpoint of your own: a model behind the Realtime protocol answers', async (context) => {
    const { expect } = context;
    await using model = await standIn(() => ({
      stream: chatChunks({ content: 'The capital of Norway ' }, { content: 'is Oslo, by the sea.' }),
    }));
    const folder = paste('self-hosted', { 8787: await freePort(), 11434: Number(new URL(model.baseUrl).port) });
    const endpoint = start(context, folder, 'endpoint.ts');
    await endpoint.said('clients connect to');
    expect(await start(context, folder, 'ask.ts').output).toMatch(quickStart('self-hosted').output);
    expect(JSON.parse(model.seen[0]?.text ?? '')).toMatchObject({
      model: 'llama3.2',
      messages: [
        { role: 'system', content: 'Answer in one sentence.' },
        { role: 'user', content: 'What is the capital of Norway?' },
      ],
    });
  });
});
