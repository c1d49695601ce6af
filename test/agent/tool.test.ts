import { type } from 'arktype';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import { backgroundResult, isBackgroundResult } from '../../src/agent/background-result.ts';
import { getHandoff, handoff } from '../../src/agent/handoff.ts';
import { hostedMcpTool } from '../../src/agent/hosted-mcp.ts';
import { RunContext } from '../../src/agent/run-context.ts';
import type { StandardSchema } from '../../src/agent/schema.ts';
import { tool } from '../../src/agent/tool.ts';
import { logger } from '../../src/logger.ts';

const context = new RunContext();

describe('tool', () => {
  it('checks arguments with a zod schema, and applies its defaults and transforms', async () => {
    const execute = vi.fn((input: { city: string; days: number }) => `${input.days} days in ${input.city}`);
    const made = tool({
      name: 'weather',
      description: 'Weather.',
      parameters: z.object({ city: z.string().transform((city) => city.toUpperCase()), days: z.number().default(3) }),
      execute,
    });
    await expect(made.invoke(context, '{"city":"Riga"}')).resolves.toBe('3 days in RIGA');
    expect(made.parameters).toEqual({
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'number', default: 3 } },
      required: ['city'],
      additionalProperties: false,
    });
    expect(made.strict).toBe(true);
    await expect(made.needsApproval(context, { city: 'Riga', days: 1 })).resolves.toBe(false);
  });

  it("checks arguments with arktype's schema, whose JSON Schema the model sees", async () => {
    const made = tool({
      name: 'weather',
      description: 'Weather.',
      parameters: type({ city: 'string', days: '1 <= number <= 14' }),
      execute: ({ city, days }) => `${days} days in ${city}`,
      errorFunction: null,
    });
    expect(made.parameters).toEqual({
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'number', minimum: 1, maximum: 14 } },
      required: ['city', 'days'],
      additionalProperties: false,
    });
    await expect(made.invoke(context, '{"city":"Riga","days":3}')).resolves.toBe('3 days in Riga');
    await expect(made.invoke(context, '{"city":"Riga","days":15}')).rejects.toMatchObject({
      code: 'ERR_TOOL_ARGUMENTS',
      message: expect.stringContaining('days must be at most 14') as string,
    });
  });

  it('takes any Standard Schema with a JSON Schema, even one that checks asynchronously', async () => {
    const schema: StandardSchema<unknown, { n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) =>
          typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'number'
            ? { value: { n: value.n + 1 } }
            : { issues: [{ message: 'no number', path: ['n'] }] },
        jsonSchema: { input: () => ({ type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }) },
      },
    };
    const made = tool({
      name: 'count',
      description: 'Counts.',
      parameters: schema,
      execute: ({ n }) => n,
      errorFunction: null,
    });
    await expect(made.invoke(context, '{"n":1}')).resolves.toBe(2);
    await expect(made.invoke(context, '{"n":"x"}')).rejects.toMatchObject({
      code: 'ERR_TOOL_ARGUMENTS',
      message: 'the arguments of tool count do not match its parameters: n: no number',
    });
  });

  it('parses arguments of a JSON Schema and leaves those without parameters as text', async () => {
    const parameters = { type: 'object', properties: { a: {} }, required: [], additionalProperties: true } as const;
    const parsed = tool({ name: 'a', description: '', parameters, strict: false, execute: (input) => input });
    await expect(parsed.invoke(context, '{"a":1}')).resolves.toEqual({ a: 1 });
    await expect(parsed.invoke(context, '')).resolves.toEqual({});
    expect(parsed.parameters).toBe(parameters);
    const plain = tool({ name: 'b', description: '', parameters: undefined, execute: (input) => input.length });
    await expect(plain.invoke(context, 'not json')).resolves.toBe(8);
    expect(plain.parameters).toEqual({ type: 'object', properties: {}, required: [], additionalProperties: false });
  });

  it('answers failures with a fixed text, own words, or by throwing', async () => {
    const execute = () => {
      throw new Error('secret detail');
    };
    const base = { name: 'x', description: '', parameters: z.object({}), execute };
    await expect(tool(base).invoke(context, '{}')).resolves.not.toContain('secret');
    await expect(tool({ ...base, errorFunction: null }).invoke(context, '{}')).rejects.toThrow('secret detail');
    const errorFunction = vi.fn(() => 'sorry');
    await expect(tool({ ...base, errorFunction }).invoke(context, '{}')).resolves.toBe('sorry');
    expect(errorFunction).toHaveBeenCalledWith(context, new Error('secret detail'), undefined);
  });

  it('is named by its function when nothing else names it, in letters the service takes', () => {
    async function lookUp() {
      return '';
    }
    expect(tool({ description: '', parameters: z.object({}), execute: lookUp }).name).toBe('lookUp');
    expect(tool({ name: 'look up-now', description: '', parameters: z.object({}), execute: lookUp }).name).toBe(
      'look_up_now',
    );
  });

  const valid = { name: 'x', description: '', parameters: z.object({}), execute: () => '' };
  it.each([
    ['no name', { ...valid, name: '' }, 'ERR_TOOL_NAME'],
    ['a timeout of 0', { ...valid, timeoutMs: 0 }, 'ERR_TOOL_TIMEOUT_MS'],
    ['a timeout that no timer takes', { ...valid, timeoutMs: 2 ** 31 }, 'ERR_TOOL_TIMEOUT_MS'],
    ['strict: false with a schema that is checked', { ...valid, strict: false }, 'ERR_TOOL_PARAMETERS'],
    ['parameters that are no object', { ...valid, parameters: z.string() }, 'ERR_TOOL_PARAMETERS'],
    ['a schema without JSON Schema', { ...valid, parameters: mini.object({}) }, 'ERR_TOOL_PARAMETERS'],
    ['an output schema', { ...valid, outputSchema: z.object({}) }, 'ERR_TOOL_OPTION'],
    ['callers', { ...valid, allowedCallers: ['programmatic'] }, 'ERR_TOOL_OPTION'],
  ])('refuses %s', (_case, options, code) => {
    expect(() => tool(options as typeof valid)).toThrow(expect.objectContaining({ code }));
  });

  it('says that deferred loading has no effect', () => {
    const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
    const options = { ...valid, deferLoading: true, allowedCallers: ['direct'] };
    expect(tool(options).name).toBe('x');
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});

describe('backgroundResult', () => {
  it('is told from every other result', () => {
    expect(isBackgroundResult(backgroundResult('x'))).toBe(true);
    expect(backgroundResult('x').content).toBe('x');
    for (const other of ['x', null, undefined, { content: 'x' }]) expect(isBackgroundResult(other)).toBe(false);
  });
});

describe('hostedMcpTool', () => {
  it('is written as the service reads it', () => {
    const made = hostedMcpTool({
      serverLabel: 'docs',
      connectorId: 'c1',
      authorization: 'token',
      headers: { 'X-A': '1' },
      allowedTools: ['find'],
      requireApproval: { never: { toolNames: ['find'] } },
    });
    expect(made).toEqual({
      type: 'hosted_tool',
      name: 'hosted_mcp',
      providerData: {
        type: 'mcp',
        server_label: 'docs',
        connector_id: 'c1',
        authorization: 'token',
        headers: { 'X-A': '1' },
        allowed_tools: ['find'],
        require_approval: { never: { tool_names: ['find'] } },
      },
    });
  });

  it('needs a label', () => {
    expect(() => hostedMcpTool({ serverLabel: '' })).toThrow(expect.objectContaining({ code: 'ERR_MCP_SERVER' }));
  });
});

describe('handoff', () => {
  const billing = new RealtimeAgent({ name: 'Billing desk', handoffDescription: 'Invoices.' });

  it('is a tool named after its agent', async () => {
    const made = getHandoff(billing);
    expect(made.getHandoffAsFunctionTool()).toEqual({
      type: 'function',
      name: 'transfer_to_Billing_desk',
      description: 'Passes the conversation to Billing desk. Invoices.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
      strict: true,
    });
    expect(getHandoff(made)).toBe(made);
    expect(await made.onInvokeHandoff(new RunContext(), '{}')).toBe(billing);
  });

  it('passes checked input to its callback', async () => {
    const onHandoff = vi.fn();
    const made = handoff(billing, {
      toolNameOverride: 'bill',
      toolDescriptionOverride: 'Bills.',
      inputType: z.object({ reason: z.string() }),
      onHandoff,
    });
    expect([made.toolName, made.toolDescription, made.agentName]).toEqual(['bill', 'Bills.', 'Billing desk']);
    expect(made.inputJsonSchema).toMatchObject({ required: ['reason'] });
    const run = new RunContext<{ history: [] }>();
    await made.onInvokeHandoff(run, '{"reason":"late"}');
    expect(onHandoff).toHaveBeenCalledWith(run, { reason: 'late' });
    await expect(made.onInvokeHandoff(run, '{}')).rejects.toMatchObject({ code: 'ERR_TOOL_ARGUMENTS' });
  });

  it('refuses an input that nobody would read', () => {
    expect(() => handoff(billing, { inputType: z.object({}) })).toThrow(
      expect.objectContaining({ code: 'ERR_HANDOFF_INPUT' }),
    );
  });
});
