/** Options of every error class of this package. */
export interface CodedErrorOptions {
  /** Stable, upper-case, starts with `ERR_`. Programs compare this, people read the message. */
  readonly code: string;
  readonly cause?: unknown;
}

/** Base of every error that this package throws or reports: a sentence for people and a stable `code` for programs. */
export class BargeinError extends Error {
  readonly code: string;

  constructor(message: string, options: CodedErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
  }
}

/** Wrong audio formats, sizes or text, and exhausted audio memory. */
export class AudioError extends BargeinError {}

/** A command that the session can't carry out now, or a response or connection that ended badly. */
export class SessionError extends BargeinError {}

/** A message of the server that is not what the protocol says; `eventId` names it when it says so itself. */
export class ProtocolError extends BargeinError {
  readonly eventId: string | undefined;

  constructor(message: string, options: CodedErrorOptions & { readonly eventId?: string | undefined }) {
    super(message, options);
    this.eventId = options.eventId;
  }
}

/** A connection that could not be made, was lost, or is used while it is not there. It never carries a key. */
export class TransportConnectionError extends BargeinError {}

/** The API was used in a way that can't work; the message says how to change the call. */
export class UserError extends BargeinError {
  constructor(message: string, options: Partial<CodedErrorOptions> = {}) {
    super(message, { code: 'ERR_USAGE', ...options });
  }
}

/** The model did something it was not offered, such as calling a tool that does not exist. */
export class ModelBehaviorError extends BargeinError {
  constructor(message: string, options: Partial<CodedErrorOptions> = {}) {
    super(message, { code: 'ERR_MODEL_BEHAVIOR', ...options });
  }
}

/** The model called a tool with arguments that are no JSON or don't match its parameters; `cause` has the details. */
export class InvalidToolInputError extends ModelBehaviorError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: 'ERR_TOOL_ARGUMENTS', ...options });
  }
}

/** A tool, a handoff or one of their callbacks threw; `error` is what was thrown. */
export class ToolCallError extends BargeinError {
  readonly error: unknown;

  constructor(message: string, error: unknown, code: string = 'ERR_TOOL_FAILED') {
    super(message, { code, cause: error });
    this.error = error;
  }
}

/** A tool call did not end in time. */
export class ToolTimeoutError extends BargeinError {
  readonly toolName: string;
  readonly timeoutMs: number;

  constructor(options: { readonly toolName: string; readonly timeoutMs: number }) {
    super(
      `tool ${options.toolName} did not return within ${options.timeoutMs} ms; raise its timeoutMs or make it faster`,
      {
        code: 'ERR_TOOL_TIMEOUT',
      },
    );
    this.toolName = options.toolName;
    this.timeoutMs = options.timeoutMs;
  }
}

/** A guardrail threw instead of answering; `error` is what was thrown. */
export class GuardrailExecutionError extends BargeinError {
  readonly error: unknown;

  constructor(message: string, error: unknown) {
    super(message, { code: 'ERR_GUARDRAIL_FAILED', cause: error });
    this.error = error;
  }
}

/** A listener of the app threw, or the promise it returned was rejected; `cause` is what was thrown. */
export class ListenerError extends BargeinError {
  readonly event: string;

  constructor(event: string, error: unknown) {
    super(`a listener of '${event}' failed: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'ERR_LISTENER_FAILED',
      cause: error,
    });
    this.event = event;
  }
}
