type JsonSchema = Readonly<Record<string, unknown>>;

/** How deep a schema is followed; one that refers to itself would never end. */
const MAX_DEPTH = 8;

/** Arguments of a function: a JSON object that the text contains, else what the schema asks for, filled from the text. */
export function argumentsFor(parameters: JsonSchema | undefined, text: string): Record<string, unknown> {
  return jsonObjectIn(text) ?? new Filler(text).object(parameters ?? {}, 0);
}

function jsonObjectIn(text: string): Record<string, unknown> | undefined {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Takes numbers and quoted pieces of a text in order, each once; what the text does not give, the schema's own values do. */
class Filler {
  readonly #text: string;
  readonly #numbers: number[];
  readonly #quotes: string[];

  constructor(text: string) {
    this.#text = text;
    this.#quotes = [...text.matchAll(/["“]([^"”]+)["”]/g)].map(([, quoted = '']) => quoted);
    this.#numbers = (text.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
  }

  object(schema: JsonSchema, depth: number): Record<string, unknown> {
    const properties = asSchema(schema['properties']);
    const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
    return Object.fromEntries(required.map((name) => [name, this.#value(asSchema(properties[name]), depth + 1)]));
  }

  #value(schema: JsonSchema, depth: number): unknown {
    if ('const' in schema) return schema['const'];
    if (Array.isArray(schema['enum'])) return this.#choice(schema['enum']);
    const variants = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(variants) && depth < MAX_DEPTH) return this.#value(asSchema(variants[0]), depth + 1);
    const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
    if (type === 'number' || type === 'integer') return this.#number(schema, type === 'integer');
    if ('default' in schema) return schema['default'];
    if (type === 'boolean') return true;
    if (type === 'null' || depth >= MAX_DEPTH) return null;
    if (type === 'array') {
      const count = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
      return Array.from({ length: count }, () => this.#value(asSchema(schema['items']), depth + 1));
    }
    return type === 'object' ? this.object(schema, depth) : (this.#quotes.shift() ?? this.#text);
  }

  #choice(values: readonly unknown[]): unknown {
    const text = this.#text.toLowerCase();
    return values.find((value) => text.includes(String(value).toLowerCase())) ?? values[0];
  }

  #number(schema: JsonSchema, isInteger: boolean): unknown {
    const given = this.#numbers.shift();
    if (given !== undefined) return isInteger ? Math.trunc(given) : given;
    return schema['default'] ?? schema['minimum'] ?? 1;
  }
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
