// Parameters of tools and handoffs. A schema library is recognised by the Standard Schema interface, so none is loaded
// here: validation is its `validate`, the JSON Schema for the model comes from `jsonSchema` of the same interface
// (zod 4.2 and later have both).

import { InvalidToolInputError, UserError } from '../errors.ts';

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** A schema with the Standard Schema interface, version 1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-07' }) => Record<string, unknown> };
  };
}

/** A JSON Schema of an object, written by hand. Arguments are parsed but not checked against it. */
export interface JsonObjectSchema {
  type: 'object';
  properties: Record<string, unknown>;
  required?: readonly PropertyKey[];
  additionalProperties?: boolean;
  description?: string;
  [key: string]: unknown;
}

/** What `parameters` may be: a Standard Schema (zod for instance), a JSON Schema, or nothing. */
export type ToolInputParameters = StandardSchema | JsonObjectSchema | undefined;

/** Type of the value that passes the parameters. */
export type ToolExecuteArgument<TParameters> = TParameters extends {
  readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined };
}
  ? Output
  : TParameters extends undefined
    ? string
    : unknown;

/** The JSON Schema of a function without parameters. */
const NO_PARAMETERS: JsonObjectSchema = {
  type: 'object',
  properties: {},
  required: [],
  additionalProperties: false,
};

function isStandardSchema(parameters: object): parameters is StandardSchema {
  return '~standard' in parameters;
}

function isObjectSchema(schema: Record<string, unknown>): schema is JsonObjectSchema {
  return schema['type'] === 'object' && typeof schema['properties'] === 'object' && schema['properties'] !== null;
}

/** The JSON Schema that the model sees. `owner` names the tool in errors. */
export function jsonSchemaOf(parameters: ToolInputParameters, owner: string): JsonObjectSchema {
  if (parameters === undefined) return NO_PARAMETERS;
  if (!isStandardSchema(parameters)) return checkedObjectSchema(parameters, owner);
  const { jsonSchema, vendor } = parameters['~standard'];
  if (jsonSchema === undefined) {
    throw new UserError(
      `the parameters of ${owner} are a ${vendor} schema without a JSON Schema: ` +
        'use zod 4.2 or later (not zod/mini), a library that has one, or a JSON Schema',
      { code: 'ERR_TOOL_PARAMETERS' },
    );
  }
  const { $schema: _dialect, ...schema } = jsonSchema.input({ target: 'draft-07' });
  return { additionalProperties: false, ...checkedObjectSchema(schema, owner) };
}

function checkedObjectSchema(schema: Record<string, unknown>, owner: string): JsonObjectSchema {
  if (isObjectSchema(schema)) return schema;
  throw new UserError(
    `the parameters of ${owner} must be an object schema, got type ${JSON.stringify(schema['type'])}`,
    {
      code: 'ERR_TOOL_PARAMETERS',
    },
  );
}

/** Parses the model's arguments. Without parameters they stay text. Throws `InvalidToolInputError`. */
export async function parseArguments(parameters: ToolInputParameters, text: string, owner: string): Promise<unknown> {
  if (parameters === undefined) return text;
  const value = parseJson(text, owner);
  if (!isStandardSchema(parameters)) return value;
  const result = await parameters['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  throw new InvalidToolInputError(`the arguments of ${owner} do not match its parameters: ${describe(result.issues)}`, {
    cause: result.issues,
  });
}

/** Parses JSON arguments; an empty text counts as `{}`, which some models send for a tool without parameters. */
export function parseJson(text: string, owner: string): unknown {
  try {
    return JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    throw new InvalidToolInputError(`the arguments of ${owner} are not valid JSON`, { cause: error });
  }
}

function describe(issues: readonly StandardIssue[]): string {
  return issues
    .map(({ message, path }) => {
      const where = path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return where ? `${where}: ${message}` : message;
    })
    .join('; ');
}
