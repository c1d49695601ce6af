import { BargeinError } from '../errors.ts';
import type { AgentProfile, AnyRealtimeAgent } from './agent.ts';
import type { RunContext } from './run-context.ts';

/** What a guardrail decided. */
export interface GuardrailFunctionOutput {
  tripwireTriggered: boolean;
  /** Anything that explains it; part of what the model is told. */
  outputInfo: unknown;
}

/** What a guardrail is given: the whole transcript of the response so far. */
export interface OutputGuardrailFunctionArgs<TContext = unknown> {
  agent: AgentProfile;
  agentOutput: string;
  context: RunContext<TContext>;
}

/** A check of what the agent says, while it says it. */
export interface RealtimeOutputGuardrail {
  name: string;
  execute(args: OutputGuardrailFunctionArgs): Promise<GuardrailFunctionOutput>;
  /** Told to the model when the guardrail trips; default: the name. */
  policyHint?: string;
}

/** How often guardrails run. */
export interface RealtimeOutputGuardrailSettings {
  /** Characters of new transcript between two runs, -1 for once at the end. Default 100. */
  debounceTextLength?: number;
  /** How long a guardrail may take for one run before it counts as failed, in milliseconds. Default 30,000. */
  timeoutMs?: number;
}

/** Names a guardrail in a result. */
export interface RealtimeGuardrailMetadata {
  type: 'output';
  name: string;
  policyHint?: string;
}

/** One guardrail's answer with what it was asked. */
export interface OutputGuardrailResult<TMeta = RealtimeGuardrailMetadata> {
  guardrail: TMeta;
  agentOutput: string;
  agent: AnyRealtimeAgent;
  output: GuardrailFunctionOutput;
}

/** A guardrail refused what the agent was saying; `result` says which and why. */
export class OutputGuardrailTripwireTriggered<TMeta = RealtimeGuardrailMetadata> extends BargeinError {
  readonly result: OutputGuardrailResult<TMeta>;

  constructor(message: string, result: OutputGuardrailResult<TMeta>) {
    super(message, { code: 'ERR_GUARDRAIL_TRIPPED' });
    this.result = result;
  }
}
