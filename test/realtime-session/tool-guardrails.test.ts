import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { RealtimeAgent } from '../../src/agent/agent.ts';
import type { ToolOptions } from '../../src/agent/tool.ts';
import { tool } from '../../src/agent/tool.ts';
import type { ToolGuardrailFunctionOutput } from '../../src/agent/tool-guardrail.ts';
import {
  ToolGuardrailFunctionOutputFactory as answer,
  defineToolInputGuardrail,
  defineToolOutputGuardrail,
} from '../../src/agent/tool-guardrail.ts';
import type { RealtimeSessionOptions } from '../../src/session-options.ts';
import type { RealtimeToolApprovalRequest } from '../../src/session-events.ts';
import { settle, stage } from './stage.ts';

const parameters = z.object({ city: z.string() });
type Options = Partial<ToolOptions<typeof parameters>>;

/** One call of a tool with these options; `execute` counts. */
async function called(toolOptions: Options, sessionOptions: Partial<RealtimeSessionOptions> = {}) {
  const execute = vi.fn(() => 'sunny');
  const weather = tool({ name: 'weather', description: '', parameters, execute, ...toolOptions });
  const agent = new RealtimeAgent({ name: 'Ann', tools: [weather] });
  const staged = await stage({ agent, ...sessionOptions });
  staged.transport.startResponse('r1');
  staged.transport.call('c1', 'weather', { city: 'Riga' }, 'r1');
  staged.transport.finishResponse('r1');
  await settle();
  return { ...staged, execute, weather };
}

function inputGuardrail(output: ToolGuardrailFunctionOutput) {
  return defineToolInputGuardrail({ name: 'no Riga', run: vi.fn(async () => output) });
}

function outputGuardrail(output: ToolGuardrailFunctionOutput) {
  return defineToolOutputGuardrail({ name: 'no sun', run: vi.fn(async () => output) });
}

describe('an input guardrail of a tool', () => {
  it('sees the call, its agent and the context, and lets it run', async () => {
    const guardrail = inputGuardrail(answer.allow());
    const { session, agent, execute } = await called({ inputGuardrails: [guardrail] });
    expect(guardrail.run).toHaveBeenCalledWith({
      context: session.context,
      agent,
      toolCall: expect.objectContaining({ callId: 'c1', arguments: '{"city":"Riga"}' }),
    });
    expect(execute).toHaveBeenCalledOnce();
  });

  it('that rejects gives the model its message instead of the result, and the tool does not run', async () => {
    const second = inputGuardrail(answer.allow());
    const { execute, errors, sentOf, argsOf } = await called({
      inputGuardrails: [inputGuardrail(answer.rejectContent('Not Riga.')), second],
    });
    expect(execute).not.toHaveBeenCalled();
    expect(second.run).not.toHaveBeenCalled();
    expect(sentOf('output')).toEqual([['output', 'c1', 'Not Riga.', false]]);
    expect(sentOf('createResponse')).toHaveLength(1);
    expect(argsOf('agent_tool_end')[3]).toBe('Not Riga.');
    expect(errors()).toEqual([]);
  });

  it('that throws an exception is an error for the app, and the model still gets an output', async () => {
    const { execute, errors, sentOf } = await called({ inputGuardrails: [inputGuardrail(answer.throwException(7))] });
    expect(execute).not.toHaveBeenCalled();
    expect(errors()).toEqual([
      expect.objectContaining({
        code: 'ERR_TOOL_GUARDRAIL_TRIPPED',
        result: { guardrail: { type: 'tool_input', name: 'no Riga' }, output: answer.throwException(7) },
      }),
    ]);
    expect(sentOf('output')).toHaveLength(1);
    expect(sentOf('createResponse')).toHaveLength(1);
  });

  it('that never answers ends with the call', async () => {
    const stuck = defineToolInputGuardrail({ name: 'stuck', run: () => new Promise(() => {}) });
    const { clock, errors, sentOf } = await called(
      { inputGuardrails: [stuck] },
      { toolExecution: { defaultTimeoutMs: 5_000 } },
    );
    await clock.advance(5_000);
    expect(sentOf('output')).toEqual([['output', 'c1', 'The tool took too long and was stopped.', false]]);
    expect(errors()).toEqual([expect.objectContaining({ code: 'ERR_TOOL_TIMEOUT', timeoutMs: 5_000 })]);
  });

  it('runs after the approval', async () => {
    const guardrail = inputGuardrail(answer.rejectContent('Not Riga.'));
    const { session, execute, argsOf, sentOf } = await called({ needsApproval: true, inputGuardrails: [guardrail] });
    expect(guardrail.run).not.toHaveBeenCalled();
    const request = argsOf('tool_approval_requested')[2] as RealtimeToolApprovalRequest;
    await session.approve(request.approvalItem);
    await settle();
    expect(guardrail.run).toHaveBeenCalledOnce();
    expect(execute).not.toHaveBeenCalled();
    expect(sentOf('output')).toEqual([['output', 'c1', 'Not Riga.', false]]);
  });
});

describe('preApprovalInputGuardrails', () => {
  const toolExecution = { preApprovalInputGuardrails: true };

  it('spares the app a question about a call that would be rejected anyway', async () => {
    const { names, execute, sentOf } = await called(
      { needsApproval: true, inputGuardrails: [inputGuardrail(answer.rejectContent('Not Riga.'))] },
      { toolExecution },
    );
    expect(names()).not.toContain('tool_approval_requested');
    expect(execute).not.toHaveBeenCalled();
    expect(sentOf('output')).toEqual([['output', 'c1', 'Not Riga.', false]]);
    expect(sentOf('createResponse')).toHaveLength(1);
  });

  it('check again before an approved tool runs', async () => {
    const guardrail = inputGuardrail(answer.allow());
    const { session, execute, argsOf } = await called(
      { needsApproval: true, inputGuardrails: [guardrail] },
      { toolExecution },
    );
    expect(guardrail.run).toHaveBeenCalledOnce();
    const request = argsOf('tool_approval_requested')[2] as RealtimeToolApprovalRequest;
    await session.approve(request.approvalItem);
    await settle();
    expect(guardrail.run).toHaveBeenCalledTimes(2);
    expect(execute).toHaveBeenCalledOnce();
  });
});

describe('an output guardrail of a tool', () => {
  it('sees the result, and lets the model read it', async () => {
    const guardrail = outputGuardrail(answer.allow());
    const { sentOf } = await called({ outputGuardrails: [guardrail] });
    expect(guardrail.run).toHaveBeenCalledWith(expect.objectContaining({ output: 'sunny' }));
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny', false]]);
  });

  it('that rejects replaces the result', async () => {
    const { sentOf } = await called({ outputGuardrails: [outputGuardrail(answer.rejectContent('It is a secret.'))] });
    expect(sentOf('output')).toEqual([['output', 'c1', 'It is a secret.', false]]);
  });
});

describe('custom data of a tool', () => {
  it('reaches the app with the end of the call, and the model never', async () => {
    const extractor = vi.fn(() => ({ source: 'station 4' }));
    const { argsOf, sentOf, session, weather } = await called({ customDataExtractor: extractor });
    expect(extractor).toHaveBeenCalledWith({
      runContext: session.context,
      tool: weather,
      toolCall: expect.objectContaining({ callId: 'c1' }),
      input: { city: 'Riga' },
      output: 'sunny',
    });
    expect(argsOf('agent_tool_end')[4]).toMatchObject({ customData: { source: 'station 4' } });
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny', false]]);
  });

  it('that is no JSON is reported, and the result stands', async () => {
    const extractor = (() => 'text') as unknown as () => Record<string, unknown>;
    const { errors, sentOf } = await called({ customDataExtractor: extractor });
    expect(errors()).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_TOOL_CUSTOM_DATA' }) }),
    ]);
    expect(sentOf('output')).toEqual([['output', 'c1', 'sunny', false]]);
  });
});

describe('a tool with abortOnInterrupt', () => {
  it('is stopped by an interrupt; any other tool runs on', async () => {
    const signals: AbortSignal[] = [];
    const hang = (name: string, abortOnInterrupt: boolean) =>
      tool({
        name,
        description: '',
        parameters: z.object({}),
        abortOnInterrupt,
        execute: (_input, _context, details) => {
          if (details?.signal !== undefined) signals.push(details.signal);
          return new Promise<string>(() => {});
        },
      });
    const agent = new RealtimeAgent({ name: 'Ann', tools: [hang('stoppable', true), hang('steady', false)] });
    const { session, transport, sentOf, clock } = await stage({ agent });
    transport.startResponse('r1');
    transport.call('c1', 'stoppable', {}, 'r1');
    transport.call('c2', 'steady', {}, 'r1');
    transport.finishResponse('r1');
    await settle();
    session.interrupt();
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
    expect(sentOf('output')).toEqual([['output', 'c1', 'Stopped: the user interrupted.', false]]);
    session.close();
    expect(signals[1]?.aborted).toBe(true);
    expect(clock.timerCount).toBe(0);
  });
});
