import * as z from 'zod/mini';
import { type Fault, faultSchema } from './fault.ts';
import { ServerError } from './server-error.ts';

/** One thing the scripted model does. */
export type ScenarioOutput =
  | { readonly say: string }
  | { readonly call: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** A tool of a hosted MCP server; what comes behind it waits for the user's approval, if it needs one. */
  | ScenarioMcpCall
  /** The model thinks for so long. */
  | { readonly stallMs: number }
  /** Something goes wrong on this connection. */
  | { readonly fault: Fault };

/** A call of a hosted MCP tool: the server carries it out, here by saying what came of it. */
export interface ScenarioMcpCall {
  readonly mcpCall: string;
  /** The `server_label` of the session's tool. */
  readonly server: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly output?: string;
  /** Makes the call fail, with this message. */
  readonly error?: string;
}

/** A tool that a hosted MCP server lists. */
export interface ScenarioMcpTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: Readonly<Record<string, unknown>>;
}

/** What one response consists of, in order. */
export type ScenarioReply = readonly ScenarioOutput[];

/** A turn of the user and the responses that it gets. */
export interface ScenarioTurn {
  /** What the ears report for this spoken turn. */
  readonly heard?: string;
  /** Makes this a turn out of sequence: it answers every user turn whose text contains this, whatever its place. */
  readonly heardIncludes?: string;
  /** The k-th response since the turn gets `replies[k]`: the first answers it, later ones follow function outputs. */
  readonly replies: readonly ScenarioReply[];
}

/**
 * What is heard and answered, decided beforehand, so that a conversation runs the same each time.
 *
 * A user turn is an audio turn or a text message of role `user`. One whose text contains a turn's `heardIncludes` gets
 * that turn (the first such; guardrail feedback finds its reply this way). The others get the turns without
 * `heardIncludes` in order: the n-th of them gets the n-th.
 */
export interface Scenario {
  readonly turns: readonly ScenarioTurn[];
  /** Replies to responses that are asked for before the user has said anything. */
  readonly opening?: readonly ScenarioReply[];
  /** What is said when nobody spoke for `idle_timeout_ms`. */
  readonly idle?: ScenarioReply;
  /** Tools of hosted MCP servers by `server_label`; listing those of any other server fails. */
  readonly mcp?: Readonly<Record<string, readonly ScenarioMcpTool[]>>;
  /** What goes wrong from the start. */
  readonly faults?: readonly Fault[];
}

const output = z.union([
  z.strictObject({ say: z.string().check(z.minLength(1)) }),
  z.strictObject({ call: z.string().check(z.minLength(1)), arguments: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    mcpCall: z.string().check(z.minLength(1)),
    server: z.string().check(z.minLength(1)),
    arguments: z.record(z.string(), z.unknown()),
    output: z.optional(z.string()),
    error: z.optional(z.string()),
  }),
  z.strictObject({ stallMs: z.number().check(z.gte(0), z.lte(2 ** 31 - 1)) }),
  z.strictObject({ fault: faultSchema }),
]);
const replies = z.array(z.array(output));
const scenarioSchema: z.ZodMiniType<Scenario> = z.strictObject({
  turns: z.array(
    z.strictObject({
      heard: z.optional(z.string()),
      heardIncludes: z.optional(z.string().check(z.minLength(1))),
      replies,
    }),
  ),
  opening: z.optional(replies),
  idle: z.optional(z.array(output)),
  mcp: z.optional(
    z.record(
      z.string(),
      z.array(
        z.strictObject({
          name: z.string().check(z.minLength(1)),
          description: z.optional(z.string()),
          inputSchema: z.optional(z.record(z.string(), z.unknown())),
        }),
      ),
    ),
  ),
  faults: z.optional(z.array(faultSchema)),
});

/** Checks a scenario that was read from a file; throws `ERR_SCENARIO` with the path of what is wrong. */
export function parseScenario(value: unknown): Scenario {
  const result = scenarioSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const keys = issue?.code === 'unrecognized_keys' ? ` (unknown: ${issue.keys.join(', ')})` : '';
  throw new ServerError(
    `${['scenario', ...(issue?.path ?? [])].join('.')} is wrong${keys}; see the Scenario type for its shape`,
    {
      code: 'ERR_SCENARIO',
      cause: result.error,
    },
  );
}

/** Looks up what a scenario says about a place in the conversation; holds no state of its own. */
export class ScenarioScript {
  readonly #sequence: readonly ScenarioTurn[];
  readonly #byText: readonly ScenarioTurn[];
  readonly #opening: readonly ScenarioReply[];

  constructor(scenario: Scenario) {
    this.#sequence = scenario.turns.filter((turn) => turn.heardIncludes === undefined);
    this.#byText = scenario.turns.filter((turn) => turn.heardIncludes !== undefined);
    this.#opening = scenario.opening ?? [];
  }

  /** The transcript of a spoken turn that follows `earlierTurns`. */
  heard(earlierTurns: readonly string[]): string | undefined {
    return this.#sequence[this.#sequenceIndex(earlierTurns)]?.heard;
  }

  /** The reply to response number `responseIndex` since the last of `userTurns`. */
  reply(userTurns: readonly string[], responseIndex: number): ScenarioReply | undefined {
    const last = userTurns.at(-1);
    if (last === undefined) return this.#opening[responseIndex];
    const turn = this.replyTurn(last) ?? this.#sequence[this.#sequenceIndex(userTurns.slice(0, -1))];
    return turn?.replies[responseIndex];
  }

  /** The turn out of sequence that answers this text. */
  replyTurn(text: string): ScenarioTurn | undefined {
    const lower = text.toLowerCase();
    return this.#byText.find(({ heardIncludes = '' }) => lower.includes(heardIncludes.toLowerCase()));
  }

  #sequenceIndex(earlierTurns: readonly string[]): number {
    return earlierTurns.filter((text) => this.replyTurn(text) === undefined).length;
  }
}
