import type { AnyRealtimeAgent } from './agent.ts';
import type { Deadlines } from '../deadlines.ts';
import { GuardrailExecutionError } from '../errors.ts';
import type {
  GuardrailFunctionOutput,
  OutputGuardrailFunctionArgs,
  RealtimeGuardrailMetadata,
  RealtimeOutputGuardrail,
} from './guardrail.ts';
import { OutputGuardrailTripwireTriggered } from './guardrail.ts';

/** What a guardrail reads, and whose it is. */
type GuardedOutput = OutputGuardrailFunctionArgs & { agent: AnyRealtimeAgent };

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
  args: GuardedOutput,
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
  args: GuardedOutput,
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
