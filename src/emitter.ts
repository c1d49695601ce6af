/** Event names mapped to labelled argument tuples. */
export type EventMap = Record<string, unknown[]>;

/** The part of Node's emitter that every transport has, typed by its event map. */
export interface TypedEmitter<Events> {
  on<K extends keyof Events & string>(event: K, listener: (...args: Events[K] & unknown[]) => void): this;
  off<K extends keyof Events & string>(event: K, listener: (...args: Events[K] & unknown[]) => void): this;
  once<K extends keyof Events & string>(event: K, listener: (...args: Events[K] & unknown[]) => void): this;
  emit<K extends keyof Events & string>(event: K, ...args: Events[K] & unknown[]): boolean;
}
