import { describe, expect, test } from 'vitest';
import type { WireMcpTool } from '../../src/protocol/client-events.ts';
import type { Scenario } from '../../src/server/index.ts';
import { ScriptedClient, userMessage } from './scripted-client.ts';

const search = { mcpCall: 'search', server: 'docs', arguments: { q: 'rooms' }, output: 'Forty rooms.' };
const scenario: Scenario = {
  mcp: { docs: [{ name: 'search', description: 'Searches.', inputSchema: { type: 'object' } }, { name: 'erase' }] },
  turns: [
    {
      heardIncludes: 'search',
      replies: [[{ say: 'I look.' }, search, { say: 'There are forty.' }], [{ say: 'Then not.' }]],
    },
    { heardIncludes: 'fail', replies: [[{ ...search, error: 'timed out' }, { say: 'That failed.' }]] },
    { heardIncludes: 'erase', replies: [[{ mcpCall: 'erase', server: 'docs', arguments: {} }]] },
  ],
};

async function withTool(tool: Partial<WireMcpTool>): Promise<ScriptedClient> {
  const client = await ScriptedClient.open({ scenario });
  client.send({
    type: 'session.update',
    session: {
      type: 'realtime',
      tools: [{ type: 'mcp', server_label: 'docs', server_url: 'https://docs.example', ...tool }],
    },
  });
  await client.next('session.updated');
  await client.settle();
  return client;
}

function spoken(client: ScriptedClient): (string | undefined)[] {
  return client.of('response.output_audio_transcript.done').map(({ transcript }) => transcript);
}

describe('the tools of a hosted MCP server', () => {
  test('are listed once, as far as they are allowed', async () => {
    const client = await withTool({ allowed_tools: ['search'] });
    const item = client.of('conversation.item.added')[0]?.item;
    expect(client.types.slice(1)).toEqual([
      'session.updated',
      'conversation.item.added',
      'mcp_list_tools.in_progress',
      'mcp_list_tools.completed',
      'conversation.item.done',
    ]);
    expect(item).toMatchObject({ type: 'mcp_list_tools', server_label: 'docs', tools: [] });
    expect(client.of('conversation.item.done')[0]?.item).toEqual({
      ...item,
      tools: [{ name: 'search', description: 'Searches.', input_schema: { type: 'object' } }],
    });
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } });
    client.say('Hello');
    await client.next('response.done');
    expect(client.of('mcp_list_tools.in_progress')).toHaveLength(1);
    await client.close();
  });

  test('can not be listed of a server that the scenario does not know', async () => {
    const client = await withTool({ server_label: 'other' });
    expect(client.types).toContain('mcp_list_tools.failed');
    expect(client.types).not.toContain('mcp_list_tools.completed');
    await client.close();
  });

  test('run within a response when they need no approval', async () => {
    const client = await withTool({ require_approval: 'never' });
    client.say('Please search.');
    const { response } = await client.next('response.done');
    expect(response.output.map(({ type }) => type)).toEqual(['message', 'mcp_call', 'message']);
    expect(response.output[1]).toMatchObject({
      server_label: 'docs',
      name: 'search',
      arguments: '{"q":"rooms"}',
      output: 'Forty rooms.',
      error: null,
    });
    expect(client.types.filter((type) => type.includes('mcp_call'))).toEqual([
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
    ]);
    await client.close();
  });

  test('fail as a scenario says', async () => {
    const client = await withTool({ require_approval: { always: { tool_names: ['erase'] } } });
    client.say('Please fail.');
    const { response } = await client.next('response.done');
    expect(response.output[0]).toMatchObject({
      type: 'mcp_call',
      output: null,
      error: { type: 'tool_execution_error', message: 'timed out' },
    });
    expect(client.types).toContain('response.mcp_call.failed');
    expect(spoken(client)).toEqual(['That failed.']);
    await client.close();
  });

  test.each([
    [true, ['I look.', 'There are forty.']],
    [false, ['I look.', 'Then not.']],
  ])('wait for the user; approved is %s', async (approve, said) => {
    const client = await withTool(approve ? {} : { require_approval: { never: { tool_names: ['erase'] } } });
    client.say('Please search.');
    const { response } = await client.next('response.done');
    const request = response.output[1];
    expect(request).toMatchObject({ type: 'mcp_approval_request', name: 'search', arguments: '{"q":"rooms"}' });
    const approval_request_id = request?.id ?? '';
    client.send({
      type: 'conversation.item.create',
      previous_item_id: approval_request_id,
      item: { type: 'mcp_approval_response', approval_request_id, approve },
    });
    const answer = (await client.next('response.done')).response;
    expect(spoken(client)).toEqual(said);
    if (approve) expect(answer.output[0]).toMatchObject({ type: 'mcp_call', approval_request_id });
    else expect(answer.output.map(({ type }) => type)).toEqual(['message']);
    const again = { type: 'mcp_approval_response', approval_request_id, approve };
    expect(await client.refusalOf({ type: 'conversation.item.create', item: again })).toMatchObject({
      code: 'invalid_value',
    });
    await client.close();
  });

  test('go on waiting when an answer to them is refused', async () => {
    const client = await withTool({});
    client.send(userMessage('Hello.', 'taken'));
    client.say('Please search.');
    const { response } = await client.next('response.done');
    const approval_request_id = response.output[1]?.id ?? '';
    const item = { type: 'mcp_approval_response', approval_request_id, approve: true } as const;
    const refused = await client.refusalOf({ type: 'conversation.item.create', item: { ...item, id: 'taken' } });
    expect(refused).toMatchObject({ code: 'item_create_duplicate_item_id' });
    client.send({ type: 'conversation.item.create', item });
    expect((await client.next('response.done')).response.output[0]).toMatchObject({ type: 'mcp_call' });
    await client.close();
  });

  test('that are not offered fail the response', async () => {
    const client = await withTool({ allowed_tools: { tool_names: ['search'] } });
    client.say('Please erase.');
    const { response } = await client.next('response.done');
    expect(response.status_details).toMatchObject({ error: { code: 'ERR_MCP_TOOL' } });
    await client.close();
  });
});
