/** Counts what goes through the ports of this package's worklets that are made from here on, both ways. */
export class PostCounter {
  count = 0;
  readonly #native = AudioWorkletNode;

  constructor() {
    const counted = (node: AudioWorkletNode): void => this.#watch(node.port);
    globalThis.AudioWorkletNode = class extends AudioWorkletNode {
      constructor(...parameters: ConstructorParameters<typeof AudioWorkletNode>) {
        super(...parameters);
        if (parameters[1].startsWith('bargein-')) counted(this);
      }
    };
  }

  /** Those made later are not counted. */
  restore(): void {
    globalThis.AudioWorkletNode = this.#native;
  }

  #watch(port: MessagePort): void {
    port.addEventListener('message', () => this.count++);
    const post = port.postMessage.bind(port) as (message: unknown, transfer: Transferable[]) => void;
    port.postMessage = (message: unknown, transfer?: Transferable[] | StructuredSerializeOptions) => {
      this.count++;
      post(message, Array.isArray(transfer) ? transfer : []);
    };
  }
}
