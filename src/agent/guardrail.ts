import type { Deadlines } from '../deadlines.ts';
import { BargeinError, GuardrailExecutionError } from '../errors.ts';
import type { AnyRealtimeAgent } from './agent.ts';
import type { RunContext } from './run-context.ts';

/** What a guardrail decided. */
export interface GuardrailFunctionOutput {
  tripwireTriggered: boolean;
  /** Anything that explains it; part of what the model is told. */
  outputInfo: unknown;
}

/** What a guardrail is given: the whole transcript of the response so far. */
export interface OutputGuardrailFunctionArgs<TContext = unknown> {
  agent: AnyRealtimeAgent;
  agentOutput: string;
  context: RunContext<TContext>;
}

/** A check of what the agent says, while it says it. */
export interface RealtimeOutputGuardrail {
  name: string;
  execute: (args: OutputGuardrailFunctionArgs) => Promise<GuardrailFunctionOutput>;
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

/** How a run of one guardrail over one text ended. */
export interface GuardrailOutcome {
  readonly tripped: { readonly error: OutputGuardrailTripwireTriggered; readonly feedback: string } | null;
  readonly error?: GuardrailExecutionError;
}

/** A guardrail that takes longer counts as failed, unless the session says otherwise. */
export const DEFAULT_GUARDRAIL_TIMEOUT_MS = 30_000;

/** Has a guardrail read a text. One that throws, hangs or answers nonsense is an error, and the text counts as checked. */
export async function runGuardrail(
  guardrail: RealtimeOutputGuardrail,
  args: OutputGuardrailFunctionArgs,
  limit: { readonly deadlines: Deadlines; readonly timeoutMs: number },
): Promise<GuardrailOutcome> {
  const { name } = guardrail;
  const overdue = (): Error => new Error(`it did not answer within ${limit.timeoutMs} ms`);
  try {
    const output = await limit.deadlines.race(limit.timeoutMs, () => guardrail.execute(args), overdue);
    if (typeof output?.tripwireTriggered !== 'boolean') {
      throw new TypeError('execute() must resolve to { tripwireTriggered, outputInfo }');
    }
    return { tripped: output.tripwireTriggered ? tripOf(guardrail, output, args) : null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      tripped: null,
      error: new GuardrailExecutionError(`guardrail '${name}' failed, the text counts as checked: ${why}`, error),
    };
  }
}

function tripOf(
  guardrail: RealtimeOutputGuardrail,
  output: GuardrailFunctionOutput,
  args: OutputGuardrailFunctionArgs,
): NonNullable<GuardrailOutcome['tripped']> {
  const { name, policyHint } = guardrail;
  const error = new OutputGuardrailTripwireTriggered<RealtimeGuardrailMetadata>(
    `guardrail '${name}' tripped: ${infoText(output)}`,
    {
      guardrail: policyHint === undefined ? { type: 'output', name } : { type: 'output', name, policyHint },
      agentOutput: args.agentOutput,
      agent: args.agent,
      output,
    },
  );
  const feedback =
    'Your last answer was stopped because it broke a rule of this conversation.\n' +
    `Rule: ${policyHint ?? name}\nWhat was found: ${infoText(output)}\n` +
    'Do not repeat it. Answer again in a way that keeps the rule.';
  return { error, feedback };
}

/** The info as text; anything that can't be written down must not stop the interrupt. */
function infoText({ outputInfo }: GuardrailFunctionOutput): string {
  if (typeof outputInfo === 'string') return outputInfo;
  try {
    return JSON.stringify(outputInfo) ?? 'nothing more is known';
  } catch {
    return 'it cannot be shown';
  }
}
