/** Keys of a fleet. The braces keep them together on one server of a cluster. */
export class FleetKeys {
  /** Those that the scripts take. */
  readonly registry: readonly string[];
  readonly owners: string;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = `${prefix}{fleet}:`;
    this.owners = `${this.#prefix}owners`;
    this.registry = [`${this.#prefix}calls`, this.owners, `${this.#prefix}node:`];
  }

  /** The stream of what a node is told to do. */
  commands(node: string): string {
    return `${this.#prefix}commands:${node}`;
  }

  /** The list that the answer to a command is put on. */
  reply(commandId: string): string {
    return `${this.#prefix}reply:${commandId}`;
  }
}
