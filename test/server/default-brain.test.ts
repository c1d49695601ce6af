import { describe, expect, test } from 'vitest';
import type { WireFunctionTool } from '../../src/protocol/client-events.ts';
import { ScriptedClient } from './scripted-client.ts';

const schema = (properties: Record<string, unknown>, required = Object.keys(properties)): Record<string, unknown> => ({
  type: 'object',
  properties,
  required,
});
const tools: WireFunctionTool[] = [
  { type: 'function', name: 'hold_room', parameters: schema({ day: { type: 'string' }, guests: { type: 'integer' } }) },
  {
    type: 'function',
    name: 'setLight',
    parameters: schema({ color: { enum: ['red', 'green'] }, on: { type: 'boolean' } }),
  },
  { type: 'function', name: 'transfer_to_Billing_Desk', parameters: schema({}) },
];

async function answerTo(
  text: string,
  session: object = { tools },
): Promise<{ said?: string; call?: [string, unknown] }> {
  const client = await ScriptedClient.open();
  client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], ...session } });
  client.say(text);
  const { response } = await client.next('response.done');
  await client.close();
  const [item] = response.output;
  if (item?.type === 'function_call') return { call: [item.name, JSON.parse(item.arguments)] };
  const part = item?.type === 'message' ? item.content[0] : undefined;
  return { said: part !== undefined && 'text' in part ? part.text : '' };
}

describe('the default brain', () => {
  test.each([
    ['Please hold a room', undefined],
    ['Hold room for 3 on "Friday"', ['hold_room', { day: 'Friday', guests: 3 }]],
    ['hold_room {"day":"Monday","guests":1}', ['hold_room', { day: 'Monday', guests: 1 }]],
    ['Set light to green', ['setLight', { color: 'green', on: true }]],
    ['Set light', ['setLight', { color: 'red', on: true }]],
    ['Transfer me to the billing desk', ['transfer_to_Billing_Desk', {}]],
    ['Where is the billing desk?', undefined],
  ])('%s', async (text, call) => {
    const answer = await answerTo(text);
    expect(answer.call).toEqual(call);
    if (call === undefined) expect(answer.said).toBe(`I heard you say: ${text}`);
  });

  test('calls what the session makes it call', async () => {
    expect((await answerTo('Hello', { tools, tool_choice: 'required' })).call?.[0]).toBe('hold_room');
    const tool_choice = { type: 'function', name: 'setLight' };
    expect((await answerTo('Hello', { tools, tool_choice })).call?.[0]).toBe('setLight');
    expect((await answerTo('Set light', { tools, tool_choice: 'none' })).call).toBeUndefined();
  });

  test('counts as far as it is asked to', async () => {
    const { said } = await answerTo('Count to 23, please.');
    expect(said).toBe(
      'one, two, three, four, five, six, seven, eight, nine, ten. ' +
        'eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty. ' +
        'twenty-one, twenty-two, twenty-three.',
    );
  });

  test('reads on at length', async () => {
    expect((await answerTo('Read me a story.')).said?.split(/\s+/).length).toBeGreaterThan(150);
  });

  test('fills nested and optional parameters from the schema', async () => {
    const parameters = schema(
      {
        place: schema({ city: { type: 'string', default: 'Rome' }, zip: { type: ['number', 'null'], minimum: 10 } }),
        tags: { type: 'array', minItems: 2, items: { const: 'x' } },
        kind: { anyOf: [{ type: 'boolean' }, { type: 'string' }] },
        note: { type: 'string' },
      },
      ['place', 'tags', 'kind'],
    );
    const offered = { tools: [{ type: 'function', name: 'find', parameters }] };
    expect((await answerTo('find', offered)).call?.[1]).toEqual({
      place: { city: 'Rome', zip: 10 },
      tags: ['x', 'x'],
      kind: true,
    });
  });

  test('does not follow a schema for ever', async () => {
    const node: Record<string, unknown> = { type: 'object', required: ['next'] };
    const parameters = { ...node, properties: { next: { ...node, properties: { next: node } } } };
    const offered = { tools: [{ type: 'function', name: 'walk', parameters }] };
    expect((await answerTo('walk', offered)).call?.[0]).toBe('walk');
  });

  test('thanks for a picture', async () => {
    const client = await ScriptedClient.open();
    client.send(
      { type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } },
      {
        type: 'conversation.item.create',
        item: {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_image', image_url: 'data:image/png;base64,AA==' }],
        },
      },
      { type: 'response.create' },
    );
    const { response } = await client.next('response.done');
    expect(response.output).toMatchObject([{ content: [{ text: 'Thank you for the picture.' }] }]);
    expect(response.usage?.input_token_details.image_tokens).toBe(765);
    await client.close();
  });
});
