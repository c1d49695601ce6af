// Checks around one tool: of the model's arguments before it runs, of its result before the model reads it.

import { BargeinError } from '../errors.ts';
import type { AgentProfile } from './agent.ts';
import type { FunctionCallItem } from './approval-item.ts';
import type { RunContext } from './run-context.ts';

/** What happens to a call: it goes on, the model reads `message` instead, or the call fails and the app hears of it. */
export type ToolGuardrailBehavior =
  | { type: 'allow' }
  | { type: 'rejectContent'; message: string }
  | { type: 'throwException' };

/** What a tool guardrail decided, and anything that explains it. */
export interface ToolGuardrailFunctionOutput {
  behavior: ToolGuardrailBehavior;
  outputInfo?: unknown;
}

/** What a check of arguments is given. */
export interface ToolInputGuardrailData<TContext = unknown> {
  context: RunContext<TContext>;
  agent: AgentProfile;
  toolCall: FunctionCallItem;
}

/** What a check of a result is given. */
export interface ToolOutputGuardrailData<TContext = unknown> extends ToolInputGuardrailData<TContext> {
  output: unknown;
}

/** A check of a tool's arguments. */
export interface ToolInputGuardrailDefinition<TContext = unknown> {
  type?: 'tool_input';
  name: string;
  run(data: ToolInputGuardrailData<TContext>): Promise<ToolGuardrailFunctionOutput>;
}

/** A check of a tool's result. */
export interface ToolOutputGuardrailDefinition<TContext = unknown> {
  type?: 'tool_output';
  name: string;
  run(data: ToolOutputGuardrailData<TContext>): Promise<ToolGuardrailFunctionOutput>;
}

/** Names a check of a tool's arguments. */
export function defineToolInputGuardrail<TContext = unknown>(
  definition: ToolInputGuardrailDefinition<TContext>,
): ToolInputGuardrailDefinition<TContext> & { type: 'tool_input' } {
  return { ...definition, type: 'tool_input' };
}

/** Names a check of a tool's result. */
export function defineToolOutputGuardrail<TContext = unknown>(
  definition: ToolOutputGuardrailDefinition<TContext>,
): ToolOutputGuardrailDefinition<TContext> & { type: 'tool_output' } {
  return { ...definition, type: 'tool_output' };
}

/** The three answers of a tool guardrail. */
export const ToolGuardrailFunctionOutputFactory: {
  allow: (outputInfo?: unknown) => ToolGuardrailFunctionOutput;
  rejectContent: (message: string, outputInfo?: unknown) => ToolGuardrailFunctionOutput;
  throwException: (outputInfo?: unknown) => ToolGuardrailFunctionOutput;
} = {
  allow: (outputInfo) => ({ behavior: { type: 'allow' }, outputInfo }),
  rejectContent: (message, outputInfo) => ({ behavior: { type: 'rejectContent', message }, outputInfo }),
  throwException: (outputInfo) => ({ behavior: { type: 'throwException' }, outputInfo }),
};

/** A tool guardrail chose `throwException`; `result` says which and why. The model reads that the tool failed. */
export class ToolGuardrailTripwireTriggered extends BargeinError {
  readonly result: {
    readonly guardrail: { readonly type: 'tool_input' | 'tool_output'; readonly name: string };
    readonly output: ToolGuardrailFunctionOutput;
  };

  constructor(type: 'tool_input' | 'tool_output', name: string, output: ToolGuardrailFunctionOutput) {
    super(`the ${type.replace('_', ' ')} guardrail '${name}' stopped the call`, { code: 'ERR_TOOL_GUARDRAIL_TRIPPED' });
    this.result = { guardrail: { type, name }, output };
  }
}

/**
 * Runs guardrails one after the other. Resolves to what the model is told instead of the tool's own words, or undefined
 * when all of them allow; rejects with `ToolGuardrailTripwireTriggered`, or whatever a guardrail throws.
 */
export async function runToolGuardrails<TData>(
  type: 'tool_input' | 'tool_output',
  guardrails: readonly { name: string; run(data: TData): Promise<ToolGuardrailFunctionOutput> }[] | undefined,
  data: TData,
): Promise<string | undefined> {
  for (const guardrail of guardrails ?? []) {
    const { name } = guardrail;
    const output = await guardrail.run(data);
    const { behavior } = output;
    if (behavior.type === 'rejectContent') return behavior.message;
    if (behavior.type === 'throwException') throw new ToolGuardrailTripwireTriggered(type, name, output);
    if (behavior.type !== 'allow') throw new TypeError(`guardrail '${name}' answered ${JSON.stringify(behavior)}`);
  }
  return undefined;
}
