// An app written for @openai/agents-realtime, built as docs/migration.md says: with the package's name led to this one.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { createRealtimeServer } from '../../src/server/index.ts';

const run = promisify(execFile);

const APP = `
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents/realtime';
import { utils } from '@openai/agents-realtime';
import { z } from 'zod';

const holdRoom = tool({
  name: 'hold_room',
  description: 'Holds a room.',
  parameters: z.object({ day: z.string() }),
  needsApproval: true,
  execute: async ({ day }) => 'Held for ' + day + '.',
});
const agent = new RealtimeAgent({ name: 'Desk', instructions: 'Be brief.', tools: [holdRoom] });
const session = new RealtimeSession(agent, { transport: 'websocket', model: 'gpt-realtime' });
session.on('tool_approval_requested', (_context, _agent, { approvalItem }) => session.approve(approvalItem));
session.on('agent_tool_end', (_context, _agent, { name }, result) => console.log(name + ': ' + result));
session.on('history_updated', (history) => {
  const text = utils.getLastTextFromAudioOutputMessage(history.at(-1));
  if (text !== undefined && text.endsWith('.')) {
    console.log(text);
    session.close();
  }
});
await session.connect({ apiKey: 'local', url: process.argv[2] });
session.sendMessage('hold room on "Friday"');
`;

test('an app of the other package, aliased, calls a tool with approval and hears the answer', async () => {
  const outfile = 'out/migration/app.js';
  const page = readFileSync('docs/migration.md', 'utf8');
  const alias = Object.fromEntries(
    [...page.matchAll(/'(@openai\/[\w/-]+)': '(bargein)'/g)].map(([, from, to]) => [from, to]),
  );
  await build({
    stdin: { contents: APP, resolveDir: '.' },
    bundle: true,
    alias,
    platform: 'node',
    format: 'esm',
    outfile,
    external: ['bargein', 'zod'],
  });
  const server = createRealtimeServer();
  try {
    const { url } = await server.listen({ port: 0 });
    const { stdout, stderr } = await run(process.execPath, [outfile, url]);
    expect(stderr).toBe('');
    expect(stdout).toBe('hold_room: Held for Friday.\nThe answer is: Held for Friday.\n');
  } finally {
    await server.close();
  }
});
